"""Intents and their samples: complete, in signs that Amazon takes, and each meaning one thing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from alexa_skill import intents
from alexa_skill.model.lint.finding import Finding
from alexa_skill.model.samples import MAIN
from alexa_skill.model.samples.built_in import KNOWN
from alexa_skill.model.slot_types import FOUR_DIGITS, NUMBER
from alexa_skill.model.spoken_examples import examples
from alexa_skill.model.understanding import SLOT, Understanding, shape
from alexa_skill.speech import speech_for

FEWEST, FEWEST_OF_MAIN = 20, 40
LONGEST = 200  # characters of a sample
_SIGNS = re.compile(r"(?:[a-z'-]|(?<![a-z])[a-z]\.|\{[A-Za-z]+\}| )+")
_A_NUMBER = rf"\{{({re.escape(NUMBER)}|{re.escape(FOUR_DIGITS)})\}}"
_NEIGHBOURS = re.compile(rf"{_A_NUMBER} (and )?{_A_NUMBER}")


def findings(model: dict[str, Any]) -> Iterator[Finding]:
    language = model["interactionModel"]["languageModel"]
    yield from _incomplete(language)
    for intent in language["intents"]:
        yield from _slots(intent)
        for sample in _all_samples(intent):
            if not _SIGNS.fullmatch(sample) or sample != " ".join(sample.split()) or len(sample) > LONGEST:
                yield Finding("characters", f"{sample!r} of {intent['name']} must be small letters, apostrophes, a. b. c. and slots.")
            if _NEIGHBOURS.search(shape(sample, _types(intent))):
                yield Finding("numbers", f"{sample!r} of {intent['name']} has two numbers side by side, which are heard as one.")
    yield from _said_twice(language)


def _incomplete(language: dict[str, Any]) -> Iterator[Finding]:
    given = {intent["name"]: intent for intent in language["intents"]}
    for name, slots in intents.SLOTS.items():
        if name not in given:
            yield Finding("intents", f"{name} is missing, which the skill answers.")
            continue
        if sorted(slot["name"] for slot in given[name].get("slots", ())) != sorted(slots):
            yield Finding("slots", f"{name} must have the slots {', '.join(slots) or 'none'}.")
        n = len(given[name].get("samples", ()))
        fewest = FEWEST_OF_MAIN if name in MAIN else FEWEST
        if not name.startswith("AMAZON.") and n < fewest:
            yield Finding("few samples", f"{name} has {n}, not {fewest} at least.")
    for name in given.keys() - intents.SLOTS.keys():
        yield Finding("intents", f"{name} is none that the skill answers.")


def _slots(intent: dict[str, Any]) -> Iterator[Finding]:
    declared = {slot["name"] for slot in intent.get("slots", ())}
    used = {name for sample in intent.get("samples", ()) for name in SLOT.findall(sample)}
    for name in sorted(used - declared):
        yield Finding("undefined slot", f"{intent['name']} uses {{{name}}} and does not define it.")
    for name in sorted(declared - used):
        yield Finding("unused slot", f"{intent['name']} defines {name}, and no sample uses it.")
    for slot in intent.get("slots", ()):
        for sample in slot.get("samples", ()):
            if slot["name"] not in SLOT.findall(sample):
                yield Finding("unused slot", f"{sample!r} of slot {slot['name']} does not hold it.")
            for name in sorted(set(SLOT.findall(sample)) - declared):
                yield Finding("undefined slot", f"{sample!r} of slot {slot['name']} uses {{{name}}}, which is not defined.")


def _said_twice(language: dict[str, Any]) -> Iterator[Finding]:
    """Within an intent the same words, between two intents or slots the same words once the slots are filled."""
    meaning: dict[str, set[str]] = defaultdict(set)
    for intent in language["intents"]:
        samples = intent.get("samples", ())
        for sample in sorted({sample for sample in samples if samples.count(sample) > 1}):
            yield Finding("duplicate", f"{sample!r} stands twice in {intent['name']}.")
        for sample in (*samples, *KNOWN.get(intent["name"], ())):
            meaning[shape(sample, _types(intent))].add(intent["name"])
    for said, by in sorted(meaning.items()):
        if len(by) > 1:
            yield Finding("conflict", f"{said!r} means {' and '.join(sorted(by))}.")
    of_slots: dict[str, set[str]] = defaultdict(set)
    for intent in language["intents"]:
        for slot in intent.get("slots", ()):
            for sample in slot.get("samples", ()):
                said = shape(sample, _types(intent))
                of_slots[said].add(f"{intent['name']}.{slot['name']}")
                if others := meaning.get(said, set()) - {intent["name"]}:
                    yield Finding("conflict", f"{sample!r} of slot {slot['name']} means {' and '.join(sorted(others))} as well.")
    for said, slots in sorted(of_slots.items()):
        if len(slots) > 1:
            yield Finding("conflict", f"{said!r} answers for {' and '.join(sorted(slots))}.")


def uncovered(model: dict[str, Any], locale: str) -> Iterator[Finding]:
    """Phrases that the skill tells people to say, and does not understand or takes for two things."""
    understanding = Understanding(model)
    for phrase in examples(speech_for(locale)):
        found = understanding.intents_of(phrase)
        if len(found) != 1:
            yield Finding("uncovered", f"the skill proposes {phrase!r}, which means {' and '.join(sorted(found)) or 'nothing'}.")


def _types(intent: dict[str, Any]) -> dict[str, str]:
    return {slot["name"]: slot["type"] for slot in intent.get("slots", ())}


def _all_samples(intent: dict[str, Any]) -> list[str]:
    return [*intent.get("samples", ()), *(sample for slot in intent.get("slots", ()) for sample in slot.get("samples", ()))]
