"""Who asks, under which name and by which scheme: told by the web server in front, where the settings say that there is one."""

from __future__ import annotations

import re

import pytest
from flask import request, session
from flask.testing import FlaskClient

from recommender.settings import Settings
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app

TOLD = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "films.example"}


def site(*, behind_proxy: bool) -> FlaskClient:
    recommender = FakeRecommender()
    recommender.settings = Settings(secret_key="of-these-tests-alone", behind_proxy=behind_proxy)
    app = create_app(recommender)
    app.add_url_rule("/who", "who", lambda: f"{request.remote_addr} {request.url}")
    app.add_url_rule("/in", "in", sign_in)
    return app.test_client()


def sign_in() -> str:
    session["name"] = "ada"
    return "in"


def test_the_server_in_front_is_believed() -> None:
    behind = site(behind_proxy=True)

    assert behind.get("/who", headers=TOLD).text == "203.0.113.9 https://films.example/who"
    assert 'content="https://films.example/static/icons/og.png"' in behind.get("/", headers=TOLD).text


def test_only_the_last_word_counts_since_what_stands_before_it_came_from_outside() -> None:
    lied = {**TOLD, "X-Forwarded-For": "198.51.100.1, 203.0.113.9"}

    assert site(behind_proxy=True).get("/who", headers=lied).text.startswith("203.0.113.9 ")


def test_without_one_nobody_is_believed() -> None:
    assert site(behind_proxy=False).get("/who", headers=TOLD).text == "127.0.0.1 http://localhost/who"


@pytest.mark.parametrize(("behind_proxy", "begins"), [(True, "__Host-session="), (False, "session=")])
def test_cookies_go_over_tls_alone_where_there_is_tls(behind_proxy: bool, begins: str) -> None:
    cookie = site(behind_proxy=behind_proxy).get("/in", headers=TOLD).headers["Set-Cookie"]

    assert cookie.startswith(begins)
    assert re.search("; HttpOnly; ", cookie)
    assert cookie.endswith("; SameSite=Lax")
    assert ("; Secure; " in cookie) is behind_proxy
