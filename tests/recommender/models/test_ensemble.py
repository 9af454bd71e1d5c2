"""The paper's ensemble: standardise, divide by RMSE, add, and show the first five."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Parameters
from recommender.models.ensemble import DEFAULTS, Ensemble, combined, top_n
from tests.worlds import matrix_of, random_ratings, rating

# Predictions of three models for three films; RMSE, mean and deviation of each.
PREDICTED = np.array([[4.0, 3.0, 5.0], [3.5, 3.0, 2.5], [1.0, 5.0, 3.0]])
MEASURES = np.array([[0.9, 4.0, 1.0], [0.5, 3.0, 0.5], [2.0, 3.0, 2.0]])


@dataclass(frozen=True)
class Constant:
    """Promises everybody the same stars for a film."""

    recipe: str
    matrix: RatingMatrix
    stars: NDArray[np.float64]
    parameters: Parameters = field(default_factory=dict)

    neutral = 0.0
    is_personal = False

    def score(self, history: History) -> NDArray[np.float64]:
        return self.stars

    def arrays(self) -> Arrays:
        return {}

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        return self.stars[columns]


def test_three_models_worked_by_hand() -> None:
    first = (4.0 - 4.0) / 1.0 / 0.9 + (3.5 - 3.0) / 0.5 / 0.5 + (1.0 - 3.0) / 2.0 / 2.0
    second = (3.0 - 4.0) / 1.0 / 0.9 + 0.0 + (5.0 - 3.0) / 2.0 / 2.0
    third = (5.0 - 4.0) / 1.0 / 0.9 + (2.5 - 3.0) / 0.5 / 0.5 + 0.0

    np.testing.assert_allclose(combined(PREDICTED, MEASURES), [first, second, third])


@given(st.integers(0, 2), st.floats(0.1, 3.0))
def test_doubling_a_models_rmse_halves_its_share(at: int, rmse: float) -> None:
    measures = MEASURES.copy()
    measures[at, 0] = rmse
    doubled = measures.copy()
    doubled[at, 0] = 2 * rmse
    others = np.delete(PREDICTED, at, axis=0), np.delete(measures, at, axis=0)

    share, halved = (combined(PREDICTED, one) - combined(*others) for one in (measures, doubled))

    np.testing.assert_allclose(halved, share / 2, atol=1e-9)


def test_the_rmse_is_of_ratings_that_the_part_has_not_learned_from(rng: np.random.Generator) -> None:
    """One part repeats what it has seen and promises one star else: on ratings it has learned from it would be perfect."""
    matrix = matrix_of([rating(u, m, 4.0) for u in range(1, 21) for m in range(1, 21)])
    seen = []

    def fit_part(name: str, over: RatingMatrix) -> Constant:
        seen.append(over.n_ratings)
        return Constant(name, over, np.full(20, 4.0 if name == "right" else 2.0))

    ensemble = Ensemble.fit(matrix, DEFAULTS, ("right", "wrong"), fit_part)

    assert seen == [360, 360, 400, 400]
    np.testing.assert_allclose(ensemble.measures[:, 0], [1e-6, 2.0])


def test_the_first_five_are_unseen_and_best_first(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng), n_movies=70)
    stars = np.linspace(1, 5, 70)
    ensemble = Ensemble(matrix, DEFAULTS, (Constant("one", matrix, stars),), np.array([[1.0, 3.0, 1.0]]))

    found = top_n(ensemble, 0)

    assert len(found) == 5
    assert [column for column, _ in found] == sorted((column for column, _ in found), reverse=True)
    assert not {column for column, _ in found} & set(matrix.row(0)[0].tolist())


def test_stars_are_the_parts_mean_weighed_by_one_over_rmse() -> None:
    matrix = matrix_of([rating(1, 1, 4.0)], n_movies=2)
    both = (Constant("one", matrix, np.array([4.0, 4.0])), Constant("other", matrix, np.array([1.0, 1.0])))
    ensemble = Ensemble(matrix, DEFAULTS, both, np.array([[0.5, 3.0, 1.0], [1.0, 3.0, 1.0]]))

    assert ensemble.predict_many(History.of_nobody(), np.array([0], dtype=np.int32))[0] == pytest.approx((4 * 2 + 1) / 3)


def test_with_nothing_to_hold_out_every_part_counts_alike() -> None:
    matrix = matrix_of([rating(1, 1, 4.0)], n_movies=2)
    ensemble = Ensemble.fit(matrix, DEFAULTS, ("one", "other"), lambda name, over: Constant(name, over, np.array([4.0, 4.0])))
    assert len(set(map(tuple, ensemble.measures.tolist()))) == 1
