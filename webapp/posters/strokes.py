"""What pictures are cut out of: discs, blocks, lines and rays as SVG elements without ids, styles or gradients."""

from __future__ import annotations

from math import cos, pi, sin

SIDE = 200  # of the field a picture is drawn on


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
