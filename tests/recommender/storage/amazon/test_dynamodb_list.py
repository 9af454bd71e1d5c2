"""The reader without an SDK on a bad day: at most two tries, an end within seconds, and a word for each trouble."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from recommender.domain import Movie, MovieId, RecommendedMovie, UserId
from recommender.errors import StorageError
from recommender.storage.amazon import signature
from recommender.storage.profiles.dynamodb import DynamoProfiles
from recommender.storage.profiles.dynamodb_items import wire_movies
from recommender.storage.profiles.dynamodb_list import DynamoListReader
from tests.alexa_skill.fake_site import FakeSite, fake_site
from tests.contracts.profiles.opinions import a_list
from tests.faults.flaky_amazon import FlakyAmazon

ROOT = Path(__file__).parents[4]
VIEWER = UserId(580)


@pytest.fixture
def reader(table: str, profiles: DynamoProfiles) -> DynamoListReader:
    profiles.keep_list(a_list(VIEWER, 0))
    return DynamoListReader(table)


# The weather to the kind of trouble, and whether it is worth a second try.
WEATHERS = {
    "throttled": ("throttled", True),
    "throttled account": ("throttled", True),
    "failing": ("failing", True),
    "denied": ("denied", False),
    "wrong clock": ("clock", False),
    "unheard of": ("failed", False),
    "conflict": ("conflict", True),
    "gone": ("missing", False),
    "hanging": ("slow", True),
    "reset": ("unreachable", True),
    "reply lost": ("unreachable", True),
    "cut": ("garbled", True),
    "shortened": ("garbled", True),
    "garbage": ("garbled", True),
    "flipped": ("garbled", True),
    "refused": ("unreachable", None),
    "black hole": ("slow", None),
}


@pytest.mark.parametrize("weather", WEATHERS)
def test_each_trouble_is_told_by_its_kind_within_two_seconds(amazon: FlakyAmazon, reader: DynamoListReader, weather: str) -> None:
    kind, is_tried_again = WEATHERS[weather]
    amazon.turn(weather, "dynamodb")
    amazon.calls()

    start = time.monotonic()
    with pytest.raises(StorageError, match=r"^The table movie-.* cannot be used: ") as caught:
        reader.record(VIEWER)

    assert time.monotonic() - start < 2
    assert caught.value.kind == kind
    if is_tried_again is not None:
        assert amazon.calls()["GetItem"] == (2 if is_tried_again else 1)


@pytest.mark.parametrize("weather", [name for name, (_, is_tried_again) in WEATHERS.items() if is_tried_again])
def test_trouble_that_is_over_at_the_second_try_is_not_told(amazon: FlakyAmazon, reader: DynamoListReader, weather: str) -> None:
    amazon.turn(weather, "dynamodb", times=1)

    assert reader.record(VIEWER) == a_list(VIEWER, 0)


def test_all_is_well_again_when_it_is_over(amazon: FlakyAmazon, reader: DynamoListReader) -> None:
    for weather in WEATHERS:
        amazon.turn(weather, "dynamodb")
        with pytest.raises(StorageError):
            reader.is_shared(VIEWER)
        amazon.turn("well", "dynamodb")
        assert reader.record(VIEWER) == a_list(VIEWER, 0)


def test_a_connection_that_was_closed_meanwhile_costs_no_try(amazon: FlakyAmazon, reader: DynamoListReader) -> None:
    """Lambda sleeps between two requests, and wakes with a connection that is none any more; the one try left is for what Amazon says."""
    reader.record(VIEWER)
    [connection] = reader._connections.values()
    [kept] = connection._idle
    kept.shutdown(socket.SHUT_RDWR)
    amazon.calls()
    amazon.turn("throttled", "dynamodb", times=1)

    assert reader.record(VIEWER) == a_list(VIEWER, 0)
    assert amazon.calls()["GetItem"] == 2


# Somebody else in Amazon's place

VIEWERS_KEY, PERSONS_KEY = {"userID": {"N": str(VIEWER)}}, {"key": {"S": f"person#{VIEWER}"}}
FILM = wire_movies((RecommendedMovie(Movie(MovieId(6), "Heat", 1995), 4.5),))["L"][0]["M"]
ACCOUNT = {"token_digest": {"S": "x"}, "shared": {"BOOL": True}, "created_at": {"N": "1"}}


@pytest.fixture
def impostor() -> Iterator[FakeSite]:
    with fake_site() as site:
        yield site


def asking(site: FakeSite, **environment: str) -> DynamoListReader:
    keys = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    return DynamoListReader("movie", {**keys, "AWS_ENDPOINT_URL": site.url, **environment})


@pytest.mark.parametrize(
    "manner", ["nests without end", "answers too much", "answers too much in pieces", "answers no JSON", "talks nonsense", "sends on"]
)
def test_what_no_amazon_says_is_a_storage_error(impostor: FakeSite, manner: str) -> None:
    impostor.manner = manner

    for ask in (asking(impostor).record, asking(impostor).is_shared):
        with pytest.raises(StorageError):
            ask(VIEWER)


@pytest.mark.parametrize(
    "body", [None, [], "x", {}, {"Item": {}}, {"ConsumedCapacity": {}, "Item": {}}, {"ConsumedCapacity": {}, "Item": [1]}]
)
def test_an_answer_of_another_shape_is_a_storage_error(impostor: FakeSite, body: object) -> None:
    impostor.answers["/"] = body

    for ask in (asking(impostor).record, asking(impostor).is_shared):
        with pytest.raises(StorageError):
            ask(VIEWER)


@pytest.mark.parametrize(
    "damage",
    [
        {"rev": {"N": "NaN"}}, {"rev": {"N": "Infinity"}}, {"rev": {"N": "1e999"}}, {"rev": {"N": "9" * 10_000}}, {"rev": {}},
        {"rev": None}, {"rev": "0"}, {"rev": []}, {"rev": {"N": 5}}, {"rev": {"S": "zero"}}, {"rev": {"NULL": True}},
        {"generation": {"N": "1e999"}},
        {"built_at": {"S": "noon"}}, {"v": {"N": "NaN"}, "movies": {"L": []}}, {"movies": {"L": "x"}}, {"movies": {"L": [{}]}},
        {"movies": {"M": {}}, "v": {"N": "2"}}, {"movies": {"L": [{"M": {**FILM, "score": {"S": "much"}}}]}},
    ],
    ids=lambda damage: str(damage)[:40],
)  # fmt: skip
def test_a_record_with_anything_in_it_is_a_storage_error(impostor: FakeSite, damage: dict[str, object]) -> None:
    impostor.answers["/"] = {"ConsumedCapacity": {}, "Item": {**VIEWERS_KEY, "rev": {"N": "0"}, "v": {"N": "1"}, **damage}}

    with pytest.raises(StorageError, match=r"damaged|format"):
        asking(impostor).record(VIEWER)


@pytest.mark.parametrize(
    "damage",
    [{"created_at": {"N": "1e999"}}, {"created_at": {}}, {"created_at": None}, {"token_digest": "x"}, {"shared": []}],
    ids=lambda damage: str(damage)[:40],
)
def test_an_account_with_anything_in_it_is_a_storage_error(impostor: FakeSite, damage: dict[str, object]) -> None:
    impostor.answers["/"] = {"ConsumedCapacity": {}, "Item": {**PERSONS_KEY, **ACCOUNT, **damage}}

    with pytest.raises(StorageError, match="The account 'person#580' is damaged"):
        asking(impostor).is_shared(VIEWER)


@pytest.mark.parametrize("shared", [{"S": "false"}, {"N": "1"}, {"L": [{"BOOL": False}]}, {"NULL": True}, {"BOOL": False}, {"BOOL": "no"}])
def test_only_a_plain_yes_shares_a_list(impostor: FakeSite, shared: dict[str, object]) -> None:
    impostor.answers["/"] = {"ConsumedCapacity": {}, "Item": {**PERSONS_KEY, **ACCOUNT}}
    assert asking(impostor).is_shared(VIEWER)

    impostor.answers["/"] = {"ConsumedCapacity": {}, "Item": {**PERSONS_KEY, **ACCOUNT, "shared": shared}}
    assert not asking(impostor).is_shared(VIEWER)


def test_what_was_written_last_is_what_is_asked_for(impostor: FakeSite) -> None:
    """A copy that lags behind could tell a list from before a rating, or one that is shared no more."""
    impostor.answers["/"] = {"ConsumedCapacity": {}}

    for ask in (asking(impostor).record, asking(impostor).is_shared):
        ask(VIEWER)

    assert [json.loads(body)["ConsistentRead"] for body in impostor.bodies] == [True, True]


def test_the_record_or_account_of_somebody_else_is_nobodys(impostor: FakeSite) -> None:
    impostor.answers["/"] = {"ConsumedCapacity": {}, "Item": {"userID": {"N": "581"}, "rev": {"N": "0"}, "v": {"N": "1"}}}
    with pytest.raises(StorageError, match="not the one that was asked for"):
        asking(impostor).record(VIEWER)

    impostor.answers["/"] = {"ConsumedCapacity": {}, "Item": {"key": {"S": "person#581"}, **ACCOUNT}}
    with pytest.raises(StorageError, match="not the one that was asked for"):
        asking(impostor).is_shared(VIEWER)


def test_the_keys_of_a_role_travel_with_their_token_for_the_region_that_is_set(impostor: FakeSite) -> None:
    impostor.answers["/"] = {"ConsumedCapacity": {}}

    asking(impostor, AWS_SESSION_TOKEN="of-the-role").record(VIEWER)
    asking(impostor, AWS_REGION="", AWS_DEFAULT_REGION="eu-west-1").record(VIEWER)

    assert impostor.headers[0]["x-amz-security-token"] == "of-the-role"
    assert "x-amz-security-token" in impostor.headers[0]["authorization"]
    assert "/us-east-1/dynamodb/" in impostor.headers[0]["authorization"]
    assert "/eu-west-1/dynamodb/" in impostor.headers[1]["authorization"]


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"AWS_REGION": "eu-central-1"}, ("dynamodb.eu-central-1.amazonaws.com", 443)),
        ({"AWS_REGION": "cn-north-1"}, ("dynamodb.cn-north-1.amazonaws.com.cn", 443)),
        ({"AWS_ENDPOINT_URL": "http://all.example", "AWS_ENDPOINT_URL_DYNAMODB": "http://ours.example:8000"}, ("ours.example", 8000)),
    ],
)
def test_the_table_is_looked_for_where_amazon_has_it(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], place: tuple[str, int]
) -> None:
    asked: list[tuple[str, int]] = []

    def nowhere(place: tuple[str, int], seconds: float) -> None:
        asked.append(place)
        raise OSError("nowhere")

    monkeypatch.setattr("socket.create_connection", nowhere)
    keys = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}

    with pytest.raises(StorageError):
        DynamoListReader("movie", keys | environment).record(VIEWER)

    assert {*asked} == {place}


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://dynamodb..example", "http://127.0.0.1:99999", f"http://{'x' * 64}.example", "movie"]
)
def test_an_address_that_is_none_is_told_as_a_setting(impostor: FakeSite, url: str) -> None:
    with pytest.raises(StorageError) as caught:
        asking(impostor, AWS_ENDPOINT_URL=url).record(VIEWER)

    assert caught.value.kind == "settings"


def test_a_name_that_is_not_known_is_unreachable(monkeypatch: pytest.MonkeyPatch, reader: DynamoListReader) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "https://dynamodb.nowhere.invalid")

    with pytest.raises(StorageError) as caught:
        reader.record(VIEWER)

    assert caught.value.kind == "unreachable"


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_keys_that_are_not_set_are_told(monkeypatch: pytest.MonkeyPatch, reader: DynamoListReader, name: str) -> None:
    monkeypatch.delenv(name)

    with pytest.raises(StorageError, match="no region or keys are set") as caught:
        reader.record(VIEWER)

    assert caught.value.kind == "settings"


def test_new_keys_are_taken_without_a_restart(monkeypatch: pytest.MonkeyPatch, reader: DynamoListReader, table: str) -> None:
    environment = dict(os.environ) | {"AWS_SECRET_ACCESS_KEY": ""}
    reader = DynamoListReader(table, environment)
    with pytest.raises(StorageError):
        reader.record(VIEWER)

    environment["AWS_SECRET_ACCESS_KEY"] = "new"

    assert reader.record(VIEWER) == a_list(VIEWER, 0)


@pytest.mark.parametrize(
    ("now", "region"), [(1_780_000_000.0, "eu-central-1"), (1_780_090_000.0, "eu-central-1"), (1_780_000_000.0, "us-east-1")]
)
@pytest.mark.parametrize("secret", ["s3cr3t/+", "another"])
@pytest.mark.parametrize("token", ["", "a/token+of=a role"])
@pytest.mark.parametrize("body", [b"", b'{"Key": {"userID": {"N": "7"}}}', "Ünïcode".encode()])
def test_a_request_is_signed_as_botocore_signs_it(
    monkeypatch: pytest.MonkeyPatch, body: bytes, token: str, secret: str, now: float, region: str
) -> None:
    """Also on the next day, in another region and with other keys: what a signature is made with is kept."""
    headers = {"host": f"dynamodb.{region}.amazonaws.com", "content-type": "application/x-amz-json-1.0", "x-amz-target": "D.GetItem"}
    theirs = AWSRequest("POST", f"https://{headers['host']}/", headers=headers, data=body)
    signer = SigV4Auth(Credentials("AKID", secret, token or None), "dynamodb", region)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: _datetime(now), raising=True)
    signer.add_auth(theirs)

    ours = signature.signed(headers, body, signature.Keys("AKID", secret, token), service="dynamodb", region=region, now=now)

    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours.get("x-amz-security-token") == theirs.headers.get("X-Amz-Security-Token")


def _datetime(now: float) -> object:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(now, UTC)


def test_reading_a_record_needs_no_sdk_and_nothing_heavy(amazon: FlakyAmazon, reader: DynamoListReader, table: str) -> None:
    program = f"""
import sys
from recommender.storage.profiles.list_reader import open_list_reader
assert open_list_reader("dynamodb://{table}").record({VIEWER}).movies
print(sorted({{"boto3", "botocore", "numpy", "pandas", "requests", "urllib3", "apsw", "urllib.request"}} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == "[]"
