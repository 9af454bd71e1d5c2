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
import hashlib
import html
import http.client
import json
import math
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from recommender.domain import LIST_LENGTH, Rating, UserId
from recommender.serving import WITHOUT_RATINGS, WITHOUT_RECORD
from recommender.storage.profiles import Profiles, open_profiles
from recommender.storage.profiles.dynamodb_tables import create_tables
from tests import stand_ins
from tests.faults.flaky_amazon import FlakyAmazon, flaky_amazon
from tests.faults.planting import sitecustomize
from webapp.error_handlers import NOT_WRITTEN
from webapp.pages import HOT_FILMS

REPOSITORY = Path(__file__).parents[2]
MATINEE, GUNICORN = (Path(sys.executable).with_name(name) for name in ("matinee", "gunicorn"))
N_VIEWERS, N_RATERS = 12, 4
PAUSE = (0.1, 0.2)  # seconds between two requests of one person
UP_WITHIN = 60  # seconds, on a machine that is busy with other things
WELL_SECONDS = 6.0  # after each fault; long enough to see whether it heals in time
BREAKER_OPEN_AFTER = 2.0  # seconds; two calls that fail, tries and all, are over by then
HTML_NOTICE = re.compile(r'<p class="notice" role="status">(.*?)</p>', re.S)
ENTRY = re.compile(r'<h2[^>]*><a href="/film/(\d+)"')
CARD = re.compile(r'<li class="card-film">\s*<a href="/film/(\d+)"')

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

