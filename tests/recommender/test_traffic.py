"""What was asked, counted in files that outlive their processes."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.costs.months import BUCKETS_A_DAY, Month
from recommender.traffic import HEAD, MARK, WIDTH, Traffic, counted, months_counted

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
NOON = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp())
AT_NOON = 20 * BUCKETS_A_DAY + BUCKETS_A_DAY // 2  # the five minutes from then on

WORKER = """
import sys, time
from pathlib import Path
from recommender.traffic import Traffic

traffic = Traffic(Path(sys.argv[1]), now=lambda: float(sys.argv[2]))
for _ in range(int(sys.argv[3])):
    traffic.add("requests")
print("counted", flush=True)
sys.stdin.read()
"""


class Clock:
    """A clock that goes when told to."""

    def __init__(self, seconds: float = NOON) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "traffic"


@contextmanager
def worker(folder: Path, n: int) -> Iterator[subprocess.Popen[str]]:
    """Another process that has counted n requests at noon and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder), str(NOON), str(n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "counted\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def files(folder: Path, month: Month = NOVEMBER) -> list[str]:
    return sorted(path.name for path in (folder / str(month)).iterdir())


def test_each_five_minutes_have_their_own_counts(folder: Path, clock: Clock) -> None:
    traffic = Traffic(folder, now=clock)
    traffic.add("requests")
    traffic.add("requests", 2)
    clock.seconds += 299
    traffic.add("events", 7)
    clock.seconds += 1
    traffic.add("requests")
    traffic.add("trainings")
    traffic.add("seconds", 12)

    found = counted(folder, NOVEMBER)
    assert found.requests[AT_NOON - 1 : AT_NOON + 3] == (0, 3, 1, 0)
    assert found.events[AT_NOON : AT_NOON + 2] == (7, 0)
    assert (sum(found.requests), sum(found.events), sum(found.trainings), sum(found.seconds)) == (4, 7, 1, 12)
    assert found.since == NOON
    assert len(found.requests) == NOVEMBER.n_buckets


def test_two_workers_add_up_and_one_that_is_killed_has_lost_nothing(folder: Path) -> None:
    with worker(folder, 5) as one, worker(folder, 7):
        assert files(folder) == ["0.counts", "1.counts"]
        os.kill(one.pid, signal.SIGKILL)
        one.wait()

        assert counted(folder, NOVEMBER).requests[AT_NOON] == 12


def test_whoever_comes_after_a_killed_one_goes_on_in_its_file(folder: Path) -> None:
    for _ in range(3):
        with worker(folder, 5) as process:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()

    assert files(folder) == ["0.counts"]
    assert counted(folder, NOVEMBER).requests[AT_NOON] == 15


def test_the_end_of_a_month_begins_another_file(folder: Path) -> None:
    clock = Clock(NOVEMBER.ends_at - 1)
    traffic = Traffic(folder, now=clock)
    traffic.add("requests", 3)
    clock.seconds += 1
    traffic.add("requests", 4)

    november, december = counted(folder, NOVEMBER), counted(folder, DECEMBER)
    assert (november.requests[-1], sum(november.requests)) == (3, 3)
    assert (december.requests[0], sum(december.requests)) == (4, 4)
    assert december.since == DECEMBER.begins_at
    assert months_counted(folder) == (DECEMBER, NOVEMBER)


def test_a_month_after_one_that_was_counted_counts_from_its_beginning_even_where_nobody_came_at_first(folder: Path) -> None:
    clock = Clock(NOON)
    traffic = Traffic(folder, now=clock)
    traffic.add("requests")
    clock.seconds = DECEMBER.begins_at + 5 * 24 * 3600
    traffic.add("requests")

    assert counted(folder, NOVEMBER).since == NOON
    assert counted(folder, DECEMBER).since == DECEMBER.begins_at


@pytest.mark.parametrize("month", [Month(2026, 2), Month(2028, 2), Month(2026, 4), Month(2026, 12)])
def test_the_last_five_minutes_of_every_month_have_a_place(folder: Path, month: Month) -> None:
    Traffic(folder, now=Clock(month.ends_at - 1)).add("requests")

    assert counted(folder, month).requests[month.days * BUCKETS_A_DAY - 1] == 1


def test_a_clock_that_is_put_back_counts_where_it_says(folder: Path) -> None:
    clock = Clock(DECEMBER.begins_at)
    traffic = Traffic(folder, now=clock)
    traffic.add("requests", 2)
    clock.seconds -= 1
    traffic.add("requests", 3)

    assert (sum(counted(folder, NOVEMBER).requests), sum(counted(folder, DECEMBER).requests)) == (3, 2)


def test_threads_lose_nothing(folder: Path, clock: Clock) -> None:
    traffic = Traffic(folder, now=clock)
    threads = [threading.Thread(target=lambda: [traffic.add("requests") for _ in range(2000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counted(folder, NOVEMBER).requests[AT_NOON] == 8000


def test_where_nothing_was_counted_there_is_nothing(folder: Path) -> None:
    found = counted(folder, NOVEMBER)

    assert found.since is None
    assert sum(found.requests) == 0
    assert months_counted(folder) == ()
    assert not folder.exists()


def test_without_a_folder_nothing_is_kept(tmp_path: Path, clock: Clock) -> None:
    Traffic(None, now=clock).add("requests")

    assert list(tmp_path.iterdir()) == []


def test_a_file_of_something_else_is_left_alone_and_left_out(folder: Path, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    Traffic(folder, now=clock).add("requests")
    theirs = folder / "2026-11" / "0.counts"
    theirs.write_bytes(b"a diary")

    traffic = Traffic(folder, now=clock)
    traffic.add("requests", 4)

    with caplog.at_level(logging.WARNING):
        assert counted(folder, NOVEMBER).requests[AT_NOON] == 4
    assert theirs.read_bytes() == b"a diary"
    assert "it is no file of counts" in caplog.text


def test_a_place_that_is_taken_by_what_cannot_be_opened_is_passed_by(folder: Path, clock: Clock) -> None:
    (folder / "2026-11" / "0.counts").mkdir(parents=True)

    Traffic(folder, now=clock).add("requests", 4)

    assert files(folder) == ["0.counts", "1.counts"]
    assert counted(folder, NOVEMBER).requests[AT_NOON] == 4


def test_a_worker_that_was_killed_before_its_file_was_whole_is_followed_by_one_that_makes_it_so(folder: Path, clock: Clock) -> None:
    (folder / "2026-11").mkdir(parents=True)
    (folder / "2026-11" / "0.counts").write_bytes(b"\0" * 100)
    assert sum(counted(folder, NOVEMBER).requests) == 0

    Traffic(folder, now=clock).add("requests")

    assert counted(folder, NOVEMBER).requests[AT_NOON] == 1
    assert files(folder) == ["0.counts"]


def test_a_folder_that_cannot_be_written_costs_nobody_an_answer_and_is_caught_up_with(
    folder: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write_text("a file stands where the folder should be")
    traffic = Traffic(folder, now=clock)
    with caplog.at_level(logging.WARNING):
        traffic.add("requests", 3)
    assert "requests are counted in memory alone" in caplog.text

    folder.unlink()
    traffic.add("requests", 4)  # the same five minutes: nobody looks again so soon
    clock.seconds += 300
    traffic.add("requests", 5)

    assert counted(folder, NOVEMBER).requests[AT_NOON : AT_NOON + 2] == (7, 5)


def test_nobody_else_may_look(folder: Path, clock: Clock) -> None:
    Traffic(folder, now=clock).add("requests")

    assert (folder / "2026-11").stat().st_mode & 0o777 == 0o700
    assert (folder / "2026-11" / "0.counts").stat().st_mode & 0o777 == 0o600


def test_a_file_holds_numbers_alone(folder: Path, clock: Clock) -> None:
    Traffic(folder, now=clock).add("requests")

    words = memoryview((folder / "2026-11" / "0.counts").read_bytes()).cast("Q")
    assert len(words) == HEAD + WIDTH * NOVEMBER.n_buckets
    assert [word for word in words if word] == [MARK, NOVEMBER.begins_at, NOON, 1]
