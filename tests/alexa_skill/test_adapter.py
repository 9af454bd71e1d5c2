"""Where Amazon's SDK meets the conversation: what is said is safe, what is heard is no more than was heard, and settings may be wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from alexa_skill import intents
from alexa_skill.conversation import state as asked
from alexa_skill.conversation.state import Heard, State, to_attributes
from alexa_skill.lambda_function import lambda_handler, own_skill, skill
from alexa_skill.simulator.lint import findings
from alexa_skill.simulator.ssml import spoken_part
from alexa_skill.speech import speech_for
from tests.alexa_skill import requests
from tests.alexa_skill.films_world import FilmsWorld
from tests.alexa_skill.requests import Json

TRICKY = "Tom & Jerry <audio src='https://evil.example/a.mp3'/> \x00\x0b\ufffe </speak>"
SETTINGS = {
    "a name that is none": {"MATINEE_SITE_ADDRESS": "https://films.example.com"},
    "a value that is none": {"MATINEE_SAMPLE_VIEWERS": "perhaps"},
    "a site without TLS": {"MATINEE_SITE_URL": "http://films.example.com"},
    "a site that is no address": {"MATINEE_SITE_URL": "https://[films"},
    "a port beyond all": {"MATINEE_SITE_URL": "https://films.example.com:99999"},
    "a name that nobody can have": {"MATINEE_SITE_URL": "https://films..example.com"},
    "a store of no kind": {"MATINEE_PROFILES_URL": "redis://movie"},
}


@pytest.fixture
def _anew() -> Iterator[None]:
    """The skill is made from the settings of this test, and of none that follows."""
    own_skill.cache_clear()
    yield
    own_skill.cache_clear()


def answer(request: Json) -> Json:
    return skill(FilmsWorld().within).answer(request)


# What is said


def test_a_reason_cannot_become_markup() -> None:
    film = Heard(608, "Fargo", 1996, ("Comedy",), TRICKY)
    state = State(7, 0, asked.WHY_IT, (film,), "list", 0, 1, film, "Shall I?")

    made = answer(requests.intent(intents.WHY, to_attributes(state)))

    assert findings(made, "IntentRequest") == ()
    ssml = made["response"]["outputSpeech"]["ssml"]
    assert "Tom &amp; Jerry &lt;audio" in ssml
    assert (ssml.count("<"), ssml.count("</speak>")) == (2, 1)
    assert not {"\x00", "\x0b", "\ufffe"} & {*ssml}
    assert "Tom & Jerry <audio" in spoken_part(made["response"]["outputSpeech"]).text


def test_what_is_said_after_a_silence_cannot_become_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(speech_for("en-US")), "reprompt", lambda self, question: f"{TRICKY} What now?")

    ssml = answer(requests.launch())["response"]["reprompt"]["outputSpeech"]["ssml"]

    assert "Tom &amp; Jerry &lt;audio" in ssml
    assert not {"\x00", "\x0b", "\ufffe"} & {*ssml}


# What is heard and remembered


def test_what_alexa_could_not_make_out_is_nothing() -> None:
    state = State(asked=asked.WHICH_ONE, films=(Heard(608, "Fargo"), Heard(6, "Heat")), listing="list", end=2)

    unclear = answer(requests.intent(intents.ABOUT, to_attributes(state), Title="?"))

    assert unclear == answer(requests.intent(intents.ABOUT, to_attributes(state)))
    assert "called" not in unclear["response"]["outputSpeech"]["ssml"]


def test_nothing_is_remembered_when_the_session_ends() -> None:
    state = State(user=7, asked=asked.AMOUNT)

    assert answer(requests.intent(intents.STOP, to_attributes(state))).get("sessionAttributes", {}) == {}


def test_the_question_for_the_amount_keeps_the_number_that_was_said() -> None:
    (directive,) = answer(requests.intent(intents.SUBMIT, ID="7"))["response"]["directives"]

    assert (directive["type"], directive["slotToElicit"]) == ("Dialog.ElicitSlot", "Amount")
    assert directive["updatedIntent"]["slots"]["ID"]["value"] == "7"
    assert "value" not in directive["updatedIntent"]["slots"]["Amount"]


# Settings


@pytest.mark.usefixtures("_anew")
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_where_the_settings_are_wrong_the_person_hears_an_apology_and_the_log_says_which(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    with caplog.at_level(logging.ERROR):
        made = lambda_handler(requests.launch(), None)

    assert speech_for("en-US").apology in made["response"]["outputSpeech"]["ssml"]
    assert findings(made, "LaunchRequest") == ()
    assert next(iter(settings)) in caplog.text
    assert lambda_handler(requests.session_ended(), None)["response"] == {}
    assert lambda_handler(None, None)["response"] == {}


@pytest.mark.usefixtures("_anew")
def test_lambda_answers_for_the_skill_that_the_settings_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_SKILL_ID", "amzn1.ask.skill.another")

    assert "outputSpeech" not in lambda_handler(requests.launch(), None)["response"]
