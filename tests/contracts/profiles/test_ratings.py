"""Ratings as they were put, and a revision for every change."""

from __future__ import annotations

import pytest

from recommender.domain import (
    MovieId,
    Opinions,
    UserId,
)
from recommender.errors import RecommenderError
from recommender.storage.profiles import Profiles
from tests.contracts.places import Place
from tests.contracts.profiles.opinions import ALIEN, HEAT, RAN, VIEWER, a_list, rating


@pytest.mark.parametrize("stars", [half / 2 for half in range(1, 11)])
def test_every_step_of_the_scale_comes_back_as_it_was_put(profiles: Profiles, alice: UserId, stars: float) -> None:
    profiles.rate(rating(alice, stars=stars))

    assert profiles.opinions(alice).ratings == (rating(alice, stars=stars),)


@pytest.mark.parametrize("stars", [0.0, 0.25, 4.4, 5.5, -1.0, float("nan"), float("inf")])
def test_stars_off_the_scale_are_refused_and_change_nothing(profiles: Profiles, alice: UserId, stars: float) -> None:
    with pytest.raises(RecommenderError, match=r"rating must be 0\.5 to 5 stars in half steps, not"):
        profiles.rate(rating(alice, stars=stars))

    assert profiles.opinions(alice) == Opinions(alice, 0, ())


def test_ratings_come_in_order_of_their_films(profiles: Profiles, alice: UserId) -> None:
    for movie_id in (RAN, HEAT, ALIEN):
        profiles.rate(rating(alice, movie_id))

    assert [one.movie_id for one in profiles.opinions(alice).ratings] == [HEAT, ALIEN, RAN]


def test_every_change_raises_the_revision_by_one(profiles: Profiles, alice: UserId) -> None:
    revs = [profiles.rate(rating(alice)), profiles.rate(rating(alice, RAN)), profiles.unrate(alice, HEAT)]

    assert revs == [1, 2, 3]
    assert profiles.opinions(alice).rev == 3


def test_other_stars_take_the_place_of_the_old_ones_with_their_own_time(profiles: Profiles, alice: UserId) -> None:
    profiles.rate(rating(alice, stars=4.0, rated_at=100))
    profiles.rate(rating(alice, stars=2.0, rated_at=200))

    assert profiles.opinions(alice) == Opinions(alice, 2, (rating(alice, stars=2.0, rated_at=200),))


def test_the_same_stars_put_again_keep_their_time_and_still_raise_the_revision(profiles: Profiles, alice: UserId) -> None:
    profiles.rate(rating(alice, rated_at=100))

    assert profiles.rate(rating(alice, rated_at=200)) == 2
    assert profiles.opinions(alice).ratings == (rating(alice, rated_at=100),)


def test_a_rating_taken_away_is_gone(profiles: Profiles, alice: UserId) -> None:
    profiles.rate(rating(alice))
    profiles.rate(rating(alice, RAN))
    profiles.unrate(alice, HEAT)

    assert profiles.opinions(alice).ratings == (rating(alice, RAN),)


@pytest.mark.parametrize("movie_id", [HEAT, 10**30])
def test_taking_away_what_was_never_rated_still_raises_the_revision(profiles: Profiles, alice: UserId, movie_id: int) -> None:
    assert profiles.unrate(alice, movie_id) == 1
    assert profiles.opinions(alice) == Opinions(alice, 1, ())


def test_all_ratings_come_by_user_and_film(profiles: Profiles, alice: UserId) -> None:
    bob = profiles.new_person("digest", shared=False, now=0)
    for user_id, movie_id in ((bob, HEAT), (alice, RAN), (bob, ALIEN), (alice, HEAT)):
        profiles.rate(rating(user_id, movie_id))

    assert [(one.user_id, one.movie_id) for one in profiles.all_ratings()] == [(alice, HEAT), (alice, RAN), (bob, HEAT), (bob, ALIEN)]


def test_all_ratings_are_those_of_one_moment(profiles: Profiles, place: Place, alice: UserId) -> None:
    n_ratings = place.tries(500)
    for movie_id in range(1, n_ratings + 1):
        profiles.rate(rating(alice, MovieId(movie_id)))

    reading = profiles.all_ratings()
    first = next(reading)
    profiles.rate(rating(alice, MovieId(n_ratings + 1)))
    profiles.unrate(alice, n_ratings)

    assert [one.movie_id for one in (first, *reading)] == list(range(1, n_ratings + 1))


def test_counts_are_of_what_is_kept(profiles: Profiles, alice: UserId) -> None:
    assert profiles.counts() == {"people": 1, "ratings": 0, "marks": 0, "lists": 0}

    profiles.keep_list(a_list(alice, profiles.rate(rating(alice))))
    profiles.keep_list(a_list(VIEWER, 0))
    assert profiles.counts() == {"people": 1, "ratings": 1, "marks": 0, "lists": 2}

    profiles.rate(rating(alice, RAN))
    assert profiles.counts() == {"people": 1, "ratings": 2, "marks": 0, "lists": 1}
