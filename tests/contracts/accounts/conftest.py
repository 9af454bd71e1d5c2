"""Accounts in an empty place, and a household."""

from __future__ import annotations

import pytest

from recommender.domain import UserId
from recommender.storage.accounts import Entries
from recommender.storage.accounts.kept import Accounts
from recommender.storage.profiles import Profiles
from tests.contracts.accounts.people import a_household


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
