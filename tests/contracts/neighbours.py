"""What other processes do to a store while a test looks on; by URL, so that it is the same for every store."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from recommender.domain import Change, FilmMark, Movie, MovieId, Rating, UserId
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import open_profiles


def side_by_side(task: Callable[..., Any], *arguments: tuple[Any, ...]) -> list[Any]:
    """What the task returned for each tuple of arguments, each in a process of its own, which starts with nothing of ours."""
    with ProcessPoolExecutor(len(arguments), mp_context=multiprocessing.get_context("spawn")) as processes:
        return [one.result(timeout=60) for one in [processes.submit(task, *each) for each in arguments]]


def rate_many(url: str, user_id: UserId, movie_ids: range) -> list[int]:
    """The revisions."""
    profiles = open_profiles(url, patient=True)
    revs = [profiles.rate(Rating(user_id, MovieId(movie_id), 3.0, 0)) for movie_id in movie_ids]
    profiles.close()
    return revs


def mark_many(url: str, user_id: UserId, kind: str, movie_ids: range) -> list[int]:
    """The revisions."""
    profiles = open_profiles(url, patient=True)
    marks = (FilmMark(user_id, MovieId(movie_id), kind, 0) for movie_id in movie_ids)
    revs = [profiles.change(user_id, Change(marks=(mark,))) for mark in marks]
    profiles.close()
    return revs


def add_films(url: str, user_id: UserId, titles: list[str]) -> list[MovieId]:
    """The numbers."""
    profiles = open_profiles(url, patient=True)
    numbers = [profiles.add_film(Movie(MovieId(0), title), "", by=user_id, now=0).movie.movie_id for title in titles]
    profiles.close()
    return numbers


def come_in(url: str, n: int) -> list[UserId]:
    """The numbers of n new people."""
    profiles = open_profiles(url, patient=True)
    numbers = [profiles.new_person("digest", shared=False, now=0) for _ in range(n)]
    profiles.close()
    return numbers


def take(url: str, key: str, name: str) -> bool:
    """Whether the key was still free."""
    return open_blobs(url, patient=True).create(key, name.encode())


def count_up(url: str, key: str, n: int) -> int:
    """Add n to the number under the key, one at a time; how often somebody else was faster."""
    blobs, n_lost = open_blobs(url, patient=True), 0
    for _ in range(n):
        while True:
            there = blobs.read(key)
            if blobs.compare_and_set(key, b"%d" % (int(there.data if there else 0) + 1), expected=there.tag if there else None):
                break
            n_lost += 1
    return n_lost


def write_in_turns(url: str, key: str, n: int) -> None:
    """Two blobs of one letter each, long enough to be torn, n times."""
    blobs = open_blobs(url, patient=True)
    for turn in range(n):
        blobs.write(key, (b"a", b"b")[turn % 2] * 1_000_000)
