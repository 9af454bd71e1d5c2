"""Amazon's control plane in a test: what goes in and what comes out is held to the service model, and a group with everything in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from recommender.personalize.desk import Desk
from recommender.personalize.operations import OPERATIONS
from recommender.personalize.resources import ACTIVE, Registry, Resources
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from webapp.personalize.shapes import CONTROL, Service, service

ROLE = "arn:aws:iam::000000000000:role/Personalize"
RECIPE = "arn:aws:personalize:::recipe/"
NAMESPACE = {"type": "record", "namespace": "com.amazonaws.personalize.schema", "version": "1.0"}


def avro(name: str, *fields: tuple[str, Any]) -> str:
    """The text of a schema."""
    return json.dumps({**NAMESPACE, "name": name, "fields": [{"name": field, "type": kind} for field, kind in fields]})


INTERACTIONS = avro("Interactions", ("USER_ID", "string"), ("ITEM_ID", "string"), ("EVENT_TYPE", "string"), ("TIMESTAMP", "long"))
ITEMS = avro("Items", ("ITEM_ID", "string"), ("YEAR", ["null", "int"]), ("MAKER", ["null", "string"]))
USERS = avro("Users", ("USER_ID", "string"), ("AGE", "int"))
VIDEO_ITEMS = avro("Items", ("ITEM_ID", "string"), ("GENRES", "string"), ("CREATION_TIMESTAMP", "long"))


class Amazon:
    """Ask it by an operation's name. Each call comes a second after the last."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        seconds = count(1_700_000_000)
        registry = Registry(open_blobs(f"file://{folder}/blobs"), now=lambda: float(next(seconds)))
        self.desk = Desk(registry, Settings(blobs_url=f"file://{folder}/blobs", **settings))

    def __call__(self, operation: str, **sent: Any) -> dict[str, Any]:
        """What the operation answers, through JSON; AssertionError where the model does not know such an answer."""
        checked = service(CONTROL).checked(operation, json.loads(json.dumps(sent)))
        given = json.loads(json.dumps(OPERATIONS[operation](self.desk, checked)))
        shape = service(CONTROL).output(operation)
        wrong = list(strays(service(CONTROL), shape, given)) if shape else ([f"answers {given}"] if given else [])
        assert not wrong, f"{operation}: {'; '.join(wrong)}"
        return dict(given)

    def set(self, arn: str, status: str = ACTIVE, *, done: bool = True, because: str = "", **inner: Any) -> None:
        """As a job leaves it. done: whether nothing is left to do for it."""

        def step(found: Resources) -> None:
            one = found.get(arn)
            one.status, one.failure_reason = status, because
            one.inner |= inner
            if done:
                found.work.pop(one.key, None)

        self.desk.registry.change(step)


def strays(model: Service, shape: str, value: Any, path: str = "") -> Iterator[str]:
    """What of a value the shape does not allow: members that it has not, values of another type, and required ones that are missing."""
    said = model.shapes[shape]
    kind = said["type"]
    if kind == "structure":
        if not isinstance(value, dict):
            yield f"{path} is no object"
            return
        yield from (f"{path} has {name}, which the model has not" for name in value if name not in said["members"])
        yield from (f"{path} lacks {name}" for name in said.get("required", ()) if name not in value)
        for name, member in value.items():
            if name in said["members"]:
                yield from strays(model, said["members"][name]["shape"], member, f"{path}.{name}")
    elif kind == "list":
        for place, member in enumerate(value):
            yield from strays(model, said["member"]["shape"], member, f"{path}[{place}]")
    elif kind == "map":
        for name, member in value.items():
            yield from strays(model, said["value"]["shape"], member, f"{path}.{name}")
    else:
        types = {"string": str, "boolean": bool, "integer": int, "double": (int, float), "timestamp": (int, float)}[kind]
        if not isinstance(value, types) or (kind != "boolean" and isinstance(value, bool)):
            yield f"{path} is {value!r}, no {kind}"


class World(Amazon):
    """A group `films` with three data sets, a solution, one ACTIVE version of it, and a campaign; ARNs by a word for each."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder, **settings)
        self.group = self("CreateDatasetGroup", name="films")["datasetGroupArn"]
        self.schemas = {
            kind: self("CreateSchema", name=f"{kind.lower()}-schema", schema=text)["schemaArn"]
            for kind, text in (("INTERACTIONS", INTERACTIONS), ("ITEMS", ITEMS), ("USERS", USERS))
        }
        self.datasets = {
            kind: self("CreateDataset", name=kind.lower(), schemaArn=arn, datasetGroupArn=self.group, datasetType=kind)["datasetArn"]
            for kind, arn in self.schemas.items()
        }
        self.solution = self.solution_of("aws-user-personalization")
        self.version = self.trained(self.solution)
        self.campaign = self("CreateCampaign", name="films", solutionVersionArn=self.version)["campaignArn"]
        self.set(self.campaign)

    def solution_of(self, recipe: str, name: str = "films", **more: Any) -> str:
        """A solution by one of Amazon's recipes."""
        return str(self("CreateSolution", name=name, datasetGroupArn=self.group, recipeArn=RECIPE + recipe, **more)["solutionArn"])

    def trained(self, solution: str, **more: Any) -> str:
        """A version of it that is ACTIVE."""
        arn = str(self("CreateSolutionVersion", solutionArn=solution, **more)["solutionVersionArn"])
        self.set(arn, metrics={"coverage": 0.5, "mean_reciprocal_rank_at_25": 0.1})
        return arn

    def video(self) -> str:
        """A group with the domain VIDEO_ON_DEMAND and its interactions."""
        group = self("CreateDatasetGroup", name="video", domain="VIDEO_ON_DEMAND")["datasetGroupArn"]
        schema = self("CreateSchema", name="video-schema", schema=INTERACTIONS, domain="VIDEO_ON_DEMAND")["schemaArn"]
        self("CreateDataset", name="video", schemaArn=schema, datasetGroupArn=group, datasetType="Interactions")
        return str(group)
