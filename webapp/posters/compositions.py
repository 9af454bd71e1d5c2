"""The pictures: each draws on a field of 200 by 200, in the manner of cut paper and screen prints, with few strokes.

Every composition takes the palette and a source of chance and gives SVG elements without ids, styles or gradients, so that a
poster can stand in a page of others. What reaches below 200 is covered by the title's ground.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin
from random import Random

from webapp.posters.palettes import Palette

Composition = Callable[[Palette, Random], str]

SIDE = 200


def disc(x: float, y: float, r: float, fill: str) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{fill}"/>'


def block(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<path d="M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z" fill="{fill}"/>'


def shape(d: str, fill: str) -> str:
    return f'<path d="{d}" fill="{fill}"/>'


def line(d: str, stroke: str, width: float, more: str = "") -> str:
    return f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width:g}"{more}/>'


def dashed(d: str, stroke: str, width: float, dashes: str) -> str:
    return line(d, stroke, width, f' stroke-dasharray="{dashes}"')


def dotted(d: str, stroke: str, width: float, step: float) -> str:
    """Round dots along a path, `step` apart."""
    return line(d, stroke, width, f' stroke-linecap="round" stroke-dasharray="0 {step:g}"')


def rays(x: float, y: float, n: int, stroke: str, reach: float = 260) -> str:
    """n wedges from a point, as one very thick dashed circle."""
    dash = pi * reach / 2 / n
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="{reach / 2:g}" fill="none" stroke="{stroke}" stroke-width="{reach:g}" '
        f'stroke-dasharray="{dash:.1f}"/>'
    )


def star(x: float, y: float, n: int, outer: float, inner: float, turn: float = 0) -> str:
    """The outline of a star of n points; turn: where the first one lies, in radians from the right."""
    points = ((outer if k % 2 == 0 else inner, turn + k * pi / n) for k in range(2 * n))
    return "M" + "L".join(f"{x + r * cos(angle):.0f} {y + r * sin(angle):.0f}" for r, angle in points) + "z"


def horizon(p: Palette, rng: Random) -> str:
    """A low sun over three ranges of hills."""
    x, r = rng.randrange(55, 150), rng.randrange(38, 58)
    peaks = [rng.randrange(-14, 15) for _ in range(6)]
    return (
        block(0, 0, SIDE, 210, p.third)
        + disc(x, 112, r, p.main)
        + shape(f"M0 {128 + peaks[0]}q40-38 78-6t70 4 60-14V220H0z", p.second)
        + shape(f"M0 {168 + peaks[1]}l46-34h34l16 22h28l22-{22 + abs(peaks[2])}h30l24 26V220H0z", p.main)
        + shape(f"M0 {186 + peaks[3] // 3}q60-24 110 2t90-10V220H0z", p.ground)
    )


def orbits(p: Palette, rng: Random) -> str:
    """Planets on rings around a sun."""
    x, y = rng.choice([(100, 104), (60, 130), (140, 130), (100, 150)])
    rings = "".join(
        f'<circle cx="{x}" cy="{y}" r="{r}" fill="none" stroke="{colour}" stroke-width="{w}"/>'
        for r, w, colour in ((58, 2, p.second), (84, 7, p.third), (116, 2, p.second), (150, 14, p.main))
    )
    planets = ""
    for r, size, colour in ((58, 7, p.ink), (84, 15, p.main), (116, 10, p.second)):
        turn = rng.uniform(pi * 1.05, pi * 1.95)
        planets += disc(round(x + r * cos(turn)), round(y + r * sin(turn)), size, colour)
    return rings + disc(x, y, 34, p.main) + disc(x, y, 22, p.second) + planets + disc(rng.randrange(20, 180), 22, 2, p.ink)


def saucer(p: Palette, rng: Random) -> str:
    """A light from above on a small house."""
    x = rng.randrange(76, 125)
    house = rng.randrange(x - 24, x + 24)
    return (
        block(0, 0, SIDE, 210, p.second)
        + dotted("M14 30h180M32 62h150", p.third, 3, 37)
        + shape(f"M{x - 14} 60h28l44 150h-116z", p.third)
        + f'<ellipse cx="{x}" cy="58" rx="58" ry="13" fill="{p.ground}"/>'
        + shape(f"M{x - 26} 52a26 24 0 0 1 52 0z", p.main)
        + dotted(f"M{x - 40} 60h84", p.ink, 5, 20)
        + shape("M0 182q100-26 200 0v30H0z", p.ground)
        + shape(f"M{house - 14} 180v-16l14-13 14 13v16z", p.main)
    )


def grid(p: Palette, rng: Random) -> str:
    """A sun going down behind a plain of lines."""
    x = rng.randrange(80, 121)
    slats = "".join(f"M0 {y}h200" for y in (84, 98, 110, 120))
    plain = "".join(f"M{x} 128L{x + k * 44} 212" for k in range(-5, 6)) + "M0 138h200M0 152h200M0 172h200M0 198h200"
    return (
        block(0, 0, SIDE, 210, p.second)
        + disc(x, 84, 58, p.third)
        + line(slats, p.second, 5)
        + block(0, 128, SIDE, 84, p.ground)
        + line(plain, p.main, 2)
    )


def rocket(p: Palette, rng: Random) -> str:
    """A rocket past a planet."""
    lean = rng.randrange(18, 42)
    return (
        dotted("M20 24h170M44 66h150M8 112h60", p.third, 3, 46)
        + disc(44, 190, 74, p.second)
        + f'<ellipse cx="44" cy="176" rx="112" ry="15" fill="none" stroke="{p.third}" stroke-width="6" transform="rotate(-18 44 176)"/>'
        + f'<g transform="rotate({lean} 124 96)">'
        + shape("M124 22q30 34 18 100h-36q-12-66 18-100z", p.ink)
        + shape("M107 92l-21 38 22-6zM141 92l21 38-22-6zM110 128h28l-14 48z", p.main)
        + disc(124, 76, 10, p.main)
        + "</g>"
    )


def house(p: Palette, rng: Random) -> str:
    """One window is lit."""
    lit = rng.choice([(72, 116), (116, 116), (94, 70)])
    return (
        disc(rng.choice([52, 148]), 66, 50, p.main)
        + shape("M44 212V104l-12 2 68-66 68 66-12-2v108zM132 78V44h14v48z", p.third if p.third != p.main else p.second)
        + shape("M72 116h14v20H72zM116 116h14v20h-14zM94 70h14v18H94zM88 212v-46h24v46z", p.ground)
        + block(*lit, 14, 20 if lit[0] != 94 else 18, p.second)
        + shape("M0 196q60-12 104 0t96-4v24H0z", p.ground)
    )


def claws(p: Palette, rng: Random) -> str:
    """A full moon, torn."""
    x = rng.randrange(84, 118)
    slashes = "".join(f"M{x + k * 26 - 38} {26 + abs(k - 1) * 10}q22 60-8 142q44-62 16-146z" for k in range(4))
    trees = "".join(f"l{rng.randrange(6, 11)}-{rng.randrange(22, 52)} 9 46" for _ in range(11))
    return disc(x, 98, 80, p.main) + shape(slashes, p.ground) + shape(f"M-4 204{trees}V220H-4z", p.ground)


def teeth(p: Palette, rng: Random) -> str:
    """An open mouth with too many teeth."""
    n = rng.choice([6, 7, 8])
    step = SIDE / n
    upper = "".join(f"l{step / 2:.3g} {rng.randrange(38, 66)}L{(k + 1) * step:.4g} 40" for k in range(n))
    lower = "".join(f"l{step / 2:.3g}-{rng.randrange(38, 66)}L{(k + 1) * step:.4g} 170" for k in range(n))
    return (
        block(0, 0, SIDE, 210, p.main)
        + shape("M0 46q100-44 200 0v120q-100 44-200 0z", p.ground)
        + shape(f"M0 40{upper}V22q-100-22-200 0z", p.third)
        + shape(f"M0 170{lower}V190H0z", p.third)
        + disc(100, 112, 15, p.second)
        + disc(100, 112, 5, p.ground)
    )


def eye(p: Palette, rng: Random) -> str:
    """An eye that looks back."""
    look = rng.randrange(-16, 17)
    return (
        rays(100, 104, rng.choice([18, 22, 26]), p.third, 150)
        + shape("M8 104q92-92 184 0q-92 92-184 0z", p.ink)
        + shape("M20 104q80-74 160 0q-80 74-160 0z", p.ground)
        + disc(100 + look, 104, 36, p.main)
        + disc(100 + look, 104, 17, p.ink)
        + disc(108 + look, 95, 6, p.ground)
    )


def spiral(p: Palette, rng: Random) -> str:
    """A spiral that pulls one down."""
    arcs, width, sweep = "", rng.choice([6, 8, 9]), rng.choice([0, 1])
    for turn in range(12):
        r = 6 + turn * 11
        arcs += f"a{r} {r} 0 0 {sweep} {2 * r * (-1) ** turn} 0"
    x = rng.randrange(92, 108)
    return (
        block(0, 0, SIDE, 210, p.main)
        + line(f"M{x} 104{arcs}", p.third, width)
        + disc(x + 4, 104, 9, p.ink if p.main != p.ink else p.ground)
    )


def keyhole(p: Palette, rng: Random) -> str:
    """Light through a keyhole, and somebody in it."""
    x = rng.randrange(84, 117)
    return (
        block(0, 0, SIDE, 210, p.second)
        + disc(100, 100, 88, p.main)
        + disc(100, 84, 42, p.third)
        + shape("M82 110h36l22 82h-80z", p.third)
        + disc(x, 96, 9, p.ground)
        + shape(f"M{x - 13} 192q-2-86 13-86t13 86z", p.ground)
    )


def blinds(p: Palette, rng: Random) -> str:
    """A hat behind venetian blinds."""
    x = rng.randrange(82, 120)
    return (
        dashed("M100-10V212", p.main, 240, f"{rng.choice([9, 11, 13])} 9")
        + shape(f"M{x - 66} 212q4-52 52-62h28q48 10 52 62z", p.ground)
        + shape(f"M{x - 30} 108q4 50 30 52t30-52z", p.ground)
        + shape(f"M{x - 60} 106q16-14 30-14q0-44 18-44 12 6 24 0 18 0 18 44 14 0 30 14q-60 14-120 0z", p.ground)
        + line(f"M{x - 33} 90q33 10 66 0", p.second, 7)
    )


def skyline(p: Palette, rng: Random) -> str:
    """A city with its lights on."""
    far = "".join(f"V{rng.randrange(70, 130)}h{w}" for w in (30, 26, 40, 28, 34, 42))
    edges, towers, windows = 0, "", ""
    for w in (44, 30, 52, 34, 40):
        top = rng.randrange(84, 150)
        towers += f"V{top}h{w}"
        windows += f"M{edges + 10} {top + 12}V196M{edges + w - 10} {top + 12}V196"
        edges += w
    return (
        block(0, 0, SIDE, 210, p.second)
        + disc(rng.randrange(40, 160), 62, 34, p.third)
        + shape(f"M0 210{far}V210z", p.main)
        + shape(f"M0 210{towers}V210z", p.ground)
        + dashed(windows, p.third, 7, f"6 {rng.choice([9, 15, 7])}")
    )


def diamond(p: Palette, rng: Random) -> str:
    """A stone worth stealing."""
    lean = rng.randrange(-14, 15)
    return (
        rays(100, 100, rng.choice([8, 10, 12]), p.third, 320)
        + f'<g transform="rotate({lean} 100 100)">'
        + shape("M58 44h84l38 38-80 92-80-92z", p.main)
        + shape("M70 82h60l-30 92zM58 44l12 38 30-38 30 38 12-38z", p.second)
        + line("M20 82h160M58 44l12 38 30 92 30-92 12-38M70 82l30-38 30 38", p.ground, 3)
        + "</g>"
    )


def road(p: Palette, rng: Random) -> str:
    """A road at night, somebody coming."""
    x = rng.randrange(70, 131)
    return (
        block(0, 0, SIDE, 92, p.second)
        + disc(x + rng.choice([-44, 44]), 40, 18, p.third)
        + shape("M0 92q60-22 110-4t90-8v14H0z", p.main)
        + block(0, 92, SIDE, 120, p.main)
        + shape(f"M{x - 4} 92h8l110 120H-10z", p.ground)
        + shape(f"M{x - 1} 96h2l1 14h-4zM{x - 4} 122h7l2 24h-11zM{x - 10} 160h18l5 44H{x - 16}z", p.third)
        + shape(f"M{x + 12} 108a5 5 0 1 1 .1 0zM{x + 26} 108a5 5 0 1 1 .1 0z", p.ink)
    )


def lamp(p: Palette, rng: Random) -> str:
    """Somebody waits under a lamp."""
    x = rng.randrange(66, 92)
    return (
        block(0, 0, SIDE, 210, p.second)
        + shape(f"M{x} 44l72 168H{x - 60}z", p.third)
        + line(f"M{x - 40} 212V60q0-26 26-26h14", p.ground, 7)
        + shape(f"M{x - 16} 48q4-20 18-20t18 20z", p.ground)
        + shape(f"M{x + 14} 212v-56q0-16 13-16t13 16v56z", p.main)
        + disc(x + 27, 128, 10, p.main)
        + shape(f"M{x + 10} 122h34l-8-4-2-10H{x + 20}l-2 10z", p.ground)
    )


def tree(p: Palette, rng: Random) -> str:
    """A tree with a moon in it."""
    crowns = ((100, 78, 58), (58, 104, 36), (142, 104, 38), (74, 58, 34), (128, 56, 34))
    return (
        block(0, 0, SIDE, 210, p.third)
        + "".join(disc(x + rng.randrange(-5, 6), y, r, p.main) for x, y, r in crowns)
        + shape("M92 130l-26-30 32 18V84h6v40l34-26-26 36 4 66 12 14H72l14-14z", p.ground)
        + disc(rng.randrange(66, 134), rng.randrange(52, 76), 19, p.second)
        + shape("M0 196q100-22 200 0v20H0z", p.ground)
    )


def target(p: Palette, rng: Random) -> str:
    """Rings, and something that flew past."""
    x, y = rng.randrange(84, 117), rng.randrange(92, 109)
    rings = "".join(disc(x, y, r, c) for r, c in ((86, p.main), (66, p.third), (46, p.main), (26, p.second), (9, p.ground)))
    return rings + line(f"M-10 {y + 66}L210 {y - 74}", p.ink, 6) + shape(f"M178 {y - 62}l34-14-20 34z", p.ink)


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


def two_discs(p: Palette, rng: Random) -> str:
    """Two that overlap."""
    y, gap = rng.randrange(96, 108), rng.randrange(26, 36)
    half = (60**2 - gap**2) ** 0.5
    lens = f"M100 {y - half:.0f}A60 60 0 0 1 100 {y + half:.0f}A60 60 0 0 1 100 {y - half:.0f}z"
    return (
        (block(0, 0, SIDE, 210, p.third) if rng.random() < 0.5 else "")
        + disc(100 - gap, y, 60, p.main)
        + disc(100 + gap, y, 60, p.second)
        + shape(lens, p.ink)
    )


def heart(p: Palette, rng: Random) -> str:
    """A heart within hearts."""
    d = "M100 176L30 100a44 44 0 0 1 70-52 44 44 0 0 1 70 52z"
    cuts = "".join(
        f'<path d="{d}" fill="{colour}" transform="translate({100 - 100 * s:.1f} {108 - 108 * s:.1f})scale({s})"/>'
        for s, colour in ((1.12, p.main), (0.78, p.third), (0.48, p.second))
    )
    return (rays(100, 108, rng.choice([12, 16, 20]), p.third, 300) if rng.random() < 0.5 else "") + cuts


def letter(p: Palette, rng: Random) -> str:
    """A letter that somebody has sealed."""
    lean = rng.choice([-9, -6, 6, 9])
    return (
        dotted("M-4 30h220M14 58h200M-4 150h220M14 178h200", p.third, 5, 36)
        + f'<g transform="rotate({lean} 100 104)">'
        + block(22, 52, 156, 106, p.main)
        + line("M22 158l60-58M178 158l-60-58", p.ground, 3)
        + shape("M22 52h156l-78 68z", p.second)
        + shape("M100 136l-21-22a13 13 0 0 1 21-17 13 13 0 0 1 21 17z", p.ink)
        + "</g>"
    )


def bench(p: Palette, rng: Random) -> str:
    """Two on a bench under the moon."""
    return (
        block(0, 0, SIDE, 210, p.second)
        + disc(rng.randrange(70, 131), 70, rng.randrange(44, 58), p.third)
        + disc(84, 118, 12, p.ground)
        + disc(112, 122, 11, p.ground)
        + shape("M66 180q0-50 18-50t18 50zM94 180q0-46 18-46t17 46z", p.ground)
        + line("M38 166h124M38 150h124M50 150v52M150 150v52", p.main, 6)
        + shape("M0 196q100-10 200 0v20H0z", p.ground)
    )


def curtain(p: Palette, rng: Random) -> str:
    """A curtain that has just gone up on somebody."""
    x, fold = rng.randrange(86, 115), rng.choice([10, 12, 15])
    return (
        block(0, 0, SIDE, 210, p.third)
        + f'<ellipse cx="{x}" cy="186" rx="{rng.randrange(50, 66)}" ry="13" fill="{p.second}"/>'
        + disc(x, 146, 10, p.ground)
        + shape(f"M{x - 15} 188q0-30 15-30t15 30z", p.ground)
        + shape("M0 40h62q4 110-36 172H0zM200 40h-62q-4 110 36 172h26z", p.main)
        + line("M18 40q4 90-6 164M38 40q4 84-22 156M182 40q-4 90 6 164M162 40q-4 84 22 156", p.ground, 2)
        + dotted("M0 48H210", p.main, 50, 50)
        + dashed("M0 22H200", p.main, 52, f"{fold}")
        + block(0, 0, SIDE, 46, p.main)
        + line("M0 47H200", p.second, 4)
    )


def split(p: Palette, rng: Random) -> str:
    """One disc, cut and shifted: two sides of the same."""
    shift, r = rng.randrange(14, 34), rng.randrange(60, 76)
    return (
        block(0, 0, 100, 210, p.third)
        + shape(f"M100 {100 - r - shift / 2:g}a{r} {r} 0 0 0 0 {2 * r}z", p.main)
        + shape(f"M100 {100 - r + shift / 2:g}a{r} {r} 0 0 1 0 {2 * r}z", p.second)
        + disc(100 - r / 2.4, 96, 8, p.ground)
    )


def arches(p: Palette, rng: Random) -> str:
    """A door within a door within a door."""
    doors = ""
    shift = rng.choice([-6, -3, 0, 3, 6])
    for place, (w, colour) in enumerate(((172, p.third), (132, p.main), (92, p.second), (52, p.ground))):
        x, r = 100 - w / 2 + place * shift, w / 2
        doors += shape(f"M{x:g} 210V{r + 18 + place * 16:g}a{r:g} {r:g} 0 0 1 {w} 0V210z", colour)
    x = 100 + 3 * shift
    return doors + disc(x, 150, 7, p.ink) + shape(f"M{x - 10} 202q0-44 10-44t10 44z", p.ink)


def stairs(p: Palette, rng: Random) -> str:
    """A long way up."""
    n = rng.choice([6, 7, 8])
    step = SIDE // n
    sun = disc(rng.randrange(48, 76), 62, rng.randrange(26, 38), p.main)
    up = "".join(f"v-{step}h{step}" for _ in range(n + 1))
    x = step * (n // 2)
    y = 212 - step * (n // 2 + 1)
    return (
        block(0, 0, SIDE, 212, p.third)
        + sun
        + shape(f"M0 212{up}V212z", p.second)
        + disc(x + 8, y - 34, 6, p.ground)
        + shape(f"M{x} {y}q0-30 8-30t8 30z", p.ground)
    )


def burst(p: Palette, rng: Random) -> str:
    """Everything at once, from one point."""
    x, y = rng.choice([(100, 120), (70, 90), (130, 90), (100, 150)])
    n = rng.choice([9, 11, 13])
    return block(0, 0, SIDE, 210, p.second) + rays(x, y, n, p.main) + shape(star(x, y, n, 58, 34), p.third) + disc(x, y, 22, p.ground)


def speed(p: Palette, rng: Random) -> str:
    """Lines that lean into the wind."""
    stripes = "".join(
        line(f"M{x} 214l110-228", colour, w)
        for x, w, colour in zip(
            (-60, -16, 18, 62, 104, 150),
            rng.sample([10, 16, 22, 28, 34, 40], 6),
            (p.third, p.main, p.second, p.main, p.third, p.second),
            strict=True,
        )
    )
    x, y = rng.randrange(80, 126), rng.randrange(84, 118)
    return stripes + disc(x, y, 37, p.ink) + disc(x, y, 25, p.main) + disc(x, y, 12, p.ground)


def rainbow(p: Palette, rng: Random) -> str:
    """Hills, a rainbow and a balloon."""
    x = rng.randrange(36, 164)
    bow = "".join(
        f'<circle cx="100" cy="176" r="{r}" fill="none" stroke="{c}" stroke-width="19"/>'
        for r, c in ((112, p.main), (93, p.third), (74, p.second))
    )
    return (
        bow
        + disc(26, 218, 64, p.second)
        + disc(182, 222, 70, p.main)
        + disc(98, 250, 78, p.ground)
        + f'<ellipse cx="{x}" cy="52" rx="21" ry="25" fill="{p.ink}"/>'
        + line(f"M{x} 78q-9 24 4 42", p.ink, 2)
    )


def kites(p: Palette, rng: Random) -> str:
    """Three kites and a wind."""
    parts = dotted("M-4 176q26-20 52 0t52 0 52 0 52 0", p.third, 10, 19)
    for x, y, s, colour, tail in ((60, 56, 34, p.main, p.second), (138, 78, 42, p.second, p.main), (74, 132, 26, p.third, p.main)):
        x, y = x + rng.randrange(-14, 15), y + rng.randrange(-10, 11)
        parts += line(f"M{x} {y + s}q-14 22 4 36t-4 34", tail, 3)
        parts += shape(f"M{x} {y - s}l{s * 0.7:.0f} {s}-{s * 0.7:.0f} {s}-{s * 0.7:.0f}-{s}z", colour)
        parts += shape(f"M{x} {y - s}v{2 * s}l-{s * 0.7:.0f}-{s}z", p.ink)
    return parts


def record(p: Palette, rng: Random) -> str:
    """A record and its arm."""
    label = rng.choice([p.main, p.second])
    return (
        block(0, 0, SIDE, 210, p.third)
        + disc(96, 104, 84, p.ink)
        + "".join(f'<circle cx="96" cy="104" r="{r}" fill="none" stroke="{p.third}" stroke-width="1"/>' for r in (44, 52, 60, 68, 76))
        + disc(96, 104, 34, label)
        + disc(96, 104, 5, p.third)
        + line(f"M184 16l-8 {rng.randrange(78, 96)}-38 30", p.main if label != p.main else p.second, 7, ' stroke-linejoin="round"')
        + disc(184, 18, 11, p.second)
    )


def waves(p: Palette, rng: Random) -> str:
    """Sound, drawn as a sea."""
    height = rng.choice([26, 34, 42])
    lines = "".join(
        line(f"M-10 {y}q30-{height} 60 0t60 0 60 0 60 0", colour, 11)
        for y, colour in zip(
            range(48, 212, 19), (p.main, p.second, p.third, p.main, p.second, p.third, p.main, p.second, p.third), strict=False
        )
    )
    return disc(rng.randrange(60, 140), 66, 42, p.third) + lines


def chevrons(p: Palette, rng: Random) -> str:
    """Stripes of rank and a star."""
    y = rng.randrange(106, 118)
    stripes = "".join(line(f"M10 {y + k * 30}l90-48 90 48", c, 17) for k, c in ((1, p.main), (2, p.second), (3, p.third)))
    return stripes + shape(star(100, 52, 5, 40, 16, -pi / 2), p.main)


def contact_sheet(p: Palette, rng: Random) -> str:
    """A sheet of frames, one of them chosen."""
    column, row = rng.randrange(4), rng.randrange(5)
    x, y = 31 + column * 46, 26 + row * 37
    rows = "M12 26h190M12 63h190M12 100h190M12 137h190M12 174h190"
    return (
        dashed(rows, p.third, 28, "38 8")
        + dashed(rows, p.second, 9, f"{rng.choice([14, 20, 26])} 32 30 16")
        + block(x - 19, y - 14, 38, 28, p.main)
        + f'<ellipse cx="{x}" cy="{y}" rx="29" ry="23" fill="none" stroke="{p.ink}" stroke-width="4" transform="rotate(-9 {x} {y})"/>'
    )


def peaks(p: Palette, rng: Random) -> str:
    """Mountains under a crescent."""
    x = rng.randrange(44, 156)
    heights = [rng.randrange(-16, 17) for _ in range(4)]
    return (
        block(0, 0, SIDE, 210, p.second)
        + disc(x, 52, 30, p.third)
        + disc(x + 13, 46, 27, p.second)
        + dotted("M18 26h170M40 78h150", p.third, 3, 43)
        + shape(f"M-30 212L54 {88 + heights[0]}l52 64 44-{66 + heights[1]} 90 124z", p.main)
        + shape(f"M54 {88 + heights[0]}l26 32-14-4-12 14-10-12-12 2z", p.third)
        + shape(f"M-20 212l62-{60 + heights[2]} 48 38 52-{58 + heights[3]} 90 90z", p.ground)
    )


def castle(p: Palette, rng: Random) -> str:
    """Towers with the light on."""
    top = rng.randrange(54, 74)
    towers = f"M30 212V112h24v18h26V{top}h40v76h24v-38h26v100zM26 112l16-38 16 38zM76 {top}l24-46 24 46zM140 112l17-42 17 42z"
    return (
        disc(rng.randrange(60, 140), 92, 82, p.third)
        + shape(towers, p.main)
        + shape(f"M93 {top + 22}a7 7 0 0 1 14 0v16h-14zM38 126h8v12h-8zM153 124h8v12h-8z", p.second)
        + shape("M86 212v-28a14 14 0 0 1 28 0v28z", p.ground)
        + shape("M0 196q50-18 100-2t100-6v30H0z", p.ground)
    )


def beam(p: Palette, rng: Random) -> str:
    """The light of the projector, and a full house."""
    y = rng.randrange(10, 26)
    return (
        shape(f"M196 {y}L14 34v104L196 {y + 12}z", p.third)
        + shape("M14 34h96v104H14z", p.main)
        + disc(62, 86, rng.randrange(20, 34), p.second)
        + dotted("M12 178H200", p.second, 28, 35)
        + dotted("M-6 204H210", p.ink, 32, 36)
    )


def dunes(p: Palette, rng: Random) -> str:
    """A sail, or a fin, between waves."""
    x = rng.randrange(70, 126)
    return (
        block(0, 0, SIDE, 210, p.third)
        + disc(rng.choice([44, 156]), 50, 26, p.main)
        + shape(f"M{x} 40q46 44 52 104h-52zM{x - 8} 62v82h-44q8-50 44-82z", p.ink)
        + shape("M-20 150q30-22 60 0t60 0 60 0 60 0V220H-20z", p.main)
        + shape("M-44 172q30-22 60 0t60 0 60 0 60 0 60 0V220H-44z", p.second)
        + shape("M-20 196q30-22 60 0t60 0 60 0 60 0V220H-20z", p.ground)
    )


# Genre -> its pictures. The order is the order of telling: of a film's genres the first in this table says most about it.
BY_GENRE: dict[str, tuple[Composition, ...]] = {
    "Film-Noir": (blinds, skyline, keyhole, lamp),
    "Western": (horizon,),
    "Musical": (record, curtain, waves),
    "War": (chevrons, speed, target),
    "Horror": (claws, teeth, house, eye),
    "Documentary": (contact_sheet, waves),
    "Animation": (rainbow, kites, castle, tree),
    "Sci-Fi": (orbits, saucer, grid, rocket),
    "Fantasy": (peaks, castle, tree),
    "Mystery": (keyhole, spiral, eye),
    "Crime": (skyline, blinds, stairs, diamond, road, lamp),
    "Children": (kites, rainbow, tree),
    "Romance": (two_discs, heart, letter, bench),
    "Thriller": (spiral, eye, keyhole, road, lamp),
    "Adventure": (dunes, horizon, peaks, target),
    "Action": (burst, speed, target),
    "Comedy": (quarters, smile, confetti),
    "Drama": (split, arches, stairs, curtain, two_discs, dunes, bench, lamp),
    "IMAX": (beam, orbits),
}
WITHOUT_GENRE: tuple[Composition, ...] = (beam,)


def telling(genres: tuple[str, ...]) -> str:
    """The genre that says most about a film; of genres that the table does not know the first, and "" of none."""
    return next((genre for genre in BY_GENRE if genre in genres), genres[0] if genres else "")


def pictures_of(genre: str) -> tuple[Composition, ...]:
    """The pictures that suit a genre."""
    return BY_GENRE.get(genre, WITHOUT_GENRE)
