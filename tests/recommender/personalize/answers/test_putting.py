"""Events, users and items that clients put: checked, kept, and seen by the next list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recommender.personalize import arns
from recommender.personalize.answers.putting import put_events, put_items, put_users
from recommender.personalize.arns import arn_of
from recommender.personalize.refusals import InvalidInputError, ResourceNotFoundError
from recommender.personalize.resources import ACTIVE, Resource
from tests.recommender.personalize.answers.town import NO_EXPLORING, SCHEMAS, TRACKING, Town

ITEMS, USERS = arn_of(arns.DATASET, "town", "ITEMS"), arn_of(arns.DATASET, "town", "USERS")


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def event(item: str = "c3", **more: Any) -> dict[str, Any]:
    return {"eventType": "watch", "itemId": item, "sentAt": 1_700_000_000.5, **more}


def put(town: Town, *events: dict[str, Any], user: str | None = "ann", session: str = "s1", tracking: str = TRACKING) -> None:
    sent = {"trackingId": tracking, "sessionId": session, "eventList": list(events)}
    put_events(town.answers, sent if user is None else {**sent, "userId": user})


def test_an_event_is_kept_with_all_that_it_says_and_changes_the_next_list(town: Town) -> None:
    campaign = town.campaign(**NO_EXPLORING)
    shown = town.ask(campaignArn=campaign, userId="ann")
    said = event(
        eventId="e1",
        eventValue=4.5,
        recommendationId=shown["recommendationId"],
        impression=["c3", "c4"],
        properties=json.dumps({"deviceKind": "phone", "whatever": 1}),
        metricAttribution={"eventAttributionSource": "home"},
    )
    put(town, said)
    (kept,) = town.live.of_user("town", "ann")
    assert (kept.event_id, kept.session_id, kept.kind, kept.item_id, kept.value, kept.sent_at) == (
        "e1",
        "s1",
        "watch",
        "c3",
        4.5,
        1_700_000_000.5,
    )
    assert (kept.recommendation_id, kept.impression, kept.metric) == (shown["recommendationId"], ("c3", "c4"), "home")
    assert kept.properties == {"DEVICE_KIND": "phone"}
    assert town.items(campaignArn=campaign, userId="ann")[0] == "c4"
    found = town.answers.shown.followed("campaign/films")
    assert (found.lists, found.items, found.clicked) == (1, 2, 1)


def test_an_event_sent_again_is_one(town: Town) -> None:
    put(town, event(eventId="e1"))
    put(town, event(eventId="e1"))
    put(town, event())
    assert len(town.live.of_user("town", "ann")) == 1


def test_what_a_session_did_becomes_the_users(town: Town) -> None:
    put(town, event("d1"), user=None)
    assert town.live.of_user("town", "ann") == ()
    put(town, event("d2", sentAt=1_700_000_009.0))
    assert [one.item_id for one in town.live.of_user("town", "ann")] == ["d1", "d2"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"properties": "[1]"}, "properties must be a JSON object as a string, not '[1]'."),
        ({"properties": '{"DEVICE_KIND": "\\ud800"}'}, "properties must be a JSON object as a string"),
        ({"properties": "{"}, "properties must be a JSON object as a string"),
        ({"properties": '{"sessionId": "x"}'}, "properties must not name sessionId: the event has a member for it."),
        ({"sentAt": 1_700_000_000_500.0}, "sentAt must be a time in seconds since 1970 that has come, not 1700000000500; it is 1"),
        ({"properties": '{"DEVICE_KIND": {"a": 1}}'}, "DEVICE_KIND must be string, as the schema says"),
    ],
)
def test_an_event_that_cannot_be_is_refused_whole(said: dict[str, Any], sentence: str, town: Town) -> None:
    with pytest.raises(InvalidInputError) as refused:
        put(town, event("d1"), event(**said))
    assert sentence in str(refused.value)
    assert town.live.of_user("town", "ann") == ()


def test_a_tracker_that_is_not_there_is_refused(town: Town) -> None:
    with pytest.raises(InvalidInputError, match="There is no event tracker with the trackingId 'x'"):
        put(town, event(), tracking="x")


def test_items_and_users_are_kept_by_the_names_of_the_schema(town: Town) -> None:
    put_items(town.answers, {"datasetArn": ITEMS, "items": [{"itemId": "n1", "properties": '{"genres": ["A", "B"], "year": "1999"}'}]})
    put_users(town.answers, {"datasetArn": USERS, "users": [{"userId": "u1", "properties": '{"age": 30}'}, {"userId": "u2"}]})
    assert town.live.items("dataset/town/ITEMS") == {"n1": {"GENRES": "A|B", "YEAR": 1999}}
    assert town.live.users("dataset/town/USERS") == {"u1": {"AGE": 30}, "u2": {}}


@pytest.mark.parametrize(
    ("properties", "sentence"),
    [
        ('{"year": 1999}', "properties of 'n1' must give GENRES, which the schema does not let be null."),
        (
            '{"genres": "A", "colour": 1}',
            "properties of 'n1' name colour, which the schema has not; its fields are: ITEM_ID, GENRES, YEAR.",
        ),
        ('{"genres": "A", "year": "late"}', "YEAR must be int, as the schema says, not 'late'."),
        ('{"genres": "A", "year": 1999.5}', "YEAR must be int, as the schema says, not '1999.5'."),
        ('{"genres": "A", "year": 99999999999999999999}', "YEAR must be int, as the schema says, not '99999999999999999999'."),
        ('{"genres": "A", "year": 2147483648}', "YEAR must be int, as the schema says, not '2147483648'."),
        ('{"genres": "A", "year": "-2147483649"}', "YEAR must be int, as the schema says, not '-2147483649'."),
        ('{"genres": "A", "year": true}', "YEAR must be int, as the schema says, not 'True'."),
        ('{"genres": "A", "year": 1e999}', "YEAR must be int, as the schema says, not 'inf'."),
    ],
)
def test_an_item_that_the_schema_does_not_know_is_refused(properties: str, sentence: str, town: Town) -> None:
    with pytest.raises(InvalidInputError) as refused:
        put_items(town.answers, {"datasetArn": ITEMS, "items": [{"itemId": "n1", "properties": properties}]})
    assert str(refused.value) == sentence
    assert town.live.items("dataset/town/ITEMS") == {}


def test_a_time_in_milliseconds_is_refused_as_in_an_import(town: Town) -> None:
    added = [*SCHEMAS["ITEMS"], {"name": "CREATION_TIMESTAMP", "type": ["null", "long"]}]
    text = json.dumps({"type": "record", "name": "Items", "fields": added, "version": "1.0"})
    town.put(Resource(arn_of(arns.SCHEMA, "items"), ACTIVE, 0, 0, {"name": "items", "schema": text}))
    said = '{"genres": "A", "creationTimestamp": %s}'

    with pytest.raises(InvalidInputError, match="CREATION_TIMESTAMP must be in seconds since 1970, and 1700000000000 seems to be in milli"):
        put_items(town.answers, {"datasetArn": ITEMS, "items": [{"itemId": "n1", "properties": said % "1700000000000"}]})
    put_items(town.answers, {"datasetArn": ITEMS, "items": [{"itemId": "n1", "properties": said % "1700000000"}]})


def test_a_data_set_of_another_type_or_none_is_refused(town: Town) -> None:
    with pytest.raises(InvalidInputError, match="holds USERS, not ITEMS"):
        put_items(town.answers, {"datasetArn": USERS, "items": [{"itemId": "n1"}]})
    with pytest.raises(ResourceNotFoundError):
        put_items(town.answers, {"datasetArn": arn_of(arns.DATASET, "gone", "ITEMS"), "items": [{"itemId": "n1"}]})


def test_ids_hold_no_nul_as_in_an_import(town: Town) -> None:
    for call in (
        lambda: put(town, event(), user="\x000"),
        lambda: put(town, event("c\0")),
        lambda: put(town, event(impression=["c1", "\0"])),
        lambda: put_users(town.answers, {"datasetArn": USERS, "users": [{"userId": "\x000"}]}),
        lambda: put_items(town.answers, {"datasetArn": ITEMS, "items": [{"itemId": "\x000", "properties": '{"genres": "x"}'}]}),
    ):
        with pytest.raises(InvalidInputError, match="must be text without NUL"):
            call()


@pytest.mark.parametrize("genres", ["1" + "0" * 400, "Infinity", "NaN", "1e999"])
def test_a_number_without_end_is_no_text_either(town: Town, genres: str) -> None:
    with pytest.raises(InvalidInputError, match="GENRES must be string"):
        put_items(town.answers, {"datasetArn": ITEMS, "items": [{"itemId": "c9", "properties": f'{{"genres": {genres}}}'}]})
