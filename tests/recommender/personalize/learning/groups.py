"""A data set group whose right answers are known, in a store of its own.

Twenty users go round thirty comedies, twenty round thirty dramas, each from another item on and MOVED steps far: so what is left for each
is known, and what everybody likes says nothing of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recommender.personalize import arns, rows
from recommender.personalize.columns import Column, Columns, TextColumn
from recommender.personalize.jobs import child, tickets
from recommender.personalize.resources import ACTIVE, PENDING, Registry, Resource, Work
from recommender.personalize.trained import Trained, load
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs

N_ITEMS, N_USERS, MOVED = 30, 20, 26  # of each taste
DAY, BEGAN = 86_400, 1_600_000_000
GROUP = arns.arn_of(arns.GROUP, "films")
Row = tuple[str, str, int]  # user, item, seconds since 1970


def item(taste: str, place: int) -> str:
    return f"{taste}{place % N_ITEMS:02d}"


def first_of(user: int) -> int:
    return user * 3 // 2


def rounds(moved: int = MOVED) -> list[Row]:
    """Everybody's way, a day a step."""
    return [
        (f"{taste}-fan-{user:02d}", item(taste, first_of(user) + step), BEGAN + step * DAY)
        for taste in ("comedy", "drama")
        for user in range(N_USERS)
        for step in range(moved)
    ]


def interactions(found: Sequence[Row], kind: str | None = "watch") -> Columns:
    columns: dict[str, Column] = {
        "USER_ID": TextColumn.of([row[0] for row in found]),
        "ITEM_ID": TextColumn.of([row[1] for row in found]),
        "EVENT_TYPE": TextColumn.of([kind] * len(found)),
        "TIMESTAMP": np.array([row[2] for row in found], dtype=np.float64),
    }
    return Columns(columns, len(found))


def films() -> Columns:
    ids = [item(taste, place) for taste in ("comedy", "drama") for place in range(N_ITEMS)]
    return Columns(
        {
            "ITEM_ID": TextColumn.of(ids),
            "TITLE": TextColumn.of([f"Film {one}, The (1999)" for one in ids]),
            "GENRES": TextColumn.of([f"{one[:-2].capitalize()}|Short" for one in ids]),
            "STUDIO": TextColumn.of(["North|South"] * len(ids)),
        },
        len(ids),
    )


def schema(dataset_type: str, **fields: object) -> str:
    listed = [{"name": name, **(said if isinstance(said, dict) else {"type": said})} for name, said in fields.items()]
    return json.dumps({"type": "record", "name": dataset_type, "namespace": "n", "fields": listed, "version": "1.0"})


SCHEMAS = {
    "INTERACTIONS": schema("Interactions", USER_ID="string", ITEM_ID="string", EVENT_TYPE=["null", "string"], TIMESTAMP="long"),
    "ITEMS": schema(
        "Items",
        ITEM_ID="string",
        TITLE={"type": "string", "textual": True},
        GENRES={"type": "string", "categorical": True},
        STUDIO={"type": ["null", "string"], "categorical": True},
    ),
}


class Store:
    """A store with the group in it, and its jobs done here and now."""

    def __init__(self, tmp_path: Path) -> None:
        self.settings = Settings(
            blobs_url=f"file://{tmp_path}/blobs", cache_folder=str(tmp_path / "cache"), traffic_folder=str(tmp_path / "traffic")
        )
        self.now = 1_800_000_000.0
        self.registry = Registry(open_blobs(self.settings.blobs_url), now=lambda: self.now)
        self._room = tmp_path / "rooms"
        self._add(Resource(GROUP, ACTIVE, 1, 1, {"name": "films"}))

    def _add(self, one: Resource, *, work: bool = False) -> Resource:
        return self.registry.change(lambda found: found.add(one, work=work))

    def holds(self, dataset_type: str, *parts: Columns) -> None:
        """The data set, with these parts behind what it has."""
        arn = arns.arn_of(arns.DATASET, "films", dataset_type)
        if self.registry.read().find(arn) is None:
            schema_arn = arns.arn_of(arns.SCHEMA, dataset_type.lower())
            self._add(Resource(schema_arn, "", 1, 1, {"schema": SCHEMAS[dataset_type]}))
            body = {"datasetGroupArn": GROUP, "datasetType": dataset_type, "schemaArn": schema_arn}
            self._add(Resource(arn, ACTIVE, 1, 1, body))
        named = []
        for part in parts:
            folder = self._room / f"part-{len(list(self._room.glob('*')))}"
            folder.mkdir(parents=True)
            key, digest = f"personalize/data/{dataset_type.lower()}-{folder.name}", rows.save(folder, part)
            self.registry.blobs.publish(key, folder)
            folder.mkdir()  # its name is taken
            named.append({"key": key, "sha256": digest, "n_rows": part.n_rows, "job": "j"})
        self.registry.change(lambda found: found.get(arn).inner.setdefault("parts", []).extend(named))

    def solution(self, name: str, **body: Any) -> str:
        said = {"name": name, "datasetGroupArn": GROUP, **body}
        return self._add(Resource(arns.arn_of(arns.SOLUTION, name), ACTIVE, self.now, self.now, said)).arn

    def version(self, solution: str, number: str = "1", **body: Any) -> Resource:
        """A version of the solution, trained."""
        of = self.registry.read().get(solution).body
        arn = arns.arn_of(arns.VERSION, of["name"], number)
        asked = {name: value for name, value in of.items() if name != "name"}
        said = {**asked, "solutionArn": solution, "trainingMode": "FULL", **body}
        self._add(Resource(arn, PENDING, self.now, self.now, said), work=True)
        return self.done(arn)

    def asked(self, kind: str, name: str, **body: Any) -> Resource:
        """A resource whose work is done."""
        one = self._add(Resource(arns.arn_of(kind, name), PENDING, 1, 1, {"name": name, **body}), work=True)
        return self.done(one.arn)

    def asks(self, arn: str, what: str, **body: Any) -> None:
        """Work for a resource that is there."""

        def step(found: Any) -> None:
            found.get(arn).body.update(body)
            found.work[arns.key_of(arn)] = Work(arns.key_of(arn), what, 1)

        self.registry.change(step)

    def done(self, arn: str) -> Resource:
        """The resource, once the work for it was done."""
        work = tickets.take(self.registry, arns.key_of(arn))
        assert work is not None
        room = self._room / work.ticket
        room.mkdir(parents=True)
        child.do(self.registry, self.settings, work.key, work.ticket, room)
        return self.registry.read().get(arn)

    def trained(self, version: Resource) -> Trained:
        """What a version is."""
        named = version.inner["model"]
        return load(self.registry.blobs, named["key"], named["sha256"])


def ahead(trained: Trained, user: str, n: int = 1) -> list[str]:
    """The first items of the list made ahead."""
    at = trained.users.position(user)
    assert at is not None
    return trained.items.texts(int(column) for column in trained.ready[at, :n] if column >= 0)


def share_found(trained: Trained, moved: int = MOVED) -> float:
    """Of the fans, those whose list begins with all that is left for them of their own taste."""
    found = []
    for taste in ("comedy", "drama"):
        for user in range(N_USERS):
            left = {item(taste, first_of(user) + step) for step in range(moved, N_ITEMS)}
            found.append(set(ahead(trained, f"{taste}-fan-{user:02d}", len(left))) == left)
    return float(np.mean(found))


def recipe(name: str) -> Mapping[str, str]:
    return {"recipeArn": f"arn:aws:personalize:::recipe/{name}"}
