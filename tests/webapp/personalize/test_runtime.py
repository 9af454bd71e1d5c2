"""Lists and events over HTTP: botocore's own clients ask, and read what comes."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from flask import Flask
from flask.testing import FlaskClient

from recommender.access_keys import open_access_keys
from recommender.personalize.answers.asking import WITHOUT_WISHES
from tests.recommender.personalize.answers.town import NO_EXPLORING, TRACKING, Town
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app
from webapp.personalize import shapes

SECRET = "a key for tests alone, not a secret"
ONCE = Config(parameter_validation=False, retries={"max_attempts": 1, "mode": "standard"}, connect_timeout=5, read_timeout=20)


class Quiet(WSGIRequestHandler):
    """Says nothing, and hands over the request line as gunicorn does."""

    def get_environ(self) -> dict[str, Any]:
        return {**super().get_environ(), "RAW_URI": self.path}

    def log_message(self, *said: object) -> None:
        pass


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture
def app(town: Town) -> Iterator[Flask]:
    recommender = FakeRecommender()
    recommender.settings = replace(
        recommender.settings, blobs_url=f"file://{town.folder}/blobs", cache_folder=str(town.folder / "cache"), secret_key=SECRET
    )
    yield create_app(recommender)
    recommender.close()


@pytest.fixture
def endpoint(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/personalize"
    server.shutdown()
    thread.join()
    server.server_close()


def client(app: Flask, endpoint: str, service: str, *scopes: str) -> Any:
    recommender = app.extensions["recommender"]
    made, secret = open_access_keys(recommender.settings, SECRET).add(scopes or ("control", "runtime", "events"))
    app.extensions["personalize_door"]._keys._looked = float("-inf")  # the next look is now
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="eu-west-1",
        aws_access_key_id=made.access_key_id,
        aws_secret_access_key=secret,
        config=ONCE,
    )


def test_boto3_asks_puts_events_and_sees_them_in_the_next_list(app: Flask, town: Town, endpoint: str) -> None:
    films, ranks = town.campaign(**NO_EXPLORING), town.campaign("ranks", recipe="aws-personalized-ranking")
    runtime, events = client(app, endpoint, "personalize-runtime"), client(app, endpoint, "personalize-events")
    first = runtime.get_recommendations(campaignArn=films, userId="ann", numResults=2)
    assert [one["itemId"] for one in first["itemList"]] == ["c3", "c4"]
    assert first["itemList"][0]["score"] > first["itemList"][1]["score"]
    events.put_events(
        trackingId=TRACKING,
        userId="ann",
        sessionId="s",
        eventList=[
            {
                "eventType": "watch",
                "itemId": "c3",
                "sentAt": 1_700_000_000,
                "recommendationId": first["recommendationId"],
                "properties": "{}",
            }
        ],
    )
    events.put_users(
        datasetArn="arn:aws:personalize:us-east-1:000000000000:dataset/town/USERS", users=[{"userId": "ann", "properties": '{"age": 3}'}]
    )
    events.put_items(
        datasetArn="arn:aws:personalize:us-east-1:000000000000:dataset/town/ITEMS",
        items=[{"itemId": "n", "properties": '{"genres": "Comedy"}'}],
    )
    assert runtime.get_recommendations(campaignArn=films, userId="ann")["itemList"][0]["itemId"] == "c4"
    ranked = runtime.get_personalized_ranking(campaignArn=ranks, userId="dan", inputList=["c4", "d3"])
    assert [one["itemId"] for one in ranked["personalizedRanking"]] == ["d3", "c4"]
    assert (
        runtime.get_recommendations(campaignArn=films, userId="dan", filterArn=town.filter("INCLUDE ItemID WHERE Items.YEAR = 1997"))[
            "itemList"
        ][0]["itemId"]
        == "d4"
    )


def test_what_is_refused_has_amazons_name_and_status(app: Flask, town: Town, endpoint: str) -> None:
    films = town.campaign(**NO_EXPLORING)
    runtime, events = client(app, endpoint, "personalize-runtime", "runtime"), client(app, endpoint, "personalize-events", "events")
    asked = {"campaignArn": films, "userId": "ann"}
    for call, code, status in (
        (lambda: runtime.get_recommendations(**{**asked, "campaignArn": films + "x"}), "ResourceNotFoundException", 404),
        (lambda: runtime.get_recommendations(**{**asked, "numResults": 501}), "InvalidInputException", 400),
        (lambda: runtime.get_recommendations(userId="ann"), "InvalidInputException", 400),
        (lambda: runtime.get_recommendations(**{**asked, "userId": "a" * 257}), "InvalidInputException", 400),
        (lambda: runtime.get_action_recommendations(campaignArn=films, userId="ann"), "InvalidInputException", 400),
        (
            lambda: events.put_events(trackingId="x", sessionId="s", eventList=[{"eventType": "a", "sentAt": 1}]),
            "InvalidInputException",
            400,
        ),
        (lambda: events.put_events(trackingId="x", sessionId="s", eventList=[]), "InvalidInputException", 400),
        (lambda: events.put_actions(datasetArn=films, actions=[{"actionId": "a"}]), "InvalidInputException", 400),
    ):
        with pytest.raises(ClientError) as refused:
            call()
        said = refused.value.response
        assert (said["Error"]["Code"], said["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
        assert said["Error"]["Message"].endswith(".") or "constraint" in said["Error"]["Message"]
    for call in (lambda: client(app, endpoint, "personalize-events", "runtime").put_events(trackingId="x", sessionId="s", eventList=[]),):
        with pytest.raises(ClientError, match="is for runtime, and this takes one for events") as refused:
            call()
        assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_without_a_signature_nobody_is_told_anything(app: Flask, town: Town) -> None:
    films = town.campaign()
    for path in (
        "recommendations",
        "personalize-ranking",
        "action-recommendations",
        "events",
        "users",
        "items",
        "actions",
        "action-interactions",
    ):
        answer = app.test_client().post(f"/personalize/{path}", json={"campaignArn": films, "userId": "ann"})
        assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (403, "MissingAuthenticationTokenException"), path


def test_a_torn_model_is_503_and_no_list(app: Flask, town: Town, endpoint: str) -> None:
    films = town.campaign(**NO_EXPLORING)
    (folder,) = (town.folder / "blobs/personalize/models/films").iterdir()
    (folder / "manifest.json").chmod(0o644)
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(ClientError) as refused:
        client(app, endpoint, "personalize-runtime").get_recommendations(campaignArn=films, userId="ann")
    assert (refused.value.response["Error"]["Code"], refused.value.response["ResponseMetadata"]["HTTPStatusCode"]) == (
        "ServiceUnavailableException",
        503,
    )


@pytest.fixture
def open_client(app: Flask, town: Town) -> FlaskClient:
    """One that need not sign."""
    app.extensions["personalize_door"]._keys = None
    found = app.test_client()
    found.environ_base["HTTP_HOST"] = "127.0.0.1"
    return found


def test_nothing_that_is_sent_is_ever_our_mistake(town: Town, open_client: FlaskClient) -> None:
    """Requests of every shape of the two services, spoilt by chance; five thousand of them are sent where there is more time."""
    films, rng = town.campaign(enableMetadataWithRecommendations=True), random.Random(11)
    right: dict[str, dict[str, Any]] = {
        "recommendations": {
            "campaignArn": films,
            "userId": "ann",
            "numResults": 5,
            "filterArn": town.filter("EXCLUDE ItemID WHERE Items.GENRES IN ($G)"),
            "filterValues": {"G": '"Drama"'},
            "context": {"DEVICE": "x"},
            "promotions": [{"name": "p", "percentPromotedItems": 20, "filterArn": town.filter("INCLUDE ItemID WHERE Items.YEAR > 1", "p")}],
            "metadataColumns": {"ITEMS": ["YEAR"]},
        },
        "personalize-ranking": {
            "campaignArn": town.campaign("r", recipe="aws-personalized-ranking"),
            "userId": "ann",
            "inputList": ["c1", "z"],
        },
        "events": {
            "trackingId": TRACKING,
            "sessionId": "s",
            "userId": "u",
            "eventList": [
                {
                    "eventType": "w",
                    "sentAt": 5,
                    "itemId": "c1",
                    "eventValue": 1.5,
                    "properties": "{}",
                    "impression": ["a"],
                    "recommendationId": "RID-x",
                }
            ],
        },
        "users": {
            "datasetArn": "arn:aws:personalize:us-east-1:0:dataset/town/USERS",
            "users": [{"userId": "u", "properties": '{"age": 3}'}],
        },
        "items": {
            "datasetArn": "arn:aws:personalize:us-east-1:0:dataset/town/ITEMS",
            "items": [{"itemId": "u", "properties": '{"genres": "x"}'}],
        },
        "action-recommendations": {"campaignArn": films, "userId": "ann"},
        "actions": {"datasetArn": films, "actions": [{"actionId": "a"}]},
    }
    for path, sent in right.items():
        assert open_client.post(f"/personalize/{path}", data=json.dumps(sent)).status_code == (400 if "action" in path else 200), path
    odd = [
        None,
        "",
        "x" * 3000,
        -1,
        0,
        1e308,
        2**70,
        True,
        [],
        {},
        [[]],
        {"": ""},
        "\ud800",
        "\x00",
        "arn:aws:personalize:a:b:c",
        ["c1"] * 60,
        5.5,
        '"',
        "{",
    ]
    seen = set()
    for _ in range(400):
        path = rng.choice(list(right))
        answer = open_client.post(f"/personalize/{path}", data=json.dumps(_spoilt(right[path], rng, odd)))
        seen.add(answer.status_code)
        assert answer.status_code < 500, (path, answer.text)
        assert answer.status_code == 200 or answer.json["__type"].endswith("Exception")
    for body in (b"", b"[", b"[]", b"\xff", b"null", b"1", b'{"a":' * 5000, b'{"userId":NaN}', b'{"userId":"\\ud800"}'):
        assert open_client.post("/personalize/recommendations", data=body).status_code == 400
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        assert open_client.open("/personalize/events", method=method).status_code == 405
    assert seen >= {200, 400}


def _spoilt(sent: Any, rng: random.Random, odd: list[Any]) -> Any:
    if isinstance(sent, dict) and sent and rng.random() < 0.8:
        name = rng.choice(list(sent))
        if rng.random() < 0.15:
            return {key: value for key, value in sent.items() if key != name}
        return {**sent, name: _spoilt(sent[name], rng, odd)}
    if isinstance(sent, list) and sent and rng.random() < 0.7:
        return [_spoilt(sent[0], rng, odd), *sent[1:]]
    return rng.choice(odd)


def test_what_is_read_by_hand_is_what_amazons_model_would_read() -> None:
    """Whatever the quick look lets pass, the long one gives back as it is."""
    from webapp.personalize.runtime import _is_plain_request

    rng, passed = random.Random(3), 0
    arn = "arn:aws:personalize:us-east-1:000000000000:campaign/films"
    values = [
        arn,
        arn + "\n",
        "arn:aws:personalize:::x",
        "arn:aws:personalize:a:b:",
        "x",
        "",
        "a" * 256,
        "a" * 257,
        0,
        5,
        500,
        501,
        -1,
        True,
        None,
        1.0,
        [],
        {},
    ]
    members = list(shapes.service(shapes.RUNTIME).members("GetRecommendationsRequest"))
    for _ in range(3000):
        sent = {
            rng.choice(members if rng.random() < 0.2 else sorted(WITHOUT_WISHES - {"context"})): rng.choice(values)
            for _ in range(rng.randrange(4))
        }
        if _is_plain_request(sent):
            passed += 1
            assert shapes.service(shapes.RUNTIME).checked("GetRecommendations", sent) == sent
    assert passed > 100


ASKS = """
import sys
from recommender.personalize.answers.asking import open_answers
from recommender.personalize.answers.putting import put_events
from recommender.settings import Settings
import webapp.personalize.runtime
answers = open_answers(Settings(blobs_url=sys.argv[1], cache_folder=sys.argv[2]))
event = {"eventType": "watch", "itemId": "c3", "sentAt": 1700000000}
put_events(answers, {"trackingId": sys.argv[3], "sessionId": "s", "userId": "ann", "eventList": [event]})
for arn in sys.argv[4:]:
    assert answers.recommendations({"campaignArn": arn, "userId": "ann", "itemId": "c1"})
print(" ".join(name for name in ("pandas", "scipy", "boto3", "botocore", "torch") if name in sys.modules))
"""


def test_nothing_heavy_is_loaded_for_lists_and_events(town: Town) -> None:
    campaigns = [
        town.campaign("a", ours="ordered"),
        town.campaign("b", ours="user-cosine"),
        town.campaign("c", recipe="aws-similar-items", ours="item-cosine"),
        town.campaign("d", recipe="aws-hrnn", ours="session-knn"),
        town.campaign("e", recipe="aws-popularity-count", ours="recent"),
    ]
    command = [sys.executable, "-c", ASKS, town.blobs.url, str(town.folder / "cache"), TRACKING, *campaigns]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == ""
