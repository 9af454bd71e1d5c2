"""Which films go together, learned from who has rated what: matrix factorisation of implicit feedback.

Source: Hu, Koren and Volinsky, Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008, in the form of Rendle, Krichene,
Zhang and Koren, Revisiting the Performance of iALS on Item Recommendation Benchmarks, RecSys 2022, section 2:

    Σ over rated (u, i) of w·(x_u·y_i − 1)²  +  α·Σ over all (u, i) of (x_u·y_i)²  +  Σ_u c_u·|x_u|²  +  Σ_i c_i·|y_i|²

with c_u = λ·(n_u + α·N)^ν for a person who has rated n_u of N films, and likewise for a film. Differences: w is 1 + liking·(stars − 3.5),
so that a film rated low says less (always 1 there); and c_u is multiplied by the mean of n + α·N to the power 1 − ν, so that λ weighs
about the same under every ν. Only the films are kept: x of a person, of the training or not, is one ridge solve over their ratings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import History
from recommender.models.item_linear import counted
from recommender.models.kernels.ridge import Floats, Observed, solve_rows

INITIAL_SPREAD = 0.1  # of |y| before the first step, as in the paper
ROWS_AT_ONCE = 10_000  # of the factors, made float64 together


@dataclass(frozen=True, slots=True)
class Pull:
    """What draws the factors which way. unobserved: α. regularisation: λ. frequency: ν, 0 to 1. liking: of w, 0 to MOST_LIKING."""

    unobserved: float
    regularisation: float
    frequency: float
    liking: float

    def ridge(self, lengths: NDArray[np.int64] | int, mean_length: float, n_others: int) -> NDArray[np.float64]:
        """c of rows with so many ratings. n_others: how many each could have."""
        base = self.unobserved * max(n_others, 1)
        grown = np.power(lengths + base, self.frequency) * (mean_length + base) ** (1 - self.frequency)
        return np.asarray(self.regularisation * grown, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ImplicitFactors:
    """The fitted films. films: y, shape (n_movies, n_factors), zeros where nobody has rated the film. gram: Σ_i y_i·y_i'.

    mean_length: how many films a person has rated on average. n_rated: how many films anybody has rated.
    """

    films: NDArray[np.float32]
    gram: NDArray[np.float64]
    pull: Pull
    mean_length: float
    n_rated: int

    @classmethod
    def over(cls, matrix: RatingMatrix, films: NDArray[np.float32], gram: NDArray[np.float64], pull: Pull) -> ImplicitFactors:
        """Of what was fitted over the matrix."""
        return cls(films, gram, pull, matrix.n_ratings / max(1, matrix.n_users), int(np.count_nonzero(matrix.raters)))

    def score(self, history: History) -> NDArray[np.float64]:
        """x·y of each film, shape (n_movies,): about 1 for what belongs to the history, 0 for what does not; all 0 if it says nothing."""
        normal, own, weights = self._equations(history)
        return products(self.films, np.linalg.solve(normal, own.T @ weights))

    def shares(self, history: History, columns: NDArray[np.integer]) -> NDArray[np.float64]:
        """What each own rating adds to each score, shape (len(columns), len(history)): w_j·y_i'·A⁻¹·y_j (Hu et al., section 5)."""
        normal, own, weights = self._equations(history)
        return np.asarray(self.films[columns].astype(np.float64) @ np.linalg.solve(normal, own.T) * weights)

    def _equations(self, history: History) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """A = α·Σ_i y_i·y_i' + Σ_j w_j·y_j·y_j' + c·I, and of the own films y and w."""
        own, weights = self.films[history.columns].astype(np.float64), counted(history.half_stars, self.pull.liking)
        ridge = self.pull.ridge(len(history), self.mean_length, self.n_rated)
        return self.pull.unobserved * self.gram + (own.T * weights) @ own + ridge * np.eye(own.shape[1]), own, weights


def fit(matrix: RatingMatrix, pull: Pull, *, n_factors: int, n_iterations: int, rng: np.random.Generator) -> ImplicitFactors:
    """The films' factors after so many rounds, each of all people, then all films."""
    films = (rng.standard_normal((matrix.n_movies, n_factors)) * INITIAL_SPREAD / np.sqrt(n_factors)).astype(np.float32)
    films[matrix.raters == 0] = 0
    n_rated = int(np.count_nonzero(matrix.raters))
    if n_rated:
        by_person = _observed(matrix.row_starts, matrix.columns, matrix.half_stars, pull)
        by_film = _observed(matrix.column_starts, matrix.wide_rows(), matrix.column_half_stars, pull)
        of_people = pull.ridge(by_person.lengths, matrix.n_ratings / matrix.n_users, n_rated)
        of_films = pull.ridge(by_film.lengths, matrix.n_ratings / n_rated, matrix.n_users)
        for _ in range(n_iterations):
            people = solve_rows(by_person, films, pull.unobserved * gram_of(films), of_people)
            films = solve_rows(by_film, people, pull.unobserved * gram_of(people), of_films)
    return ImplicitFactors.over(matrix, films, gram_of(films), pull)


def gram_of(factors: Floats) -> NDArray[np.float64]:
    """The sum of every row times itself, shape (n_factors, n_factors)."""
    total = np.zeros((factors.shape[1], factors.shape[1]))
    for first in range(0, len(factors), ROWS_AT_ONCE):
        block = factors[first : first + ROWS_AT_ONCE].astype(np.float64)
        total += block.T @ block
    return total


def products(factors: Floats, person: Floats) -> NDArray[np.float64]:
    """Every row times the person, in float64: by numpy's own loop, whose bits do not depend on a number of threads as those of BLAS do."""
    return np.asarray(np.einsum("ij,j->i", factors, person), dtype=np.float64)


def _observed(starts: NDArray[np.int64], columns: NDArray[np.integer], half_stars: NDArray[np.uint8], pull: Pull) -> Observed:
    weights = counted(half_stars, pull.liking).astype(np.float32)
    return Observed(starts, columns, weights, weights)
