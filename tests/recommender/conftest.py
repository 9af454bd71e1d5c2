"""Stores and a trained recommender of a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from recommender import training
from recommender.data.movielens import DataSet
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import Blobs, open_blobs
from recommender.storage.profiles import Profiles, open_profiles
from tests.worlds import data_set_of, two_tastes

FIVE_NEAREST = {"n_neighbours": 5}


@pytest.fixture
def blobs(var_settings: Settings) -> Blobs:
    return open_blobs(var_settings.blobs_url)


@pytest.fixture
def profiles(var_settings: Settings) -> Iterator[Profiles]:
    opened = open_profiles(var_settings.profiles_url)
    yield opened
    opened.close()


@pytest.fixture
def train(blobs: Blobs, profiles: Profiles) -> Callable[[DataSet], training.Trained]:
    """Train on a data set, with few neighbours as befits a small world."""

    def trained(data: DataSet, recipe: str = "user-cosine", **more: Any) -> training.Trained:
        return training.train(data, blobs, profiles, recipe=recipe, parameters=FIVE_NEAREST, source=data.name, **more)

    return trained


@pytest.fixture
def recommender(var_settings: Settings, blobs: Blobs, profiles: Profiles, train: Callable[[DataSet], training.Trained]) -> Recommender:
    """A recommender over the world of two tastes: viewers 1 to 20, films 1 to 30."""
    train(data_set_of(two_tastes()))
    return Recommender(var_settings, blobs, profiles)
