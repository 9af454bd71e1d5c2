"""Whatever is said, at whatever moment, in whatever trouble: there is an answer, and nothing in it that Amazon or a listener minds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from alexa_skill import intents
from alexa_skill.conversation import state as asked
from alexa_skill.conversation.state import QUESTIONS, Heard, State, from_attributes, to_attributes
from alexa_skill.lambda_function import skill
from alexa_skill.simulator.lint import findings
from alexa_skill.simulator.ssml import spoken_part
from alexa_skill.speech import LOCALES, speech_for
from tests.alexa_skill import requests
from tests.alexa_skill.films_world import CATALOGUE, PRIVATE, REASON, TROUBLES, FilmsWorld
from tests.alexa_skill.requests import Json

LONGEST_PAGE = 350  # characters of an answer that is no list of ten: more cannot be kept in mind
HEAT = Heard.of(CATALOGUE[6][0])
WITH_REASON = Heard(608, "Fargo", 1996, ("Comedy", "Crime"), REASON, 4.5)
FILMS = tuple(Heard.of(movie) for movie, _, _ in list(CATALOGUE.values())[:10])

SPOKEN: dict[str, tuple[str | tuple[str, str, str], ...]] = {
    intents.ID: ("", "?", "7", "99", str(PRIVATE), "0", "-3", "2.5", "9" * 30, "seven"),
    intents.AMOUNT: ("", "3", "25", "0", "?"),
    intents.NUMBER: ("", "?", "2", "11", "0"),
    intents.POSITION: ("", "1", "9", "-1"),
    intents.TITLE: ("", "heat", ("heat", "6", "Heat"), ("toy story", "999", "Toy Story"), "no such film", "<speak> & co"),
    intents.GENRE: ("", ("comedies", "Comedy", "comedy"), "zombies", ("westerns", "Western", "western")),
    intents.DECADE: ("", ("the nineties", "1990", "the nineties"), "the olden days", ("the twenties", "1920", "the nineteen twenties")),
    intents.MOOD: ("", ("funny", "funny", "funny"), "purple", ("epic", "epic", "epic")),
}


def states() -> Iterator[State]:
    """Every question that may be open, with nothing, one film and ten films named before, to somebody known and unknown."""
    named = ((0, (), None), (0, FILMS, None), (7, (WITH_REASON,), WITH_REASON), (7, FILMS, HEAT))
    for question, (user, films, focus) in product(QUESTIONS, named):
        again = (intents.POPULAR, asked.POPULAR, ()) if question == asked.AGAIN else None
        yield State(user, 0, question, films, "list" if films else "", 0, min(3, len(films)), focus, "Shall I go on?", 0, 0, again)


def turns() -> Iterator[tuple[str, dict[str, str | tuple[str, str, str]]]]:
    """Every intent with all that may stand in its slots, and one that is not known."""
    yield "SomethingNew", {}
    for name, slots in intents.SLOTS.items():
        yield name, {}
        # Three ways of naming a film are said in no sentence at once; any two values that go together are.
        for some in (*((slot,) for slot in slots), *([slots] if len(slots) == 2 else [])):
            for values in product(*(SPOKEN[slot] for slot in some)):
                yield name, dict(zip(some, values, strict=True))


def answered(world: FilmsWorld, request: Json) -> Json:
    return skill(world.within).answer(request)


@pytest.mark.parametrize("trouble", ["", *TROUBLES])
def test_every_turn_at_every_moment_is_answered_well(trouble: str) -> None:
    guard, n, wrong = skill(FilmsWorld(trouble).within), 0, []
    apology = speech_for("en-US").apology
    # While all is well every pair; in each trouble every seventh, others of the turns for each state.
    pairs = enumerate(product(states(), turns()))
    for state, (name, slots) in (pair for at, pair in pairs if not trouble or at % 7 == 0):
        answer = guard.answer(requests.intent(name, to_attributes(state), **slots))
        found = findings(answer, "IntentRequest")
        speech = spoken_part(answer["response"].get("outputSpeech")).text
        if apology in speech:
            found += ("an apology",)
        if len(speech) > LONGEST_PAGE and "I would like to recommend you" not in speech and "Welcome" not in speech:
            found += (f"{len(speech)} characters",)
        if answer["response"].get("shouldEndSession") is False and from_attributes(answer["sessionAttributes"]) == State():
            found += ("nothing is remembered",)
        if found:
            wrong.append((state.asked, len(state.films), name, slots, found, speech))
        n += 1
    assert not wrong, f"{len(wrong)} of {n}, such as {wrong[:5]}"
    assert n > 800


@pytest.mark.parametrize("locale", LOCALES)
def test_every_english_answers_every_intent(locale: str) -> None:
    guard = skill(FilmsWorld().within)
    for state, name in product(states(), intents.SLOTS):
        request = requests.intent(name, to_attributes(state))
        request["request"]["locale"] = locale
        assert findings(guard.answer(request), "IntentRequest") == ()


def test_a_private_list_is_answered_as_none_to_the_last_letter() -> None:
    private, unknown = (answered(FilmsWorld(), requests.intent(intents.SUBMIT, ID=number, Amount="3")) for number in (str(PRIVATE), "99"))

    assert private == unknown
