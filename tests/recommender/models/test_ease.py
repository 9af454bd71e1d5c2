"""EASE against the same regressions solved one by one, and worlds whose right answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import History
from recommender.models.ease import Ease
from tests.worlds import matrix_of, random_ratings, rating, right_and_wrong, two_tastes


def dense(matrix: RatingMatrix, liking: float) -> NDArray[np.float64]:
    """Users by films: 1 + liking · (stars - 3.5) where rated, else 0."""
    found = np.zeros((matrix.n_users, matrix.n_movies))
    for row in range(matrix.n_users):
        columns, half_stars = matrix.row(row)
        found[row, columns] = 1 + liking * (half_stars / 2 - 3.5)
    return found


def one_by_one(ratings: NDArray[np.float64], speaks: NDArray[np.float64], regularisation: float) -> NDArray[np.float64]:
    """For each film the ridge regression of its ratings on those of all others, by least squares over rows added for the ridge."""
    n_films = ratings.shape[1]
    weights = np.zeros((n_films, n_films))
    for film in range(n_films):
        others = np.delete(np.arange(n_films), film)
        rows = np.vstack([ratings[:, others] * np.sqrt(speaks)[:, np.newaxis], np.sqrt(regularisation) * np.eye(n_films - 1)])
        wanted = np.concatenate([ratings[:, film] * np.sqrt(speaks), np.zeros(n_films - 1)])
        weights[others, film] = np.linalg.lstsq(rows, wanted)[0]
    return weights


@pytest.mark.parametrize(("liking", "user_damping"), [(0.0, 0.0), (0.2, 0.0), (0.2, 0.5)])
def test_each_film_is_rebuilt_from_all_others_as_well_as_least_squares_can(
    rng: np.random.Generator, liking: float, user_damping: float
) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=30, n_movies=20), n_movies=20)
    model = Ease.fit(matrix, {"liking": liking, "user_damping": user_damping, "regularisation": 5.0, "least_raters": 1})
    ratings = dense(matrix, liking)
    speaks = np.count_nonzero(ratings, axis=1) ** -user_damping

    expected = ratings @ one_by_one(ratings, speaks / speaks.mean(), 5.0)

    found = np.array([model.score(History.of_row(matrix, row)) for row in range(matrix.n_users)])
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_the_film_of_their_taste_is_put_before_the_other() -> None:
    matrix = matrix_of(two_tastes())
    model = Ease.fit(matrix)
    for row, user_id in enumerate(matrix.user_ids.tolist()):
        scores = model.score(History.of_row(matrix, row))
        right, wrong = right_and_wrong(user_id)
        assert scores[right - 1] > scores[wrong - 1]


def test_whoever_rated_everything_speaks_for_less_than_whoever_rated_two_films() -> None:
    """Three say that 1 goes with 2; one who has rated a hundred films says that 1 goes with 3."""
    short = [rating(user, film, 3.5) for user in (1, 2, 3) for film in (1, 2)]
    long = [rating(user, film, 3.5) for user in (4, 5, 6) for film in range(1, 101) if film != 2]
    matrix = matrix_of([*short, *long])
    after_film_1 = History.untimed(np.array([0], dtype=np.int32), np.array([7], dtype=np.uint8))

    def lead(user_damping: float) -> float:
        scores = Ease.fit(matrix, {"user_damping": user_damping, "regularisation": 1.0, "least_raters": 1}).score(after_film_1)
        return float(scores[1] - scores[2])

    assert lead(1.0) > lead(0.5) > lead(0.0)


def test_a_regularisation_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"regularisation must be a number from 0.001 to 1e\+09, not 0.0"):
        Ease.fit(matrix_of(two_tastes()), {"regularisation": 0.0})
