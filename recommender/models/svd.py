"""Lists and stars by what people would give: a factorisation learned rating by rating, called SVD in papers and by Surprise.

Source: Funk's gradient descent with the biases of Koren, Bell and Volinsky, Matrix Factorization Techniques for Recommender Systems,
IEEE Computer 42(8), 2009, equations 4 and 5. Differences: a person, of the training or not, is folded in by a ridge solve over the learned
films (see `star_factors`), which predicts no worse than the factors that the descent has left them (an RMSE of .911 against .913 on
validation); and a list is ranked by the stars damped towards a neutral vote, because by plain stars a film with one enthusiast comes
first. damping 0 is the papers' ranking.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import Arrays, History, Parameters
from recommender.models.factorised import refuse_unfit, sums, without_taken_back
from recommender.models.kernels.descent import descend, without_meetings
from recommender.models.parts import Parts
from recommender.models.star_factors import Shrinkage, StarFactors, mean_stars

NEUTRAL_STARS = 2.5
INITIAL_SPREAD = 0.1  # of each factor before the first step, as in Surprise
# Chosen on validation: a tenth held out at random of u1.base of ml-100k and of ml-latest-small. With 15 to 40 rounds, 40 to 80 factors,
# rates from .01 to .03 and regularisations from .08 to .13 the error is the same to .003. damping: the newest tenth of the training side of
# `newest`, of the same two; from 30 to 1000 the lists are as good.
DEFAULTS: Parameters = {
    "n_factors": 40,
    "n_iterations": 20,
    "learning_rate": 0.02,
    "regularisation": 0.1,
    "fold_in_regularisation": 0.1,
    "fold_in_frequency": 0.5,
    "damping": 100.0,
    "seed": 0,
}
_LIMITS = {
    "n_factors": (1, 1024),
    "n_iterations": (1, 10_000),
    "learning_rate": (1e-6, 1.0),
    "regularisation": (0.0, 100.0),
    "fold_in_regularisation": (1e-6, 1e6),
    "fold_in_frequency": (0.0, 1.0),
    "damping": (0.0, 1e9),
    "seed": (0, 2**53),
}


@dataclass(frozen=True)
class Svd:
    """Fitted by descent. n_iterations: how often every rating is learned from. regularisation: λ of the descent, for each rating.

    fold_in_regularisation, fold_in_frequency: the Shrinkage of a person. damping: imaginary neutral votes for each film.
    """

    matrix: RatingMatrix
    parameters: Parameters
    factors: StarFactors

    recipe = "svd"
    is_personal = True
    neutral = NEUTRAL_STARS

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> Svd:
        """The model over the matrix; parameters left out take DEFAULTS.

        InvalidInputError for a parameter out of its limits, and for a learning rate too high to settle on these ratings.
        """
        chosen = {**DEFAULTS, **(parameters or {})}
        refuse_unfit(chosen, _LIMITS)
        return cls(matrix, chosen, _learned(matrix, chosen))

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> Svd:
        """The model from what `arrays` gave; KeyError where one is missing."""
        return cls(matrix, parameters, StarFactors.restore(matrix, _shrinkage(parameters), arrays))

    def arrays(self) -> Arrays:
        """The films' biases and factors."""
        return self.factors.arrays()

    def score(self, history: History) -> NDArray[np.float64]:
        """Stars, from the neutral vote as far as the film has raters: b + (stars − b)·n / (n + damping); NaN for a film without any."""
        scores = NEUTRAL_STARS + (self.factors.stars(history) - NEUTRAL_STARS) * self._trust
        return without_taken_back(np.where(self.matrix.raters > 0, scores, np.nan), history, self.matrix)

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """The stars, undamped."""
        return self.factors.predict_many(history, columns)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """The mean with the neutral votes, how good the film is, and what each own rating adds."""
        trust = self._trust[columns]
        return sums(
            history,
            self.score(history)[columns],
            self.factors.shares(history, columns) * trust[:, np.newaxis],
            base=NEUTRAL_STARS + (self.factors.start - NEUTRAL_STARS) * trust,
            liked=self.factors.biases[columns] * trust,
        )

    @property
    def _trust(self) -> NDArray[np.float64]:
        """The part of a film's stars that counts, 0 to 1; the rest are neutral votes."""
        raters = self.matrix.raters
        return np.asarray(raters / np.maximum(raters + self.parameters["damping"], 1))


def _shrinkage(parameters: Parameters) -> Shrinkage:
    return Shrinkage(parameters["fold_in_regularisation"], parameters["fold_in_frequency"])


def _learned(matrix: RatingMatrix, parameters: Parameters) -> StarFactors:
    rng, mean = np.random.default_rng(int(parameters["seed"])), mean_stars(matrix)
    people, films = (_first(n, int(parameters["n_factors"]), rng) for n in (matrix.n_users, matrix.n_movies))
    films[matrix.raters == 0] = 0
    if matrix.n_ratings:
        rows = np.repeat(np.arange(matrix.n_users, dtype=np.int32), np.diff(matrix.row_starts))
        sets = without_meetings(rows, matrix.columns, (matrix.half_stars / 2 - mean).astype(np.float32), rng=rng)
        rate, regularisation = parameters["learning_rate"], parameters["regularisation"]
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(int(parameters["n_iterations"])):
                order = rng.permutation(len(sets.starts) - 1)
                descend(sets, people, films, learning_rate=rate, regularisation=regularisation, order=order)
        if not np.isfinite(films).all():
            raise InvalidInputError("learning_rate", rate, "lower for the descent to settle on these ratings")
    biases, factors = films[:, 0].astype(np.float64), np.ascontiguousarray(films[:, 1:])
    return StarFactors(mean, biases, factors, _shrinkage(parameters), matrix.n_ratings / max(1, matrix.n_users))


def _first(n: int, n_factors: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """No bias, and small random factors."""
    first = (rng.standard_normal((n, 1 + n_factors)) * INITIAL_SPREAD).astype(np.float32)
    first[:, 0] = 0
    return first
