"""kill -9 of a process that rates, at moments of chance: is everything it acknowledged still there?

python -m tests.faults.kill --rounds 20              the store as it is: all of it
python -m tests.faults.kill --rounds 20 --planted    a store that acknowledges before it commits: some must be lost
"""

from __future__ import annotations

import argparse
import os
import random
import select
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from recommender.domain import FIRST_OWN_USER_ID, MovieId, Rating
from recommender.storage.profiles.sqlite import SqliteProfiles

ALICE = FIRST_OWN_USER_ID
N_THREADS = 4
REPOSITORY = Path(__file__).parents[2]


class Eager(SqliteProfiles):
    """The planted fault: acknowledges a rating while it is still waiting to be written."""

    def rate(self, rating: Rating) -> int:
        threading.Thread(target=super().rate, args=(rating,), daemon=True).start()
        return 0


def rate_for_ever(path: str, first: int, *, planted: bool) -> None:
    """Rate film after film from some threads, and say each number once it is acknowledged."""
    profiles = (Eager if planted else SqliteProfiles)(path)

    def rate_some(movie_id: int) -> None:
        while True:
            profiles.rate(Rating(ALICE, MovieId(movie_id), 3.0, 0))
            os.write(1, b"%d\n" % movie_id)  # in one piece, since it is short
            movie_id += N_THREADS
            if planted:
                time.sleep(0.0005)

    for number in range(N_THREADS):
        threading.Thread(target=rate_some, args=(first + number,), daemon=True).start()
    time.sleep(60)


@dataclass
class Verdict:
    """n_rounds processes were killed; what they had acknowledged, and what of it was gone, or else was wrong."""

    n_rounds: int = 0
    n_acknowledged: int = 0
    n_lost: int = 0
    damaged: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = f"{self.n_rounds} kills, {self.n_acknowledged} ratings acknowledged, {self.n_lost} lost, {len(self.damaged)} times damaged"
        return "\n".join([counts, *self.damaged[:5]])


def prove(n_rounds: int, *, planted: bool = False, seed: int = 580) -> Verdict:
    """Kill so many writers of one store, one after the other, and look into it after each."""
    rng, verdict = random.Random(seed), Verdict()
    acknowledged: set[int] = set()
    with tempfile.TemporaryDirectory() as name:
        path = str(Path(name) / "profiles.sqlite3")
        profiles = SqliteProfiles(path)
        assert profiles.new_person("digest", shared=False, now=0) == ALICE
        profiles.close()
        for round_ in range(n_rounds):
            said = _killed_writer(path, 1 + round_ * 1_000_000, rng.uniform(0, 0.4), planted=planted)
            assert said, "the writer never came to rate"
            acknowledged.update(said)
            profiles = SqliteProfiles(path)
            opinions = profiles.opinions(ALICE)
            profiles.close()
            connection = apsw.Connection(path)
            found = connection.pragma("integrity_check")
            connection.close()
            if found != "ok" or opinions.rev != len(opinions.ratings):
                verdict.damaged.append(f"round {round_}: {found}, {len(opinions.ratings)} ratings at revision {opinions.rev}")
            verdict.n_rounds += 1
            verdict.n_lost = len(acknowledged - {rating.movie_id for rating in opinions.ratings})
    verdict.n_acknowledged = len(acknowledged)
    return verdict


def _killed_writer(path: str, first: int, seconds: float, *, planted: bool) -> list[int]:
    """What a writer had acknowledged when it was killed, so many seconds after its first rating."""
    command = [sys.executable, "-m", "tests.faults.kill", "--write", path, "--first", str(first), *["--planted"] * planted]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY) as writer:
        assert writer.stdout is not None
        pieces = [os.read(writer.stdout.fileno(), 1 << 16)]  # waits for the first
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:  # read on, else the writer would wait for us
            if select.select([writer.stdout], [], [], left)[0]:
                pieces.append(os.read(writer.stdout.fileno(), 1 << 16))
        writer.kill()
        pieces.append(writer.stdout.read())
    return [int(line) for line in b"".join(pieces).splitlines()]


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(description="Kills processes that write to the profile store.")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--planted", action="store_true", help="plant a store that acknowledges too early, which must lose some")
    parser.add_argument("--seed", type=int, default=580)
    parser.add_argument("--write", help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        rate_for_ever(asked.write, asked.first, planted=asked.planted)
        return
    verdict = prove(asked.rounds, planted=asked.planted, seed=asked.seed)
    print(verdict)
    holds = not verdict.damaged and (verdict.n_lost > 0) == asked.planted
    print("as it should be" if holds else "NOT as it should be")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
