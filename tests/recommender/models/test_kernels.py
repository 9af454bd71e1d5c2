"""The fast kernel against its plain twin: the same neighbours, sums and lists, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.data.matrix import RatingMatrix
from recommender.models import History
from recommender.models.kernels import blocked, plain
from recommender.models.user_cosine import NEUTRAL_HALF_STARS, UserCosine
from tests.worlds import matrix_of, random_ratings, rating, two_tastes

WORLDS = {
    "random": lambda rng: random_ratings(rng, n_users=150, n_movies=90),
    "sparse": lambda rng: random_ratings(rng, n_users=200, n_movies=300, share=0.01),
    "full": lambda rng: random_ratings(rng, n_users=60, n_movies=20, share=1.0),
    "two tastes, all ties": lambda rng: two_tastes(n_users=120),
    "everybody gives 3": lambda rng: [rating(u, m, 3.0) for u in range(1, 90) for m in range(1, 30) if (u * m) % 3],
    "one person": lambda rng: [rating(1, 1, 4.0)],
}


@pytest.fixture(params=WORLDS, ids=str)
def matrix(request: pytest.FixtureRequest, rng: np.random.Generator) -> RatingMatrix:
    return matrix_of(WORLDS[request.param](rng))


@pytest.fixture(params=["dense", "sparse", "mixed"])
def batch(request: pytest.FixtureRequest, matrix: RatingMatrix, monkeypatch: pytest.MonkeyPatch) -> blocked.Batch:
    """A batch that multiplies all films densely, none, or those that pay; in blocks of a few users."""
    monkeypatch.setattr(blocked, "SPARSE_COST", {"dense": 1e12, "sparse": 0.0, "mixed": blocked.SPARSE_COST}[request.param])
    monkeypatch.setattr(blocked, "BLOCK_CELLS", 17 * max(matrix.n_users, matrix.n_movies))
    return blocked.Batch(matrix)


@pytest.mark.parametrize("k", [1, 3, 40])
def test_neighbours_and_sums_are_the_plain_ones(matrix: RatingMatrix, batch: blocked.Batch, k: int) -> None:
    model = UserCosine.fit(matrix, {"n_neighbours": k})
    for users in batch.blocks():
        found = batch.neighbours(users, k)
        votes, weights = batch.weighted_sums(found, NEUTRAL_HALF_STARS)
        for at, row in enumerate(users.tolist()):
            near = model.neighbours(History.of_row(matrix, row))
            span = slice(found.starts[at], found.starts[at + 1])
            np.testing.assert_array_equal(found.rows[span], near.rows)
            np.testing.assert_array_equal(found.similarities[span], near.similarities)
            expected = plain.weighted_sums(matrix, near.rows, near.similarities, NEUTRAL_HALF_STARS)
            np.testing.assert_array_equal(votes[at], expected[0])
            np.testing.assert_array_equal(weights[at], expected[1])


@pytest.mark.parametrize("long", [0, 5, 40, 1000])
def test_films_of_many_raters_are_added_by_themselves_to_the_same_sums(
    matrix: RatingMatrix, long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dense = np.zeros((matrix.n_users, matrix.n_movies), dtype=np.int64)
    for row in range(matrix.n_users):
        columns, half_stars = matrix.row(row)
        dense[row, columns] = half_stars
    monkeypatch.setattr(plain, "LONG_COLUMN", long)

    for row in range(0, matrix.n_users, 7):
        np.testing.assert_array_equal(plain.overlaps(matrix, *matrix.row(row)), dense @ dense[row])
    np.testing.assert_array_equal(plain.overlaps(matrix, np.zeros(0, np.int32), np.zeros(0, np.uint8)), np.zeros(matrix.n_users))


def test_sums_do_not_depend_on_the_order_of_the_neighbours(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=300))
    near = UserCosine.fit(matrix, {"n_neighbours": 200}).neighbours(History.of_row(matrix, 0))
    shuffled = rng.permutation(len(near))

    one = plain.weighted_sums(matrix, near.rows, near.similarities, NEUTRAL_HALF_STARS)
    other = plain.weighted_sums(matrix, near.rows[shuffled], near.similarities[shuffled], NEUTRAL_HALF_STARS)

    np.testing.assert_array_equal(one, other)


def test_the_best_unseen_of_a_block_are_those_of_a_full_sort(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=20, n_movies=400))
    users = np.arange(20)
    scores = rng.integers(0, 30, size=(20, 400)) / 4 - 3  # many ties, some below zero
    scores[rng.random(scores.shape) < 0.2] = np.nan

    starts, columns, values = blocked.Batch(matrix).top(scores, users, 25)

    for row in users.tolist():
        seen = set(matrix.row(row)[0].tolist())
        allowed = [c for c in range(400) if c not in seen and not np.isnan(scores[row, c])]
        expected = sorted(allowed, key=lambda c: (-scores[row, c], c))[:25]
        assert columns[starts[row] : starts[row + 1]].tolist() == expected
        assert values[starts[row] : starts[row + 1]].tolist() == scores[row, expected].tolist()
