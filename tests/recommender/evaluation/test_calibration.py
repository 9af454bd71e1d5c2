"""What to expect of predicted stars is learned from ratings that the model has not seen, of people with few and with many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import DataSet, read_data_set
from recommender.data.ratings import RatingTable
from recommender.errors import InvalidInputError
from recommender.evaluation.calibration import Outcomes, calibrated, outcomes
from recommender.models import History, Model, recipes
from recommender.models.intervals import SHORT, StarIntervals
from recommender.models.user_cosine import UserCosine
from tests.worlds import data_set_of, random_ratings, rating


def fitted(ratings: RatingTable, films: Catalogue, recipe: str = "user-cosine") -> Model:
    return recipes.fit(recipe, RatingMatrix.of(ratings, films.movie_ids), films)


def dealt(ratings: RatingTable, share: float, rng: np.random.Generator) -> tuple[RatingTable, RatingTable]:
    held_out = rng.random(len(ratings)) < share
    return ratings.where(~held_out), ratings.where(held_out)


def share_within(intervals: StarIntervals, found: Outcomes, these: np.ndarray) -> float:
    low, high = intervals.interval(found.n_own, found.n_raters, found.predicted)
    return float(np.mean(((low <= found.given) & (found.given <= high))[these]))


def test_people_are_asked_with_all_they_have_rated_and_with_their_beginnings(rng: np.random.Generator) -> None:
    data = data_set_of(random_ratings(rng, n_users=30, n_movies=200))
    train, held_out = dealt(data.ratings, 0.1, rng)
    found = outcomes(fitted(train, data.catalogue), held_out, rng=rng, n_shortened=4)
    whole = {int(n) for n in np.unique(train.user_ids, return_counts=True)[1]}

    assert set(found.n_own.tolist()) - set(range(SHORT)) <= whole
    assert {0, 1, 2} <= set(found.n_own.tolist())
    assert len(found.given) == 5 * len(held_out)


class OwnMean:
    """Predicts what the person gave on average."""

    recipe, is_personal, neutral = "own-mean", True, 2.5

    def __init__(self, matrix: RatingMatrix) -> None:
        self.matrix = matrix
        self.parameters: dict[str, float] = {}

    def score(self, history: History) -> np.ndarray:
        return np.zeros(self.matrix.n_movies)

    def arrays(self) -> dict[str, np.ndarray]:
        return {}

    def predict_many(self, history: History, columns: np.ndarray) -> np.ndarray:
        return np.full(len(columns), history.half_stars.mean() / 2 if len(history) else 0.5)


def test_a_beginning_is_what_was_rated_first(rng: np.random.Generator) -> None:
    """Everybody likes each film half a star less than the one before, so that the mean of a beginning tells its length."""
    last = 10
    data = data_set_of(rating(user, film, 5.5 - 0.5 * film, rated_at=film) for user in range(1, 9) for film in range(1, last + 1))
    held_out = data.ratings.movie_ids == last
    model = OwnMean(RatingMatrix.of(data.ratings.where(~held_out), data.catalogue.movie_ids))
    found = outcomes(model, data.ratings.where(held_out), rng=rng)

    np.testing.assert_allclose(found.predicted, np.where(found.n_own > 0, 5.25 - 0.25 * found.n_own, 0.5))
    assert len(set(found.n_own.tolist())) > 4


def test_who_has_nothing_left_is_asked_as_somebody_without_a_history(rng: np.random.Generator) -> None:
    data = data_set_of([rating(1, 1, 4.0), rating(2, 1, 3.0), rating(2, 2, 5.0)])
    alone = data.ratings.user_ids == 1
    found = outcomes(fitted(data.ratings.where(~alone), data.catalogue), data.ratings.where(alone), rng=rng)

    assert found.n_own.tolist() == [0]
    assert found.n_raters.tolist() == [1]


def test_what_is_held_back_is_not_learned_from(rng: np.random.Generator) -> None:
    data = data_set_of(random_ratings(rng))
    learned = []

    def fit(matrix: RatingMatrix) -> Model:
        learned.append(matrix)
        return UserCosine.fit(matrix)

    calibrated(data.ratings, data.catalogue, fit, rng=rng, n_people=10)
    lost = np.unique(data.ratings.user_ids, return_counts=True)[1] - np.diff(learned[0].row_starts)
    assert np.count_nonzero(lost) in range(5, 11)


def test_a_recipe_that_predicts_no_stars_is_refused(rng: np.random.Generator) -> None:
    data = data_set_of(random_ratings(rng))
    with pytest.raises(InvalidInputError, match="recipe must be one that predicts stars; this one makes lists alone, not 'ease'"):
        calibrated(data.ratings, data.catalogue, lambda matrix: recipes.fit("ease", matrix, data.catalogue), rng=rng)


@pytest.mark.data
@pytest.mark.parametrize("name", ["ml-latest-small", "ml-100k"])
def test_on_real_ratings_four_of_five_lie_within_also_for_people_with_few(
    name: str, ml_latest_small: Path, ml_100k: Path, rng: np.random.Generator
) -> None:
    data: DataSet = read_data_set({"ml-latest-small": ml_latest_small, "ml-100k": ml_100k}[name])
    train, held_out = dealt(data.ratings, 0.2, rng)
    intervals = calibrated(train, data.catalogue, UserCosine.fit, rng=rng)
    found = outcomes(fitted(train, data.catalogue), held_out, rng=rng)

    assert 0.77 < share_within(intervals, found, found.n_own >= SHORT) < 0.83
    assert 0.77 < share_within(intervals, found, found.n_own < SHORT) < 0.83
