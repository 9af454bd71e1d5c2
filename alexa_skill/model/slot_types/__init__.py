"""The values that stand inside a sentence: a genre, a decade, a mood, a title."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GENRE, DECADE, MOOD, TITLE, STARS = "GENRE", "DECADE", "MOOD", "MOVIE_TITLE", "STARS"
NUMBER, ORDINAL, FOUR_DIGITS = "AMAZON.NUMBER", "AMAZON.Ordinal", "AMAZON.FOUR_DIGIT_NUMBER"


@dataclass(frozen=True, slots=True)
class Value:
    """id: what the skill knows it by. name: as it is said, and as the skill may say it again. synonyms: said as well, never the name."""

    id: str
    name: str
    synonyms: tuple[str, ...] = ()


def as_json(name: str, values: Iterable[Value]) -> dict[str, Any]:
    """A slot type as the interaction model writes it."""
    return {
        "name": name,
        "values": [{"id": value.id, "name": {"value": value.name, "synonyms": list(value.synonyms)}} for value in values],
    }
