"""The best recipe for the ratings at hand is found by measuring, within the time allowed, and whoever uses another one is told."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest

from recommender import comparing, history, publication, training
from recommender.choosing import AUTO, CANDIDATES, QUICK_CANDIDATES, advice, choose, known_or_auto
from recommender.data.movielens import DataSet
from recommender.errors import InvalidInputError
from recommender.models import recipes
from recommender.storage.blobs import Blobs
from recommender.storage.profiles import Profiles
from tests.recommender.test_promotion import tastes_in_time
from tests.worlds import data_set_of, random_ratings, rating

CHEAP = ("popular", "user-cosine")


def still() -> float:
    """A clock for a world where nothing takes any time."""
    return 0.0


@pytest.fixture
def tastes() -> DataSet:
    return data_set_of(tastes_in_time(), n_movies=60)


def test_neighbours_win_where_there_are_tastes(tastes: DataSet) -> None:
    choice = choose(tastes.ratings, tastes.catalogue, candidates=CHEAP, clock=still)

    assert choice.recipe == "user-cosine"
    assert list(choice.measured) == ["popular", "user-cosine"]
    assert choice.says.startswith("The best of 2 recipes on these ratings is user-cosine: NDCG@10 ")
    assert "popular is as good" not in choice.says


def test_whoever_uses_a_worse_one_is_told_by_how_much_and_how_to_switch(tastes: DataSet) -> None:
    choice = choose(tastes.ratings, tastes.catalogue, candidates=CHEAP, clock=still)

    assert "MATINEE_RECIPE=user-cosine or `matinee train --recipe user-cosine` switches." in advice(choice, "popular")
    assert advice(choice, "user-cosine") == ""
    assert advice(choice, "a recipe that was not measured") == ""


def test_on_noise_popular_is_as_good_and_nobody_is_told_to_switch(rng: np.random.Generator) -> None:
    noise = data_set_of(random_ratings(rng, n_users=100), n_movies=60)

    choice = choose(noise.ratings, noise.catalogue, candidates=CHEAP, clock=still)

    assert choice.recipe == "popular" or choice.says.endswith("popular is as good.")
    assert advice(choice, "popular") == ""


def test_what_does_not_fit_the_time_is_left_out_and_said(tastes: DataSet) -> None:
    ticks = count()

    choice = choose(tastes.ratings, tastes.catalogue, candidates=(*CHEAP, *CANDIDATES), seconds=1, clock=lambda: next(ticks))

    assert set(choice.measured) == {"popular", "user-cosine"}
    assert all(name in choice.says for name in choice.left_out)


def test_ratings_without_times_are_measured_by_the_newest_alone() -> None:
    timeless = data_set_of([rating(r.user_id, r.movie_id, r.stars) for r in tastes_in_time()], n_movies=60)

    choice = choose(timeless.ratings, timeless.catalogue, candidates=CHEAP, clock=still)

    assert all(one.rolling_people is None and np.isnan(one.warm.mean) for one in choice.measured.values())
    assert "later visits" not in choice.says


def test_auto_trains_the_best_remembers_what_was_measured_and_does_not_measure_it_again(
    tastes: DataSet, blobs: Blobs, profiles: Profiles
) -> None:
    training.train(tastes, blobs, profiles, recipe="popular", source="here")
    quick = comparing.compare(blobs, training.silent, clock=still, now=still, is_quick=True)
    assert quick is not None
    assert [row.recipe for row in quick.rows] == list(QUICK_CANDIDATES)
    assert quick == history.comparison(blobs)
    assert comparing.compare(blobs, training.silent, clock=still, now=still, is_quick=True) is None

    trained = training.train(tastes, blobs, profiles, recipe=AUTO, source="here", judged=True)

    known = history.comparison(blobs)
    assert known is not None
    assert (known.best, known.recipe, known.advice, known.is_quick) == (trained.recipe, trained.recipe, "", False)
    assert [row.recipe for row in known.rows] == [name for name in CANDIDATES if name in recipes.RECIPES]
    assert not training.is_needed("here", blobs, profiles, recipe=AUTO)
    assert comparing.compare(blobs, training.silent, clock=still, now=still, is_quick=True) is None, "the whole says more"

    again = training.train(tastes, blobs, profiles, recipe=AUTO, source="here")

    assert history.comparison(blobs) == known
    assert "choice" in again.seconds


def test_the_recipe_in_force_is_compared_once_for_the_same_ratings(
    tastes: DataSet, blobs: Blobs, profiles: Profiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "CANDIDATES", CHEAP)
    assert comparing.compare(blobs, training.silent, clock=still, now=still) is None  # nothing is in force
    training.train(tastes, blobs, profiles, recipe="popular", source="here")

    found = comparing.compare(blobs, training.silent, clock=still, now=still)

    assert found is not None
    assert found == history.comparison(blobs)
    assert (found.recipe, found.data, found.n_ratings) == ("popular", tastes.name, len(tastes.ratings))
    assert "switches" in found.advice
    assert comparing.compare(blobs, training.silent, clock=still, now=still) is None


def test_a_recipe_there_is_not_is_refused() -> None:
    assert known_or_auto(AUTO) == AUTO
    with pytest.raises(InvalidInputError, match="recipe must be"):
        known_or_auto("magic")


def test_a_rollback_brings_the_model_before_back(tastes: DataSet, blobs: Blobs, profiles: Profiles) -> None:
    first = training.train(tastes, blobs, profiles, recipe="user-cosine", source="here").pointer
    training.train(tastes, blobs, profiles, recipe="popular", source="here")

    assert training.roll_back(blobs, profiles).version == first.version
    pointer, _ = publication.read_pointer(blobs)
    assert pointer is not None
    assert publication.load(blobs, pointer).model.recipe == "user-cosine"
