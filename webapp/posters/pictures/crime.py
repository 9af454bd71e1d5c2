"""Pictures of the city at night, and what is stolen there."""

from __future__ import annotations

from random import Random

from webapp.posters.palettes import Palette
from webapp.posters.strokes import SIDE, block, dashed, disc, line, rays, shape


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
