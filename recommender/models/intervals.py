"""How far predicted stars may be trusted: an interval that holds four ratings of five, for whatever predicts the stars.

Source: split conformal prediction with locally weighted errors (Lei et al., "Distribution-free predictive inference for regression", JASA
113, 2018, section 5.2), within two groups by length of history (Mondrian conformal prediction; Vovk, Gammerman and Shafer, 2005, chapter
4.5). The local weight is a product of factors for how many ratings the person has, how many the film, and how high the prediction is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.errors import InvalidInputError
from recommender.models import Arrays

Floats = NDArray[np.float64]

SHARE = 0.8
LOWEST, HIGHEST = 0.5, 5.0
# Where the next bin begins: of a person's own ratings, of the film's raters, of the predicted stars.
OWN = np.array([1, 3, 6, 11, 20, 50, 200])
RATERS = np.array([1, 3, 6, 11, 31, 101])
PREDICTED = np.array([2.5, 3.0, 3.5, 4.0, 4.5])
SHORT = 20  # own ratings; the histories below are covered by themselves, and those from here on
_LEAST = 100  # errors that a group needs to speak for itself
_DAMPING = 50  # imaginary errors of the usual size in each bin
_ROUNDS = 5  # in which the factors settle beside each other


@dataclass(frozen=True, slots=True)
class StarIntervals:
    """reach: shape (2,), stars up and down of short histories and of the others, infinite where nothing is known of either. of_own,
    of_raters, of_predicted: factors of it, one for each bin of OWN, RATERS and PREDICTED.
    """

    reach: Floats
    of_own: Floats
    of_raters: Floats
    of_predicted: Floats

    @classmethod
    def fit(cls, n_own: ArrayLike, n_raters: ArrayLike, predicted: ArrayLike, given: ArrayLike, *, share: float = SHARE) -> StarIntervals:
        """From stars that were predicted and then given, all of one shape, by a model that had not seen them; share: to be covered.

        A group of histories with too few errors takes the reach of the other.
        """
        if not 0 < share < 1:
            raise InvalidInputError("share", share, "a number between 0 and 1")
        error = np.abs(np.asarray(given, dtype=np.float64) - np.asarray(predicted, dtype=np.float64))
        bins = _bins(n_own, n_raters, predicted)
        factors = [np.ones(len(starts) + 1) for starts in (OWN, RATERS, PREDICTED)]
        for _ in range(_ROUNDS if error.any() else 0):
            for at in range(len(factors)):
                others = _product(factors[:at] + factors[at + 1 :], bins[:at] + bins[at + 1 :])
                factors[at] = _factors(error / others, bins[at], len(factors[at]))
        weighed = error / _product(factors, bins)
        short = np.asarray(n_own) < SHORT
        reach = np.array([_quantile(weighed[short], share), _quantile(weighed[~short], share)])
        return cls(np.where(np.isnan(reach), np.nan_to_num(reach[::-1], nan=np.inf), reach), *factors)

    @classmethod
    def restore(cls, arrays: Arrays) -> StarIntervals:
        """The intervals of what `arrays` gave; KeyError where one is missing."""
        return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})

    def arrays(self) -> Arrays:
        """All there is, by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def interval(self, n_own: ArrayLike, n_raters: ArrayLike, predicted: ArrayLike) -> tuple[Floats, Floats]:
        """Lowest and highest stars of the interval, within the scale; the arguments broadcast against each other.

        n_own: ratings that the prediction was made from. n_raters: people who have rated the film.
        """
        predictions = np.asarray(predicted, dtype=np.float64)
        factor = _product([self.of_own, self.of_raters, self.of_predicted], _bins(n_own, n_raters, predicted))
        reach = np.where(np.asarray(n_own) < SHORT, *self.reach) * factor
        return np.asarray(np.maximum(predictions - reach, LOWEST)), np.asarray(np.minimum(predictions + reach, HIGHEST))


def _bins(n_own: ArrayLike, n_raters: ArrayLike, predicted: ArrayLike) -> list[NDArray[np.intp]]:
    asked = ((OWN, n_own), (RATERS, n_raters), (PREDICTED, predicted))
    return [np.asarray(np.searchsorted(starts, np.asarray(values), side="right")) for starts, values in asked]


def _product(factors: Sequence[Floats], bins: Sequence[NDArray[np.intp]]) -> Floats:
    found = np.ones(())
    for factor, at in zip(factors, bins, strict=True):
        found = found * factor[at]
    return found


def _factors(error: Floats, bins: NDArray[np.intp], n: int) -> Floats:
    """How large the errors of each bin are beside all."""
    usual = float(error.mean())
    return np.asarray((np.bincount(bins, error, n) / usual + _DAMPING) / (np.bincount(bins, minlength=n) + _DAMPING))


def _quantile(error: Floats, share: float) -> float:
    """The error that a further one stays within with at least this probability; NaN of too few."""
    if len(error) < _LEAST:
        return float("nan")
    place = int(np.ceil((len(error) + 1) * share)) - 1
    return float(np.partition(error, place)[place]) if place < len(error) else float("inf")
