"""A group with its schemas and data sets, as the control plane makes them, and jobs on it that run in this process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recommender.personalize import arns, rows
from recommender.personalize.jobs import child, tickets
from recommender.personalize.jobs.importing import schema_of
from recommender.personalize.resources import ACTIVE, PENDING, Registry, Resource
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs

GROUP = arns.arn_of(arns.GROUP, "films")
ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
FIELDS: dict[str, list[dict[str, Any]]] = {
    "INTERACTIONS": [
        {"name": "USER_ID", "type": "string"},
        {"name": "ITEM_ID", "type": "string"},
        {"name": "TIMESTAMP", "type": "long"},
        {"name": "EVENT_TYPE", "type": "string"},
    ],
    "USERS": [{"name": "USER_ID", "type": "string"}, {"name": "AGE", "type": ["null", "int"]}],
    "ITEMS": [{"name": "ITEM_ID", "type": "string"}, {"name": "GENRES", "type": ["null", "string"], "categorical": True}],
}


class World:
    """var: an empty folder. Files lie below `folder`, which jobs may read and write."""

    def __init__(self, var: Path, fields: dict[str, list[dict[str, Any]]] | None = None) -> None:
        self.folder = var / "files"
        self.folder.mkdir()
        self.settings = Settings(
            blobs_url=f"file://{var}/blobs", cache_folder=f"{var}/cache", import_folders=str(self.folder), traffic_folder=f"{var}/traffic"
        )
        self.registry = Registry(open_blobs(self.settings.blobs_url))
        self._var, self._n_jobs = var, 0
        now = self.registry.now()
        made = [Resource(GROUP, ACTIVE, now, now, {"name": "films", "datasetGroupArn": GROUP})]
        for kind, columns in (FIELDS | (fields or {})).items():
            text = json.dumps({"type": "record", "name": kind.capitalize(), "fields": columns, "version": "1.0"})
            schema = arns.arn_of(arns.SCHEMA, kind.lower())
            made.append(Resource(schema, ACTIVE, now, now, {"name": kind.lower(), "schema": text}))
            body = {"name": kind.lower(), "datasetGroupArn": GROUP, "datasetType": kind, "schemaArn": schema}
            made.append(Resource(self.dataset(kind), ACTIVE, now, now, body))
        self.registry.change(lambda found: [found.add(one) for one in made])

    @staticmethod
    def dataset(kind: str = "INTERACTIONS") -> str:
        return arns.arn_of(arns.DATASET, "films", kind)

    def write(self, name: str, *lines: str) -> str:
        """A file below the folder; its address."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return f"file://{path}"

    def ask(self, kind: str, **body: Any) -> str:
        """A job that waits; its key."""
        self._n_jobs += 1
        name = f"job{self._n_jobs}"
        now = self.registry.now()
        one = Resource(arns.arn_of(kind, name), PENDING, now, now, {"jobName": name, "roleArn": ROLE, **body})
        return self.registry.change(lambda found: found.add(one, work=True)).key

    def ask_import(self, url: str, kind: str = "INTERACTIONS", mode: str = "FULL") -> str:
        """An import job that waits; its key."""
        return self.ask(arns.IMPORT, datasetArn=self.dataset(kind), dataSource={"dataLocation": url}, importMode=mode)

    def done(self, key: str) -> Resource:
        """The job once it was done in this process, or has failed."""
        work = tickets.take(self.registry, key)
        assert work is not None
        child.do(self.registry, self.settings, key, work.ticket, self._var / "rooms" / work.ticket)
        return self.registry.read().by_key[key]

    def imported(self, url: str, kind: str = "INTERACTIONS", mode: str = "FULL") -> Resource:
        """An import job that was done."""
        return self.done(self.ask_import(url, kind, mode))

    def cells(self, kind: str = "INTERACTIONS", names: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """Every row of a data set."""
        found = self.registry.read()
        dataset = found.get(self.dataset(kind))
        read = rows.read(self.registry.blobs, dataset, schema_of(found, dataset))
        return [tuple(read.value(name, row) for name in names or read.names) for row in range(read.n_rows)]
