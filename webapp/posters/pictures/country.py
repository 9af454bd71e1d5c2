"""Pictures of hills, trees, kites and castles."""

from __future__ import annotations

from random import Random

from webapp.posters.palettes import Palette
from webapp.posters.strokes import SIDE, block, disc, dotted, line, shape


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
