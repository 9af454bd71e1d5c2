"""Nothing is ever laid out as users by films: a matrix of 16 billion cells fits where its ratings fit."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.domain import Movie, MovieId
from recommender.models import History, recipes
from recommender.models.taste_groups import TasteGroups

N_USERS, N_MOVIES, N_RATINGS = 200_000, 80_000, 400_000
MOST_BYTES = 100 * 1024**2  # one byte a cell would be 16 GB
GENRES = ("Comedy", "Drama", "Horror", "War")


@pytest.fixture(scope="module")
def table() -> RatingTable:
    rng = np.random.default_rng(0)
    users = np.sort(np.concatenate([np.arange(1, N_USERS + 1), rng.integers(1, N_USERS + 1, N_RATINGS - N_USERS)])).astype(np.int32)
    movies = (np.arange(N_RATINGS) * 7919 % N_MOVIES + 1).astype(np.int32)
    stars = rng.integers(1, 11, N_RATINGS).astype(np.uint8)
    return RatingTable(users, movies, stars, rng.integers(10**9, 2 * 10**9, N_RATINGS))


@pytest.fixture(scope="module")
def films() -> Catalogue:
    return Catalogue.of(
        CatalogueEntry(Movie(MovieId(k), "Film", 1920 + k % 100, (GENRES[k % 4],)), tags=(f"tag {k % 7}",) if k % 20 == 0 else ())
        for k in range(1, N_MOVIES + 1)
    )


@pytest.mark.parametrize("recipe", ["user-cosine", "recent", "trending", "user-cosine-recent", "timely", "content"])
def test_two_hundred_thousand_users_by_eighty_thousand_films(recipe: str, table: RatingTable, films: Catalogue) -> None:
    tracemalloc.start()
    matrix = RatingMatrix.of(table, films.movie_ids)
    scores = recipes.fit(recipe, matrix, films).score(History.of_row(matrix, 0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(scores) == N_MOVIES
    assert peak < MOST_BYTES


def test_groups_of_two_hundred_thousand_users(table: RatingTable, films: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.models.taste_groups.MOST_ROUNDS", 2)  # a round takes what the others take
    monkeypatch.setattr("recommender.models.taste_groups.BEGINNINGS", 1)
    matrix = RatingMatrix.of(table, films.movie_ids)

    tracemalloc.start()
    groups = TasteGroups.of(matrix, 4, rng=np.random.default_rng(0))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(groups.group_of) == N_USERS
    assert peak < MOST_BYTES
