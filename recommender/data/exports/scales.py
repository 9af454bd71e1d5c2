"""Scores of other scales as stars, and telling the scale from the scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from recommender.data.exports.rows import RowError, shown
from recommender.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class Scale:
    """name: how it is asked for. highest: the score that is 5 stars; every other counts in proportion, to the nearest half star.

    says: for people. lowest: below, a score is none.
    """

    name: str
    lowest: float
    highest: float
    says: str

    def stars(self, score: float) -> float:
        """0.5 to 5.0; RowError when the score is off the scale."""
        if not self.lowest <= score <= self.highest:
            raise RowError(f"The score must be from {self.lowest:g} to {self.highest:g}, as the others are, not {score:g}.")
        return max(0.5, floor(score / self.highest * 10 + 0.5) / 2)


FIVE = Scale("5", 0.5, 5, "Scores are read as stars, 0.5 to 5.")
TEN = Scale("10", 1, 10, "Scores are read as 1 to 10; half of each is its stars.")
HUNDRED = Scale("100", 0, 100, "Scores are read as 0 to 100; a twentieth of each, to the nearest half, is its stars.")
SCALES = {scale.name: scale for scale in (FIVE, TEN, HUNDRED)}

ENOUGH = 0.05  # of the scores must be over 10 for a scale of 100, so that one damaged score does not shrink all others

_NUMBER = re.compile(r"(\d{1,4}(?:[.,]\d{1,6})?)\s*(?:/\s*(\d{1,3})|(%)|stars?)?", re.IGNORECASE | re.ASCII)
_GLYPHS = re.compile(r"(★{0,5})(½?)☆{0,5}")


def asked_scale(name: str) -> Scale | None:
    """The scale of that name; None for none. InvalidInputError for an unknown one."""
    if name and name not in SCALES:
        raise InvalidInputError("scale", name, f"one of {', '.join(SCALES)}")
    return SCALES.get(name)


def scale_of(written: Sequence[str], otherwise: Scale = FIVE) -> Scale:
    """The scale that these scores are of, by the highest; `otherwise` where there are none."""
    scores = [score for text in written if (score := _bare_number(text)) is not None and score <= HUNDRED.highest]
    if not scores:
        return otherwise
    if sum(score > TEN.highest for score in scores) > ENOUGH * len(scores):
        return HUNDRED
    return TEN if any(FIVE.highest < score <= TEN.highest for score in scores) else FIVE


def stars_of(text: str, scale: Scale) -> float:
    """The stars of a score as written: "4.5", "4,5", "9/10", "90%" or "★★★★½"; the last three need no scale. RowError for anything else."""
    text = text.strip()
    glyphs = _GLYPHS.fullmatch(text)
    if text and glyphs and (stars := len(glyphs[1]) + 0.5 * bool(glyphs[2])):
        return FIVE.stars(stars)
    number = _NUMBER.fullmatch(text)
    if not number:
        raise RowError(f"The score must be a number, not {shown(text, 40)!r}.")
    score = float(number[1].replace(",", "."))
    if number[2]:
        highest = float(number[2])
        if highest not in (5, 10, 100):
            raise RowError(f"The score must be of 5, 10 or 100, not {shown(text, 40)!r}.")
        return SCALES[number[2].lstrip("0")].stars(score)
    if number[3]:
        return HUNDRED.stars(score)
    return scale.stars(score)


def _bare_number(text: str) -> float | None:
    number = _NUMBER.fullmatch(text.strip())
    return float(number[1].replace(",", ".")) if number and not number[2] and not number[3] else None
