"""Lists and stars by alternating least squares, each by the factorisation made for it.

A list is ranked by the implicit one: which films go with those that somebody has rated (`implicit_als`). Stars are predicted by the
explicit one: how many somebody would give (`explicit_als`). by_stars 1 ranks by the predicted stars instead, as Spark's
recommendForAllUsers does and papers with it; it puts films with one enthusiast first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Parameters, explicit_als, implicit_als
from recommender.models.factorised import refuse_unfit, sums, without_taken_back
from recommender.models.implicit_als import ImplicitFactors, Pull
from recommender.models.item_linear import MOST_LIKING
from recommender.models.parts import Parts
from recommender.models.star_factors import MIDDLING_STARS, Shrinkage, StarFactors

# Chosen on validation. For lists: the newest tenth of the training side of `newest` (ml-latest-small, ml-100k) and the split `strangers`
# within what it does not hold out (ml-100k); from 32 to 128 factors, 5 to 14 rounds, .008 to .018 of regularisation, .12 to .3 of
# unobserved and .25 to .75 of frequency ndcg is the same to .005, the spread of the seed. For stars: a tenth held out at random of
# u1.base of ml-100k and of ml-latest-small; from 8 to 48 factors, .18 to .24 of regularisation and .3 to .6 of frequency the error is
# the same to .004.
DEFAULTS: Parameters = {
    "n_factors": 64,
    "n_iterations": 8,
    "regularisation": 0.012,
    "frequency": 0.5,
    "unobserved": 0.2,
    "liking": 0.2,
    "star_factors": 24,
    "star_iterations": 8,
    "star_regularisation": 0.2,
    "star_frequency": 0.4,
    "star_biases": 1,
    "by_stars": 0,
    "seed": 0,
}
_LIMITS = {
    "n_factors": (1, 1024),
    "n_iterations": (1, 1000),
    "regularisation": (1e-9, 1e6),
    "frequency": (0.0, 1.0),
    "unobserved": (1e-6, 1e3),
    "liking": (0.0, MOST_LIKING),
    "star_factors": (1, 1024),
    "star_iterations": (1, 1000),
    "star_regularisation": (1e-6, 1e6),
    "star_frequency": (0.0, 1.0),
    "star_biases": (0, 1),
    "by_stars": (0, 1),
    "seed": (0, 2**53),
}


@dataclass(frozen=True)
class Als:
    """Both factorisations. n_factors to liking: of the implicit one (see Pull). star_factors to star_biases: of the explicit one (see
    Shrinkage); star_biases 0 leaves everybody's mean and the biases out.
    """

    matrix: RatingMatrix
    parameters: Parameters
    tastes: ImplicitFactors
    stars: StarFactors

    recipe = "als"
    is_personal = True

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> Als:
        """The model over the matrix; parameters left out take DEFAULTS. InvalidInputError for one out of its limits."""
        chosen = {**DEFAULTS, **(parameters or {})}
        refuse_unfit(chosen, _LIMITS)
        tastes = implicit_als.fit(
            matrix,
            _pull(chosen),
            n_factors=int(chosen["n_factors"]),
            n_iterations=int(chosen["n_iterations"]),
            rng=np.random.default_rng(int(chosen["seed"])),
        )
        stars = explicit_als.fit(
            matrix,
            _shrinkage(chosen),
            n_factors=int(chosen["star_factors"]),
            n_iterations=int(chosen["star_iterations"]),
            has_biases=bool(chosen["star_biases"]),
            rng=np.random.default_rng(int(chosen["seed"])),
        )
        return cls(matrix, chosen, tastes, stars)

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> Als:
        """The model from what `arrays` gave; KeyError where one is missing."""
        tastes = ImplicitFactors.over(matrix, arrays["films"], arrays["gram"], _pull(parameters))
        stars = StarFactors.restore(matrix, _shrinkage(parameters), arrays, has_biases=bool(parameters["star_biases"]))
        return cls(matrix, parameters, tastes, stars)

    def arrays(self) -> Arrays:
        """The films of both, and the implicit ones' sum of squares."""
        return {"films": self.tastes.films, "gram": self.tastes.gram, **self.stars.arrays()}

    @property
    def neutral(self) -> float:
        return MIDDLING_STARS if self._by_stars else 0.0

    def score(self, history: History) -> NDArray[np.float64]:
        """How far a film belongs to the history, about 0 to 1; by_stars: the predicted stars.

        NaN for a film without raters, and for all where the history says nothing.
        """
        says = len(history) > 0 or (self._by_stars and self.stars.has_biases)
        scores = self.stars.stars(history) if self._by_stars else self.tastes.score(history)
        known = (self.matrix.raters > 0) & says & bool(scores.any())
        return without_taken_back(np.where(known, scores, np.nan), history, self.matrix)

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """The stars of the explicit factorisation."""
        return self.stars.predict_many(history, columns)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """What each own rating adds; by stars also what everybody's mean and the film's bias do."""
        scores = self.score(history)[columns]
        if not self._by_stars:
            return sums(history, scores, self.tastes.shares(history, columns))
        shares, start = self.stars.shares(history, columns), np.full(len(columns), self.stars.start)
        return sums(history, scores, shares, base=start, liked=self.stars.biases[columns])

    @property
    def _by_stars(self) -> bool:
        return bool(self.parameters["by_stars"])


def _pull(parameters: Parameters) -> Pull:
    return Pull(parameters["unobserved"], parameters["regularisation"], parameters["frequency"], parameters["liking"])


def _shrinkage(parameters: Parameters) -> Shrinkage:
    return Shrinkage(parameters["star_regularisation"], parameters["star_frequency"])
