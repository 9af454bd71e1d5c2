"""Pictures of planets, rockets and what comes from there."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from webapp.posters.palettes import Palette
from webapp.posters.strokes import SIDE, block, disc, dotted, line, shape


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
