"""Which values a parameter may take, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, isfinite, log
from typing import TYPE_CHECKING, Any, TypeGuard

from recommender.errors import InvalidInputError

if TYPE_CHECKING:  # an idle worker of /personalize knows the spaces of its recipes, and needs no numpy
    import numpy as np
    from numpy.typing import NDArray

LINEAR, LOG = "linear", "log"
WANTED = "a list of numbers, or an object with from, to, and perhaps scale (linear or log) and whole (true or false)"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some values; a single one is fixed."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        # So that what is read from a file is written as it was.
        object.__setattr__(self, "values", tuple(map(float, self.values)))

    def at(self, place: float) -> float:
        """The value at a place from 0 up to, but not, 1."""
        return self.values[int(place * len(self.values))]

    def holds(self, value: float) -> bool:
        """Whether it is one of them."""
        return value in self.values

    def steps(self, n: int) -> tuple[float, ...]:
        """All of them, however many are asked for."""
        return self.values

    @property
    def is_fixed(self) -> bool:
        """Whether there is nothing to choose."""
        return len(set(self.values)) == 1


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included. scale: LINEAR or LOG, on which all places are alike. whole: whole numbers alone."""

    low: float
    high: float
    scale: str = LINEAR
    whole: bool = False

    def at(self, place: float) -> float:
        """The value at a place from 0 to 1; of whole numbers on the linear scale each has an equal share."""
        if self.scale == LOG:
            value = exp(log(self.low) + place * (log(self.high) - log(self.low)))
        else:
            value = self.low + place * (self.high - self.low)
        if not self.whole:
            return min(max(value, self.low), self.high)
        if self.scale == LINEAR:
            return float(min(int(self.low + place * (self.high - self.low + 1)), self.high))
        return float(min(max(round(value), self.low), self.high))

    def holds(self, value: float) -> bool:
        """Whether it lies there."""
        return self.low <= value <= self.high and not (self.whole and value != int(value))

    def steps(self, n: int) -> tuple[float, ...]:
        """n values, evenly spaced on the scale, the ends among them; fewer where whole numbers fall together."""
        if n == 1 or self.low == self.high:
            return (self.at(0.5),) if n == 1 else (self.low,)
        places = [number / (n - 1) for number in range(n)]
        exact = [Range(self.low, self.high, self.scale).at(place) for place in places]
        return tuple(dict.fromkeys(float(round(value)) if self.whole else value for value in exact))

    @property
    def is_fixed(self) -> bool:
        """Whether there is nothing to choose."""
        return self.low == self.high


Space = Mapping[str, Choice | Range]


def drawn(space: Space, rng: np.random.Generator) -> dict[str, float]:
    """One value for each parameter, independent of each other."""
    return {name: values.at(float(rng.random())) for name, values in space.items()}


def places(space: Space, parameters: Mapping[str, float]) -> NDArray[np.float64]:
    """Where each value that is not fixed lies between the ends of its scale, 0 to 1, shape (parameters,): what a distance is taken of."""
    import numpy as np

    found = []
    for name, values in space.items():
        if values.is_fixed:
            continue
        if isinstance(values, Choice):
            ordered = sorted(set(values.values))
            found.append(ordered.index(parameters[name]) / (len(ordered) - 1))
        else:
            low, high, value = (log(x) if values.scale == LOG else x for x in (values.low, values.high, parameters[name]))
            found.append((value - low) / (high - low))
    return np.array(found, dtype=np.float64)


def told(space: Space) -> dict[str, Any]:
    """The space as `read` takes it."""
    return {
        name: list(values.values)
        if isinstance(values, Choice)
        else {"from": values.low, "to": values.high, "scale": values.scale, "whole": values.whole}
        for name, values in space.items()
    }


def read(written: Any, known: Mapping[str, float], recipe: str) -> dict[str, Choice | Range]:
    """The space of an object as in a JSON file: a name with WANTED for each parameter.

    known: the parameters that the recipe has. InvalidInputError, in a sentence, for anything else.
    """
    if not isinstance(written, dict) or not written:
        raise InvalidInputError("the space", written, f"an object with a parameter of {recipe} and its values in each entry")
    for name in written:
        if name not in known:
            raise InvalidInputError("parameter", name, f"one of {recipe}'s: {', '.join(known)}")
    return {name: _read(name, values) for name, values in written.items()}


def _read(name: str, values: Any) -> Choice | Range:
    if isinstance(values, list) and values and all(map(_is_number, values)):
        return Choice(tuple(values))
    if _is_number(values):
        return Choice((values,))
    if not isinstance(values, dict) or not values.keys() <= {"from", "to", "scale", "whole"}:
        raise InvalidInputError(f"the space of {name}", values, WANTED)
    low, high, scale, whole = values.get("from"), values.get("to"), values.get("scale", LINEAR), values.get("whole", False)
    if not (_is_number(low) and _is_number(high) and low <= high and scale in (LINEAR, LOG) and isinstance(whole, bool)):
        raise InvalidInputError(f"the space of {name}", values, WANTED)
    if scale == LOG and low <= 0:
        raise InvalidInputError(f"the space of {name}", values, "above 0 on the scale log")
    if whole and (low != int(low) or high != int(high)):
        raise InvalidInputError(f"the space of {name}", values, "from one whole number to another")
    return Range(float(low), float(high), scale, whole)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
