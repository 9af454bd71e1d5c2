"""Where the next trial is likely to gain most over the best one: a Gaussian process over the trials so far.

Source: expected improvement of Jones, Schonlau and Welch (J. Global Optimization 13, 1998), equation 15, under a Gaussian process with a
Matérn 5/2 kernel as in Snoek, Larochelle and Adams (NIPS 2012). Differences: one length for all parameters, each on its own scale from
0 to 1; length and noise are the likeliest of a small grid; the gain is looked for among random draws and the neighbourhood of the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.special import ndtr

from recommender.evaluation.search.outcomes import Outcome
from recommender.evaluation.search.space import Choice, Space, drawn, places

N_DRAWN = 500  # values among which the gain is looked for
N_NEAR = 100  # of them that differ from the best so far in one parameter
LENGTHS = (0.1, 0.2, 0.4, 0.8, 1.6)
NOISES = (1e-4, 1e-2, 1e-1)  # of the variance of the trials

Floats = NDArray[np.float64]


def best_of(space: Space, outcomes: Sequence[Outcome], rng: np.random.Generator, *, lower_is_better: bool) -> dict[str, float] | None:
    """The draw with the highest expected improvement that was not tried before; None where nothing can be told or nothing is left.

    A trial that failed counts as bad as the worst one.
    """
    means = [outcome.figure.mean for outcome in outcomes if outcome.figure]
    if len(means) < 2 or min(means) == max(means):
        return None
    worst = max(means) if lower_is_better else min(means)
    values = np.array([outcome.figure.mean if outcome.figure else worst for outcome in outcomes]) * (-1 if lower_is_better else 1)
    best = dict(outcomes[int(np.argmax(values))].candidate.parameters)
    tried = {tuple(outcome.candidate.parameters[name] for name in space) for outcome in outcomes}
    draws = [draw for draw in _draws(space, best, rng) if tuple(draw.values()) not in tried]
    if not draws:
        return None
    process = Process.fit(np.array([places(space, outcome.candidate.parameters) for outcome in outcomes]), values)
    gains = process.expected_improvement(np.array([places(space, draw) for draw in draws]))
    return draws[int(np.argmax(gains))]


def _draws(space: Space, best: dict[str, float], rng: np.random.Generator) -> list[dict[str, float]]:
    found = [drawn(space, rng) for _ in range(N_DRAWN - N_NEAR)]
    free = [name for name, values in space.items() if not values.is_fixed]
    for _ in range(N_NEAR if free else 0):
        name = free[int(rng.integers(len(free)))]
        values = space[name]
        place = float(places({name: values}, best)[0])
        moved = float(np.clip(place + 0.1 * rng.standard_normal(), 0, 1 - 1e-9))
        found.append({**best, name: values.at(moved if not isinstance(values, Choice) else float(rng.random()))})
    return found


@dataclass(frozen=True, slots=True)
class Process:
    """A Gaussian process over points in [0, 1]^d. points: shape (n, d); the rest is of the values, brought to mean 0 and variance 1."""

    points: Floats
    length: float
    factor: Floats
    weights: Floats
    best: float

    @classmethod
    def fit(cls, points: Floats, values: Floats) -> Process:
        """With the likeliest of LENGTHS and NOISES; the values must differ."""
        scaled = (values - values.mean()) / values.std()
        found = []
        for length in LENGTHS:
            likeness = _matern(points, points, length)
            for noise in NOISES:
                factor = cho_factor(likeness + noise * np.eye(len(points)), lower=True)
                weights = cho_solve(factor, scaled)
                likelihood = -0.5 * float(scaled @ weights) - float(np.log(np.diag(factor[0])).sum())
                found.append((likelihood, cls(points, length, np.tril(factor[0]), weights, float(scaled.max()))))
        return max(found, key=lambda pair: pair[0])[1]

    def expected_improvement(self, points: Floats) -> Floats:
        """By how much each point is expected to be above the best value, on the values' scale, shape (points,); never negative."""
        likeness = _matern(points, self.points, self.length)
        mean = likeness @ self.weights
        explained = solve_triangular(self.factor, likeness.T, lower=True)
        spread = np.sqrt(np.maximum(1 - (explained**2).sum(axis=0), 1e-12))
        above = (mean - self.best) / spread
        density = np.exp(-0.5 * above**2) / np.sqrt(2 * np.pi)
        return np.asarray(np.maximum(spread * (above * ndtr(above) + density), 0.0))


def _matern(one: Floats, other: Floats, length: float) -> Floats:
    """The Matérn kernel with ν = 5/2, shape (points of the one, points of the other)."""
    squared = ((one[:, np.newaxis] - other[np.newaxis]) ** 2).sum(axis=2)
    distance = np.sqrt(5 * squared) / length
    return np.asarray((1 + distance + distance**2 / 3) * np.exp(-distance))
