"""A place of every kind, empty, with accounts in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.domain import UserId
from recommender.storage.accounts import Entries
from recommender.storage.accounts.kept import Accounts
from recommender.storage.profiles import Profiles, open_profiles
from tests.contracts.accounts.people import a_household
from tests.contracts.places import PROFILES, Place, stood_in_for


@pytest.fixture(params=list(PROFILES.values()), ids=list(PROFILES))
def place(request: pytest.FixtureRequest) -> Place:
    return stood_in_for(request.param, request)


@pytest.fixture
def url(place: Place, tmp_path: Path) -> str:
    return place.empty(tmp_path)


@pytest.fixture
def profiles(url: str) -> Iterator[Profiles]:
    profiles = open_profiles(url, patient=True)
    yield profiles
    profiles.close()


@pytest.fixture
def entries(profiles: Profiles) -> Entries:
    return profiles.entries


@pytest.fixture
def accounts(entries: Entries) -> Accounts:
    return Accounts(entries)


@pytest.fixture
def alice(profiles: Profiles, accounts: Accounts) -> UserId:
    """Somebody who has signed up as Alice."""
    number = profiles.new_person("digest", shared=False, now=0)
    assert accounts.begin(a_household(number, "Alice"))
    return number


@pytest.fixture
def bob(profiles: Profiles, accounts: Accounts) -> UserId:
    """Somebody who has signed up as Bob."""
    number = profiles.new_person("digest", shared=False, now=0)
    assert accounts.begin(a_household(number, "Bob"))
    return number
