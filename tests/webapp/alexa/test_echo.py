"""The Echo page: a conversation that the browser carries, served by the skill's own handler."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from recommender.errors import StorageError
from tests.webapp.conftest import a_browser
from tests.webapp.fake_recommender import ADA, FakeRecommender
from webapp import create_app
from webapp.alexa.echo import FORGED, LONGEST_UTTERANCE, TOO_LONG, WHILE_OPEN
from webapp.alexa.kept import LARGEST, MOST_TURNS, SECONDS, Kept, Turn, read, written


class Talk:
    """A browser that hands back what it was given."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = client.get("/echo/")

    @property
    def kept(self) -> str:
        return html.unescape(re.findall(r'name="kept" value="([^"]*)"', self.page.text)[0])

    def say(self, words: str, *, field: str = "say") -> str:
        """What the Echo says, or the note where it says nothing."""
        self.page = self.client.post("/echo/", data={"kept": self.kept, "say": "", field: words})
        assert self.page.status_code == 200
        return heard(self.page)[-1]

    @property
    def taps(self) -> list[str]:
        return [html.unescape(words) for words in re.findall(r'name="tap" value="([^"]*)"', self.page.text)]


def heard(page: TestResponse) -> list[str]:
    found = re.findall(r'<p class="(?:heard|aside-note)">(?:<span class="who">Echo</span>)?(.*?)</p>', page.text)
    return [html.unescape(words) for words in found]


@pytest.fixture
def talk(client: FlaskClient) -> Talk:
    return Talk(client)


def test_a_new_conversation_says_how_to_begin(talk: Talk) -> None:
    assert talk.page.status_code == 200
    assert talk.taps == ["open movie"]
    assert talk.page.headers["Cache-Control"] == "no-store"
    assert "A skill is called by its name first" in talk.page.text


def test_the_dialogue_of_the_skill_can_be_typed(talk: Talk) -> None:
    assert talk.say("hello").startswith("The skill is not open")
    assert talk.say("open movie").startswith("Welcome to the movie recommendation system.")
    assert talk.say("recommend me some movies").startswith("Ok cool.")
    assert "The Godfather" in talk.say("my id is 5 and i want three movies")
    assert talk.say("why the second one").startswith("Brazil: Three of the people most like you")
    assert talk.say("stop").startswith("Thank you for using the movie skill.")
    assert "The skill is closed" in talk.page.text
    assert len(heard(talk.page)) == 6  # all of it stays on the page


def test_intent_slots_and_json_stand_behind_the_words(talk: Talk) -> None:
    talk.say("open movie")
    talk.say("my id is 5 and i want three movies")

    assert "<summary>getID" in talk.page.text
    assert "<dt>Slot Amount</dt><dd><code>3</code></dd>" in talk.page.text
    raw = [html.unescape(text) for text in re.findall(r"as JSON\"><code>(.*?)</code></pre>", talk.page.text, re.DOTALL)]
    assert len(raw) == 2
    assert '"type": "IntentRequest"' in raw[0]
    assert '"shouldEndSession": false' in raw[1]


def test_nothing_said_is_silence(talk: Talk) -> None:
    talk.say("open movie")

    first, second = talk.say("  "), talk.say("")

    assert first == "After eight seconds of silence the Echo says the reprompt."
    assert "The skill is closed" in talk.page.text
    assert second


@pytest.mark.parametrize("words", ["open movie", *WHILE_OPEN])
def test_what_can_be_tapped_is_understood(talk: Talk, words: str) -> None:
    for before in ("open movie", "my id is 5 and i want three movies"):
        talk.say(before, field="tap")
    tapped = words.format(viewer=580)
    assert words == "open movie" or tapped in talk.taps

    talk.say(tapped, field="tap")

    assert "FallbackIntent" not in talk.page.text
    assert "Not as it should be" not in talk.page.text


def test_without_sample_viewers_no_number_is_offered(recommender: FakeRecommender) -> None:
    from dataclasses import replace

    recommender.settings = replace(recommender.settings, sample_viewers=False)
    talk = Talk(a_browser(create_app(recommender)))
    talk.say("open movie")

    assert len(talk.taps) == len(WHILE_OPEN) - 1


def test_a_private_list_is_not_read_out(talk: Talk) -> None:
    talk.say("open movie")

    assert "can't find your record" in talk.say(f"my id is {ADA} and i want three movies")


def test_an_echo_to_type_to_can_be_linked_like_a_real_one(
    talk: Talk, client: FlaskClient, app: Flask, recommender: FakeRecommender
) -> None:
    sign_in = app.extensions["sign_in"]()
    anna = sign_in.sign_up("Anna", "a long and quiet evening", address="203.0.113.7")
    talk.say("open movie")
    talk.say("link my profile")

    assert talk.say(" ".join(sign_in.new_code(anna.session))).startswith("Linked. From now on I speak for Anna.")
    talk.say("stop")
    assert talk.say("open movie").startswith("Welcome back, Anna.")
    assert "stars for The Matrix" in talk.say("four and a half stars for the matrix")
    assert recommender.stars == {(anna.household.owner, 2571): 4.5}

    other = Talk(client)
    assert other.say("open movie").startswith("Welcome to the movie recommendation system.")


