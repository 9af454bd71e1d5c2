"""Raters, builders, readers and a publishing trainer, all at once: is a list ever read that lacks an acknowledged rating?

    python -m tests.faults.race --seconds 10                             SQLite as it is: never
    python -m tests.faults.race --on ministack --rounds 5                DynamoDB, on a stand-in that is atomic
    python -m tests.faults.race --on ministack --planted late-lists      a store that keeps late lists: it must be seen

Seven processes share a few people and sample viewers. Each rater keeps one film, and the time of its rating counts up, so that a list can
say in its lines what its builder saw. A reader notes what has been acknowledged, then reads; a list with an older time is a violation, and
so is a record that falls back to an older publication, or a cleared sample viewer's list that comes back. Now and then a builder makes the
first list of a sample viewer nobody has seen, which a clearing may meet.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import queue
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.sharedctypes import Synchronized, SynchronizedArray
from pathlib import Path
from typing import Any

from recommender.domain import (
    FIRST_OWN_USER_ID,
    Account,
    ListRecord,
    Marks,
    Movie,
    MovieId,
    Opinions,
    Rating,
    RecommendedMovie,
    UserId,
)
from recommender.storage.amazon.clients import PATIENT, Patience
from recommender.storage.amazon.faults import Refused
from recommender.storage.profiles import Contents, Profiles, open_profiles
from recommender.storage.profiles.dynamodb import DynamoProfiles
from recommender.storage.profiles.dynamodb_calls import CONDITION
from recommender.storage.profiles.dynamodb_items import wire, wire_list
from recommender.storage.profiles.dynamodb_lists import DynamoLists
from recommender.storage.profiles.dynamodb_tables import create_tables
from recommender.storage.profiles.sqlite import SqliteProfiles
from tests import stand_ins

N_RATERS, N_BUILDERS, N_READERS = 2, 2, 2
PEOPLE = [UserId(FIRST_OWN_USER_ID + number) for number in range(3)]
VIEWER = UserId(580)
OTHERS = {"sqlite": 300, "dynamodb": 10}  # the rest of a publication, where each list takes 0.1 ms, and where it takes a call
FIRST_NEW_VIEWER = 1000
NEW_VIEWERS_READ = 5  # the last so many
ONE_IN = 4  # lists that a builder makes is for a new viewer


class SqliteKeepsLateLists(SqliteProfiles):
    """A planted fault: keeps a list whatever was rated since its ratings were read."""

    def keep_list(self, made: ListRecord) -> bool:
        return super().keep_list(replace(made, rev=self.opinions(made.user_id).rev))


class DynamoKeepsLateLists(DynamoProfiles):
    """The same."""

    def keep_list(self, made: ListRecord) -> bool:
        return super().keep_list(replace(made, rev=self.opinions(made.user_id).rev))


class ReadsRatingsFirst(DynamoProfiles):
    """A planted fault: a builder reads the ratings, and then the revision."""

    def opinions(self, user_id: UserId) -> Opinions:
        read_first = super().opinions(user_id)
        return replace(read_first, rev=super().opinions(user_id).rev)


class MovesRevisionFirst(DynamoProfiles):
    """A planted fault: a rater moves the revision, and then puts the rating."""

    def rate(self, rating: Rating) -> int:
        self._moved = super()._void(rating.user_id)
        return super().rate(rating)

    def _void(self, user_id: UserId) -> int:
        return self._moved


class ListsWithoutALook(DynamoLists):
    """A planted fault: puts a new sample viewer's record without a look at the last clearing."""

    def _create(self, made: list[ListRecord]) -> int:
        n_kept = 0
        for one in made:
            item = {"userID": wire(one.user_id), **wire_list(one)}
            with contextlib.suppress(Refused):
                self._at.write(
                    "put_item",
                    TableName=self._tables.movie,
                    Item=item,
                    ConditionExpression="attribute_not_exists(userID)",
                    refusals=[CONDITION],
                )
                n_kept += 1
        return n_kept


class IgnoresClearings(DynamoProfiles):
    """The store with those."""

    def __init__(self, name: str, *, patience: Patience) -> None:
        super().__init__(name, patience=patience)
        self._lists = ListsWithoutALook(self._at, self._tables)


PLANTED: dict[str, dict[str, Callable[[str], Profiles]]] = {
    "sqlite": {"late-lists": lambda url: SqliteKeepsLateLists(url.removeprefix("sqlite://"))},
    "dynamodb": {
        name: lambda url, faulty=faulty: faulty(url.removeprefix("dynamodb://"), patience=PATIENT)
        for name, faulty in {
            "late-lists": DynamoKeepsLateLists,
            "ratings-first": ReadsRatingsFirst,
            "revision-first": MovesRevisionFirst,
            "clearings-ignored": IgnoresClearings,
        }.items()
    },
}


