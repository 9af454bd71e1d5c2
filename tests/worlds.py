"""Small worlds whose right answer is known without computing it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import MOST_SHORT, RatingMatrix
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


def in_blocks(rng: np.random.Generator, n_users: int = 133_000) -> RatingMatrix:
    """More people than two bytes tell apart, and than twice as many: all have rated the last film, few anything else, with many ties.

    Films 1 to 3 have raters of a single block of MOST_SHORT people, each of its own; film 4 those at the borders of blocks, film 5 nobody.
    """
    edges = np.array([0, MOST_SHORT - 1, MOST_SHORT, 2 * MOST_SHORT - 1, 2 * MOST_SHORT, n_users - 1])
    some = [block + rng.choice(min(MOST_SHORT, n_users - block), 300, replace=False) for block in (0, MOST_SHORT, 2 * MOST_SHORT)]
    others = [np.flatnonzero(rng.random(n_users) < share) for share in (0.0001, 0.001, 0.01, 0.01, 0.1, 0.2)]
    raters = [*some, edges, np.zeros(0, dtype=np.int64), *(np.union1d(rows, edges) for rows in others), np.arange(n_users)]
    films = np.repeat(np.arange(1, len(raters) + 1, dtype=np.int32), [len(rows) for rows in raters])
    rows = np.concatenate(raters)
    stars = rng.integers(1, 11, len(rows)).astype(np.uint8)
    order = np.lexsort((films, rows))
    table = RatingTable((rows[order] + 1).astype(np.int32), films[order], stars, np.ones(len(rows), dtype=np.int64))
    return RatingMatrix.of(table, np.arange(1, len(raters) + 1, dtype=np.int32))


def unsplit(matrix: RatingMatrix) -> RatingMatrix:
    """The same with rows of four bytes, as they were kept before there were splits."""
    return replace(matrix, rows=matrix.wide_rows(), row_splits=matrix.row_splits[:, :0])


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
