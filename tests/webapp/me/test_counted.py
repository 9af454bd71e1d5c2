"""What Amazon Personalize would have been asked and told is counted, whichever way people come; nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from alexa_skill.films import Caller
from recommender import worker_folder
from recommender.domain import SEEN
from recommender.traffic import counted, months_counted
from tests.webapp.accounts.conftest import PASSWORD, Browser
from tests.webapp.fake_recommender import ADA, ADA_TOKEN, FakeRecommender
from webapp import create_app
from webapp.alexa.films import EngineFilms

Grown = Callable[[], tuple[int, int]]
VIEWER, FILM = 7, 1199


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "traffic"


@pytest.fixture
def app(recommender: FakeRecommender, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """One of several workers of a server."""
    (tmp_path / "counts").mkdir()
    monkeypatch.setenv(worker_folder.VARIABLE, str(tmp_path / "counts"))
    object.__setattr__(recommender.settings, "traffic_folder", str(folder))
    return create_app(recommender)


@pytest.fixture
def grown(folder: Path) -> Grown:
    """Lists asked for and films spoken of since the last look."""
    seen = [0, 0]

    def look() -> tuple[int, int]:
        found = [counted(folder, month) for month in months_counted(folder)]
        now = [sum(sum(month.requests) for month in found), sum(sum(month.events) for month in found)]
        more = now[0] - seen[0], now[1] - seen[1]
        seen[:] = now
        return more

    return look


def test_a_list_asked_for_by_a_page_or_a_program_is_one_request(client: FlaskClient, grown: Grown) -> None:
    client.get(f"/result/?user={VIEWER}&amount=10")
    assert grown() == (1, 0)

    client.get(f"/api/v1/users/{VIEWER}/recommendations")
    assert grown() == (1, 0)


@pytest.mark.parametrize(
    "path", ["/", "/about/", "/movies/", "/film/1199", "/search?q=heat", "/healthz", "/metrics", "/api/v1/users/0/recommendations"]
)
def test_what_asks_for_no_list_is_none(client: FlaskClient, grown: Grown, path: str) -> None:
    client.get(path)

    assert grown() == (0, 0)


def test_stars_and_marks_are_events_and_the_list_that_follows_is_a_request(alice: Browser, grown: Grown) -> None:
    grown()

    alice.send(f"/film/{FILM}/rate", on=f"/film/{FILM}", rating="4.5")
    assert grown() == (1, 1)

    alice.client.post(f"/film/{FILM}/mark", data={"kind": SEEN, "turn": "on", "csrf": alice.csrf})
    assert grown() == (1, 1)


def test_a_program_tells_as_much_as_a_page(client: FlaskClient, grown: Grown) -> None:
    bearer = {"Authorization": f"Bearer {ADA_TOKEN}"}

    client.put(f"/api/v1/users/{ADA}/ratings/{FILM}", json={"rating": 4.5}, headers=bearer)
    assert grown() == (1, 1)
    client.put(f"/api/v1/users/{ADA}/marks/seen/{FILM}", headers=bearer)
    assert grown() == (1, 1)
    client.delete(f"/api/v1/users/{ADA}/ratings/{FILM}", headers=bearer)
    assert grown() == (1, 0)
    client.put(f"/api/v1/users/{ADA}/ratings/{FILM}", json={"rating": 4.5})
    assert grown() == (0, 0)


def test_what_is_taken_back_or_refused_is_no_event(alice: Browser, grown: Grown) -> None:
    grown()

    alice.send(f"/film/{FILM}/rate", on=f"/film/{FILM}", rating="")
    assert grown() == (1, 0)

    alice.client.post(f"/film/{FILM}/rate", data={"rating": "6", "csrf": alice.csrf})
    assert grown() == (0, 0)


def test_what_the_echo_asks_for_and_is_told_counts_as_well(app: Flask, recommender: FakeRecommender, grown: Grown) -> None:
    sign_in = app.extensions["sign_in"]()
    anna = sign_in.sign_up("Anna", PASSWORD, address="1.2.3.4")
    with ThreadPoolExecutor(1) as threads:
        films = EngineFilms(recommender, lambda: sign_in, Caller("echo", ""), 20, threads, tally=app.extensions["tally"])
        assert films.list_of(VIEWER)
        assert films.chosen(VIEWER, with_genres=["Drama"])
        assert films.list_of(999_999) is None
        films.similar(FILM)
        assert grown() == (2, 0)

        films.link(sign_in.new_code(anna.session))
        films.rate(FILM, 4.5)
        films.mark(FILM, SEEN)
        assert grown() == (2, 2)
        films.rate(FILM, None)
        films.mark(FILM, SEEN, there=False)
        assert grown() == (2, 0)


def test_the_echo_to_type_to_counts_like_any_other(client: FlaskClient, grown: Grown) -> None:
    page = client.post("/echo/", data={"kept": "", "say": "open movie"}).text
    kept = page.split('name="kept" value="')[1].split('"')[0]
    assert grown() == (0, 0)

    client.post("/echo/", data={"kept": kept, "say": f"my id is {VIEWER} and i want three movies"})

    assert grown() == (1, 0)


def test_a_process_that_works_alone_keeps_nothing(recommender: FakeRecommender, folder: Path) -> None:
    object.__setattr__(recommender.settings, "traffic_folder", str(folder))

    create_app(recommender).test_client().get(f"/result/?user={VIEWER}&amount=10")

    assert not folder.exists()