PLANTED = {
    "a breaker that never opens": """
from recommender.storage.amazon import breaker
breaker.FAULTS_IN_A_ROW = 10**9
""",
    "no fallback": """
from recommender.serving import Recommender
def refuse(self, user_id, n, barred, published, trouble):
    raise trouble
Recommender._without_store = refuse
""",
    "a fallback that does not say so": """
from dataclasses import replace
from recommender.serving import Recommender
silent = Recommender._without_store
Recommender._without_store = lambda self, *rest: replace(silent(self, *rest), notice="")
""",
    "a fallback that shows the person": """
from recommender import serving
seen, well_liked = {}, serving.Recommender._without_store
def remember(record, n, first=serving._first):
    made = seen[record.user_id] = first(record, n)
    return made
serving._first = remember
def shown(self, user_id, *rest):
    made = well_liked(self, user_id, *rest)
    return serving.replace(made, movies=seen[user_id].movies) if user_id in seen and user_id > 1_000_000 else made
serving.Recommender._without_store = shown
""",
    "ratings acknowledged that are not kept": """
from recommender.storage.profiles.dynamodb import DynamoProfiles
DynamoProfiles.rate = lambda self, rating: self._void(rating.user_id)
""",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds. first: of 99 in 100 answers in the first second of a fault; after: with the breaker open. healed: until all is well."""

    first: float = 1.0
    after: float = 0.1
    healed: float = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody got. began, ended: monotonic seconds. notice: what it says of trouble. is_refused: a rating that was not taken."""

    what: str
    began: float
    ended: float
    notice: str = ""
    is_refused: bool = False

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    @property
    def tells_of_trouble(self) -> bool:
        return bool(self.notice) or self.is_refused


@dataclass
class Told:
    """Everything that all saw, gathered by their threads. wrong: answers that nobody should get."""

    answers: list[Answer] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    n_broken_off: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is right, as it was told while all was well. films: of each sample viewer. liked: the list of a person without ratings."""

    films: dict[int, list[int]]
    liked: list[dict[str, Any]]
    similar: dict[int, list[int]]


@dataclass
class Site:
    """A gunicorn with a cache folder of its own, and its store as one gets at it without the proxy."""

    folder: Path
    port: int
    environment: dict[str, str]
    amazon: FlakyAmazon
    profiles: Profiles
    server: subprocess.Popen[bytes] | None = None

    def serve(self, planted: str = "") -> None:
        """Start the server, with this mistake in it, and wait until it answers."""
        (self.folder / "planted" / "sitecustomize.py").write_text(sitecustomize(PLANTED[planted]) if planted else "")
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(
                [GUNICORN, "--config", str(REPOSITORY / "deploy" / "gunicorn.conf.py"), "webapp.wsgi:app"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + UP_WITHIN
        while time.monotonic() < end:
            assert self.server.poll() is None, f"the server did not come up: {self.last_words()}"
            with contextlib.suppress(OSError), contextlib.closing(Client(self.port)) as client:
                if client.ask("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the server did not come up in {UP_WITHIN} s: {self.last_words()}")

    def workers(self) -> list[int]:
        """The processes that serve."""
        assert self.server is not None
        return [int(pid) for pid in Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()]

    def stop(self) -> None:
        if self.server:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()
            self.server = None

    def last_words(self) -> str:
        """The end of what all the processes said."""
        return (self.folder / "log").read_text(errors="replace")[-20_000:]


class Client:
    """One connection that is kept, as a browser keeps it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, *, token: str = "", body: object = None) -> tuple[int, str, str]:
        """Status, content type and body; OSError or HTTPException when the other side dies."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        sent = None if body is None else json.dumps(body)
        if sent is not None:
            headers["Content-Type"] = "application/json"
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            self._connection.request(method, path, sent, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Visitor(threading.Thread):
    """Somebody who asks for one thing after another until it is enough."""

    def __init__(self, port: int, known: Known, shared: UserId, told: Told, rng: random.Random, enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self.client, self.known, self.shared, self.told, self.rng, self.enough = Client(port), known, shared, told, rng, enough

    def run(self) -> None:
        while not self.enough.wait(self.rng.uniform(*PAUSE)):
            what = self.rng.choice(self.wishes())
            began = time.monotonic()
            try:
                what(began)
            except (OSError, http.client.HTTPException):
                self.told.n_broken_off += 1  # the worker that was asked has died
            except (ValueError, KeyError, TypeError) as error:
                self.told.wrong.append(f"{what.__name__}: cannot be understood: {type(error).__name__} {error}")
        self.client.close()

    def wishes(self) -> Sequence[Callable[[float], None]]:
        return (self.home, self.page, self.page, self.film, self.api, self.persons_page)

    def home(self, began: float) -> None:
        body = self.got("home", "/", began)
        if len(CARD.findall(body)) < HOT_FILMS:
            self.told.wrong.append(f"Home shows {len(CARD.findall(body))} films")

    def film(self, began: float) -> None:
        film_id = self.rng.choice(list(self.known.similar))
        body = self.got("film", f"/film/{film_id}", began)
        if list(map(int, CARD.findall(body))) != self.known.similar[film_id]:
            self.told.wrong.append(f"film {film_id} shows other films beside")

    def page(self, began: float) -> None:
        """A sample viewer's, by number."""
        user_id = self.rng.choice(list(self.known.films))
        body = self.got("page", f"/result/?user={user_id}&amount={LIST_LENGTH}", began, lambda body: notice_on(body, WITHOUT_RECORD))
        films = list(map(int, ENTRY.findall(body)))
        if films != self.known.films[user_id]:
            self.told.wrong.append(f"the page of {user_id} shows {films} instead of {self.known.films[user_id]}")

    def api(self, began: float) -> None:
        """A sample viewer's list, as JSON."""
        user_id = self.rng.choice(list(self.known.films))
        body = self.got(
            "api", f"/api/v1/users/{user_id}/recommendations?n={LIST_LENGTH}", began, lambda body: notice_in(body, WITHOUT_RECORD)
        )
        films = [item["movie_id"] for item in json.loads(body or '{"items": []}')["items"]]
        if films != self.known.films[user_id]:
            self.told.wrong.append(f"the list of {user_id} is {films} instead of {self.known.films[user_id]}")

    def persons_page(self, began: float) -> None:
        """That of a person who shares it."""
        body = self.got("person", f"/result/?user={self.shared}&amount={LIST_LENGTH}", began, lambda body: notice_on(body, WITHOUT_RATINGS))
        films = list(map(int, ENTRY.findall(body)))
        if len(films) != LIST_LENGTH:
            self.told.wrong.append(f"the page of {self.shared} shows {len(films)} films")
        if notice_on(body, WITHOUT_RATINGS) and films != [item["movie_id"] for item in self.known.liked]:
            self.told.wrong.append(f"the page of {self.shared} shows something of them in trouble: {films}")

    def got(self, what: str, path: str, began: float, notice: Callable[[str], str] = lambda body: "") -> str:
        """The body of a page that is there; "" and a complaint for anything else."""
        status, _, body = self.client.ask("GET", path)
        ended = time.monotonic()
        if status != 200:
            self.told.wrong.append(f"{status} for {path}")
            body = ""
        self.told.answers.append(Answer(what, began, ended, notice(body) if body else ""))
        return body


