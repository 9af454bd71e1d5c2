"""The import job: CSV files of a place become a part of a data set, whole or not at all."""

from __future__ import annotations

from recommender.personalize import arns, rows
from recommender.personalize.columns import Columns
from recommender.personalize.csv_rows import Reader
from recommender.personalize.jobs.context import Commit, Context
from recommender.personalize.places import files_at
from recommender.personalize.resources import Resource, Resources
from recommender.personalize.schemas import Schema, read_schema

INCREMENTAL = "INCREMENTAL"
READING, WRITING = "reading", "writing"


def run(context: Context, job: Resource) -> Commit:
    """Read every file, and give the data set the part that came of it: instead of all it had, or behind that.

    InvalidInputError for damaged rows, a column that is missing, files without rows or none at all; StorageError for a place that cannot
    be used.
    """
    found = context.check()
    dataset = found.get(job.body["datasetArn"], arns.DATASET)
    schema = schema_of(found, dataset)
    columns, ignored, n_bytes = _read(context, job, schema)
    context.say_progress(WRITING)
    folder = context.room / "part"
    folder.mkdir()
    digest = rows.save(folder, columns)
    key = context.folder_key(f"personalize/data/{dataset.key.partition('/')[2]}/{arns.key_of(job.arn).rpartition('/')[2]}")
    context.check()
    context.blobs.publish(key, folder)
    part = {"key": key, "sha256": digest, "n_rows": columns.n_rows, "job": job.arn}

    def commit(found: Resources, job: Resource) -> None:
        dataset = found.get(job.body["datasetArn"], arns.DATASET)
        before = rows.parts_of(dataset) if job.body.get("importMode") == INCREMENTAL else []
        dataset.inner[rows.PARTS] = [*before, part]
        dataset.updated = context.now
        job.inner |= {"n_rows": columns.n_rows, "n_bytes": n_bytes, "ignored_columns": ignored}

    return commit


def schema_of(found: Resources, dataset: Resource) -> Schema:
    """What the rows of a data set look like."""
    schema = found.get(dataset.body["schemaArn"], arns.SCHEMA)
    return read_schema(schema.body["schema"])


def _read(context: Context, job: Resource, schema: Schema) -> tuple[Columns, list[str], int]:
    """The rows of all files, the columns that were left out, and how many bytes the files have."""
    fetched = context.room / "files"
    fetched.mkdir()
    files = files_at(job.body["dataSource"]["dataLocation"], context.settings, fetched, role=job.body.get("roleArn", ""))
    total, before = sum(file.n_bytes for file in files) or 1, 0
    reader = Reader(schema)

    def progress(n_bytes: int) -> None:
        context.say_progress(READING, min(1.0, (before + n_bytes) / total))

    for file in files:
        progress(0)
        with file.opened(lambda n_bytes: progress(0)) as data:
            reader.take_in(file.name, data, progress)
        before += file.n_bytes
    return reader.columns(), reader.ignored, before
