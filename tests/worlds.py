"""Small worlds whose right answer is known without computing it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import DataSet
from recommender.data.ratings import RatingTable
from recommender.data.report import Report
from recommender.domain import Movie, MovieId, Rating, UserId

GENRES = ("Comedy", "Drama", "Horror")


def rating(user_id: int, movie_id: int, stars: float, rated_at: int = 0) -> Rating:
    """A rating without ceremony."""
    return Rating(UserId(user_id), MovieId(movie_id), stars, rated_at)


def matrix_of(ratings: Iterable[Rating], n_movies: int = 0) -> RatingMatrix:
    """The matrix over movies 1 to n_movies, or to the highest one rated."""
    table = RatingTable.of(ratings)
    return RatingMatrix.of(table, np.arange(1, max(n_movies, int(table.movie_ids.max(initial=0))) + 1, dtype=np.int32))


def data_set_of(ratings: Iterable[Rating], n_movies: int = 0, name: str = "a small world") -> DataSet:
    """The data set over movies 1 to n_movies; film k is called "Film k (1900 + k)" and takes its genre in turn."""
    table = RatingTable.of(ratings)
    ids = range(1, max(n_movies, int(table.movie_ids.max(initial=0))) + 1)
    films = [CatalogueEntry(Movie(MovieId(k), f"Film {k}", 1900 + k, (GENRES[k % 3],))) for k in ids]
    return DataSet(name, "Made up for a test.", table, Catalogue.of(films), Report(files=()))


def two_tastes(n_users: int = 20, n_movies: int = 30) -> list[Rating]:
    """The first half of the users love odd movies and dislike even ones; the second half the reverse.

    Each user has left two neighbouring movies unrated, one of each parity: the one of their taste is right for them, the other
    is wrong.
    """
    ratings = []
    for user_id in range(1, n_users + 1):
        left_out, loves = 2 * (user_id % (n_movies // 2)) + 1, int(user_id <= n_users // 2)
        for movie_id in range(1, n_movies + 1):
            if movie_id not in (left_out, left_out + 1):
                ratings.append(rating(user_id, movie_id, 5.0 if movie_id % 2 == loves else 1.0, rated_at=movie_id))
    return ratings


def right_and_wrong(user_id: int, n_users: int = 20, n_movies: int = 30) -> tuple[int, int]:
    """The film that is right for a user of two_tastes, and the one that is wrong."""
    left_out = 2 * (user_id % (n_movies // 2)) + 1
    return (left_out, left_out + 1) if user_id <= n_users // 2 else (left_out + 1, left_out)


def random_ratings(rng: np.random.Generator, n_users: int = 40, n_movies: int = 60, share: float = 0.3) -> list[Rating]:
    """A world without sense, for properties that must hold in any: every user has rated something."""
    ratings = []
    for user_id in range(1, n_users + 1):
        rated = np.flatnonzero(rng.random(n_movies) < share) + 1
        for movie_id in rated.tolist() or [1]:
            ratings.append(rating(user_id, movie_id, float(rng.integers(1, 11)) / 2, rated_at=int(rng.integers(0, 1000))))
    return ratings
