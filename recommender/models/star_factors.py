"""Stars as a sum: everybody's mean, how good the film is, how kindly the person judges, and how their taste meets the film.

    stars = μ + b_i + b_u + p_u·q_i

Source: Koren, Bell and Volinsky, Matrix Factorization Techniques for Recommender Systems, IEEE Computer 42(8), 2009, equation 4.
Difference: only the films (b_i, q_i) are learned and kept. b_u and p_u are one ridge solve over the person's own ratings, for somebody of
the training, for the same person one rating later and for a newcomer alike; so a prediction is a sum over the own ratings. How the
films are learned is up to the recipe: by alternating least squares (`explicit_als`) or by gradient descent (`svd`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History
from recommender.models.implicit_als import products

# A person's bias is a factor that has this value for every film, so that a kindness of 1 costs half of what a factor of 1 costs. From 1 to
# 2.5 the error on validation is the same to .002.
BIAS_FEATURE = 2**0.5
MIDDLING_STARS = 2.5  # what is said where there is no rating at all


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """How much ridge a person or film with n ratings gets: λ·n^ν·m^(1−ν), where m is the mean of n.

    regularisation: λ. frequency: ν; 1 is the weighted λ of Zhou et al. (AAIM 2008), as in Spark's ALS; 0 is the same for all.
    """

    regularisation: float
    frequency: float

    def ridge(self, lengths: NDArray[np.int64] | int, mean_length: float) -> NDArray[np.float64]:
        """For rows with so many ratings; one without any gets as much as one with one."""
        grown = np.power(np.maximum(lengths, 1), self.frequency) * max(mean_length, 1.0) ** (1 - self.frequency)
        return np.asarray(self.regularisation * grown, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class StarFactors:
    """The fitted films. biases: b_i, shape (n_movies,). films: q, shape (n_movies, n_factors); zeros where nobody has rated the film.

    mean: everybody's, in stars. has_biases: without them stars = p_u·q_i alone, and nobody and unknown films get the mean.
    shrinkage: of the person who is folded in. mean_length: how many films a person has rated on average.
    """

    mean: float
    biases: NDArray[np.float64]
    films: NDArray[np.float32]
    shrinkage: Shrinkage
    mean_length: float
    has_biases: bool = True

    @classmethod
    def restore(cls, matrix: RatingMatrix, shrinkage: Shrinkage, arrays: Arrays, *, has_biases: bool = True) -> StarFactors:
        """From what `arrays` gave; KeyError where one is missing."""
        mean_length = matrix.n_ratings / max(1, matrix.n_users)
        return cls(mean_stars(matrix), arrays["star_biases"], arrays["star_films"], shrinkage, mean_length, has_biases)

    def arrays(self) -> Arrays:
        """What was learned."""
        return {"star_biases": self.biases, "star_films": self.films}

    @property
    def start(self) -> float:
        """μ: what every prediction starts from."""
        return self.mean if self.has_biases else 0.0

    @property
    def bias_feature(self) -> float:
        """The value that every film has as a factor, for the person's bias; 0 for none."""
        return BIAS_FEATURE if self.has_biases else 0.0

    def person(self, history: History) -> NDArray[np.float64]:
        """Whoever has this history: the bias, in BIAS_FEATURE's unit, then p."""
        own, surprises, ridge = self._equations(history)
        return np.asarray(np.linalg.solve(own.T @ own + ridge * np.eye(own.shape[1]), own.T @ surprises))

    def stars(self, history: History) -> NDArray[np.float64]:
        """μ + b_i + b_u + p_u·q_i of every film, shape (n_movies,), beyond 0.5 to 5 too."""
        person = self.person(history)
        return np.asarray(self.start + self.biases + self.bias_feature * person[0] + products(self.films, person[1:]))

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """The same for some films, cut to 0.5 to 5; a film that is not there (-1) is one without ratings."""
        person = self.person(history)
        found = np.full(len(columns), self.start + self.bias_feature * person[0])
        there = np.flatnonzero(columns >= 0)
        found[there] += self.biases[columns[there]] + products(self.films[columns[there]], person[1:])
        if not self.has_biases:
            found[found == 0] = self.mean
        return np.asarray(np.clip(found, 0.5, 5.0))

    def shares(self, history: History, columns: NDArray[np.integer]) -> NDArray[np.float64]:
        """What each own rating adds to the stars of each film, shape (len(columns), len(history)); with μ + b_i they make up `stars`."""
        own, surprises, ridge = self._equations(history)
        normal = own.T @ own + ridge * np.eye(own.shape[1])
        return np.asarray(self._features(columns) @ np.linalg.solve(normal, own.T) * surprises)

    def _equations(self, history: History) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The features of the own films, what their stars differ by from μ + b_i, and the ridge."""
        surprises = history.half_stars / 2 - self.start - self.biases[history.columns]
        return self._features(history.columns), surprises, self.shrinkage.ridge(len(history), self.mean_length)

    def _features(self, columns: NDArray[np.integer]) -> NDArray[np.float64]:
        features = np.empty((len(columns), 1 + self.films.shape[1]))
        features[:, 0], features[:, 1:] = self.bias_feature, self.films[columns]
        return features


def mean_stars(matrix: RatingMatrix) -> float:
    """Of all ratings; MIDDLING_STARS where there is none."""
    return int(matrix.half_stars.sum(dtype=np.int64)) / matrix.n_ratings / 2 if matrix.n_ratings else MIDDLING_STARS
