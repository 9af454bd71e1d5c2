"""Many lists at once, and the clearing of the sample viewers' lists."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recommender.domain import (
    FIRST_OWN_USER_ID,
    ListRecord,
    MovieId,
    UserId,
)
from recommender.errors import StorageError
from recommender.storage.profiles import Profiles
from tests.contracts.places import Place
from tests.contracts.profiles.opinions import VIEWER, a_list, rating


def test_a_publication_keeps_every_list_but_those_with_something_newer(profiles: Profiles, place: Place, alice: UserId) -> None:
    bob = profiles.new_person("digest", shared=False, now=0)
    profiles.rate(rating(bob))
    n_lists = place.tries(1000)  # some chunks
    viewers = [UserId(number) for number in range(1, n_lists + 1)]
    assert profiles.keep_list(a_list(viewers[10], 0, generation=3, title="Newer"))

    n_kept = profiles.keep_lists(a_list(user_id, 0, generation=2) for user_id in (*viewers, alice, bob))

    assert n_kept == n_lists
    assert profiles.counts()["lists"] == n_lists + 1
    assert profiles.list_of(viewers[-1]) == a_list(viewers[-1], 0, generation=2)
    assert profiles.list_of(viewers[10]) == a_list(viewers[10], 0, generation=3, title="Newer")
    assert profiles.list_of(bob) == ListRecord(bob, 1)


def test_a_publication_of_nothing_keeps_nothing(profiles: Profiles) -> None:
    assert profiles.keep_lists([]) == 0


def test_people_rate_while_a_publication_runs(profiles: Profiles, place: Place, alice: UserId) -> None:
    """A rating from within the lists being made would wait for ever if the publication held the store."""
    n_lists = place.tries(800)

    def made() -> Iterator[ListRecord]:
        for number in range(1, n_lists + 1):
            if number % (n_lists // 3) == 0:
                profiles.rate(rating(alice, MovieId(number)))
            yield a_list(UserId(number), 0)

    assert profiles.keep_lists(made()) == n_lists
    assert profiles.opinions(alice).rev == 3


def test_a_publication_that_breaks_off_leaves_only_whole_lists(profiles: Profiles, place: Place) -> None:
    n_lists = place.tries(500)

    def made() -> Iterator[ListRecord]:
        yield from (a_list(UserId(number), 0) for number in range(1, n_lists + 1))
        raise StorageError("The lists broke off.")

    with pytest.raises(StorageError, match=r"The lists broke off\."):
        profiles.keep_lists(made())

    assert profiles.counts()["lists"] <= n_lists
    records = [record for number in range(1, n_lists + 1) if (record := profiles.list_of(UserId(number)))]
    assert records == [a_list(record.user_id, 0) for record in records]


def test_clearing_voids_the_lists_of_all_sample_viewers_and_of_nobody_else(profiles: Profiles, place: Place, alice: UserId) -> None:
    viewers = [UserId(number) for number in (*range(1, place.tries(400) + 1), FIRST_OWN_USER_ID - 1)]
    profiles.keep_lists(a_list(user_id, 0) for user_id in (*viewers, alice))

    profiles.clear_sample_lists(generation=2)

    assert profiles.counts()["lists"] == 1
    assert profiles.list_of(alice) == a_list(alice, 0)
    records = [profiles.list_of(viewer) for viewer in viewers]
    assert [(record.rev, record.movies, record.generation) for record in records if record] == [(0, None, 2)] * len(viewers)


def test_no_older_builder_refills_what_was_cleared(profiles: Profiles) -> None:
    assert profiles.keep_list(a_list(VIEWER, 0, generation=1))
    profiles.clear_sample_lists(generation=2)

    assert not profiles.keep_list(a_list(VIEWER, 0, generation=1))
    assert profiles.keep_lists([a_list(VIEWER, 0, generation=1)]) == 0
    assert profiles.keep_list(a_list(VIEWER, 0, generation=2))


def test_no_older_builder_fills_in_a_viewer_who_had_no_list_when_all_were_cleared(profiles: Profiles, alice: UserId) -> None:
    """Else the next data set's viewer 580 would be shown the last one's."""
    profiles.clear_sample_lists(generation=2)

    assert not profiles.keep_list(a_list(VIEWER, 0, generation=1))
    assert profiles.list_of(VIEWER) is None
    assert profiles.keep_list(a_list(alice, 0, generation=1))  # whose ratings are still what they were
    assert profiles.keep_list(a_list(VIEWER, 0, generation=2))


def test_a_late_clearing_spares_the_lists_of_a_newer_publication(profiles: Profiles) -> None:
    assert profiles.keep_list(a_list(VIEWER, 0, generation=3))
    profiles.clear_sample_lists(generation=2)

    assert profiles.list_of(VIEWER) == a_list(VIEWER, 0, generation=3)


def test_the_highest_generation_is_that_of_any_list_or_clearing(profiles: Profiles, alice: UserId) -> None:
    found = [profiles.highest_generation()]
    assert profiles.keep_list(a_list(VIEWER, 0, generation=3))
    found.append(profiles.highest_generation())
    profiles.clear_sample_lists(generation=5)
    found.append(profiles.highest_generation())
    assert profiles.keep_list(a_list(alice, 0, generation=7))
    profiles.unrate(alice, 1)  # the list is void, and its generation known
    found.append(profiles.highest_generation())

    assert found == [0, 3, 5, 7]
