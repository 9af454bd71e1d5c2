"""What is kept of pages is what would be written anew, and nothing of anybody who is known."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import flask
import pytest
from flask import Flask
from flask.testing import FlaskClient

from recommender.domain import LIST_LENGTH
from tests.webapp.fake_recommender import ADA, ADA_TOKEN, BOB, BOB_TOKEN, FakeRecommender
from webapp import kept

TEMPLATES = Path(kept.__file__).with_name("templates")
PAGE = "/result/?user=580&amount=10"
SAID_ONCE = r"once\((\w+),"


def pages(app: Flask) -> dict[tuple[object, ...], bytes]:
    found: dict[tuple[object, ...], bytes] = app.extensions["kept_pages"]
    return found


def test_a_page_that_is_asked_for_again_is_not_written_again(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get(PAGE)
    monkeypatch.setattr(sys.modules["webapp.pages"], "render_template", None)  # nothing can be written
    again = client.get(PAGE)

    assert (again.status_code, again.data, again.headers) == (200, first.data, first.headers)
    assert list(pages(app).values()) == [first.data]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (PAGE, {}),
        (PAGE, {"Host": "films.example:8443"}),
        (f"{PAGE}&amount", {}),
        ("/result/?user=%20580&amount=10", {}),
        ("/result/?user=580&amount=9", {}),
        (f"{PAGE}&with=Drama", {}),
        (f"{PAGE}&with=Drama&with=Crime&without=Comedy", {}),
        (f"{PAGE}&explore=0.5", {}),
        (f"{PAGE}&explore=auto&diversity=1&popularity=-1", {}),
        ("/result/?user=581&amount=10", {}),
        (f"/result/?user={BOB}&amount=10", {}),
    ],
)
def test_another_question_is_another_page(app: Flask, client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    client.get("/result/?user=99&amount=3")
    client.get(PAGE, headers={"Host": "other.example"})
    first, again = client.get(path, headers=headers), client.get(path, headers=headers)
    app.extensions |= {"kept_pages": {}, "kept_words": {}, "kept_addresses": {}}

    assert client.get(path, headers=headers).data == first.data == again.data


def test_what_moves_the_list_is_another_page(client: FlaskClient, recommender: FakeRecommender) -> None:
    page = f"/result/?user={BOB}&amount=10"
    seen = [client.get(page).data]
    client.put(f"/api/v1/users/{BOB}/ratings/1199", json={"rating": 5}, headers={"Authorization": f"Bearer {BOB_TOKEN}"})
    seen.append(client.get(page).data)
    recommender.model = "popular-99"
    seen.append(client.get(page).data)
    seen.append(client.get(page, base_url="https://localhost").data)
    seen.append(client.get(page, environ_overrides={"SCRIPT_NAME": "/below"}).data)

    assert len(set(seen)) == len(seen)


def test_a_publication_is_another_page_although_its_films_are_the_same(
    app: Flask, client: FlaskClient, recommender: FakeRecommender
) -> None:
    client.get(PAGE)
    recommender.generation += 1
    client.get(PAGE)

    assert len(pages(app)) == 2


def test_a_page_of_whoever_sends_a_cookie_is_written_for_them(app: Flask, client: FlaskClient) -> None:
    client.get(PAGE)
    client.set_cookie("matinee", "a session that is none")
    client.get("/result/?user=12&amount=10")

    assert [key for key in pages(app) if "user=12" in repr(key)] == []
    assert len(pages(app)) == 1


def test_a_private_list_is_kept_for_nobody(app: Flask, client: FlaskClient) -> None:
    page = f"/result/?user={ADA}&amount=10"
    client.get(page, headers={"Authorization": f"Bearer {ADA_TOKEN}"})

    assert client.get(page).status_code == 404
    assert pages(app) == {}


def test_a_page_made_without_the_store_and_a_long_one_are_not_kept(app: Flask, client: FlaskClient, recommender: FakeRecommender) -> None:
    client.get(f"/result/?user=580&amount={LIST_LENGTH + 1}")
    recommender.away = "slow"
    client.get(PAGE)
    assert pages(app) == {}

    recommender.away = ""
    client.get(PAGE)
    assert len(pages(app)) == 1


def test_a_list_that_is_gone_is_not_shown(client: FlaskClient, recommender: FakeRecommender) -> None:
    """Every page reads the list, the kept ones too."""
    client.get(PAGE)
    recommender.fault = ZeroDivisionError("whatever")

    assert client.get(PAGE).status_code == 500


def test_few_are_kept(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_PAGES", 3)
    monkeypatch.setattr(kept, "MOST_WORDS", 5)
    monkeypatch.setattr(kept, "MOST_ADDRESSES", 5)
    for viewer in range(1, 9):
        assert f"for viewer {viewer}</h1>" in client.get(f"/result/?user={viewer}&amount=10").text

    assert 0 < len(pages(app)) <= 3
    assert 0 < len(app.extensions["kept_words"]) <= 5
    assert 0 < len(app.extensions["kept_addresses"]) <= 5


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("pages.home", {}),
        ("pages.film", {"movie_id": 7}),
        ("pages.result", {"user": "580", "amount": "10", "with": ("Drama", "Film-Noir"), "without": (), "explore": None}),
        ("pages.result", {"user": "ü & <b>", "amount": "", "with": ["Drama", "Crime"]}),
        ("pages.search", {"q": "x" * 300}),
        ("static", {"filename": "icons/og.png", "_external": True}),
        ("pages.home", {"_anchor": "main"}),
    ],
)
def test_an_address_is_flasks_own(app: Flask, endpoint: str, values: dict[str, object]) -> None:
    for base in ("http://localhost", "https://films.example/below", "http://other.example:8000"):
        with app.test_request_context("/about/", base_url=base):
            assert kept.url_for(endpoint, **values) == kept.url_for(endpoint, **values) == flask.url_for(endpoint, **values)
    assert all(len(known) <= kept.LONGEST_ADDRESS for known in app.extensions["kept_addresses"].values())


def test_what_is_said_once_is_of_templates_that_know_nothing_of_the_request() -> None:
    """A macro imported with context would say to everybody what it once said to one."""
    names = set()
    for file in TEMPLATES.rglob("*.html"):
        text = file.read_text()
        for macro in re.findall(SAID_ONCE, text):
            imported = re.findall(rf'{{% from "([^"]+)" import [^%]*\b{macro}\b[^%]*%}}', text)
            [home] = [TEMPLATES / place for place in imported] or [file]
            assert not re.search(rf"import [^%]*\b{macro}\b[^%]*with context", text)
            assert f"{{% macro {macro}(" in home.read_text()
            names.add(macro)
    assert names == {"entry_head", "sources", "masthead", "colophon", "slider_rows"}
