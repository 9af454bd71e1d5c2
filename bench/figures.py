"""Figures and the table they end in."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np


class MismatchError(Exception):
    """Two sides that should have made the same lists have not: their times are worth nothing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. other: the peer's figure or the limit. most: what ours / other may be; None where nothing was promised."""

    what: str
    ours: float
    other: float | None
    unit: str
    against: str
    most: float | None = 1.0

    @property
    def ratio(self) -> float | None:
        return self.ours / self.other if self.other else None

    @property
    def is_met(self) -> bool | None:
        return None if self.ratio is None or self.most is None else self.ratio <= self.most

    def cells(self) -> tuple[str, ...]:
        """what, ours, peer or limit, ratio, goal, met."""
        return (
            self.what,
            f"{short(self.ours)} {self.unit}",
            f"{short(self.other)} {self.unit} ({self.against})" if self.other is not None else self.against,
            "" if self.ratio is None else f"{self.ratio:.{2 if self.ratio >= 0.1 else 3}f}",
            "" if self.other is None or self.most is None else f"≤ {self.most:g}",
            {True: "yes", False: "NO", None: ""}[self.is_met],
        )


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table whose columns line up."""
    rows = [("what", "ours", "peer or limit", "ratio", "goal", "met"), *(figure.cells() for figure in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def say(text: str) -> None:
    """A line on standard output, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took that was done many times, in milliseconds."""

    what: str
    p50: float
    p95: float
    p99: float
    highest: float
    times: int


SPREADS: list[Spread] = []  # of this run, all that `spread` has said


def spread(name: str, seconds: Iterable[float], of: str = "") -> dict[str, float]:
    """Says and gives the median, 95th and 99th percentile and the highest, in milliseconds; SPREADS keeps them.

    of: what that is a part of, said in a line before; with it the kept name says the whole.
    """
    milliseconds = np.array(list(seconds)) * 1000
    found = {"p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0}
    found = {label: float(np.percentile(milliseconds, percent)) for label, percent in found.items()}
    say(
        f"  {'  ' + name if of else name:<46} "
        + "  ".join(f"{label} {value:6.2f} ms" for label, value in found.items())
        + f"  ({len(milliseconds)} times)"
    )
    SPREADS.append(Spread(f"{of}: {name}" if of else name, *found.values(), times=len(milliseconds)))
    return found


def short(value: float) -> str:
    """In three digits, or whole where there are more before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
