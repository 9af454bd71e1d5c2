"""Commands in an empty folder of their own, and data for them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recommender.cli import main
from tests.recommender.cli.commands import Matinee, done, write_data_set
from tests.worlds import two_tastes


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The world of two tastes as a folder of files: viewers 1 to 20, films 1 to 30."""
    return write_data_set(tmp_path / "two tastes", two_tastes())


@pytest.fixture
def matinee(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Matinee:
    """Runs a command in an empty folder of its own, with nothing to download."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    return _run


def _run(*arguments: object, typed: str = "", **settings: str) -> Result:
    environment = {"MATINEE_DOWNLOAD_URL": "", **{f"MATINEE_{name.upper()}": value for name, value in settings.items()}}
    return CliRunner().invoke(main, [str(a) for a in arguments], env=environment, input=typed)


@pytest.fixture
def trained(matinee: Matinee, data: Path) -> Matinee:
    """The same, once a model of two tastes is in force."""
    done(matinee("train", "--data", data, "--neighbours", 5))
    return matinee


@pytest.fixture(scope="session")
def _after_training(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The var folder of a home where a model of two tastes is in force."""
    home = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        done(_run("train", "--data", write_data_set(home / "two tastes", two_tastes()), "--neighbours", 5))
    return home / "var"


@pytest.fixture
def trained_before(matinee: Matinee, _after_training: Path) -> Matinee:
    """As `trained`, by a training that was done once for all tests: for those that do not care when, and from which folder."""
    shutil.copytree(_after_training, "var")
    return matinee
