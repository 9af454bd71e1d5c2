"""One method per file; what every method owes is said here, and checked by one contract suite.

A model never sees a user id: it scores a history. Where its trained arrays hold that same person, `own_row` says which row,
and that row is no neighbour of itself; so a viewer of the data set, the same viewer one rating later and a newcomer are one
code path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix


@dataclass(frozen=True, slots=True)
class History:
    """What one person has rated. columns: ascending, each once. half_stars: 1 to 10, beside them.

    own_row: the row of the same person in the trained matrix, or None.
    """

    columns: NDArray[np.int32]
    half_stars: NDArray[np.uint8]
    own_row: int | None = None

    @classmethod
    def of_row(cls, matrix: RatingMatrix, row: int) -> History:
        """The history that the matrix holds for a row."""
        columns, half_stars = matrix.row(row)
        return cls(columns, half_stars, own_row=row)

    @classmethod
    def of_nobody(cls) -> History:
        """Of somebody who has rated nothing."""
        return cls(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint8))

    def __len__(self) -> int:
        return len(self.columns)


Parameters = Mapping[str, float]


class Model(Protocol):
    """A fitted method over one rating matrix."""

    @property
    def recipe(self) -> str: ...
    @property
    def matrix(self) -> RatingMatrix: ...
    @property
    def parameters(self) -> Parameters: ...
    @property
    def neutral(self) -> float:
        """The score that says nothing for or against a film: what NaN stands for when a list must be filled."""

    def score(self, history: History) -> NDArray[np.float64]:
        """One number per movie, shape (n_movies,), higher is better, comparable within one history only; NaN where it cannot tell.

        Deterministic, and the same to the last bit for a history in the matrix and for an equal one handed in from outside.
        """

    def predict(self, history: History, column: int) -> float:
        """The stars this person would probably give, 0.5 to 5."""

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """`predict` for several films of one person, shape of columns; -1 stands for a film the matrix does not hold."""
