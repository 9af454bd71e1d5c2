"""Stars as intervals of a hidden liking: how probable each step of the scale is, and what a rating says of the liking behind it.

Source: McCullagh, "Regression models for ordinal data" (JRSS B 42, 1980), with the probit link and latent values of Albert and Chib
(JASA 88, 1993). A rating of step k says that liking plus noise lies between bounds k and k + 1; the outermost bounds are OPEN.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OPEN = 30.0  # standard deviations: as good as infinite, and its square is still a number
_LEAST = 1e-300  # a probability that may be divided by
_DENSITY_AT_0 = 1 / np.sqrt(2 * np.pi)


class Slope(NamedTuple):
    """Of log P(low < noise <= high). at_low: its derivative by -low. at_high: by high. log: the logarithm itself."""

    at_low: Floats
    at_high: Floats
    log: Floats


def bounds(thresholds: Floats) -> Floats:
    """The thresholds between the steps, last axis ascending, with OPEN at either end."""
    ends = np.full((*thresholds.shape[:-1], 1), OPEN)
    return np.concatenate([-ends, thresholds, ends], axis=-1)


def probability(low: Floats, high: Floats) -> Floats:
    """P(low < noise <= high) under the normal distribution, never 0, exact in both tails."""
    from scipy.special import ndtr  # scipy is heavy, and a web worker needs it only where this recipe serves

    upper = low > 0
    return np.asarray(np.maximum(ndtr(np.where(upper, -low, high)) - ndtr(np.where(upper, -high, low)), _LEAST))


def slope(low: Floats, high: Floats) -> Slope:
    """What the logarithm of `probability` loses where low rises and gains where high does."""
    found = probability(low, high)
    return Slope(_density(low) / found, _density(high) / found, np.log(found))


def curvature(low: Floats, high: Floats, at: Slope) -> Floats:
    """How fast the derivative of the logarithm by the liking falls; never negative, since the logarithm is concave.

    An OPEN bound adds nothing: its density is 0.
    """
    return np.asarray(np.maximum((at.at_high - at.at_low) ** 2 + high * at.at_high - low * at.at_low, 0.0))


def draw(low: Floats, high: Floats, uniform: Floats) -> Floats:
    """Noise between the bounds, one value for each number of [0, 1) given: the normal distribution's, cut off at both."""
    from scipy.special import ndtr, ndtri  # as above

    upper = low > 0
    first = ndtr(np.where(upper, -high, low))
    last = ndtr(np.where(upper, -low, high))
    found = ndtri(np.clip(first + (last - first) * uniform, _LEAST, 1 - 1e-16))
    return np.where(upper, -found, found)


def _density(at: Floats) -> Floats:
    return np.asarray(_DENSITY_AT_0 * np.exp(-0.5 * at * at))
