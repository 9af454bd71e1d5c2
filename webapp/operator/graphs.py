"""Graphs over time, drawn on the server: classes instead of colours, and letters of the page's own size however wide the graph gets.

Each is an SVG as wide as its place. What is drawn stretches with it, in a picture of its own inside; what is written stands beside at its
place in percent. Every graph says in a sentence what it shows, and a table stands below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import log10

from markupsafe import Markup, escape

from recommender.versions import Estimate

WIDE, HIGH = 600, 100  # units of the stretched picture
TALL = 116  # pixels of the stretched picture
HEAD, FOOT = 14, 22  # pixels above and below it, for what is written
MARK = 9  # units; how wide a single point is drawn
ROW = 46  # pixels; of a dot with its words above

Values = Sequence[float | None]


def columns(counts: Sequence[int], marked: Sequence[int], says: str, ends: tuple[str, str]) -> Markup:
    """A column for each count and, in the accent, the part of it that is marked. ends: what is written below the first and the last."""
    most = max(*counts, 1)
    step = WIDE / len(counts)
    grid = [(1.0, f"{most:,}")]
    bars = _bars(counts, step, most, "graph-part") + _bars(marked, step, most, "graph-marked")
    return _graph(bars, grid, says, [("0", "start", ends[0]), ("100%", "end", ends[1])])


def spending(paid: Sequence[float], asked: Sequence[float], here: float, says: str, ends: tuple[str, str]) -> Markup:
    """A column for each day's dollars and, in the accent, the part that was asked for; a line where `here` lies, what a day costs here."""
    top = max(*paid, here, 0.01)
    step = WIDE / len(paid)
    y = HIGH * (1 - here / top)
    bars = _bars(paid, step, top, "graph-part") + _bars(asked, step, top, "graph-marked")
    line = f'<path class="graph-line of-machine" d="M0 {y:.1f}h{WIDE}"/>'
    return _graph(bars + line, [(1.0, f"${top:,.2f}")], says, [("0", "start", ends[0]), ("100%", "end", ends[1])])


def named_columns(counts: Sequence[int], names: Sequence[str], says: str) -> Markup:
    """A column for each count with its name below."""
    most = max(*counts, 1)
    step = WIDE / len(counts)
    words = [(f"{(place + 0.5) * 100 / len(names):.2f}%", "middle", name) for place, name in enumerate(names)]
    return _graph(_bars(counts, step, most, "graph-part"), [], says, words)


