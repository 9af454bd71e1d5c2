"""The machine that most of these tests look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deploy.machine import Machine, running_machine


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """With a model of the built-in sample, and running; nobody changes it."""
    with running_machine(tmp_path_factory.mktemp("machine")) as running:
        yield running
