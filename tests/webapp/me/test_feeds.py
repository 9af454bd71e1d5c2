"""Feeds: addresses that open two lists and nothing else, in the forms that other programs read."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from recommender.domain import Movie, MovieId, RecommendedMovie
from tests.webapp.accounts.conftest import Browser
from tests.webapp.fake_recommender import ADA, BUILT_AT, FakeRecommender
from webapp.me import feed


def addresses(alice: Browser) -> dict[str, str]:
    """By the end of the path."""
    page = alice.send("/me/feeds/", name="My reader").text
    return {path.rpartition("/")[2]: path for path in re.findall(r"http://localhost(/feed/[^<]+)<", page)}


def test_an_address_is_shown_once_and_reads_without_a_session(alice: Browser, client: FlaskClient) -> None:
    found = addresses(alice)
    alice.sign_out()

    assert set(found) == {f"{name}.{kind}" for name in ("list", "watchlist") for kind in ("rss", "json", "radarr", "csv")}
    for path in found.values():
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_readers_get_the_list_as_it_is_now(alice: Browser, client: FlaskClient, recommender: FakeRecommender) -> None:
    path = addresses(alice)["list.rss"]
    before = client.get(path)
    recommender.stars[ADA, 1199] = 5

    titles = [item.findtext("title") for item in ElementTree.fromstring(client.get(path).data).iter("item")]

    assert "Brazil (1985)" in before.text
    assert "Brazil (1985)" not in titles
    assert len(titles) == 10
    assert client.get(path, headers={"If-None-Match": client.get(path).headers["ETag"]}).status_code == 304


def test_the_watchlist_is_read_too(alice: Browser, client: FlaskClient, recommender: FakeRecommender) -> None:
    recommender.marks[ADA, 1199, "watchlist"] = int(BUILT_AT)

    assert client.get(addresses(alice)["watchlist.radarr"]).get_json() == [{"title": "Brazil (1985)", "imdb_id": "tt0088846"}]


def test_a_revoked_address_is_one_that_never_was(alice: Browser, client: FlaskClient) -> None:
    path = addresses(alice)["list.json"]

    alice.send("/me/feeds/revoke", on="/me/feeds/")

    assert "That address opens nothing any more." in alice.get("/me/feeds/").text
    never = client.get("/feed/matinee_never/list.json")
    assert client.get(path).status_code == never.status_code == 404


@pytest.mark.parametrize("path", ["list.exe", "ratings.rss", "list", ".rss", "watchlist.json/x"])
def test_nothing_else_is_behind_it(alice: Browser, client: FlaskClient, path: str) -> None:
    root = addresses(alice)["list.rss"].rpartition("/")[0]

    assert client.get(f"{root}/{path}").status_code == 404


def test_a_feeds_secret_opens_no_api(alice: Browser, client: FlaskClient) -> None:
    token = addresses(alice)["list.rss"].split("/")[2]

    assert client.get(f"/api/v1/users/{ADA}/recommendations", headers={"Authorization": f"Bearer {token}"}).status_code in (403, 404)


def test_every_form_holds_titles_like_formulas_and_mark_up_as_text() -> None:
    lines = [
        RecommendedMovie(Movie(MovieId(1), '=HYPERLINK("x")', 1999, (), 7), 1.0, 50),
        RecommendedMovie(Movie(MovieId(2), "<script>alert(1)</script> & \x07 ]]>", None), 0.5),
    ]
    ways = [write("Mine", "http://localhost/", BUILT_AT, lines) for write, _, _ in feed.FORMATS.values()]
    rss, _, radarr, table = ways

    assert [item.findtext("title") for item in ElementTree.fromstring(rss).iter("item")][1] == "<script>alert(1)</script> &  ]]>"
    assert b"tt0000007" in radarr
    rows = list(csv.DictReader(io.StringIO(table.decode())))
    assert [row["title"][:3] for row in rows] == ["'=H", "<sc"]
