"""What was tried and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recommender.evaluation.figures import Figure

COMPLETED, FAILED = "completed", "failed"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Parameters to try. number: from 0, in the order of the search. share: of the people, on whom it is tried; 1 is everybody."""

    number: int
    parameters: Mapping[str, float]
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a candidate. figure: of the measure that decides, None when it failed. reason: why it did. seconds: how long it took."""

    candidate: Candidate
    figure: Figure | None
    reason: str = ""
    seconds: float = 0.0

    @property
    def status(self) -> str:
        """COMPLETED or FAILED."""
        return FAILED if self.figure is None else COMPLETED


def ranked(outcomes: Iterable[Outcome], *, lower_is_better: bool) -> list[Outcome]:
    """Best first: those on more people before those on fewer, then by mean, ties by lower number; failures last."""

    def key(outcome: Outcome) -> tuple[bool, float, float, int]:
        mean = outcome.figure.mean if outcome.figure else 0.0
        return outcome.figure is None, -outcome.candidate.share, mean if lower_is_better else -mean, outcome.candidate.number

    return sorted(outcomes, key=key)
