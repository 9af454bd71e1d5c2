"""The job that deletes people: their interactions, their rows and what they did since, in all data sets of a group.

What was trained before has learned from them still, as at Amazon, until it is trained anew; but the group remembers who they are, so that
nobody is answered from what was deleted.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any

import numpy as np

from recommender.personalize import arns, rows
from recommender.personalize.columns import Columns, TextColumn
from recommender.personalize.csv_rows import Reader
from recommender.personalize.jobs.context import Commit, Context, StaleError
from recommender.personalize.jobs.importing import DELETED, READING, WRITING
from recommender.personalize.places import files_at
from recommender.personalize.resources import Resource, Resources
from recommender.personalize.schemas import USERS, Field, Schema

USER = "USER_ID"
_LIST = Schema(USERS, (Field(USER, "string"),))


def run(context: Context, job: Resource) -> Commit:
    """Write every part anew that holds one of these people, without them; numDeleted counts rows and events.

    StaleError where an import has changed a data set meanwhile. InvalidInputError and StorageError as for an import.
    """
    users = _users(context, job)
    group = context.check().get(job.body["datasetGroupArn"], arns.GROUP)
    before: dict[str, list[dict[str, Any]]] = {}
    after: dict[str, list[dict[str, Any]]] = {}
    n_deleted = 0
    for dataset in context.check().of(arns.DATASET, datasetGroupArn=group.arn):
        before[dataset.arn], after[dataset.arn] = rows.parts_of(dataset), []
        for part in before[dataset.arn]:
            kept = _without(context, dataset, part, users)
            n_deleted += part["n_rows"] - (kept["n_rows"] if kept else 0)
            after[dataset.arn] += [kept] if kept else []
    context.check()
    n_deleted += _forget(context, group, users)

    def commit(found: Resources, job: Resource) -> None:
        group = found.get(job.body["datasetGroupArn"], arns.GROUP)
        for dataset in found.of(arns.DATASET, datasetGroupArn=group.arn):
            if rows.parts_of(dataset) != before.get(dataset.arn, []):
                raise StaleError
            if before.get(dataset.arn) != after.get(dataset.arn):
                dataset.inner[rows.PARTS], dataset.updated = after[dataset.arn], context.now
        group.inner[DELETED] = sorted({*group.inner.get(DELETED, ()), *users})
        job.body["numDeleted"] = n_deleted

    return commit


def _users(context: Context, job: Resource) -> Set[str]:
    """Whom the files name in their column USER_ID."""
    context.say_progress(READING)
    fetched = context.room / "files"
    fetched.mkdir()
    reader = Reader(_LIST)
    for file in files_at(job.body["dataSource"]["dataLocation"], context.settings, fetched, role=job.body.get("roleArn", "")):
        with file.opened(lambda n_bytes: None) as data:
            reader.take_in(file.name, data, lambda n_bytes: None)
    return set(_named(reader.columns()))


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


def _named(columns: Columns) -> list[str]:
    column = columns[USER]
    return column.vocabulary if isinstance(column, TextColumn) else []


def _forget(context: Context, group: Resource, users: Set[str]) -> int:
    """Take away what was put of these people one by one; how many rows and events that was."""
    name, n_gone = group.key.partition("/")[2], 0
    people = context.check().find(arns.arn_of(arns.DATASET, name, USERS))
    for user in sorted(users):
        n_gone += len(context.live.of_user(name, user))
        context.live.forget_user(name, user)
        if people is not None and context.live.row(people.key, user) is not None:
            context.live.forget_row(people.key, user)
            n_gone += 1
    return n_gone
