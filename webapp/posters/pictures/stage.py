"""Pictures of curtains, sound and projectors."""

from __future__ import annotations

from random import Random

from webapp.posters.palettes import Palette
from webapp.posters.strokes import SIDE, block, dashed, disc, dotted, line, shape


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
