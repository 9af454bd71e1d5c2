"""The films' factors as Apache Spark's ALS learns them, taken home as arrays: whoever uses them needs neither Spark nor Java.

Explicit they are `StarFactors` without biases and with a frequency of 1; implicit they are the `Preferences` here.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import SparkError
from recommender.models import History
from recommender.models.implicit_als import gram_of, products
from recommender.spark_session import cause_of, session

RATINGS_IN_A_CHUNK = 100_000  # sent to executors together; never by how many there are, so that every cluster gets the same
COLUMNS = "userId int, movieId int, rating float"
Chunk = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]


def learned(
    matrix: RatingMatrix, *, n_factors: int, n_iterations: int, regularisation: float, seed: int, alpha: float | None = None
) -> NDArray[np.float32]:
    """The films after so many rounds, each of all films, then all people; shape (n_movies, n_factors), zeros where nobody has rated.

    In Spark's words: rank, maxIter, regParam, seed; alpha with implicitPrefs, None without. All else is as Spark has it, so a script with
    pyspark.ml.recommendation.ALS over the same ratings learns the same. It happens in the session of this process, else in one of two
    threads of this machine. MissingExtraError where Spark is missing; SparkError where it gives up.
    """
    films = np.zeros((matrix.n_movies, n_factors), dtype=np.float32)
    if not matrix.n_ratings:
        return films
    with session() as spark:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pandas and of threads, which are not used with it
            from pyspark.ml.recommendation import ALS
            from pyspark.sql import SparkSession

        chunks = list(_chunks(matrix))
        asked = {"implicitPrefs": alpha is not None, "alpha": 1.0 if alpha is None else alpha}
        als = ALS(rank=n_factors, maxIter=n_iterations, regParam=regularisation, seed=seed, userCol="userId", itemCol="movieId", **asked)
        try:
            rows = spark.parallelize(chunks, len(chunks)).flatMap(_rows)
            fitted = als.fit(SparkSession(spark).createDataFrame(rows, COLUMNS, verifySchema=False))
            found = fitted.itemFactors.collect()
        except (Py4JError, PySparkException) as error:
            raise SparkError(f"Spark's ALS gave up: {cause_of(error)}") from error
    ids, factors = np.array([row[0] for row in found]), np.array([row[1] for row in found], dtype=np.float32)
    films[np.searchsorted(matrix.movie_ids, ids)] = factors
    return films


def _chunks(matrix: RatingMatrix) -> Iterator[Chunk]:
    user_ids = np.repeat(matrix.user_ids, np.diff(matrix.row_starts))
    movie_ids, stars = matrix.movie_ids[matrix.columns], np.asarray(matrix.half_stars / 2, dtype=np.float32)
    for part in np.array_split(np.arange(matrix.n_ratings), math.ceil(matrix.n_ratings / RATINGS_IN_A_CHUNK)):
        yield user_ids[part], movie_ids[part], stars[part]


def _rows(chunk: Chunk) -> Iterable[tuple[int, int, float]]:
    """What an executor makes of a chunk."""
    user_ids, movie_ids, stars = chunk
    return zip(user_ids.tolist(), movie_ids.tolist(), stars.tolist(), strict=True)


@dataclass(frozen=True, slots=True)
class Preferences:
    """Factors of who watches what, with a confidence of 1 + alpha·stars for what was rated and 1 for what was not.

    films: y, shape (n_movies, n_factors), zeros where nobody has rated the film. gram: Σ_i y_i·y_i'.

    A person is (YᵀY + Σ alpha·r_j·y_j·y_jᵀ + λ·n·I)⁻¹ Σ (1 + alpha·r_j)·y_j over their n ratings.
    Source: Hu, Koren and Volinsky, Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008, equation 4; λ·n is Spark's, after
    Zhou, Wilkinson, Schreiber and Pan, AAIM 2008.
    """

    films: NDArray[np.float32]
    gram: NDArray[np.float64]
    regularisation: float
    alpha: float

    @classmethod
    def of(cls, films: NDArray[np.float32], regularisation: float, alpha: float) -> Preferences:
        """Of films that were learned so."""
        return cls(films, gram_of(films), regularisation, alpha)

    def person(self, history: History) -> NDArray[np.float64]:
        """The factors of whoever has this history; zeros where it says nothing."""
        normal, own, confidence = self._equations(history)
        return np.asarray(np.linalg.solve(normal, own.T @ confidence))

    def score(self, history: History) -> NDArray[np.float64]:
        """How surely the person will watch each film, shape (n_movies,): about 1 for yes, 0 for no."""
        return products(self.films, self.person(history))

    def shares(self, history: History, columns: NDArray[np.integer]) -> NDArray[np.float64]:
        """What each own rating adds to each score, shape (len(columns), len(history)) (Hu et al., section 5)."""
        normal, own, confidence = self._equations(history)
        return np.asarray(self.films[columns].astype(np.float64) @ np.linalg.solve(normal, own.T) * confidence)

    def _equations(self, history: History) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """YᵀY + Σ alpha·r_j·y_j·y_jᵀ + λ·n·I, and of the own films y and 1 + alpha·r."""
        own, surer = self.films[history.columns].astype(np.float64), self.alpha * history.half_stars / 2
        ridge = self.regularisation * max(len(history), 1)
        return self.gram + (own.T * surer) @ own + ridge * np.eye(own.shape[1]), own, 1 + surer
