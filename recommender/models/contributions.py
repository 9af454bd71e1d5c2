"""Where a neighbour score comes from, split two ways: by the people who voted, and by the films that made them neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.models import History
from recommender.models.kernels import plain
from recommender.models.user_cosine import NEUTRAL_HALF_STARS, Neighbourhood, UserCosine


class Contributions:
    """The parts of one person's scores. Either way of splitting adds up to the score less the neutral one.

    The neighbours' ratings are looked up once, so that asking for each film of a list is cheap.
    """

    def __init__(self, model: UserCosine, history: History, near: Neighbourhood) -> None:
        self._model, self._history, self._near = model, history, near
        self.matrix = matrix = model.matrix
        self._lengths = matrix.row_starts[near.rows + 1] - matrix.row_starts[near.rows]
        entries = plain.spans(matrix.row_starts[near.rows], self._lengths)
        self._voters = np.repeat(np.arange(len(near)), self._lengths)
        self._columns, self._half_stars = matrix.columns[entries], matrix.half_stars[entries].astype(np.float64)

    def votes(self, column: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Which neighbours rated the film (positions in the neighbourhood, most similar first), and the half stars they gave."""
        cast = self._columns == column
        return self._voters[cast], self._half_stars[cast]

    def by_person(self, column: int) -> NDArray[np.float64]:
        """What each neighbour adds to the film's score, in stars, shape (neighbours,); 0 for who has not rated it."""
        voters, half_stars = self.votes(column)
        weights = np.zeros(len(self._near))
        weights[voters] = self._near.similarities[voters] * (half_stars - NEUTRAL_HALF_STARS)
        return weights / self._total(voters) / 2

    def by_film(self, column: int) -> NDArray[np.float64]:
        """What each film of the history adds to the film's score, in stars, shape of the history.

        A similarity is a sum over the films both have rated; each person's part is dealt out to these films in proportion.
        """
        voters, _ = self.votes(column)
        if not len(voters):
            return np.zeros(len(self._history))
        shared = self._shared[voters]
        parts = shared / shared.sum(axis=1, keepdims=True)
        return np.asarray(self.by_person(column)[voters] @ parts)

    def _total(self, voters: NDArray[np.intp]) -> float:
        return float(np.sum(self._near.similarities[voters])) + self._model.damping or 1.0

    @property
    def _shared(self) -> NDArray[np.float64]:
        """The product of both ratings of every film of the history, shape (neighbours, history)."""
        if not hasattr(self, "_products"):
            at = np.searchsorted(self._history.columns, self._columns)
            at[at == len(self._history)] = 0
            both = self._history.columns[at] == self._columns
            self._products = np.zeros((len(self._near), len(self._history)))
            self._products[self._voters[both], at[both]] = self._half_stars[both] * self._history.half_stars[at[both]]
        return self._products
