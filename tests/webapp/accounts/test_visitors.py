"""Pages for those who are signed in, and what becomes of everybody else."""

from __future__ import annotations

import pytest
from flask import Flask

from recommender.domain import STRANGER, Asker
from tests.webapp.accounts.conftest import Browser
from webapp.accounts import asker, signed_in, visitor


@pytest.fixture
def app(app: Flask) -> Flask:
    @app.route("/mine/", methods=["GET", "POST"])
    @signed_in
    def mine() -> str:
        known = visitor()
        assert known is not None
        return f"{known.user_id} {known.member.name} {known.household.name} {known.is_owner}"

    @app.get("/who/")
    def who() -> str:
        return "nobody" if asker() == STRANGER else f"member {asker().member}"

    return app


def test_a_page_of_ones_own_sends_strangers_to_sign_in_and_back(browser: Browser) -> None:
    answer = browser.get("/mine/?sort=year")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/?next=/mine/?sort%3Dyear")


def test_it_knows_who_looks_at_it(alice: Browser) -> None:
    number, *words = alice.get("/mine/").text.split()

    assert words == ["Alice", "Alice", "True"]
    assert alice.get("/who/").text == f"member {number}"


def test_a_stranger_asks_as_a_stranger(browser: Browser) -> None:
    assert browser.get("/who/").text == "nobody"


def test_what_a_stranger_sends_is_answered_by_the_way_in_and_a_way_back(browser: Browser) -> None:
    answer = browser.client.post("/mine/", headers={"Referer": "http://localhost/movies/?user=7"})

    assert answer.status_code == 401
    assert "You are not signed in, so nothing was changed." in answer.text
    assert '<input type="hidden" name="next" value="/movies/?user=7">' in answer.text


def test_a_program_is_told_the_same_in_json(browser: Browser) -> None:
    answer = browser.client.post("/mine/", headers={"Accept": "application/problem+json"})

    assert answer.status_code == 401
    assert answer.get_json()["type"] == "urn:matinee:not-signed-in"


def test_nothing_of_somebodys_page_is_kept_on_the_way_or_in_the_browser(alice: Browser) -> None:
    for path in ("/", "/about/", "/film/1", "/search/?q=matrix", "/result/?user=580"):
        headers = alice.get(path).headers
        assert headers["Cache-Control"] == "private, no-store", path
        assert "Cookie" in headers["Vary"]


def test_a_strangers_page_says_that_it_depends_on_the_cookie(browser: Browser) -> None:
    assert browser.get("/").headers["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert "Cookie" in browser.get("/").headers["Vary"]


def test_asker_of_a_member_carries_no_token(app: Flask, alice: Browser) -> None:
    assert Asker(member=None) == STRANGER


def test_no_page_of_ones_own_is_open_to_strangers(app: Flask, browser: Browser) -> None:
    walked = 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(("/me/", "/settings/", "/switch/")):
            continue
        built = rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)
        assert built is not None
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}):
            answer = browser.client.open(built[1], method=method)
            came = (answer.status_code, answer.headers.get("Location", "").partition("?")[0])
            assert came == ((303, "/sign-in/") if method == "GET" else (401, "")), f"{method} {rule.rule} is open to strangers"
            walked += 1
    assert walked >= 20
