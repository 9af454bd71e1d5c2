"""Made-up ratings with the shape of MovieLens: as many people, films and ratings, as unevenly spread, with tastes, from a fixed seed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender.data.ratings import RatingTable

LEAST = 20  # ratings of each person, as in MovieLens
TASTES = 24  # groups of people and films that go together
OWN_TASTE = 0.45  # share of a person's films drawn where those of the own taste are
FAVOUR = 5  # times as likely
ROUNDS = 6  # of drawing by taste; whoever has nearly all that is popular then takes what is left
GENRES = ("Action", "Comedy", "Drama", "Thriller", "Romance", "Sci-Fi", "Horror", "Children")


@dataclass(frozen=True, slots=True)
class Shape:
    """popularity: (rank, raters) of some films, straight lines between them on logarithmic scales. median: ratings of the median person."""

    n_users: int
    n_movies: int
    n_ratings: int
    median: int
    popularity: tuple[tuple[int, int], ...]


SHAPES = {
    "100k": Shape(610, 9_724, 100_836, 70, ((1, 329), (10, 230), (100, 115), (1_000, 23), (3_000, 5), (6_000, 1), (9_724, 1))),
    "1m": Shape(
        6_040,
        3_706,
        1_000_209,
        96,
        ((1, 3_428), (10, 2_650), (100, 1_500), (300, 900), (1_000, 310), (1_850, 123), (2_800, 33), (3_706, 1)),
    ),
    "25m": Shape(
        162_541,
        59_047,
        25_000_095,
        71,
        ((1, 81_491), (30, 53_000), (100, 36_000), (300, 20_500), (1_000, 7_500), (3_790, 1_000), (13_176, 50), (29_500, 6), (59_047, 1)),
    ),
}


def ratings(name: str, seed: int = 580) -> RatingTable:
    """The ratings of a shape of SHAPES, by user and movie ascending; ids from 1. The same seed gives the same ratings."""
    shape, rng = SHAPES[name], np.random.default_rng(seed)
    tastes, movie_tastes = rng.integers(0, TASTES, shape.n_users), rng.integers(0, TASTES, shape.n_movies)
    cells = _cells(shape, _activity(shape, rng), _weights(shape, rng), tastes, movie_tastes, rng)
    users, movies = np.divmod(cells, shape.n_movies)
    stars = rng.normal(3.45, 0.85, len(cells))
    stars += rng.normal(0, 0.45, shape.n_users)[users] + rng.normal(0, 0.5, shape.n_movies)[movies]
    stars[tastes[users] == movie_tastes[movies]] += 0.45
    half_stars = np.clip(np.rint(stars * 2), 1, 10).astype(np.uint8)
    whole = (rng.random(shape.n_users) < 0.35)[users]  # people who never give half a star
    half_stars[whole] = np.clip((half_stars[whole] + 1) // 2 * 2, 2, 10)
    first = rng.integers(820_454_400, 1_735_689_600, shape.n_users)
    return RatingTable(
        (users + 1).astype(np.int32), (movies + 1).astype(np.int32), half_stars, first[users] + 37 * np.arange(len(cells), dtype=np.int64)
    )


def movie_ids(name: str) -> NDArray[np.int32]:
    """Every film of the shape, ascending."""
    return np.arange(1, SHAPES[name].n_movies + 1, dtype=np.int32)


def write_data_set(name: str, folder: Path) -> Path:
    """The shape as ratings.csv, movies.csv and links.csv in the folder, which is made; the folder."""
    import pandas as pd

    made, movies = ratings(name), movie_ids(name)
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame({"userId": made.user_ids, "movieId": made.movie_ids, "rating": made.half_stars / 2, "timestamp": made.rated_at}).to_csv(
        folder / "ratings.csv", index=False
    )
    titles = [f"Film {movie} ({1920 + movie % 105})" for movie in movies.tolist()]
    genres = [f"{GENRES[movie % 8]}|{GENRES[(movie + 1 + movie // 8 % 7) % 8]}" for movie in movies.tolist()]
    pd.DataFrame({"movieId": movies, "title": titles, "genres": genres}).to_csv(folder / "movies.csv", index=False)
    links = pd.DataFrame({"movieId": movies, "imdbId": [f"{movie + 100_000:07}" for movie in movies.tolist()], "tmdbId": movies + 500})
    links.to_csv(folder / "links.csv", index=False)
    return folder


def _activity(shape: Shape, rng: np.random.Generator) -> NDArray[np.int64]:
    """How many films each person rates, shape (n_users,): LEAST and a log-normal number more, n_ratings in all."""
    more = shape.n_ratings - LEAST * shape.n_users
    sigma = np.sqrt(2 * np.log(more / shape.n_users / (shape.median - LEAST)))
    wanted = np.minimum(np.exp(sigma * rng.standard_normal(shape.n_users)), shape.n_movies / 2 / shape.median)
    ends = np.rint(np.cumsum(wanted) * more / wanted.sum()).astype(np.int64)
    return np.asarray(LEAST + np.diff(ends, prepend=0))


def _weights(shape: Shape, rng: np.random.Generator) -> NDArray[np.float64]:
    """How likely each film is to be drawn, shape (n_movies,); a film's id says nothing about it."""
    ranks, raters = np.log(np.array(shape.popularity, dtype=np.float64)).T
    expected = np.exp(np.interp(np.log(np.arange(1, shape.n_movies + 1)), ranks, raters))
    # Each person takes a film once: the more raters a film has, the more draws fall on people who have it already.
    return np.asarray(rng.permutation(-np.log1p(-np.minimum(expected / shape.n_users, 0.95))))


def _cells(
    shape: Shape,
    activity: NDArray[np.int64],
    weights: NDArray[np.float64],
    tastes: NDArray[np.int64],
    movie_tastes: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """User times n_movies plus movie of every rating, ascending, each once; each person has as many as `activity` says."""
    cells = np.zeros(0, dtype=np.int64)
    missing = activity
    for round_ in itertools.count():
        drawn = [cells]
        for taste in range(TASTES):
            users = np.flatnonzero((tastes == taste) & (missing > 0))
            favoured = weights * np.where(movie_tastes == taste, FAVOUR, 1)
            mixed = (1 - OWN_TASTE) * weights / weights.sum() + OWN_TASTE * favoured / favoured.sum()
            if round_ >= ROUNDS:
                mixed = np.full(shape.n_movies, 1 / shape.n_movies)
            who = np.repeat(users, missing[users])
            edges = np.cumsum(mixed)
            movies = np.searchsorted(edges / edges[-1], rng.random(len(who)), side="right")
            drawn.append(who * shape.n_movies + movies)
        # numpy's own unique goes through a hash table, which takes twenty times as long here.
        cells = np.sort(np.concatenate(drawn))
        cells = cells[np.append(True, cells[1:] != cells[:-1])]
        missing = activity - np.bincount(cells // shape.n_movies, minlength=shape.n_users)
        if not missing.any():
            break
    return cells
