"""The films as the machine has learned them, and one person's own weights over them, worked out while they wait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.models.fm_sgd.losses import LOGISTIC, Loss

Floats = NDArray[np.float64]

MOST_STEPS = 100  # of Newton's method; some six are taken
NEAR = 1e-10  # a step that changes no weight by more is the last


@dataclass(frozen=True, slots=True)
class Films:
    """base: shape (1,), the logit that everything starts from. weights: shape (n_movies,), how much more a film is liked by anybody.

    factors: shape (n_movies, num_factors). Weights and factors of a film without ratings are 0.
    """

    base: Floats
    weights: Floats
    factors: NDArray[np.float32]

    def logits(self) -> Floats:
        """Of every film for a person of whom nothing is known."""
        return np.asarray(self.base[0] + self.weights)


@dataclass(frozen=True, slots=True)
class Ridge:
    """How much the square of a person's weights costs, half of it: of the weight and of each factor."""

    linear: float
    factors: float


def surprises(films: Films, columns: NDArray[np.integer], labels: Floats, ridge: Ridge, loss: Loss = LOGISTIC) -> Floats:
    """Of each rating of one person its label less the one expected, its probability, under the person's best weights; shape of columns.

    The best weights are those of the regression with this ridge over the films rated, found by Newton's method. Where the slope is
    0 they are sums over the ratings: the weight is sum(surprises) / ridge.linear, the factors surprises @ factors / ridge.factors. So what
    each rating adds to a logit can be told.
    """
    design = np.column_stack([np.ones(len(columns)), films.factors[columns].astype(np.float64)])
    price = np.append(ridge.linear, np.full(design.shape[1] - 1, ridge.factors))
    start, weights = films.logits()[columns], np.zeros(design.shape[1])
    cost = loss.cost(start, labels)
    for _ in range(MOST_STEPS if len(columns) else 0):
        expected = loss.expected(start + design @ weights)
        slope = price * weights - design.T @ (labels - expected)
        bend = (design.T * loss.bend(expected)) @ design + np.diag(price)
        step = np.linalg.solve(bend, slope)
        while (lower := _cost(loss, start + design @ (weights - step), labels, float(price @ (weights - step) ** 2))) > cost + NEAR:
            step /= 2
        weights, cost = weights - step, lower
        if np.abs(step).max() < NEAR:
            break
    return labels - loss.expected(start + design @ weights)


def _cost(loss: Loss, sums: Floats, labels: Floats, priced: float) -> float:
    return loss.cost(sums, labels) + priced / 2
