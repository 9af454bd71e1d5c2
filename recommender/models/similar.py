"""Films liked by the same people: cosine between two films' columns, shrunk where few have rated both.

Source: item-item cosine of Sarwar et al. (WWW 2001) with the shrinkage n/(n + s) of Bell and Koren (ICDM 2007).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models.kernels import plain

SHRINKAGE = 10  # people who rated both count as much as this many who did not


def similar_movies(matrix: RatingMatrix, column: int, n: int, *, exclude: NDArray[np.bool_] | None = None) -> list[tuple[int, float, int]]:
    """Column, likeness in [0, 1] and number of common raters of the n most alike films, most alike first, ties by lower column.

    The film itself is never among them, nor those marked True in `exclude` (shape (n_movies,)); fewer than n where fewer share a rater.
    """
    raters, half_stars = matrix.column(column)
    lengths = matrix.row_starts[raters + 1] - matrix.row_starts[raters]
    entries = plain.spans(matrix.row_starts[raters], lengths)
    columns = matrix.columns[entries]
    products = np.repeat(half_stars.astype(np.float64), lengths) * matrix.half_stars[entries]
    dots = np.bincount(columns, weights=products, minlength=matrix.n_movies).astype(np.float64, copy=False)
    both = np.bincount(columns, minlength=matrix.n_movies)
    dots[column] = 0.0
    if exclude is not None:
        dots[exclude] = 0.0
    candidates = np.flatnonzero(dots)
    squared = matrix.squared_columns
    likeness = plain.cosines(dots[candidates], squared[candidates], squared[column]) * (both[candidates] / (both[candidates] + SHRINKAGE))
    order = np.argsort(-likeness, kind="stable")[:n]
    return [(int(candidates[at]), float(likeness[at]), int(both[candidates[at]])) for at in order]
