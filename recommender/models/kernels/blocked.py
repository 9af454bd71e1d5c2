"""The neighbour sums for many people at once: a block of users against everybody, popular films dense and the rest sparse.

Gives the bits of `plain`. Dot products split by film: those many have rated go through a dense float32 product, exact because
half stars are small whole numbers; the long tail goes through a sparse one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models.kernels import plain
from recommender.models.kernels.sparse import by_user

BLOCK_CELLS = 2_000_000  # users in a block times the longer side of the matrix: bounds memory at about 200 MB
DENSE_CELLS = 100_000_000  # cells of the dense part, one float32 each
SPARSE_COST = 400  # one multiply-add of the sparse product costs about as much as this many of the dense one
Best = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]

ROUNDING = 1e-6  # more than the relative error of a float32 cosine, so that no true neighbour is missed
GROUP = 32  # scores whose maximum is looked at first


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
    """A matrix made ready for many users; blocks are asked for one after the other."""

    def __init__(self, matrix: RatingMatrix) -> None:
        self._matrix = matrix
        self._squared = matrix.squared_rows
        self._inverse = (1 / np.sqrt(self._squared.astype(np.float64))).astype(np.float32)
        dense = _dense_columns(matrix)
        whole = by_user(matrix, matrix.half_stars.astype(np.float32))
        self._head = np.ascontiguousarray(whole[:, np.flatnonzero(dense)].toarray())
        self._tail = whole[:, np.flatnonzero(~dense)].tocsr()
        self._tail_by_movie = self._tail.T.tocsr()
        self._voted: tuple[int, sp.csr_matrix] | None = None

    def blocks(self, rows: NDArray[np.int64] | None = None) -> Iterator[NDArray[np.int64]]:
        """These rows, ascending, or all there are, in blocks that fit into memory."""
        rows = np.arange(self._matrix.n_users) if rows is None else rows
        longer = max(self._matrix.n_users, self._matrix.n_movies, 1)
        size = max(1, BLOCK_CELLS // longer)
        for first in range(0, len(rows), size):
            yield rows[first : first + size]

    def neighbours(self, users: NDArray[np.int64], k: int) -> Neighbours:
        """The k nearest rows of each user, itself left out, ties by lower row; fewer where fewer overlap."""
        dots = self._dots(users)
        block_rows, rows = _contenders(dots * self._inverse, k)
        similarities = plain.cosines(dots[block_rows, rows].astype(np.float64), self._squared[rows], self._squared[users[block_rows]])
        positive = similarities > 0
        return Neighbours(users, *_best(block_rows[positive], rows[positive], similarities[positive], len(users), k))

    def similarities(self, users: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of each user of a block with every row, shape (users, n_users), to the last bit those of `plain`; 0 with oneself."""
        return plain.cosines(self._dots(users).astype(np.float64), self._squared, self._squared[users][:, np.newaxis])

    def _dots(self, users: NDArray[np.int64]) -> NDArray[np.float32]:
        dots = self._head[users] @ self._head.T
        if self._tail.nnz:
            tail = self._tail[users] @ self._tail_by_movie
            dots += tail.toarray()
        dots[np.arange(len(users)), users] = 0
        return np.asarray(dots)

    def weighted_sums(self, near: Neighbours, centre: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`plain.weighted_sums` for every user of the block, each of shape (users, n_movies)."""
        # One product for both sums, which meet the same cells: votes in the real part, weights in the imaginary one. The weights of
        # users are real, so that nothing of the one part reaches the other.
        weights = sp.csr_matrix(
            (near.similarities.astype(np.complex128), near.rows, near.starts), shape=(len(near.users), self._matrix.n_users)
        )
        sums = (weights @ self._votes(centre)).toarray()
        return sums.real, sums.imag

    def _votes(self, centre: int) -> sp.csr_matrix:
        """Half stars less the centre, and i beside each; the one made last is kept."""
        if self._voted is None or self._voted[0] != centre:
            self._voted = centre, by_user(self._matrix, self._matrix.half_stars.astype(np.float64) - centre + 1j)
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


def _dense_columns(matrix: RatingMatrix) -> NDArray[np.bool_]:
    """The movies for which multiplying everybody with everybody is cheaper than multiplying raters with raters."""
    dense = matrix.raters.astype(np.float64) ** 2 * SPARSE_COST > float(matrix.n_users) ** 2
    most = DENSE_CELLS // max(matrix.n_users, 1)
    if np.count_nonzero(dense) > most:
        dense[:] = False
        dense[np.argsort(-matrix.raters, kind="stable")[:most]] = True
    return np.asarray(dense)


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
