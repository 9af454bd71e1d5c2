"""How pages travel: compressed where that is understood, kept where nothing changes, the same text either way."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask.testing import FlaskClient

from tests.webapp.fake_recommender import BOB, FakeRecommender
from tests.webapp.programme import ProgrammeRecommender
from webapp import create_app

GZIP = {"Accept-Encoding": "gzip, br"}
FIRST_PAGE = 45_000  # bytes over the wire, with everything it takes along


@pytest.fixture
def client() -> Iterator[FlaskClient]:
    with closing(ProgrammeRecommender()) as recommender:
        yield create_app(recommender).test_client(use_cookies=False)  # a test that sends one writes it into the headers


def files_of(page: str) -> list[str]:
    return sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page)))


@pytest.mark.parametrize("path", ["/", "/result/?user=580&amount=10", "/nowhere"])
def test_a_page_is_the_same_compressed_or_not(client: FlaskClient, path: str) -> None:
    plain, small = client.get(path), client.get(path, headers=GZIP)

    number_of_the_request = re.compile("[0-9a-f]{12}")
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert number_of_the_request.sub("", gzip.decompress(small.data).decode()) == number_of_the_request.sub("", plain.text)
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data)
    assert "Accept-Encoding" in small.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]


@pytest.mark.parametrize("refusal", ["identity", "gzip;q=0", "br", ""])
def test_a_reader_who_cannot_unpack_gets_plain_text(client: FlaskClient, refusal: str) -> None:
    answer = client.get("/", headers={"Accept-Encoding": refusal})

    assert "Content-Encoding" not in answer.headers
    assert "<!doctype html>" in answer.text


def test_the_first_page_with_all_it_takes_along_is_light(client: FlaskClient) -> None:
    page = client.get("/", headers=GZIP)
    files = [file for file in files_of(gzip.decompress(page.data).decode()) if "touch.png" not in file]  # fetched by phones that pin it

    weights = [len(client.get(file, headers=GZIP, buffered=True).data) for file in files]
    assert len(page.data) + sum(weights) <= FIRST_PAGE
    assert 1 + len(files) <= 7


def test_static_files_are_kept_for_a_year_and_asked_for_by_what_is_in_them(client: FlaskClient) -> None:
    for file in files_of(client.get("/").text):
        answer = client.get(file, headers=GZIP, buffered=True)
        assert "immutable" in answer.headers["Cache-Control"], file
        assert "no-cache" not in answer.headers["Cache-Control"], file
        assert re.search(r"\?v=[0-9a-f]{8}$|\.woff2$", file)


def test_a_file_under_its_bare_name_is_asked_about_each_time(client: FlaskClient) -> None:
    answer = client.get("/static/css/matinee.css", headers=GZIP, buffered=True)

    assert "immutable" not in answer.headers.get("Cache-Control", "")
    assert answer.headers["ETag"].startswith("W/")  # the same text in other bytes
    again = client.get("/static/css/matinee.css", headers={**GZIP, "If-None-Match": answer.headers["ETag"]}, buffered=True)
    assert again.status_code == 304


def test_what_programs_get_is_left_alone(client: FlaskClient) -> None:
    answer = client.get("/api/v1/users/580/recommendations", headers=GZIP)

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_a_part_of_a_file_is_not_compressed(client: FlaskClient) -> None:
    answer = client.get("/static/css/matinee.css", headers={**GZIP, "Range": "bytes=0-1999"}, buffered=True)

    assert answer.status_code == 206
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/about/",
        "/film/318",
        "/search/",
        "/search/?q=matrix",
        "/result/?user=580",
        "/result/?user=580&amount=20&with=Drama&explore=auto",
    ],
)
def test_what_is_the_same_for_everyone_may_be_kept_for_a_moment(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert client.get(path).data == client.get(path).data


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/?user=580", {}),  # Home with a number in its form
        ("/movies/", {}),
        (f"/result/?user={BOB}", {}),  # a person's own list that all may see, and that they may change at any moment
        ("/result/?user=580", {"Cookie": "matinee=somebody"}),
        ("/result/?user=580", {"Authorization": "Bearer somebody"}),
        ("/", {"Cookie": "session=somebody"}),
        ("/film/318", {"Authorization": "Bearer somebody"}),
    ],
)
def test_what_is_somebodys_is_kept_by_nobody_else(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    assert client.get(path, headers=headers).headers["Cache-Control"] == "private, no-cache"


def test_a_list_made_without_the_store_is_kept_by_nobody() -> None:
    recommender = FakeRecommender()
    recommender.away = "slow"

    with closing(recommender):
        answer = create_app(recommender).test_client().get("/result/?user=580")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-cache")


@pytest.mark.parametrize("path", ["/result/?user=9999", "/result/?user=x", "/film/999999", "/film/x", "/search/?q=" + "x" * 500])
def test_a_refusal_is_kept_by_nobody(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code >= 400
    assert answer.headers["Cache-Control"] == "no-store"
