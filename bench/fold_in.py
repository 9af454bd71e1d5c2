"""From a rating to the new list inside one process: the durable write, the model and the record, without HTTP."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure, MismatchError, say, spread
from recommender import training
from recommender.data.movielens import read_data_set
from recommender.domain import Asker, MovieId, Rating
from recommender.publication import read_pointer
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import Profiles, open_profiles

FILMS = 300  # that a person rates in turn
WARM = 20  # calls before any is timed
Calls = Iterator[tuple[Callable[..., object], object]]
Columns = NDArray[np.int64]


def measure(data: Path, times: int = 1000) -> list[Figure]:
    """Rating to list, list kept and list built, and the durable write alone. Every list must be without the film just rated."""
    say(f"fold-in: in process, SQLite with synchronous=FULL, {times} times each, on {data.name}")
    data_set = read_data_set(data)
    with tempfile.TemporaryDirectory() as temporary:
        settings = Settings(profiles_url=f"sqlite://{temporary}/matinee.sqlite3", blobs_url=f"file://{temporary}/blobs")
        blobs, profiles = open_blobs(settings.blobs_url), open_profiles(settings.profiles_url)
        training.train(data_set, blobs, profiles, recipe="user-cosine")
        recommender = Recommender(settings, blobs, profiles)
        try:
            films = np.argsort(-np.bincount(data_set.ratings.movie_ids), kind="stable")[:FILMS]
            viewers = np.unique(data_set.ratings.user_ids)
            cpu = time.process_time()
            rated = spread("rating → new list", _timed(_ratings(recommender, films, times)))
            cpu = (time.process_time() - cpu) / (times + WARM) * 1000
            say(f"  {'of that CPU of all threads':<46} mean {cpu:5.2f} ms")
            spread("the durable write alone", _timed(_writes(recommender, profiles, films, times)))
            spread("list kept", _timed((recommender.list_for, int(viewers[at % len(viewers)])) for at in range(times)))
            pointer, _ = read_pointer(blobs)
            assert pointer is not None
            profiles.clear_sample_lists(generation=pointer.generation)
            spread("list built and kept, viewers of the data set", _timed((recommender.list_for, int(user_id)) for user_id in viewers))
        finally:
            recommender.close()
    return [
        Figure("rating → new list in process, CPU", cpu, None, "ms", ""),
        Figure("rating → new list in process, p50", rated["p50"], None, "ms", ""),
        Figure("rating → new list in process, p99", rated["p99"], None, "ms", ""),
    ]


def _ratings(recommender: Recommender, films: Columns, times: int) -> Calls:
    rng = np.random.default_rng(1)
    person, token = recommender.new_person()
    order = rng.permutation(films)

    def rate(film: int) -> None:
        made = recommender.rate(person, film, int(rng.integers(1, 11)) / 2, asker=Asker(token)).list
        if made is None or film in [line.movie.movie_id for line in made.movies]:
            raise MismatchError(f"Film {film} was rated, and the list that followed is {made}.")

    for turn in range(times + WARM):
        yield rate, int(order[turn % len(order)])


def _writes(recommender: Recommender, profiles: Profiles, films: Columns, times: int) -> Calls:
    person, _ = recommender.new_person()
    for turn in range(times + WARM):
        yield profiles.rate, Rating(person, MovieId(int(films[turn % len(films)])), turn % 10 / 2 + 0.5, turn)


def _timed(calls: Calls) -> list[float]:
    """Seconds of each call, the first WARM left out."""
    seconds = []
    for call, argument in calls:
        start = time.perf_counter()
        call(argument)
        seconds.append(time.perf_counter() - start)
    return seconds[WARM:]
