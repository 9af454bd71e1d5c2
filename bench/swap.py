"""How long a version takes to be mapped, and the slowest of the requests that are answered while it takes the place of another."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event, Thread

import numpy as np

from bench import site, version
from bench.client import Client, request
from bench.figures import Figure, MismatchError, say, spread
from recommender import publication
from recommender.storage.profiles import open_profiles

LOAD, SLOWEST = 20.0, 100.0  # ms
WORKERS = 2
AT_ONCE = 4  # people, each rating and reading one after the other
SECONDS = 8.0  # of asking before the pointer moves, and again from then on
LOADS = 11


@dataclass(slots=True)
class _Asked:
    """One answer. at: when it had come. seconds: how long it took. model: the version that the list is of, empty where none is said."""

    at: float
    seconds: float
    model: str


def measure(shape: str, folder: Path) -> list[Figure]:
    """Loads in one process, the files in memory; then people at work, while another version is put in force."""
    say(f"swap: synthetic-{shape}; {LOADS} loads, then {AT_ONCE} people at work on {WORKERS} workers for {2 * SECONDS:.0f} s")
    folder = folder / f"swap-{shape}"
    folder.mkdir()
    blobs = version.publish(shape, folder)
    pointer, _ = publication.read_pointer(blobs)
    assert pointer is not None
    cpu = time.process_time()
    loads = [_timed(lambda: publication.load(blobs, pointer)) for _ in range(LOADS)]
    cpu = (time.process_time() - cpu) / LOADS * 1000
    in_full = _timed(lambda: publication.load(blobs, pointer, remembers=False))
    made = publication.load(blobs, pointer)
    second, said = version.draft(made, folder), " ".join(f"{each:.1f}" for each in loads)
    say(f"  load {median(loads):.1f} ms ({said}), CPU {cpu:.1f} ms; with every byte read {in_full:.0f} ms")
    with site.published(folder, WORKERS) as server:
        profiles = open_profiles(server.environment["MATINEE_PROFILES_URL"])
        tokens = [f"token-{at}" for at in range(AT_ONCE)]
        people = [(profiles.new_person(hashlib.sha256(each.encode()).hexdigest(), shared=False, now=0), each) for each in tokens]
        profiles.close()
        films = made.matrix.movie_ids[np.argsort(-made.matrix.raters, kind="stable")[:300]].tolist()
        ended, asked = Event(), [list[_Asked]() for _ in people]
        threads = [Thread(target=_work, args=(server.port, *person, films, seed, asked[seed], ended)) for seed, person in enumerate(people)]
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        publication.put_in_force(blobs, "second", *second)
        moved = time.perf_counter()
        time.sleep(SECONDS)
        ended.set()
        for thread in threads:
            thread.join()
    answers = [one for each in asked for one in each]
    new = [one.at for one in answers if one.model == "second"]
    if not new or any(one.model == "first" for one in answers if one.at > moved + SECONDS / 2):
        raise MismatchError("The second version was not in use in all workers within half the time.")
    before, after = (
        [one.seconds * 1000 for one in answers if lies(one.at)]
        for lies in (lambda at: moved - SECONDS * 0.6 < at < moved - SECONDS * 0.3, lambda at: at > moved)
    )
    olds = [one.at - moved for one in answers if one.model == "first"]
    say(f"  the second answered {(min(new) - moved) * 1000:.0f} ms after the pointer had moved, the first for {max(olds) * 1000:.0f} ms")
    for name, each in (("before", before), ("from then on", after)):
        spread(f"requests {name}", np.array(each) / 1000)
    limits = (LOAD, SLOWEST) if shape == "25m" else (None, None)
    return [
        Figure(f"a version mapped, {shape}, median", median(loads), limits[0], "ms", "limit"),
        Figure("the same, CPU", cpu, None, "ms", ""),
        Figure("slowest request from a swap on", max(after), limits[1], "ms", "limit"),
        Figure("slowest request before it", max(before), None, "ms", ""),
    ]


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _work(port: int, number: int, token: str, films: list[int], seed: int, asked: list[_Asked], ended: Event) -> None:
    """Rate a film and read the list, again and again. A person who does both is not answered by what is kept alone."""
    rng = np.random.default_rng(seed)
    with Client(port) as client:
        while not ended.is_set():
            body = {"rating": int(rng.integers(1, 11)) / 2}
            for message in (
                request("PUT", f"/api/v1/users/{number}/ratings/{rng.choice(films)}", token=token, body=body),
                request("GET", f"/api/v1/users/{number}/recommendations?n=10", token=token),
            ):
                began = time.perf_counter()
                answer = client.send(message)
                now = time.perf_counter()
                if answer.status != 200:
                    raise MismatchError(f"{message.splitlines()[0].decode()} was answered by {answer.status}.")
                made = answer.json.get("list") or answer.json
                asked.append(_Asked(now, now - began, str(made.get("model", ""))))
