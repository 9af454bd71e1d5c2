"""One method per file; what every method owes is said here, and checked by one contract suite.

A model never sees a user id: it scores a history. Where its trained arrays hold that same person, `own_row` says which row,
and that row is no neighbour of itself; so a viewer of the data set, the same viewer one rating later and a newcomer are one
code path.

A recipe's class has two ways in, `fit` and `restore`: the second takes what `arrays` gave, memory-mapped, so that a model is in use
without being made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models.parts import Parts


@dataclass(frozen=True, slots=True)
class History:
    """What one person has rated. columns: ascending, each once. half_stars: 1 to 10, beside them.

    times: beside them, seconds since 1970, UTC, in the type they are kept in; 0 where nobody knows. Nothing of them is read before
    `rated_at` is asked for, since they are as large as all the rest of a model and most methods do without. own_row: the row of the
    same person in the trained matrix, or None.
    """

    columns: NDArray[np.int32]
    half_stars: NDArray[np.uint8]
    times: NDArray[np.integer]
    own_row: int | None = None

    @classmethod
    def of_row(cls, matrix: RatingMatrix, row: int) -> History:
        """The history that the matrix holds for a row."""
        columns, half_stars = matrix.row(row)
        return cls(columns, half_stars, matrix.times(row), own_row=row)

    @property
    def rated_at(self) -> NDArray[np.int64]:
        """The times, wide enough to reckon with."""
        return self.times.astype(np.int64, copy=False)

    @classmethod
    def untimed(cls, columns: NDArray[np.int32], half_stars: NDArray[np.uint8], *, own_row: int | None = None) -> History:
        """Of somebody of whom nobody knows when they rated what."""
        return cls(columns, half_stars, np.zeros(len(columns), dtype=np.int64), own_row=own_row)

    @classmethod
    def of_nobody(cls) -> History:
        """Of somebody who has rated nothing."""
        return cls.untimed(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint8))

    def in_order(self) -> NDArray[np.intp]:
        """Positions in the history, the film rated first first; of those rated in one second the lower column counts as earlier."""
        return np.argsort(self.rated_at, kind="stable")

    def __len__(self) -> int:
        return len(self.columns)


Parameters = Mapping[str, float]
Arrays = Mapping[str, NDArray[Any]]


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

    @property
    def is_personal(self) -> bool:
        """Whether the order of the films depends on the history."""

    def score(self, history: History) -> NDArray[np.float64]:
        """One number per movie, shape (n_movies,), higher is better, comparable within one history only; NaN where it cannot tell.

        Deterministic, and the same to the last bit for a history in the matrix and for an equal one handed in from outside.
        """

    def arrays(self) -> Arrays:
        """What fitting has worked out, by name, to be saved; empty where everything is in the matrix."""


@runtime_checkable
class PredictsStars(Protocol):
    """A model that knows how many stars a person would give."""

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """The stars this person would probably give, 0.5 to 5, shape of columns; -1 stands for a film the matrix does not hold.

        A rating of the film itself in the history is used as any other: whoever wants a guess without it takes it out first.
        """


@runtime_checkable
class TellsLiking(Protocol):
    """A model that knows how probably a person likes a film."""

    def chances(self, history: History, columns: NDArray[np.integer]) -> NDArray[np.float64]:
        """The probability that this person gives each film more than three stars, 0 to 1, shape of columns; -1 as in `predict_many`."""


@runtime_checkable
class Additive(Protocol):
    """A model whose scores are sums."""

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """For each column what its score is made of, largest amount first after BASE; empty where the score is NaN.

        The parts add up to the score to 1e-6. Own ratings and neighbours are named one by one.
        """
