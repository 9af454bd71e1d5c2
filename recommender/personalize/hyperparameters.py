"""Amazon's hyperparameters: what each may be, and what becomes of it in a recipe of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from recommender.evaluation.search.space import LINEAR, LOG, Choice, Range
from recommender.personalize.refusals import InvalidInputError

INTEGER, CONTINUOUS, CATEGORICAL = "integer", "continuous", "categorical"
ALGORITHM, TRANSFORMATION = "algorithm", "featureTransformation"  # which of a solution's two maps a hyperparameter stands in


@dataclass(frozen=True)
class Hyperparameter:
    """One of Amazon's. value: its default, as Amazon writes it. low, high: its range; values: instead, of a categorical one.

    ours: the parameter of our recipe that it sets, empty for one that is accepted without effect. by: what a number is multiplied by on
    the way; means: what each categorical value stands for, and None for our own default. says: what it does here, in a few words.
    """

    name: str
    value: str
    kind: str
    low: float = 0.0
    high: float = 0.0
    values: tuple[str, ...] = ()
    tunable: bool = False
    where: str = ALGORITHM
    ours: str = ""
    by: float = 1.0
    means: Mapping[str, float | None] = field(default_factory=dict)
    says: str = "accepted without effect"

    def taken(self, text: str) -> str:
        """The value, if it may be; InvalidInputError in Amazon's place."""
        if self.kind == CATEGORICAL:
            for value in self.values:
                if value.lower() == text.strip().lower():
                    return value
            raise InvalidInputError(f"Hyperparameter {self.name} must be one of {', '.join(self.values)}, not {text!r}.")
        wanted = f"{'a whole number' if self.kind == INTEGER else 'a number'} from {self.low:g} to {self.high:g}"
        try:
            number = float(text)
        except ValueError:
            raise InvalidInputError(f"Hyperparameter {self.name} must be {wanted}, not {text!r}.") from None
        if not (isfinite(number) and self.low <= number <= self.high) or (self.kind == INTEGER and number != int(number)):
            raise InvalidInputError(f"Hyperparameter {self.name} must be {wanted}, not {text!r}.")
        return f"{number:g}"

    def to_ours(self, text: str) -> float | None:
        """Our parameter's value for one that was `taken`; None for our recipe's own default."""
        return self.means[text] if self.kind == CATEGORICAL else float(text) * self.by

    def to_amazons(self, ours: float, own: float) -> str:
        """The way back. own: our recipe's default."""
        if self.kind == CATEGORICAL:
            return next(text for text, value in self.means.items() if (own if value is None else value) == ours)
        number = ours / self.by
        return str(round(number)) if self.kind == INTEGER else f"{number:.6g}"

    def space(self, asked: Mapping[str, Any], own: float) -> Choice | Range:
        """Where a search looks, in our parameter's terms.

        asked: a range as Amazon writes it, which may lack its ends; own: our recipe's default.
        """
        if self.kind == CATEGORICAL:
            values = [self.taken(str(text)) for text in asked.get("values") or self.values]
            return Choice(tuple(own if (value := self.to_ours(text)) is None else value for text in values))
        low, high = float(asked.get("minValue", self.low)), float(asked.get("maxValue", self.high))
        if self.kind == INTEGER and self.by != 1:
            return Choice(tuple(self.to_ours(str(number)) or 0.0 for number in range(int(low), int(high) + 1)))
        return Range(low * self.by, high * self.by, LOG if low > 0 else LINEAR, self.kind == INTEGER)
