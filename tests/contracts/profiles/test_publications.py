"""Many lists at once, and the clearing of the sample viewers' lists."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from recommender.domain import (
    FIRST_OWN_USER_ID,
    ListRecord,
    MovieId,
    Publishing,
    UserId,
)
from recommender.errors import InvalidInputError, StorageError
from recommender.storage.profiles import Profiles, open_profiles
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


def published(n: int, generation: int, *, title: str = "Heat") -> list[ListRecord]:
    """The lists of the first n viewers by a publication, whose model is named after it, made at a time of its own."""
    made = (a_list(UserId(number), 0, generation=generation, title=title, model=f"v{generation}") for number in range(1, n + 1))
    return [replace(one, built_at=1_700_000_000.25 + generation) for one in made]


def publish(profiles: Profiles, made: list[ListRecord], generation: int) -> Publishing:
    return profiles.publish_lists(made, generation=generation, model=f"v{generation}")


def test_a_list_that_reads_the_same_is_confirmed_without_being_written(profiles: Profiles, place: Place) -> None:
    n = place.tries(600)
    first, second = published(n, 1), published(n, 2)
    second[1] = replace(second[1], movies=second[1].movies[:1] if second[1].movies else None)

    assert publish(profiles, first, 1) == Publishing(written=n)
    assert publish(profiles, second, 2) == Publishing(written=1, unchanged=n - 1)

    assert profiles.list_of(second[1].user_id) == second[1]
    kept = [profiles.list_of(one.user_id) for one in (first[0], first[2], first[-1])]
    assert kept == [replace(one, generation=2, model="v2") for one in (first[0], first[2], first[-1])]  # with the time it was built at
    assert profiles.highest_generation() == 2


def test_a_list_is_confirmed_again_and_again(profiles: Profiles) -> None:
    first = published(3, 1)
    publish(profiles, first, 1)

    for generation in (2, 3, 4):
        assert publish(profiles, published(3, generation), generation) == Publishing(unchanged=3)

    assert profiles.list_of(UserId(2)) == replace(first[1], generation=4, model="v4")


def test_of_other_words_another_basis_or_a_void_list_nothing_is_left_as_it_is(profiles: Profiles) -> None:
    publish(profiles, published(4, 1), 1)
    made = published(4, 2)
    made[0] = replace(a_list(UserId(1), 0, generation=2, title="Heated"), built_at=made[0].built_at)
    made[1] = replace(made[1], basis="popular")
    made[2] = replace(made[2], movies=())

    assert publish(profiles, made, 2) == Publishing(written=3, unchanged=1)

    assert [profiles.list_of(UserId(number)) for number in (1, 2, 3)] == made[:3]
    profiles.clear_sample_lists(generation=3)
    assert publish(profiles, published(4, 3), 3) == Publishing(written=4)
    assert profiles.list_of(UserId(4)) == published(4, 3)[3]


def test_what_a_publication_that_broke_off_left_unconfirmed_is_written_by_the_next(profiles: Profiles) -> None:
    publish(profiles, published(3, 1), 1)

    def breaking_off() -> Iterator[ListRecord]:
        yield from published(2, 2)
        raise StorageError("The lists broke off.")

    with pytest.raises(StorageError, match=r"The lists broke off\."):
        profiles.publish_lists(breaking_off(), generation=2, model="v2")

    assert [record.generation for number in (1, 2, 3) if (record := profiles.list_of(UserId(number)))] == [1, 1, 1]
    assert publish(profiles, published(3, 3), 3) == Publishing(written=3)
    assert profiles.list_of(UserId(3)) == published(3, 3)[2]


def test_a_list_that_changed_and_changed_back_is_not_confirmed_over_the_publication_between(profiles: Profiles) -> None:
    """Else a builder that still holds the model between could put its list in the place of the newer one."""
    publish(profiles, published(1, 1), 1)
    assert publish(profiles, [], 2) == Publishing()  # it confirms what it did not look at, which whoever publishes has to see to
    assert publish(profiles, published(1, 4), 4) == Publishing(written=1)  # and one of generation 3 broke off

    between = a_list(UserId(1), 0, generation=3, title="Between")

    assert not profiles.keep_list(between)
    assert profiles.list_of(UserId(1)) == published(1, 4)[0]


def test_no_older_builder_takes_the_place_of_what_was_confirmed(profiles: Profiles) -> None:
    publish(profiles, published(2, 2), 2)
    changed = [published(2, 3)[0], *published(2, 3, title="Newer")[1:]]
    publish(profiles, changed, 3)

    assert not profiles.keep_list(published(1, 1, title="Old")[0])  # before the record's own
    assert not profiles.keep_list(published(2, 2)[1])  # of a list that changed since
    profiles.keep_list(published(1, 2)[0])  # the same list as is there
    assert profiles.list_of(UserId(1)) == replace(published(1, 2)[0], generation=3, model="v3")
    assert profiles.list_of(UserId(2)) == changed[1]


def test_a_publication_spares_what_a_newer_one_has_put(profiles: Profiles) -> None:
    newer = published(1, 7, title="Newer")[0]
    assert profiles.keep_list(newer)

    assert publish(profiles, published(3, 2), 2) == Publishing(written=2, refused=1)

    assert profiles.list_of(UserId(1)) == newer


def test_an_older_publication_that_ends_later_confirms_nothing_over_the_newer(profiles: Profiles) -> None:
    publish(profiles, published(2, 1), 1)
    publish(profiles, published(2, 2), 2)
    publish(profiles, published(2, 3), 3)

    publish(profiles, published(2, 2), 2)

    assert profiles.list_of(UserId(1)) == replace(published(1, 1)[0], generation=3, model="v3")


def test_own_peoples_lists_are_confirmed_by_nobody(profiles: Profiles, alice: UserId) -> None:
    assert profiles.keep_list(a_list(alice, 0, generation=1))

    publish(profiles, published(2, 2), 2)

    assert profiles.list_of(alice) == a_list(alice, 0, generation=1)


def test_a_late_clearing_spares_the_lists_that_a_newer_publication_confirmed(profiles: Profiles) -> None:
    publish(profiles, published(2, 1), 1)
    publish(profiles, published(2, 2), 2)
    publish(profiles, published(2, 3), 3)

    profiles.clear_sample_lists(generation=2)

    assert profiles.list_of(UserId(2)) == replace(published(2, 1)[1], generation=3, model="v3")


def test_a_void_list_is_none_to_be_published(profiles: Profiles) -> None:
    with pytest.raises(InvalidInputError, match="movies must be a list, to be kept, not None"):
        publish(profiles, [ListRecord(VIEWER, 0)], 1)


KILLED = """
import os, sys, time
from recommender.storage.profiles import open_profiles
from tests.contracts.profiles.test_publications import published

