"""The export job: the rows of a data set as one CSV with the schema's columns."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.personalize import arns, put_rows, rows
from recommender.personalize.columns import Columns, TextColumn
from recommender.personalize.jobs.context import Commit, Context
from recommender.personalize.jobs.importing import schema_of
from recommender.personalize.places import put
from recommender.personalize.resources import Resource, Resources
from recommender.personalize.schemas import ITEMS, USERS, WHOLE, Schema

BULK, PUT, ALL = "BULK", "PUT", "ALL"  # imported; put one by one; both
AT_ONCE = 10_000  # rows turned into text together
READING, WRITING = "reading", "writing"


def run(context: Context, job: Resource) -> Commit:
    """Write `<job's name>.csv` below the place that the job names; what was there is replaced, so a second try does no harm.

    As at Amazon, rows that are alike in every column are one, and with ALL the newest row of a user or an item alone is written.
    """
    found = context.check()
    dataset = found.get(job.body["datasetArn"], arns.DATASET)
    schema = schema_of(found, dataset)
    mode = job.body.get("ingestionMode") or PUT
    context.say_progress(READING)
    parts = [rows.load(context.blobs, part) for part in rows.parts_of(dataset)] if mode in (BULK, ALL) else []
    if mode in (PUT, ALL):
        parts.append(put_rows.read(context.live, dataset, schema))
    columns = rows.joined(parts, schema)
    newest_of = {USERS: "USER_ID", ITEMS: "ITEM_ID"}.get(schema.dataset_type) if mode == ALL else None
    which = _newest(columns, newest_of) if newest_of else _first_of_each(columns)
    made = context.room / "rows.csv"
    write(made, columns, schema, which, lambda share: context.say_progress(WRITING, share))
    context.check()
    where = job.body["jobOutput"]["s3DataDestination"]["path"]
    address = put(where, f"{job.body['jobName']}.csv", made, context.settings, role=job.body.get("roleArn", ""))

    def commit(found: Resources, job: Resource) -> None:
        job.inner |= {"n_rows": len(which), "file": address}

    return commit


def write(
    path: Path, columns: Columns, schema: Schema, which: NDArray[np.intp], progress: Callable[[float], None] = lambda share: None
) -> None:
    """Those rows as CSV, in the order of `which`, with a head; null is an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(schema.names)
        for first in range(0, len(which), AT_ONCE):
            some = which[first : first + AT_ONCE]
            cells = (_texts(columns[field.name], some, whole=field.type in WHOLE) for field in schema.fields)
            writer.writerows(zip(*cells, strict=True))
            progress((first + len(some)) / len(which))


def _texts(column: Any, which: NDArray[np.intp], *, whole: bool) -> Iterator[str]:
    if isinstance(column, TextColumn):
        words = [*column.vocabulary, ""]  # -1, null, is the last
        return (words[code] for code in np.asarray(column.codes)[which].tolist())
    numbers = np.asarray(column)[which].tolist()
    if whole:
        return ("" if number != number else str(int(number)) for number in numbers)
    return ("" if number != number else repr(number).removesuffix(".0") for number in numbers)


def _first_of_each(columns: Columns) -> NDArray[np.intp]:
    """Rows that are like none before them, in their order."""
    if not columns.n_rows:
        return np.zeros(0, dtype=np.intp)
    keys = [_key(columns, name) for name in columns.names]
    order = np.lexsort(keys)  # stable: of those that are alike the first comes first
    is_first = np.zeros(columns.n_rows, dtype=bool)
    is_first[0] = True
    for key in keys:
        is_first[1:] |= key[order][1:] != key[order][:-1]
    return np.sort(order[is_first])


def _newest(columns: Columns, name: str) -> NDArray[np.intp]:
    """The last row of each, in the order of the rows."""
    key = _key(columns, name)
    _, backwards = np.unique(key[::-1], return_index=True)
    return np.sort(columns.n_rows - 1 - backwards)


def _key(columns: Columns, name: str) -> NDArray[Any]:
    column = columns[name]
    return np.asarray(column.codes) if isinstance(column, TextColumn) else np.nan_to_num(np.asarray(column), nan=-np.inf, neginf=-np.inf)
