"""One call on a bad day: what is tried again, how often and for how long, and what is said of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace

import boto3
import pytest
from botocore.exceptions import ParamValidationError

from recommender.errors import StorageError
from recommender.storage.amazon.calls import Answer, Calls
from recommender.storage.amazon.clients import QUICK, Clients, _session
from recommender.storage.amazon.faults import Refused
from recommender.storage.blobs.s3 import S3Blobs
from recommender.storage.profiles.dynamodb import DynamoProfiles
from recommender.storage.profiles.dynamodb_calls import DynamoCalls
from recommender.storage.profiles.dynamodb_items import wire
from recommender.storage.profiles.dynamodb_names import Tables
from tests.faults.flaky_amazon import DONE, OF_BATCHES, SAID, FlakyAmazon

AT_MOST_SECONDS = 4  # of a call on a machine that is busy with other things; alone it is over in less than one

# Weather: its kind for DynamoDB and for S3, and how often the service is asked.
FAULTS = {
    "throttled": ("throttled", "throttled", 2),
    "throttled account": ("throttled", "throttled", 2),
    "failing": ("failing", "failing", 2),
    "conflict": ("conflict", "conflict", 2),
    "denied": ("denied", "denied", 1),
    "wrong clock": ("clock", "clock", 1),
    "gone": ("missing", "missing", 1),
    "unheard of": ("failed", "failed", 1),
    "hanging": ("slow", "slow", 2),
    "late": ("slow", "slow", 2),
    "reset": ("unreachable", "garbled", 2),  # S3's comes in the middle of a body that is read on its own
    "reply lost": ("unreachable", "unreachable", 2),
    "cut": ("garbled", "garbled", 2),
    "shortened": ("garbled", "garbled", 2),
    "flipped": ("garbled", "garbled", 2),
    "garbage": ("garbled", "garbled", 2),
    "refused": ("unreachable", "unreachable", 0),  # nobody is there to count
}


@pytest.fixture
def look(table: str, numbers: range) -> Callable[..., Answer]:
    """One read of an item, without a breaker."""
    calls = DynamoCalls("dynamodb://movie", Tables.of(table), replace(QUICK, has_breaker=False))
    key = {"userID": wire(numbers[0])}
    calls.get(table, key)
    return lambda: {"Item": calls.get(table, key)}


def test_every_weather_is_in_the_table() -> None:
    by_itself = {*OF_BATCHES, "black hole"}
    assert SAID.keys() | DONE.keys() == FAULTS.keys() | by_itself


@pytest.mark.parametrize("weather", FAULTS)
def test_dynamodb_in_trouble_is_told_by_its_kind_after_the_tries_that_make_sense(
    weather: str, amazon: FlakyAmazon, look: Callable[[], Answer]
) -> None:
    kind, _, n_asked = FAULTS[weather]
    amazon.calls()
    amazon.turn(weather)
    began = time.monotonic()

    with pytest.raises(StorageError, match=r"^The table movie-\w+ cannot be used: .* \(.*\)\.$") as told:
        look()

    assert time.monotonic() - began < AT_MOST_SECONDS
    assert told.value.kind == kind
    assert amazon.calls().total() == n_asked


@pytest.mark.parametrize("weather", FAULTS)
def test_s3_in_trouble_is_told_by_its_kind_after_the_tries_that_make_sense(weather: str, amazon: FlakyAmazon, blobs: S3Blobs) -> None:
    _, kind, n_asked = FAULTS[weather]
    blobs.write("current.json", b"one that is long enough to be cut in two")
    blobs.read("current.json")
    amazon.calls()
    amazon.turn(weather)
    began = time.monotonic()

    with pytest.raises(StorageError, match=r"^The bucket films-\w+ cannot be used: .* \(.*\)\.$") as told:
        blobs.read("current.json")

    assert time.monotonic() - began < AT_MOST_SECONDS
    assert told.value.kind == kind
    assert amazon.calls()["GET"] == n_asked


def test_a_port_that_drops_every_packet_is_given_up_as_slow(amazon: FlakyAmazon, look: Callable[[], Answer]) -> None:
    amazon.turn("black hole")
    began = time.monotonic()

    with pytest.raises(StorageError, match="does not answer in time") as told:
        look()

    assert time.monotonic() - began < AT_MOST_SECONDS
    assert told.value.kind == "slow"


def test_a_page_waits_less_than_a_second_for_a_service_that_hangs() -> None:
    assert QUICK.boto_attempts == 1
    assert QUICK.tries * QUICK.read_seconds + QUICK.pause_seconds < 1
    assert QUICK.tries * QUICK.connect_seconds + QUICK.pause_seconds < 1


@pytest.mark.parametrize("weather", ["throttled", "failing", "conflict", "reset", "cut", "shortened", "garbage", "reply lost"])
def test_what_goes_wrong_once_is_tried_again_and_nobody_hears_of_it(weather: str, amazon: FlakyAmazon, look: Callable[[], Answer]) -> None:
    amazon.calls()
    amazon.turn(weather, "dynamodb", times=1)

    assert look() == {"Item": None}
    assert amazon.calls() == {"GetItem": 2}


@pytest.mark.parametrize("weather", ["throttled", "failing", "reset", "cut", "shortened", "garbage", "flipped", "reply lost"])
def test_a_body_that_was_damaged_on_its_way_is_read_again(weather: str, amazon: FlakyAmazon, blobs: S3Blobs) -> None:
    blobs.write("current.json", b"one that is long enough to be cut in two")
    amazon.turn(weather, "s3", only="GET", times=1)

    there = blobs.read("current.json")

    assert there is not None
    assert there.data == b"one that is long enough to be cut in two"


def test_a_transaction_that_meets_another_is_tried_again(amazon: FlakyAmazon, table: str, numbers: range) -> None:
    calls, item = DynamoCalls("dynamodb://movie", Tables.of(table), QUICK), {"userID": wire(numbers[0])}
    amazon.turn("conflict", "dynamodb", only="TransactWriteItems", times=1)

    calls.write("transact_write_items", TransactItems=[{"Put": {"TableName": table, "Item": item}}])

    assert calls.get(table, item) == item
    assert amazon.calls()["TransactWriteItems"] == 2


def test_a_refusal_that_was_asked_for_is_an_answer_with_its_reasons(table: str, numbers: range) -> None:
    calls = DynamoCalls("dynamodb://movie", Tables.of(table), QUICK)
    there = {"Put": {"TableName": table, "Item": {"userID": wire(numbers[0])}, "ConditionExpression": "attribute_exists(userID)"}}
    not_there = {"Put": {"TableName": table, "Item": {"userID": wire(numbers[1])}, "ConditionExpression": "attribute_not_exists(userID)"}}

    with pytest.raises(Refused) as told:
        calls.write("transact_write_items", TransactItems=[not_there, there], refusals=["TransactionCanceledException"])

    assert told.value.code == "TransactionCanceledException"
    assert told.value.reasons == ("None", "ConditionalCheckFailed")


def test_a_refusal_that_nobody_asked_for_is_an_error(table: str, numbers: range) -> None:
    calls, item = DynamoCalls("dynamodb://movie", Tables.of(table), QUICK), {"userID": wire(numbers[0])}

    with pytest.raises(StorageError, match=r"the call failed .*ConditionalCheckFailed") as told:
        calls.write("put_item", TableName=table, Item=item, ConditionExpression="attribute_exists(userID)")

    assert told.value.kind == "failed"


def test_items_are_read_as_boto3_itself_reads_them(table: str, numbers: range) -> None:
    kinds = ["Léon", 2, -0.5, True, None, [], {}, [{"id": 1, "reasons": [["everyone", "It is liked."]]}]]
    item = {"userID": wire(numbers[0]), "movieID": wire(1), **{f"of kind {number}": wire(kind) for number, kind in enumerate(kinds)}}
    calls, ratings = DynamoCalls("dynamodb://movie", Tables.of(table), QUICK), f"{table}-ratings"
    calls.write("put_item", TableName=ratings, Item=item)
    key = {name: item[name] for name in ("userID", "movieID")}
    of_one = {"KeyConditionExpression": "userID = :user_id", "ExpressionAttributeValues": {":user_id": item["userID"]}}

    read = [calls.get(ratings, key), *calls.query(TableName=ratings, **of_one), *calls.get_many(ratings, [key])]

    assert read == [boto3.client("dynamodb").get_item(TableName=ratings, Key=key)["Item"]] * 3 == [item] * 3


def test_a_mistake_of_ours_is_no_fault_of_the_place(table: str) -> None:
    calls = DynamoCalls("dynamodb://movie", Tables.of(table), QUICK)

    with pytest.raises(ParamValidationError):
        calls.get(table, {"userID": {"N": 1}})


@pytest.mark.parametrize(
    ("absent", "says"),
    [
        (["AWS_REGION", "AWS_DEFAULT_REGION"], "You must specify a region"),
        (["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], "Unable to locate credentials"),
    ],
)
def test_what_is_not_set_on_this_machine_is_told_so(absent: list[str], says: str, table: str) -> None:
    for name in absent:
        del os.environ[name]
    _session.cache_clear()  # what this process has read of keys before

    with pytest.raises(StorageError) as told:
        DynamoProfiles("movie").check()
    _session.cache_clear()

    assert told.value.kind == "settings"
    assert str(told.value).startswith("The table movie cannot be used: no region or keys are set; set AWS_REGION and AWS_PROFILE, or give")
    assert says in str(told.value)


def test_half_of_every_batch_may_be_refused_and_everything_is_stored(amazon: FlakyAmazon, table: str, numbers: range) -> None:
    calls = DynamoCalls("dynamodb://movie", Tables.of(table), replace(QUICK, pause_seconds=0.001))
    amazon.turn("half a batch")

    calls.put_all(table, ({"userID": wire(number)} for number in numbers[:60]))

    found = calls.get_many(table, ({"userID": wire(number)} for number in numbers))
    assert sorted(int(item["userID"]["N"]) for item in found) == list(numbers[:60])
    assert amazon.calls()["BatchWriteItem"] == 5 + 5 + 4  # of 25, 12, 6, 3 and 1, twice; of 10, 5, 2 and 1


def test_a_batch_that_is_never_taken_is_given_up_in_words(amazon: FlakyAmazon, table: str) -> None:
    calls = DynamoCalls("dynamodb://movie", Tables.of(table), replace(QUICK, pause_seconds=0.001))
    amazon.turn("no batch")

    with pytest.raises(StorageError, match="it is asked for more than it allows just now") as told:
        calls.put_all(table, [{"userID": wire(1)}])

    assert told.value.kind == "throttled"
    assert amazon.calls()["BatchWriteItem"] == 8


def test_calls_wait_longer_before_each_try(amazon: FlakyAmazon) -> None:
    patience = replace(QUICK, tries=4, pause_seconds=0.1, has_breaker=False)
    calls = Calls(Clients("dynamodb", patience), "the table movie", patience, probe=lambda calls: None)
    amazon.turn("failing")
    began = time.monotonic()

    with pytest.raises(StorageError):
        calls("get_item", TableName="movie", Key={"userID": wire(1)})

    assert amazon.calls().total() == 4
    assert time.monotonic() - began >= (0.1 + 0.2 + 0.4) / 2  # chance shortens each by half at most