def made():
    for number, one in enumerate(published(int(sys.argv[2]), 2, title="Changed")):
        if number == int(sys.argv[2]) * 2 // 3:
            os.kill(os.getpid(), 9)
        if number % 100 == 0:
            time.sleep(0.15)
        yield one

open_profiles(sys.argv[1], patient=True).publish_lists(made(), generation=2, model="v2")
"""


@pytest.mark.races
def test_a_publication_killed_in_the_middle_ends_right_when_it_is_repeated(profiles: Profiles, place: Place) -> None:
    n = place.tries(2400)
    publish(profiles, published(n, 1), 1)

    died = subprocess.run([sys.executable, "-c", KILLED, profiles.url, str(n)], check=False)

    assert died.returncode == -signal.SIGKILL
    found = [record for number in range(1, n + 1) if (record := profiles.list_of(UserId(number)))]
    old, new = published(n, 1), published(n, 2, title="Changed")
    assert all(record in (before, after) for record, before, after in zip(found, old, new, strict=True))
    assert 0 < sum(record.generation == 2 for record in found) < n

    again = publish(profiles, published(n, 3, title="Changed"), 3)

    assert again.kept == n
    assert again.written >= sum(record.generation == 1 for record in found)
    titles = {record.movies[0].movie.title for number in (1, n // 2, n) if (record := profiles.list_of(UserId(number))) and record.movies}
    assert titles == {"Changed"}
    with contextlib.closing(open_profiles(profiles.url)) as others:
        seen = [others.list_of(UserId(number)) for number in range(1, n + 1, 7)]
    assert {record.generation for record in seen if record} == {3}
