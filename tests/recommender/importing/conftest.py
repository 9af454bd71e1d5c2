"""A trained world of two tastes, made once and copied for each test, whose clock stands still."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recommender import training
from recommender.domain import UserId
from recommender.importing import Imports
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import Blobs, open_blobs
from recommender.storage.profiles import Profiles, open_profiles
from tests.recommender.importing.files import new_person
from tests.worlds import data_set_of, two_tastes

NOW = 1_795_000_000.0  # 2026-11-18


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def trained_blobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    profiles = open_profiles(f"sqlite://{folder / 'matinee.sqlite3'}")
    data = data_set_of(two_tastes())
    training.train(
        data, open_blobs(f"file://{folder / 'blobs'}"), profiles, recipe="user-cosine", parameters={"n_neighbours": 5}, source=""
    )
    profiles.close()
    return folder / "blobs"


@pytest.fixture
def recommender(trained_blobs: Path, var_settings: Settings, blobs: Blobs, profiles: Profiles, clock: Clock) -> Recommender:
    shutil.copytree(trained_blobs, var_settings.blobs_url.removeprefix("file://"), dirs_exist_ok=True)
    return Recommender(replace(var_settings, sample_viewers=False), blobs, profiles, now=clock)


@pytest.fixture
def another_worker(recommender: Recommender, profiles: Profiles, clock: Clock) -> Callable[[Blobs], Imports]:
    """The imports of another process, over these blobs."""
    return lambda blobs: Recommender(recommender.settings, blobs, profiles, now=clock).imports


@pytest.fixture
def imports(recommender: Recommender) -> Imports:
    return recommender.imports


@pytest.fixture
def person(profiles: Profiles) -> UserId:
    return new_person(profiles)
