"""What events are worth: from everything that one user did with one item to half stars, by which our recipes learn.

A rating is what it says. Anything else speaks for the item, the more the more often: three and a half stars and half a star for each
event, five at most, so that one event counts as liking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.personalize.amazon_recipe import AmazonRecipe
from recommender.personalize.refusals import InvalidInputError

RATINGS = frozenset({"rate", "rating"})  # kinds of events, in any case, whose value is stars
LEAST, MOST = 0.5, 5.0  # stars
DONE, HIGHEST = 7, 10  # half stars of an item that something was done with, before its weight; and at most
ANY = "*"  # the kind in an eventsConfig that stands for all that it does not name


@dataclass(frozen=True)
class Happened:
    """Events, beside each other. users, items: positions. kinds: position among the names, -1 for none. values: NaN for none.

    times: seconds since 1970, UTC; of events in the same second the later one counts as later.
    """

    users: NDArray[np.int64]
    items: NDArray[np.int64]
    kinds: NDArray[np.int64]
    values: NDArray[np.float64]
    times: NDArray[np.int64]
    names: Sequence[str]

    def __len__(self) -> int:
        return len(self.users)

    def where(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> Happened:
        """Those marked True, or those at these places, in their order."""
        return Happened(self.users[kept], self.items[kept], self.kinds[kept], self.values[kept], self.times[kept], self.names)


@dataclass(frozen=True)
class Liked:
    """One entry for each user and item that something is known of, by user, then item. half_stars: 1 to 10. times: of the newest event."""

    users: NDArray[np.int64]
    items: NDArray[np.int64]
    half_stars: NDArray[np.uint8]
    times: NDArray[np.int64]


@dataclass(frozen=True)
class Weighed:
    """What a kind of event counts, and the value that it must reach; NaN for any, or none."""

    weight: float = 1.0
    least: float = float("nan")


@dataclass(frozen=True)
class Rule:
    """Which events count, and how much. kind: the only one, empty for all; any_case: whether "Watch" is "watch" to it.

    least: the value that an event must reach, NaN for any or none. weights: by kind, those alone count; empty: all count 1.
    """

    kind: str = ""
    any_case: bool = False
    least: float = float("nan")
    weights: Mapping[str, Weighed] = field(default_factory=dict)

    @classmethod
    def of(cls, recipe: AmazonRecipe, event_type: str | None = None, config: Mapping[str, Any] | None = None) -> Rule:
        """What a solution says: its eventType, and of its solutionConfig eventValueThreshold and eventsConfig; InvalidInputError."""
        config = config or {}
        listed = (config.get("eventsConfig") or {}).get("eventParametersList") or []
        if listed and event_type:
            raise InvalidInputError(f"Give either eventType, {event_type!r}, or eventsConfig, not both.")
        weights = {
            each.get("eventType", ANY): Weighed(float(each.get("weight", 1.0)), float(each.get("eventValueThreshold", "nan")))
            for each in listed
        }
        if len(weights) < len(listed):
            raise InvalidInputError("eventParametersList must name each eventType once.")
        if listed and not any(each.weight > 0 for each in weights.values()):
            raise InvalidInputError("eventParametersList must give at least one eventType a weight above 0.")
        return cls(event_type or recipe.event, not event_type, threshold_of(config.get("eventValueThreshold")), weights)

    def weight_of(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Of each kind, and last of events without one; 0: it does not count."""
        return np.array([self._weighed(name).weight if self._is_asked(name) else 0.0 for name in [*names, None]])

    def least_of(self, names: Sequence[str]) -> NDArray[np.float64]:
        """The value that an event of each kind must reach, and last one without a kind; NaN for any."""
        own = [self._weighed(name).least for name in [*names, None]]
        return np.asarray(np.fmax(np.array(own), self.least))

    def _is_asked(self, name: str | None) -> bool:
        if not self.kind:
            return True
        return name is not None and (name.casefold() == self.kind.casefold() if self.any_case else name == self.kind)

    def _weighed(self, name: str | None) -> Weighed:
        if not self.weights:
            return Weighed()
        return self.weights.get(name or ANY) or self.weights.get(ANY) or Weighed(0.0)


def threshold_of(text: str | None) -> float:
    """An eventValueThreshold, NaN for none; InvalidInputError unless it is a number."""
    if text is None or not text.strip():
        return float("nan")
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise InvalidInputError(f"eventValueThreshold must be a number, not {text!r}.")
    return number


def counted(events: Happened, rule: Rule) -> Happened:
    """Those that count."""
    weights, least = rule.weight_of(events.names)[events.kinds], rule.least_of(events.names)[events.kinds]
    with np.errstate(invalid="ignore"):
        return events.where((weights > 0) & (np.isnan(least) | (events.values >= least)))


def liked(events: Happened, rule: Rule) -> Liked:
    """What each user makes of each item, from the events that count.

    The newest rating decides where there is one; else the weights are added up: 7 half stars and that sum, rounded, 10 at most.
    """
    here = counted(events, rule)
    if not len(here):
        none = np.zeros(0, dtype=np.int64)
        return Liked(none, none, none.astype(np.uint8), none)
    order = np.lexsort((np.arange(len(here)), here.times, here.items, here.users))
    here = here.where(order)
    firsts = np.flatnonzero(np.diff(here.users, prepend=-1) | np.diff(here.items, prepend=-1))
    lasts = np.append(firsts[1:], len(here)) - 1
    sums = np.add.reduceat(rule.weight_of(here.names)[here.kinds], firsts)
    half_stars = np.minimum(HIGHEST, DONE + np.rint(sums)).astype(np.uint8)
    rates = np.array([name.casefold() in RATINGS for name in here.names] + [False])[here.kinds]
    rated = np.flatnonzero(rates & (here.values >= LEAST) & (here.values <= MOST))
    half_stars[np.searchsorted(lasts, rated)] = np.rint(here.values[rated] * 2).astype(np.uint8)  # ascending: the newest is written last
    return Liked(here.users[firsts], here.items[firsts], half_stars, here.times[lasts])
