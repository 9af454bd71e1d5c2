"""Requests with something wrong in them: a part gone, replaced by what does not belong there, or added."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from alexa_skill import intents
from alexa_skill.conversation import state as asked
from alexa_skill.conversation.state import Heard, State, to_attributes
from tests.alexa_skill import requests

Json = dict[str, Any]

ODD: tuple[Any, ...] = (
    None,
    "",
    "?",
    "<speak>",
    "\x00\ud800",
    "NEW_VALUE_OF_AMAZON",
    "2026-13-45T99:99:99Z",
    "x" * 5000,
    0,
    -1,
    10**30,
    1.5,
    float("nan"),
    True,
    False,
    [],
    {},
    [None],
    [[[[[]]]]],
    {"value": {"value": {}}},
)


def seeds() -> list[Json]:
    """Every intent in every kind of state, and every other request that is known."""
    film = Heard(1, "Heat & Dust (1983)", 1983, ("Drama",), "Eleven of the 40 people most like you gave it 5 stars.", 4.5)
    talking = [
        State(),
        State(user=7, asked=asked.AMOUNT),
        State(7, 0, asked.MORE, (film,) * 10, "list", 0, 3, None, "The first one is Heat. Shall I go on?", 1),
        State(7, 3, asked.WHY_IT, (film, film), "like:Heat", 0, 2, film, "Heat. Shall I?", 0, 2),
        State(asked=asked.AGAIN, again=(intents.POPULAR, "", ())),
    ]
    made = [requests.launch(), requests.session_ended(), requests.session_ended("ERROR")]
    made += [requests.other("AlexaSkillEvent.SkillDisabled", body={"userInformationPersistenceStatus": "NOT_PERSISTED"})]
    made += [requests.other("Alexa.Presentation.APL.UserEvent", token="list", arguments=["select", 1], source={}, components={})]
    made += [requests.other("SessionResumedRequest", cause={"type": "ConnectionCompleted", "status": {"code": "200"}})]
    value = {intents.GENRE: ("comedies", "Comedy", "comedy"), intents.MOOD: ("funny", "funny", "funny")}
    value |= {intents.DECADE: ("the nineties", "1990", "the nineties"), intents.TITLE: ("heat", "6", "Heat")}
    for name, slots in intents.SLOTS.items():
        for state in talking:
            made.append(requests.intent(name, to_attributes(state), **{slot: value.get(slot, "3") for slot in slots}))
    return made


def mutated(rng: random.Random) -> Iterator[Json]:
    """Without end: one of the seeds with one to three things wrong in it."""
    known = seeds()
    while True:
        request = copy.deepcopy(rng.choice(known))
        for _ in range(rng.randint(1, 3)):
            _spoil(request, rng)
        yield request


def _spoil(request: Json, rng: random.Random) -> None:
    places = list(_places(request))
    if not places:
        return
    # All depths alike, else nearly every change would hit the films that are remembered.
    depth = rng.choice(sorted({depth for depth, _, _ in places}))
    container, key = rng.choice([(container, key) for at, container, key in places if at == depth])
    match rng.randrange(3):
        case 0:
            del container[key]
        case 1:
            container[key] = copy.deepcopy(rng.choice(ODD))
        case _ if isinstance(container, dict):
            container[f"new{rng.randrange(10)}"] = copy.deepcopy(rng.choice(ODD))
        case _:
            container.insert(0, copy.deepcopy(rng.choice(ODD)))


def _places(value: Any, depth: int = 0) -> Iterator[tuple[int, Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield depth, value, key
        yield from _places(inner, depth + 1)
