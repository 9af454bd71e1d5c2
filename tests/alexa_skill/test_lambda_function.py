"""What Lambda calls: the settings are those of its environment, and a person hears an apology where they are wrong."""

from __future__ import annotations

import logging

import pytest

from alexa_skill import lambda_function
from alexa_skill.guard import EMPTY
from tests.alexa_skill import requests


@pytest.fixture(autouse=True)
def _begun_anew() -> None:
    lambda_function._skill.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("MATINEE_SITE_URL", "ftp://films.example.com", "MATINEE_SITE_URL"),
        ("MATINEE_PROFILES_URL", "nowhere:movie", "MATINEE_PROFILES_URL"),
        ("MATINEE_SITE", "https://films.example.com", "There is no setting MATINEE_SITE"),
    ],
)
def test_wrong_settings_are_an_apology_to_the_person_and_a_sentence_in_the_log(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(name, value)
    with caplog.at_level(logging.ERROR):
        answer = lambda_function.lambda_handler(requests.launch(), None)

    assert "something went wrong on our side" in answer["response"]["outputSpeech"]["ssml"]
    assert says in caplog.text
    assert lambda_function.lambda_handler(requests.session_ended(), None) == EMPTY


def test_settings_that_were_mended_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_SITE_URL", "ftp://films.example.com")
    lambda_function.lambda_handler(requests.launch(), None)
    monkeypatch.setenv("MATINEE_SITE_URL", "")

    answer = lambda_function.lambda_handler(requests.launch(), None)

    assert "Welcome to the movie recommendation system" in answer["response"]["outputSpeech"]["ssml"]