def decades(series: Sequence[tuple[str, Values]], says: str, ends: tuple[str, str]) -> Markup:
    """Lines over a scale on which each line of the grid is ten times the one below it, since what is timed differs that much.

    series: a class and values, milliseconds; None leaves a gap.
    """
    known = [value for _, values in series for value in values if value is not None]
    low = int(log10(max(min(known, default=1), 0.1)) // 1)
    high = max(int(-(-log10(max(max(known, default=10), 0.1)) // 1)), low + 1)

    def height(value: float) -> float:
        return (log10(max(value, 0.1)) - low) / (high - low)

    grid = [(height(10.0**power), _milliseconds(10.0**power)) for power in range(low, high + 1)]
    return _graph(
        "".join(_line(name, values, height) for name, values in series), grid, says, [("0", "start", ends[0]), ("100%", "end", ends[1])]
    )


def lines(series: Sequence[tuple[str, Values]], top: float, says: str, ends: tuple[str, str]) -> Markup:
    """Lines over a scale from 0 to `top`. series: a class and values; None leaves a gap."""
    grid = [(share, f"{top * share:.3f}".removeprefix("0")) for share in (0.5, 1.0)]
    drawn = "".join(_line(name, values, lambda value: value / top) for name, values in series)
    return _graph(drawn, grid, says, [("0", "start", ends[0]), ("100%", "end", ends[1])])


def shares(parts: Sequence[tuple[str, int]], says: str) -> Markup:
    """One bar, cut by how many each part has. parts: a class and a count."""
    whole, drawn, at = sum(count for _, count in parts), [], 0.0
    for name, count in parts:
        part = WIDE * count / whole if whole else 0
        drawn.append(f'<path class="{name}" d="M{at:.2f} 0h{part:.2f}v10H{at:.2f}z"/>' if count else "")
        at += part
    return Markup(  # noqa: S704 - numbers and classes of ours alone
        f'<svg class="shares" viewBox="0 0 {WIDE} 10" preserveAspectRatio="none" role="img" aria-label="{escape(says)}">'
        f'<path class="shares-rest" d="M0 0h{WIDE}v10H0z"/>{"".join(drawn)}</svg>'
    )


def dots(rows: Sequence[tuple[str, str, Estimate]], says: str, *, ends: tuple[str, str] | None = None) -> Markup:
    """A dot with its interval for each row, all on one scale, each with its name above and its number at the end of the line.

    rows: a class, a name, and what is drawn. ends: what lies to the left and to the right of zero, which then stands in the middle; without
    them the scale reaches from 0 to the furthest end.
    """
    reach = max(max(abs(one.low), abs(one.high)) for _, _, one in rows) or 1.0
    first = -reach if ends else min(0.0, *(one.low for _, _, one in rows))

    def x(value: float) -> str:
        return f"{2 + (value - first) / (reach - first) * 96:.2f}%"

    tall = HEAD + ROW * len(rows)
    drawn = [f'<line class="graph-rule" x1="0" x2="100%" y1="{tall}" y2="{tall}"/>']
    if ends:
        drawn.append(f'<line class="graph-rule" x1="{x(0)}" x2="{x(0)}" y1="{HEAD}" y2="{tall}"/>')
    for place, (name, words, one) in enumerate(rows):
        top = HEAD + ROW * place
        y = top + 32
        drawn.append(
            f'<g class="{name}"><text x="0" y="{top + 14}">{escape(words)}</text>'
            f'<text x="100%" y="{top + 14}" text-anchor="end">{_signed(one.mean) if ends else f"{one.mean:.4f}"}</text>'
            f'<line class="dot-line" x1="{x(one.low)}" x2="{x(one.high)}" y1="{y}" y2="{y}"/>'
            f'<line class="dot-line" x1="{x(one.low)}" x2="{x(one.low)}" y1="{y - 5}" y2="{y + 5}"/>'
            f'<line class="dot-line" x1="{x(one.high)}" x2="{x(one.high)}" y1="{y - 5}" y2="{y + 5}"/>'
            f'<circle class="dot-mean" cx="{x(one.mean)}" cy="{y}" r="6"/></g>'
        )
    left, right = (f"← {ends[0]}", f"{ends[1]} →") if ends else ("0", f"{reach:.4f}")
    drawn.append(
        f'<text x="0" y="{tall + 16}">{escape(left)}</text><text x="100%" y="{tall + 16}" text-anchor="end">{escape(right)}</text>'
    )
    if ends:
        drawn.append(f'<text x="50%" y="{tall + 16}" text-anchor="middle">0</text>')
    return Markup(  # noqa: S704 - numbers and classes of ours alone, words escaped
        f'<svg class="graph dots" width="100%" height="{tall + FOOT}" role="img" aria-label="{escape(says)}">{"".join(drawn)}</svg>'
    )


def dot(difference: Estimate) -> Markup:
    """A dot with its interval about the middle, which is no difference; the wider end fills its half. The numbers stand beside it."""
    most = max(abs(difference.low), abs(difference.high)) or 1.0
    low, mean, high = (round(50 + value / most * 46, 2) for value in (difference.low, difference.mean, difference.high))
    kind = " dot-clear" if difference.is_clear else ""
    return Markup(  # noqa: S704 - numbers of ours alone
        f'<svg class="dot{kind}" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true"><path class="dot-middle" d="M50 0v14"/>'
        f'<path class="dot-line" d="M{low:g} 7H{high:g}M{low:g} 4v6M{high:g} 4v6"/><path class="dot-mean" d="M{mean:g} 2v10"/></svg>'
    )


def _signed(number: float) -> str:
    return f"{number:+.4f}".replace("-", "−")


def _graph(drawn: str, grid: Iterable[tuple[float, str]], says: str, below: Iterable[tuple[str, str, str]]) -> Markup:
    """grid: lines at a height from 0 to 1, each with what is written on it. below: place, anchor and words under the floor."""
    rules, words = [], []
    for height, text in grid:
        y = HEAD + TALL * (1 - height)
        rules.append(f'<line class="graph-rule" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        words.append(f'<text x="-6" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>')
    floor = HEAD + TALL
    words += [f'<text x="{place}" y="{floor + 16}" text-anchor="{anchor}">{escape(text)}</text>' for place, anchor, text in below]
    kind = "graph graph-with-scale" if rules else "graph"
    return Markup(  # noqa: S704 - numbers and classes of ours alone, words escaped
        f'<svg class="{kind}" width="100%" height="{HEAD + TALL + FOOT}" role="img" aria-label="{escape(says)}">{"".join(rules)}'
        f'<svg y="{HEAD}" width="100%" height="{TALL}" viewBox="0 0 {WIDE} {HIGH}" preserveAspectRatio="none">{drawn}</svg>'
        f'<line class="graph-floor" x1="0" x2="100%" y1="{floor}" y2="{floor}"/>{"".join(words)}</svg>'
    )


def _bars(counts: Sequence[float], step: float, most: float, name: str) -> str:
    """All columns as one shape; a count above zero is drawn high enough to be seen."""
    drawn = []
    for place, count in enumerate(counts):
        if count:
            tall = max(count / most * HIGH, 2)
            drawn.append(f"M{place * step + step * 0.1:.1f} {HIGH}h{step * 0.8:.1f}v{-tall:.1f}h{-step * 0.8:.1f}z")
    return f'<path class="{name}" d="{"".join(drawn)}"/>' if drawn else ""


def _line(name: str, values: Values, height: Callable[[float], float]) -> str:
    """A line through the values, broken where one is missing; a value alone is a short dash."""
    step, drawn, is_open = WIDE / max(len(values), 1), [], False
    for place, value in enumerate(values):
        if value is None:
            is_open = False
            continue
        x, y = (place + 0.5) * step, HIGH * (1 - min(max(height(value), 0), 1))
        follows = place + 1 < len(values) and values[place + 1] is not None
        if is_open:
            drawn.append(f"L{x:.1f} {y:.1f}")
        elif follows:
            drawn.append(f"M{x:.1f} {y:.1f}")
        else:
            drawn.append(f"M{max(x - MARK / 2, 0):.1f} {y:.1f}h{MARK}")
        is_open = True
    return f'<path class="graph-line {name}" d="{"".join(drawn)}"/>' if drawn else ""


def _milliseconds(number: float) -> str:
    return f"{number / 1000:g} s" if number >= 1000 else f"{number:g} ms"
