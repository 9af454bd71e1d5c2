"""What is drawn: bars, differences and dots with their intervals, as SVG. Classes instead of colours, so that both themes fit.

Lines stretch with their place and letters do not: what is drawn lies in a picture of its own, what is written stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from math import ceil, floor, log10

from recommender.evaluation.figures import Figure

COLOURS = 8
TALL = 260  # pixels of the scatter
FOOT = 44  # pixels below it, for what is written
TICKS = 4


def bar(figure: Figure, most: float) -> str:
    """A bar from 0 to the mean with a whisker for its 95 % interval. most: what fills the width."""
    if figure.mean != figure.mean:
        return '<svg class="bar" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true"></svg>'
    length = _percent(figure.mean / most)
    low, high = figure.interval()
    whisker = ""
    if high > low:
        left, right = _percent(low / most), _percent(high / most)
        whisker = f'<path class="whisker" d="M{left:g} 7H{right:g}M{left:g} 3v8M{right:g} 3v8"/>'
    return (
        '<svg class="bar" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="length" d="M0 1h{length:g}v12H0z"/>{whisker}</svg>'
    )


def difference(figure: Figure) -> str:
    """A dot with its 95 % interval about a line in the middle, which is no difference; the wider end of the interval fills its half."""
    low, high = figure.interval()
    most = max(abs(low), abs(high)) if high == high else 0.0
    if not most:
        return (
            '<svg class="gap" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true"><path class="middle" d="M50 0v14"/></svg>'
        )
    left, mean, right = (_percent(0.5 + value / most * 0.46) for value in (low, figure.mean, high))
    return (
        '<svg class="gap" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true"><path class="middle" d="M50 0v14"/>'
        f'<path class="whisker" d="M{left:g} 7H{right:g}M{left:g} 4v6M{right:g} 4v6"/><path class="mean" d="M{mean:g} 3v8"/></svg>'
    )


def scatter(across: Mapping[str, Figure], up: Mapping[str, Figure], says_across: str, says_up: str) -> str:
    """A numbered dot for each name, with whiskers both ways."""
    known = [name for name in up if up[name].mean == up[name].mean and across[name].mean == across[name].mean]
    xs, ys = (_ticks([end for name in known for end in _ends(figures[name])]) for figures in (across, up))
    place_of = {name: place for place, name in enumerate(up)}

    def x(value: float) -> float:
        return _percent((value - xs[0]) / (xs[-1] - xs[0]))

    def y(value: float) -> float:
        return TALL * (1 - (value - ys[0]) / (ys[-1] - ys[0]))

    rules = "".join(
        f'<line class="rule" x1="0" x2="100%" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text x="-8" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
        for tick in ys
    )
    below = "".join(
        f'<text x="{x(tick):g}%" y="{TALL + 18}" text-anchor="{_anchor(place, len(xs))}">{tick:g}</text>' for place, tick in enumerate(xs)
    )

    def dot(name: str) -> str:
        column, height, place = f"{x(across[name].mean):.2f}%", y(up[name].mean), place_of[name]
        return (
            f'<g class="c{place % COLOURS}"><title>{escape(name)}</title>{_cross(across[name], up[name], x, y)}'
            f'<circle cx="{column}" cy="{height:.1f}" r="10"/>'
            f'<text class="inside" x="{column}" y="{height + 4:.1f}" text-anchor="middle">{place + 1}</text></g>'
        )

    dots, says = "".join(map(dot, known)), escape(f"{says_up} against {says_across}")
    return (
        f'<div class="scatter" role="img" aria-label="{says}"><span class="up">{escape(says_up)}</span>'
        f'<svg width="100%" height="{TALL + FOOT}"><g>{rules}{below}'
        f'<text class="axis" x="100%" y="{TALL + 38}" text-anchor="end">{escape(says_across)}</text>{dots}</g></svg></div>'
    )


def _cross(across: Figure, up: Figure, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    (left, right), (low, high) = _ends(across), _ends(up)
    return (
        f'<line class="whisker" x1="{x(left):.2f}%" x2="{x(right):.2f}%" y1="{y(up.mean):.1f}" y2="{y(up.mean):.1f}"/>'
        f'<line class="whisker" x1="{x(across.mean):.2f}%" x2="{x(across.mean):.2f}%" y1="{y(low):.1f}" y2="{y(high):.1f}"/>'
    )


def _ends(figure: Figure) -> tuple[float, float]:
    low, high = figure.interval()
    return (low, high) if high == high else (figure.mean, figure.mean)


def _ticks(values: list[float]) -> list[float]:
    """Round numbers, a handful, from at or below the least to at or above the most of the values; two at least."""
    least, most = (min(values), max(values)) if values else (0.0, 1.0)
    span = (most - least) or abs(most) or 1.0
    rough = span / TICKS
    size = 10.0 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough * 0.999)
    first, last = floor(least / step), max(ceil(most / step), floor(least / step) + 1)
    return [round(step * number, 10) for number in range(first, last + 1)]


def _anchor(place: int, n: int) -> str:
    return "start" if place == 0 else "end" if place == n - 1 else "middle"


def _percent(share: float) -> float:
    return round(min(max(share, 0.0), 1.0) * 100, 2)
