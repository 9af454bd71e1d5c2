"""Pictures of plain forms in motion, or in a row."""

from __future__ import annotations

from math import pi
from random import Random

from webapp.posters.palettes import Palette
from webapp.posters.strokes import SIDE, block, disc, line, rays, shape, star


def target(p: Palette, rng: Random) -> str:
    """Rings, and something that flew past."""
    x, y = rng.randrange(84, 117), rng.randrange(92, 109)
    rings = "".join(disc(x, y, r, c) for r, c in ((86, p.main), (66, p.third), (46, p.main), (26, p.second), (9, p.ground)))
    return rings + line(f"M-10 {y + 66}L210 {y - 74}", p.ink, 6) + shape(f"M178 {y - 62}l34-14-20 34z", p.ink)


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


def chevrons(p: Palette, rng: Random) -> str:
    """Stripes of rank and a star."""
    y = rng.randrange(106, 118)
    stripes = "".join(line(f"M10 {y + k * 30}l90-48 90 48", c, 17) for k, c in ((1, p.main), (2, p.second), (3, p.third)))
    return stripes + shape(star(100, 52, 5, 40, 16, -pi / 2), p.main)
