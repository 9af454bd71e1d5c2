"""Spark where it can run; else these tests are skipped with a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import spark_cluster
from tests.spark_cluster import Standalone


@pytest.fixture(scope="session")
def spark_venv(request: pytest.FixtureRequest) -> Path:
    """The environment that Matinee runs in with Spark."""
    if missing := spark_cluster.what_is_missing():
        if request.config.getoption("--require-spark"):
            pytest.fail(f"--require-spark was given, but there is {missing}", pytrace=False)
        pytest.skip(f"there is {missing}")
    return spark_cluster.VENV


@pytest.fixture(scope="session")
def cluster(spark_venv: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    """A master and two workers on loopback."""
    with spark_cluster.standalone(tmp_path_factory.mktemp("spark")) as running:
        yield running
