"""The best of many, kept while they come in block by block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.models.kernels import SIMILARITY_BITS

ROW_BITS = 62 - SIMILARITY_BITS  # of a number that holds a similarity and a row: 67 million people
LAST_ROW = (1 << ROW_BITS) - 1
ROUNDING = 1e-6  # more than the relative error of a float32 cosine, so that no true neighbour is missed
NOTHING = -1
LEAST = np.finfo(np.float32).tiny  # above 0


class RunningBest:
    """The k most similar rows of each person among those offered so far; ties to the lower row.

    A row and its similarity are kept as one whole number, whose order is theirs: the similarity in units of 2^-SIMILARITY_BITS, then how
    far the row is from LAST_ROW. floors: shape (people,), float32; what is less similar than this need not be offered.
    """

    def __init__(self, people: int, k: int) -> None:
        self.k, self.rounding = k, ROUNDING
        self._kept = np.full((people, k + max(32, k // 2)), NOTHING, dtype=np.int64)
        self._counts = np.zeros(people, dtype=np.int64)
        self.floors = np.full(people, LEAST, dtype=np.float32)

    def has_floor(self, people: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether anything is too little for each."""
        return np.asarray(self.floors[people] > LEAST)

    def offer(self, people: NDArray[np.int64], rows: NDArray[np.int64], similarities: NDArray[np.float64]) -> None:
        """Rows for people, who may come several times; people: ascending. Nobody is offered a row twice."""
        offered = _numbers(rows, similarities)
        while len(people):
            begins = np.flatnonzero(np.diff(people, prepend=-1))
            counts = np.diff(begins, append=len(people))
            places = np.arange(len(people)) + np.repeat(self._counts[people[begins]] - begins, counts)
            fits = places < self._kept.shape[1]
            self._kept[people[fits], places[fits]] = offered[fits]
            self._counts[people[begins]] = np.minimum(self._counts[people[begins]] + counts, self._kept.shape[1])
            people, offered = people[~fits], offered[~fits]
            if len(people):
                self._cut(people[np.flatnonzero(np.diff(people, prepend=-1))])
                hopeful = offered > self._kept[people, 0]
                people, offered = people[hopeful], offered[hopeful]

    def _cut(self, people: NDArray[np.int64]) -> None:
        """Only the k best stay, the last of them at place 0."""
        kept = self._kept[people]
        surplus = kept.shape[1] - self.k
        kept.partition(surplus, axis=1)
        self._kept[people, : self.k] = kept[:, surplus:]
        self._kept[people, self.k :] = NOTHING
        self._counts[people] = self.k
        self.floors[people] = _similarities(kept[:, surplus]) * (1 - ROUNDING)

    def best(self, people: slice) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Where each of these people's rows begin, shape (people + 1,), the rows, the most similar first, and their similarities."""
        kept = -np.sort(-self._kept[people], axis=1)[:, : self.k]
        there = kept != NOTHING
        starts = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(np.int64)
        return starts, LAST_ROW - (kept[there] & LAST_ROW), _similarities(kept[there])


def _numbers(rows: NDArray[np.int64], similarities: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(((similarities * 2.0**SIMILARITY_BITS).astype(np.int64) << ROW_BITS) | (LAST_ROW - rows))


def _similarities(numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray((numbers >> ROW_BITS) * 2.0**-SIMILARITY_BITS)
