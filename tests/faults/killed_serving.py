"""kill -9 of the server, of a worker or of a trainer, at moments of chance and under load: does anybody lose anything?

python -m tests.faults.killed_serving --kills 20              the site as it is: nobody does
python -m tests.faults.killed_serving --kills 6 --planted     a site that answers before it commits: some must
python -m tests.faults.killed_serving --kills 200 --only worker --on ministack    web workers alone, on a stand-in for DynamoDB

A real `matinee serve` on the built-in sample. People rate, re-rate, take ratings back and look at their lists over HTTP, while the
processes around them die. What must hold: what was acknowledged is there afterwards; no list shows a film whose rating was
acknowledged before it was asked for; every list is whole and made by a model that was published; every answer that comes is a
good one; and in the end the doctor finds all well.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.aws.stand_in import environment_for, free_port, ministack
from recommender.data.sample import N_VIEWERS, sample_data_set
from recommender.domain import LIST_LENGTH
from recommender.serving import open_recommender
from recommender.settings import read_settings
from recommender.storage.profiles import create_profiles, open_profiles
from tests.faults.planting import sitecustomize

REPOSITORY = Path(__file__).parents[2]
MATINEE = Path(sys.executable).with_name("matinee")
N_RATERS = 3
CHANGES_BETWEEN_KILLS = 3  # acknowledged, at least
PAUSE = 0.02  # seconds between two requests of one person
UP_WITHIN = 60  # seconds, on a machine that is busy with other things
TABLE = "movie-of-the-killed"
KINDS = ("trainer", "everything", "worker", "master")

# The planted fault: the engine acknowledges, and commits a moment later.
PLANTED = """
import threading, time
from recommender.storage.profiles.sqlite import SqliteProfiles
from recommender.storage.profiles.dynamodb import DynamoProfiles
def plant(place):
    commit = place.rate
    def rate(self, rating):
        def late():
            time.sleep(0.3)
            commit(self, rating)
        threading.Thread(target=late, daemon=True).start()
        return self.opinions(rating.user_id).rev + 1
    place.rate = rate
plant(SqliteProfiles)
plant(DynamoProfiles)
"""


@dataclass
class Verdict:
    """kills: how many of each kind. lost: acknowledged, and gone. wrong: answers that nobody should get. unwell: in the end."""

    kills: Counter[str] = field(default_factory=Counter)
    n_acknowledged: int = 0
    n_lists: int = 0
    n_broken_off: int = 0
    n_away: int = 0
    n_models: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    unwell: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kills = ", ".join(f"{n} of {what}" for what, n in sorted(self.kills.items()))
        seen = f"{self.n_acknowledged} changes acknowledged, {self.n_lists} lists read"
        not_seen = f"{self.n_broken_off} requests broken off, {self.n_away} answered without the store"
        found = f"{len(self.lost)} lost, {len(self.wrong)} wrong answers, {len(self.unwell)} times unwell"
        counts = f"kills: {kills}; {seen}, {not_seen}, {self.n_models} models published; {found}"
        return "\n".join([counts, *self.lost[:5], *self.wrong[:5], *self.unwell])


@dataclass
class House:
    """A site with a var folder of its own, and the processes of it that live."""

    var: Path
    port: int
    planted: bool
    cloud: Mapping[str, str] = field(default_factory=dict)  # what leads to a stand-in for DynamoDB; empty for SQLite
    server: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.var),
            "PYTHONPATH": str(self.var / "planted") if self.planted else "",
            "MATINEE_DOWNLOAD_URL": "",
            "MATINEE_PROFILES_URL": f"dynamodb://{TABLE}" if self.cloud else f"sqlite://{self.var}/matinee.sqlite3",
            "MATINEE_BLOBS_URL": f"file://{self.var}/blobs",
            "MATINEE_SECRET_FILE": f"{self.var}/secret",
            "MATINEE_TRAFFIC_FOLDER": f"{self.var}/traffic",
            **self.cloud,
        }

    def started(self, *arguments: str) -> subprocess.Popen[bytes]:
        """`matinee …` as the leader of a group of its own."""
        with (self.var / "log").open("ab") as log:
            return subprocess.Popen(
                [MATINEE, *arguments],
                cwd=self.var,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def serve(self) -> None:
        """Start the server and wait until it answers."""
        self.server = self.started("serve", "--port", str(self.port))
        end = time.monotonic() + UP_WITHIN
        while time.monotonic() < end:
            assert self.server.poll() is None, f"the server did not come up: {self.last_words()}"
            try:
                # The workers of a master that died go on answering for a moment: they are not meant.
                if f"127.0.0.1:{self.port} ({self.server.pid})" in self.last_words() and ask(self.port, "GET", "/readyz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the server did not come up in {UP_WITHIN} s: {self.last_words()}")

    def kill(self, kind: str, rng: random.Random) -> None:
        """Kill the process, or all of the group, at a moment of chance, and bring the site up again."""
        assert self.server is not None
        if kind == "trainer":
            trainer = self.started("train")
            time.sleep(rng.uniform(0.2, 2.5))
            end_group(trainer)
            return
        time.sleep(rng.uniform(0.1, 1.0))
        if kind == "worker":
            while not (workers := self.workers()):  # the next one is on its way
                assert self.server.poll() is None, f"the server has ended: {self.last_words()}"
                time.sleep(0.05)
            with contextlib.suppress(ProcessLookupError):
                os.kill(rng.choice(workers), signal.SIGKILL)
            return
        if kind == "master":
            self.server.kill()  # its workers notice within a second and go
            self.server.wait()
        else:
            end_group(self.server)
        self.serve()

    def workers(self) -> list[int]:
        """The processes that serve; what trains beside them is none."""
        assert self.server is not None
        children = map(int, Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split())
        return [child for child in children if b"gunicorn" in _command_line(child)]

    def last_words(self) -> str:
        """The end of what all the processes said."""
        return (self.var / "log").read_text(errors="replace")[-20_000:]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""  # it has ended


def end_group(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of the process and of all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def ask(port: int, method: str, path: str, *, token: str = "", body: object = None) -> tuple[int, Any]:
    """Status and JSON of one request; OSError or HTTPException when the other side dies."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {**headers, "Content-Type": "application/json"} if sent else headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@dataclass
