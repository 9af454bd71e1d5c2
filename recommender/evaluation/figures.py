"""From values per person to figures: means with standard errors, and differences that can be told from chance."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

CONFIDENCE = 0.95
LEAST_PEOPLE = 6  # of fewer, all agree by chance once in 16 times or more often: no difference can be told, however small its error


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean and its standard error; n: how many people (or folds) it is from. NaN: nobody to measure; the error also where n is 1."""

    mean: float
    error: float
    n: int

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Where the true mean lies with this confidence, by Student's t; NaN where there is no error."""
        if self.n < 2:
            return nan, nan
        reach = float(stdtrit(self.n - 1, (1 + confidence) / 2)) * self.error
        return self.mean - reach, self.mean + reach


def mean_of(values: NDArray[np.float64], people: NDArray[np.integer] | None = None) -> Figure:
    """The mean of the values that are not NaN. people: beside them, whose each value is, where one person may have several.

    Values of one person are no independent witnesses, so the error is that of clusters: √(G/(G-1) · Σ_g (Σ_i (x_i - mean))²) / N over the
    G people who have N values, which for one value each is the usual s / √N.
    """
    known = ~np.isnan(values)
    values = values[known]
    if not len(values):
        return Figure(nan, nan, 0)
    mean = float(values.mean())
    rest = values - mean
    if people is not None:
        rest = np.bincount(np.unique(people[known], return_inverse=True)[1], weights=rest).astype(np.float64)
    n = len(rest)
    return Figure(mean, float(np.sqrt(n / (n - 1) * np.sum(rest**2)) / len(values)) if n > 1 else nan, n)


def is_better(difference: Figure, confidence: float = CONFIDENCE) -> bool:
    """Whether a paired difference lies above 0 with its whole interval; never with fewer than LEAST_PEOPLE."""
    return difference.n >= LEAST_PEOPLE and difference.interval(confidence)[0] > 0


def is_worse(difference: Figure, confidence: float = CONFIDENCE) -> bool:
    """Whether it lies below 0 with its whole interval; never with fewer than LEAST_PEOPLE."""
    return difference.n >= LEAST_PEOPLE and difference.interval(confidence)[1] < 0