class Rater(Visitor):
    """A person with a token, who rates and looks, and remembers what was acknowledged.

    stars: of each film, as acknowledged last. unsure: films whose last rating was refused or broken off, with all that it may be now.
    """

    def __init__(self, *visitor: Any, user_id: UserId, token: str, film_ids: list[int]) -> None:
        super().__init__(*visitor)
        self.user_id, self.token, self.film_ids = user_id, token, film_ids
        self.stars: dict[int, float | None] = {}
        self.unsure: dict[int, set[float | None]] = {}
        self.n_acknowledged = self.n_refused = 0

    def wishes(self) -> Sequence[Callable[[float], None]]:
        return (self.rate, self.look, self.look)

    def rate(self, began: float) -> None:
        film_id, stars = self.rng.choice(self.film_ids), self.rng.randint(1, 10) / 2
        self.unsure.setdefault(film_id, {self.stars.get(film_id)}).add(stars)
        path = f"/api/v1/users/{self.user_id}/ratings/{film_id}"
        status, kind, body = self.client.ask("PUT", path, token=self.token, body={"rating": stars})
        ended, answer = time.monotonic(), json.loads(body)
        if status == 200:
            del self.unsure[film_id]
            self.stars[film_id] = stars
            self.n_acknowledged += 1
            if answer["list"] is not None:
                self.check(answer["list"])
        elif (status, kind, answer["status"], answer["detail"]) == (503, "application/problem+json", 503, NOT_WRITTEN):
            self.n_refused += 1
        else:
            self.told.wrong.append(f"{status} for a rating: {body[:200]}")
        self.told.answers.append(Answer("rating", began, ended, is_refused=status != 200))

    def look(self, began: float) -> None:
        """At the own list, with the token."""
        path = f"/api/v1/users/{self.user_id}/recommendations?n={LIST_LENGTH}"
        status, _, body = self.client.ask("GET", path, token=self.token)
        ended = time.monotonic()
        if status != 200:
            self.told.wrong.append(f"{status} for {path}")
            self.told.answers.append(Answer("own", began, ended))
            return
        notice = notice_in(body, WITHOUT_RATINGS)
        self.told.answers.append(Answer("own", began, ended, notice))
        answer = json.loads(body)
        if notice:
            if answer["items"] != self.known.liked or answer["rev"]:
                self.told.wrong.append(f"something of {self.user_id} is shown in trouble: {body[:200]}")
        else:
            self.check(answer)

    def check(self, answer: dict[str, Any]) -> None:
        """A whole list, and no film whose rating was acknowledged, unless a later rating of it is in doubt."""
        shown = [item["movie_id"] for item in answer["items"]]
        if len(set(shown)) != LIST_LENGTH:
            self.told.wrong.append(f"not a whole list: {shown}")
        lacking = {film_id for film_id, stars in self.stars.items() if stars is not None and film_id not in self.unsure} & set(shown)
        if lacking:
            self.told.wrong.append(f"the list of {self.user_id} lacks acknowledged ratings: {sorted(lacking)}, revision {answer['rev']}")

    def lost(self, profiles: Profiles) -> list[str]:
        """What was acknowledged and is not kept."""
        kept = {rating.movie_id: rating.stars for rating in profiles.opinions(self.user_id).ratings}
        found = []
        for film_id in self.stars.keys() | self.unsure.keys() | kept.keys():
            possible = self.unsure.get(film_id, {self.stars.get(film_id)})
            if kept.get(film_id) not in possible:
                found.append(f"{self.user_id} gave film {film_id} {possible}, and {kept.get(film_id)} is kept")
        return found


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
    time.sleep(12)
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
    return f"kill -9 of {len(killed)} workers while both hang: the first list {first:.2f} s later, {len(lists)} lists with a notice in 12 s"


