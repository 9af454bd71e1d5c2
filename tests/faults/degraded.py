"""DynamoDB and S3 fail in many ways under a site that people use: does everybody get a list, quickly, and a true word about it?

    python -m tests.faults.degraded                       the site as it is: everybody does
    python -m tests.faults.degraded --planted NAME        a site with one of PLANTED in it: it must be seen

A real gunicorn on dynamodb:// and s3://, with a proxy between it and the stand-in. Sixteen people look at pages and ask the API all
the time, some of them rate. Each fault lasts some seconds and ends. What must hold: every page is there, with a list of the length asked
for; a list that does not come from its record says so, and no other does; a sample viewer's films stay the same; of a person nothing is
shown; an acknowledged rating is there afterwards, and no later list lacks it; what cannot be kept is refused in words; nobody waits long;
and when the fault ends, all is as before within seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from recommender.domain import Rating
from tests.faults.flaky_amazon import FlakyAmazon
from tests.faults.flaky_site import PLANTED, Site, site
from tests.faults.visitors import Answer, Client, Rater, Told, Visitor, digest, learn

N_VIEWERS, N_RATERS = 12, 4
WELL_SECONDS = 6.0  # after each fault; long enough to see whether it heals in time
BREAKER_OPEN_AFTER = 2.0  # seconds; two calls that fail, tries and all, are over by then

BOTH = ("dynamodb", "s3")
FAULTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("throttled", ("dynamodb",)),
    ("throttled account", BOTH),
    ("failing", BOTH),
    ("reset", BOTH),
    ("hanging", ("dynamodb",)),
    ("hanging", ("s3",)),
    ("hanging", BOTH),
    ("late", BOTH),
    ("cut", BOTH),
    ("shortened", BOTH),
    ("garbage", BOTH),
    ("refused", ("s3",)),
    ("refused", BOTH),
    ("black hole", BOTH),
    ("denied", BOTH),
    ("wrong clock", BOTH),
    ("unheard of", BOTH),
    ("gone", BOTH),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds. first: of 99 in 100 answers in the first second of a fault; after: with the breaker open. healed: until all is well."""

    first: float = 1.0
    after: float = 0.1
    healed: float = 5.0


@dataclass
class Row:
    """What one fault did. begun, ended: monotonic seconds; the first is when it held, the second when the end was asked for."""

    name: str
    services: tuple[str, ...]
    begun: float
    ended: float
    limits: Limits
    answers: list[Answer] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    before: float = 0.0  # seconds of 99 in 100 answers while all was well

    def judge(self, answers: list[Answer], healed_until: float) -> None:
        """Sort out what belongs here, and whether each notice was true."""
        self.answers = [answer for answer in answers if self.begun <= answer.began < healed_until]
        self.before = p99(
            answer.seconds for answer in answers if self.begun - WELL_SECONDS / 2 < answer.began and answer.ended < self.begun
        )
        for answer in self.answers:
            is_in_trouble = "dynamodb" in self.services and answer.ended < self.ended
            is_well = "dynamodb" not in self.services
            if is_in_trouble and answer.what in ("page", "api", "person", "own") and not answer.notice:
                self.untrue.append(f"{answer.what} at {answer.began - self.begun:.2f} s does not say where its list is from")
            if is_well and answer.tells_of_trouble:
                self.untrue.append(f"{answer.what} at {answer.began - self.begun:.2f} s tells of trouble that is not there")
            if is_in_trouble and answer.what == "rating" and not answer.is_refused:
                self.untrue.append(f"a rating at {answer.began - self.begun:.2f} s was acknowledged by a store out of reach")

    @property
    def first(self) -> float:
        return p99(answer.seconds for answer in self.during if answer.began < self.begun + 1)

    @property
    def after(self) -> float:
        return p99(answer.seconds for answer in self.during if answer.began >= self.begun + BREAKER_OPEN_AFTER)

    @property
    def during(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.began < self.ended]

    @property
    def later(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.began >= self.ended and answer.what not in ("home", "film")]

    @property
    def first_healed(self) -> float:
        """Seconds from the end of the fault until somebody's list is from its record again."""
        return min((answer.ended for answer in self.later if not answer.tells_of_trouble), default=float("inf")) - self.ended

    @property
    def healed(self) -> float:
        """Seconds from the end of the fault until the last word of trouble."""
        return max((answer.ended for answer in self.later if answer.tells_of_trouble), default=self.ended) - self.ended

    def broken(self) -> list[str]:
        """The limits that were not kept."""
        found = []
        # Where lists come from their records all the time, the stand-in's own speed is in every answer.
        after = self.limits.after if "dynamodb" in self.services else max(self.limits.after, 2 * self.before)
        for what, seconds, limit in (
            ("in the first second", self.first, self.limits.first),
            ("with the breaker open", self.after, after),
            ("until all is as before", self.healed, self.limits.healed),
        ):
            if seconds > limit:
                found.append(f"{self.title}: {seconds:.3f} s {what}, more than {limit:.3f} s")
        return found

    @property
    def title(self) -> str:
        return f"{self.name}: {' and '.join(self.services)}"

    def __str__(self) -> str:
        ratings = [answer for answer in self.during if answer.what == "rating"]
        refused = sum(answer.is_refused for answer in ratings)
        said = sum(bool(answer.notice) for answer in self.during)
        figures = f"{self.before * 1000:9.0f} {self.first * 1000:9.0f} {self.after * 1000:9.0f} {self.first_healed:9.2f} {self.healed:9.2f}"
        return f"{self.title:34} {len(self.during):8} {said:8} {refused:4}/{len(ratings):<4} {figures}"


