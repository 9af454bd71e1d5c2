"""What comes next: against a plain ridge regression over every step written out, and in worlds where the next film is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.domain import Rating
from recommender.models import History, Parameters
from recommender.models.ordered import DEFAULTS, Ordered, film_factors
from recommender.models.parts import total
from tests.worlds import matrix_of, random_ratings, rating

ALL_FILMS: Parameters = {"least_raters": 1}


def watched(*columns: int, stars: float = 3.5) -> History:
    """Of somebody who rated these films in this order, a minute apart."""
    order = np.argsort(columns)
    return History(
        np.array(columns, dtype=np.int32)[order],
        np.full(len(columns), round(stars * 2), dtype=np.uint8),
        np.arange(1, len(columns) + 1, dtype=np.int64)[order] * 60,
    )


def chains(n_users: int = 40, n_films: int = 12, length: int = 5) -> list[Rating]:
    """A world in which film k is always followed by film k + 1, and the last by the first; each user walks a stretch of it."""
    return [
        rating(user, (user + step) % n_films + 1, 3.5, rated_at=1000 * user + step)
        for user in range(1, n_users + 1)
        for step in range(length)
    ]


def by_ridge(matrix: RatingMatrix, parameters: Parameters) -> NDArray[np.float64]:
    """The weights, shape (blocks · films, films), from every example as a row of its own, by least squares with rows added for the ridge.

    The prior K = I + FFᵀ is brought in as features: a film is itself and its factors, each with a plain ridge.
    """
    p, n = {**DEFAULTS, **parameters}, matrix.n_movies
    blocks = [(1.0, p["recent_steps"]), (p["lasting_weight"], p["lasting_steps"])][: 2 if p["lasting_weight"] else 1]
    inputs, targets = [], []
    for row in range(matrix.n_users):
        history = History.of_row(matrix, row)
        order = sorted(range(len(history)), key=lambda at: (history.rated_at[at], history.columns[at]))[-int(p["longest_history"]) :]
        films, stars = history.columns[order].tolist(), (history.half_stars[order] / 2).tolist()
        for newest in range(len(films) - 1):
            x, y = np.zeros((len(blocks), n)), np.zeros(n)
            for at in range(newest + 1):
                for block, (share, steps) in enumerate(blocks):
                    x[block, films[at]] = share * np.exp(-(newest - at) / steps) * (1 + p["liking"] * (stars[at] - 3.5))
            for at in range(newest + 1, len(films)):
                y[films[at]] = np.exp(-(at - newest - 1) / p["target_steps"]) * (1 + p["target_liking"] * (stars[at] - 3.5))
            for at in range(newest):
                near = p["backward_weight"] * np.exp(-(newest - at) / p["target_steps"])
                y[films[at]] = near * (1 + p["target_liking"] * (stars[at] - 3.5))
            inputs.append(x.ravel())
            targets.append(y)
    as_features = np.hstack([np.eye(n), film_factors(matrix, np.arange(n, dtype=np.int32), int(p["n_factors"]))])
    of_blocks = np.kron(np.eye(len(blocks)), as_features)
    rows = np.vstack([np.array(inputs) @ of_blocks, np.sqrt(p["regularisation"]) * np.eye(of_blocks.shape[1])])
    wanted = np.vstack([np.array(targets), np.zeros((of_blocks.shape[1], n))])
    return np.asarray(of_blocks @ np.linalg.lstsq(rows, wanted)[0])


@pytest.mark.parametrize(
    "parameters",
    [
        {"lasting_weight": 0.0, "n_factors": 0, "liking": 0.0, "target_liking": 0.0, "backward_weight": 0.0},
        {"n_factors": 0},
        {"n_factors": 6},
        {"longest_history": 5},
    ],
    ids=["one block, plain", "two blocks", "with the prior", "newest five"],
)
def test_the_weights_are_those_of_a_ridge_regression_over_every_step(rng: np.random.Generator, parameters: Parameters) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=25, n_movies=15), n_movies=15)
    chosen = {**ALL_FILMS, "regularisation": 8.0, **parameters}

    weights = Ordered.fit(matrix, chosen).table.weights

    np.testing.assert_allclose(weights.reshape(-1, 15), by_ridge(matrix, chosen), atol=2e-5)


def test_what_always_follows_comes_first() -> None:
    model = Ordered.fit(matrix_of(chains()), {"regularisation": 1.0})
    for newest in range(12):
        before = (newest - 1) % 12
        scores = model.score(watched(before, newest))
        scores[[before, newest]] = -1
        assert np.argmax(scores) == (newest + 1) % 12


def test_the_same_films_in_another_order_are_another_history() -> None:
    model = Ordered.fit(matrix_of(chains()), {"regularisation": 1.0})

    first, then = model.score(watched(2, 7)), model.score(watched(7, 2))

    assert first[8] > first[3]
    assert then[3] > then[8]


def test_without_times_films_count_in_the_order_of_their_columns() -> None:
    model = Ordered.fit(matrix_of(chains()))
    untimed = History.untimed(np.array([2, 7], dtype=np.int32), np.array([7, 7], dtype=np.uint8))

    np.testing.assert_array_equal(model.score(untimed), model.score(watched(2, 7)))


def test_a_film_that_was_loved_leads_further_than_one_that_was_hated() -> None:
    model = Ordered.fit(matrix_of(chains()))

    assert model.score(watched(4, stars=5.0))[5] > model.score(watched(4, stars=0.5))[5] > 0


def test_only_the_newest_ratings_count_where_there_are_too_many() -> None:
    model = Ordered.fit(matrix_of(chains()), {"longest_history": 2})

    np.testing.assert_array_equal(model.score(watched(9, 10, 3, 4)), model.score(watched(0, 1, 3, 4)))


def test_a_part_is_what_the_score_loses_and_an_even_share_of_the_rest(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng))
    model = Ordered.fit(matrix)
    history = watched(3, 14, 15, 9, 26, 5)
    for film in (0, 30, 59):
        (parts,) = model.explain(history, np.array([film]))
        lost = {part.column: float(model.score(history)[film] - model.score(without(history, part.column))[film]) for part in parts}
        rest = (model.score(history)[film] - sum(lost.values())) / len(parts)
        assert {part.column: pytest.approx(part.amount, abs=1e-6) for part in parts} == {at: lost[at] + rest for at in lost}
        assert total(parts) == pytest.approx(model.score(history)[film], abs=1e-9)


def without(history: History, column: int | None) -> History:
    kept = history.columns != column
    return History(history.columns[kept], history.half_stars[kept], history.rated_at[kept])
