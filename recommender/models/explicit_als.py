"""Stars factorised by alternating least squares: given the films every person is a ridge problem, given the people every film is one.

Source: Zhou, Wilkinson, Schreiber and Pan, Large-scale Parallel Collaborative Filtering for the Netflix Prize, AAIM 2008, with the
biases of Koren, Bell and Volinsky (see `star_factors`), which are solved for together with the factors. Without biases and with a
frequency of 1 it is the problem that Spark's ALS solves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models.kernels.ridge import Observed, solve_rows
from recommender.models.star_factors import BIAS_FEATURE, Shrinkage, StarFactors, mean_stars

INITIAL_SPREAD = 0.1  # of each q before the first step


def fit(
    matrix: RatingMatrix, shrinkage: Shrinkage, *, n_factors: int, n_iterations: int, has_biases: bool, rng: np.random.Generator
) -> StarFactors:
    """The films after so many rounds, each of all people, then all films."""
    mean = mean_stars(matrix)
    start, feature = (mean, BIAS_FEATURE) if has_biases else (0.0, 0.0)
    films = (rng.standard_normal((matrix.n_movies, n_factors)) * INITIAL_SPREAD).astype(np.float32)
    films[matrix.raters == 0] = 0
    biases = np.zeros(matrix.n_movies)
    mean_length = matrix.n_ratings / max(1, matrix.n_users)
    if matrix.n_ratings:
        stars, column_stars = (half_stars / 2 - start for half_stars in (matrix.half_stars, matrix.column_half_stars))
        rows = matrix.wide_rows()
        of_people = shrinkage.ridge(np.diff(matrix.row_starts), mean_length)
        of_films = shrinkage.ridge(matrix.raters, matrix.n_ratings / int(np.count_nonzero(matrix.raters)))
        for _ in range(n_iterations):
            own_biases, people = step(matrix.row_starts, matrix.columns, stars, biases, films, of_people, feature)
            biases, films = step(matrix.column_starts, rows, column_stars, own_biases, people, of_films, feature)
    return StarFactors(mean, biases, films, shrinkage, mean_length, has_biases)


def step(
    starts: NDArray[np.int64],
    columns: NDArray[np.integer],
    stars: NDArray[np.float64],
    biases: NDArray[np.float64],
    factors: NDArray[np.float32],
    ridge: NDArray[np.float64],
    feature: float,
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """The biases and factors of one side, given those of the other."""
    features = np.concatenate([np.full((len(factors), 1), feature, dtype=np.float32), factors], axis=1)
    surprises = (stars - biases[columns]).astype(np.float32)
    observed = Observed(starts, columns, np.ones(len(columns), dtype=np.float32), surprises)
    found = solve_rows(observed, features, np.zeros((features.shape[1],) * 2), ridge)
    return feature * found[:, 0].astype(np.float64), np.ascontiguousarray(found[:, 1:])
