"""Stars: the id is their number. Halves are said in words that no type of Amazon's understands."""

from __future__ import annotations

from alexa_skill.model.numbers import SMALL
from alexa_skill.model.slot_types import Value

MOST = 5


def _whole(stars: int) -> Value:
    return Value(str(stars), SMALL[stars], (str(stars), f"{stars}.0"))


def _half(stars: int) -> Value:
    word = SMALL[stars]
    forms = ("and one half", "and half", "point five")
    return Value(f"{stars}.5", f"{word} and a half", (*(f"{word} {form}" for form in forms), f"{stars}.5"))


STARS = (
    Value("0.5", "half a", ("a half", "half", "one half", "zero point five", "0.5")),
    *(value for stars in range(1, MOST) for value in (_whole(stars), _half(stars))),
    _whole(MOST),
)
