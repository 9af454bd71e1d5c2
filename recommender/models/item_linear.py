"""What linear item-item models share: what each own rating says of each film is a number in a table, and a score is a sum of them.

Only films with enough raters are kept in the table; the others cannot be scored. A person is folded in by reading their films' rows:
nobody's own row is needed, and a newcomer is scored as anybody. The trained row of the person is one of the many that made the table and
stays in it. So that it cannot bring back what its owner took back, a film that the trained row holds and the history does not is not
scored until the next training: the table has learned of it from this very person. (On ml-latest-small EASE would have put 9 of 10 films
taken back among the first ten again, `ordered` 2 and `item-cosine` 3.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import Arrays, History, Parameters
from recommender.models.parts import OWN, Part, Parts

MIDDLING_STARS = 3.5  # a rating that counts for one; others count for more or less
MOST_LIKING = 0.33  # from a third on, half a star would count against a film
ROWS_AT_ONCE = 64  # of the table, turned into float64 together: few enough to stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one history puts into a table. columns: the n kept films of the history. places: where they are in the table.

    amounts: shape (n_blocks, n), the weight of each rating in each block.
    """

    columns: NDArray[np.int32]
    places: NDArray[np.intp]
    amounts: NDArray[np.float64]


@dataclass(frozen=True)
class ItemTable:
    """What a rating of one film says of another. columns: the kept films, ascending.

    weights: shape (n_blocks, n_kept, n_kept), float32: from the film rated (row) to the film scored (column).
    """

    columns: NDArray[np.int32]
    weights: NDArray[np.float32]

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> ItemTable:
        """The table from what `arrays` gave, memory-mapped or not; KeyError where one is missing."""
        return cls(arrays["columns"], arrays["weights"])

    def arrays(self) -> Arrays:
        return {"columns": self.columns, "weights": self.weights}

    def known(self, columns: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Positions among the columns given of those that are kept, and their places in the table."""
        if not len(self.columns):
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        places = np.minimum(np.searchsorted(self.columns, columns), len(self.columns) - 1)
        at = np.flatnonzero(self.columns[places] == columns)
        return at, places[at]

    def score(self, inputs: Inputs, history: History, matrix: RatingMatrix) -> NDArray[np.float64]:
        """Σ amount · weight per film, shape (n_movies,).

        NaN for a film that is not kept, of which no rating says anything, or that the person's trained row holds and the history does not.
        """
        sums = np.zeros(len(self.columns))
        for block, amounts in zip(self.weights, inputs.amounts, strict=True):
            counted = np.flatnonzero(amounts)
            for first in range(0, len(counted), ROWS_AT_ONCE):
                some = counted[first : first + ROWS_AT_ONCE]
                sums += amounts[some] @ block[inputs.places[some]].astype(np.float64)
        scores = np.full(matrix.n_movies, np.nan)
        scores[self.columns] = np.where(sums == 0, np.nan, sums)
        if history.own_row is not None:
            scores[np.setdiff1d(matrix.row(history.own_row)[0], history.columns, assume_unique=True)] = np.nan
        return scores

    def products(self, inputs: Inputs, columns: NDArray[np.integer]) -> NDArray[np.float64]:
        """The terms of the sums for some films, shape (n_blocks, n, len(columns)); 0 for a film that is not kept."""
        at, places = self.known(columns)
        found = np.zeros((*inputs.amounts.shape, len(columns)))
        for block, amounts, terms in zip(self.weights, inputs.amounts, found, strict=True):
            terms[:, at] = amounts[:, np.newaxis] * block[np.ix_(inputs.places, places)]
        return found


def own_parts(inputs: Inputs, amounts: NDArray[np.float64], scores: NDArray[np.float64]) -> list[Parts]:
    """One part for each own rating, largest first. amounts: shape (n, films). scores: beside the films; where NaN there are no parts."""
    found: list[Parts] = []
    for of_film, score in zip(amounts.T, scores, strict=True):
        order = np.argsort(-of_film, kind="stable") if not np.isnan(score) else ()
        found.append(tuple(Part(OWN, float(of_film[at]), column=int(inputs.columns[at])) for at in order))
    return found


def kept_films(matrix: RatingMatrix, parameters: Parameters) -> NDArray[np.int32]:
    """Columns of the films with `least_raters`, ascending; of more than `most_films` those with most raters, ties by lower column."""
    enough = np.flatnonzero(matrix.raters >= parameters["least_raters"])
    most_rated = np.argsort(-matrix.raters[enough], kind="stable")[: int(parameters["most_films"])]
    return np.sort(enough[most_rated]).astype(np.int32)


def counted(half_stars: NDArray[np.integer], liking: float) -> NDArray[np.float64]:
    """How much a rating counts: 1 + liking · (stars - 3.5), always above 0."""
    return np.asarray(1 + liking * (half_stars / 2 - MIDDLING_STARS))


def refuse_outside(parameters: Parameters, limits: Mapping[str, tuple[float, float]]) -> None:
    """InvalidInputError for the first parameter that is not from its least to its most."""
    for name, (least, most) in limits.items():
        if not least <= parameters[name] <= most:
            raise InvalidInputError(name, parameters[name], f"a number from {least:g} to {most:g}")
