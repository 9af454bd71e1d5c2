"""An interaction model in the form of the ASK: the invocation name, and what can be said for each intent."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from alexa_skill.simulator.phrases import PHRASES
from alexa_skill.simulator.slot_types import Listed, SlotType, amazons
from alexa_skill.simulator.words import words_of
from recommender.errors import RecommenderError

_SLOT = re.compile(r"\{\s*([\w.]+)\s*\}")


class ModelFileError(RecommenderError):
    """There is no interaction model in the file."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"No interaction model can be read from {file}: {why}.")


@dataclass(frozen=True, slots=True)
class SlotName:
    """A place for a value in a sample."""

    name: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One way to say something. parts: words, and places for values. order: its place in the model, 0 is the first.

    words: those of the parts, each once; n_words: all of them.
    """

    intent: str
    parts: tuple[str | SlotName, ...]
    order: int
    words: frozenset[str]
    n_words: int

    @classmethod
    def of(cls, intent: str, parts: tuple[str | SlotName, ...], order: int) -> Sample:
        words = [part for part in parts if isinstance(part, str)]
        return cls(intent, parts, order, frozenset(words), len(words))


@dataclass(frozen=True)
class InteractionModel:
    """slots: the slots of each intent, by name, with their types. slot_samples: what a slot's own samples are, by intent and slot."""

    invocation: tuple[str, ...]
    slots: dict[str, dict[str, SlotType]]
    type_names: dict[tuple[str, str], str]
    samples: tuple[Sample, ...]
    slot_samples: dict[tuple[str, str], tuple[Sample, ...]]
    with_dialog: frozenset[str]

    @classmethod
    def load(cls, file: Path) -> InteractionModel:
        """ModelFileError where the file holds none."""
        try:
            return cls.read(json.loads(file.read_text(encoding="utf-8")))
        except OSError as error:
            raise ModelFileError(file, error.strerror or "it cannot be opened") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelFileError(file, f"it is not in the form of the ASK ({error!r})") from error

    @classmethod
    def read(cls, sent: dict[str, Any]) -> InteractionModel:
        """From the JSON, parsed. KeyError, TypeError or ValueError where it has another form."""
        language = sent["interactionModel"]["languageModel"]
        own = {each["name"]: Listed.read(each.get("values", [])) for each in language.get("types", ())}
        slots: dict[str, dict[str, SlotType]] = {}
        type_names: dict[tuple[str, str], str] = {}
        samples: list[Sample] = []
        slot_samples: dict[tuple[str, str], tuple[Sample, ...]] = {}
        for intent in language["intents"]:
            name = intent["name"]
            of_intent = intent.get("slots", ())
            slots[name] = {slot["name"]: _type(slot["type"], own) for slot in of_intent}
            type_names |= {(name, slot["name"]): slot["type"] for slot in of_intent}
            for text in (*PHRASES.get(name, ()), *intent.get("samples", ())):
                samples.append(_sample(name, text, slots[name], len(samples)))
            for slot in of_intent:
                texts = (f"{{{slot['name']}}}", *slot.get("samples", ()))
                slot_samples[name, slot["name"]] = tuple(
                    _sample(name, text, slots[name], -len(texts) + at) for at, text in enumerate(texts)
                )
        dialog = sent["interactionModel"].get("dialog", {}).get("intents", ())
        invocation = words_of(language["invocationName"])
        return cls(invocation, slots, type_names, tuple(samples), slot_samples, frozenset(each["name"] for each in dialog))

    @cached_property
    def by_words(self) -> dict[str, tuple[Sample, ...]]:
        """The samples that hold a word, by their first one; those without any under the empty text."""
        found: dict[str, list[Sample]] = {}
        for sample in self.samples:
            found.setdefault(next((part for part in sample.parts if isinstance(part, str)), ""), []).append(sample)
        return {word: tuple(samples) for word, samples in found.items()}


def _type(name: str, own: dict[str, Listed]) -> SlotType:
    if name in own:
        return own[name]
    if not name.startswith("AMAZON."):
        raise ValueError(f"there is no slot type {name}")
    return amazons(name)


def _sample(intent: str, text: str, slots: dict[str, SlotType], order: int) -> Sample:
    parts: list[str | SlotName] = []
    for at, piece in enumerate(_SLOT.split(text)):
        if at % 2 == 0:
            parts += words_of(piece)
        elif piece in slots:
            parts.append(SlotName(piece))
        else:
            raise ValueError(f"{intent} has no slot {piece}, but a sample with it: {text}")
    if not parts:
        raise ValueError(f"{intent} has an empty sample")
    return Sample.of(intent, tuple(parts), order)