class Rater(threading.Thread):
    """A person who rates and looks, and remembers what was acknowledged.

    stars: of each film, as acknowledged last; None when taken back. unsure: films whose last change was broken off or refused.
    store_may_be_away: whether the site may say in words that its store does not answer in time, as a stand-in on a busy machine does not.
    """

    port: int
    user_id: int
    token: str
    film_ids: list[int]
    rng: random.Random
    enough: threading.Event
    store_may_be_away: bool = False
    stars: dict[int, float | None] = field(default_factory=dict)
    unsure: dict[int, set[float | None]] = field(default_factory=dict)
    n_acknowledged: int = 0
    n_broken_off: int = 0
    n_away: int = 0
    lists: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while not self.enough.is_set():
            try:
                (self.change if self.rng.random() < 0.6 else self.look)()
            except (OSError, http.client.HTTPException, ValueError):
                self.n_broken_off += 1  # whoever was asked has died; an answer cut short is no JSON
                time.sleep(0.05)
            time.sleep(PAUSE)

    def change(self) -> None:
        """Rate a film, or take a rating back."""
        film_id = self.rng.choice(self.film_ids[:200] if self.rng.random() < 0.9 else self.film_ids)
        stars = self.rng.choice([None, *(half / 2 for half in range(1, 11))])
        path = f"/api/v1/users/{self.user_id}/ratings/{film_id}"
        self.unsure.setdefault(film_id, {self.stars.get(film_id)}).add(stars)
        if stars is None:
            status, answer = ask(self.port, "DELETE", path, token=self.token)
        else:
            status, answer = ask(self.port, "PUT", path, token=self.token, body={"rating": stars})
        if self.is_away(status, answer):
            return
        if status != 200:
            self.wrong.append(f"{status} for a change: {answer}")
            return
        del self.unsure[film_id]
        self.stars[film_id] = stars
        self.n_acknowledged += 1
        if answer["list"] is not None:
            self.check(answer["list"])

    def look(self) -> None:
        """Read the own list or that of a sample viewer."""
        own = self.rng.random() < 0.7
        user_id = self.user_id if own else self.rng.randint(1, N_VIEWERS)
        status, answer = ask(self.port, "GET", f"/api/v1/users/{user_id}/recommendations", token=self.token if own else "")
        if self.is_away(status, answer):
            return
        if status != 200:
            self.wrong.append(f"{status} for a list: {answer}")
        elif own:
            self.check(answer)
        else:
            self.note(answer)

    def is_away(self, status: int, answer: dict[str, Any]) -> bool:
        """Whether the answer says that the store does not answer, and may."""
        said = self.store_may_be_away and ((status == 503 and answer["type"] == "urn:matinee:storage") or bool(answer.get("notice")))
        self.n_away += said
        return said

    def check(self, answer: dict[str, Any]) -> None:
        """No film whose rating was acknowledged, unless a change of it is in doubt."""
        shown = {item["movie_id"] for item in answer["items"]}
        rated = {film_id for film_id, stars in self.stars.items() if stars is not None and film_id not in self.unsure}
        if shown & rated:
            self.wrong.append(f"rated films in the list of {self.user_id}: {sorted(shown & rated)}, revision {answer['rev']}")
        self.note(answer)

    def note(self, answer: dict[str, Any]) -> None:
        """Whole, and kept to be held against what was published."""
        films = [item["movie_id"] for item in answer["items"]]
        if len(set(films)) != LIST_LENGTH or [item["rank"] for item in answer["items"]] != list(range(1, LIST_LENGTH + 1)):
            self.wrong.append(f"not a whole list: {films}")
        self.lists.append({"model": answer["model"], "generation": answer["generation"]})


