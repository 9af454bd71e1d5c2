"""The interaction model of one English: what Amazon takes as interactionModels/custom/<locale>.json."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alexa_skill import intents
from alexa_skill.model import slot_types
from alexa_skill.model.samples import OF_SLOTS, SAMPLES
from alexa_skill.model.slot_types import Value, as_json
from alexa_skill.model.slot_types.decades import DECADES
from alexa_skill.model.slot_types.genres import GENRES
from alexa_skill.model.slot_types.moods import MOODS
from alexa_skill.model.slot_types.stars import STARS
from alexa_skill.model.ways import in_english_of
from alexa_skill.speech import speech_for

DEVELOPMENT_NAME = "movie"  # Table I's; Amazon publishes names of two words alone
TYPE_OF = {
    intents.ID: slot_types.NUMBER,
    intents.AMOUNT: slot_types.NUMBER,
    intents.NUMBER: slot_types.NUMBER,
    intents.POSITION: slot_types.ORDINAL,
    intents.TITLE: slot_types.TITLE,
    intents.GENRE: slot_types.GENRE,
    intents.DECADE: slot_types.DECADE,
    intents.MOOD: slot_types.MOOD,
    intents.CODE: slot_types.NUMBER,  # Amazon has no type of six digits; what is lost before a number are its noughts
    intents.STARS: slot_types.STARS,
    intents.YEAR: slot_types.FOUR_DIGITS,
}


def interaction_model(locale: str, titles: Sequence[Value], invocation_name: str = DEVELOPMENT_NAME) -> dict[str, Any]:
    """Every intent with its samples, every type with its values, and how the skill asks for what it needs."""
    types = (
        (slot_types.GENRE, GENRES),
        (slot_types.DECADE, DECADES),
        (slot_types.MOOD, MOODS),
        (slot_types.STARS, STARS),
        (slot_types.TITLE, titles),
    )
    return {
        "interactionModel": {
            "languageModel": {
                "invocationName": invocation_name,
                "intents": [_intent(name, slots, locale) for name, slots in intents.SLOTS.items()],
                "types": [as_json(name, values) for name, values in types],
            },
            "dialog": {
                "intents": [_dialog(name) for name in dict.fromkeys(intents.ASKED_FOR.values())],
                "delegationStrategy": "SKILL_RESPONSE",
            },
            "prompts": _prompts(locale),
        }
    }


def _intent(name: str, slots: Sequence[str], locale: str) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name}
    if slots:
        made["slots"] = [_slot(slot, locale) for slot in slots]
    return {**made, "samples": in_english_of(locale, SAMPLES[name])}


def _slot(name: str, locale: str) -> dict[str, Any]:
    slot: dict[str, Any] = {"name": name, "type": TYPE_OF[name]}
    if name in OF_SLOTS:
        slot["samples"] = in_english_of(locale, OF_SLOTS[name])
    return slot


def _dialog(intent: str) -> dict[str, Any]:
    """The skill asks for slots itself, with Dialog.ElicitSlot; that it may is said here."""
    return {
        "name": intent,
        "delegationStrategy": "SKILL_RESPONSE",
        "confirmationRequired": False,
        "prompts": {},
        "slots": [
            {
                "name": slot,
                "type": TYPE_OF[slot],
                "confirmationRequired": False,
                "elicitationRequired": slot in intents.ASKED_FOR,
                "prompts": {"elicitation": _prompt_id(intent, slot)} if slot in intents.ASKED_FOR else {},
            }
            for slot in intents.SLOTS[intent]
        ],
    }


def _prompts(locale: str) -> list[dict[str, Any]]:
    says = speech_for(locale)
    texts = {
        intents.ID: says.which_id,
        intents.AMOUNT: says.how_many,
        intents.CODE: says.which_code,
        intents.STARS: says.how_many_stars(""),
        intents.YEAR: says.which_of_them,
    }
    return [
        {"id": _prompt_id(intent, slot), "variations": [{"type": "PlainText", "value": texts[slot]}]}
        for slot, intent in intents.ASKED_FOR.items()
    ]


def _prompt_id(intent: str, slot: str) -> str:
    return f"Elicit.{intent}.{slot}"
