"""Charts as SVG, drawn on the server with the page's own ink: classes instead of colours, so that both themes fit."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

STEPS = ("½", "1", "1½", "2", "2½", "3", "3½", "4", "4½", "5")
COLUMN, GAP = 30, 6
TALLEST, HEAD, FOOT = 96, 18, 22


def match_bar(match: int) -> Markup:
    """A thin bar as long as the match, 0 to 100; the number stands beside it in words."""
    length = min(max(match, 0), 100)
    return Markup(  # noqa: S704 - numbers of ours alone
        '<svg class="match-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="match-bar-rest" d="M0 0h100v4H0z"/><path class="match-bar-part" d="M0 0h{length}v4H0z"/></svg>'
    )


def histogram(counts: Sequence[int]) -> Markup:
    """Ten columns, ½ to 5 stars, as tall as their counts, each with its count above; the caption and a table stand beside it.

    counts: ten numbers from 0 up. A count above zero is drawn at least 2 units tall, so that it can be seen.
    """
    if len(counts) != len(STEPS):
        raise ValueError(f"a histogram of stars has {len(STEPS)} counts, not {len(counts)}")
    most = max(*counts, 1)
    width = len(STEPS) * (COLUMN + GAP) - GAP
    floor = HEAD + TALLEST
    columns = []
    for place, (step, count) in enumerate(zip(STEPS, counts, strict=True)):
        x = place * (COLUMN + GAP)
        tall = max(round(count / most * TALLEST, 1), 2) if count else 0
        middle = x + COLUMN / 2
        top = ' class="most"' if count == most else ""
        columns.append(f'<path{top} d="M{x} {floor}h{COLUMN}v{-tall:g}h-{COLUMN}z"/>' if count else "")
        columns.append(f'<text x="{middle:g}" y="{floor - tall - 5:g}">{_short(count)}</text>' if count else "")
        columns.append(f'<text class="step" x="{middle:g}" y="{floor + 17}">{step}</text>')
    return Markup(  # noqa: S704 - numbers of ours alone
        f'<svg class="histogram" viewBox="0 0 {width} {floor + FOOT}" aria-hidden="true">'
        f'<path class="floor" d="M0 {floor}h{width}"/>{"".join(columns)}</svg>'
    )


def _short(count: int) -> str:
    """At most four characters: 812, 9.4k, 31k, 1.2M."""
    if count < 1000:
        return str(count)
    for size, letter in ((1_000_000, "M"), (1000, "k")):
        if count >= size:
            return f"{count / size:.1f}{letter}" if count < 10 * size else f"{count // size}{letter}"
    raise AssertionError


def share_bar(share: float, everybody: float, most: float) -> Markup:
    """A bar as long as a person's share, with a tick where everybody's ends; the numbers stand beside it. most: the share that fills it."""
    length, tick = (round(min(part / most, 1.0) * 100, 1) if most > 0 else 0.0 for part in (share, everybody))
    return Markup(  # noqa: S704 - numbers of ours alone
        '<svg class="share-bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="share-bar-part" d="M0 2h{length:g}v8H0z"/><path class="share-bar-all" d="M{tick:g} 0v12"/></svg>'
    )


def amount_bar(amount: float, most: float) -> Markup:
    """A bar from the middle, to the right for what speaks for a film and to the left for what speaks against. most: what fills a half."""
    length = round(min(abs(amount) / most, 1.0) * 50, 1) if most > 0 else 0.0
    start, kind = (50.0, "for") if amount >= 0 else (50.0 - length, "against")
    return Markup(  # noqa: S704 - numbers of ours alone
        '<svg class="amount-bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="amount-{kind}" d="M{start:g} 2h{length:g}v8h-{length:g}z"/><path class="amount-middle" d="M50 0v12"/></svg>'
    )


def star_gap(own: float, everybody: float | None) -> Markup:
    """Two marks on a line from half a star to five: the person's mean filled, everybody's hollow, where there is one."""
    x = round((own - 0.5) / 4.5 * 90 + 5, 1)
    other = None if everybody is None else round((everybody - 0.5) / 4.5 * 90 + 5, 1)
    between = (
        ""
        if other is None
        else f'<path class="star-gap-way" d="M{other:g} 6H{x:g}"/><circle class="star-gap-all" cx="{other:g}" cy="6" r="3.5"/>'
    )
    return Markup(  # noqa: S704 - numbers of ours alone
        '<svg class="star-gap" viewBox="0 0 100 12" aria-hidden="true"><path class="star-gap-line" d="M5 6h90"/>'
        f'{between}<circle class="star-gap-own" cx="{x:g}" cy="6" r="3.5"/></svg>'
    )
