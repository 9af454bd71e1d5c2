"""The folder that the workers of one server share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from recommender import worker_folder
from recommender.worker_folder import VARIABLE


@pytest.fixture(autouse=True)
def in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the folders are made: a place of this test's own."""
    monkeypatch.setattr(worker_folder, "IN_MEMORY", tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_server_gets_an_empty_folder_for_itself_alone(in_memory: Path) -> None:
    assert worker_folder.shared() is None

    worker_folder.begin()

    folder = worker_folder.shared()
    assert folder is not None
    assert folder.parent == in_memory
    assert folder.stat().st_mode & 0o777 == 0o700
    assert list(folder.iterdir()) == []


def test_the_folder_ends_with_the_server(in_memory: Path) -> None:
    worker_folder.begin()
    worker_folder.end()

    assert list(in_memory.iterdir()) == []


def test_what_a_killed_server_left_is_taken_away_and_a_living_ones_stays(in_memory: Path) -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    dead, living = (in_memory / f"matinee-{os.getuid()}-{pid}" for pid in (done.pid, os.getppid()))
    dead.mkdir()
    living.mkdir()

    worker_folder.begin()

    assert not dead.exists()
    assert living.exists()


def test_a_folder_that_the_environment_names_is_emptied_of_counts_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = tmp_path / "given"
    given.mkdir()
    for name in ("counter_7.db", "minutes_7_1.ring", "notes.txt"):
        (given / name).write_text("")
    monkeypatch.setenv(VARIABLE, str(given))

    worker_folder.begin()
    worker_folder.end()

    assert worker_folder.shared() == given
    assert names(given) == ["notes.txt"]


def test_a_server_that_takes_over_has_a_folder_of_its_own(in_memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = in_memory / f"matinee-{os.getuid()}-{os.getppid()}"
    before.mkdir()
    (before / "counter_7.db").write_text("counts")
    monkeypatch.setenv(VARIABLE, str(before))

    worker_folder.begin()

    assert worker_folder.shared() != before
    assert (before / "counter_7.db").exists()


def test_a_dead_workers_minutes_are_marked_and_go_after_two_hours() -> None:
    worker_folder.begin()
    folder = worker_folder.shared()
    assert folder is not None
    for name in ("minutes_71_5.ring", "minutes_7_5.ring", "counter_71.db"):
        (folder / name).write_text("")

    worker_folder.mark_dead(71)

    assert names(folder) == ["counter_71.db", "minutes_71_5.ended", "minutes_7_5.ring"]
    os.utime(folder / "minutes_71_5.ended", (0, 0))
    worker_folder.mark_dead(72)
    assert names(folder) == ["counter_71.db", "minutes_7_5.ring"]
