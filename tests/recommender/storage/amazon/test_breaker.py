"""A place in trouble is left alone, and asked in the background whether it is well again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from recommender.errors import StorageError
from recommender.storage.amazon.breaker import SECONDS_BETWEEN_PROBES, Breaker
from recommender.storage.amazon.clients import QUICK
from recommender.storage.profiles.dynamodb import DynamoProfiles
from recommender.storage.profiles.dynamodb_calls import DynamoCalls
from recommender.storage.profiles.dynamodb_items import wire
from recommender.storage.profiles.dynamodb_names import Tables
from tests.faults.flaky_amazon import FlakyAmazon

SLOW = StorageError("The table movie cannot be used: it does not answer in time.", kind="slow")
HEALS_WITHIN = 5.0  # seconds


class Place:
    """Answers a probe once it is well, and remembers who asked."""

    def __init__(self) -> None:
        self.is_well = False
        self.asked_by: list[str] = []

    def probe(self) -> None:
        self.asked_by.append(threading.current_thread().name)
        if not self.is_well:
            raise SLOW


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.fixture
def breaker(place: Place) -> Breaker:
    return Breaker("the table movie", place.probe, every=0.01)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + HEALS_WITHIN
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def is_open(breaker: Breaker) -> bool:
    try:
        breaker.check()
    except StorageError:
        return True
    return False


def test_one_fault_opens_nothing(breaker: Breaker, place: Place) -> None:
    breaker.failed(SLOW)

    breaker.check()
    assert place.asked_by == []


def test_two_faults_in_a_row_open_it_and_everybody_hears_the_reason(breaker: Breaker, place: Place) -> None:
    breaker.failed(SLOW)
    breaker.failed(SLOW)

    with pytest.raises(StorageError) as told:
        breaker.check()
    place.is_well = True

    assert (str(told.value), told.value.kind) == (str(SLOW), "slow")
    assert told.value is not SLOW  # else its traceback would grow with every visitor


def test_an_answer_between_two_faults_keeps_it_closed(breaker: Breaker) -> None:
    breaker.failed(SLOW)
    breaker.succeeded()
    breaker.failed(SLOW)

    breaker.check()


def test_one_thread_asks_however_many_calls_fail(breaker: Breaker, place: Place) -> None:
    for _ in range(20):
        breaker.failed(SLOW)
    until(lambda: len(place.asked_by) > 3)

    watching = [thread for thread in threading.enumerate() if thread.name == "watches the table movie"]
    place.is_well = True

    assert len(watching) == 1
    assert watching[0].daemon
    assert set(place.asked_by) == {"watches the table movie"}


def test_the_first_probe_that_is_answered_closes_it_and_the_thread_ends(breaker: Breaker, place: Place) -> None:
    breaker.failed(SLOW)
    breaker.failed(SLOW)
    until(lambda: bool(place.asked_by))
    place.is_well = True
    until(lambda: not is_open(breaker))
    until(lambda: "watches the table movie" not in [thread.name for thread in threading.enumerate()])
    n_asked = len(place.asked_by)

    breaker.failed(SLOW)

    breaker.check()  # what was before it opened is forgotten
    time.sleep(0.05)
    assert len(place.asked_by) == n_asked


def test_while_it_is_open_no_call_reaches_the_service_but_the_probe(amazon: FlakyAmazon, profiles: DynamoProfiles) -> None:
    profiles.check()
    amazon.turn("denied")
    for _ in range(2):
        with pytest.raises(StorageError):
            profiles.list_of(7)  # type: ignore[arg-type]
    amazon.calls()
    began = time.monotonic()

    for _ in range(200):
        with pytest.raises(StorageError, match="access is denied"):
            profiles.list_of(7)  # type: ignore[arg-type]
    seconds = time.monotonic() - began

    assert amazon.calls().total() <= 1 + seconds / SECONDS_BETWEEN_PROBES


def test_no_visitor_is_the_first_to_find_out_that_it_is_well(amazon: FlakyAmazon, profiles: DynamoProfiles) -> None:
    profiles.check()
    amazon.turn("hanging")
    for _ in range(2):
        with pytest.raises(StorageError):
            profiles.list_of(7)  # type: ignore[arg-type]
    longest = 0.0

    def is_well() -> bool:
        nonlocal longest
        began = time.monotonic()
        try:
            profiles.list_of(7)  # type: ignore[arg-type]
        except StorageError:
            longest = max(longest, time.monotonic() - began)
            return False
        return True

    assert not is_well()
    time.sleep(1)
    assert not is_well()
    amazon.turn("well")
    until(is_well)

    assert longest < QUICK.read_seconds / 2  # nobody waited for the service


def test_two_who_wait_at_the_same_time_are_enough_and_neither_waits_twice(amazon: FlakyAmazon, profiles: DynamoProfiles) -> None:
    profiles.check()
    amazon.turn("hanging")
    amazon.calls()
    seconds = []

    def look() -> None:
        began = time.monotonic()
        with pytest.raises(StorageError, match="does not answer in time"):
            profiles.list_of(7)  # type: ignore[arg-type]
        seconds.append(time.monotonic() - began)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert max(seconds) < QUICK.tries * QUICK.read_seconds


@pytest.mark.parametrize(("weather", "opens"), [("throttled", False), ("denied", False), ("conflict", False), ("hanging", True)])
def test_a_write_that_is_refused_leaves_reads_alone(weather: str, opens: bool, amazon: FlakyAmazon, table: str) -> None:
    calls = DynamoCalls("dynamodb://movie", Tables.of(table), QUICK)
    calls.get(table, {"userID": wire(1)})
    amazon.turn(weather, only="PutItem")
    for _ in range(3):
        with pytest.raises(StorageError):
            calls.write("put_item", TableName=table, Item={"userID": wire(1)})

    if opens:
        with pytest.raises(StorageError):
            calls.get(table, {"userID": wire(1)})
    else:
        assert calls.get(table, {"userID": wire(1)}) is None


@pytest.mark.parametrize("weather", ["conflict", "unheard of"])
def test_trouble_with_one_item_closes_the_place_for_nobody(weather: str, amazon: FlakyAmazon, table: str) -> None:
    calls = DynamoCalls("dynamodb://movie", Tables.of(table), QUICK)
    amazon.turn(weather, "dynamodb", only="Query")
    for _ in range(3):
        with pytest.raises(StorageError):
            list(calls.query(TableName=table, KeyConditionExpression="userID = :one", ExpressionAttributeValues={":one": wire(1)}))

    assert calls.get(table, {"userID": wire(1)}) is None


def test_a_table_in_trouble_leaves_the_others_in_use(amazon: FlakyAmazon, profiles: DynamoProfiles) -> None:
    """Ratings that are throttled are no reason not to show a list that is kept."""
    user_id = profiles.new_person("digest", shared=True, now=0)
    amazon.turn("throttled", "dynamodb", only="Query")
    for _ in range(3):
        with pytest.raises(StorageError, match=r"The table movie-\w+-ratings cannot be used: it is asked for more than it allows just now"):
            profiles.opinions(user_id)

    assert profiles.list_of(user_id) is None
    assert profiles.is_shared(user_id)
