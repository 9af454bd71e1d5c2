"""A publication of everybody's lists: the first one, and one that changes a hundredth of them, while somebody rates on and on.

The rater has a process of its own, as on a site: SQLite's one write lock is what the two meet at. For comparison the second publication is
made once more as it would be without looking, every list written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

from bench.figures import Figure, MismatchError, say, spread
from bench.scale import made_up_lists
from recommender.domain import ListRecord, MovieId, Publishing, Rating, RecommendedMovie, UserId
from recommender.storage.profiles import open_profiles
from recommender.storage.profiles.sqlite import SqliteProfiles

EVERYBODY = 162_541  # viewers of MovieLens 25M
CHANGED = 100  # one list in so many
MOST_MILLISECONDS = 250.0  # that a rating may wait, whatever is being published
PAUSE_SECONDS = 0.005  # between two ratings
ALONE_SECONDS = 5.0  # of rating while nothing is published

Lists = list[tuple[RecommendedMovie, ...]]


def measure(folder: Path, *, n_lists: int = EVERYBODY) -> list[Figure]:
    """folder: for the store, on the disk to be measured; 5 kB a list, and twice that while it is written."""
    path = folder / "published.sqlite3"
    profiles, lists = SqliteProfiles(path), made_up_lists()
    say(f"publish: {n_lists:,} lists on SQLite, while one person rates from another process")
    alone, _ = _rated(path, lambda: time.sleep(ALONE_SECONDS))
    spread("a rating while nothing is published", alone)

    def publication(generation: int) -> Callable[[], Publishing]:
        made = _records(n_lists, lists, generation)
        return lambda: profiles.publish_lists(made, generation=generation, model=f"v{generation}")

    made_cpu = _cpu(lambda: _exhausted(_records(n_lists, lists, 2)))
    first = _timed("the first publication", path, publication(1), Publishing(n_lists))
    n_changed = len(range(CHANGED, n_lists + 1, CHANGED))
    second = _timed("with a hundredth changed", path, publication(2), Publishing(n_changed, n_lists - n_changed))
    every = _timed("every list written, changed or not", path, lambda: profiles.keep_lists(_records(n_lists, lists, 3)), n_lists)
    profiles.close()
    what = f"publication of {n_lists:,} lists, SQLite"
    return [
        Figure(f"{what}, a hundredth changed, processor time", second.cpu - made_cpu, every.cpu - made_cpu, "s", "all written", 0.75),
        Figure(f"{what}, a hundredth changed", second.seconds, every.seconds, "s", "all written", None),
        Figure(f"{what}, the first", first.seconds, None, "s", ""),
        Figure("slowest rating during the first", max(first.rated) * 1000, MOST_MILLISECONDS, "ms", "limit"),
        Figure("slowest rating during the one with a hundredth changed", max(second.rated) * 1000, MOST_MILLISECONDS, "ms", "limit"),
    ]


class _Timed:
    def __init__(self, seconds: float, cpu: float, rated: list[float]) -> None:
        self.seconds, self.cpu, self.rated = seconds, cpu, rated


def _timed(name: str, path: Path, publish: Callable[[], object], expected: object) -> _Timed:
    began, cpu = time.perf_counter(), time.process_time()
    rated, found = _rated(path, publish)
    made = _Timed(time.perf_counter() - began, time.process_time() - cpu, rated)
    if found != expected:
        raise MismatchError(f"{name}: {found} instead of {expected}")
    say(f"  {name}: {found}, {made.seconds:.1f} s, {made.cpu:.1f} s of processor time")
    spread("a rating meanwhile", rated, of=name)
    return made


def _rated(path: Path, meanwhile: Callable[[], object]) -> tuple[list[float], object]:
    """Seconds that each rating took until it was acknowledged, while something is done, and what came of that."""
    context = get_context("spawn")
    ready, enough = context.Event(), context.Event()
    receiving, sending = context.Pipe(duplex=False)
    rater = context.Process(target=_rate, args=(f"sqlite://{path}", ready, enough, sending))
    rater.start()
    ready.wait()
    try:
        found = meanwhile()
    finally:
        enough.set()
        seconds: list[float] = receiving.recv()
        rater.join()
    return seconds, found


def _rate(url: str, ready: Event, enough: Event, sending) -> None:
    profiles = open_profiles(url)
    user_id = profiles.new_person("0" * 64, shared=False, now=0)
    profiles.rate(Rating(user_id, MovieId(1), 4.0, 0))
    ready.set()
    seconds, number = [], 0
    while not enough.is_set():
        number += 1
        began = time.perf_counter()
        profiles.rate(Rating(user_id, MovieId(1 + number % 100), 0.5 + number % 10 / 2, number))
        seconds.append(time.perf_counter() - began)
        time.sleep(PAUSE_SECONDS)
    sending.send(seconds)
    profiles.close()


def _records(n_lists: int, lists: Lists, generation: int) -> Iterator[ListRecord]:
    """No two viewers' lists are the same text. From the second generation on one in CHANGED has another match."""
    for number in range(1, n_lists + 1):
        first, *others = lists[number % len(lists)]
        match = first.match if number % CHANGED or first.match is None else first.match + generation
        lines = (replace(first, score=2 + number / 1e7, match=match), *others)
        yield ListRecord(UserId(number), 0, lines, generation, f"v{generation}", float(generation))


def _exhausted(records: Iterator[ListRecord]) -> None:
    for _ in records:
        pass


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
