"""Stars and marks by form, with scripts and without: what is kept, what is told, and the way back."""

from __future__ import annotations

import html
import re

import pytest

from tests.webapp.accounts.conftest import Browser
from tests.webapp.fake_recommender import ADA, FakeRecommender

FILM, RATE, MARK = "/film/1199", "/film/1199/rate", "/film/1199/mark"
SCRIPT = {"Accept": "application/json, application/problem+json"}


def undo(browser: Browser, page: str) -> None:
    """Press Undo as it stands on the page, which is shown once."""
    form = re.search(r'<div class="said".*?<form method="post" action="([^"]+)".*?>(.*?)</form>', page, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[2]))
    browser.client.post(html.unescape(form[1]), data={name: html.unescape(value) for name, value in fields.items()})


def test_stars_are_kept_and_told_on_the_page_one_was_on(alice: Browser, recommender: FakeRecommender) -> None:
    answer = alice.send(RATE, on=FILM, rating="4.5")

    assert (answer.status_code, answer.headers["Location"]) == (303, FILM)
    assert recommender.stars == {(ADA, 1199): 4.5}
    page = alice.get(FILM).text
    assert "Brazil: 4½ stars saved." in page
    assert re.search(r'value="4\.5" required checked', page)
    assert "saved." not in alice.get(FILM).text


@pytest.mark.parametrize("before", ["", "2"])
def test_stars_are_taken_back_to_what_they_were(alice: Browser, recommender: FakeRecommender, before: str) -> None:
    if before:
        alice.send(RATE, on=FILM, rating=before)
    alice.send(RATE, on=FILM, rating="5")

    undo(alice, alice.get(FILM).text)

    assert recommender.stars == ({(ADA, 1199): float(before)} if before else {})


def test_a_rating_can_be_taken_back(alice: Browser, recommender: FakeRecommender) -> None:
    alice.send(RATE, on=FILM, rating="5")

    alice.send(RATE, on=FILM, rating="")

    assert recommender.stars == {}
    assert "Your rating of Brazil is taken back." in alice.get(FILM).text


@pytest.mark.parametrize("sent", ["6", "0", "4.3", "five", "-1", "1e1", "٣", " " * 50])
def test_stars_off_the_scale_change_nothing(alice: Browser, recommender: FakeRecommender, sent: str) -> None:
    answer = alice.client.post(RATE, data={"rating": sent, "csrf": alice.csrf}, headers=SCRIPT)

    assert answer.status_code == 400
    assert answer.get_json()["detail"] == f"rating must be a number from 0.5 to 5 in half steps, not {sent!r}."
    assert recommender.stars == {}


def test_a_script_gets_what_to_tell_and_the_way_back(alice: Browser) -> None:
    answer = alice.client.post(RATE, data={"rating": "4", "csrf": alice.csrf}, headers=SCRIPT)

    assert answer.get_json() == {"text": "Brazil: 4 stars saved.", "undo": {"path": RATE, "fields": {"rating": ""}}, "rev": 1}
    assert "4 stars saved" not in alice.get(FILM).text


@pytest.mark.parametrize(
    ("kind", "put", "taken"),
    [
        ("seen", "You have seen Brazil.", "Brazil is not marked as seen any more."),
        ("hidden", "Brazil is hidden from your lists.", "Brazil may come up again."),
        ("watchlist", "Brazil is on your watchlist.", "Brazil is off your watchlist."),
    ],
)
def test_marks_are_put_and_taken_away(alice: Browser, recommender: FakeRecommender, kind: str, put: str, taken: str) -> None:
    token = alice.csrf
    alice.client.post(MARK, data={"kind": kind, "turn": "on", "csrf": token})
    page = alice.get(FILM).text

    assert put in page
    assert [key[2] for key in recommender.marks] == [kind]

    undo(alice, page)

    assert taken in alice.get(FILM).text
    assert recommender.marks == {}


@pytest.mark.parametrize("fields", [{"kind": "loved", "turn": "on"}, {"kind": "seen", "turn": "maybe"}, {"kind": "seen"}, {}])
def test_a_mark_that_there_is_not_changes_nothing(alice: Browser, recommender: FakeRecommender, fields: dict[str, str]) -> None:
    answer = alice.client.post(MARK, data={**fields, "csrf": alice.csrf})

    assert answer.status_code == 400
    assert recommender.marks == {}


@pytest.mark.parametrize("path", [RATE, MARK])
def test_strangers_say_nothing(browser: Browser, recommender: FakeRecommender, path: str) -> None:
    answer = browser.client.post(path, data={"rating": "4", "kind": "seen", "turn": "on"})

    assert answer.status_code == 401
    assert (recommender.stars, recommender.marks) == ({}, {})


def test_a_film_that_there_is_not_is_not_found(alice: Browser) -> None:
    assert alice.client.post("/film/999/rate", data={"rating": "4", "csrf": alice.csrf}).status_code == 404
    assert alice.client.post("/film/999/mark", data={"kind": "seen", "turn": "on", "csrf": alice.csrf}).status_code == 404


def test_a_title_like_mark_up_stays_text(alice: Browser) -> None:
    alice.send("/film/140956/rate", on="/film/140956", rating="3")

    page = alice.get("/me/ratings/").text

    assert "A Film &lt;b&gt;&amp; its&lt;/b&gt; &#39;Quotes&#39;: 3 stars saved." in page
    assert "<b>& its" not in page


def test_nobody_is_sent_elsewhere_after_saying_something(alice: Browser) -> None:
    answer = alice.client.post(RATE, data={"rating": "4", "csrf": alice.csrf, "next": "https://elsewhere.example/"})

    assert answer.headers["Location"] == "/"
