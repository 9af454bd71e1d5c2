"""The sampler and the folding in of a person against densities worked out cell by cell."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse, stats

from recommender.models.fm import ordinal
from recommender.models.fm.features import Directions, directions
from recommender.models.fm.person import Draws, at_least, folded_in
from recommender.models.fm.posterior import _Side

RNG = np.random.default_rng


def test_a_step_is_as_probable_as_its_interval_in_both_tails() -> None:
    low, high = np.array([-30.0, -1.0, 8.0, -9.5]), np.array([-1.0, 2.0, 9.0, -9.0])

    exact = [
        stats.norm.cdf(-1),
        stats.norm.cdf(2) - stats.norm.cdf(-1),
        stats.norm.sf(8) - stats.norm.sf(9),
        stats.norm.cdf(-9) - stats.norm.cdf(-9.5),
    ]
    np.testing.assert_allclose(ordinal.probability(low, high), exact, rtol=1e-9)


def test_the_slopes_and_the_curvature_are_those_of_the_logarithm() -> None:
    low, high, step = np.array([-1.2, 0.1, 2.0]), np.array([-0.4, ordinal.OPEN, 2.5]), 1e-5
    at = ordinal.slope(low, high)

    def log(shift: float) -> np.ndarray:
        return np.log(ordinal.probability(low - shift, high - shift))

    np.testing.assert_allclose(at.at_low - at.at_high, (log(step) - log(-step)) / (2 * step), rtol=1e-6)
    np.testing.assert_allclose(ordinal.curvature(low, high, at), -(log(step) + log(-step) - 2 * log(0)) / step**2, rtol=1e-3)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 0.5), (2.0, 2.3), (5.0, ordinal.OPEN), (-ordinal.OPEN, -6.0)])
def test_hidden_values_are_drawn_from_the_cut_off_normal_distribution(low: float, high: float) -> None:
    drawn = ordinal.draw(np.full(20_000, low), np.full(20_000, high), RNG(3).random(20_000))

    expected = stats.truncnorm(low, high)
    assert np.all((drawn >= low) & (drawn <= high))
    assert drawn.mean() == pytest.approx(expected.mean(), abs=5 * expected.std() / 20_000**0.5)
    assert drawn.std() == pytest.approx(expected.std(), rel=0.05)


def test_vectors_are_drawn_from_the_regression_on_the_other_side_around_what_is_expected() -> None:
    rng = RNG(4)
    side = _Side(1, 2, [], rng)
    side.mean, side.precision = np.array([0.5, -0.5]), np.array([[2.0, 0.3], [0.3, 1.0]])
    others, values, weights = rng.standard_normal((6, 2)), rng.standard_normal(6), rng.random(6) + 0.5
    places = (np.zeros(6, dtype=int), np.arange(6))
    given = [sparse.csr_array((amounts, places), shape=(1, 6)) for amounts in (weights, weights * values)]
    drawn = []
    for _ in range(4_000):
        side.draw(*given, others)
        drawn.append(side.vectors[0])

    precision = side.precision + others.T @ (weights[:, np.newaxis] * others)
    mean = np.linalg.solve(precision, side.precision @ side.mean + others.T @ (weights * values))
    np.testing.assert_allclose(np.mean(drawn, axis=0), mean, atol=0.03)
    np.testing.assert_allclose(np.cov(np.transpose(drawn)), np.linalg.inv(precision), atol=0.03)


def test_what_features_are_worth_is_found_again() -> None:
    rng = RNG(5)
    told = sparse.csr_array((rng.random((400, 5)) < 0.4).astype(np.float64))
    worth, mean = rng.standard_normal((5, 2)), np.array([1.0, -2.0])
    side = _Side(400, 2, [directions(told, 10, rng)], rng)
    side.vectors = mean + told @ worth + 0.3 * rng.standard_normal((400, 2))
    kept = []
    for sweep in range(300):
        side.draw_prior()
        if sweep >= 50:
            kept.append((side.mean, side.weights()[0], np.linalg.inv(side.precision)))

    for found, true in zip((np.mean(values, axis=0) for values in zip(*kept, strict=True)), (mean, worth, 0.09 * np.eye(2)), strict=True):
        np.testing.assert_allclose(found, true, atol=0.12)


def test_a_side_without_features_or_with_one_that_says_nothing_is_drawn_around_its_mean() -> None:
    rng = RNG(6)
    nothing = Directions(np.zeros((50, 0), dtype=np.float32), np.zeros(0), np.zeros((0, 0)))
    side = _Side(50, 2, [nothing], rng)
    side.vectors = np.full((50, 2), 3.0) + 0.1 * rng.standard_normal((50, 2))
    for _ in range(20):
        side.draw_prior()

    assert side.mean == pytest.approx([3, 3], abs=0.3)
    assert side.weights()[0].shape == (0, 2)


def one_draw(rng: np.random.Generator, n_films: int, spread: float) -> Draws:
    """Films of bias and one factor under a single draw; thresholds of a scale of four steps."""
    return Draws(
        films=rng.standard_normal((n_films + 1, 1, 2)).astype(np.float32),
        person_weights=(0.3 * rng.standard_normal((n_films, 1, 2))).astype(np.float32),
        person_mean=np.array([[0.2, 0.4]]),
        person_precision=np.array([[[1.5, 0.2], [0.2, 1.0]]]),
        thresholds=np.array([[-1.0, 0.0, 1.2]]),
        scale_spread=np.full((1, 2), spread),
    )


@pytest.mark.parametrize("n_rated", [0, 1, 4, 30])
def test_folding_a_person_in_gives_what_the_whole_posterior_gives(n_rated: int) -> None:
    """Summed over a fine grid of all that the person's bias and factor may be; nearly no spread of stretch and firmness."""
    rng = RNG(7)
    draws = one_draw(rng, 40, spread=1e-3)
    rated, steps = np.arange(n_rated), rng.integers(0, 4, n_rated)

    bias, factor = (axis.ravel() for axis in np.meshgrid(np.linspace(-6, 6, 301), np.linspace(-6, 6, 301)))
    expected = draws.person_mean[0] + draws.person_weights[rated, 0].sum(axis=0) / max(n_rated, 1) ** 0.5
    away = np.stack([bias, factor]) - expected[:, np.newaxis]
    log = -np.sum(away * (draws.person_precision[0] @ away), axis=0) / 2
    ends = ordinal.bounds(draws.thresholds[0])
    for film, step in zip(rated, steps, strict=True):
        liking = draws.films[film, 0, 0] + bias + factor * draws.films[film, 0, 1]
        log += np.log(ordinal.probability(ends[step] - liking, ends[step + 1] - liking))
    weight = np.exp(log - log.max())
    asked = np.arange(35, 41)
    exact = [
        [
            np.average(stats.norm.cdf(draws.films[film, 0, 0] + bias + factor * draws.films[film, 0, 1] - cut), weights=weight)
            for cut in draws.thresholds[0]
        ]
        for film in asked
    ]

    found = at_least(draws, folded_in(draws, rated, steps), asked, [1, 2, 3])
    np.testing.assert_allclose(found, exact, atol=0.02)


def test_who_keeps_to_the_ends_of_the_scale_is_found_to_stretch_it_little() -> None:
    """Thresholds that lie near each other leave much room above and below."""
    draws = one_draw(RNG(8), 60, spread=0.5)
    rated, ends, middle = np.arange(60), np.tile([0, 3], 30), np.tile([1, 2], 30)

    assert folded_in(draws, rated, ends).scales[0, 0] < -0.2
    assert folded_in(draws, rated, middle).scales[0, 0] > 0.2
