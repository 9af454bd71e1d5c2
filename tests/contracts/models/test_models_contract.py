"""What every recipe owes, whatever it is made of."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import DataSet
from recommender.models import Additive, History, Model, PredictsStars, files, recipes
from recommender.models.parts import KINDS, NEIGHBOUR, OWN, total
from tests.every_recipe import FITTED
from tests.worlds import data_set_of, random_ratings, two_tastes


@pytest.fixture(params=FITTED)
def recipe(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["two tastes", "random"])
def world(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def data(world: str) -> DataSet:
    return data_of(world)


@cache
def data_of(world: str) -> DataSet:
    return data_set_of(two_tastes() if world == "two tastes" else random_ratings(np.random.default_rng(0)), n_movies=70)


@pytest.fixture
def model(recipe: str, world: str) -> Model:
    return model_of(recipe, world)


@cache
def model_of(recipe: str, world: str) -> Model:
    """Fitted once for all tests: models do not change."""
    return fitted(recipe, data_of(world))


def fitted(recipe: str, data: DataSet) -> Model:
    return recipes.fit(recipe, RatingMatrix.of(data.ratings, data.catalogue.movie_ids), data.catalogue)


def histories(model: Model) -> list[History]:
    return [History.of_row(model.matrix, row) for row in range(model.matrix.n_users)]


def from_outside(history: History) -> History:
    """The same, as if it came from a store."""
    return History(history.columns.copy(), history.half_stars.copy(), history.rated_at.copy(), own_row=history.own_row)


def test_a_score_for_every_film_or_none(model: Model) -> None:
    for history in [*histories(model), History.of_nobody()]:
        scores = model.score(history)
        assert scores.shape == (model.matrix.n_movies,)
        assert scores.dtype == np.float64
        assert not np.isinf(scores).any()


def test_a_history_from_outside_gives_the_scores_of_the_trained_row_to_the_bit(model: Model) -> None:
    for history in histories(model):
        np.testing.assert_array_equal(model.score(history), model.score(from_outside(history)))


def test_fitting_twice_gives_the_same_scores_to_the_bit(model: Model, recipe: str, data: DataSet) -> None:
    again = fitted(recipe, data)
    for history in histories(model)[:5]:
        np.testing.assert_array_equal(model.score(history), again.score(history))


def test_what_was_saved_scores_as_what_was_fitted(model: Model, recipe: str, data: DataSet, tmp_path: Path) -> None:
    digest = files.save(tmp_path, model.arrays(), {})
    restored = recipes.restore(recipe, model.matrix, data.catalogue, model.parameters, files.load(tmp_path, sha256=digest).arrays)

    assert restored.parameters == model.parameters
    for history in histories(model)[:5]:
        np.testing.assert_array_equal(restored.score(history), model.score(history))
        if isinstance(model, PredictsStars) and isinstance(restored, PredictsStars):
            films = np.arange(model.matrix.n_movies, dtype=np.int32)
            np.testing.assert_array_equal(restored.predict_many(history, films), model.predict_many(history, films))


def test_the_parts_of_a_score_add_up_to_it(model: Model) -> None:
    if not isinstance(model, Additive):
        pytest.skip(f"{model.recipe} is not additive")
    columns = np.arange(model.matrix.n_movies)
    for history in histories(model)[:10]:
        scores = model.score(history)
        for column, parts in zip(columns, model.explain(history, columns), strict=True):
            assert (not parts) == bool(np.isnan(scores[column]))
            if parts:
                assert abs(total(parts) - scores[column]) < 1e-6
            assert {part.kind for part in parts} <= set(KINDS)
            assert all(part.column in history.columns for part in parts if part.kind == OWN)
            assert all(part.row is not None and part.row != history.own_row for part in parts if part.kind == NEIGHBOUR)


def test_predicted_stars_are_stars_for_known_and_unknown_films(model: Model) -> None:
    if not isinstance(model, PredictsStars):
        pytest.skip(f"{model.recipe} makes lists alone")
    films = np.arange(-1, model.matrix.n_movies, dtype=np.int32)
    for history in [*histories(model)[:5], History.of_nobody()]:
        stars = model.predict_many(history, films)
        assert stars.shape == films.shape
        assert np.all((stars >= 0.5) & (stars <= 5))


def test_whoever_has_no_history_is_scored_like_anybody_without_one(model: Model) -> None:
    nobody = History.of_nobody()
    np.testing.assert_array_equal(model.score(nobody), model.score(replace(nobody, own_row=None)))


def test_data_without_any_rating_are_no_reason_to_fall_over(recipe: str) -> None:
    data = data_set_of([], n_movies=3)
    model = fitted(recipe, data)
    assert model.score(History.of_nobody()).shape == (3,)


def test_a_model_that_is_the_same_for_everyone_says_so(model: Model) -> None:
    orders = {np.argsort(-np.nan_to_num(model.score(history), nan=model.neutral), kind="stable").tobytes() for history in histories(model)}
    assert model.is_personal or len(orders) == 1
