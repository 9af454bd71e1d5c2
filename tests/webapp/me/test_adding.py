"""Adding a film: by form and by API, told once, refused in words."""

from __future__ import annotations

import pytest

from recommender.domain import FIRST_ADDED_MOVIE_ID
from tests.webapp.accounts.conftest import Browser
from tests.webapp.fake_recommender import ADA, ADA_TOKEN, FakeRecommender

NEW, MOVIES = "/films/new/", f"/api/v1/users/{ADA}/movies"
ADAS = {"Authorization": f"Bearer {ADA_TOKEN}"}


def test_a_film_is_added_and_its_page_asks_for_stars(alice: Browser, recommender: FakeRecommender) -> None:
    answer = alice.send(NEW, title="  Our   Summer ", year="2024", genre=["Drama", "Comedy"], link="https://www.imdb.com/title/tt0012345/")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/film/{FIRST_ADDED_MOVIE_ID}")
    (film,) = recommender.added
    assert (film.movie.title, film.movie.year, film.movie.genres) == ("Our Summer", 2024, ("Comedy", "Drama"))
    assert (film.movie.imdb_id, film.link) == (12345, "")
    assert "Our Summer is here now" in alice.get("/about/").text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", " ", "Title must be a title of 1 to 200 letters, digits and signs"),
        ("title", "x" * 201, "Title must be a title of 1 to 200"),
        ("year", "soon", "Year must be a whole number"),
        ("year", "1066", "Year must be the year it came out, 1870 to 2100"),
        ("genre", "Nonsense", "Genre must be one of"),
        ("link", "http://films.example.com/", "Link must be an address that begins with https://"),
        ("link", "javascript:alert(1)", "Link must be an address that begins with https://"),
        ("link", "https://somebody:secret@films.example.com/", "Link must be an address"),
        ("link", "https://films.example.com/" + "x" * 300, "Link must be an address"),
        ("link", "https://[::1", "Link must be an address"),
    ],
)
def test_what_cannot_be_added_is_told_and_what_was_typed_stays(
    alice: Browser, recommender: FakeRecommender, field: str, value: str, sentence: str
) -> None:
    fields = {"title": "Our Summer", "year": "2024", "genre": "Drama", "link": "https://films.example.com/ours"} | {field: value}

    answer = alice.send(NEW, **fields)

    assert answer.status_code == 400
    assert sentence in answer.text
    assert 'value="https://films.example.com/ours"' in answer.text or field == "link"
    assert recommender.added == []


def test_a_film_that_is_here_already_is_shown_the_way_to(alice: Browser) -> None:
    answer = alice.send(NEW, title="Brazil", year="1985")

    assert answer.status_code == 409
    assert 'href="/film/1199">Go to <bdi>Brazil</bdi>' in answer.text


def test_a_search_in_vain_leads_to_it(alice: Browser) -> None:
    assert 'href="/films/new/?title=zxy"' in alice.get("/search/?q=zxy").text


def test_strangers_add_nothing(browser: Browser, recommender: FakeRecommender) -> None:
    assert browser.get(NEW).status_code == 303
    assert browser.client.post(NEW, data={"title": "Our Summer"}).status_code == 401
    assert browser.client.post(MOVIES, json={"title": "Our Summer"}).status_code == 401
    assert recommender.added == []


def test_a_program_adds_a_film(browser: Browser, recommender: FakeRecommender) -> None:
    answer = browser.client.post(MOVIES, json={"title": "Our Summer", "year": 2024}, headers=ADAS)

    assert answer.status_code == 200
    assert (answer.get_json()["movie_id"], answer.get_json()["title"]) == (FIRST_ADDED_MOVIE_ID, "Our Summer")
    assert len(recommender.added) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"title": "A", "stars": 5}, "body"),
        ([], "body"),
        ({"title": 7}, "title"),
        ({"title": "A", "year": "1999"}, "year"),
        ({"title": "A", "year": True}, "year"),
        ({"title": "A", "genres": "Drama"}, "genres"),
        ({"title": "A", "genres": [1]}, "genres"),
        ({"title": "A", "genres": ["Drama"] * 9}, "genres"),
        ({"title": "A", "link": None}, "link"),
        ({"title": "\ud800\x00"}, "title"),
    ],
)
def test_a_body_that_is_no_film_is_refused(browser: Browser, recommender: FakeRecommender, body: object, field: str) -> None:
    answer = browser.client.post(MOVIES, json=body, headers=ADAS)

    assert (answer.status_code, answer.get_json()["field"]) == (400, field)
    assert recommender.added == []
