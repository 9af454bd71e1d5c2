"""The site over a real recommender of the world of two tastes: whoever loves odd films is shown odd ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender import training
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import open_profiles
from tests.webapp.accounts.conftest import _quick_hashes, alice, browser
from tests.worlds import data_set_of, two_tastes

__all__ = ["_quick_hashes", "alice", "browser"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the model, trained once."""
    folder = tmp_path_factory.mktemp("two-tastes")
    blobs, profiles = open_blobs(f"file://{folder / 'blobs'}"), open_profiles(f"sqlite://{folder / 'at-training.sqlite3'}")
    training.train(data_set_of(two_tastes()), blobs, profiles, recipe="user-cosine", parameters={"n_neighbours": 5}, source="a small world")
    profiles.close()
    return folder


@pytest.fixture
def recommender(trained: Path, var_settings: Settings) -> Iterator[Recommender]:
    profiles = open_profiles(var_settings.profiles_url)
    recommender = Recommender(var_settings, open_blobs(f"file://{trained / 'blobs'}"), profiles)
    yield recommender
    recommender.close()
