"""Accounts move house with the people they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recommender.domain import UserId
from recommender.errors import StorageError
from recommender.storage.accounts import Entries, Entry
from recommender.storage.accounts.kept import Accounts
from recommender.storage.profiles import Contents, Profiles, open_profiles
from tests.contracts.accounts.people import NOW, a_household, a_passkey, a_session, a_token
from tests.contracts.places import PROFILES, Place


@pytest.fixture(params=["sqlite", "the same kind"])
def elsewhere(request: pytest.FixtureRequest, place: Place, tmp_path: Path) -> Iterator[Profiles]:
    """An empty place."""
    other = place if request.param == "the same kind" else PROFILES["sqlite"]
    elsewhere = open_profiles(other.empty(tmp_path / "elsewhere"), patient=True)
    yield elsewhere
    elsewhere.close()


def come_in(accounts: Accounts, owner: UserId) -> None:
    accounts.change(owner, lambda it: replace(it, passkeys=(a_passkey(f"passkey of {owner}"),)))
    assert accounts.new_session(a_session(owner, f"session of {owner}"), NOW)
    assert accounts.new_token(a_token(owner, f"token of {owner}"), NOW)
    assert accounts.new_code(f"code of {owner}", owner, owner, NOW + 600, NOW)


def test_who_moves_house_is_signed_in_there(
    profiles: Profiles, accounts: Accounts, entries: Entries, alice: UserId, bob: UserId, elsewhere: Profiles
) -> None:
    come_in(accounts, alice)
    come_in(accounts, bob)
    assert not accounts.allowed("door", 0, 60, NOW).is_allowed

    with profiles.contents() as contents:
        elsewhere.adopt(contents)

    assert list(elsewhere.entries.all()) == list(entries.all())
    there = Accounts(elsewhere.entries)
    assert there.owner_of_name("ALICE") == alice
    assert there.household(alice) == accounts.household(alice)
    assert there.session(f"session of {bob}", NOW) == accounts.session(f"session of {bob}", NOW)
    assert there.use_code(f"code of {alice}", "kitchen", NOW) is not None
    assert there.forget(alice)["token"] == 1


def test_what_is_left_of_people_who_are_not_there_stays_behind(
    profiles: Profiles, accounts: Accounts, alice: UserId, bob: UserId, elsewhere: Profiles
) -> None:
    come_in(accounts, alice)
    profiles.forget_person(bob)  # and died before the account went

    with profiles.contents() as contents:
        elsewhere.adopt(contents)

    assert {entry.owner for entry in elsewhere.entries.all()} == {alice}
    assert Accounts(elsewhere.entries).begin(a_household(alice, "Bob")) is False  # Alice has a household
    assert Accounts(elsewhere.entries).owner_of_name("Bob") is None


def test_a_place_with_accounts_takes_nobody_in(profiles: Profiles, accounts: Accounts, alice: UserId, elsewhere: Profiles) -> None:
    number = elsewhere.new_person("digest", shared=False, now=0)
    assert Accounts(elsewhere.entries).begin(a_household(number, "Eve"))

    with profiles.contents() as contents, pytest.raises(StorageError, match="only an empty store can take over"):
        elsewhere.adopt(contents)

    assert Accounts(elsewhere.entries).owner_of_name("eve") == number


def test_a_move_that_broke_off_among_the_accounts_can_be_repeated(
    profiles: Profiles, accounts: Accounts, entries: Entries, alice: UserId, elsewhere: Profiles
) -> None:
    come_in(accounts, alice)

    def broken_off() -> Iterator[Entry]:
        yield next(iter(entries.all()))
        raise StorageError("The reading broke off.")

    with profiles.contents() as contents, pytest.raises(StorageError, match=r"The reading broke off\."):
        elsewhere.adopt(Contents(contents.marks, list(contents.accounts), [], [], broken_off()))
    with profiles.contents() as contents:
        elsewhere.adopt(contents)

    assert list(elsewhere.entries.all()) == list(entries.all())
