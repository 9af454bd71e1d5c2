"""Dot products of some people with everybody: popular films by a dense product, the rest rater by rater.

Exact, since half stars are small whole numbers: their sums stay below 2^24, what a float32 holds, or are made in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import _sparsetools

from recommender.data.matrix import RatingMatrix

DENSE_CELLS = 100_000_000  # cells of the dense part, one number each
SPARSE_COST = 64  # adding one rater's product costs as much as this many multiply-adds of the dense product: 1.5 ns to 0.023
LARGEST_FLOAT32 = 1 << 24  # whole numbers up to here are exact

Dots = NDArray[np.floating[Any]]


class Products:
    """A matrix made ready for dot products. dtype: of the products, by how large they can become."""

    def __init__(self, matrix: RatingMatrix) -> None:
        self._matrix = matrix
        # No dot product is larger than the larger of the two squared norms.
        self.dtype = np.dtype(np.float32 if matrix.squared_rows.max(initial=0) < LARGEST_FLOAT32 else np.float64)
        dense = _dense_columns(matrix)
        head = np.flatnonzero(dense)
        self._head = np.zeros((len(head), matrix.n_users), dtype=self.dtype)
        for at, column in enumerate(head.tolist()):
            rows, half_stars = matrix.column(column)
            self._head[at, rows] = half_stars
        self._is_tail = ~dense
        in_tail = np.repeat(self._is_tail, matrix.raters)
        self._raters = AddedColumns(
            np.where(dense, 0, matrix.raters), matrix.wide_rows()[in_tail], matrix.column_half_stars[in_tail].astype(self.dtype)
        )

    def into(self, dots: Dots, users: NDArray[np.int64], first: int = 0, before: NDArray[np.int64] | None = None) -> None:
        """Each user's dot product with every row from `first` on, in dots[:, first:]; 0 with oneself.

        dots: shape (users, n_users), C-contiguous. before: of each movie the raters below `first`, shape (n_movies,).
        """
        if len(self._head):
            np.matmul(np.ascontiguousarray(self._head[:, users].T), self._head[:, first:], out=dots[:, first:])
        else:
            dots[:, first:] = 0
        for at, user in enumerate(users.tolist()):
            columns, half_stars = self._matrix.row(user)
            in_tail = self._is_tail[columns]
            self._raters.add(dots[at], columns[in_tail], half_stars[in_tail].astype(self.dtype), before)
        dots[np.arange(len(users)), users] = 0


class AddedColumns:
    """A sparse matrix by column, some of whose columns are added up, each times its weight.

    A product of matrix and vector adds them all, most of them times 0; a product of sparse matrices keeps a list of the cells it has met,
    which takes nine times as long. So scipy's own loop is called as it is, on the columns wanted alone: they are named from the last to
    the first, so that what lies between one and the next, a column of its own for scipy, ends before it begins.
    """

    def __init__(self, lengths: NDArray[np.int64], rows: NDArray[np.integer[Any]], values: NDArray[Any]) -> None:
        self._starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        # Both of one type, or scipy copies the one for each call.
        self._position = np.dtype(np.int32 if self._starts[-1] < np.iinfo(np.int32).max else np.int64)
        self._rows, self._values = np.ascontiguousarray(rows, dtype=self._position), np.ascontiguousarray(values)

    def add(
        self, sums: NDArray[Any], columns: NDArray[np.integer[Any]], weights: NDArray[Any], skipped: NDArray[np.int64] | None = None
    ) -> None:
        """sums[row] += weight · value for every entry of these columns; columns: ascending, none twice; weights: of the values' type.

        sums: contiguous, of the values' type. skipped: how many entries of each column to leave out at its beginning.
        """
        if not len(columns):
            return
        backwards = columns[::-1]
        spans = np.empty(2 * len(columns), dtype=self._position)
        spans[::2], spans[1::2] = self._starts[backwards], self._starts[backwards + 1]
        if skipped is not None:
            spans[::2] += skipped[backwards].astype(self._position)
        factors = np.zeros(len(spans) - 1, dtype=self._values.dtype)
        factors[::2] = weights[::-1]
        _sparsetools.csc_matvec(len(sums), len(factors), spans, self._rows, self._values, factors, sums)


def _dense_columns(matrix: RatingMatrix) -> NDArray[np.bool_]:
    """The movies for which multiplying everybody with everybody is cheaper than multiplying raters with raters."""
    dense = matrix.raters.astype(np.float64) ** 2 * SPARSE_COST > float(matrix.n_users) ** 2
    most = DENSE_CELLS // max(matrix.n_users, 1)
    if np.count_nonzero(dense) > most:
        dense[:] = False
        dense[np.argsort(-matrix.raters, kind="stable")[:most]] = True
    return np.asarray(dense)
