"""A group with everything in it."""

from pathlib import Path

import pytest

from tests.recommender.personalize.operations.amazon import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)
