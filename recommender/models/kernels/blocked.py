"""The neighbour sums for many people at once: a block of users against everybody, by numpy and scipy alone.

Gives the bits of `plain`. Where everybody is asked about in turn, each two people are multiplied once, for both of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models.kernels import plain
from recommender.models.kernels.pairs import Everybody, Pairs
from recommender.models.kernels.products import AddedColumns
from recommender.models.kernels.running import ROUNDING

BLOCK_CELLS = 4_000_000  # users in a block times the longer side of the matrix: bounds memory at about 200 MB
GROUP = 32  # scores whose maximum is looked at first
Scored = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
Best = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest rows of a block of users, as one flat table ordered by user, then highest similarity, then lower row.

    users: the rows the block is about, ascending. starts: shape (n + 1,), where each user's neighbours begin.
    """

    users: NDArray[np.int64]
    starts: NDArray[np.int64]
    rows: NDArray[np.int64]
    similarities: NDArray[np.float64]


class Batch:
    """A matrix made ready for many users; blocks are asked for one after the other. pairs: its people, to be compared."""

    def __init__(self, matrix: RatingMatrix) -> None:
        self._matrix = matrix
        self.pairs = Pairs(matrix)
        self._everybody: Everybody | None = None
        self._asks_everybody = False
        self._voted: tuple[int, AddedColumns] | None = None

    def blocks(self, rows: NDArray[np.int64] | None = None) -> Iterator[NDArray[np.int64]]:
        """These rows, ascending, or all there are, in blocks that fit into memory."""
        rows = np.arange(self._matrix.n_users) if rows is None else rows
        longer = max(self._matrix.n_users, self._matrix.n_movies, 1)
        size = max(1, BLOCK_CELLS // longer)
        self._asks_everybody, self._everybody = len(rows) == self._matrix.n_users, None
        for first in range(0, len(rows), size):
            yield rows[first : first + size]

    def neighbours(self, users: NDArray[np.int64], k: int) -> Neighbours:
        """The k nearest rows of each user, itself left out, ties by lower row; fewer where fewer overlap.

        Where the blocks are those of everybody, and are asked about in turn, it takes half the work, and memory for k rows of everybody.
        """
        if self._asks_everybody:
            self._everybody = self._everybody or Everybody(self.pairs, k)
            if self._everybody.goes_on_with(users, k):
                return Neighbours(users, *self._everybody.nearest(users))
        return Neighbours(users, *self.pairs.nearest(users, k))

    def similarities(self, users: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of each user of a block with every row, shape (users, n_users), to the last bit those of `plain`; 0 with oneself."""
        return self.pairs.similarities(users)

    def weighted_sums(self, near: Neighbours, centre: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`plain.weighted_sums` for every user of the block, each of shape (users, n_movies)."""
        # One sum for both, which meet the same cells: votes in the real part, weights in the imaginary one. The weights of users are real,
        # so that nothing of the one part reaches the other.
        sums, votes = np.zeros((len(near.users), self._matrix.n_movies), dtype=np.complex128), self._votes(centre)
        for at in range(len(near.users)):
            votes.add(sums[at], *_ascending(near, at))
        return sums.real, sums.imag

    def best_unseen(self, near: Neighbours, centre: int, scored: Scored, k: int) -> Best:
        """`top` of the scores made of `weighted_sums`, to the same bits, without a score for films that nobody near has rated.

        scored: from votes and weights of some films to their scores, none NaN where a weight is.
        """
        sums, votes = np.zeros(self._matrix.n_movies, dtype=np.complex128), self._votes(centre)
        starts, columns, scores = [0], [], []
        for at, user in enumerate(near.users.tolist()):
            votes.add(sums, *_ascending(near, at))
            sums[self._matrix.row(user)[0]] = 0
            rated = np.flatnonzero(sums.imag > 0)  # of truth values: ten times as fast as of numbers
            theirs = sums[rated]
            sums[rated] = 0
            best, values = _highest(rated, scored(theirs.real, theirs.imag), k)
            starts.append(starts[-1] + len(best))
            columns.append(best)
            scores.append(values)
        return np.array(starts), np.concatenate([*columns, np.zeros(0, np.int64)]), np.concatenate([*scores, np.zeros(0)])

    def _votes(self, centre: int) -> AddedColumns:
        """Of everybody, half stars less the centre, and i beside each; the one made last is kept."""
        if self._voted is None or self._voted[0] != centre:
            values = self._matrix.half_stars.astype(np.complex128)
            values += complex(-centre, 1)
            self._voted = centre, AddedColumns(np.diff(self._matrix.row_starts), self._matrix.columns, values)
        return self._voted[1]

    def top(self, scores: NDArray[np.float64], users: NDArray[np.int64], k: int) -> Best:
        """The k best unseen columns of each user of a block: starts, columns and scores, ties by lower column; NaN is never in."""
        lengths = self._matrix.row_starts[users + 1] - self._matrix.row_starts[users]
        seen = plain.spans(self._matrix.row_starts[users], lengths)
        scores = np.where(np.isnan(scores), -np.inf, scores)
        scores[np.repeat(np.arange(len(users)), lengths), self._matrix.columns[seen]] = -np.inf
        block_rows, columns = _contenders(scores, k)
        found = scores[block_rows, columns]
        possible = found > -np.inf
        return _best(block_rows[possible], columns[possible], found[possible], len(users), k)


def _ascending(near: Neighbours, at: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The rows near one user of the block by number, and their similarities."""
    span = slice(near.starts[at], near.starts[at + 1])
    order = np.argsort(near.rows[span])
    return near.rows[span][order], near.similarities[span][order]


def _highest(cells: NDArray[np.int64], values: NDArray[np.float64], k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Of cells, ascending, those with the k highest values, ties to the lower cell, and the values."""
    if len(values) > k:
        possible = values >= np.partition(values, len(values) - k)[len(values) - k]
        cells, values = cells[possible], values[possible]
    order = np.argsort(-values, kind="stable")[:k]
    return cells[order], values[order]


def _contenders(values: NDArray[np.floating], k: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of every cell that may be among its row's k highest, and of few others.

    The k-th highest of the maxima of groups of cells is reached by at least k cells, so nothing below it can be among them.
    """
    n_rows, n_columns = values.shape
    n_groups = n_columns // GROUP
    if n_groups > k:
        maxima = values[:, : n_groups * GROUP].reshape(n_rows, n_groups, GROUP).max(axis=2)
        floors = np.partition(maxima, n_groups - k, axis=1)[:, n_groups - k]
        floors = np.where(floors > 0, floors * (1 - ROUNDING), floors)
    else:
        floors = np.full(n_rows, -np.inf)
    flat = np.flatnonzero(values >= floors[:, np.newaxis].astype(values.dtype))
    return np.divmod(flat, n_columns)


def _best(block_rows: NDArray[np.int64], cells: NDArray[np.int64], values: NDArray[np.float64], n_rows: int, k: int) -> Best:
    """Of cells grouped by row, the k highest of each row, ties by lower cell: where each row starts, the cells, their values."""
    order = np.lexsort((cells, -values, block_rows))
    block_rows, cells, values = block_rows[order], cells[order], values[order]
    counts = np.bincount(block_rows, minlength=n_rows)
    place = np.arange(len(cells)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept = place < k
    starts = np.zeros(n_rows + 1, dtype=np.int64)
    np.cumsum(np.minimum(counts, k), out=starts[1:])
    return starts, cells[kept], values[kept]
