"""The pictures: each draws on a field of 200 by 200, in the manner of cut paper and screen prints, with few strokes.

Every one takes the palette and a source of chance and gives SVG elements without ids, styles or gradients, so that a
poster can stand in a page of others. What reaches below 200 is covered by the title's ground.
"""