HEAD = f"{'':34} {'answers':>8} {'notices':>8} {'refused':>9} {'p99 well':>9} {'p99 1st':>9} {'p99 then':>9} {'healed':>9} {'all':>9}\n" + (
    f"{'':34} {'':8} {'':8} {'of rated':>9} {'ms':>9} {'ms':>9} {'ms':>9} {'s':>9} {'s':>9}"
)


@dataclass
class Verdict:
    """rows: fault by fault. wrong: answers nobody should get, untrue notices too. lost: acknowledged, and gone. slow: limits broken."""

    rows: list[Row] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    n_answers: int = 0
    n_acknowledged: int = 0
    n_refused: int = 0
    n_broken_off: int = 0
    killed: str = ""

    @property
    def holds(self) -> bool:
        return not (self.wrong or self.lost or self.slow)

    def __str__(self) -> str:
        counts = (
            f"{self.n_answers} answers, {self.n_acknowledged} ratings acknowledged, {self.n_refused} refused in words, "
            f"{self.n_broken_off} requests broken off; {len(self.wrong)} wrong answers, {len(self.lost)} ratings lost, "
            f"{len(self.slow)} limits broken"
        )
        found = [*self.wrong[:8], *self.lost[:5], *self.slow]
        return "\n".join([HEAD, *map(str, self.rows), *([self.killed] if self.killed else []), counts, *found])


def prove(
    house: Site,
    faults: Sequence[tuple[str, tuple[str, ...]]] = FAULTS,
    *,
    seconds: float = 10.0,
    well_seconds: float = WELL_SECONDS,
    limits: Limits = Limits(),
    kill: bool = True,
    planted: str = "",
    seed: int = 580,
) -> Verdict:
    """Let people use the site while Amazon fails in these ways, one after another; then count."""
    verdict, rng = Verdict(), random.Random(seed)
    house.serve(planted)
    try:
        with contextlib.closing(Client(house.port)) as client:
            known = learn(client, house.profiles)
        people = [house.profiles.new_person(digest(f"token {n}"), shared=not n, now=0) for n in range(N_RATERS + 1)]
        for film_id in list(known.similar)[:3]:
            house.profiles.rate(Rating(people[0], film_id, 4.5, 1))  # type: ignore[arg-type]
        told, enough = Told(), threading.Event()
        visitors = [Visitor(house.port, known, people[0], told, random.Random(rng.random()), enough) for _ in range(N_VIEWERS)]
        raters = [
            Rater(
                house.port,
                known,
                people[0],
                told,
                random.Random(rng.random()),
                enough,
                user_id=people[n],
                token=f"token {n}",
                film_ids=list(known.similar),
            )
            for n in range(1, N_RATERS + 1)
        ]
        for thread in (*visitors, *raters):
            thread.start()
        try:
            time.sleep(well_seconds)
            verdict.wrong += [f"{one.what} tells of trouble before there is any" for one in told.answers[:] if one.tells_of_trouble]
            for name, services in faults:
                verdict.rows.append(let_fail(house.amazon, name, services, seconds, well_seconds, told, limits))
            if kill:
                verdict.killed = kill_workers(house, told, verdict, well_seconds)
        finally:
            enough.set()
            for thread in (*visitors, *raters):
                thread.join()
        for rater in raters:
            verdict.lost += rater.lost(house.profiles)
            verdict.n_acknowledged += rater.n_acknowledged
            verdict.n_refused += rater.n_refused
    finally:
        house.stop()
    verdict.n_answers, verdict.n_broken_off = len(told.answers), told.n_broken_off
    verdict.wrong += told.wrong
    for row in verdict.rows:
        verdict.wrong += [f"{row.title}: {untrue}" for untrue in row.untrue]
        verdict.slow += row.broken()
    return verdict


