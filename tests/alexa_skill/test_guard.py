"""Whatever arrives is answered: speech to what was said, nothing to what only tells, an apology where something broke."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_skill.guard import EMPTY, MOST_SLOTS, Guard, clean
from alexa_skill.intents import SUBMIT
from tests.alexa_skill import requests
from tests.alexa_skill.requests import SKILL_ID, Json

SPOKEN: Json = {"version": "1.0", "response": {"outputSpeech": {"type": "SSML", "ssml": "<speak>Hello</speak>"}}}


def answering(request: Json) -> Json:
    return SPOKEN


def breaking(request: Json) -> Json:
    raise KeyError("Amount")


def test_what_was_said_is_handed_on_and_answered() -> None:
    heard: list[Json] = []

    answer = Guard(lambda request: heard.append(request) or SPOKEN).answer(requests.intent(SUBMIT, ID="7", Amount="3"))  # type: ignore[func-returns-value]

    assert answer == SPOKEN
    assert heard[0]["request"]["intent"]["slots"]["ID"]["value"] == "7"


@pytest.mark.parametrize(
    "request_",
    [
        requests.session_ended(),
        requests.session_ended("ENDPOINT_TIMEOUT"),
        requests.other("AlexaSkillEvent.SkillDisabled"),
        requests.other("Alexa.Presentation.APL.UserEvent"),
        requests.other("SomethingNew.OfNextYear"),
        None,
        [],
        "x",
        5,
        {},
        {"request": None},
        {"request": {"type": ["LaunchRequest"]}},
    ],
)
def test_what_nobody_waits_to_hear_an_answer_to_gets_an_empty_one(request_: Any) -> None:
    assert Guard(breaking).answer(request_) == EMPTY


def test_the_person_hears_an_apology_when_something_breaks(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = Guard(breaking).answer(requests.launch())

    assert "something went wrong on our side" in answer["response"]["outputSpeech"]["ssml"]
    assert answer["response"]["shouldEndSession"] is True
    assert "KeyError" in caplog.text


def test_an_answer_too_large_for_an_echo_is_an_apology() -> None:
    answer = Guard(lambda request: {**SPOKEN, "sessionAttributes": {"x": "y" * 25_000}}).answer(requests.launch())

    assert "something went wrong" in answer["response"]["outputSpeech"]["ssml"]


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_an_answer_with_a_number_that_json_does_not_have_is_an_apology(number: float) -> None:
    answer = Guard(lambda request: {**SPOKEN, "sessionAttributes": {"stars": number}}).answer(requests.launch())

    assert "something went wrong" in answer["response"]["outputSpeech"]["ssml"]


def test_only_the_own_skill_is_answered() -> None:
    assert Guard(answering, SKILL_ID).answer(requests.launch()) == SPOKEN
    assert Guard(breaking, "amzn1.ask.skill.another").answer(requests.launch()) == {
        "version": "1.0",
        "response": {"shouldEndSession": True},
    }


def test_nothing_of_a_person_is_logged_for_a_request_that_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    Guard(breaking, "amzn1.ask.skill.another").answer(requests.launch())

    for secret in ("amzn1.ask.account", "amzn1.ask.person", "eyJ0", "amzn1.ask.device"):
        assert secret not in caplog.text


def test_only_what_is_used_is_handed_on() -> None:
    request = requests.launch()
    request["context"]["Viewport"]["shape"] = "HEXAGON"
    request["request"]["newProperty"] = {"a": 1}

    handed = clean(request)

    assert handed
    assert handed["context"].keys() == {"System"}
    assert handed["request"].keys() == {"type", "requestId", "timestamp", "locale"}


def test_a_slot_keeps_its_text_and_the_entry_that_it_fits() -> None:
    handed = clean(requests.intent("AboutMovie", Title=("heat", "6", "Heat"), Position="2"))

    assert handed
    slots = handed["request"]["intent"]["slots"]
    assert slots["Position"]["value"] == "2"
    assert slots["Title"]["resolutions"]["resolutionsPerAuthority"][0]["values"] == [{"value": {"name": "Heat", "id": "6"}}]


def test_an_entry_that_did_not_match_is_left_out() -> None:
    request = requests.intent("AboutMovie", Title=("heap", "6", "Heat"))
    request["request"]["intent"]["slots"]["Title"]["resolutions"]["resolutionsPerAuthority"][0]["status"]["code"] = "ER_SUCCESS_NO_MATCH"

    handed = clean(request)

    assert handed
    assert handed["request"]["intent"]["slots"]["Title"] == {"name": "Title", "confirmationStatus": "NONE", "value": "heap"}


def test_a_number_that_came_as_one_is_read_as_its_text() -> None:
    request = requests.intent(SUBMIT, ID="7", Amount="3")
    request["request"]["intent"]["slots"]["ID"]["value"] = 7

    handed = clean(request)

    assert handed
    assert handed["request"]["intent"]["slots"]["ID"]["value"] == "7"


@pytest.mark.parametrize("value", [True, None, ["7"], {"value": "7"}, "7" * 1001, "\ud800"])
def test_a_value_that_is_none_is_left_out(value: Any) -> None:
    request = requests.intent(SUBMIT, ID="7", Amount="3")
    request["request"]["intent"]["slots"]["ID"]["value"] = value

    handed = clean(request)

    assert handed
    assert handed["request"]["intent"]["slots"]["ID"] == {"name": "ID", "confirmationStatus": "NONE"}


def test_more_slots_than_any_intent_has_are_left_out() -> None:
    handed = clean(requests.intent(SUBMIT, **{f"Slot{number}": "7" for number in range(500)}))

    assert handed
    assert len(handed["request"]["intent"]["slots"]) == MOST_SLOTS


def test_an_english_that_is_not_known_is_answered_in_that_of_the_united_states() -> None:
    request = requests.launch()
    request["request"]["locale"] = "en-ZA"

    handed = clean(request)

    assert handed
    assert handed["request"]["locale"] == "en-US"


def test_an_endless_nesting_does_not_break_it() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"session": deep, "request": {"type": "LaunchRequest"}, "attributes": deep}

    assert Guard(answering).answer({**deep, "session": {"attributes": deep}}) == SPOKEN


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("request", "session", "context", "System", "intent", "slots", "type", "value")) | st.text(), inner
        )
    ),
    max_leaves=30,
)


@given(anything)
def test_anything_at_all_is_answered(sent: Any) -> None:
    for event in (sent, {"request": sent}, {"request": {"type": "IntentRequest", "intent": sent}, "session": sent, "context": sent}):
        assert Guard(answering).answer(event) in (SPOKEN, EMPTY)
