"""Ratings as scipy's sparse matrices, and the products of films with films that linear models are fitted from."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix

COLUMNS_AT_ONCE = 1_000  # of a product: bounds what scipy needs beside the result


def by_user(matrix: RatingMatrix, values: NDArray[np.generic]) -> sp.csr_matrix:
    """Users by movies, with these values in place of the half stars; values: beside `matrix.columns`."""
    return sp.csr_matrix((values, matrix.columns, matrix.row_starts), shape=(matrix.n_users, matrix.n_movies))


def scaled(values: sp.csr_matrix, by_row: NDArray[np.float64], by_column: NDArray[np.float64] | None = None) -> sp.csr_matrix:
    """Every row, and every column where that is asked for, times its own number."""
    data = values.data * np.repeat(by_row, np.diff(values.indptr))
    if by_column is not None:
        data *= by_column[values.indices]
    return sp.csr_matrix((data, values.indices, values.indptr), shape=values.shape)


def of_columns(left: sp.csr_matrix, right: sp.csr_matrix) -> NDArray[np.float64]:
    """leftᵀ·right, dense: every column of the one with every column of the other."""
    by_column, found = left.T.tocsr(), np.empty((left.shape[1], right.shape[1]))
    for first in range(0, right.shape[1], COLUMNS_AT_ONCE):
        some = slice(first, first + COLUMNS_AT_ONCE)
        found[:, some] = (by_column @ right[:, some]).toarray()
    return found
