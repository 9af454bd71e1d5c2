"""Everybody's lists in DynamoDB on a bad day, and what a publication asks of it; that nothing is lost is in the contract."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from recommender.domain import ListRecord, Publishing, UserId
from recommender.errors import StorageError
from recommender.storage.amazon.clients import QUICK
from recommender.storage.profiles import dynamodb_publications
from recommender.storage.profiles.dynamodb import DynamoProfiles
from recommender.storage.profiles.dynamodb_calls import AT_ONCE, DynamoCalls
from recommender.storage.profiles.dynamodb_tables import create_tables
from tests.contracts.profiles.opinions import a_list
from tests.faults.flaky_amazon import FlakyAmazon, flaky_amazon

N = 250  # three chunks
WAITED_FOR = QUICK.tries * QUICK.boto_attempts


@pytest.fixture(scope="module")
def _of_one_item_at_a_time(ministack_url: str) -> Iterator[FlakyAmazon]:
    with flaky_amazon(ministack_url) as amazon:
        yield amazon


@pytest.fixture
def amazon(_of_one_item_at_a_time: FlakyAmazon, monkeypatch: pytest.MonkeyPatch) -> FlakyAmazon:
    """A stand-in that is atomic, since publications call it from many threads."""
    for name, value in _of_one_item_at_a_time.environment.items():
        monkeypatch.setenv(name, value)
    _of_one_item_at_a_time.turn("well")
    return _of_one_item_at_a_time


@pytest.fixture
def profiles(amazon: FlakyAmazon, monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoProfiles]:
    """Tables of their own, since every publication is about all sample viewers. Nobody waits longer than a test wants to."""
    monkeypatch.setattr(dynamodb_publications, "FIRST_PAUSE_SECONDS", 0.01)
    table = f"movie-{uuid.uuid4().hex}"
    create_tables(table)
    made = DynamoProfiles(table, patience=replace(QUICK, read_seconds=5, pause_seconds=0.001, has_breaker=False))
    amazon.calls()
    yield made
    made.close()


def published(generation: int, *, changed: int = 0, title: str = "Heat") -> list[ListRecord]:
    """Lists of N viewers; the first few say another title."""
    numbers = range(1, N + 1)
    return [a_list(UserId(number), 0, generation=generation, title="Other" if number <= changed else title) for number in numbers]


def publish(profiles: DynamoProfiles, made: list[ListRecord], generation: int) -> Publishing:
    return profiles.publish_lists(made, generation=generation, model="v1")


def test_lists_that_stay_are_read_by_the_hundred_and_not_written(profiles: DynamoProfiles, amazon: FlakyAmazon) -> None:
    assert publish(profiles, published(1), 1) == Publishing(written=N)
    first = amazon.calls()
    assert publish(profiles, published(2, changed=4), 2) == Publishing(written=4, unchanged=N - 4)
    second = amazon.calls()

    assert (first["TransactWriteItems"], first["BatchGetItem"]) == (3, 3)
    assert second["BatchGetItem"] == 3
    assert second["UpdateItem"] == 4 + 1 + 1  # the lists, the mark of the highest generation, the confirmation
    assert not second["TransactWriteItems"]


def test_a_throttled_publication_waits_and_ends_whole(profiles: DynamoProfiles, amazon: FlakyAmazon) -> None:
    publish(profiles, published(1), 1)
    amazon.turn("throttled", "dynamodb", only="UpdateItem", times=10 * WAITED_FOR)

    assert publish(profiles, published(2, changed=30), 2) == Publishing(written=30, unchanged=N - 30)

    assert profiles.list_of(UserId(30)) == published(2, changed=30)[29]
    assert profiles.list_of(UserId(31)) == replace(published(1)[30], generation=2)


def test_what_a_batch_leaves_unprocessed_is_asked_for_again(profiles: DynamoProfiles, amazon: FlakyAmazon) -> None:
    amazon.turn("throttled", "dynamodb", only="BatchGetItem", times=3 * WAITED_FOR)

    assert publish(profiles, published(1), 1) == Publishing(written=N)


def test_a_publication_gives_up_once_nothing_gets_through_and_has_confirmed_nothing(
    profiles: DynamoProfiles, amazon: FlakyAmazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(profiles, published(1), 1)
    monkeypatch.setattr(dynamodb_publications, "MOST_SECONDS", 0.3)
    amazon.turn("throttled", "dynamodb", only="UpdateItem")

    with pytest.raises(StorageError, match="it is asked for more than it allows just now"):
        publish(profiles, published(2, changed=30), 2)

    amazon.turn("well")
    assert profiles.list_of(UserId(200)) == published(1)[199]
    assert publish(profiles, published(3, changed=30), 3).kept == N
    assert profiles.list_of(UserId(30)) == published(3, changed=30)[29]


def test_no_more_calls_are_under_way_than_allowed(profiles: DynamoProfiles, monkeypatch: pytest.MonkeyPatch) -> None:
    counting, most, under_way = threading.Lock(), 0, 0
    called = DynamoCalls._called

    def counted(*args: Any, **more: Any) -> Any:
        nonlocal most, under_way
        with counting:
            under_way += 1
            most = max(most, under_way)
        try:
            return called(*args, **more)
        finally:
            with counting:
                under_way -= 1

    monkeypatch.setattr(DynamoCalls, "_called", counted)
    monkeypatch.setattr(dynamodb_publications, "MOST_CREATED", 5)
    publish(profiles, published(1), 1)
    publish(profiles, published(2, title="Changed"), 2)

    assert 1 < most <= AT_ONCE