@dataclass
class Board:
    """What all processes see. acknowledged: the time of the last rating, by person and rater.

    new_viewers: how many sample viewers had no record when a builder made them a list. planted: the name of the fault, if any.
    """

    url: str
    planted: str | None
    makes_viewers: bool
    acknowledged: SynchronizedArray[int]
    publications: SynchronizedArray[int]  # the last that cleared the sample viewers, the last whose lists are all kept
    new_viewers: Synchronized[int]
    ready: Any  # a barrier: nobody begins before all are there
    over: Any
    said: Any

    def open(self) -> Profiles:
        profiles = PLANTED[kind_of(self.url)][self.planted](self.url) if self.planted else open_profiles(self.url, patient=True)
        profiles.check()  # whoever connects for the first time takes a moment
        self.ready.wait(60)
        return profiles

    def somebody(self, rng: random.Random) -> UserId:
        """For whom a builder makes the next list."""
        if not self.makes_viewers:
            return rng.choice(PEOPLE)
        if rng.randrange(ONE_IN):
            return rng.choice([*PEOPLE, VIEWER])
        with self.new_viewers.get_lock():
            self.new_viewers.value += 1
            return UserId(FIRST_NEW_VIEWER + self.new_viewers.value)

    def last_new_viewers(self) -> list[UserId]:
        n_viewers = self.new_viewers.value
        return [UserId(FIRST_NEW_VIEWER + number) for number in range(max(1, n_viewers - NEW_VIEWERS_READ + 1), n_viewers + 1)]


def kind_of(url: str) -> str:
    """The place's kind, as the URL's scheme has it."""
    return url.partition(":")[0]


def others(url: str) -> list[UserId]:
    """Sample viewers whom nobody but the trainer makes lists for."""
    return [UserId(1 + number) for number in range(OTHERS[kind_of(url)])]


def built(profiles: Profiles, user_id: UserId, generation: int) -> ListRecord:
    """A list that says which ratings it was made from."""
    seen = profiles.opinions(user_id)
    lines = tuple(RecommendedMovie(Movie(rating.movie_id, str(rating.rated_at)), score=0.0) for rating in seen.ratings)
    return ListRecord(user_id, seen.rev, lines, generation, f"v{generation}")


def rate(board: Board, number: int) -> None:
    profiles, n_ratings = board.open(), 0
    while not board.over.is_set():
        n_ratings += 1
        for index, user_id in enumerate(PEOPLE):  # other stars each time, since equal ones would keep their time
            profiles.rate(Rating(user_id, MovieId(1 + number), (n_ratings % 10 + 1) / 2, n_ratings))
            board.acknowledged[index * N_RATERS + number] = n_ratings
    profiles.close()
    board.said.put(("ratings", n_ratings * len(PEOPLE)))


def build(board: Board, number: int) -> None:
    profiles, rng, n_kept, n_refused = board.open(), random.Random(number), 0, 0
    while not board.over.is_set():
        made = built(profiles, board.somebody(rng), board.publications[1])
        time.sleep(rng.choice([0, 0, 0.0005, 0.005]))  # some builders are slow
        kept = profiles.keep_list(made)
        n_kept, n_refused = n_kept + kept, n_refused + (not kept)
    profiles.close()
    board.said.put(("lists kept", n_kept))
    board.said.put(("lists refused", n_refused))


def read(board: Board, number: int) -> None:
    profiles, n_lists, n_void = board.open(), 0, 0
    newest: dict[UserId, int] = {}
    while not board.over.is_set():
        for index, user_id in enumerate([*PEOPLE, VIEWER, *board.last_new_viewers()]):
            is_viewer = user_id not in PEOPLE
            must_have = {} if is_viewer else {1 + rater: board.acknowledged[index * N_RATERS + rater] for rater in range(N_RATERS)}
            cleared = board.publications[0]
            record = profiles.list_of(user_id)
            if record is None:
                continue
            if record.generation < newest.get(user_id, 0):
                board.said.put(("violation", f"{user_id} fell from publication {newest[user_id]} to {record.generation}"))
            newest[user_id] = record.generation
            if record.movies is None:
                n_void += 1
                continue
            n_lists += 1
            has = {line.movie.movie_id: int(line.movie.title) for line in record.movies}
            if missing := {movie_id: at for movie_id, at in must_have.items() if has.get(MovieId(movie_id), 0) < at}:
                board.said.put(("violation", f"{user_id} was shown {has} after {missing} had been acknowledged"))
            if is_viewer and record.generation < cleared:
                board.said.put(
                    ("violation", f"{user_id} was shown a list of publication {record.generation} after the clearing by {cleared}")
                )
    profiles.close()
    board.said.put(("lists read", n_lists))
    board.said.put(("void records read", n_void))


def train(board: Board, number: int) -> None:
    profiles, generation = board.open(), 0
    while not board.over.is_set():
        generation += 1
        if generation % 3 == 0:
            profiles.clear_sample_lists(generation=generation)
            board.publications[0] = generation
        profiles.keep_lists(built(profiles, user_id, generation) for user_id in (*PEOPLE, *others(board.url), VIEWER))
        board.publications[1] = generation
    profiles.close()
    board.said.put(("publications", generation))


