"""PutEvents, PutUsers and PutItems: what clients send one by one, checked and durable before they are answered."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from recommender.personalize import arns
from recommender.personalize.answers.asking import Answers
from recommender.personalize.arns import key_of
from recommender.personalize.csv_rows import BITS, LATEST_SECOND, TIMES
from recommender.personalize.live import LiveEvent
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import Resource, Resources
from recommender.personalize.schemas import INTERACTIONS, ITEMS, USERS, Field, Schema, read_schema
from recommender.personalize.trained import FORGOTTEN

Json = Mapping[str, Any]

RESERVED = frozenset({"userid", "sessionid", "eventtype", "timestamp", "recommendationid", "impression"})  # no names of properties
AHEAD = 86_400.0  # seconds by which a client's clock, or its time zone, may be wrong
TRUTHS = {"true": "true", "false": "false"}


def put_events(answers: Answers, sent: Json) -> None:
    """Durable once this returns. Without a userId they wait under their session, and are the user's once the session comes with one."""
    group = _group_of_tracker(answers, str(sent["trackingId"]))
    _check_ids("userId", [sent.get("userId")])
    _check_ids("itemId", [one.get("itemId") for one in sent["eventList"]])
    _check_ids("impression", [item for one in sent["eventList"] for item in one.get("impression") or ()])
    schema = _schema_of(answers.registry.recent(), group, INTERACTIONS)
    now = answers.registry.now()
    events = [_event(one, str(sent["sessionId"]), schema, now) for one in sent["eventList"]]
    user_id = sent.get("userId")
    if user_id is None:
        answers.live.put_anonymous(group, str(sent["sessionId"]), events)
    else:
        answers.live.put_events(group, str(user_id), events)
        answers.live.join(group, str(sent["sessionId"]), str(user_id))
    for event in events:
        if event.recommendation_id is not None:
            answers.shown.follow(event.recommendation_id, event.item_id, event.impression)


def put_users(answers: Answers, sent: Json) -> None:
    """Users with their fields; the same user once more replaces what was put before."""
    _put_rows(answers, sent, USERS, "users", "userId")


def put_items(answers: Answers, sent: Json) -> None:
    """The same for items."""
    _put_rows(answers, sent, ITEMS, "items", "itemId")


def _group_of_tracker(answers: Answers, tracking_id: str) -> str:
    for found in (answers.registry.recent, answers.registry.read):  # the second for one made a moment ago
        for one in found().of(arns.TRACKER, trackingId=tracking_id):
            return key_of(one.body["datasetGroupArn"]).rpartition("/")[2]
    raise InvalidInputError(f"There is no event tracker with the trackingId {tracking_id[:100]!r}; create-event-tracker gives one.")


def _schema_of(found: Resources, group: str, kind: str) -> Schema | None:
    """That of the group's data set of a type; None where there is none."""
    for one in found.of(arns.DATASET):
        if one.body["datasetType"].upper() == kind and key_of(one.body["datasetGroupArn"]).rpartition("/")[2] == group:
            return _schema(found, one)
    return None


def _schema(found: Resources, dataset: Resource) -> Schema:
    return read_schema(found.get(dataset.body["schemaArn"], arns.SCHEMA).body["schema"])


def _event(said: Json, session_id: str, schema: Schema | None, now: float) -> LiveEvent:
    attribution = said.get("metricAttribution") or {}
    return LiveEvent(
        str(said.get("eventId") or uuid.uuid4()),
        session_id,
        str(said["eventType"]),
        said.get("itemId"),
        said.get("eventValue"),
        _moment(float(said["sentAt"]), now),
        said.get("recommendationId"),
        tuple(said.get("impression") or ()),
        _properties_of_event(said.get("properties"), schema),
        attribution.get("eventAttributionSource"),
    )


def _moment(sent_at: float, now: float) -> float:
    """The time of an event; InvalidInputError for one that lies ahead, since nothing that happens later would ever be newer."""
    if sent_at > now + AHEAD:
        raise InvalidInputError(f"sentAt must be a time in seconds since 1970 that has come, not {sent_at:.15g}; it is {now:.0f} now.")
    return sent_at


