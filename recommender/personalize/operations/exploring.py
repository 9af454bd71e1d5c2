"""How much of a list is given to what nobody knows yet: two numbers, which Amazon writes as strings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from recommender.personalize.refusals import InvalidInputError

WEIGHT, CUT_OFF = "explorationWeight", "explorationItemAgeCutOff"
DEFAULTS = {WEIGHT: "0.3", CUT_OFF: "30"}  # the weight from 0 to 1; days
OLDEST = 36_500  # days


def check_exploring(config: Mapping[str, Any], *, field: str) -> None:
    """InvalidInputError for an itemExplorationConfig with another name, or a value that cannot be. config: what stands around it."""
    for name, text in config.get("itemExplorationConfig", {}).items():
        if name not in DEFAULTS:
            raise InvalidInputError(f"{field}.itemExplorationConfig has {WEIGHT} and {CUT_OFF}, not {name[:60]!r}.")
        highest, lowest = (1, 0) if name == WEIGHT else (OLDEST, 1)
        number = _number(text)
        if number is None or not lowest <= number <= highest:
            raise InvalidInputError(
                f"{field}.itemExplorationConfig.{name} must be a number from {lowest} to {highest} as a string, not {text[:50]!r}."
            )


def with_defaults(config: Mapping[str, Any]) -> dict[str, Any]:
    """The same with both numbers, Amazon's own where the request says nothing."""
    return {**config, "itemExplorationConfig": DEFAULTS | config.get("itemExplorationConfig", {})}


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
