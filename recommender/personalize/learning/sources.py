"""What a data set group holds, read for learning: imported rows, and what clients put one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from recommender.personalize import arns, rows
from recommender.personalize.arns import key_of
from recommender.personalize.columns import Column, Columns, TextColumn
from recommender.personalize.learning.world import Held
from recommender.personalize.live import Live, LiveEvent
from recommender.personalize.resources import Resource, Resources
from recommender.personalize.schemas import INTERACTIONS, ITEMS, USERS, Field, Schema, read_schema
from recommender.storage.blobs import Blobs

TRUTHS = {True: "true", False: "false"}


def held_by(blobs: Blobs, live: Live, found: Resources, group_arn: str, config: Mapping[str, Any] | None = None) -> Held:
    """Everything that the group holds now. config: a solution's, whose trainingDataConfig leaves columns of items out."""
    group = key_of(group_arn).rpartition("/")[2]
    datasets = {
        one.body["datasetType"].upper(): one for one in found.of(arns.DATASET) if key_of(one.body["datasetGroupArn"]) == key_of(group_arn)
    }
    schemas = {kind: schema_of(found, one) for kind, one in datasets.items()}
    parts = {kind: [rows.load(blobs, part) for part in rows.parts_of(one)] for kind, one in datasets.items()}
    events = happened(live.everybody(group))
    users = _put(schemas.get(USERS), live.users(datasets[USERS].key) if USERS in datasets else {})
    items = _put(schemas.get(ITEMS), live.items(datasets[ITEMS].key) if ITEMS in datasets else {})
    of_items = schemas.get(ITEMS)
    return Held(
        [*parts.get(INTERACTIONS, []), *events],
        [*parts.get(USERS, []), *users],
        [*parts.get(ITEMS, []), *items],
        frozenset(field.name for field in of_items.fields if field.categorical) if of_items else frozenset(),
        left_out(of_items, config or {}),
    )


def schema_of(found: Resources, dataset: Resource) -> Schema:
    """That of a data set."""
    return read_schema(found.get(dataset.body["schemaArn"], arns.SCHEMA).body["schema"])


def left_out(schema: Schema | None, config: Mapping[str, Any]) -> frozenset[str]:
    """The columns of items that a trainingDataConfig keeps from learning."""
    said = config.get("trainingDataConfig") or {}
    excluded = {kind.upper(): names for kind, names in (said.get("excludedDatasetColumns") or {}).items()}
    included = {kind.upper(): names for kind, names in (said.get("includedDatasetColumns") or {}).items()}
    names = set(excluded.get(ITEMS, ()))
    if schema and ITEMS in included:
        names |= {field.name for field in schema.metadata} - set(included[ITEMS])
    return frozenset(names)


def happened(everybody: Iterable[tuple[str, Sequence[LiveEvent]]]) -> list[Columns]:
    """The events that clients put, as rows of interactions; none for none. What names no item is left aside."""
    put = [(user, event) for user, events in everybody for event in events if event.item_id]
    if not put:
        return []
    return [
        Columns(
            {
                "USER_ID": TextColumn.of([user for user, _ in put]),
                "ITEM_ID": TextColumn.of([event.item_id for _, event in put]),
                "EVENT_TYPE": TextColumn.of([event.kind or None for _, event in put]),
                "EVENT_VALUE": np.array([np.nan if event.value is None else event.value for _, event in put], dtype=np.float64),
                "TIMESTAMP": np.array([event.sent_at for _, event in put], dtype=np.float64),
            },
            len(put),
        )
    ]


def _put(schema: Schema | None, put: Mapping[str, Mapping[str, Any]]) -> list[Columns]:
    """Users or items that clients put, as rows of the schema; none for none. Names are told apart by letters and digits alone."""
    if schema is None or not put:
        return []
    plain = [{_plain(name): value for name, value in fields.items()} for fields in put.values()]
    key = next(field for field in schema.fields if field.name in ("USER_ID", "ITEM_ID"))
    columns: dict[str, Column] = {key.name: TextColumn.of(list(put))}
    for field in schema.fields:
        if field.name != key.name:
            columns[field.name] = _column(field, [fields.get(_plain(field.name)) for fields in plain])
    return [Columns(columns, len(put))]


def _column(field: Field, values: Sequence[Any]) -> Column:
    if field.is_number:
        return np.array([float(value) if isinstance(value, int | float) else np.nan for value in values], dtype=np.float64)
    return TextColumn.of(
        [None if value is None else TRUTHS.get(value, str(value)) if isinstance(value, bool) else str(value) for value in values]
    )


def _plain(name: str) -> str:
    return name.replace("_", "").upper()
