"""Each rule finds the bad answer that was planted for it, and a good answer passes them all."""

from __future__ import annotations

from typing import Any

import pytest

from alexa_skill.simulator import findings
from alexa_skill.simulator.ssml import heard
from tests.alexa_skill.simulator.small import farewell, said

OTHER_REPROMPT = {"outputSpeech": {"type": "SSML", "ssml": "<speak>Something else?</speak>"}}


@pytest.mark.parametrize(
    "good", [said(), farewell(), said(card={"type": "Simple", "title": "Films", "content": "1. Heat & more < 3 hours"})]
)
def test_a_good_answer_passes(good: dict[str, Any]) -> None:
    assert findings(good, "IntentRequest", 20) == ()


@pytest.mark.parametrize(
    ("planted", "finding"),
    [
        ({**said(), "version": "2"}, "version must be '1.0'"),
        ({**said(), "extra": 1}, "knows no extra"),
        (said(speech="x"), "knows no response.speech"),
        ({**said(), "sessionAttributes": {"x": "y" * 24_000}}, "24,000 are allowed"),
        (said("x" * 8_001 + "?"), "The speech has 8,0"),
        (said(reprompt="x" * 8_001 + "?"), "The reprompt has 8,0"),
        (said(card={"type": "Simple", "title": "x", "content": "y" * 8_000}), "The card has 8,001"),
        (said(card={"type": "Simple", "title": "x", "content": "<b>bold</b>"}), "shows markup: <b>"),
        (said(card={"type": "Simple", "title": "Love &amp; Human Remains", "content": "x"}), "shows markup: &amp;"),
        (said(card={"type": "Standard", "title": "x", "text": "one<br/>two"}), "shows markup: <br/>"),
        (said("Love & Human Remains?"), "no well-formed markup"),
        (said("<b>Heat</b>?"), "does not know: b"),
        (said("<break time='1s'>?"), "no well-formed markup"),
        (said("Here you are."), "does not end with a question"),
        (said(shouldEndSession=True), "does not stay open"),
        (said(reprompt=""), "without a reprompt"),
        (said("What now?", "What now?"), "adds nothing"),
        (said("You can say stop. What now?", "What now"), "adds nothing"),
        ({**farewell(), "response": {**farewell()["response"], "reprompt": OTHER_REPROMPT}}, "There is a reprompt"),
        (said(""), "Nothing is said"),
        ({"version": "1.0", "response": {}}, "Nothing is said"),
        ({"version": "1.0"}, "no object with a response"),
        (None, "no object with a response"),
        ("hello", "no object with a response"),
    ],
)
def test_a_planted_fault_is_found(planted: object, finding: str) -> None:
    assert any(finding in found for found in findings(planted, "IntentRequest"))


def test_a_slow_answer_is_found() -> None:
    assert findings(said(), "IntentRequest", 3_001) == ("The answer took 3,001 ms; 3,000 are borne.",)


def test_the_end_of_a_session_is_answered_by_nothing() -> None:
    assert findings({"version": "1.0", "response": {}}, "SessionEndedRequest") == ()
    assert "outputSpeech, reprompt" in findings(said(), "SessionEndedRequest")[0]


def test_speech_is_heard_without_its_markup() -> None:
    assert heard('<speak>One <break time="1s"/> &amp; <amazon:effect name="whispered">two</amazon:effect></speak>').text == "One & two"


@pytest.mark.parametrize(
    "markup",
    [
        "hello",
        "<p>hello</p>",
        "<speak><speak>x</speak></speak>",
        "",
        '<!DOCTYPE speak [<!ENTITY a "b">]><speak>&a;</speak>',
        "<speak>\x00</speak>",
    ],
)
def test_what_an_echo_would_refuse_is_a_fault(markup: str) -> None:
    assert heard(markup).fault
