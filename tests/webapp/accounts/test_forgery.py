"""Forms that another site sends in somebody's name change nothing, whichever view they are for."""

from __future__ import annotations

import io

import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from tests.webapp.accounts.conftest import Browser
from webapp.accounts import takes
from webapp.accounts.forgery import REFUSED

# Views that are not behind the check, and why they need not be.
WITHOUT = {
    "/api/": "programs, known by a token that no browser sends by itself",
    "/alexa": "Amazon, known by its signature",
    "/personalize": "programs, known by their signatures",
    "/operator/": "a cookie that browsers send from the operator's pages alone, and a check of its own",
}
ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://[::1"},
    {"Referer": "https://evil.example/localhost/"},
]
GOES_FOR = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def app(app: Flask) -> Flask:
    @app.route("/changes/", methods=GOES_FOR)
    def changes() -> str:
        return f"changed {request.form.get('what', '')}"

    @app.post("/takes-much/")
    @takes(largest_body=200_000)
    def takes_much() -> str:
        return f"{len(request.files['file'].read())} bytes"

    return app


def test_no_view_takes_a_form_without_the_token_of_the_session(app: Flask, alice: Browser) -> None:
    walked = 0
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & set(GOES_FOR)):
            if rule.rule.startswith(tuple(WITHOUT)):
                continue
            path = rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)
            assert path is not None
            for brought in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": alice.csrf[:-1]}):
                answer = alice.client.open(path[1], method=method, data=brought)
                assert (answer.status_code, "nothing was changed" in answer.text) == (403, True), f"{method} {rule.rule} took a forged form"
            walked += 1
    assert walked >= 6
    assert alice.is_in


@pytest.mark.parametrize("said", ELSEWHERE, ids=str)
def test_what_was_sent_from_elsewhere_is_refused_even_with_the_token(alice: Browser, said: dict[str, str]) -> None:
    csrf = alice.csrf
    answer = alice.client.post("/changes/", data={"csrf": csrf}, headers={"Sec-Fetch-Site": "same-origin", **said})

    assert answer.status_code == 403
    assert REFUSED in answer.text
    assert "Go back and try again" in answer.text


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-up/", "/changes/"])
@pytest.mark.parametrize("said", [*ELSEWHERE, {}], ids=str)
def test_a_strangers_form_must_say_that_it_was_sent_from_here(app: Flask, path: str, said: dict[str, str]) -> None:
    answer = app.test_client().post(path, data={"name": "Mallory", "password": "brazil heat alien"}, headers=said)

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("said", [{"Origin": "http://localhost"}, {"Referer": "http://localhost/x"}, {"Sec-Fetch-Site": "none"}], ids=str)
def test_any_of_what_browsers_say_will_do(app: Flask, said: dict[str, str]) -> None:
    assert app.test_client().post("/changes/", data={"what": "it"}, headers=said).text == "changed it"


def test_with_the_token_it_is_done_whether_field_or_header(alice: Browser) -> None:
    csrf = alice.csrf

    assert alice.client.post("/changes/", data={"csrf": csrf, "what": "it"}).text == "changed it"
    assert alice.client.delete("/changes/", headers={"X-Csrf-Token": csrf}).text == "changed "


def test_the_token_of_another_session_will_not_do(app: Flask, alice: Browser) -> None:
    hers = alice.csrf
    alice.sign_out()
    alice.sign_in()

    assert alice.csrf != hers
    assert alice.client.post("/changes/", data={"csrf": hers}).status_code == 403


def test_programs_are_left_alone(client) -> None:
    answer = client.put("/api/v1/users/7/ratings/1", json={"rating": 4}, headers={"Sec-Fetch-Site": "cross-site"})

    assert "urn:matinee:forged" not in answer.text


def test_a_view_may_take_more_than_the_site_does(alice: Browser) -> None:
    def sent(size: int, **more: str) -> TestResponse:
        return alice.client.post("/takes-much/", data={"file": (io.BytesIO(b"x" * size), "ratings.csv"), **more})

    csrf = alice.csrf
    assert sent(100_000, csrf=csrf).text == "100000 bytes"
    assert sent(100_000).status_code == 403
    assert sent(300_000, csrf=csrf).status_code == 413
