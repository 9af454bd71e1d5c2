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


@pytest.fixture
def dead() -> int:
    """The number of a process that has ended."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_server_gets_an_empty_folder_for_itself_alone(in_memory: Path) -> None:
    assert worker_folder.shared() is None

    worker_folder.begin()

    folder = worker_folder.shared()
    assert folder is not None
    assert folder.parent == in_memory
    assert folder.stat().st_mode & 0o777 == 0o700
    assert names(folder) == [f"server_{os.getpid()}"]


def test_the_folder_ends_with_the_server(in_memory: Path) -> None:
    worker_folder.begin()
    worker_folder.end()

    assert list(in_memory.iterdir()) == []


def test_what_a_killed_server_left_is_taken_away_and_a_living_ones_stays(in_memory: Path, dead: int) -> None:
    killed, living = (in_memory / f"matinee-{os.getuid()}-{pid}" for pid in (dead, os.getppid()))
    killed.mkdir()
    living.mkdir()

    worker_folder.begin()

    assert not killed.exists()
    assert living.exists()


def test_a_folder_that_the_environment_names_is_emptied_of_counts_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: int
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    for name in (f"counter_{dead}.db", f"minutes_{dead}_1.ring", f"minutes_{dead}_0.ended", f"server_{dead}", "notes.txt"):
        (given / name).write_text("")
    monkeypatch.setenv(VARIABLE, str(given))

    worker_folder.begin()
    worker_folder.end()

    assert worker_folder.shared() == given
    assert names(given) == ["notes.txt"]


def test_servers_that_count_together_leave_each_others_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: int) -> None:
    given, living = tmp_path / "given", os.getppid()
    given.mkdir()
    for name in (f"counter_{dead}.db", f"minutes_{dead}_1.ring", f"server_{dead}", f"counter_{living}.db", f"server_{living}"):
        (given / name).write_text("counts")
    monkeypatch.setenv(VARIABLE, str(given))

    worker_folder.begin()

    ours = f"server_{os.getpid()}"
    assert names(given) == sorted([f"counter_{dead}.db", f"counter_{living}.db", f"minutes_{dead}_1.ended", ours, f"server_{living}"])
    assert worker_folder.n_servers() == 2
    worker_folder.end()
    assert ours not in names(given)


def test_a_server_that_takes_over_has_a_folder_of_its_own(in_memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = in_memory / f"matinee-{os.getuid()}-{os.getppid()}"
    before.mkdir()
    (before / "counter_7.db").write_text("counts")
    monkeypatch.setenv(VARIABLE, str(before))

    worker_folder.begin()

    assert worker_folder.shared() != before
    assert (before / "counter_7.db").exists()


def test_a_dead_workers_minutes_are_marked_and_go_after_two_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: int) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    living, reaped = os.getpid(), os.getppid()
    for name in (f"minutes_{dead}_5.ring", f"minutes_{living}_5.ring", f"minutes_{reaped}_5.ring", f"counter_{dead}.db"):
        (tmp_path / name).write_text("")

    worker_folder.mark_dead(reaped)

    marked = [f"minutes_{dead}_5.ended", f"minutes_{reaped}_5.ended"]
    assert names(tmp_path) == sorted([f"counter_{dead}.db", f"minutes_{living}_5.ring", *marked])
    for name in marked:
        os.utime(tmp_path / name, (0, 0))
    worker_folder.mark_dead()
    assert names(tmp_path) == sorted([f"counter_{dead}.db", f"minutes_{living}_5.ring"])
