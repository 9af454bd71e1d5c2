"""Commands in an empty folder of their own, and data for them."""

from __future__ import annotations

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

    def run(*arguments: object, typed: str = "", **settings: str) -> Result:
        environment = {"MATINEE_DOWNLOAD_URL": "", **{f"MATINEE_{name.upper()}": value for name, value in settings.items()}}
        return CliRunner().invoke(main, [str(a) for a in arguments], env=environment, input=typed)

    return run


@pytest.fixture
def trained(matinee: Matinee, data: Path) -> Matinee:
    """The same, once a model of two tastes is in force."""
    done(matinee("train", "--data", data, "--neighbours", 5))
    return matinee
