"""One person's list, read at random from a store of 1,000 lists and from one of 1,000,000: reading must not get slower with people.

On SQLite, and on DynamoDB by dynalite, which keeps its tables on disk (LevelDB); the other stand-ins keep items in memory, some 45 kB each.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure, MismatchError, say, spread
from recommender.data.sample.films import sample_films
from recommender.domain import FIRST_OWN_USER_ID, ListRecord, Marks, Reason, RecommendedMovie, UserId
from recommender.storage.amazon.clients import PATIENT
from recommender.storage.profiles import Contents, Profiles
from recommender.storage.profiles.dynamodb import DynamoProfiles
from recommender.storage.profiles.dynamodb_items import wire_record
from recommender.storage.profiles.dynamodb_tables import create_tables
from recommender.storage.profiles.records import to_json
from recommender.storage.profiles.sqlite import SqliteProfiles
from tests import stand_ins

FEW = 1_000
MOST = 1.5  # times as long
N_LISTS = 200  # that take turns among the people, each a little different
FILL = Path(__file__).with_name("fill_dynalite.js")


def measure(folder: Path, *, many: int, reads: int) -> list[Figure]:
    """folder: for the stores, on the disk to be measured; 5 kB a person on SQLite, 3 on dynalite."""
    lists = made_up_lists()
    size = sum(len(to_json(lines).encode()) for lines in lists) / len(lists)
    say(f"scale: {reads:,} reads of each store, in turns, of lists of {size:,.0f} bytes as JSON on average.")
    return [*_on_sqlite(folder, lists, many, reads), *_on_dynamodb(folder, lists, many, reads)]


def _on_sqlite(folder: Path, lists: list[tuple[RecommendedMovie, ...]], many: int, reads: int) -> list[Figure]:
    paths = {n_people: folder / f"{n_people}.sqlite3" for n_people in (FEW, many)}
    for n_people, path in paths.items():
        began, profiles = time.perf_counter(), SqliteProfiles(path)
        profiles.adopt(Contents(Marks(FIRST_OWN_USER_ID - 1, 0, 1), [], [], _records(n_people, lists)))
        profiles.close()
        say(f"  SQLite with {n_people:,} lists: {path.stat().st_size / 1e9:.3f} GB, filled in {time.perf_counter() - began:.0f} s")
    stores: dict[int, Profiles] = {n_people: SqliteProfiles(path) for n_people, path in paths.items()}
    # As after a while of serving, where the memory is larger than the file: filling leaves some of it on the disk alone.
    warm = _p99("SQLite", stores, reads, before=lambda: [_read_through(path) for path in paths.values()])
    # What a store is read like after a start of the machine. The small one is in memory again after some hundreds of reads.
    cold = _p99("SQLite, pages dropped first", stores, reads // 4, before=lambda: [_drop_pages(path) for path in paths.values()])
    for store in stores.values():
        store.close()
    return [
        _figure("SQLite, the files in memory", many, warm),
        _figure("SQLite, nothing of the files in memory at first", many, cold, promised=False),
    ]


def _on_dynamodb(folder: Path, lists: list[tuple[RecommendedMovie, ...]], many: int, reads: int) -> list[Figure]:
    if missing := stand_ins.what_is_missing("dynalite"):
        say(f"  DynamoDB is left out: there is {missing}")
        return []
    tables = {n_people: f"movie-{n_people}" for n_people in (FEW, many)}
    files = folder / "dynalite"
    with stand_ins.dynalite(files) as url:
        os.environ.update(stand_ins.environment_for(url))
        for table in tables.values():
            create_tables(table)
    items = json.dumps([wire_record(record) for record in _records(N_LISTS, lists)])
    for n_people, table in tables.items():
        began = time.perf_counter()
        subprocess.run(["node", str(FILL), str(files), table, str(n_people)], input=items, text=True, check=True)
        say(f"  DynamoDB's stand-in with {n_people:,} lists more, filled in {time.perf_counter() - began:.0f} s")
    say(f"  its files have {sum(file.stat().st_size for file in files.iterdir()) / 1e9:.3f} GB")
    with stand_ins.dynalite(files) as url:
        os.environ.update(stand_ins.environment_for(url))
        stores: dict[int, Profiles] = {n_people: DynamoProfiles(table, patience=PATIENT) for n_people, table in tables.items()}
        return [_figure("DynamoDB (dynalite, on disk)", many, _p99("DynamoDB", stores, reads, before=lambda: None))]


def _p99(name: str, stores: dict[int, Profiles], reads: int, *, before: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds in which 99 of 100 lists of a random person are read, from the small store and from the big one."""
    rng, taken = random.Random(580), {n_people: [0.0] * reads for n_people in stores}
    for n_people, profiles in stores.items():
        for _ in range(100):  # connections and caches as they are after a while
            _read(profiles, rng.randint(1, n_people))
    before()
    for number in range(reads):
        for n_people, profiles in stores.items():
            taken[n_people][number] = _read(profiles, rng.randint(1, n_people))
    small, big = (spread(f"{name}, {n_people:,} people", seconds)["p99"] for n_people, seconds in taken.items())
    return small, big


def _read(profiles: Profiles, user_id: int) -> float:
    began = time.perf_counter()
    record = profiles.list_of(UserId(user_id))
    took = time.perf_counter() - began
    if record is None or record.movies is None or record.built_at != user_id:
        raise MismatchError(f"{profiles.url} gave {record} for {user_id}")
    return took


def _figure(name: str, many: int, p99: tuple[float, float], *, promised: bool = True) -> Figure:
    small, big = p99
    against = f"{FEW:,} people"
    return Figure(f"one list of {many:,} people's, 99 of 100, {name}", big, small, "ms", against, MOST if promised else None)


def _records(n_people: int, lists: list[tuple[RecommendedMovie, ...]]) -> Iterator[ListRecord]:
    """built_at says whose it is. No two lists are the same text, so that none is remembered for another's."""
    for number in range(1, n_people + 1):
        first, *others = lists[number % len(lists)]
        lines = (replace(first, score=2 + number / 1e7), *others)
        yield ListRecord(UserId(number), 0, lines, generation=1, model="20261124T120000Z-1", built_at=float(number))


def made_up_lists() -> list[tuple[RecommendedMovie, ...]]:
    """Lists of ten real films, each with the three reasons and the links that lists of ml-latest-small have, and as long."""
    rng = random.Random(580)
    films = [film.entry.movie for film in sample_films()]

    def line(rank: int) -> RecommendedMovie:
        movie, *liked = rng.sample(films, 4)
        reasons = (
            Reason("people", f"{rng.randint(11, 39)} of the 40 people most like you gave it 4 stars or more."),
            Reason("films", f"What you share with them most: {liked[0].title}, {liked[1].title} and {liked[2].title}."),
            Reason("everyone", f"{rng.randint(20, 329)} people gave it {rng.randint(36, 44) / 10} stars on average."),
        )
        linked = replace(movie, imdb_id=rng.randint(100_000, 5_000_000), tmdb_id=rng.randint(500, 500_000))
        return RecommendedMovie(linked, round(2.9 - rank * 0.031234, 6), 80 - rank, 4.1, reasons)

    return [tuple(line(rank) for rank in range(10)) for _ in range(N_LISTS)]


def _read_through(path: Path) -> None:
    with path.open("rb") as file:
        while file.read(1 << 20):
            pass


def _drop_pages(path: Path) -> None:
    """Out of the system's memory; what SQLite itself keeps, some 2 MB a connection, stays."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
