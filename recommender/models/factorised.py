"""What recipes by factorisation share: their parameters within limits, scores as sums over own ratings, and nothing that was taken back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import History, Parameters
from recommender.models.item_linear import refuse_outside
from recommender.models.parts import BASE, OWN, POPULARITY, Part, Parts

Floats = NDArray[np.float64]


def refuse_unfit(parameters: Parameters, limits: Mapping[str, tuple[float, float]]) -> None:
    """InvalidInputError for the first parameter out of its limits, and for one that is no whole number where both limits are such."""
    refuse_outside(parameters, limits)
    for name, (least, most) in limits.items():
        if isinstance(least, int) and isinstance(most, int) and parameters[name] % 1:
            raise InvalidInputError(name, parameters[name], f"a whole number from {least} to {most}")


def without_taken_back(scores: Floats, history: History, matrix: RatingMatrix) -> Floats:
    """The scores, NaN for films that the person's trained row holds and the history does not.

    The factors have learned of them from this very person, so that until the next training they would come straight back.
    """
    if history.own_row is not None:
        scores[np.setdiff1d(matrix.row(history.own_row)[0], history.columns, assume_unique=True)] = np.nan
    return scores


def sums(history: History, scores: Floats, shares: Floats, *, base: Floats | None = None, liked: Floats | None = None) -> list[Parts]:
    """The parts of each film: the base, then the largest amounts; none where the score is NaN.

    shares: shape (films, len(history)), what each own rating adds. base, liked: beside the scores, what the film starts from and what it
    gets for how everybody likes it; None for nothing.
    """
    found: list[Parts] = []
    for at, score in enumerate(scores.tolist()):
        if score != score:
            found.append(())
            continue
        amounts = [Part(OWN, amount, column=column) for column, amount in zip(history.columns.tolist(), shares[at].tolist(), strict=True)]
        if liked is not None:
            amounts.append(Part(POPULARITY, float(liked[at])))
        ordered = sorted(amounts, key=lambda part: -abs(part.amount))
        found.append((*(() if base is None else (Part(BASE, float(base[at])),)), *ordered))
    return found
