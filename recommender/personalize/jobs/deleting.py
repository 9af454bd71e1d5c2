"""The job that deletes people: their interactions, rows and later events in all data sets of a group, and their names in its models.

What was trained before has learned from them still, until it is trained anew; but nobody finds it under their names, so that they are
answered as people whom nobody knows, and no segment names them.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

import numpy as np

from recommender.personalize import arns, asks, rows
from recommender.personalize.columns import Columns, TextColumn
from recommender.personalize.csv_rows import Reader
from recommender.personalize.jobs.context import Commit, Context, StaleError
from recommender.personalize.jobs.importing import READING, WRITING
from recommender.personalize.places import files_at
from recommender.personalize.resources import Resource, Resources
from recommender.personalize.schemas import USERS, Field, Schema
from recommender.personalize.trained import save_without_names

USER, MODEL = "USER_ID", "model"
_LIST = Schema(USERS, (Field(USER, "string"),))


def run(context: Context, job: Resource) -> Commit:
    """Write every part and model anew that holds one of these people, without them; numDeleted counts rows and events.

    StaleError where an import or a training has changed one meanwhile. InvalidInputError and StorageError as for an import.
    """
    users, found = _users(context, job), context.check()
    group = found.get(job.body["datasetGroupArn"], arns.GROUP)
    before = {one.key: _named(one) for one in _of_group(found, group)}
    after: dict[str, Any] = {}
    n_deleted = 0
    for one in _of_group(found, group):
        if one.kind != arns.DATASET:
            after[one.key] = _without_names(context, one, users)
            continue
        after[one.key] = []
        for part in before[one.key]:
            kept = _without(context, one, part, users)
            n_deleted += part["n_rows"] - (kept["n_rows"] if kept else 0)
            after[one.key] += [kept] if kept else []
    context.check()
    n_deleted += _forget(context, group, users)

    def commit(found: Resources, job: Resource) -> None:
        for one in _of_group(found, found.get(job.body["datasetGroupArn"], arns.GROUP)):
            if _named(one) != before.get(one.key, _named_by_none(one)):
                raise StaleError
            if one.key in after and after[one.key] != before[one.key]:
                one.inner[rows.PARTS if one.kind == arns.DATASET else MODEL], one.updated = after[one.key], context.now
        job.body["numDeleted"] = n_deleted

    return commit


def _of_group(found: Resources, group: Resource) -> Iterator[Resource]:
    """What holds something of people: data sets, and what was trained."""
    for one in found.by_key.values():
        if one.kind in (arns.DATASET, arns.VERSION, arns.RECOMMENDER) and arns.key_of(one.body.get("datasetGroupArn", "")) == group.key:
            yield one


def _named(one: Resource) -> Any:
    """The folders that it names."""
    return rows.parts_of(one) if one.kind == arns.DATASET else one.inner.get(MODEL)


def _named_by_none(one: Resource) -> Any:
    return [] if one.kind == arns.DATASET else None


def _without_names(context: Context, one: Resource, users: Set[str]) -> dict[str, str] | None:
    """What was trained, so that nobody finds these people in it: itself where nobody does already."""
    model: dict[str, str] | None = one.inner.get(MODEL)
    if model is None:
        return None
    context.say_progress(WRITING)
    folder = context.room / one.key.replace("/", "-")
    folder.mkdir()
    digest = save_without_names(folder, context.blobs, model, users)
    if digest is None:
        return model
    key = context.folder_key(f"personalize/models/{one.key.partition('/')[2]}")
    context.blobs.publish(key, folder)
    return {**model, "key": key, "sha256": digest}


def _users(context: Context, job: Resource) -> Set[str]:
    """Whom the files name in their column USER_ID."""
    context.say_progress(READING)
    fetched = context.room / "files"
    fetched.mkdir()
    reader = Reader(_LIST)
    for file in files_at(job.body["dataSource"]["dataLocation"], context.settings, fetched, role=job.body.get("roleArn", "")):
        with file.opened(lambda n_bytes: None) as data:
            reader.take_in(file.name, data, lambda n_bytes: None)
    return set(_words(reader.columns()))


def _without(context: Context, dataset: Resource, part: dict[str, Any], users: Set[str]) -> dict[str, Any] | None:
    """The part without these people: itself where it has none of them, None where nothing is left."""
    columns = rows.load(context.blobs, part)
    theirs = _theirs(columns, users)
    if not theirs.any():
        return part
    if theirs.all():
        return None
    context.say_progress(WRITING)
    name = f"{dataset.key.partition('/')[2]}/{part['key'].rpartition('/')[2]}"
    folder = context.room / name.replace("/", "-")
    folder.mkdir()
    kept = rows.kept(columns, ~theirs)
    digest = rows.save(folder, kept)
    key = context.folder_key(f"personalize/data/{name}")
    context.blobs.publish(key, folder)
    return {**part, "key": key, "sha256": digest, "n_rows": kept.n_rows}


def _theirs(columns: Columns, users: Set[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """True for the rows of these people."""
    column = columns[USER] if USER in columns.names else None
    if not isinstance(column, TextColumn):
        return np.zeros(columns.n_rows, dtype=bool)
    is_theirs = np.array([word in users for word in column.vocabulary] + [False])  # -1, null, is the last
    found: np.ndarray[Any, np.dtype[np.bool_]] = is_theirs[np.asarray(column.codes)]
    return found


def _words(columns: Columns) -> list[str]:
    column = columns[USER]
    return column.vocabulary if isinstance(column, TextColumn) else []


def _forget(context: Context, group: Resource, users: Set[str]) -> int:
    """Take away what was put of these people one by one, and that they asked; how many rows and events that was."""
    name, n_gone = group.key.partition("/")[2], 0
    people = context.check().find(arns.arn_of(arns.DATASET, name, USERS))
    for user in sorted(users):
        n_gone += len(context.live.of_user(name, user))
        context.live.forget_user(name, user)
        if people is not None and context.live.row(people.key, user) is not None:
            context.live.forget_row(people.key, user)
            n_gone += 1
    for one in context.check().by_key.values():
        if one.kind in (
            arns.CAMPAIGN,
            arns.RECOMMENDER,
        ):  # of any group: a campaign tells its group by its version alone, which may be gone
            asks.forget_users(context.blobs, one.key, users)
    return n_gone
