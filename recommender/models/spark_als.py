"""Lists and stars by Apache Spark's own ALS: fitted by Spark, served without it.

A list is ranked by implicit factors, stars are predicted by explicit ones; implicit 0 fits the explicit ones alone and ranks by them.

Source: pyspark.ml.recommendation.ALS, which is Zhou, Wilkinson, Schreiber and Pan, Large-scale Parallel Collaborative Filtering for the
Netflix Prize, AAIM 2008, and with implicitPrefs Hu, Koren and Volinsky, ICDM 2008. Differences: a person, of the training or not, is
folded in by the ridge solve that Spark makes for a person, over the films that it has learned (to 1e-5 of its own factors, which come out
of the same solve in the last half round); and a list ranked by stars is damped towards a neutral vote, because by plain stars a film with
one enthusiast comes first. damping 0 is the ranking of recommendForAllUsers, without the films that were rated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Parameters
from recommender.models.factorised import refuse_unfit, sums, without_taken_back
from recommender.models.parts import Parts
from recommender.models.spark_factors import Preferences, learned
from recommender.models.star_factors import Shrinkage, StarFactors, mean_stars

NEUTRAL_STARS = 2.5
# Spark's own, but for n_factors and implicit, which were chosen on validation: the newest tenth of the training side of `newest` (ml-100k).
# There implicit factors find more than twice what stars do, damped or not, and 32 of them more than 10; a tenth held out at random of
# u1.base has its stars predicted no worse by 32 than by 10.
DEFAULTS: Parameters = {
    "n_factors": 32,
    "n_iterations": 10,
    "regularisation": 0.1,
    "implicit": 1,
    "alpha": 1.0,
    "damping": 100.0,
    "seed": 0,
}
_LIMITS = {
    "n_factors": (1, 1024),
    "n_iterations": (1, 50),
    "regularisation": (1e-6, 1e6),
    "implicit": (0, 1),
    "alpha": (0.0, 1e6),
    "damping": (0.0, 1e9),
    "seed": (0, 2**53),
}


@dataclass(frozen=True)
class SparkAls:
    """stars: explicit factors, which predict. preferences: implicit ones, which rank where `implicit` is 1; else None.

    n_factors, n_iterations, regularisation, implicit, alpha: Spark's rank, maxIter, regParam, implicitPrefs, alpha.
    damping: imaginary neutral votes for each film in a list by stars.
    """

    matrix: RatingMatrix
    parameters: Parameters
    stars: StarFactors
    preferences: Preferences | None

    recipe = "spark-als"
    is_personal = True

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> SparkAls:
        """The model over the matrix; parameters left out take DEFAULTS. InvalidInputError for one out of its limits; as `learned`."""
        chosen = {**DEFAULTS, **(parameters or {})}
        refuse_unfit(chosen, _LIMITS)
        preferences = None
        if chosen["implicit"]:
            preferences = Preferences.of(_learned(matrix, chosen, chosen["alpha"]), chosen["regularisation"], chosen["alpha"])
        return cls(matrix, chosen, _star_factors(matrix, chosen, _learned(matrix, chosen)), preferences)

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> SparkAls:
        """The model from what `arrays` gave; KeyError where one is missing."""
        preferences = None
        if parameters["implicit"]:
            preferences = Preferences(arrays["films"], arrays["gram"], parameters["regularisation"], parameters["alpha"])
        return cls(matrix, parameters, _star_factors(matrix, parameters, arrays["star_films"]), preferences)

    def arrays(self) -> Arrays:
        """The films, and of the implicit ones the sum of squares."""
        if self.preferences is None:
            return {"star_films": self.stars.films}
        return {"star_films": self.stars.films, "films": self.preferences.films, "gram": self.preferences.gram}

    @property
    def neutral(self) -> float:
        return 0.0 if self.preferences else NEUTRAL_STARS

    def score(self, history: History) -> NDArray[np.float64]:
        """implicit: how surely a film will be watched, about 0 to 1. Else stars, from the neutral vote as far as the film has raters.

        NaN for a film without raters, and for all where the history is empty.
        """
        if self.preferences:
            scores = self.preferences.score(history)
        else:
            scores = NEUTRAL_STARS + (self.stars.stars(history) - NEUTRAL_STARS) * self._trust
        known = (self.matrix.raters > 0) & (len(history) > 0)
        return without_taken_back(np.where(known, scores, np.nan), history, self.matrix)

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """The stars of the explicit factors, cut to 0.5 to 5; everybody's mean where Spark would say NaN."""
        return self.stars.predict_many(history, columns)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """What each own rating adds; by stars also what the neutral votes do."""
        scores = self.score(history)[columns]
        if self.preferences:
            return sums(history, scores, self.preferences.shares(history, columns))
        trust = self._trust[columns]
        return sums(history, scores, self.stars.shares(history, columns) * trust[:, np.newaxis], base=NEUTRAL_STARS * (1 - trust))

    @property
    def _trust(self) -> NDArray[np.float64]:
        """The part of a film's stars that counts, 0 to 1; the rest are neutral votes."""
        raters = self.matrix.raters
        return np.asarray(raters / np.maximum(raters + self.parameters["damping"], 1))


def _learned(matrix: RatingMatrix, chosen: Parameters, alpha: float | None = None) -> NDArray[np.float32]:
    return learned(
        matrix,
        n_factors=int(chosen["n_factors"]),
        n_iterations=int(chosen["n_iterations"]),
        regularisation=chosen["regularisation"],
        seed=int(chosen["seed"]),
        alpha=alpha,
    )


def _star_factors(matrix: RatingMatrix, parameters: Parameters, films: NDArray[np.float32]) -> StarFactors:
    shrinkage, mean_length = Shrinkage(parameters["regularisation"], frequency=1.0), matrix.n_ratings / max(1, matrix.n_users)
    return StarFactors(mean_stars(matrix), np.zeros(matrix.n_movies), films, shrinkage, mean_length, has_biases=False)
