"""Events on the site: off until somebody asks, for them alone, and gone with a press of a button."""

from __future__ import annotations

import pytest

from recommender.domain import OPENED, SEARCHED
from recommender.errors import StorageError
from recommender.storage.blobs.folder import FolderBlobs
from tests.webapp.accounts.conftest import Browser
from tests.webapp.fake_recommender import ADA, FakeRecommender

EVENTS = "/me/events/"


def test_nothing_is_noted_of_who_has_not_asked(alice: Browser, recommender: FakeRecommender) -> None:
    alice.get("/film/1199")
    alice.get("/search/?q=brazil")

    assert recommender.events.of(ADA) == ()
    assert "Nothing is noted." in alice.get(EVENTS).text


def test_films_opened_and_searches_made_are_noted_for_who_asks(alice: Browser, recommender: FakeRecommender) -> None:
    alice.send(EVENTS)

    alice.get("/film/1199")
    alice.get("/search/?q=<b>")
    alice.get("/film/999")

    assert [(event.kind, event.movie_id, event.text) for event in recommender.events.of(ADA)] == [
        (SEARCHED, None, "<b>"),
        (OPENED, 1199, ""),
    ]
    page = alice.get(EVENTS).text
    assert "Opened <a" in page
    assert "<bdi>Brazil</bdi>" in page
    assert "<bdi>&lt;b&gt;</bdi>" in page


def test_off_takes_away_what_was_noted(alice: Browser, recommender: FakeRecommender) -> None:
    alice.send(EVENTS)
    alice.get("/film/1199")

    alice.send(EVENTS)

    assert recommender.events.of(ADA) == ()
    assert "what was is gone: 1 in all." in alice.get(EVENTS).text
    alice.get("/film/1199")
    assert recommender.events.of(ADA) == ()


def test_strangers_have_none(browser: Browser) -> None:
    assert browser.get(EVENTS).status_code == 303
    assert browser.client.post(EVENTS, data={"turn": "on"}).status_code == 401


def test_off_that_cannot_take_away_what_was_noted_is_not_off(
    alice: Browser, recommender: FakeRecommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.send(EVENTS)
    alice.get("/film/1199")
    with monkeypatch.context() as away:
        away.setattr(FolderBlobs, "remove", lambda *_: (_ for _ in ()).throw(StorageError("away")))
        assert alice.client.post(EVENTS, data={"turn": "off", "csrf": alice.csrf}).status_code == 503

    alice.send(EVENTS)  # the button is still the one that switches off

    assert recommender.events.of(ADA) == ()
    assert "Nothing is noted." in alice.get(EVENTS).text