def let_fail(
    amazon: FlakyAmazon, name: str, services: tuple[str, ...], seconds: float, well_seconds: float, told: Told, limits: Limits
) -> Row:
    """One fault, and the time after it."""
    amazon.turn(name, *services)
    begun = time.monotonic()
    time.sleep(seconds)
    row = Row(name, services, begun, time.monotonic(), limits)
    amazon.turn("well")
    time.sleep(well_seconds)
    # What one fault has left over would be held against the next one: on a slow machine it takes longer.
    _wait_until(lambda: not any(one.tells_of_trouble for one in told.answers[:] if one.ended > time.monotonic() - 1), limits.healed)
    row.judge(told.answers[:], time.monotonic())
    return row


def kill_workers(house: Site, told: Told, verdict: Verdict, well_seconds: float) -> str:
    """kill -9 of every worker while nothing of Amazon answers: those that come after must serve from what this machine remembers."""
    house.amazon.turn("hanging")
    time.sleep(3)
    killed = house.workers()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    died = time.monotonic()
    time.sleep(4)
    _wait_until(lambda: _are_back(house, killed) and sum(bool(one.notice) for one in told.answers[:] if one.began > died) >= 30, 16)
    served = time.monotonic() - died
    after = [answer for answer in told.answers[:] if answer.began > died]
    lists = [answer for answer in after if answer.notice]
    silent = [answer for answer in after if answer.what in ("page", "api", "person", "own") and not answer.notice]
    back = set(house.workers()) - set(killed)
    if len(lists) < 10 or len(back) != len(killed):
        verdict.wrong.append(f"after kill -9 in the middle of an outage {len(back)} workers came back and gave {len(lists)} lists")
    verdict.wrong += [f"{answer.what} does not say where its list is from, after kill -9 in an outage" for answer in silent]
    ended = time.monotonic()
    house.amazon.turn("well")
    time.sleep(well_seconds)
    late = [answer for answer in told.answers[:] if answer.began > ended + 5 and answer.tells_of_trouble]
    verdict.wrong += [f"{answer.what} still tells of trouble {answer.began - ended:.1f} s after it ended" for answer in late]
    first = min((answer.ended for answer in lists), default=float("inf")) - died
    seen = f"the first list {first:.2f} s later, {len(lists)} lists with a notice in {served:.0f} s"
    return f"kill -9 of {len(killed)} workers while both hang: {seen}"


def _are_back(house: Site, killed: Sequence[int]) -> bool:
    """Whether as many others are there as were killed."""
    return len(set(house.workers()) - set(killed)) == len(killed)


def _wait_until(is_so: Callable[[], bool], most: float) -> None:
    """Until it is so, for so many seconds at most."""
    end = time.monotonic() + most
    while not is_so() and time.monotonic() < end:
        time.sleep(0.1)


def p99(seconds: Iterable[float]) -> float:
    """What 99 of 100 stay within; 0 of none."""
    ascending = sorted(seconds)
    return ascending[math.ceil(len(ascending) * 0.99) - 1] if ascending else 0.0


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(description="Lets DynamoDB and S3 fail in many ways under a site that people use.")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each fault lasts")
    parser.add_argument("--only", default="", help="faults of this name alone")
    parser.add_argument("--planted", choices=PLANTED, default="", help="plant a mistake, which must be seen")
    parser.add_argument("--data", default="", help="real ratings instead of the built-in sample")
    parser.add_argument("--seed", type=int, default=580)
    asked = parser.parse_args()
    faults = [fault for fault in FAULTS if asked.only in ("", fault[0])]
    with site(asked.data) as house:
        verdict = prove(house, faults, seconds=asked.seconds, planted=asked.planted, seed=asked.seed, kill=not asked.planted)
    print(verdict)
    as_it_should_be = verdict.holds != bool(asked.planted)
    print("as it should be" if as_it_should_be else "NOT as it should be")
    sys.exit(not as_it_should_be)


if __name__ == "__main__":
    main()
