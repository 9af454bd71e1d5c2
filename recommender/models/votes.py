"""Votes: how much each rating speaks for its film today, by its stars and by how long ago it was given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models.kernels import plain

DAY = 86_400  # seconds
NO_VOTE = 4  # half stars: two stars or fewer speak for nothing, five are a whole vote
MOST_IDLE = 30  # days
AT_ONCE = 1_000_000  # ratings whose votes are worked out together


@dataclass(frozen=True)
class Votes:
    """by_day: shape (days,), the weight of a whole vote given so many days before the last rating of the matrix, 1 on its day; days
    without a rating stand at 1 and are never asked for.

    The weight halves with every half life. Days count by the calendar, but a time in which nobody rated for no more than MOST_IDLE, and
    all together for no more than the ratings given since would fill at the mean pace: a few ratings, years after all others, do not make
    those old. Ratings without a time count as old as the oldest with one; where no rating has a time, every vote is whole.
    """

    matrix: RatingMatrix
    by_day: NDArray[np.float64]

    @classmethod
    def of(cls, matrix: RatingMatrix, half_life_days: float) -> Votes:
        """InvalidInputError unless the half life is a number above 0."""
        if not 0 < half_life_days < float("inf"):
            raise InvalidInputError("half_life_days", half_life_days, "a number above 0")
        known = matrix.rated_at[matrix.rated_at > 0]
        if not len(known):
            return cls(matrix, np.ones(1))
        per_day = np.bincount((matrix.latest - known) // DAY)
        rated = np.flatnonzero(per_day)
        calendar = np.cumsum(np.minimum(np.diff(rated, prepend=0), MOST_IDLE))
        given_since = np.cumsum(per_day[rated]) - per_day[rated]
        age = np.minimum(calendar, given_since * ((calendar[-1] + 1) / len(known)))
        by_day = np.ones(len(per_day))
        by_day[rated] = 0.5 ** (age / half_life_days)
        return cls(matrix, by_day)

    def days(self, rated_at: NDArray[np.integer]) -> NDArray[np.int64]:
        """Whole days before the last rating, at most those of the oldest."""
        return np.minimum((self.matrix.latest - rated_at.astype(np.int64)) // DAY, len(self.by_day) - 1)

    def of_entries(self, entries: NDArray[np.int64] | slice) -> NDArray[np.float64]:
        """What ratings by their position in the matrix speak for their films, each from 0 to 1."""
        stars = np.maximum(self.matrix.half_stars[entries].astype(np.float64) - NO_VOTE, 0) / (10 - NO_VOTE)
        return np.asarray(stars * self.by_day[self.days(self.matrix.rated_at[entries])])

    def by_everybody(self, *, whatever_stars: bool = False) -> NDArray[np.float64]:
        """The sum of all votes for each film, shape (n_movies,). whatever_stars: every rating is a whole vote that fades."""
        found = np.zeros(self.matrix.n_movies)
        for first in range(0, self.matrix.n_ratings, AT_ONCE):
            some = slice(first, first + AT_ONCE)
            weights = self.by_day[self.days(self.matrix.rated_at[some])] if whatever_stars else self.of_entries(some)
            found += np.bincount(self.matrix.columns[some], weights=weights, minlength=self.matrix.n_movies)
        return found

    def by(self, rows: NDArray[np.intp], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum over some people of weight times vote, for each film, shape (n_movies,). rows, weights: the people's, side by side."""
        voters, entries = self._entries(rows)
        amounts = weights[voters] * self.of_entries(entries)
        return np.bincount(self.matrix.columns[entries], weights=amounts, minlength=self.matrix.n_movies).astype(np.float64, copy=False)

    def one_by_one(self, rows: NDArray[np.intp], weights: NDArray[np.float64], columns: NDArray[np.integer]) -> NDArray[np.float64]:
        """The terms of `by` for some films, shape (len(columns), len(rows))."""
        voters, entries = self._entries(rows)
        place = np.full(self.matrix.n_movies, -1, dtype=np.int64)
        place[columns] = np.arange(len(columns))
        at = place[self.matrix.columns[entries]]
        wanted = np.flatnonzero(at >= 0)
        terms = np.zeros((len(columns), len(rows)))
        terms[at[wanted], voters[wanted]] = weights[voters[wanted]] * self.of_entries(entries[wanted])
        return terms

    def _entries(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each rating of these rows the place of its row among them, and its position in the matrix."""
        starts, lengths = self.matrix.row_starts[rows], self.matrix.row_starts[rows + 1] - self.matrix.row_starts[rows]
        return np.repeat(np.arange(len(rows)), lengths), plain.spans(starts, lengths)
