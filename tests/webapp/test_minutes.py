"""The last hour, minute by minute, over all workers."""

from __future__ import annotations

import subprocess
import sys
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.worker_folder import OF_THE_DEAD
from webapp.metrics import minutes
from webapp.metrics.minutes import BOUNDS, HOUR, Ring, last_hour, percentile, together, workers_in

NOON = 1_795_262_400.0  # 2026-11-21 12:00:00 UTC, the beginning of a minute


class Clock:
    """A clock that goes when told to."""

    def __init__(self) -> None:
        self.seconds = NOON

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ring(tmp_path: Path, clock: Clock) -> Ring:
    return Ring(tmp_path, now=clock)


def requests(folder: Path, clock: Clock) -> list[int]:
    return [minute.requests for minute in last_hour(workers_in(folder), now=clock())]


def test_each_minute_has_its_own_counts(tmp_path: Path, clock: Clock, ring: Ring) -> None:
    for _ in range(3):
        ring.request(0.002, failed=False)
    clock.seconds += 60
    ring.request(0.5, failed=True)
    ring.add("lists")
    ring.add("fallbacks")
    ring.add("refused")

    *before, first, second = last_hour(workers_in(tmp_path), now=clock())
    assert (first.at, first.requests, first.errors) == (NOON, 3, 0)
    assert (second.at, second.requests, second.errors, second.lists, second.fallbacks, second.refused) == (NOON + 60, 1, 1, 1, 1, 1)
    assert len(before) == HOUR - 2
    assert together(before).requests == 0


def test_the_rings_of_all_workers_add_up_and_the_dead_count_too(tmp_path: Path, clock: Clock, ring: Ring) -> None:
    ring.request(0.002, failed=False)
    (dead,) = tmp_path.glob("*.ring")
    dead.rename(dead.with_suffix(OF_THE_DEAD))
    other = Ring(tmp_path, now=clock)
    for _ in range(2):
        other.request(0.002, failed=False)

    assert requests(tmp_path, clock)[-1] == 3
    assert sorted(worker.is_alive for worker in workers_in(tmp_path)) == [False, True]


def test_a_worker_that_nobody_marked_is_seen_to_be_dead(tmp_path: Path, ring: Ring) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (file,) = tmp_path.glob("*.ring")
    words = memoryview(bytearray(file.read_bytes())).cast("Q")
    words[1] = ended.pid
    (tmp_path / f"minutes_{ended.pid}_1.ring").write_bytes(words)

    assert sorted((worker.pid == ended.pid, worker.is_alive) for worker in workers_in(tmp_path)) == [(False, True), (True, False)]


def test_a_place_in_the_ring_is_emptied_before_it_is_used_again(tmp_path: Path, clock: Clock, ring: Ring) -> None:
    ring.request(0.002, failed=True)
    clock.seconds += minutes.PLACES * 60
    ring.request(0.5, failed=False)

    whole = together(last_hour(workers_in(tmp_path), now=clock()))
    assert (whole.requests, whole.errors, sum(whole.took)) == (1, 0, 1)


@pytest.mark.parametrize(("later", "seen"), [(59, 1), (60, 0), (600, 0)])
def test_an_hour_is_sixty_minutes(tmp_path: Path, clock: Clock, ring: Ring, later: int, seen: int) -> None:
    ring.request(0.002, failed=False)
    clock.seconds += 60 * later

    assert sum(requests(tmp_path, clock)) == seen


def test_a_clock_that_jumps_back_spoils_nothing(tmp_path: Path, clock: Clock, ring: Ring) -> None:
    ring.request(0.002, failed=False)
    clock.seconds -= 7200
    ring.request(0.002, failed=False)

    assert sum(requests(tmp_path, clock)) == 1


@pytest.mark.parametrize("data", [b"", b"half a head", b"\0" * minutes.SIZE, b"\x07" * minutes.SIZE])
def test_a_ring_that_is_not_whole_counts_for_nothing(tmp_path: Path, clock: Clock, ring: Ring, data: bytes) -> None:
    ring.request(0.002, failed=False)
    (tmp_path / "minutes_7_1.ring").write_bytes(data)

    assert sum(requests(tmp_path, clock)) == 1


def test_without_a_folder_a_process_counts_for_itself(clock: Clock) -> None:
    ring = Ring(None, now=clock)
    ring.request(0.002, failed=False)

    assert sum(minute.requests for minute in last_hour([ring.as_worker()], now=clock())) == 1


def test_a_full_place_for_rings_keeps_nobody_from_serving(tmp_path: Path, clock: Clock, caplog) -> None:
    ring = Ring(tmp_path / "not there", now=clock)
    ring.request(0.002, failed=False)

    assert ring.as_worker().requests(since=NOON) == 1
    assert "minutes are counted by this process alone" in caplog.text


@given(st.lists(st.floats(0.0003, 30), min_size=1, max_size=60), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_percentile_is_right_to_one_step(times: list[float], share: float) -> None:
    ring = Ring(None, now=lambda: NOON)
    for seconds in times:
        ring.request(seconds, failed=False)
    (minute,) = [minute for minute in last_hour([ring.as_worker()], now=NOON) if minute.requests]

    found = percentile(minute.took, share)

    right = sorted(times)[ceil(len(times) * share) - 1]
    assert found is not None
    assert right / 2**0.5 <= found <= right * 2**0.5


def test_nothing_timed_has_no_percentile() -> None:
    assert percentile([0] * (len(BOUNDS) + 1), 0.99) is None


def test_beyond_the_last_bound_a_percentile_says_the_bound() -> None:
    assert percentile([0] * len(BOUNDS) + [1], 0.5) == BOUNDS[-1]
