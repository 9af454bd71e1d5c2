"""From a rating sent to the answer with the new list, over loopback against a real server."""

from __future__ import annotations

import itertools
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench import site
from bench.client import Client, request
from bench.figures import Figure, MismatchError, say, spread

LIMIT, LIMIT_OF_MILLIONS = 60.0, 25.0  # ms, 99 of 100; that of millions is for one person at a time
FILMS = 300  # that a person rates in turn, again and again with other stars
WARM = 30  # ratings before any is timed
MARKED = {"hidden": 60, "seen": 30, "watchlist": 30}  # films of each kind that each person has marked before, other ones


def measure(data: Path, times: int = 1000, *, limit: float = LIMIT) -> list[Figure]:
    """One person after the other's answer, then four people at once, who have marked films before.

    Every answer must hold a list without the film just rated and without those marked as seen or hidden.
    """
    say(f"put: {times} ratings by PUT over one kept-alive connection, then by four people at once, on {data.name}")
    with tempfile.TemporaryDirectory() as temporary, site.matinee(data, Path(temporary)) as server:
        films = _films(data)
        alone = spread("one person", _rate(server.port, *server.new_person(), films, times, 0))
        people = [server.new_person() for _ in range(4)]
        with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
            jobs = [pool.submit(_rate, server.port, *person, films, times // 4, seed) for seed, person in enumerate(people, start=1)]
            together = spread("four people at once", [seconds for job in jobs for seconds in job.result()])
    return [
        Figure("PUT rating → new list, p99", alone["p99"], limit, "ms", "limit"),
        Figure("the same, four people at once, p99", together["p99"], LIMIT, "ms", "limit"),
    ]


def _rate(port: int, user_id: int, token: str, films: list[int], times: int, seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    order, seconds = rng.permutation(films[:FILMS]), []
    with Client(port) as client:
        never = _marked(client, user_id, token, films)
        for turn in range(WARM + times):
            film, stars = int(order[turn % len(order)]), int(rng.integers(1, 11)) / 2
            message = request("PUT", f"/api/v1/users/{user_id}/ratings/{film}", token=token, body={"rating": stars})
            start = time.perf_counter()
            answer = client.send(message)
            seconds.append(time.perf_counter() - start)
            if (
                answer.status != 200
                or not answer.json["list"]
                or (never | {film}) & {line["movie_id"] for line in answer.json["list"]["items"]}
            ):
                raise MismatchError(f"Rating film {film} was answered by {answer.status} {answer.body.decode()[:500]}.")
    return seconds[WARM:]


def _marked(client: Client, user_id: int, token: str, films: list[int]) -> set[int]:
    """Mark films that are well known and are not rated later; those that may not come up any more."""
    never: set[int] = set()
    rest = iter(films[FILMS:])
    for kind, n in MARKED.items():
        for film in itertools.islice(rest, n):
            answer = client.send(request("PUT", f"/api/v1/users/{user_id}/marks/{kind}/{film}", token=token))
            if answer.status != 200:
                raise MismatchError(f"Marking film {film} as {kind} was answered by {answer.status} {answer.body.decode()[:500]}.")
            never |= {film} if kind != "watchlist" else set()
    return never


def _films(data: Path) -> list[int]:
    """Well-known films, since those are what newcomers rate; FILMS of them, and then as many as are marked."""
    from recommender.data.movielens import read_data_set

    movie_ids = read_data_set(data).ratings.movie_ids
    return [int(movie) for movie in np.argsort(-np.bincount(movie_ids), kind="stable")[: FILMS + sum(MARKED.values())]]
