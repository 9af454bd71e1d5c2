"""Slot types: what words can stand in a slot, and what a value of it is resolved to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from alexa_skill.simulator.numerals import four_digits_of, in_digits, number_of, ordinal_of, six_digits_of
from alexa_skill.simulator.words import UNINTELLIGIBLE, words_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A value that a type lists. id: empty where the model gives none."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Value:
    """What stands in a slot. text: as Alexa writes it, "3" or "the matrix". entries: what it was resolved to, best first; None where
    the type lists nothing, so that there is nothing to resolve."""

    text: str
    entries: tuple[Entry, ...] | None = None

    @property
    def is_known(self) -> bool:
        """False for what was kept as it was heard, though its type lists values."""
        return self.entries is None or bool(self.entries)


class SlotType(Protocol):
    """What every type owes."""

    def value_of(self, words: Sequence[str]) -> Value | None:
        """The value that exactly these words are; None where they can be none of the type."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """AMAZON.NUMBER and its kin: digits, and a question mark for what could not be made out."""

    def value_of(self, words: Sequence[str]) -> Value | None:
        digits = UNINTELLIGIBLE if tuple(words) == (UNINTELLIGIBLE,) else number_of(words) or six_digits_of(words)
        return Value(digits) if digits else None


@dataclass(frozen=True, slots=True)
class FourDigits:
    """AMAZON.FOUR_DIGIT_NUMBER: four digits, as of a year, said in halves too."""

    def value_of(self, words: Sequence[str]) -> Value | None:
        digits = UNINTELLIGIBLE if tuple(words) == (UNINTELLIGIBLE,) else four_digits_of(words)
        return Value(digits) if digits else None


@dataclass(frozen=True, slots=True)
class Ordinals:
    """AMAZON.Ordinal: digits."""

    def value_of(self, words: Sequence[str]) -> Value | None:
        digits = ordinal_of(words)
        return Value(digits) if digits else None


@dataclass(frozen=True, slots=True)
class FreeText:
    """AMAZON.SearchQuery, and types of Amazon's whose values only Amazon knows."""

    def value_of(self, words: Sequence[str]) -> Value | None:
        return Value(" ".join(words)) if words else None


@dataclass(frozen=True, slots=True)
class Listed:
    """A type of the model's own. Words that it does not list are kept as they were heard."""

    entries: dict[tuple[str, ...], tuple[Entry, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, values: list[dict[str, Any]]) -> Listed:
        """values: as the interaction model has them, with name and synonyms."""
        entries: dict[tuple[str, ...], tuple[Entry, ...]] = {}
        for value in values:
            entry = Entry(str(value.get("id") or ""), str(value["name"]["value"]))
            for text in (entry.name, *value["name"].get("synonyms", ())):
                form = in_digits(words_of(text))
                if entry not in entries.get(form, ()):
                    entries[form] = (*entries.get(form, ()), entry)
        return cls(entries)

    def value_of(self, words: Sequence[str]) -> Value | None:
        return Value(" ".join(words), self.entries.get(in_digits(tuple(words)), ())) if words else None


NUMBER, FOUR_DIGITS = "AMAZON.NUMBER", "AMAZON.FOUR_DIGIT_NUMBER"
ORDINAL = "AMAZON.Ordinal"


def amazons(name: str) -> SlotType:
    """The type of Amazon's that has that name."""
    if name == FOUR_DIGITS:
        return FourDigits()
    return Numbers() if name == NUMBER else Ordinals() if name == ORDINAL else FreeText()
