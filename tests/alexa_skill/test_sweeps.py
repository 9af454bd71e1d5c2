"""Everything that can be said, in every place where it can be said: understood as it was meant, and answered without a finding."""

from __future__ import annotations

import json
from functools import cache
from itertools import product
from typing import Any

import pytest

from alexa_skill.intents import SLOTS
from alexa_skill.lambda_function import skill
from alexa_skill.simulator import Echo
from alexa_skill.simulator.command import MODELS
from alexa_skill.simulator.requests import USER_ID
from alexa_skill.simulator.understanding import understood, words_to_alexa
from tests.alexa_skill.dialogue import dialogues, files, model, states
from tests.alexa_skill.films_world import ANNA, FilmsWorld

VALUES = {
    **{"ID": "seven", "Amount": "three", "Number": "two", "Position": "second", "Title": "casablanca"},
    **{"Genre": "comedy", "Decade": "the nineties", "Mood": "funny", "Stars": "four and a half"},
    **{"Code": "one two three four five six", "Year": "nineteen ninety five"},
}
# One sentence for each intent, some with values that are none, and what the skill's three kinds of films can be asked by.
SENTENCES = (
    *(
        "request movies",
        "my id is seven and i want three movies",
        "my id is nine",
        "my id is ninety nine and i want two movies",
        "zero movies",
    ),
    *("seven", "zero", "?", "the second one", "number eleven", "casablanca", "tell me about it", "tell me about nobody knows what"),
    *("why", "why the second one", "more like this", "more like heat", "a comedy", "i want some gardening movies", "westerns"),
    *("movies from the nineties", "movies from the stone age", "something funny", "something purple", "popular movies", "surprise me"),
    *("go back to my list", "help", "next", "more", "previous", "repeat", "start over", "yes", "no", "flubber wubber"),
    *("link my profile", "my code is one two three four five six", "one one one one one one", "forget me", "who am i"),
    *("four and a half stars", "five stars for psycho", "eleven stars", "i have seen it", "i've seen the second one", "not interested"),
    *("add it to my list", "take it off my list", "what's on my list", "undo that", "the one from nineteen ninety five", "one by one"),
    *("stop", "cancel", "go home", "open movie"),
)


@pytest.mark.parametrize("locale", ["en-US", "en-GB"])  # the others have the British samples
def test_every_sample_of_every_intent_is_understood_as_that_intent(locale: str) -> None:
    language = json.loads((MODELS / f"{locale}.json").read_text(encoding="utf-8"))["interactionModel"]["languageModel"]
    samples = [(intent["name"], sample) for intent in language["intents"] for sample in intent["samples"]]

    wrong = []
    for intent, sample in samples:
        said = sample.format(**VALUES)
        found = understood(model(locale), words_to_alexa(said)).intent
        if found != intent:
            wrong.append((said, found, intent))

    assert len(samples) > 1000
    assert wrong == []


def test_the_sentences_of_the_sweep_are_of_every_intent() -> None:
    assert {understood(model("en-US"), words_to_alexa(said)).intent for said in SENTENCES if said != "open movie"} == {*SLOTS}


@cache
def _places() -> dict[tuple[object, ...], dict[str, Any]]:
    """Where all recorded dialogues together can stand; nobody changes them."""
    return states(each for file in files() for each in dialogues(file))


@pytest.mark.parametrize(("trouble", "linked"), [("", False), ("", True), ("out of reach", True)])  # the others state by state
def test_every_intent_is_answered_wherever_a_dialogue_can_stand(trouble: str, linked: bool) -> None:
    places = _places()
    world = FilmsWorld(trouble)
    echo = Echo(skill(lambda *asked: world.within(*asked)).answer, model("en-US"), seed="sweep")

    wrong = []
    # All sentences for nobody known; every third, others in each place, for somebody who is linked, and in trouble.
    said_there = product(places.items(), (*SENTENCES, "(silence)"))
    for (place, state), said in (each for at, each in enumerate(said_there) if not linked or at % 3 == 0):
        echo.restore(state)
        world.links = {USER_ID: ANNA} if linked else {}
        made = echo.wait() if said == "(silence)" else echo.say(said)
        wrong += [(place, said, finding, made.speech) for finding in made.findings]

    assert len(places) > 20
    assert wrong == []
