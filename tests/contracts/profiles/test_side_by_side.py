"""Threads and processes in one store, and what is there afterwards."""

from __future__ import annotations

import threading
import time

import pytest

from recommender.domain import (
    FILM_MARKS,
    HIDDEN,
    SEEN,
    WATCHLIST,
    Change,
    MovieId,
    Opinions,
    UserId,
)
from recommender.errors import StorageError, UnknownUserError
from recommender.storage.profiles import Profiles, open_profiles
from tests.contracts.neighbours import mark_many, rate_many, side_by_side
from tests.contracts.profiles.opinions import ALICE_TOKEN, NEVER_GIVEN, a_list, mark, rating


@pytest.mark.races
def test_threads_that_rate_at_once_lose_nothing_and_each_gets_a_revision_of_its_own(profiles: Profiles, alice: UserId) -> None:
    revs: list[int] = []

    def rate_some(first: int) -> None:
        for movie_id in range(first, first + 25):
            revs.append(profiles.rate(rating(alice, MovieId(movie_id))))

    threads = [threading.Thread(target=rate_some, args=(1 + 25 * number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(revs) == list(range(1, 201))
    assert [one.movie_id for one in profiles.opinions(alice).ratings] == list(range(1, 201))


@pytest.mark.races
def test_processes_that_rate_at_once_lose_nothing_and_each_gets_a_revision_of_its_own(profiles: Profiles, url: str, alice: UserId) -> None:
    revs = side_by_side(rate_many, *[(url, alice, range(first, first + 40)) for first in (1, 41, 81)])

    assert sorted(rev for some in revs for rev in some) == list(range(1, 121))
    assert profiles.opinions(alice).rev == 120
    assert [one.movie_id for one in profiles.opinions(alice).ratings] == list(range(1, 121))


@pytest.mark.races
def test_a_rating_refused_beside_others_does_not_undo_them(profiles: Profiles, alice: UserId) -> None:
    refused: list[str] = []

    def rate_some(user_id: UserId) -> None:
        for movie_id in range(1, 51):
            try:
                profiles.rate(rating(user_id, MovieId(movie_id)))
            except UnknownUserError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=rate_some, args=(user_id,)) for user_id in (alice, NEVER_GIVEN) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 150
    assert profiles.opinions(alice).rev == 150
    assert profiles.counts() == {"people": 1, "ratings": 50, "marks": 0, "lists": 0}


@pytest.mark.races
@pytest.mark.parametrize("n", [1, 8], ids=["one at a time", "many at a time"])
def test_whatever_is_said_while_its_owner_leaves_is_gone_with_them(profiles: Profiles, alice: UserId, n: int) -> None:
    """On DynamoDB leaving and saying are several writes each, which fall between each other in every way."""
    refused = 0

    def say_on(kind: str) -> None:
        nonlocal refused
        try:
            for first in range(1, 100_000, n):
                said = tuple(mark(alice, MovieId(film), kind) for film in range(first, first + n))
                profiles.change(alice, Change(tuple(rating(alice, one.movie_id) for one in said if kind == SEEN), marks=said))
        except UnknownUserError:
            refused += 1

    threads = [threading.Thread(target=say_on, args=(kind,)) for kind in FILM_MARKS]
    for thread in threads:
        thread.start()
    while len(profiles.opinions(alice).marks) < 12:
        time.sleep(0.001)
    profiles.forget_person(alice)
    for thread in threads:
        thread.join()

    assert refused == len(threads)
    assert profiles.opinions(alice) == Opinions(alice, profiles.opinions(alice).rev)
    assert profiles.counts() == {"people": 0, "ratings": 0, "marks": 0, "lists": 0}


@pytest.mark.races
def test_changes_side_by_side_lose_nothing_and_those_of_the_watchlist_leave_the_revision(
    profiles: Profiles, url: str, alice: UserId
) -> None:
    kinds = (SEEN, HIDDEN, WATCHLIST)

    revs = side_by_side(mark_many, *[(url, alice, kind, range(1, 31)) for kind in kinds])

    assert sorted(revs[0] + revs[1]) == list(range(1, 61))
    assert profiles.opinions(alice).rev == 60
    assert [(one.movie_id, one.kind) for one in profiles.opinions(alice).marks] == [
        (film, kind) for film in range(1, 31) for kind in sorted(kinds)
    ]


@pytest.mark.races
def test_no_revision_is_told_without_its_ratings_however_fast_they_change(profiles: Profiles, alice: UserId) -> None:
    """Every rating here is of a new film, so there are never fewer of them than the revision says: else a kept list would lack one."""
    done = threading.Event()

    def rate_on() -> None:
        for movie_id in range(1, 301):
            profiles.rate(rating(alice, MovieId(movie_id)))
        done.set()

    rater = threading.Thread(target=rate_on)
    rater.start()
    torn = [
        seen.rev for seen in iter(lambda: profiles.opinions(alice) if not done.is_set() else None, None) if len(seen.ratings) < seen.rev
    ]
    rater.join()

    assert torn == []


def test_what_was_acknowledged_is_there_for_whoever_opens_the_store_next(profiles: Profiles, url: str, alice: UserId) -> None:
    made = a_list(alice, profiles.rate(rating(alice)))
    assert profiles.keep_list(made)
    profiles.close()

    again = open_profiles(url, patient=True)

    assert again.opinions(alice) == Opinions(alice, 1, (rating(alice),))
    assert again.list_of(alice) == made
    assert again.token_fits(alice, ALICE_TOKEN)
    again.close()


def test_a_store_can_be_closed_twice_and_then_says_that_it_is_closed(profiles: Profiles, alice: UserId) -> None:
    profiles.close()
    profiles.close()

    with pytest.raises(StorageError, match=r"has been closed\."):
        profiles.rate(rating(alice))
    with pytest.raises(StorageError, match=r"has been closed\."):
        profiles.list_of(alice)
