"""A place of every kind, empty: people's ratings and accounts stand in the same one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.storage.profiles import Profiles, open_profiles
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
