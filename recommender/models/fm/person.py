"""One person's own weights, worked out from their ratings while they wait: of a person of the data, one rating later, or of a stranger.

Under each draw of the films' weights the person's bias and factors are the most probable ones, found by Newton's method, with the curvature
there as their uncertainty (Laplace's approximation); their stretch and firmness go along. What is asked is averaged over the draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.models.fm import ordinal

Floats = NDArray[np.float64]

_STEPS = 5  # of Newton's method; the sixth changes predicted stars by less than .001
_LARGEST_STEP = 0.5  # of the logarithm of stretch or firmness


@dataclass(frozen=True, slots=True)
class Draws:
    """What was learned, one entry for each draw.

    films: shape (n_films + 1, n_draws, size), bias first, then factors; the last is a film of which nothing is known.
    person_weights: shape (n_films, n_draws, size), what having rated the film adds to what is expected of a person, before the sum is
    divided by the root of how many they have rated. person_mean: shape (n_draws, size). person_precision: shape (n_draws, size, size).
    thresholds: shape (n_draws, n_steps - 1). scale_spread: shape (n_draws, 2), of the logarithms of stretch and firmness.
    """

    films: NDArray[np.float32]
    person_weights: NDArray[np.float32]
    person_mean: Floats
    person_precision: Floats
    thresholds: Floats
    scale_spread: Floats


@dataclass(frozen=True, slots=True)
class Person:
    """weights: shape (n_draws, size), bias first. precision: shape (n_draws, size, size), of the weights. scales: shape (n_draws, 2)."""

    weights: Floats
    precision: Floats
    scales: Floats


def folded_in(draws: Draws, films: NDArray[np.integer], steps: NDArray[np.integer]) -> Person:
    """Whoever has rated these films with these steps of the scale, under each draw; without ratings, anybody."""
    implied = draws.person_weights[films].sum(axis=0, dtype=np.float64) / np.sqrt(max(len(films), 1))
    expected = draws.person_mean + implied
    weights, scales = expected, np.zeros((len(expected), 2))
    precision = draws.person_precision
    if not len(films):
        return Person(weights, precision, scales)
    bias, factors = _design(draws.films[films])
    ends = ordinal.bounds(draws.thresholds)
    lower, upper = ends[:, steps], ends[:, steps + 1]
    at_bottom, at_top = steps == 0, steps == ends.shape[1] - 2
    tightness = 1 / draws.scale_spread**2
    for _ in range(_STEPS):
        liking = bias + _along(factors, weights)
        stretch, firmness = np.exp(scales[:, :1]), np.exp(scales[:, 1:])
        low = np.where(at_bottom, -ordinal.OPEN, (lower * stretch - liking) * firmness)
        high = np.where(at_top, ordinal.OPEN, (upper * stretch - liking) * firmness)
        at = ordinal.slope(low, high)
        bend = ordinal.curvature(low, high, at) * firmness**2
        precision = draws.person_precision + np.swapaxes(factors, 1, 2) @ (factors * bend[:, :, np.newaxis])
        pull = _across(factors, (at.at_low - at.at_high) * firmness) - _times(draws.person_precision, weights - expected)
        weights = weights + np.linalg.solve(precision, pull[:, :, np.newaxis])[:, :, 0]
        by_scale = np.stack([(at.at_high * upper - at.at_low * lower) * stretch * firmness, at.at_high * high - at.at_low * low])
        slope = by_scale.sum(axis=2).T - tightness * scales
        scales = scales + np.clip(slope / ((by_scale**2).sum(axis=2).T + tightness), -_LARGEST_STEP, _LARGEST_STEP)
    return Person(weights, precision, scales)


def at_least(draws: Draws, person: Person, films: NDArray[np.integer] | slice, steps: Sequence[int]) -> Floats:
    """How probably the person gives each film this step of the scale or a higher one, shape (n_films, len(steps)); steps from 1 up."""
    from scipy.special import ndtr  # scipy is heavy, and a web worker needs it only where this recipe serves

    bias, factors = _design(draws.films[films])
    liking = bias + _along(factors, person.weights)
    spread = np.sum(factors * np.swapaxes(np.linalg.solve(person.precision, np.swapaxes(factors, 1, 2)), 1, 2), axis=2)
    stretch, firmness = np.exp(person.scales[:, :1]), np.exp(person.scales[:, 1:])
    sharpness = 1 / np.sqrt(1 / firmness**2 + spread)
    return np.stack(
        [ndtr((liking - draws.thresholds[:, step - 1, np.newaxis] * stretch) * sharpness).mean(axis=0) for step in steps], axis=1
    )


def _design(films: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """The films' bias, shape (n_draws, n_films), and what the person's weights are multiplied by, shape (n_draws, n_films, size)."""
    factors = np.swapaxes(films, 0, 1).astype(np.float64)
    bias = factors[:, :, 0].copy()
    factors[:, :, 0] = 1.0
    return bias, factors


def _along(factors: Floats, weights: Floats) -> Floats:
    return np.asarray((factors @ weights[:, :, np.newaxis])[:, :, 0])


def _across(factors: Floats, values: Floats) -> Floats:
    return np.asarray((values[:, np.newaxis, :] @ factors)[:, 0, :])


def _times(matrices: Floats, vectors: Floats) -> Floats:
    return np.asarray((matrices @ vectors[:, :, np.newaxis])[:, :, 0])
