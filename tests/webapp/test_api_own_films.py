"""The API's own films: what a person says of films beside stars, and what is left out for them."""

from __future__ import annotations

import pytest

from tests.webapp.fake_recommender import ADA, ADA_TOKEN, BOB, MOVIES
from tests.webapp.test_api import refusal

ADAS = {"Authorization": f"Bearer {ADA_TOKEN}"}
USER = f"/api/v1/users/{ADA}"


def ids(answer):
    assert answer.status_code == 200, answer.get_json()
    return [item["movie_id"] for item in answer.get_json()["items"]]


def test_a_persons_ratings_are_told_with_their_films(client):
    client.put(f"{USER}/ratings/1199", json={"rating": 4.5}, headers=ADAS)

    answer = client.get(f"{USER}/ratings", headers=ADAS)

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.get_json() == {
        "user_id": ADA,
        "rev": 1,
        "items": [
            {
                "movie_id": 1199,
                "title": "Brazil",
                "year": 1985,
                "genres": ["Fantasy", "Sci-Fi"],
                "imdb_id": 88846,
                "tmdb_id": 68,
                "rating": 4.5,
                "rated_at": "2026-11-21T12:30:45Z",
            }
        ],
        "next": None,
    }


def test_ratings_are_read_page_by_page(client):
    for movie_id in MOVIES:
        client.put(f"{USER}/ratings/{movie_id}", json={"rating": 3}, headers=ADAS)

    found, after = [], None
    for _ in range(9):
        page = client.get(f"{USER}/ratings", query_string={"n": 5} | ({"after": after} if after else {}), headers=ADAS)
        found.append(ids(page))
        after = page.get_json()["next"]
        if after is None:
            break

    assert [len(page) for page in found] == [5, 5, 2]
    assert [movie_id for page in found for movie_id in page] == sorted(MOVIES)


@pytest.mark.parametrize("path", ["ratings", "watchlist", "marks/hidden"])
def test_what_a_person_says_is_theirs_alone_though_the_list_is_shared(client, path):
    assert client.get(f"/api/v1/users/{BOB}/recommendations").status_code == 200
    assert client.get(f"/api/v1/users/{BOB}/{path}", headers=ADAS).status_code == 401
    assert client.get(f"/api/v1/users/580/{path}", headers=ADAS).status_code == 403


@pytest.mark.parametrize("kind", ["seen", "hidden"])
def test_films_seen_or_hidden_leave_every_list_and_come_back(client, kind):
    answer = client.put(f"{USER}/marks/{kind}/1199", headers=ADAS)

    assert 1199 not in [line["movie_id"] for line in answer.get_json()["list"]["items"]]
    for path in ("/api/v1/movies/1/similar", "/api/v1/movies/well-liked"):
        assert 1199 in ids(client.get(path))
        theirs = client.get(f"{path}?viewer={ADA}", headers=ADAS)
        assert 1199 not in ids(theirs)
        assert "private" in theirs.headers["Cache-Control"]
    assert ids(client.get(f"{USER}/marks/{kind}", headers=ADAS)) == [1199]

    client.delete(f"{USER}/marks/{kind}/1199", headers=ADAS)

    assert 1199 in ids(client.get(f"{USER}/recommendations", headers=ADAS))
    assert ids(client.get(f"{USER}/marks/{kind}", headers=ADAS)) == []


def test_the_watchlist_is_lines_of_a_list(client):
    client.put(f"{USER}/marks/watchlist/1199", headers=ADAS)

    (line,) = client.get(f"{USER}/watchlist", headers=ADAS).get_json()["items"]

    assert (line["rank"], line["title"], line["match"]) == (1, "Brazil", 97)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_mark_that_there_is_not_is_refused_in_words(client, recommender, method):
    answer = client.open(f"{USER}/marks/loved/1199", method=method, headers=ADAS)

    assert refusal(answer) == (400, "kind", "kind must be one of seen, hidden, watchlist, aside, not 'loved'.")
    assert recommender.marks == {}


def test_nobody_learns_what_a_person_has_seen_from_what_is_left_out(client):
    for path in ("/api/v1/movies/1/similar", "/api/v1/movies/well-liked"):
        assert client.get(f"{path}?viewer={ADA}").status_code == 401
        assert client.get(f"{path}?viewer={BOB}", headers=ADAS).status_code == 401
