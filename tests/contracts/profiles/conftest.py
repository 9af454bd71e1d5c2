"""Somebody in an empty store."""

from __future__ import annotations

import pytest

from recommender.domain import UserId
from recommender.storage.profiles import Profiles
from tests.contracts.profiles.opinions import ALICE_TOKEN


@pytest.fixture
def alice(profiles: Profiles) -> UserId:
    return profiles.new_person(ALICE_TOKEN, shared=False, now=1_700_000_000)
