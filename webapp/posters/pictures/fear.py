"""Pictures of what looks back at night."""

from __future__ import annotations

from random import Random

from webapp.posters.palettes import Palette
from webapp.posters.strokes import SIDE, block, disc, line, rays, shape


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
