"""What the machine learns: whether, by the logistic loss, or how much, by the squared one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_Floating = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Loss:
    """expected: the label that a sum of weights tells. bend: of these labels, how fast they change with the sum.

    cost: of sums with their labels, all together; its slope at a sum is the label expected less the label.
    """

    expected: Callable[[_Floating], Floats]
    bend: Callable[[Floats], Floats]
    cost: Callable[[Floats, Floats], float]


def chance_of(logits: _Floating) -> Floats:
    """The probability at these logits."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * logits))


LOGISTIC = Loss(
    expected=chance_of,
    bend=lambda chances: chances * (1 - chances),
    cost=lambda logits, labels: float(np.sum(np.logaddexp(0, logits) - labels * logits)),
)
SQUARED = Loss(
    expected=lambda sums: np.asarray(sums, dtype=np.float64),
    bend=lambda values: np.ones_like(values),
    cost=lambda sums, labels: float(np.sum((sums - labels) ** 2)) / 2,
)
