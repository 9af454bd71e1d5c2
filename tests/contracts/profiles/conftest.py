"""A store of every kind, empty, and somebody in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.domain import (
    UserId,
)
from recommender.storage.profiles import Profiles, open_profiles
from tests.contracts.places import PROFILES, Place, stood_in_for
from tests.contracts.profiles.opinions import ALICE_TOKEN


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
def alice(profiles: Profiles) -> UserId:
    return profiles.new_person(ALICE_TOKEN, shared=False, now=1_700_000_000)
