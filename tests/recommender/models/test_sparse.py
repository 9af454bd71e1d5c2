"""Nothing is ever laid out as users by films: a matrix of 16 billion cells fits where its ratings fit."""

from __future__ import annotations

import tracemalloc

import numpy as np

from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.models import History
from recommender.models.user_cosine import UserCosine

N_USERS, N_MOVIES, N_RATINGS = 200_000, 80_000, 400_000
MOST_BYTES = 100 * 1024**2  # one byte a cell would be 16 GB


def test_two_hundred_thousand_users_by_eighty_thousand_films(rng: np.random.Generator) -> None:
    users = np.sort(np.concatenate([np.arange(1, N_USERS + 1), rng.integers(1, N_USERS + 1, N_RATINGS - N_USERS)])).astype(np.int32)
    movies = (np.arange(N_RATINGS) * 7919 % N_MOVIES + 1).astype(np.int32)
    stars = rng.integers(1, 11, N_RATINGS).astype(np.uint8)
    table = RatingTable(users, movies, stars, np.zeros(N_RATINGS, dtype=np.int64))

    tracemalloc.start()
    matrix = RatingMatrix.of(table, np.arange(1, N_MOVIES + 1, dtype=np.int32))
    scores = UserCosine.fit(matrix).score(History.of_row(matrix, 0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(scores) == N_MOVIES
    assert peak < MOST_BYTES
