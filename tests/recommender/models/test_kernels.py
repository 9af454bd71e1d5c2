"""The fast kernel against its plain twin: the same neighbours, sums and lists, to the last bit."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from recommender.data.matrix import RatingMatrix
from recommender.models import History
from recommender.models.kernels import blocked, pairs, plain, products, running
from recommender.models.user_cosine import NEUTRAL_HALF_STARS, UserCosine, damped_average
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
    monkeypatch.setattr(products, "SPARSE_COST", {"dense": 1e12, "sparse": 0.0, "mixed": products.SPARSE_COST}[request.param])
    monkeypatch.setattr(blocked, "BLOCK_CELLS", 17 * max(matrix.n_users, matrix.n_movies))
    monkeypatch.setattr(pairs, "PANEL_CELLS", 23 * matrix.n_users)
    monkeypatch.setattr(pairs, "TILE", 31)
    return blocked.Batch(matrix)


@pytest.mark.parametrize("whole", [True, False], ids=["everybody", "some"])
@pytest.mark.parametrize("k", [1, 3, 40])
def test_neighbours_and_sums_are_the_plain_ones(matrix: RatingMatrix, batch: blocked.Batch, k: int, whole: bool) -> None:
    model = UserCosine.fit(matrix, {"n_neighbours": k})
    for users in batch.blocks(np.arange(matrix.n_users)[None if whole else 1 :]):
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


def test_the_best_unseen_are_those_of_all_scores(matrix: RatingMatrix, batch: blocked.Batch) -> None:
    for users in batch.blocks():
        near = batch.neighbours(users, 7)
        expected = batch.top(damped_average(*batch.weighted_sums(near, NEUTRAL_HALF_STARS), 0.5), users, 9)

        found = batch.best_unseen(near, NEUTRAL_HALF_STARS, partial(damped_average, damping=0.5), 9)

        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other)


def test_blocks_asked_about_out_of_turn_or_with_another_k_give_the_same_neighbours(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=150, n_movies=90))
    batch, model = blocked.Batch(matrix), UserCosine.fit(matrix, {"n_neighbours": 5})
    next(batch.blocks())

    for users, k in [(np.arange(20), 5), (np.arange(20), 5), (np.arange(60, 70), 5), (np.arange(20, 30), 9), (np.arange(20, 30), 5)]:
        found = batch.neighbours(users, k)
        for at, row in enumerate(users.tolist()):
            near = model.neighbours(History.of_row(matrix, row))
            np.testing.assert_array_equal(found.rows[found.starts[at] : found.starts[at + 1]][:5], near.rows)


def test_the_best_offered_are_kept_whatever_the_order_and_number_of_offers(rng: np.random.Generator) -> None:
    near = running.RunningBest(3, 5)
    similarities = rng.integers(0, 40, size=(3, 1000)) / 64  # many ties
    for rows in np.array_split(rng.permutation(1000), [1, 2, 300, 999]):
        for people in ([0, 2], [1]):
            who, which = np.repeat(people, len(rows)), np.tile(rows, len(people))
            hopeful = (similarities[who, which] >= near.floors[who]) & (similarities[who, which] > 0)
            near.offer(who[hopeful], which[hopeful], similarities[who, which][hopeful])

    starts, rows, found = near.best(slice(0, 3))

    for person in range(3):
        expected = sorted(range(1000), key=lambda row: (-similarities[person, row], row))[:5]
        assert rows[starts[person] : starts[person + 1]].tolist() == expected
        assert found[starts[person] : starts[person + 1]].tolist() == similarities[person, expected].tolist()


def test_dot_products_that_a_float32_cannot_hold_are_exact(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=30, n_movies=40))
    monkeypatch.setattr(products, "LARGEST_FLOAT32", int(matrix.squared_rows.max()))

    exact = products.Products(matrix)

    assert exact.dtype == np.float64
    dots = np.empty((30, 30))
    exact.into(dots, np.arange(30))
    for row in range(30):
        expected = plain.overlaps(matrix, *matrix.row(row))
        expected[row] = 0
        np.testing.assert_array_equal(dots[row], expected)
