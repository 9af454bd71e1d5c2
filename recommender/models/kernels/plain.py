"""The neighbour sums for one person, in a few calls of numpy: the twin that `blocked`, and what is compiled, must equal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models.kernels import SIMILARITY_BITS

# Raters of a film from which on it is added by itself: a call of numpy more, in a quarter of the time for each rater and without a list of
# positions, which takes 210 MB for 300 films of 25,000 raters.
LONG_COLUMN = 1_000


def overlaps(matrix: RatingMatrix, columns: NDArray[np.integer], half_stars: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The dot product of a history with every row, shape (n_users,): whole numbers, exact."""
    starts, lengths = matrix.column_starts[columns], matrix.raters[columns]
    is_long = lengths >= LONG_COLUMN
    entries = spans(starts[~is_long], lengths[~is_long])
    products: NDArray[np.float64] = (
        np.repeat(half_stars[~is_long].astype(np.float64), lengths[~is_long]) * matrix.column_half_stars[entries]
    )
    dots = _sums(matrix.rows_of(columns[~is_long]), products, matrix.n_users)
    for column, own in zip(columns[is_long].tolist(), half_stars[is_long].astype(np.float64), strict=True):
        rows, theirs = matrix.column(column)
        np.add.at(dots, rows, theirs * own)
    return dots


def cosines(dots: NDArray[np.float64], squared: NDArray[np.int64], own_squared: int | np.int64 | NDArray[np.int64]) -> NDArray[np.float64]:
    """Cosine similarities from dot products and squared norms, rounded to multiples of 2^-SIMILARITY_BITS; 0 where a norm is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        exact = dots / np.sqrt(squared.astype(np.float64) * own_squared)
    exact = np.nan_to_num(exact, copy=False)
    return np.asarray(np.rint(exact * 2.0**SIMILARITY_BITS) * 2.0**-SIMILARITY_BITS)


def nearest(similarities: NDArray[np.float64], k: int) -> NDArray[np.intp]:
    """The rows of the k highest similarities above 0, highest first, ties by lower row; fewer if fewer are above 0."""
    candidates = np.flatnonzero(similarities > 0)
    if len(candidates) > k:
        floor = np.partition(similarities[candidates], len(candidates) - k)[len(candidates) - k]
        candidates = candidates[similarities[candidates] >= floor]
    order = np.argsort(-similarities[candidates], kind="stable")
    return candidates[order[:k]]


def weighted_sums(
    matrix: RatingMatrix, rows: NDArray[np.intp], weights: NDArray[np.float64], centre: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For every movie the sum of weight times (half stars - centre) over the rows that rated it, and the sum of those weights.

    Both of shape (n_movies,); centre: a whole number of half stars, so that the sums are exact.
    """
    starts, lengths = matrix.row_starts[rows], matrix.row_starts[rows + 1] - matrix.row_starts[rows]
    entries = spans(starts, lengths)
    columns, repeated = matrix.columns[entries], np.repeat(weights, lengths)
    votes = repeated * (matrix.half_stars[entries].astype(np.float64) - centre)
    return _sums(columns, votes, matrix.n_movies), _sums(columns, repeated, matrix.n_movies)


def damped_average(votes: NDArray[np.float64], weights: NDArray[np.float64], centre: int, damping: float) -> NDArray[np.float64]:
    """b + Σ sim·(r - b) / (Σ sim + λ) in stars, from the sums in half stars and b, the centre; NaN where no weight is."""
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = (centre + votes / (weights + damping)) / 2
    return np.where(weights > 0, scores, np.nan)


def ratings(matrix: RatingMatrix, rows: NDArray[np.intp], columns: NDArray[np.integer]) -> NDArray[np.uint8]:
    """The half stars of these rows for these films alone, shape (rows, columns), 0 for none."""
    lengths = matrix.row_starts[rows + 1] - matrix.row_starts[rows]
    entries = spans(matrix.row_starts[rows], lengths)
    place = np.full(matrix.n_movies, -1, dtype=np.int32)
    place[columns] = np.arange(len(columns))
    at = place[matrix.columns[entries]]
    wanted = np.flatnonzero(at >= 0)
    table = np.zeros((len(rows), len(columns)), dtype=np.uint8)
    table[np.repeat(np.arange(len(rows)), lengths)[wanted], at[wanted]] = matrix.half_stars[entries[wanted]]
    return table


def spans(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions start, start + 1, … of every span, one after the other, shape (sum of lengths,)."""
    ends = np.cumsum(lengths)
    within = np.arange(ends[-1] if len(ends) else 0, dtype=np.int64)
    return np.asarray(within + np.repeat(starts - (ends - lengths), lengths), dtype=np.int64)


def _sums(cells: NDArray[np.integer], amounts: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    # bincount gives whole numbers where there is nothing to add up.
    return np.bincount(cells, weights=amounts, minlength=n).astype(np.float64, copy=False)
