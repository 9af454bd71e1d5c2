"""The last hour, minute by minute: one small ring of counts per worker, in memory that outlives the worker.

A ring is a file of 64-bit words: a head, then a place for each of the last 64 minutes. Counting adds to words of this process alone, so it
waits for nobody; whoever reads adds the rings of all workers, those that have died included.
"""

from __future__ import annotations

import logging
import mmap
import os
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import cast

from recommender.worker_folder import OF_THE_DEAD, OF_THE_LIVING, RINGS, is_dead

log = logging.getLogger(__name__)

FORMAT = 1
HOUR = 60  # minutes
PLACES = 64  # of which the oldest are never read, so that a minute may be written while the hour before it is read
HEAD = 8  # words: format, process, start in seconds since 1970
COUNTS = ("requests", "errors", "lists", "fallbacks", "refused")
# Seconds, a factor of √2 apart, 0.25 ms to 32 s: a percentile is found to within one such step.
BOUNDS = tuple(0.00025 * 2 ** (step / 2) for step in range(35))
WIDTH = 1 + len(COUNTS) + len(BOUNDS) + 1  # words of a minute: which one it is, its counts, how many requests took how long
SIZE = 8 * (HEAD + PLACES * WIDTH)  # bytes


@dataclass
class Minute:
    """What happened in one minute. at: its start, in seconds since 1970. took: requests by time taken, up to each of BOUNDS and beyond."""

    at: int
    requests: int = 0
    errors: int = 0
    lists: int = 0
    fallbacks: int = 0
    refused: int = 0
    took: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))

    def add(self, counts: Sequence[int], took: Sequence[int]) -> None:
        for name, count in zip(COUNTS, counts, strict=True):
            setattr(self, name, getattr(self, name) + count)
        self.took = [ours + theirs for ours, theirs in zip(self.took, took, strict=True)]


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that counts. started_at: seconds since 1970. words: its ring as it was read."""

    pid: int
    started_at: int
    is_alive: bool
    words: Sequence[int]

    def requests(self, *, since: float) -> int:
        """How many it answered in the minutes that began then or later."""
        return sum(counts[0] for at, counts, _ in _minutes(self.words) if at >= since)


class Ring:
    """The counts of this process; in the folder that its server's workers share, or to itself where there is none."""

    def __init__(self, folder: Path | None, *, now: Callable[[], float] = time.time) -> None:
        self._now, self._adding = now, Lock()
        self._words = memoryview(_memory(folder)).cast("Q")
        self._words[1], self._words[2] = os.getpid(), int(now())
        self._words[0] = FORMAT  # last, so that a ring without its head is no ring

    def request(self, seconds: float, *, failed: bool) -> None:
        """One request that took so long."""
        with self._adding:
            words, start = self._words, self._place()
            words[start + 1] += 1
            if failed:
                words[start + 2] += 1
            words[start + 1 + len(COUNTS) + bisect_left(BOUNDS, seconds)] += 1

    def add(self, name: str) -> None:
        """One more of COUNTS."""
        with self._adding:
            self._words[self._place() + 1 + COUNTS.index(name)] += 1

    def as_worker(self) -> Worker:
        """This process alone, for whoever has no folder to read."""
        return Worker(self._words[1], self._words[2], True, self._words.tolist())

    def _place(self) -> int:
        """Where this minute's words begin; emptied first if they are of an hour ago."""
        words, minute = self._words, int(self._now()) // 60
        start = HEAD + minute % PLACES * WIDTH
        if words[start] != minute:
            for word in range(start, start + WIDTH):
                words[word] = 0
            words[start] = minute
        return start


def _memory(folder: Path | None) -> mmap.mmap:
    if folder is not None:
        try:
            with (folder / f"{RINGS}{os.getpid()}_{time.time_ns()}{OF_THE_LIVING}").open("w+b") as file:
                os.posix_fallocate(file.fileno(), 0, SIZE)  # room that is there now, since a page that cannot be had later ends the process
                return mmap.mmap(file.fileno(), SIZE)
        except OSError as error:
            log.warning("minutes are counted by this process alone folder=%s reason=%s", folder, error.strerror)
    return mmap.mmap(-1, SIZE)


def workers_in(folder: Path) -> list[Worker]:
    """Every process that has counted there, the oldest first."""
    found = []
    for path in folder.glob(f"{RINGS}*"):
        with suppress(FileNotFoundError):  # it has just been marked as dead: the next look finds it
            data = path.read_bytes()
            words = memoryview(data.ljust(SIZE, b"\0")).cast("Q")  # a worker that was killed as it began left less
            if words[0] == FORMAT:
                # A server that was killed marks nobody.
                is_alive = path.suffix != OF_THE_DEAD and not is_dead(words[1])
                found.append(Worker(words[1], words[2], is_alive, words))
    return sorted(found, key=lambda worker: (worker.started_at, worker.pid))


def last_hour(workers: Iterable[Worker], *, now: float) -> list[Minute]:
    """Sixty minutes, oldest first, the one under way last."""
    newest = int(now) // 60
    hour = {minute: Minute(minute * 60) for minute in range(newest - HOUR + 1, newest + 1)}
    for worker in workers:
        for at, counts, took in _minutes(worker.words):
            if at // 60 in hour:
                hour[at // 60].add(counts, took)
    return list(hour.values())


def together(minutes: Iterable[Minute]) -> Minute:
    """Several minutes as if they were one; it begins with the first."""
    each = list(minutes)
    whole = Minute(each[0].at if each else 0)
    for minute in each:
        whole.add([getattr(minute, name) for name in COUNTS], minute.took)
    return whole


def percentile(took: Sequence[int], share: float) -> float | None:
    """The seconds within which that share of the requests was answered, right to a factor of √2; None where there were none."""
    wanted = share * sum(took)
    if not wanted:
        return None
    reached = 0
    for place, count in enumerate(took):
        if count and reached + count >= wanted:
            if place == len(BOUNDS):
                return BOUNDS[-1]
            lower = BOUNDS[place - 1] if place else BOUNDS[0] / 2**0.5
            return cast(float, lower * (BOUNDS[place] / lower) ** ((wanted - reached) / count))
        reached += count
    raise AssertionError


def _minutes(words: Sequence[int]) -> Iterable[tuple[int, Sequence[int], Sequence[int]]]:
    """Start, counts and times taken of each minute in a ring."""
    for start in range(HEAD, len(words), WIDTH):
        if words[start]:
            counts_end = start + 1 + len(COUNTS)
            yield words[start] * 60, words[start + 1 : counts_end], words[counts_end : start + WIDTH]
