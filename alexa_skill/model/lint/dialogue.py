"""The dialog model: of intents, slots and prompts that are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alexa_skill.intents import ASKED_FOR
from alexa_skill.model.lint.finding import Finding


def findings(model: dict[str, Any]) -> Iterator[Finding]:
    inner = model["interactionModel"]
    types = {
        intent["name"]: {slot["name"]: slot["type"] for slot in intent.get("slots", ())} for intent in inner["languageModel"]["intents"]
    }
    prompts = [prompt["id"] for prompt in inner["prompts"]]
    asked = set()
    for intent in inner["dialog"]["intents"]:
        if intent["name"] not in types:
            yield Finding("dialog", f"{intent['name']} is no intent.")
            continue
        if intent["delegationStrategy"] != "SKILL_RESPONSE":
            yield Finding("dialog", f"{intent['name']} is delegated to Alexa; the skill asks in its own words.")
        for slot in intent["slots"]:
            if types[intent["name"]].get(slot["name"]) != slot["type"]:
                yield Finding("dialog", f"{slot['name']} of {intent['name']} is no slot of type {slot['type']} there.")
            if slot.get("elicitationRequired"):
                asked.add((intent["name"], slot["name"]))
            for prompt in slot["prompts"].values():
                if prompt not in prompts:
                    yield Finding("prompts", f"{slot['name']} of {intent['name']} asks by {prompt}, which is not there.")
    for slot, of in ASKED_FOR.items():
        if (of, slot) not in asked:
            yield Finding("dialog", f"{slot} of {of} cannot be asked for.")
    named = {prompt for intent in inner["dialog"]["intents"] for slot in intent["slots"] for prompt in slot["prompts"].values()}
    for prompt in prompts:
        if prompt not in named:
            yield Finding("prompts", f"{prompt} is asked by nobody.")
        if prompts.count(prompt) > 1:
            yield Finding("prompts", f"{prompt} is there twice.")
