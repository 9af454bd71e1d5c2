"""What clients put one by one as rows of their data set, beside those that were imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from recommender.personalize.columns import Column, Columns, TextColumn
from recommender.personalize.live import Live, LiveEvent
from recommender.personalize.resources import Resource
from recommender.personalize.schemas import INTERACTIONS, ITEMS, USERS, Field, Schema

Cell = str | float | None


def read(live: Live, dataset: Resource, schema: Schema) -> Columns:
    """Events, the oldest of each user first, or users or items with the fields put last; none for another type of data set.

    An event without an item, such as a search, is no row of interactions. A field that was put as something that it cannot be is null.
    """
    _, group, kind = dataset.key.split("/")
    if kind == INTERACTIONS:
        found = [_of_event(schema, user, event) for user, events in live.everybody(group) for event in events if event.item_id is not None]
    elif kind in (USERS, ITEMS):
        rows = live.users(dataset.key) if kind == USERS else live.items(dataset.key)
        found = [_of_row(schema, row_id, fields) for row_id, fields in rows.items()]
    else:
        found = []
    columns: dict[str, Column] = {}
    for place, field in enumerate(schema.fields):
        cells = [row[place] for row in found]
        columns[field.name] = (
            np.array([np.nan if cell is None else float(cell) for cell in cells], dtype=np.float64)
            if field.is_number
            else TextColumn.of([None if cell is None else str(cell) for cell in cells])
        )
    return Columns(columns, len(found))


def _of_event(schema: Schema, user_id: str, event: LiveEvent) -> list[Cell]:
    said: dict[str, Any] = {
        "USER_ID": user_id,
        "ITEM_ID": event.item_id,
        "TIMESTAMP": int(event.sent_at),
        "EVENT_TYPE": event.kind,
        "EVENT_VALUE": event.value,
        "IMPRESSION": "|".join(event.impression) or None,
        "RECOMMENDATION_ID": event.recommendation_id,
        "EVENT_ATTRIBUTION_SOURCE": event.metric,
    }
    return list(_cells(schema, said, _by_plain_name(event.properties)))


def _of_row(schema: Schema, row_id: str, fields: Mapping[str, Any]) -> list[Cell]:
    return list(_cells(schema, {"USER_ID" if schema.dataset_type == USERS else "ITEM_ID": row_id}, _by_plain_name(fields)))


def _cells(schema: Schema, said: Mapping[str, Any], more: Mapping[str, Any]) -> Iterator[Cell]:
    for field in schema.fields:
        yield _cell(field, said[field.name] if field.name in said else more.get(plain(field.name)))


def _cell(field: Field, value: Any) -> Cell:
    if value is None or value == "":
        return None
    if field.is_number:
        try:
            number = float(value)
        except (TypeError, ValueError):
            return None
        return number if np.isfinite(number) else None
    if isinstance(value, bool):
        return str(value).lower()
    return "|".join(map(str, value)) if isinstance(value, list) else str(value)


def plain(name: str) -> str:
    """How a property of a client, in camel case, and the schema's field are the same: CREATION_TIMESTAMP and creationTimestamp."""
    return name.replace("_", "").upper()


def _by_plain_name(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {plain(name): value for name, value in fields.items()}
