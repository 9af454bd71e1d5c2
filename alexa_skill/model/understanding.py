"""What the samples of a model take a phrase for, by their words alone; Amazon's own understanding goes further, never less far."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from alexa_skill.model.numbers import ORDINALS, SMALL, TENS
from alexa_skill.model.samples.built_in import KNOWN
from alexa_skill.model.slot_types import FOUR_DIGITS, NUMBER, ORDINAL

NUMBER_WORDS = frozenset((*SMALL, *TENS, "hundred", "thousand"))
SLOT = re.compile(r"\{(\w+)\}")
LONGEST_VALUE = 25  # words of a title


def plain(phrase: str) -> str:
    """A phrase as samples are written: small letters, no signs but apostrophes, hyphens, and full stops after single letters."""
    words = re.sub(r"[^\w\s.'-]", " ", phrase.casefold()).split()
    return " ".join(word if re.fullmatch(r"\w\.", word) else word.rstrip(".") for word in words if word.strip(".'-"))


def shape(sample: str, types: dict[str, str]) -> str:
    """The sample with the types of its slots instead of their names: two of one shape are heard the same."""
    return SLOT.sub(lambda found: f"{{{types.get(found[1], found[1])}}}", sample)


def _is_number(words: list[str]) -> bool:
    inner = words[1:] if words[0] == "a" and "hundred" in words[1:2] else words
    return inner[0] in NUMBER_WORDS and inner[-1] in NUMBER_WORDS and NUMBER_WORDS.union(("and",)).issuperset(inner)


class Understanding:
    """One interaction model, asked for what a phrase means in it."""

    def __init__(self, model: dict[str, Any]) -> None:
        language = model["interactionModel"]["languageModel"]
        self._intents: dict[str, set[str]] = defaultdict(set)  # by shape
        for intent in language["intents"]:
            types = {slot["name"]: slot["type"] for slot in intent.get("slots", ())}
            for sample in (*intent.get("samples", ()), *KNOWN.get(intent["name"], ())):
                self._intents[shape(sample, types)].add(intent["name"])
        self._types: dict[str, set[str]] = defaultdict(set)  # by value
        for of in language["types"]:
            for value in of["values"]:
                for name in (value["name"]["value"], *value["name"].get("synonyms", ())):
                    self._types[plain(name)].add(of["name"])

    def intents_of(self, phrase: str) -> set[str]:
        """The intents with a sample for the phrase; more than one where they cannot be told apart.

        A sample of just these words counts before those with a slot for some: "next" goes on, though a film is called so.
        """
        words = plain(phrase)
        if word_for_word := self._intents.get(words):
            return set(word_for_word)
        return {intent for form in self._shapes(words.split()) for intent in self._intents.get(form, ())}

    def _shapes(self, words: list[str], slots: int = 2) -> Iterator[str]:
        """The phrase with up to so many of its values replaced by their types, in every way."""
        yield " ".join(words)
        if not slots:
            return
        for first in range(len(words)):
            for end in range(first + 1, min(len(words), first + LONGEST_VALUE) + 1):
                for of in self._types_of(words[first:end]):
                    for rest in self._shapes(words[end:], slots - 1):
                        yield " ".join((*words[:first], f"{{{of}}}", *rest.split()))

    def _types_of(self, words: list[str]) -> set[str]:
        found = set(self._types.get(" ".join(words), ()))
        if (len(words) == 1 and words[0].isdigit()) or _is_number(words):
            found.add(NUMBER)
        if (len(words) == 1 and re.fullmatch(r"\d{4}", words[0])) or (len(words) > 1 and _is_number(words)):
            found.add(FOUR_DIGITS)
        if len(words) == 1 and (words[0] in ORDINALS or re.fullmatch(r"\d+(st|nd|rd|th)", words[0])):
            found.add(ORDINAL)
        return found