def learn(client: Client, profiles: Profiles) -> Known:
    """What the site says while all is well."""
    nobody = profiles.new_person(digest("nobody"), shared=True, now=0)

    def items(user_id: int) -> list[dict[str, Any]]:
        status, _, body = client.ask("GET", f"/api/v1/users/{user_id}/recommendations?n={LIST_LENGTH}")
        assert status == 200, body
        found: list[dict[str, Any]] = json.loads(body)["items"]
        assert len(found) == LIST_LENGTH
        return found

    films = {user_id: [item["movie_id"] for item in items(user_id)] for user_id in range(1, 21)}
    film_ids = sorted({film_id for of_one in films.values() for film_id in of_one})
    similar = {film_id: list(map(int, CARD.findall(client.ask("GET", f"/film/{film_id}")[2]))) for film_id in film_ids}
    return Known(films, items(nobody), similar)


def digest(token: str) -> str:
    """As it is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def notice_on(page: str, right: str) -> str:
    """What a page says of trouble; ValueError for other words than the right ones."""
    found = HTML_NOTICE.search(page)
    return _right(html.unescape(found[1]) if found else "", right)


def notice_in(body: str, right: str) -> str:
    """What a list of the API says of trouble; ValueError for other words than the right ones."""
    return _right(json.loads(body)["notice"] or "", right)


def _right(notice: str, right: str) -> str:
    if notice not in ("", right):
        raise ValueError(f"a notice of other words: {notice}")
    return notice


def p99(seconds: Iterable[float]) -> float:
    """What 99 of 100 stay within; 0 of none."""
    ascending = sorted(seconds)
    return ascending[math.ceil(len(ascending) * 0.99) - 1] if ascending else 0.0


@contextmanager
def site(data: str = "") -> Iterator[Site]:
    """A trained site that does not serve yet, on a stand-in behind the proxy."""
    with (
        tempfile.TemporaryDirectory() as name,
        contextlib.ExitStack() as things,
    ):
        folder = Path(name)
        (folder / "planted").mkdir()
        (folder / "stand-in").mkdir()
        url = things.enter_context(stand_ins.ministack(folder / "stand-in"))
        amazon = things.enter_context(flaky_amazon(url))
        port = _free_port()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": f"{folder / 'planted'}:{REPOSITORY}",
            "MATINEE_DATA": data,
            "MATINEE_DOWNLOAD_URL": "",
            "MATINEE_PROFILES_URL": "dynamodb://movie",
            "MATINEE_BLOBS_URL": "s3://films/matinee",
            "MATINEE_CACHE_FOLDER": str(folder / "cache"),
            "MATINEE_SECRET_FILE": str(folder / "secret"),
            "MATINEE_PORT": str(port),
        } | amazon.environment
        with _environment(stand_ins.environment_for(url)):
            boto3.client("s3").create_bucket(Bucket="films")
            create_tables("movie")
            profiles = open_profiles("dynamodb://movie", patient=True)
            profiles.check()  # its client is made now, and keeps what the environment says
            ran = subprocess.run([MATINEE, "train"], cwd=folder, env=environment, capture_output=True, text=True, check=False)
            assert ran.returncode == 0, ran.stderr
        house = Site(folder, port, environment, amazon, profiles)
        try:
            yield house
        finally:
            house.stop()
            profiles.close()


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


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
