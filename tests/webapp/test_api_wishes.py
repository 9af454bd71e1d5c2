"""Lists that explore and lists turned by dials, as programs ask for them."""

import pytest

from tests.webapp.fake_recommender import ADA, ADA_TOKEN
from webapp.inputs import WISHES

LIST = "/api/v1/users/580/recommendations"


def test_a_list_that_explores_says_the_weight_and_what_each_film_tests(client):
    body = client.get(f"{LIST}?explore=0.3").get_json()

    assert body["explore"] == 0.3
    assert [line["rank"] for line in body["items"] if line["explored"]] == [4, 7, 10]
    assert body["items"][3]["explored"] == {"kind": "genre", "text": "A genre you have not rated: Western.", "amount": 0.25}


def test_auto_says_what_it_came_to(client):
    assert client.get(f"{LIST}?explore=auto").get_json()["explore"] == 0.25


@pytest.mark.parametrize("dial", ["diversity=1", "popularity=-1", "popularity=0.5", "recency=1e-3"])
def test_a_dial_turns_the_list(client, dial):
    plain, turned = ([line["movie_id"] for line in client.get(path).get_json()["items"]] for path in (LIST, f"{LIST}?{dial}"))

    assert sorted(plain) == sorted(turned)
    assert plain != turned


@pytest.mark.parametrize("query", ["explore=0", "explore=0.0&diversity=0&popularity=-0&recency=+0", "popularity=0e5"])
def test_nothing_wished_for_is_the_list_itself(client, query):
    assert client.get(f"{LIST}?{query.replace('+', '%2B')}").get_json() == client.get(LIST).get_json()


def test_lists_of_other_wishes_have_other_tags_and_those_of_the_same_hold(client):
    addresses = [
        LIST,
        f"{LIST}?explore=0.3",
        f"{LIST}?explore=0.4",
        f"{LIST}?diversity=0.3",
        f"{LIST}?popularity=0.3",
        f"{LIST}?recency=0.3",
    ]
    tags = [client.get(address).headers["ETag"] for address in addresses]

    assert len(set(tags)) == len(addresses)
    for address, tag in zip(addresses, tags, strict=True):
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("explore=1.01", "explore must be a number from 0 to 1, or auto, not '1.01'."),
        ("explore=-0.1", "explore must be a number from 0 to 1, or auto, not '-0.1'."),
        ("explore=", "explore must be a number from 0 to 1, or auto, not ''."),
        ("explore=Auto", "explore must be a number from 0 to 1, or auto, not 'Auto'."),
        ("explore=NaN", "explore must be a number from 0 to 1, or auto, not 'NaN'."),
        ("explore=1e9999", "explore must be a number from 0 to 1, or auto, not '1e9999'."),
        ("explore=%D9%A0", "explore must be a number from 0 to 1, or auto, not '٠'."),
        ("diversity=-0.5", "diversity must be a number from 0 to 1, not '-0.5'."),
        ("popularity=1.5", "popularity must be a number from -1 to 1, not '1.5'."),
        ("popularity=inf", "popularity must be a number from -1 to 1, not 'inf'."),
        ("recency=new", "recency must be a number from -1 to 1, not 'new'."),
        ("recency=0&recency=1", "recency must be given once, not '0, 1'."),
    ],
)
@pytest.mark.parametrize("path", [LIST, f"/api/v1/users/{ADA}/recommendations/318/why"])
def test_what_cannot_be_wished_for_is_refused(client, path, query, sentence):
    answer = client.get(f"{path}?{query}", headers={"Authorization": f"Bearer {ADA_TOKEN}"})

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert (answer.get_json()["detail"], answer.get_json()["field"]) == (sentence, query.partition("=")[0])


def test_every_wish_is_described_where_it_can_be_made(client):
    paths = client.get("/openapi.json").get_json()["paths"]
    for path in ("/api/v1/users/{user_id}/recommendations", "/api/v1/users/{user_id}/recommendations/{movie_id}/why"):
        described = {parameter["name"]: parameter for parameter in paths[path]["get"]["parameters"]}
        assert set(WISHES) <= set(described)
        assert all(described[name]["schema"]["default"] == 0 for name in WISHES)
