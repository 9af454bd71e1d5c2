"""nginx and two gunicorns under load while servers are reloaded, restarted and killed and models are swapped: who notices?

python -m tests.faults.front                        10 reloads, 10 kills, 5 swaps, 4 restarts: nobody does
python -m tests.faults.front --planted one-server   with one gunicorn behind nginx, and no second try, some must
python -m tests.faults.front --planted kept-lists   with a cache that keeps lists somebody must get another's

The machine of deploy/ on the built-in sample, its files as they are. Visitors from many addresses read pages and lists over TLS, and
people rate. What must hold: no read is answered with 500 or more; every list is of the viewer who was asked for, by a model that was
published; nothing but public pages is in the cache, and nobody's token or rating; every rating that was acknowledged is there at the
end; and when everybody is dead a public page is still there and the rest says so in words. Bodies cut short are counted apart: the
status was sent before the worker died, and no server in front can take it back.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import signal
import ssl
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recommender.data.sample import N_VIEWERS, sample_data_set
from recommender.domain import is_own_person
from tests.deploy.machine import HOST, Machine, running_machine

N_READERS = 4
N_RATERS = 2
PUBLIC = re.compile(rf"(gzip)?https{re.escape(HOST)}/($|about/|search/|film/|poster/|result/)")
PLANTED: dict[str, Callable[[str], str]] = {
    "": str,
    "one-server": lambda text: re.sub(r"^ +(server .*web-b\.sock|keepalive ).*\n", "", text, flags=re.MULTILINE),
    "kept-lists": lambda text: text.replace(
        "proxy_cache public;", "proxy_cache public; proxy_ignore_headers Cache-Control; proxy_cache_valid 200 1s;"
    ).replace("$scheme$host$request_uri", "$scheme$host$uri"),
}


@dataclass
class Verdict:
    """What was done, what was seen, and what nobody should have seen."""

    done: Counter[str] = field(default_factory=Counter)
    reads: Counter[int] = field(default_factory=Counter)
    writes: Counter[int] = field(default_factory=Counter)
    n_cut: int = 0
    n_kept: int = 0
    failed: list[str] = field(default_factory=list)
    mixed_up: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    speechless: list[str] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def wrong(self) -> list[str]:
        return [*self.failed, *self.mixed_up, *self.personal, *self.lost, *self.speechless]

    def __str__(self) -> str:
        counts = ", ".join(f"{n} {what}" for what, n in sorted(self.done.items()))
        answers = ", ".join(f"{n} with {status}" for status, n in sorted(self.reads.items()))
        writes = ", ".join(f"{n} with {status or 'no answer'}" for status, n in sorted(self.writes.items()))
        return "\n".join(
            [
                f"{counts}; {sum(self.reads.values())} reads ({answers}), slowest {self.slowest:.1f} s, {self.n_cut} bodies cut short",
                f"{sum(self.writes.values())} writes ({writes}); {self.n_kept} pages in the cache",
                f"{len(self.failed)} failed, {len(self.mixed_up)} mixed up, {len(self.personal)} personal ones kept, "
                f"{len(self.lost)} ratings lost, {len(self.speechless)} without a word",
                *self.wrong[:8],
            ]
        )


class Visitor(threading.Thread):
    """Asks again and again, each time from another address of 127.0.0.0/8: nobody is held back as greedy."""

    def __init__(self, machine: Machine, number: int, trust: ssl.SSLContext, enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self.machine, self.trust, self.enough = machine, trust, enough
        self.rng = random.Random(f"visitor {number}")
        self.number = number
        self.verdict = Verdict()

    def run(self) -> None:
        while not self.enough.is_set():
            source = f"127.{self.number + 1}.{self.rng.randrange(256)}.{self.rng.randrange(1, 255)}"
            connection = self.machine.connect(source=source, trust=self.trust)
            try:
                for _ in range(10):
                    self.ask(connection)
                    if self.enough.wait(0.005):
                        break
            finally:
                connection.close()

    def ask(self, connection: http.client.HTTPConnection) -> None:
        raise NotImplementedError


class Reader(Visitor):
    """Reads what anybody may read, and looks whether it is what was asked for."""

    def ask(self, connection: http.client.HTTPConnection) -> None:
        path, is_right = self.question()
        began = time.monotonic()
        try:
            connection.request("GET", path, headers={"Accept": "text/html"})
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            self.verdict.failed.append(f"{path}: {type(error).__name__} {error}")
            return
        try:
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            connection.close()
            self.verdict.n_cut += 1
            return
        self.verdict.slowest = max(self.verdict.slowest, time.monotonic() - began)
        self.verdict.reads[answer.status] += 1
        if answer.status >= 500:
            self.verdict.failed.append(f"{path}: {answer.status}")
        elif answer.status != 200 or not is_right(text):
            self.verdict.mixed_up.append(f"{path}: {answer.status} {re.findall('<title>.*', text) or text[:80]}")

    def question(self) -> tuple[str, Callable[[str], bool]]:
        """A path, and how to tell whether an answer is to it."""
        viewer = self.rng.randint(1, N_VIEWERS)
        film = self.rng.choice((1, 50, 260, 296, 318, 356, 527, 593))
        kind = self.rng.random()
        if kind < 0.35:
            return f"/result/?user={viewer}&amount=10", lambda text: f" for viewer {viewer} · Matinee</title>" in text
        if kind < 0.65:
            return f"/api/v1/users/{viewer}/recommendations", lambda text: _is_list_of(viewer, text)
        return self.rng.choice(
            [
                ("/", lambda text: "Best films" in text),
                ("/about/", lambda text: "About Matinee" in text),
                (f"/film/{film}", lambda text: "How it was rated" in text),
                ("/search/?q=star", lambda text: "Star Wars" in text),
                ("/movies/", lambda text: "<title>" in text),
                ("/static/js/matinee.js", lambda text: text.startswith("// Small comforts")),
            ]
        )


class Rater(Visitor):
    """A person who rates; stars: of each film, as acknowledged last. unsure: films whose last rating got no good answer."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        printed = self.machine.matinee("profile", "new")
        self.user_id = int(re.search(r"^number +(\d+)", printed, re.MULTILINE)[1])  # type: ignore[index]
        self.token = re.search(r"^token +(\S+)", printed, re.MULTILINE)[1]  # type: ignore[index]
        self.film_ids = sample_data_set().catalogue.movie_ids.tolist()[:100]
        self.stars: dict[int, float] = {}
        self.unsure: set[int] = set()

    def ask(self, connection: http.client.HTTPConnection) -> None:
        film_id, stars = self.rng.choice(self.film_ids), self.rng.randint(1, 10) / 2
        self.unsure.add(film_id)
        status = 0
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            path = f"/api/v1/users/{self.user_id}/ratings/{film_id}"
            connection.request("PUT", path, json.dumps({"rating": stars}), headers)
            answer = connection.getresponse()
            status, text = answer.status, answer.read()
            if status == 200:
                self.stars[film_id] = stars
                self.unsure.discard(film_id)
                if json.loads(text)["list"]["user_id"] != self.user_id:
                    self.verdict.mixed_up.append(f"{path}: another's list")
        except (OSError, http.client.HTTPException):
            connection.close()
            status = 0
        self.verdict.writes[status] += 1
        self.enough.wait(0.05)

    def what_is_missing(self) -> Iterator[str]:
        """Films that were rated for good and stand in the list all the same."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.machine.get(f"/api/v1/users/{self.user_id}/recommendations?n=100", **headers)
        shown = {item["movie_id"] for item in json.loads(answer.text)["items"]}
        yield from (f"film {film_id} of {self.user_id}" for film_id in shown & (self.stars.keys() - self.unsure))


def _is_list_of(viewer: int, text: str) -> bool:
    made = json.loads(text)
    return bool(made["user_id"] == viewer and len(made["items"]) == 10 and made["generation"])


def prove(
    root: Path, *, reloads: int = 10, kills: int = 10, swaps: int = 5, restarts: int = 4, planted: str = "", pause: float = 1.0
) -> Verdict:
    """Do all that under load, in an order of chance. pause: seconds between two of them."""
    rng, verdict = random.Random(580), Verdict()
    deeds = ["reloads"] * reloads + ["kills"] * kills + ["swaps"] * swaps + ["restarts"] * restarts
    rng.shuffle(deeds)
    with running_machine(root, plant=PLANTED[planted]) as machine:
        if swaps:
            machine.matinee("train", "--if-needed", "--anyway", "--neighbours", "20")  # so that there is a model to swap with
        enough, trust = threading.Event(), machine.trust()
        readers = [Reader(machine, number, trust, enough) for number in range(N_READERS)]
        raters = [Rater(machine, N_READERS + number, trust, enough) for number in range(N_RATERS)]
        for visitor in (*readers, *raters):
            visitor.start()
        try:
            for number, deed in enumerate(deeds):
                time.sleep(pause)
                _do(deed, machine, rng, "a" if planted == "one-server" else "ab"[number % 2])
                verdict.done[deed] += 1
            time.sleep(pause)
        finally:
            enough.set()
            for visitor in (*readers, *raters):
                visitor.join(60)
        for visitor in (*readers, *raters):
            _add(verdict, visitor.verdict)
        for rater in raters:
            verdict.lost += rater.what_is_missing()
        _look_into_the_cache(machine, raters, verdict)
        _kill_everybody(machine, verdict)
    return verdict


def _do(deed: str, machine: Machine, rng: random.Random, name: str) -> None:
    server = machine.servers[name]
    if deed == "swaps":
        machine.matinee("rollback")
    elif deed == "reloads":
        server.reload()
    elif deed == "restarts":
        server.restart()
        server.wait_until_ready()
    elif workers := server.workers():
        os.kill(rng.choice(workers), signal.SIGKILL)


def _add(verdict: Verdict, seen: Verdict) -> None:
    verdict.reads += seen.reads
    verdict.writes += seen.writes
    verdict.n_cut += seen.n_cut
    verdict.failed += seen.failed
    verdict.mixed_up += seen.mixed_up
    verdict.slowest = max(verdict.slowest, seen.slowest)


def _look_into_the_cache(machine: Machine, raters: list[Rater], verdict: Verdict) -> None:
    kept = machine.kept()
    verdict.n_kept = len(kept)
    for key, text in kept.items():
        shown, asked = set(re.findall(r" for viewer (\d+)", text)), set(re.findall(r"[?&]user=(\d+)", key))
        if not PUBLIC.match(key) or not shown <= asked or any(is_own_person(int(each)) for each in shown) or '"user_id"' in text:
            verdict.personal.append(f"in the cache: {key}")
        if any(rater.token in text or str(rater.user_id) in text for rater in raters):
            verdict.personal.append(f"somebody's number or token in the cache: {key}")


def _kill_everybody(machine: Machine, verdict: Verdict) -> None:
    """What is left to say when nobody can answer."""
    machine.get("/")
    time.sleep(3)  # until it is no longer fresh
    for server in machine.servers.values():
        server.close()
    if (home := machine.get("/")).status != 200 or "Best films" not in home.text:
        verdict.speechless.append(f"Home without servers: {home.status}")
    if (page := machine.get("/result/?user=5&amount=77")).status != 503 or "The projector has stopped" not in page.text:
        verdict.speechless.append(f"a list that nobody had looked at without servers: {page.status}")
    problem = machine.get("/api/v1/users/5/recommendations")
    if problem.status != 503 or problem.headers["content-type"] != "application/problem+json":
        verdict.speechless.append(f"the API without servers: {problem.status}")


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(description="Reloads, restarts and kills servers and swaps models behind nginx, under load.")
    parser.add_argument("--reloads", type=int, default=10)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--swaps", type=int, default=5)
    parser.add_argument("--restarts", type=int, default=4)
    parser.add_argument("--planted", choices=[name for name in PLANTED if name], default="", help="plant a mistake, which must be seen")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        verdict = prove(
            Path(name), reloads=asked.reloads, kills=asked.kills, swaps=asked.swaps, restarts=asked.restarts, planted=asked.planted
        )
    print(verdict)
    seen = {"one-server": verdict.failed, "kept-lists": [*verdict.mixed_up, *verdict.personal], "": []}[asked.planted]
    holds = bool(seen) if asked.planted else not verdict.wrong
    print("as it should be" if holds else "NOT as it should be")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
