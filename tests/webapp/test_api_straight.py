"""A plain list is answered without Flask, by the same bytes and with the same counts as with it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recommender.errors import NoModelError, StorageError
from recommender.settings import Settings
from tests.webapp.conftest import a_browser
from tests.webapp.fake_recommender import ADA, ADA_TOKEN, BOB, NOBODY, FakeRecommender
from webapp import create_app
from webapp.api import straight
from webapp.metrics import ROUTE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LIST = "/api/v1/users/580/recommendations"
RULE = "/api/v1/users/<user_id>/recommendations"
ADAS = f"/api/v1/users/{ADA}/recommendations"
TOKEN = {"Authorization": f"Bearer {ADA_TOKEN}"}

ASKED: list[tuple[str, dict[str, str]]] = [
    (LIST, {}),
    *[(f"{LIST}?n={n}", {}) for n in (1, 2, 9, 10)],
    (f"{LIST}?", {}),
    (LIST, {"If-None-Match": '"another"'}),
    (LIST, {"If-None-Match": "nonsense"}),
    (LIST, {"Cookie": "session=somebody", "Accept": "text/html", "Accept-Encoding": "gzip"}),
    (ADAS, TOKEN),
    (f"{ADAS}?n=3", {"Authorization": f"bearer  {ADA_TOKEN} "}),
    (f"/api/v1/users/{BOB}/recommendations", {}),
    (f"/api/v1/users/{BOB}/recommendations", TOKEN),
]
REFUSED = [
    (ADAS, {}),
    (ADAS, {"Authorization": "Bearer wrong"}),
    (ADAS, {"Authorization": f"Basic {ADA_TOKEN}"}),
    (f"/api/v1/users/{NOBODY}/recommendations", {}),
    ("/api/v1/users/9999/recommendations", {}),
    ("/api/v1/users/0/recommendations", {}),
    ("/api/v1/users/-1/recommendations", {}),
    ("/api/v1/users/٣/recommendations", {}),
    (f"/api/v1/users/{10**30}/recommendations", {}),
    (f"{LIST}?n=0", {}),
    (f"{LIST}?n=101", {}),
    (f"{LIST}?m=10", {}),
    (f"{LIST}?n=10&n=10", {}),
    (f"{LIST}/", {}),
    (LIST, {"Matinee-Skill-Key": "wrong"}),
    (LIST, {"Matinee-Echo": "amzn1.ask.account.1"}),
]
LONG_WAY = [
    ("/api/v1/users/0580/recommendations", {}),
    (f"{LIST}?n=11", {}),
    (f"{LIST}?n=%31", {}),
    (f"{LIST}?n=10&explore=0.2", {}),
    (f"{LIST}?n=10&with=Drama", {}),
    (LIST, {"Matinee-Skill-Key": "the key of the skill"}),
]


@pytest.fixture
def app() -> Flask:
    return create_app(FakeRecommender(Settings(secret_key="a key for tests alone, not a secret", skill_key="the key of the skill")))


def answers(client: FlaskClient, path: str, headers: dict[str, str], method: str = "GET") -> tuple[object, ...]:
    """Status, headers, body, and the route in the log."""
    routes: list[str] = []
    inside = client.application.wsgi_app

    def watched(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        said = inside(environ, start_response)
        routes.append(environ[ROUTE])
        return said

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client.application, "wsgi_app", watched)
        answer = client.open(path, method=method, headers=headers)
    return answer.status, sorted(answer.headers.items()), answer.data, *routes


def is_straight(app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str], method: str = "GET") -> bool:
    """Whether Flask has nothing to do with it."""
    asked: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(app, "full_dispatch_request", lambda *_: asked.append(path) or app.make_response(b""))
        app.test_client().open(path, method=method, headers=headers)
    return not asked


@pytest.mark.parametrize(("path", "headers"), ASKED + REFUSED + LONG_WAY)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_says_what_flask_says(app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str], method: str) -> None:
    client = a_browser(app)

    first, again = answers(client, path, headers, method), answers(client, path, headers, method)
    monkeypatch.setattr(straight, "LENGTHS", {})

    assert first == again == answers(client, path, headers, method)


def test_so_it_does_of_a_list_that_still_holds(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = a_browser(app)
    tag = client.get(LIST).headers["ETag"]
    headers = [{"If-None-Match": sent} for sent in (tag, f'"another", {tag}', tag.removeprefix("W/"), "*")]

    said = [answers(client, LIST, each) for each in headers]
    assert all(is_straight(app, monkeypatch, LIST, each) for each in headers)
    monkeypatch.setattr(straight, "LENGTHS", {})

    assert said == [answers(client, LIST, each) for each in headers]
    assert {status for status, *_ in said} == {"304 NOT MODIFIED"}


@pytest.mark.parametrize(("path", "headers"), ASKED)
def test_what_is_plainly_asked_is_answered_without_flask(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str]
) -> None:
    assert is_straight(app, monkeypatch, path, headers)


@pytest.mark.parametrize(
    ("path", "headers", "method"), [*[(*each, "GET") for each in REFUSED + LONG_WAY], (LIST, {}, "HEAD"), (LIST, {}, "POST")]
)
def test_all_else_is_flasks(app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str], method: str) -> None:
    assert not is_straight(app, monkeypatch, path, headers, method)


def test_a_rating_is_in_the_next_list(app: Flask) -> None:
    client = a_browser(app)
    before = client.get(ADAS, headers=TOKEN)

    client.put(f"/api/v1/users/{ADA}/ratings/{before.get_json()['items'][0]['movie_id']}", json={"rating": 5}, headers=TOKEN)
    after = client.get(ADAS, headers={**TOKEN, "If-None-Match": before.headers["ETag"]})

    assert after.status_code == HTTPStatus.OK
    assert after.get_json()["rev"] == before.get_json()["rev"] + 1
    assert before.get_json()["items"][0] not in after.get_json()["items"]


def test_without_its_store_it_says_what_flask_says(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.extensions["recommender"].away = "slow"
    client = a_browser(app)

    said = answers(client, LIST, {})
    assert is_straight(app, monkeypatch, LIST, {})
    monkeypatch.setattr(straight, "LENGTHS", {})

    assert said == answers(client, LIST, {})
    assert ("Cache-Control", "no-store") in said[1]
    assert not [value for name, value in said[1] if name == "ETag"]


@pytest.mark.parametrize("fault", [NoModelError("file:/nowhere"), StorageError("gone"), ZeroDivisionError("a mistake of ours")])
def test_what_fails_is_told_and_logged_once(app: Flask, caplog: pytest.LogCaptureFixture, fault: Exception) -> None:
    app.extensions["recommender"].fault = fault

    with caplog.at_level(logging.WARNING):
        answer = a_browser(app).get(LIST)

    assert answer.status_code in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INTERNAL_SERVER_ERROR)
    assert answer.mimetype == "application/problem+json"
    assert len(caplog.records) == 1


def test_it_is_counted_as_by_flask(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def counts() -> list[float]:
        value = app.extensions["tally"].registry.get_sample_value
        return [
            value(name, labels) or 0.0
            for name, labels in (
                ("matinee_requests_total", {"route": RULE, "method": "GET", "status": "2xx"}),
                ("matinee_request_seconds_count", {"route": RULE}),
                ("matinee_lists_total", {"source": "record"}),
            )
        ]

    client = a_browser(app)

    client.get(LIST)
    without = counts()
    monkeypatch.setattr(straight, "LENGTHS", {})
    client.get(LIST)

    assert without == [1, 1, 1]
    assert counts() == [2, 2, 2]


def test_the_route_is_that_of_the_document(app: Flask) -> None:
    assert straight.RULE in [rule.rule for rule in app.url_map.iter_rules()]