def _at_work(task: Callable[[Board, int], None], board: Board, number: int) -> None:
    try:
        task(board, number)
    except Exception:  # noqa: BLE001  the proof wants to know of everything
        board.said.put(("error", traceback.format_exc()))
    board.said.put(("end", ""))


@dataclass
class Verdict:
    """What was done, and what went wrong."""

    counts: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))
        return "\n".join([counts, f"{len(self.violations)} violations, {len(self.errors)} errors", *self.violations[:5], *self.errors[:5]])


def prove(seconds: float, url: str, *, makes_viewers: bool = True, planted: str | None = None) -> Verdict:
    """Let them all loose for so long on an empty store; a planted fault only until it is seen.

    makes_viewers: whether first lists of sample viewers are made, by a transaction; else they have records from the beginning, and the
    trainer alone makes their lists.
    """
    context, verdict = multiprocessing.get_context("spawn"), Verdict()
    _fill(url, viewers=[] if makes_viewers else [*others(url), VIEWER])
    shared = context.Array("q", len(PEOPLE) * N_RATERS), context.Array("q", 2), context.Value("q", 0)
    ready = context.Barrier(N_RATERS + N_BUILDERS + N_READERS + 2)
    board = Board(url, planted, makes_viewers, *shared, ready, context.Event(), context.Queue())
    tasks = [(rate, number) for number in range(N_RATERS)] + [(build, number) for number in range(N_BUILDERS)]
    tasks += [(read, number) for number in range(N_READERS)] + [(train, 0)]
    processes = [context.Process(target=_at_work, args=(task, board, number)) for task, number in tasks]
    for process in processes:
        process.start()
    board.ready.wait(60)
    deadline = time.monotonic() + seconds
    n_running = len(processes)
    while n_running:
        if time.monotonic() > deadline:
            board.over.set()
        try:
            what, value = board.said.get(timeout=0.1)
        except queue.Empty:
            assert time.monotonic() < deadline + 60, "somebody hangs"
            continue
        match what:
            case "end":
                n_running -= 1
            case "violation":
                verdict.violations.append(value)
                if planted:  # seen: that is all there is to show
                    board.over.set()
            case "error":
                verdict.errors.append(value)
                board.over.set()
            case _:
                verdict.counts[what] = verdict.counts.get(what, 0) + value
    for process in processes:
        process.join()
    verdict.counts["new viewers"] = board.new_viewers.value
    return verdict


def _fill(url: str, viewers: list[UserId]) -> None:
    """The people, without ratings, and void records of the viewers."""
    profiles = open_profiles(url, patient=True)
    accounts = [Account(user_id, "digest", shared=False, created_at=0) for user_id in PEOPLE]
    profiles.adopt(Contents(Marks(PEOPLE[-1], 0, 0), accounts, [], [ListRecord(user_id, rev=0) for user_id in viewers]))
    profiles.close()


@contextlib.contextmanager
def running(name: str, folder: Path) -> Iterator[Callable[[], str]]:
    """The place of this name: sqlite, or a stand-in for DynamoDB; what is given makes an empty store in it and gives its URL."""
    numbers = iter(range(1, sys.maxsize))
    if name == "sqlite":
        yield lambda: f"sqlite://{folder / f'profiles-{next(numbers)}.sqlite3'}"
        return

    def tables() -> str:
        table = f"movie-{next(numbers)}"
        create_tables(table)
        return f"dynamodb://{table}"

    with stand_ins.ministack(folder) if name == "ministack" else stand_ins.dynalite() as endpoint_url:
        os.environ.update(stand_ins.environment_for(endpoint_url))
        yield tables


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(description="Lets raters, builders, readers and a trainer race on the profile store.")
    parser.add_argument("--on", choices=["sqlite", "ministack", "dynalite"], default="sqlite", help="the place; sqlite if none is named")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--planted", choices=PLANTED["dynamodb"], help="plant this fault, which must be seen; on sqlite only late-lists")
    asked = parser.parse_args()
    if asked.on == "sqlite" and asked.planted not in (None, *PLANTED["sqlite"]):
        parser.error(f"{asked.planted} can be planted on ministack and dynalite alone")
    if asked.on != "sqlite" and (missing := stand_ins.what_is_missing(asked.on)):
        parser.error(f"there is {missing}")
    holds = True
    with tempfile.TemporaryDirectory() as folder, running(asked.on, Path(folder)) as empty_store:
        for _ in range(asked.rounds):
            # dynalite knows no transactions, which new records of sample viewers are made by
            verdict = prove(asked.seconds, empty_store(), makes_viewers=asked.on != "dynalite", planted=asked.planted)
            sys.stdout.write(f"{asked.on}{f', {asked.planted} planted' if asked.planted else ''}: {verdict}\n")
            holds = holds and not verdict.errors and bool(verdict.violations) == bool(asked.planted)
    sys.stdout.write("as it should be\n" if holds else "NOT as it should be\n")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
