"""Pictures of two of a kind."""

from __future__ import annotations

from random import Random

from webapp.posters.palettes import Palette
from webapp.posters.strokes import SIDE, block, disc, dotted, line, rays, shape


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
