"""Whatever is said, at whatever moment, in whatever trouble: there is an answer, and nothing in it that Amazon or a listener minds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
from tests.alexa_skill.films_world import ANNA, CATALOGUE, PRIVATE, RARE, REASON, TROUBLES, FilmsWorld
from tests.alexa_skill.requests import ACCOUNT, Json

LONGEST_PAGE = 350  # characters of an answer that is no list of ten: more cannot be kept in mind
HEAT = Heard.of(CATALOGUE[6][0])
WITH_REASON = Heard(608, "Fargo", 1996, ("Comedy", "Crime"), REASON, 4.5)
PSYCHOS = (Heard.of(CATALOGUE[1219][0]), Heard.of(RARE[9001]))
FILMS = tuple(Heard.of(movie) for movie, _, _ in list(CATALOGUE.values())[:10])

SPOKEN: dict[str, tuple[str | tuple[str, str, str], ...]] = {
    intents.ID: ("", "?", "7", "99", str(PRIVATE), "0", "-3", "2.5", "9" * 30, "seven"),
    intents.AMOUNT: ("", "3", "25", "0", "?"),
    intents.NUMBER: ("", "?", "2", "11", "0"),
    intents.POSITION: ("", "1", "9", "-1"),
    intents.TITLE: ("", "heat", ("heat", "6", "Heat"), ("toy story", "999", "Toy Story"), "no such film", "<speak> & co"),
    intents.GENRE: ("", ("comedies", "Comedy", "comedy"), "zombies", ("westerns", "Western", "western")),
    intents.DECADE: ("", ("the nineties", "1990", "the nineties"), "the olden days", ("the twenties", "1920", "the nineteen twenties")),
    intents.CODE: ("", "123456", "12345", "111111", "888888", "999999", "7", "?", "1" * 9, "12 34 56"),
    intents.STARS: ("", ("four", "4", "four"), ("four and a half", "4.5", "four and a half"), "eleven", "nan", "1e9", "٤"),
    intents.YEAR: ("", "1960", "1998", "1", "?", "0"),
    intents.MOOD: ("", ("funny", "funny", "funny"), "purple", ("epic", "epic", "epic")),
}


def states() -> Iterator[State]:
    """Every question that may be open, with nothing, one film and ten films named before, to somebody known and unknown."""
    named = ((0, (), None), (0, FILMS, None), (7, (WITH_REASON,), WITH_REASON), (7, FILMS, HEAT))
    for question, (user, films, focus) in product(QUESTIONS, named):
        again = (intents.POPULAR, asked.POPULAR, ()) if question == asked.AGAIN else None
        listing = "" if not films else "one by one" if question == asked.HOW_ABOUT else "watchlist" if user and len(films) == 1 else "list"
        state = State(user, 0, question, films, listing, 0, min(3, len(films)), focus, "Shall I go on?", 0, 0, again)
        if question in (asked.WHICH_YEAR, asked.WHICH_SAID) and films:
            yield replace(state, pending=(intents.RATE, 4.5), candidates=PSYCHOS)
        elif focus:
            yield replace(state, undo=(6, "Heat", "stars", 3.5))
        else:
            yield state


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


@pytest.mark.parametrize("linked", [False, True], ids=["nobody linked", "Anna linked"])
@pytest.mark.parametrize("trouble", ["", *TROUBLES])
def test_every_turn_at_every_moment_is_answered_well(trouble: str, linked: bool) -> None:
    world = FilmsWorld(trouble)
    guard, n, wrong = skill(world.within), 0, []
    apology = speech_for("en-US").apology
    # Every third pair while all is well, every eleventh in each trouble, others of the turns for each state.
    pairs = enumerate(product(states(), turns()))
    for state, (name, slots) in (pair for at, pair in pairs if at % (11 if trouble else 3) == 0):
        world.links = {ACCOUNT: ANNA} if linked else {}
        world.stars.clear()
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