def _properties_of_event(text: str | None, schema: Schema | None) -> dict[str, Any]:
    """By the schema's names; what it does not know is left aside, as Amazon does."""
    found: dict[str, Any] = {}
    for name, value in _object(text).items():
        if _plain(name) in RESERVED:
            raise InvalidInputError(f"properties must not name {name}: the event has a member for it.")
        field = _field(schema, name)
        if field is not None and value is not None:
            found[field.name] = _value(field, value)
    return found


def _put_rows(answers: Answers, sent: Json, kind: str, many: str, key: str) -> None:
    found = answers.registry.recent()
    if found.find(str(sent["datasetArn"])) is None:
        found = answers.registry.read()  # made a moment ago
    dataset = found.get(str(sent["datasetArn"]), arns.DATASET)
    if dataset.body["datasetType"].upper() != kind:
        raise InvalidInputError(f"{dataset.arn} holds {dataset.body['datasetType']}, not {kind}.")
    schema = _schema(found, dataset)
    _check_ids(key, [one[key] for one in sent[many]])
    rows = {str(one[key]): _row(one.get("properties"), schema, str(one[key])) for one in sent[many]}
    put = answers.live.put_users if kind == USERS else answers.live.put_items
    put(dataset.key, rows)


def _check_ids(name: str, ids: Sequence[str | None]) -> None:
    """As an import does: the names of people who were deleted begin with what no id may hold."""
    for one in ids:
        if one is not None and FORGOTTEN in one:
            raise InvalidInputError(f"{name} must be text without NUL, not {one[:60]!r}.")


def _row(text: str | None, schema: Schema, row_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in _object(text).items():
        field = _field(schema, name)
        if field is None:
            raise InvalidInputError(
                f"properties of {row_id!r} name {name}, which the schema has not; its fields are: {', '.join(schema.names)}."
            )
        if value is not None:
            found[field.name] = _value(field, value)
    missing = [field.name for field in schema.metadata if not field.nullable and field.name not in found]
    if missing:
        raise InvalidInputError(f"properties of {row_id!r} must give {', '.join(missing)}, which the schema does not let be null.")
    return found


def _object(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        said = json.loads(text)
        json.dumps(said, ensure_ascii=False).encode()  # whatever is half a character cannot be written down again
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise InvalidInputError(f"properties must be a JSON object as a string, not {text[:60]!r}.")
    return said


def _field(schema: Schema | None, name: str) -> Field | None:
    """numberOfRatings is NUMBER_OF_RATINGS: letters and digits count."""
    if schema is None:
        return None
    return next((field for field in schema.fields if _plain(field.name) == _plain(name)), None)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _value(field: Field, value: object) -> str | float | int:
    """As the schema has it; a number may come as a string, and a text of several values as a list."""
    said = "|".join(map(str, value)) if isinstance(value, list) and field.type == "string" else value
    if field.type == "string" and isinstance(said, str):
        return said
    if field.type == "string" and isinstance(said, int | float) and not isinstance(said, bool) and _number(said) is not None:
        return f"{said:.15g}"
    if field.type == "boolean" and str(said).lower() in TRUTHS:
        return TRUTHS[str(said).lower()]
    if field.is_number and isinstance(said, str | int | float) and not isinstance(said, bool):
        number = _number(said)
        bits = BITS.get(field.type)
        if number is not None and field.name in TIMES and number >= LATEST_SECOND:
            raise InvalidInputError(f"{field.name} must be in seconds since 1970, and {number:.15g} seems to be in milliseconds.")
        if number is not None and bits is None:
            return number
        if number is not None and bits is not None and number == int(number) and -(1 << bits) <= number < 1 << bits:
            return int(number)
    raise InvalidInputError(f"{field.name} must be {field.type}, as the schema says, not {str(value)[:60]!r}.")


def _number(said: str | float) -> float | None:
    try:
        number = float(said)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e300 else None
