"""A list is kept as it was made, and only while nothing newer is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.domain import (
    POPULAR,
    ListRecord,
    UserId,
)
from recommender.errors import RecommenderError
from recommender.storage.profiles import Profiles
from tests.contracts.profiles.opinions import HEAT, RAN, VIEWER, a_list, rating


def test_a_kept_list_is_read_as_it_was_made(profiles: Profiles, alice: UserId) -> None:
    made = a_list(alice, profiles.rate(rating(alice)))

    assert profiles.keep_list(made)
    assert profiles.list_of(alice) == made


def test_a_list_may_be_short_empty_and_the_same_for_everyone(profiles: Profiles) -> None:
    made = replace(a_list(VIEWER, 0), movies=(), basis=POPULAR)

    assert profiles.keep_list(made)
    assert profiles.list_of(VIEWER) == made


def test_a_void_list_cannot_be_kept(profiles: Profiles) -> None:
    with pytest.raises(RecommenderError):
        profiles.keep_list(replace(a_list(VIEWER, 0), movies=None))


@pytest.mark.parametrize("change", ["rate", "the same stars again", "unrate", "unrate nothing"])
def test_every_change_voids_the_list(profiles: Profiles, alice: UserId, change: str) -> None:
    rev = profiles.rate(rating(alice))
    assert profiles.keep_list(a_list(alice, rev, generation=7))

    match change:
        case "rate":
            profiles.rate(rating(alice, RAN))
        case "the same stars again":
            profiles.rate(rating(alice))
        case "unrate":
            profiles.unrate(alice, HEAT)
        case _:
            profiles.unrate(alice, RAN)

    record = profiles.list_of(alice)
    assert record is not None
    assert (record.rev, record.movies, record.generation) == (rev + 1, None, 7)


def test_a_list_begun_before_the_last_rating_is_not_kept(profiles: Profiles, alice: UserId) -> None:
    seen = profiles.opinions(alice)
    rev = profiles.rate(rating(alice))

    assert not profiles.keep_list(a_list(alice, seen.rev))
    assert profiles.list_of(alice) == ListRecord(alice, rev)


def test_a_list_of_a_revision_yet_to_come_is_not_kept(profiles: Profiles, alice: UserId) -> None:
    assert not profiles.keep_list(a_list(alice, 1))
    assert not profiles.keep_list(a_list(VIEWER, 3))
    assert profiles.list_of(alice) is None
    assert profiles.list_of(VIEWER) is None


def test_a_late_builder_on_older_arrays_cannot_overwrite_a_newer_list(profiles: Profiles) -> None:
    newer = a_list(VIEWER, 0, generation=2, title="Newer")
    assert profiles.keep_list(newer)

    assert not profiles.keep_list(a_list(VIEWER, 0, generation=1))
    assert profiles.list_of(VIEWER) == newer


def test_the_generation_is_remembered_when_the_list_is_void(profiles: Profiles, alice: UserId) -> None:
    assert profiles.keep_list(a_list(alice, 0, generation=2))
    rev = profiles.rate(rating(alice))

    assert not profiles.keep_list(a_list(alice, rev, generation=1))
    assert profiles.keep_list(a_list(alice, rev, generation=2))


def test_keeping_a_list_again_after_a_lost_reply_succeeds(profiles: Profiles, alice: UserId) -> None:
    made = a_list(alice, profiles.rate(rating(alice)))

    assert [profiles.keep_list(made), profiles.keep_list(made)] == [True, True]
    assert profiles.list_of(alice) == made


def test_a_newer_publication_takes_the_place_of_the_list(profiles: Profiles, alice: UserId) -> None:
    rev = profiles.rate(rating(alice))
    assert profiles.keep_list(a_list(alice, rev, generation=1))
    newer = a_list(alice, rev, generation=2, title="Heat again", model="v2")

    assert profiles.keep_list(newer)
    assert profiles.list_of(alice) == newer


def test_the_same_list_of_a_newer_publication_is_of_that_publication(profiles: Profiles, alice: UserId) -> None:
    rev = profiles.rate(rating(alice))
    assert profiles.keep_list(a_list(alice, rev, generation=1))

    assert profiles.keep_list(a_list(alice, rev, generation=2, model="v2"))
    record = profiles.list_of(alice)
    assert record is not None
    assert (record.generation, record.model, record.movies) == (2, "v2", a_list(alice, rev).movies)
