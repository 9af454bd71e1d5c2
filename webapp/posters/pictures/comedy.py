"""Pictures of faces, glasses and dots."""

from __future__ import annotations

from random import Random

from webapp.posters.palettes import Palette
from webapp.posters.strokes import disc, line, rays, shape


def quarters(p: Palette, rng: Random) -> str:
    """A floor of quarter discs."""
    side = 50
    paths = {p.main: "", p.second: "", p.third: "", p.ink: ""}
    colours = list(paths)
    for column in range(4):
        for row in range(4):
            x, y = column * side, row * side
            turn = rng.choice(
                [
                    f"M{x} {y}h50a50 50 0 0 1-50 50z",
                    f"M{x + side} {y}v50a50 50 0 0 1-50-50z",
                    f"M{x + side} {y + side}h-50a50 50 0 0 1 50-50z",
                    f"M{x} {y + side}v-50a50 50 0 0 1 50 50z",
                ]
            )
            paths[rng.choices(colours, (5, 4, 4, 1))[0]] += turn
    return "".join(shape(d, colour) for colour, d in paths.items() if d)


def smile(p: Palette, rng: Random) -> str:
    """A face with two dots and a grin."""
    tilt = rng.choice([-14, -8, 8, 14])
    wink = rng.random() < 0.35
    right = line("M118 76q14-12 28 0", p.ground, 7) if wink else disc(132, 76, 11, p.ground)
    return (
        rays(100, 104, rng.choice([10, 12, 14]), p.third)
        + f'<g transform="rotate({tilt} 100 104)">'
        + disc(100, 104, 80, p.main)
        + disc(68, 76, 11, p.ground)
        + right
        + shape("M46 108h108a54 54 0 0 1-108 0z", p.ground)
        + shape("M60 108h80v12h-80z", p.third)
        + "</g>"
    )


def confetti(p: Palette, rng: Random) -> str:
    """A cocktail glass in a shower of dots."""
    dots = "".join(
        disc(rng.randrange(6, 195), rng.randrange(4, 96), rng.choice([3, 5, 8]), rng.choice([p.main, p.second, p.third])) for _ in range(13)
    )
    return (
        dots
        + shape("M34 60h132l-60 72v52q26 2 34 12H60q8-10 34-12v-52z", p.main)
        + shape("M52 76h96l-42 52h-12z", p.third)
        + disc(rng.randrange(88, 116), 88, 11, p.second)
        + line("M102 90l46-62", p.ink, 3)
    )
