"""Ridge problems solved many at a time, against each of them solved alone by least squares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.models.kernels.ridge import Observed, solve_rows

Floats = NDArray[np.float64]


def alone(features: Floats, weights: Floats, targets: Floats, prior: Floats, ridge: float) -> Floats:
    """One row's x: least squares over its weighted features, with rows added for the prior and the ridge."""
    root = np.linalg.cholesky(prior + ridge * np.eye(len(prior)))
    rows = np.vstack([features * np.sqrt(weights)[:, np.newaxis], root.T])
    wanted = np.concatenate([np.divide(targets, np.sqrt(weights), where=weights > 0, out=np.zeros(len(targets))), np.zeros(len(prior))])
    return np.asarray(np.linalg.lstsq(rows, wanted)[0])


def observed(rng: np.random.Generator, lengths: list[int], n_features: int) -> Observed:
    """Rows of these lengths, which observe what chance has it."""
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    columns = [rng.choice(n_features, length, replace=False) for length in lengths]
    weights = rng.random(int(starts[-1])) + 0.1
    return Observed(starts, np.concatenate([*columns, []]).astype(np.int32), weights, weights * rng.normal(size=len(weights)))


@settings(max_examples=40)
@given(st.lists(st.integers(0, 30), max_size=12), st.integers(1, 12), st.integers(0, 1000))
def test_every_row_is_the_least_squares_of_its_own(lengths: list[int], n_factors: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, features = observed(rng, lengths, 30), rng.normal(size=(30, n_factors))
    prior, ridge = 0.1 * features.T @ features, rng.random(len(lengths)) + 0.01

    found = solve_rows(rows, features, prior, ridge)

    assert found.shape == (len(lengths), n_factors)
    for row, x in enumerate(found):
        span = slice(rows.starts[row], rows.starts[row + 1])
        own = features[rows.columns[span]]
        np.testing.assert_allclose(x, alone(own, rows.weights[span], rows.targets[span], prior, ridge[row]), atol=1e-7)


def test_a_row_that_observes_nothing_is_nought_and_one_without_weight_says_nothing(rng: np.random.Generator) -> None:
    features = rng.normal(size=(4, 3))
    rows = Observed(np.array([0, 0, 2]), np.array([1, 3], dtype=np.int32), np.array([0.0, 2.0]), np.array([0.0, 2.0]))

    found = solve_rows(rows, features, np.zeros((3, 3)), np.ones(2))

    assert found[0].tolist() == [0, 0, 0]
    np.testing.assert_allclose(found[1], alone(features[[3]], np.array([2.0]), np.array([2.0]), np.zeros((3, 3)), 1.0))


@pytest.mark.parametrize("shift", [-1, 0, 1])
def test_few_observations_and_many_are_solved_two_ways_to_one_answer(rng: np.random.Generator, shift: int) -> None:
    n_factors = 16
    rows, features = observed(rng, [n_factors // 2 + shift] * 5, 40), rng.normal(size=(40, n_factors))
    prior = features.T @ features

    found = solve_rows(rows, features, prior, np.full(5, 0.5))

    for row, x in enumerate(found):
        span = slice(rows.starts[row], rows.starts[row + 1])
        np.testing.assert_allclose(
            x, alone(features[rows.columns[span]], rows.weights[span], rows.targets[span], prior, 0.5), rtol=1e-6, atol=1e-9
        )


def test_a_row_longer_than_a_block_is_solved_too(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.models.kernels.ridge.MOST_CELLS", 50)
    rows, features = observed(rng, [40, 39, 1, 40, 2], 40), rng.normal(size=(40, 4))

    found = solve_rows(rows, features, np.zeros((4, 4)), np.ones(5))

    for row, x in enumerate(found):
        span = slice(rows.starts[row], rows.starts[row + 1])
        np.testing.assert_allclose(x, alone(features[rows.columns[span]], rows.weights[span], rows.targets[span], np.zeros((4, 4)), 1.0))
