"""Real-time recommendations as Amazon bills them: by five minutes, never below what is provisioned, cheaper beyond borders of the month."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from recommender.costs.bill import Line
from recommender.costs.months import BUCKET
from recommender.costs.prices import Prices

REAL_TIME = "recommendations in real time"  # what such lines are called
# Requests of a month up to each border, by the price that holds there; None: all that is left.
TIERS = (
    ("personalize-requests-first-72m", 72_000_000),
    ("personalize-requests-next-648m", 720_000_000),
    ("personalize-requests-beyond", None),
)
BATCH_TIERS = (
    ("personalize-batch-first-20m", 20_000_000),
    ("personalize-batch-next-180m", 200_000_000),
    ("personalize-batch-beyond", None),
)


def billed(asked: Iterable[int], tps: int) -> int:
    """The requests that are paid for: in each five minutes what was asked, or what `tps` requests a second would have been.

    asked: requests in each five minutes. tps: the minimum that is provisioned, from 0 up; of several campaigns together.
    """
    floor = tps * BUCKET
    return sum(max(floor, count) for count in asked)


def by_tier(n: int, tiers: Iterable[tuple[str, int | None]] = TIERS) -> list[tuple[str, int]]:
    """How many of a month's requests cost which price; prices of none are left out, but for the first."""
    parts, below = [], 0
    for place, (name, border) in enumerate(tiers):
        upper = n if border is None else min(n, border)
        part = max(upper - below, 0)
        if part or place == 0:
            parts.append((name, part))
        below += part
    return parts


def real_time_lines(n: int, prices: Prices, formula: str) -> list[Line]:
    """A line for each price. n: the requests that are paid for. formula: where they come from."""
    return _lines(REAL_TIME, n, by_tier(n), prices, formula)


def batch_lines(n_users: int, prices: Prices) -> list[Line]:
    """Lists written in one go, for so many users."""
    return _lines("recommendations in one go", n_users, by_tier(n_users, BATCH_TIERS), prices, f"{n_users:,} users")


def _lines(what: str, n: int, parts: list[tuple[str, int]], prices: Prices, formula: str) -> list[Line]:
    lines, below = [], 0
    for name, part in parts:
        share = formula if len(parts) == 1 else f"{formula}; of these the {f'{part:,} after {below:,}' if below else f'first {part:,}'}"
        lines.append(Line(what, Decimal(part), prices[name], share))
        below += part
    return lines
