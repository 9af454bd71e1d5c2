"""Ratings and marks of a person changed in one step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from recommender.domain import (
    ASIDE,
    FILM_MARKS,
    FIRST_OWN_USER_ID,
    HIDDEN,
    SEEN,
    WATCHLIST,
    Change,
    FilmMark,
    MovieId,
    Opinions,
    UserId,
)
from recommender.errors import InvalidInputError, UnknownUserError
from recommender.storage.profiles import Profiles
from tests.contracts.profiles.opinions import ALIEN, BEYOND_ALL_NUMBERS, HEAT, NEVER_GIVEN, RAN, VIEWER, a_list, mark, rating

MANY = 8  # more than DynamoDB puts one by one
FILMS = tuple(MovieId(number) for number in range(1, MANY + 1))


def test_every_kind_of_mark_comes_back_as_it_was_put_by_film_and_kind(profiles: Profiles, alice: UserId) -> None:
    put = [mark(alice, movie_id, kind, 100 + movie_id) for movie_id in (RAN, HEAT) for kind in FILM_MARKS]

    assert profiles.change(alice, Change(marks=tuple(put))) == 1
    assert profiles.opinions(alice) == Opinions(alice, 1, (), tuple(sorted(put, key=lambda one: (one.movie_id, one.kind))))


def test_ratings_and_marks_are_changed_together_and_the_revision_moves_once(profiles: Profiles, alice: UserId) -> None:
    profiles.rate(rating(alice, HEAT))
    profiles.change(alice, Change(marks=(mark(alice, HEAT, ASIDE), mark(alice, ALIEN, HIDDEN))))
    profiles.keep_list(a_list(alice, 2, generation=7))

    rev = profiles.change(
        alice, Change((rating(alice, RAN, 5.0),), (HEAT,), (mark(alice, ALIEN, SEEN),), ((HEAT, ASIDE), (ALIEN, HIDDEN), (RAN, SEEN)))
    )

    assert rev == 3
    assert profiles.opinions(alice) == Opinions(alice, 3, (rating(alice, RAN, 5.0),), (mark(alice, ALIEN, SEEN),))
    record = profiles.list_of(alice)
    assert record is not None
    assert (record.rev, record.movies, record.generation) == (3, None, 7)


@pytest.mark.parametrize("n", [1, MANY])
def test_equal_stars_and_equal_marks_keep_their_time(profiles: Profiles, alice: UserId, n: int) -> None:
    first = Change(tuple(rating(alice, one, rated_at=100) for one in FILMS[:n]), marks=tuple(mark(alice, one) for one in FILMS[:n]))
    later = Change(
        tuple(rating(alice, one, rated_at=200) for one in FILMS[:n]), marks=tuple(mark(alice, one, SEEN, 200) for one in FILMS[:n])
    )

    profiles.change(alice, first)

    assert profiles.change(alice, later) == 2
    assert profiles.opinions(alice) == Opinions(alice, 2, first.ratings, first.marks)


@pytest.mark.parametrize("n", [1, MANY])
def test_other_stars_take_the_place_of_the_old_ones_beside_new_marks(profiles: Profiles, alice: UserId, n: int) -> None:
    profiles.change(alice, Change(tuple(rating(alice, one, 4.0, 100) for one in FILMS[:n])))
    later = Change(tuple(rating(alice, one, 1.5, 200) for one in FILMS[:n]), marks=tuple(mark(alice, one, ASIDE, 200) for one in FILMS[:n]))

    profiles.change(alice, later)

    assert profiles.opinions(alice) == Opinions(alice, 2, later.ratings, later.marks)


def test_a_mark_taken_away_and_put_again_has_its_new_time(profiles: Profiles, alice: UserId) -> None:
    profiles.change(alice, Change(marks=(mark(alice, HEAT, SEEN, 100),)))
    profiles.change(alice, Change(unmarked=((HEAT, SEEN),)))
    profiles.change(alice, Change(marks=(mark(alice, HEAT, SEEN, 300),)))

    assert profiles.opinions(alice).marks == (mark(alice, HEAT, SEEN, 300),)


def test_a_rating_and_a_mark_of_the_same_film_leave_each_other_alone(profiles: Profiles, alice: UserId) -> None:
    profiles.rate(rating(alice, HEAT))
    profiles.change(alice, Change(marks=(mark(alice, HEAT, ASIDE),)))
    profiles.rate(rating(alice, HEAT, 1.0))
    assert profiles.opinions(alice) == Opinions(alice, 3, (rating(alice, HEAT, 1.0),), (mark(alice, HEAT, ASIDE),))

    profiles.unrate(alice, HEAT)
    assert profiles.opinions(alice) == Opinions(alice, 4, (), (mark(alice, HEAT, ASIDE),))


@pytest.mark.parametrize(
    "change",
    [
        Change(),
        Change(marks=(mark(UserId(FIRST_OWN_USER_ID), HEAT, WATCHLIST),)),
        Change(unmarked=((ALIEN, WATCHLIST),)),
    ],
    ids=["nothing", "put on the watchlist", "taken off the watchlist"],
)
def test_what_no_list_is_made_of_leaves_the_list_and_its_revision(profiles: Profiles, alice: UserId, change: Change) -> None:
    assert profiles.change(alice, Change(marks=(mark(alice, ALIEN, WATCHLIST),))) == 0
    profiles.rate(rating(alice))
    profiles.keep_list(a_list(alice, 1))

    assert profiles.change(alice, change) == 1
    assert profiles.list_of(alice) == a_list(alice, 1)
    expected = {ALIEN, *(one.movie_id for one in change.marks)} - {movie_id for movie_id, _ in change.unmarked}
    assert [one.movie_id for one in profiles.opinions(alice).marks] == sorted(expected)


@pytest.mark.parametrize(
    "change",
    [
        Change(marks=(mark(UserId(FIRST_OWN_USER_ID), HEAT, SEEN),)),
        Change(marks=(mark(UserId(FIRST_OWN_USER_ID), HEAT, HIDDEN),)),
        Change(marks=(mark(UserId(FIRST_OWN_USER_ID), HEAT, ASIDE),)),
        Change(unmarked=((RAN, HIDDEN),)),  # which was not there
        Change(unrated=(RAN,)),
        Change((rating(UserId(FIRST_OWN_USER_ID)),)),  # as it was
        Change(marks=(mark(UserId(FIRST_OWN_USER_ID), HEAT, WATCHLIST), mark(UserId(FIRST_OWN_USER_ID), HEAT, SEEN))),
    ],
    ids=["seen", "hidden", "aside", "hidden no more", "unrated", "the same stars", "seen and on the watchlist"],
)
def test_whatever_else_is_changed_voids_the_list(profiles: Profiles, alice: UserId, change: Change) -> None:
    profiles.keep_list(a_list(alice, profiles.rate(rating(alice))))

    assert profiles.change(alice, change) == 2
    record = profiles.list_of(alice)
    assert record is not None
    assert (record.rev, record.movies) == (2, None)
    assert not profiles.keep_list(a_list(alice, 1))


def test_of_several_ratings_and_marks_of_a_film_the_last_ones_hold(profiles: Profiles, alice: UserId) -> None:
    both = (mark(alice, HEAT, SEEN, 100), mark(alice, HEAT, SEEN, 200))

    profiles.change(alice, Change((rating(alice, HEAT, 1.0), rating(alice, HEAT, 5.0)), marks=both))

    assert profiles.opinions(alice) == Opinions(alice, 1, (rating(alice, HEAT, 5.0),), both[1:])


def test_hundreds_of_ratings_and_marks_are_changed_as_one(profiles: Profiles, alice: UserId) -> None:
    films = tuple(MovieId(number) for number in range(1, 166))
    ratings = tuple(rating(alice, one, 0.5 + one % 10 / 2) for one in films)
    marks = tuple(mark(alice, one, FILM_MARKS[one % 4]) for one in films)

    assert profiles.change(alice, Change(ratings, marks=marks)) == 1
    assert profiles.opinions(alice) == Opinions(alice, 1, ratings, marks)
    assert profiles.change(alice, Change(ratings, marks=marks)) == 2  # said again, after an answer that got lost
    assert profiles.opinions(alice) == Opinions(alice, 2, ratings, marks)
    assert profiles.change(alice, Change(unrated=films, unmarked=tuple((one.movie_id, one.kind) for one in marks))) == 3
    assert profiles.opinions(alice) == Opinions(alice, 3)


ALICE = UserId(FIRST_OWN_USER_ID)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (Change((replace(rating(ALICE), stars=5.5),)), "rating must be 0.5 to 5 stars in half steps, not 5.5."),
        (Change((rating(VIEWER),)), f"user id must be {ALICE}, who says all this, not 580."),
        (Change(marks=(mark(VIEWER),)), f"user id must be {ALICE}, who says all this, not 580."),
        (Change(marks=(mark(ALICE, HEAT, "loved"),)), "mark must be seen, hidden, watchlist or aside, not 'loved'."),
        (Change(unmarked=((HEAT, "loved"),)), "mark must be seen, hidden, watchlist or aside, not 'loved'."),
        (Change((rating(ALICE),), (HEAT,)), "a film's rating must be either put or taken away in one change, not 6."),
        (
            Change(marks=(mark(ALICE),), unmarked=((HEAT, SEEN),)),
            "a film's mark must be either put or taken away in one change, not (6, 'seen').",
        ),
        (Change((rating(ALICE, MovieId(-1)),)), "movie id must be a number from 0 to 9223372036854775807, not -1."),
        (Change(unrated=(MovieId(2**63),)), "movie id must be a number from 0 to 9223372036854775807, not 9223372036854775808."),
        (Change(marks=(mark(ALICE, MovieId(-97)),)), "movie id must be a number from 0 to 9223372036854775807, not -97."),
        (Change(unmarked=((MovieId(-97), SEEN),)), "movie id must be a number from 0 to 9223372036854775807, not -97."),
    ],
)
def test_a_change_that_cannot_be_is_refused_whole(profiles: Profiles, alice: UserId, wrong: Change, sentence: str) -> None:
    good = Change((rating(alice, RAN),), marks=(mark(alice, RAN, HIDDEN),))
    both = Change(good.ratings + wrong.ratings, wrong.unrated, good.marks + wrong.marks, wrong.unmarked)

    with pytest.raises(InvalidInputError) as refused:
        profiles.change(alice, both)

    assert str(refused.value) == sentence
    assert profiles.opinions(alice) == Opinions(alice, 0)


def test_no_number_of_a_film_reaches_a_mark(profiles: Profiles, alice: UserId) -> None:
    """Where marks and ratings are items of one table, marks lie below 0."""
    profiles.change(alice, Change(marks=(mark(alice),)))

    for movie_id in range(-200, 0):
        with pytest.raises(InvalidInputError):
            profiles.rate(rating(alice, MovieId(movie_id)))
    profiles.unrate(alice, -97)

    assert profiles.opinions(alice).marks == (mark(alice),)


@pytest.mark.parametrize("change", [Change(), Change(unmarked=((HEAT, WATCHLIST),)), Change(unrated=(HEAT,))])
@pytest.mark.parametrize("stranger", [VIEWER, NEVER_GIVEN, UserId(0), BEYOND_ALL_NUMBERS])
def test_a_stranger_changes_nothing(profiles: Profiles, alice: UserId, stranger: UserId, change: Change) -> None:
    with pytest.raises(UnknownUserError):
        profiles.change(stranger, change)

    assert profiles.opinions(stranger) == Opinions(stranger, 0)


def test_who_leaves_takes_the_marks_along_and_marks_nothing_more(profiles: Profiles, alice: UserId) -> None:
    bob = profiles.new_person("digest", shared=False, now=0)
    for who in (alice, bob):
        profiles.change(who, Change((rating(who),), marks=tuple(mark(who, HEAT, kind) for kind in FILM_MARKS)))

    profiles.forget_person(bob)

    assert profiles.opinions(bob) == Opinions(bob, 2)
    for kind in FILM_MARKS:
        with pytest.raises(UnknownUserError):
            profiles.change(bob, Change(marks=(mark(bob, RAN, kind),)))
    assert profiles.opinions(bob) == Opinions(bob, 2)
    assert {one.user_id for one in profiles.all_marks()} == {alice}
    assert profiles.counts() == {"people": 1, "ratings": 1, "marks": 4, "lists": 0}


def test_all_marks_come_by_user_film_and_kind(profiles: Profiles, alice: UserId) -> None:
    bob = profiles.new_person("digest", shared=False, now=0)
    put = [mark(who, movie_id, kind, 7) for who in (bob, alice) for movie_id in (RAN, HEAT) for kind in (WATCHLIST, HIDDEN, SEEN)]
    for one in put:
        profiles.change(one.user_id, Change(marks=(one,)))
    profiles.rate(rating(alice))

    assert list(profiles.all_marks()) == sorted(put, key=_place)
    assert list(profiles.all_ratings()) == [rating(alice)]


def _place(one: FilmMark) -> tuple[Any, ...]:
    return one.user_id, one.movie_id, one.kind
