"""The stars that a film's most similar raters promise, for many people at once: the twin of `UserCosine.predict_many`.

Each film needs the similarities of everybody in the block with all of its raters, so everybody and every film together cost people
times ratings: 3 seconds for ml-latest-small, hours for millions of ratings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from recommender.models import History
from recommender.models.kernels.blocked import Batch
from recommender.models.user_cosine import UserCosine

Progress = Callable[[int, int], None]


class Raters:
    """A model made ready for many people; blocks are asked for one after the other."""

    def __init__(self, model: UserCosine) -> None:
        self._model, self._batch = model, Batch(model.matrix)

    def by_blocks(self, rows: NDArray[np.int64], progress: Progress) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Blocks of these rows and their stars for every film, shape (rows in the block, n_movies)."""
        done = 0
        for users in self._batch.blocks(rows):
            yield users, self._stars(users)
            done += len(users)
            progress(done, len(rows))

    def _stars(self, users: NDArray[np.int64]) -> NDArray[np.float64]:
        matrix = self._model.matrix
        # By film, so that the raters of one stand together. A single person stands twice: numpy adds up a lone column in another order.
        block = users if len(users) > 1 else np.repeat(users, 2)
        similarities = np.ascontiguousarray(self._batch.similarities(block).T)
        half_stars = np.repeat(np.array([[self._mean(row) for row in block.tolist()]]), matrix.n_movies, axis=0)
        for column in np.flatnonzero(matrix.raters).tolist():
            raters, given = matrix.column(column)
            half_stars[column] += self._deviations(similarities[raters], given - self._model.mean_half_stars[raters])
        return np.ascontiguousarray(np.clip(half_stars / 2, 0.5, 5.0).T[: len(users)])

    def _mean(self, row: int) -> float:
        """What the person gives a film that nobody has rated, in half stars."""
        return 2 * self._model.predict(History.of_row(self._model.matrix, row), -1)

    def _deviations(self, similarities: NDArray[np.float64], theirs: NDArray[np.float64]) -> NDArray[np.float64]:
        """How many half stars from their mean each person would give one film, shape (people,).

        similarities: shape (raters, people), 0 with oneself; overwritten. theirs: how far from their own means the raters gave it.
        """
        _keep_highest(similarities, int(self._model.parameters["n_raters"]))
        # Added up rater by rater, so that a person's sum is the same in every block.
        totals = similarities.sum(axis=0) + self._model.parameters["rater_damping"]
        sums = (similarities * theirs[:, np.newaxis]).sum(axis=0)
        return np.asarray(np.divide(sums, totals, out=np.zeros_like(sums), where=totals > 0))


def _keep_highest(values: NDArray[np.float64], k: int) -> None:
    """Set all but the k highest of each column to 0; of equals the upper ones are kept."""
    if len(values) <= k:
        return
    floors = np.partition(values, len(values) - k, axis=0)[len(values) - k]
    values[values < floors] = 0.0
    tied = np.flatnonzero(np.count_nonzero(values, axis=0) > k)
    at_floor = values[:, tied] == floors[tied]
    room = k - np.count_nonzero(values[:, tied] > floors[tied], axis=0)
    values[:, tied] = np.where(at_floor & (np.cumsum(at_floor, axis=0) > room), 0.0, values[:, tied])
