"""What each dial does to an order by relevance."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.domain import Dials
from recommender.errors import InvalidInputError
from recommender.evaluation.metrics import diversity
from recommender.ranking.dials import POOL, checked_dials, turned

N_MOVIES = 400
STEPS = [-1, -0.7, -0.4, -0.1, 0, 0.1, 0.4, 0.7, 1]


class World:
    """Films by chance; their columns are their places by relevance."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.raters = rng.integers(0, 300, N_MOVIES)
        self.years = rng.integers(1920, 2020, N_MOVIES).astype(np.int16)
        self.genres = rng.random((N_MOVIES, 8)) < 0.3

    def turned(self, dials: Dials, n: int = 10) -> NDArray[np.intp]:
        return turned(np.arange(N_MOVIES), dials, n, raters=self.raters, years=self.years, genres=self.genres)


@pytest.fixture
def world(rng: np.random.Generator) -> World:
    return World(rng)


def test_with_all_dials_at_rest_it_is_the_order_of_relevance(world: World) -> None:
    assert world.turned(Dials()).tolist() == list(range(N_MOVIES))


@pytest.mark.parametrize("dials", [Dials(0.5), Dials(popularity=-1), Dials(1, 1, 1), Dials(recency=0.3)], ids=str)
def test_a_dial_turns_the_pool_about_and_no_more(world: World, dials: Dials) -> None:
    made = world.turned(dials).tolist()

    assert sorted(made) == list(range(N_MOVIES))
    assert made[POOL:] == list(range(POOL, N_MOVIES))
    assert made[:10] != list(range(10))


@pytest.mark.parametrize("dials", [Dials(0.5), Dials(0.3, -0.5, 0.2)], ids=str)
def test_a_longer_list_begins_with_a_shorter(world: World, dials: Dials) -> None:
    assert world.turned(dials, 50)[:10].tolist() == world.turned(dials, 10)[:10].tolist()


@given(st.integers(0, 2**32), st.integers(1, 50), st.floats(-1, 1))
def test_mean_popularity_never_falls_when_its_dial_is_turned_up(seed: int, n: int, recency: float) -> None:
    world = World(np.random.default_rng(seed))
    world.raters = np.random.default_rng(seed).permutation(N_MOVIES)  # all different: a place among them is the number itself
    places = np.argsort(np.argsort(world.raters[:POOL]))

    means = [places[world.turned(Dials(popularity=step, recency=recency))[:n]].mean() for step in STEPS]

    assert means == sorted(means)


def test_the_end_of_a_dial_is_the_trait_alone(world: World) -> None:
    pool = np.arange(POOL)

    assert world.turned(Dials(popularity=1))[0] == pool[np.argmax(world.raters[:POOL])]
    assert world.turned(Dials(popularity=-1))[0] == pool[np.argmin(world.raters[:POOL])]
    assert world.years[world.turned(Dials(recency=1))[0]] == world.years[:POOL].max()
    assert world.years[world.turned(Dials(recency=-1))[0]] == world.years[:POOL].min()


def test_a_film_of_an_unknown_year_is_neither_new_nor_old(world: World) -> None:
    world.years[5] = 0

    for end in (-1, 1):
        at = world.turned(Dials(recency=end)).tolist().index(5)
        assert POOL // 2 - 5 < at < POOL // 2 + 5


def test_variety_rises_with_its_dial_at_the_price_of_relevance(rng: np.random.Generator) -> None:
    worlds = [World(rng) for _ in range(40)]
    steps = [0, 0.1, 0.3, 0.5, 0.8, 1]

    lists = {step: [(world, world.turned(Dials(step))[:10]) for world in worlds] for step in steps}
    variety = [np.mean([diversity(made.tolist(), world.genres, 10) for world, made in lists[step]]) for step in steps]
    places = [np.mean([made.mean() for _, made in lists[step]]) for step in steps]

    assert all(later > before for before, later in pairwise(variety))
    assert all(later > before for before, later in pairwise(places))


def test_a_film_without_genres_is_not_taken_for_variety(world: World) -> None:
    world.genres[50] = False

    assert 50 not in world.turned(Dials(diversity=1), 10)[:10]


def test_the_best_film_stays_first_however_varied_the_list(world: World) -> None:
    assert world.turned(Dials(diversity=1))[0] == 0


@pytest.mark.parametrize("length", [0, 1, 2])
def test_short_lists_can_be_turned_too(world: World, length: int) -> None:
    made = turned(np.arange(length), Dials(0.5, 0.5, 0.5), 10, raters=world.raters, years=world.years, genres=world.genres)

    assert sorted(made.tolist()) == list(range(length))


def test_films_all_alike_keep_the_order_of_relevance(world: World) -> None:
    world.raters[:], world.years[:], world.genres[:] = 7, 1990, True

    assert world.turned(Dials(0.5, 0.5, 0.5)).tolist() == list(range(N_MOVIES))


@pytest.mark.parametrize("field", ["diversity", "popularity", "recency"])
@pytest.mark.parametrize("value", [-1.1, 1.1, float("nan")])
def test_what_is_beyond_the_end_of_a_dial_is_refused(field: str, value: float) -> None:
    with pytest.raises(InvalidInputError, match=f"{field} must be a number from"):
        checked_dials(replace(Dials(), **{field: value}))


def test_variety_has_no_other_side() -> None:
    with pytest.raises(InvalidInputError, match=r"diversity must be a number from 0 to 1, not -0\.5"):
        checked_dials(Dials(diversity=-0.5))
