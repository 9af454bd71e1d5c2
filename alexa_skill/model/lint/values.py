"""Slot types and their values: defined, told apart, and within Amazon's limits."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from alexa_skill.model.lint.finding import Finding
from alexa_skill.model.slot_types import DECADE, FOUR_DIGITS, GENRE, MOOD, NUMBER, ORDINAL
from alexa_skill.model.slot_types.titles import LONGEST
from alexa_skill.model.understanding import plain

BUILT_IN = (NUMBER, ORDINAL, FOUR_DIGITS)
MOST_VALUES, MOST_IN_ALL = 10_000, 50_000  # of a type, and of all types with their synonyms
MOST_SYNONYMS = 100  # of a value
LARGEST = 1_500_000  # bytes of a model as JSON
TOLD_APART = (GENRE, DECADE, MOOD)  # stand in the same places, "a comedy" and "something funny"
_SIGNS = re.compile(r"[^\W_](?:[\w\s.'-](?<!_))*")


def findings(model: dict[str, Any]) -> Iterator[Finding]:
    language = model["interactionModel"]["languageModel"]
    defined = {of["name"]: of["values"] for of in language["types"]}
    used = {slot["type"] for intent in language["intents"] for slot in intent.get("slots", ())}
    for name in sorted(used - defined.keys() - set(BUILT_IN)):
        yield Finding("undefined type", f"{name} is used by a slot and not defined.")
    for name in sorted(defined.keys() - used):
        yield Finding("unused type", f"{name} is defined, and no slot uses it.")
    for name, values in defined.items():
        yield from _values(name, values)
    yield from _in_two_types(defined)
    n = sum(1 + len(_synonyms(value)) for values in defined.values() for value in values)
    if n > MOST_IN_ALL:
        yield Finding("limits", f"there are {n:,} values with their synonyms, and Amazon takes {MOST_IN_ALL:,}.")
    size = len(json.dumps(model).encode())
    if size > LARGEST:
        yield Finding("limits", f"the model has {size:,} bytes, and Amazon takes {LARGEST:,}.")


def _values(name: str, values: list[dict[str, Any]]) -> Iterator[Finding]:
    if not values:
        yield Finding("empty type", f"{name} has no values.")
    if len(values) > MOST_VALUES:
        yield Finding("limits", f"{name} has {len(values):,} values, and Amazon takes {MOST_VALUES:,}.")
    ids, said = set(), dict[str, str]()
    for value in values:
        if value["id"] in ids:
            yield Finding("values", f"{name} has the id {value['id']!r} twice.")
        ids.add(value["id"])
        if len(_synonyms(value)) > MOST_SYNONYMS:
            yield Finding("limits", f"{value['name']['value']!r} of {name} has more than {MOST_SYNONYMS} synonyms.")
        for text in (value["name"]["value"], *_synonyms(value)):
            if not _SIGNS.fullmatch(text) or len(text) > LONGEST:
                yield Finding("characters", f"{text!r} of {name} holds signs that Amazon refuses, or more than {LONGEST} of them.")
            if (other := said.setdefault(text.casefold(), value["id"])) != value["id"]:
                yield Finding("values", f"{text!r} of {name} means {other} and {value['id']}.")
        own = [text.casefold() for text in (value["name"]["value"], *_synonyms(value))]
        if len(own) != len(set(own)):
            yield Finding("values", f"{value['name']['value']!r} of {name} has a synonym twice.")


def _in_two_types(defined: dict[str, list[dict[str, Any]]]) -> Iterator[Finding]:
    types: dict[str, set[str]] = defaultdict(set)
    for name in TOLD_APART:
        for value in defined.get(name, ()):
            for text in (value["name"]["value"], *_synonyms(value)):
                types[plain(text)].add(name)
    for text, names in sorted(types.items()):
        if len(names) > 1:
            yield Finding("values", f"{text!r} is of {' and '.join(sorted(names))}.")


def _synonyms(value: dict[str, Any]) -> list[str]:
    return list(value["name"].get("synonyms", ()))