def test_a_store_out_of_reach_is_said(talk: Talk, recommender: FakeRecommender) -> None:
    talk.say("open movie")
    recommender.away = "throttled"

    assert "orry" in talk.say("my id is 5 and i want three movies")


@pytest.mark.parametrize(
    "change", [lambda kept: kept[:-1], lambda kept: "x" + kept, lambda kept: "{}", lambda kept: "é" * 50, lambda kept: "..."]
)
def test_a_conversation_that_we_did_not_write_begins_anew(talk: Talk, change: Any) -> None:
    talk.say("open movie")

    forged = talk.client.post("/echo/", data={"kept": change(talk.kept), "say": "my id is 5 and i want three movies"})

    assert forged.status_code == 400
    assert FORGED in forged.text
    assert heard(forged) == []
    assert "Begin with" in forged.text


def test_a_conversation_of_another_site_begins_anew(talk: Talk) -> None:
    from recommender.settings import Settings

    talk.say("open movie")
    other = a_browser(create_app(FakeRecommender(Settings(secret_key="another key for tests alone"))))

    assert FORGED in other.post("/echo/", data={"kept": talk.kept, "say": "help"}).text


def test_a_session_cookie_is_no_conversation(app: Flask, talk: Talk) -> None:
    """The same secret signs both, under other names."""
    from itsdangerous import URLSafeTimedSerializer

    cookie = URLSafeTimedSerializer(str(app.secret_key), salt="cookie-session").dumps([1, {}, []])

    assert talk.client.post("/echo/", data={"kept": cookie, "say": "help"}).status_code == 400


def test_a_conversation_of_the_day_before_yesterday_begins_anew(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk.say("open movie")
    kept = talk.kept
    from itsdangerous import TimestampSigner

    later = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: later(self) + 2 * SECONDS)

    assert FORGED in talk.client.post("/echo/", data={"kept": kept, "say": "help"}).text


def test_what_is_too_long_can_be_shortened(talk: Talk) -> None:
    talk.say("open movie")

    answer = talk.client.post("/echo/", data={"kept": talk.kept, "say": "x" * (LONGEST_UTTERANCE + 1)})

    assert answer.status_code == 400
    assert TOO_LONG in answer.text
    assert f'value="{"x" * (LONGEST_UTTERANCE + 1)}"' in answer.text
    assert len(heard(answer)) == 1  # the conversation stands as it was
    assert "<title>Error: An Echo to type to · Matinee</title>" in answer.text


def test_more_than_a_form_holds_is_refused(client: FlaskClient) -> None:
    assert client.post("/echo/", data={"kept": "x" * 70_000}).status_code == 413


def test_a_long_conversation_can_be_gone_on_with(talk: Talk) -> None:
    talk.say("open movie")
    for _ in range(MOST_TURNS + 5):
        talk.say("what is popular")

    assert len(heard(talk.page)) == MOST_TURNS
    assert talk.say("the second one").startswith("The Usual Suspects")


def test_a_conversation_never_grows_beyond_what_a_form_may_send(app: Flask) -> None:
    from random import Random

    chance = Random(580)
    turns = tuple(Turn("say", "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=4000))) for _ in range(MOST_TURNS))
    with app.app_context():
        text = written(Kept({}, turns))

        assert len(text) <= LARGEST
        assert read(text).turns == turns[-len(read(text).turns) :]
        assert read(text).turns


def test_what_was_said_cannot_become_markup(talk: Talk) -> None:
    talk.say("open movie")
    talk.say("<script>alert(1)</script>")

    assert "<script>alert" not in talk.page.text


def test_other_methods_are_refused(client: FlaskClient) -> None:
    assert client.put("/echo/").status_code == 405


def test_a_site_without_its_store_still_shows_the_page(client: FlaskClient, recommender: FakeRecommender) -> None:
    recommender.fault = StorageError("gone")

    talk = Talk(client)
    talk.say("open movie")

    assert "orry" in talk.say("my id is 5 and i want three movies")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.text(max_size=80) | st.none(), say=st.text(max_size=210), tap=st.text(max_size=30) | st.none())
def test_garbage_is_answered_in_words(client: FlaskClient, kept: str | None, say: str, tap: str | None) -> None:
    talk = Talk(client)
    talk.say("open movie")
    data = {
        "kept": talk.kept if kept is None else kept,
        "say": say.encode(errors="replace"),
        **({} if tap is None else {"tap": tap.encode(errors="replace")}),
    }

    assert client.post("/echo/", data={**data, "kept": data["kept"].encode(errors="replace")}).status_code in (200, 400)
