"""The package as `make skill-package` makes it, built once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from alexa_skill.model.package import Package, package
from alexa_skill.model.slot_types.titles import read_titles
from recommender.cli import main


@pytest.fixture(scope="session")
def titles_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `matinee titles` writes of the built-in sample."""
    path = tmp_path_factory.mktemp("titles") / "titles.csv"
    result = CliRunner().invoke(main, ["titles", "--sample", "--output", str(path)])
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture(scope="session")
def made(titles_file: Path) -> Package:
    return package(read_titles(titles_file))
