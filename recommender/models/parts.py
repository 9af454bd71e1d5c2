"""What a score is made of: parts that add up to it."""

from __future__ import annotations

from dataclasses import dataclass

BASE = "base"  # what every film starts from
OWN = "own"  # one of the person's own ratings
NEIGHBOUR = "neighbour"  # somebody of like taste
POPULARITY = "popularity"  # how the film is liked, or watched lately, by everybody
CONTENT = "content"  # its genres, year and tags
EXPLORATION = "exploration"  # added to find something out
REMAINDER = "remainder"  # what a model that is not additive cannot deal out
KINDS = (BASE, OWN, NEIGHBOUR, POPULARITY, CONTENT, EXPLORATION, REMAINDER)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of one film's score, in the score's own unit; the parts of a film add up to its score, to 1e-6.

    kind: one of KINDS. column: of the own film that it comes from (OWN, and CONTENT where it can be told). row: of the neighbour, in the
    model's matrix (NEIGHBOUR).
    """

    kind: str
    amount: float
    column: int | None = None
    row: int | None = None


Parts = tuple[Part, ...]


def total(parts: Parts) -> float:
    """What the parts add up to."""
    return sum(part.amount for part in parts)
