"""Raters, builders, readers and a publishing trainer, all at once: is a list ever read that lacks an acknowledged rating?

    python -m tests.faults.race --seconds 10              the store as it is: never
    python -m tests.faults.race --seconds 10 --planted    a store that keeps late lists: it must be seen

Seven processes share a few people and a sample viewer. Each rater keeps one film, and the time of its rating counts up, so that a list can
say in its lines what its builder saw. A reader notes what has been acknowledged, then reads; a list with an older time is a violation, and
so is a record that falls back to an older publication, or a cleared sample viewer's list that comes back.
"""

from __future__ import annotations

import argparse
import multiprocessing
import queue
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.sharedctypes import SynchronizedArray
from pathlib import Path
from typing import Any

from recommender.domain import FIRST_OWN_USER_ID, ListRecord, Movie, MovieId, Rating, RecommendedMovie, UserId
from recommender.storage.profiles import Profiles
from recommender.storage.profiles.sqlite import SqliteProfiles

N_RATERS, N_BUILDERS, N_READERS = 2, 2, 2
PEOPLE = [UserId(FIRST_OWN_USER_ID + number) for number in range(3)]
VIEWER = UserId(580)


class Forgetful(SqliteProfiles):
    """The planted fault: keeps a list whatever was rated since its ratings were read."""

    def keep_list(self, made: ListRecord) -> bool:
        return super().keep_list(replace(made, rev=self.opinions(made.user_id).rev))


@dataclass
class Board:
    """What all processes see. acknowledged: the time of the last rating, by person and rater."""

    path: str
    planted: bool
    acknowledged: SynchronizedArray[int]
    publications: SynchronizedArray[int]  # the last that cleared the sample viewers, the last whose lists are all kept
    ready: Any  # a barrier: nobody begins before all are there
    over: Any
    said: Any

    def open(self) -> Profiles:
        profiles = (Forgetful if self.planted else SqliteProfiles)(self.path)
        self.ready.wait(60)
        return profiles


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
        made = built(profiles, rng.choice([*PEOPLE, VIEWER]), board.publications[1])
        time.sleep(rng.choice([0, 0, 0.0005, 0.005]))  # some builders are slow
        kept = profiles.keep_list(made)
        n_kept, n_refused = n_kept + kept, n_refused + (not kept)
    profiles.close()
    board.said.put(("lists kept", n_kept))
    board.said.put(("lists refused", n_refused))


def read(board: Board, number: int) -> None:
    profiles, n_lists, n_void = board.open(), 0, 0
    newest = dict.fromkeys([*PEOPLE, VIEWER], 0)
    while not board.over.is_set():
        for index, user_id in enumerate([*PEOPLE, VIEWER]):
            must_have = {1 + rater: board.acknowledged[index * N_RATERS + rater] for rater in range(N_RATERS)} if user_id != VIEWER else {}
            cleared = board.publications[0]
            record = profiles.list_of(user_id)
            if record is None:
                continue
            if record.generation < newest[user_id]:
                board.said.put(("violation", f"{user_id} fell from publication {newest[user_id]} to {record.generation}"))
            newest[user_id] = record.generation
            if record.movies is None:
                n_void += 1
                continue
            n_lists += 1
            has = {line.movie.movie_id: int(line.movie.title) for line in record.movies}
            if missing := {movie_id: at for movie_id, at in must_have.items() if has.get(MovieId(movie_id), 0) < at}:
                board.said.put(("violation", f"{user_id} was shown {has} after {missing} had been acknowledged"))
            if user_id == VIEWER and record.generation < cleared:
                board.said.put(("violation", f"the viewer's list of publication {record.generation} outlived the clearing by {cleared}"))
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
        others = [UserId(number) for number in range(1, 301)]  # the rest of a publication
        profiles.keep_lists(built(profiles, user_id, generation) for user_id in (*PEOPLE, *others, VIEWER))
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


def prove(seconds: float, *, planted: bool = False) -> Verdict:
    """Let them all loose for so long; a planted fault only until it is seen."""
    context, verdict = multiprocessing.get_context("spawn"), Verdict()
    with tempfile.TemporaryDirectory() as name:
        path = str(Path(name) / "profiles.sqlite3")
        with_people = SqliteProfiles(path)
        assert [with_people.new_person("digest", shared=False, now=0) for _ in PEOPLE] == PEOPLE
        with_people.close()
        counters = context.Array("q", len(PEOPLE) * N_RATERS), context.Array("q", 2)
        board = Board(path, planted, *counters, context.Barrier(N_RATERS + N_BUILDERS + N_READERS + 2), context.Event(), context.Queue())
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
    return verdict


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(description="Lets raters, builders, readers and a trainer race on the profile store.")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--planted", action="store_true", help="plant a store that keeps late lists, which must be seen")
    asked = parser.parse_args()
    verdict = prove(asked.seconds, planted=asked.planted)
    print(verdict)
    holds = not verdict.errors and bool(verdict.violations) == asked.planted
    print("as it should be" if holds else "NOT as it should be")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
