"""Histories as they went: each person's films from the first to the last rated, as the neural recipes learn from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import History


@dataclass(frozen=True, slots=True)
class Walk:
    """The film rated first first; of those rated in one second the lower column is earlier. All of one length."""

    columns: NDArray[np.int32]
    half_stars: NDArray[np.uint8]
    rated_at: NDArray[np.int64]

    @classmethod
    def of(cls, history: History) -> Walk:
        order = history.in_order()
        return cls(history.columns[order], history.half_stars[order], history.rated_at[order])

    def at(self, places: NDArray[np.integer] | slice) -> Walk:
        """Those at these places, in the order given."""
        return Walk(self.columns[places], self.half_stars[places], self.rated_at[places])

    def __len__(self) -> int:
        return len(self.columns)


def walks(matrix: RatingMatrix, most_ratings: int, rng: np.random.Generator) -> list[Walk]:
    """Everybody's, by row; with more ratings than `most_ratings` those of people drawn at random who have that many, one at least."""
    n_each = np.diff(matrix.row_starts)
    rows = np.arange(matrix.n_users)
    if matrix.n_ratings > most_ratings:
        order = rng.permutation(matrix.n_users)
        n_drawn = max(1, int(np.searchsorted(np.cumsum(n_each[order]), most_ratings, side="right")))
        rows = np.sort(order[:n_drawn])
    return [Walk.of(History.of_row(matrix, row)) for row in rows.tolist()]
