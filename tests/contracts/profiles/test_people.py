"""Numbers, tokens, sharing and leaving: what every place for profiles owes to people."""

from __future__ import annotations

import hashlib

import pytest

from recommender.domain import (
    FIRST_OWN_USER_ID,
    Opinions,
    UserId,
)
from recommender.errors import UnknownUserError
from recommender.storage.profiles import Profiles, open_profiles
from tests.contracts.neighbours import come_in, side_by_side
from tests.contracts.profiles.opinions import ALICE_TOKEN, BEYOND_ALL_NUMBERS, HEAT, NEVER_GIVEN, VIEWER, a_list, rating


def test_the_first_person_gets_the_first_own_number_and_the_next_the_next(profiles: Profiles) -> None:
    assert [profiles.new_person("digest", shared=False, now=0) for _ in range(3)] == [FIRST_OWN_USER_ID + i for i in range(3)]


def test_a_number_is_never_given_twice_even_if_its_person_has_left(profiles: Profiles, url: str) -> None:
    numbers = [profiles.new_person("digest", shared=False, now=0) for _ in range(2)]
    for number in numbers:
        profiles.forget_person(number)
    profiles.close()
    again = open_profiles(url, patient=True)

    assert again.new_person("digest", shared=False, now=0) == FIRST_OWN_USER_ID + 2

    again.close()


@pytest.mark.races
def test_processes_never_give_the_same_number(url: str) -> None:
    numbers = [number for some in side_by_side(come_in, *[(url, 10)] * 3) for number in some]

    assert sorted(numbers) == [FIRST_OWN_USER_ID + i for i in range(30)]


@pytest.mark.parametrize("stranger", [VIEWER, NEVER_GIVEN, UserId(0), UserId(-5), BEYOND_ALL_NUMBERS])
def test_a_number_that_was_not_given_has_no_person_no_ratings_and_no_list(profiles: Profiles, alice: UserId, stranger: UserId) -> None:
    assert not profiles.has_person(stranger)
    assert not profiles.token_fits(stranger, ALICE_TOKEN)
    assert not profiles.is_shared(stranger)
    assert profiles.opinions(stranger) == Opinions(stranger, 0, ())
    assert profiles.list_of(stranger) is None


@pytest.mark.parametrize("stranger", [VIEWER, NEVER_GIVEN, BEYOND_ALL_NUMBERS])
def test_a_stranger_can_neither_rate_nor_share(profiles: Profiles, alice: UserId, stranger: UserId) -> None:
    for attempt in (
        lambda: profiles.rate(rating(stranger)),
        lambda: profiles.unrate(stranger, HEAT),
        lambda: profiles.share(stranger, True),
    ):
        with pytest.raises(UnknownUserError):
            attempt()
    profiles.forget_person(stranger)

    assert profiles.counts() == {"people": 1, "ratings": 0, "marks": 0, "lists": 0}
    assert profiles.list_of(stranger) is None


def test_only_the_own_token_fits(profiles: Profiles, alice: UserId) -> None:
    bob_token = hashlib.sha256(b"bob").hexdigest()
    bob = profiles.new_person(bob_token, shared=False, now=0)

    assert profiles.token_fits(alice, ALICE_TOKEN)
    assert profiles.token_fits(bob, bob_token)
    assert not profiles.token_fits(alice, bob_token)
    assert not profiles.token_fits(alice, "")


def test_a_list_is_shared_only_as_long_as_its_owner_says_so(profiles: Profiles, alice: UserId) -> None:
    assert not profiles.is_shared(alice)
    profiles.share(alice, True)
    assert profiles.is_shared(alice)
    profiles.share(alice, False)
    assert not profiles.is_shared(alice)
    assert profiles.is_shared(profiles.new_person("digest", shared=True, now=0))


def test_who_leaves_takes_ratings_and_list_along_and_the_number_stays_taken(profiles: Profiles, alice: UserId) -> None:
    bob = profiles.new_person("digest", shared=True, now=0)
    rev = profiles.rate(rating(bob))
    profiles.rate(rating(alice))
    assert profiles.keep_list(a_list(bob, rev))

    profiles.forget_person(bob)

    assert not profiles.has_person(bob)
    assert not profiles.token_fits(bob, "digest")
    assert not profiles.is_shared(bob)
    assert profiles.opinions(bob) == Opinions(bob, rev + 1, ())
    record = profiles.list_of(bob)
    assert record is not None
    assert (record.rev, record.movies, record.model) == (rev + 1, None, "")
    assert [kept.user_id for kept in profiles.all_ratings()] == [alice]
    assert list(profiles.people()) == [alice]
    with pytest.raises(UnknownUserError):
        profiles.rate(rating(bob))
    with pytest.raises(UnknownUserError):
        profiles.unrate(bob, HEAT)
    with pytest.raises(UnknownUserError):
        profiles.share(bob, True)


def test_no_builder_brings_the_list_of_one_who_left_back(profiles: Profiles, alice: UserId) -> None:
    profiles.forget_person(alice)
    rev = profiles.opinions(alice).rev

    assert [profiles.keep_list(a_list(alice, old, generation=9)) for old in range(rev + 2)] == [False] * (rev + 2)
    assert profiles.counts()["lists"] == 0


def test_leaving_twice_is_leaving_once(profiles: Profiles, alice: UserId) -> None:
    profiles.forget_person(alice)
    rev = profiles.opinions(alice).rev
    profiles.forget_person(alice)

    assert profiles.opinions(alice).rev == rev