class Publications(threading.Thread):
    """Whoever watches the pointer and notes what was ever published."""

    def __init__(self, var: Path, enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self._pointer, self._enough = var / "blobs" / "current.json", enough
        self.seen: set[tuple[int, str]] = set()

    def run(self) -> None:
        while not self._enough.wait(0.02):
            self.look()

    def look(self) -> None:
        """What is in force and what was before: so that nothing between two looks is missed."""
        said = json.loads(self._pointer.read_text())
        for pointer in (said, said["previous"]):
            if pointer:
                self.seen.add((pointer["generation"], pointer["version"]))


def prove(
    n_kills: int, *, kinds: Sequence[str] = KINDS, endpoint_url: str = "", n_raters: int = N_RATERS, planted: bool = False, seed: int = 580
) -> Verdict:
    """Let people rate while so many processes are killed, then count what is missing.

    kinds: of processes, in turn. endpoint_url: of a stand-in for DynamoDB; empty for SQLite.
    """
    rng, verdict = random.Random(seed), Verdict()
    cloud = environment_for(endpoint_url) if endpoint_url else {}
    with tempfile.TemporaryDirectory() as name, _in_environment(cloud):
        house = House(Path(name), free_port(), planted, cloud)
        if cloud:
            create_profiles(house.environment["MATINEE_PROFILES_URL"])
        if planted:
            (house.var / "planted").mkdir()
            (house.var / "planted" / "sitecustomize.py").write_text(sitecustomize(PLANTED))
        try:
            raters, published = _let_them_rate(house, list(itertools.islice(itertools.cycle(kinds), n_kills)), n_raters, rng, verdict)
            _read_back(house, raters, published, verdict)
        finally:
            if house.server:
                end_group(house.server)
    return verdict


@contextlib.contextmanager
def _in_environment(words: Mapping[str, str]) -> Iterator[None]:
    """This process finds the stand-in too, to make people and to read what is kept."""
    before = dict(os.environ)
    os.environ.update(words)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _let_them_rate(
    house: House, kills: Sequence[str], n_raters: int, rng: random.Random, verdict: Verdict
) -> tuple[list[Rater], set[tuple[int, str]]]:
    house.serve()
    enough = threading.Event()
    publications = Publications(house.var, enough)
    film_ids = sample_data_set().catalogue.movie_ids.tolist()
    recommender = open_recommender(read_settings({k: v for k, v in house.environment.items() if k.startswith("MATINEE_")}))
    people = [recommender.new_person() for _ in range(n_raters)]
    recommender.close()
    raters = [
        Rater(house.port, user_id, token, film_ids, random.Random(rng.random()), enough, bool(house.cloud)) for user_id, token in people
    ]
    for thread in (publications, *raters):
        thread.start()
    try:
        for kind in kills:
            _wait_for_changes(raters)
            house.kill(kind, rng)
            verdict.kills[kind] += 1
        time.sleep(0.5)
    finally:
        enough.set()
        for thread in (publications, *raters):
            thread.join()
    publications.look()
    return raters, publications.seen


def _wait_for_changes(raters: Sequence[Rater]) -> None:
    """Until somebody is served again: who kills the next one before that kills nobody at work."""
    before, end = sum(rater.n_acknowledged for rater in raters), time.monotonic() + UP_WITHIN
    while sum(rater.n_acknowledged for rater in raters) < before + CHANGES_BETWEEN_KILLS and time.monotonic() < end:
        time.sleep(0.02)


def _read_back(house: House, raters: list[Rater], published: set[tuple[int, str]], verdict: Verdict) -> None:
    """Hold everything against what people remember: by HTTP, then in the store once nobody serves."""
    for rater in raters:
        try:
            status, answer = ask(house.port, "GET", f"/api/v1/users/{rater.user_id}/recommendations", token=rater.token)
        except (OSError, http.client.HTTPException) as error:
            verdict.unwell.append(f"the site does not answer any more: {error}")
            continue
        if rater.is_away(status, answer):
            continue
        if status == 200:
            rater.check(answer)
        else:
            verdict.wrong.append(f"{status} in the end: {answer}")
    assert house.server is not None
    end_group(house.server)
    profiles = open_profiles(house.environment["MATINEE_PROFILES_URL"])
    try:
        for rater in raters:
            kept = {rating.movie_id: rating.stars for rating in profiles.opinions(rater.user_id).ratings}
            for film_id in rater.stars.keys() | kept.keys() | rater.unsure.keys():
                possible = rater.unsure.get(film_id, {rater.stars.get(film_id)})
                if kept.get(film_id) not in possible:
                    verdict.lost.append(f"{rater.user_id} gave film {film_id} {possible}, and {kept.get(film_id)} is kept")
    finally:
        profiles.close()
    for rater in raters:
        verdict.n_acknowledged += rater.n_acknowledged
        verdict.n_broken_off += rater.n_broken_off
        verdict.n_away += rater.n_away
        verdict.n_lists += len(rater.lists)
        verdict.wrong += rater.wrong
        by = {(made["generation"], made["model"]) for made in rater.lists} - published
        verdict.wrong += [f"a list by {model}, which was never published as generation {generation}" for generation, model in by]
    verdict.n_models = len(published)
    verdict.unwell += filter(None, [_complaint(house, "doctor"), _complaint(house, "train")])


def _complaint(house: House, command: str) -> str:
    """What `matinee …` has to say against the house; a trainer that still lives may finish first, one that is dead keeps nobody waiting."""
    end = time.monotonic() + 30
    while True:
        ran = subprocess.run([MATINEE, command], cwd=house.var, env=house.environment, capture_output=True, text=True, check=False)
        if ran.returncode == 0:
            return ""
        if "has held the training lock" not in ran.stderr or time.monotonic() > end:
            return f"matinee {command}: {ran.stdout}{ran.stderr}"
        time.sleep(0.5)


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(description="Kills servers, workers and trainers while people rate.")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--only", choices=KINDS, help="kill processes of this kind alone")
    parser.add_argument("--on", choices=["sqlite", "ministack"], default="sqlite", help="the place; sqlite if none is named")
    parser.add_argument("--raters", type=int, default=N_RATERS, help="how many people rate at once")
    parser.add_argument("--planted", action="store_true", help="plant a site that acknowledges too early, which must lose some")
    parser.add_argument("--seed", type=int, default=580)
    asked = parser.parse_args()
    kinds = (asked.only,) if asked.only else KINDS
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as held:
        endpoint_url = held.enter_context(ministack(Path(folder))) if asked.on == "ministack" else ""
        verdict = prove(asked.kills, kinds=kinds, endpoint_url=endpoint_url, n_raters=asked.raters, planted=asked.planted, seed=asked.seed)
    print(verdict)
    holds = bool(verdict.lost or verdict.wrong) if asked.planted else not (verdict.lost or verdict.wrong or verdict.unwell)
    print("as it should be" if holds else "NOT as it should be")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
