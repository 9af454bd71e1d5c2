"""A data set group with trained versions, campaigns, a tracker and filters, in a folder; as clients would have made it."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from recommender.personalize import arns
from recommender.personalize.answers.asking import Answers
from recommender.personalize.answers.loaded import Models
from recommender.personalize.answers.shown import Shown
from recommender.personalize.arns import amazons, arn_of
from recommender.personalize.live import Live, LiveEvent
from recommender.personalize.resources import ACTIVE, Registry, Resource, Resources
from recommender.personalize.trained import Trained, save
from recommender.storage.blobs.folder import FolderBlobs
from tests.recommender.personalize.worlds import two_tastes

GROUP = arn_of(arns.GROUP, "town")
TRACKING = "00000000-0000-0000-0000-000000000001"
SCHEMAS: dict[str, list[dict[str, Any]]] = {
    "INTERACTIONS": [
        {"name": "USER_ID", "type": "string"},
        {"name": "ITEM_ID", "type": "string"},
        {"name": "TIMESTAMP", "type": "long"},
        {"name": "EVENT_TYPE", "type": "string"},
        {"name": "DEVICE_KIND", "type": ["null", "string"]},
    ],
    "USERS": [{"name": "USER_ID", "type": "string"}, {"name": "AGE", "type": ["null", "int"]}],
    "ITEMS": [
        {"name": "ITEM_ID", "type": "string"},
        {"name": "GENRES", "type": "string", "categorical": True},
        {"name": "YEAR", "type": ["null", "int"]},
    ],
}
NAMES = {"INTERACTIONS": "Interactions", "USERS": "Users", "ITEMS": "Items"}


class Town:
    """What is there, and whoever answers. The world is that of `worlds.two_tastes`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blobs = FolderBlobs(folder / "blobs")
        self.registry = Registry(self.blobs)
        self.live = Live(self.blobs)
        self.asked: list[tuple[str, str, bool]] = []
        self.put(Resource(GROUP, ACTIVE, 0, 0, {"name": "town"}))
        for kind, fields in SCHEMAS.items():
            schema = arn_of(arns.SCHEMA, kind.lower())
            text = json.dumps(
                {"type": "record", "name": NAMES[kind], "namespace": "com.amazonaws.personalize.schema", "fields": fields, "version": "1.0"}
            )
            self.put(Resource(schema, ACTIVE, 0, 0, {"name": kind.lower(), "schema": text}))
            body = {"name": kind, "datasetType": kind, "datasetGroupArn": GROUP, "schemaArn": schema}
            self.put(Resource(arn_of(arns.DATASET, "town", kind), ACTIVE, 0, 0, body))
        self.put(Resource(arn_of(arns.TRACKER, "town"), ACTIVE, 0, 0, {"trackingId": TRACKING, "datasetGroupArn": GROUP}))
        self.answers = self.worker()

    def worker(self, **options: Any) -> Answers:
        """Another process that answers."""
        return Answers(
            Registry(self.blobs),
            Live(self.blobs),
            Models.of(self.blobs),
            Shown(self.folder / "shown"),
            note=lambda *one: self.asked.append(one),
            **{"seconds_between_following": 0, "seconds_between_items": 0, **options},
        )

    def put(self, resource: Resource) -> str:
        """Make the resource, or put it in the place of the one of its name."""

        def step(found: Resources) -> None:
            found.by_key[resource.key] = resource

        self.registry.change(step)
        return resource.arn

    def trained(self, trained: Trained, place: str) -> dict[str, str]:
        """Write a model; its name as a version has it."""
        draft = Path(tempfile.mkdtemp(dir=self.folder))
        sha256 = save(draft, trained)
        self.blobs.publish(place, draft)
        shutil.rmtree(draft, ignore_errors=True)
        return {"key": place, "sha256": sha256}

    def campaign(
        self,
        name: str = "films",
        recipe: str = "aws-user-personalization",
        ours: str = "user-cosine",
        *,
        trained: Trained | None = None,
        **config: Any,
    ) -> str:
        """The ARN of a campaign that answers from a version of its own."""
        model = self.trained(trained or replace(two_tastes(ours), facts={"recipe": recipe}), f"personalize/models/{name}/1-a")
        version = arn_of(arns.VERSION, name, "1")
        body = {"solutionArn": arn_of(arns.SOLUTION, name), "datasetGroupArn": GROUP, "recipeArn": amazons("recipe", recipe)}
        self.put(Resource(version, ACTIVE, 0, 0, body, {"model": model, "recipe": recipe}))
        return self.put(
            Resource(arn_of(arns.CAMPAIGN, name), ACTIVE, 0, 0, {"name": name, "solutionVersionArn": version, "campaignConfig": config})
        )

    def filter(self, expression: str, name: str = "choice") -> str:
        """The ARN of a filter."""
        return self.put(
            Resource(arn_of(arns.FILTER, name), ACTIVE, 0, 0, {"name": name, "filterExpression": expression, "datasetGroupArn": GROUP})
        )

    def ask(self, answers: Answers | None = None, **sent: Any) -> dict[str, Any]:
        """GetRecommendations, as the client reads it."""
        found: dict[str, Any] = json.loads((answers or self.answers).recommendations(sent))
        return found

    def items(self, answers: Answers | None = None, **sent: Any) -> list[str]:
        """The items alone."""
        return [one["itemId"] for one in self.ask(answers, **sent)["itemList"]]


def watched(item: str, at: float = 1_700_000_000.0, kind: str = "watch", **more: Any) -> LiveEvent:
    """An event of that item."""
    return LiveEvent(f"{item}-{at}", "s", kind, item, None, at, **more)


NO_EXPLORING = {"itemExplorationConfig": {"explorationWeight": "0"}}
