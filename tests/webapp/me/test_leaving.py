"""Leaving for good: asked twice, done whole, and told what remains."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.webapp.accounts.conftest import PASSWORD, Browser
from tests.webapp.conftest import a_browser
from tests.webapp.fake_recommender import ADA, FakeRecommender

DELETE = "/me/delete/"


def test_who_leaves_gets_a_receipt_and_is_signed_out(alice: Browser, recommender: FakeRecommender) -> None:
    recommender.stars[ADA, 1199] = 5

    answer = alice.send(DELETE, name="alice", password=PASSWORD)

    assert answer.status_code == 200
    assert "<dt>ratings</dt><dd>1</dd>" in answer.text
    assert "<dt>people</dt><dd>1</dd>" in answer.text
    assert recommender.model in answer.text
    assert "Signed in as" not in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert not alice.is_in
    assert recommender.stars == {}
    assert alice.sign_in().status_code == 401


def test_cookies_of_other_sites_on_this_host_stay(alice: Browser) -> None:
    with alice.client.session_transaction() as kept:
        kept["interview"] = {}

    answer = alice.send(DELETE, name="alice", password=PASSWORD)

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert {said.partition("=")[0] for said in answer.headers.getlist("Set-Cookie") if "Max-Age=0" in said} == {"matinee", "session"}


def test_every_browser_is_signed_out(alice: Browser, app: Flask) -> None:
    other = Browser(a_browser(app))
    other.sign_in()

    alice.send(DELETE, name="Alice", password=PASSWORD)

    assert not other.is_in


@pytest.mark.parametrize(
    ("name", "password", "status", "sentence"),
    [
        ("Alicia", PASSWORD, 400, "Name must be Alice, to be sure, not &#39;Alicia&#39;."),
        ("", PASSWORD, 400, "Name must be Alice, to be sure"),
        ("Alice", "guess guess guess", 401, "That is not the password you sign in with."),
        ("Alice", "", 401, "That is not the password you sign in with."),
    ],
)
def test_nothing_goes_by_mistake(
    alice: Browser, recommender: FakeRecommender, name: str, password: str, status: int, sentence: str
) -> None:
    recommender.stars[ADA, 1199] = 5

    answer = alice.send(DELETE, name=name, password=password)

    assert answer.status_code == status
    assert sentence in answer.text
    assert alice.is_in
    assert recommender.stars


def test_the_password_cannot_be_guessed_here_either(alice: Browser) -> None:
    statuses = [alice.send(DELETE, name="Alice", password=f"guess number {n}").status_code for n in range(32)]

    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_strangers_delete_nobody(browser: Browser) -> None:
    assert browser.get(DELETE).status_code == 303
    assert browser.client.post(DELETE, data={"name": "Alice", "password": PASSWORD}).status_code == 401
