"""Documents as operations and jobs leave them, in the states that the operator's page can be in; only what jobs find is made up."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from recommender.personalize import arns
from recommender.personalize.asks import Asks
from recommender.personalize.desk import Desk
from recommender.personalize.jobs import tickets
from recommender.personalize.live import Live, LiveEvent
from recommender.personalize.operations import OPERATIONS
from recommender.personalize.resources import Registry, Resource, Resources
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs

HOUR = 3600.0
RECIPE = "arn:aws:personalize:::recipe/"
ROLE = "arn:aws:iam::000000000000:role/PersonalizeRole"
FIELDS = {
    "INTERACTIONS": {"USER_ID": "string", "ITEM_ID": "string", "EVENT_TYPE": "string", "EVENT_VALUE": "float", "TIMESTAMP": "long"},
    "ITEMS": {"ITEM_ID": "string", "GENRES": "string"},
}
METRICS = {
    "coverage": 0.2134,
    "mean_reciprocal_rank_at_25": 0.1821,
    "normalized_discounted_cumulative_gain_at_5": 0.0912,
    "normalized_discounted_cumulative_gain_at_10": 0.1043,
    "normalized_discounted_cumulative_gain_at_25": 0.1398,
    "precision_at_5": 0.0631,
    "precision_at_10": 0.0522,
    "precision_at_25": 0.0377,
}
LONG_REASON = (
    "s3://films-of-my-own/interactions/ratings-2026-11.csv, row 48,112, column TIMESTAMP: '2026-11-29T12:00:00Z' is no whole number; "
    "TIMESTAMP must be seconds since 1970, such as 1795264245. Nothing was imported."
)


@dataclass
class RoomMaker:
    """A desk with a clock that is turned by hand. now: seconds since 1970."""

    settings: Settings
    now: float
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(Registry(open_blobs(self.settings.blobs_url), now=lambda: self.now), self.settings)

    def ask(self, operation: str, **sent: Any) -> str:
        """The ARN of what the operation made."""
        answer = OPERATIONS[operation](self.desk, sent)
        return next(str(value) for name, value in answer.items() if name.endswith("Arn"))

    def begin(self, arn: str, *, after: float = 0.3, progress: tuple[str, float | None] | None = None) -> str:
        """Somebody is at the work; the ticket."""
        self.now += after
        work = tickets.take(self.desk.registry, self.key(arn))
        assert work is not None

        def step(found: Resources) -> None:
            if progress:
                stage, share = progress
                found.get(arn).inner["progress"] = {"stage": stage, "share": share, "at": self.now}

        self.desk.registry.change(step)
        return work.ticket

    def end(self, arn: str, seconds: float, **inner: Any) -> None:
        """It is begun, and done after so many seconds."""
        ticket = self.begin(arn)
        self.now += seconds

        def commit(found: Resources, resource: Resource) -> None:
            resource.inner |= {name: value for name, value in inner.items() if name != "parts"}
            if "parts" in inner:
                found.get(resource.body["datasetArn"]).inner["parts"] = inner["parts"]

        tickets.end(self.desk.registry, self.key(arn), ticket, commit)

    def end_what_is_begun(self, arn: str, **inner: Any) -> None:
        """What somebody is at is done."""
        work = self.desk.registry.read().work[self.key(arn)]
        tickets.end(self.desk.registry, work.key, work.ticket, lambda found, resource: resource.inner.update(inner))

    def fail(self, arn: str, seconds: float, because: str) -> None:
        """It is begun, and fails."""
        ticket = self.begin(arn)
        self.now += seconds
        tickets.fail(self.desk.registry, self.key(arn), ticket, because)

    def key(self, arn: str) -> str:
        return self.desk.registry.read().get(arn).key

    def schema(self, dataset_type: str, name: str, **domain: str) -> str:
        fields = [{"name": column, "type": kind} for column, kind in FIELDS[dataset_type].items()]
        if dataset_type == "ITEMS":
            fields[1] |= {"categorical": True}  # type: ignore[dict-item]
        text = {
            "type": "record",
            "name": dataset_type.capitalize(),
            "namespace": "com.amazonaws.personalize.schema",
            "fields": fields,
            "version": "1.0",
        }
        return self.ask("CreateSchema", name=name, schema=json.dumps(text), **domain)

    def import_job(self, dataset: str, name: str) -> str:
        place = {"dataLocation": f"s3://films-of-my-own/{name}.csv"}
        return self.ask("CreateDatasetImportJob", jobName=name, datasetArn=dataset, dataSource=place, roleArn=ROLE)

    def solution(self, group: str, name: str, recipe: str = "aws-user-personalization", **more: Any) -> str:
        return self.ask("CreateSolution", name=name, datasetGroupArn=group, recipeArn=RECIPE + recipe, performAutoTraining=False, **more)

    def group(self, name: str, **domain: str) -> tuple[str, str]:
        """A group with interactions in it, and the data set of them."""
        group = self.ask("CreateDatasetGroup", name=name, **domain)
        schema = self.schema("INTERACTIONS", f"{name}-interactions", **domain)
        dataset = self.ask("CreateDataset", name=f"{name}-clicks", datasetGroupArn=group, datasetType="INTERACTIONS", schemaArn=schema)
        self.end(self.import_job(dataset, f"{name}-ratings"), 1.9, parts=[{"key": "k", "sha256": "s", "n_rows": 100_836, "job": "j"}])
        return group, dataset


def running(make: RoomMaker) -> dict[str, str]:
    """Training is under way, an import waits; ARNs by name."""
    group, dataset = make.group("films")
    solution = make.solution(group, "personal")
    version = make.ask("CreateSolutionVersion", solutionArn=solution)
    make.begin(version, progress=("fitting ordered", 0.42))
    waiting = make.import_job(dataset, "films-more")
    make.now += 4
    return {"group": group, "solution": solution, "version": version, "waiting": waiting}


def failed(make: RoomMaker) -> dict[str, str]:
    """An import that was refused by its data."""
    group, dataset = make.group("films")
    Live(make.desk.registry.blobs).put_events("films", "22", [LiveEvent("e", "s", "watch", "1", None, make.now)])
    job = make.import_job(dataset, "films-november")
    make.fail(job, 0.7, LONG_REASON)
    make.now += 90
    return {"group": group, "job": job, "dataset": dataset}


def everything(make: RoomMaker) -> dict[str, str]:
    """Two groups, versions good and bad, two campaigns, a filter, a tracker, jobs in every state, over a day."""
    group, _ = make.group("films")
    items = make.ask(
        "CreateDataset", name="films-catalogue", datasetGroupArn=group, datasetType="ITEMS", schemaArn=make.schema("ITEMS", "films-items")
    )
    make.now += HOUR
    make.fail(make.import_job(items, "films-titles"), 0.2, LONG_REASON)
    make.now += 2 * HOUR
    make.end(make.import_job(items, "films-titles-again"), 0.4, parts=[{"key": "k", "sha256": "s", "n_rows": 9_742, "job": "j"}])
    made = {"group": group, "solution": make.solution(group, "personal")}
    popular = make.ask("CreateSolutionVersion", solutionArn=make.solution(group, "popularity", "aws-popularity-count"))
    beside = {name: round(value * 0.55, 4) for name, value in METRICS.items()}
    make.end(popular, 1.4, metrics=beside, popular=beside, gain={"mean": 0.0002, "low": -0.0004, "high": 0.0008, "n": 610})
    weak = {name: round(value * 0.4, 4) for name, value in METRICS.items()}
    good, bad = ({"mean": m, "low": m - 0.011, "high": m + 0.011, "n": 610} for m in (0.0469, -0.0157))
    for seconds, figures, gain in ((38.0, weak, bad), (41.5, METRICS, good)):
        make.now += 3 * HOUR
        made["version"] = make.ask("CreateSolutionVersion", solutionArn=made["solution"])
        found = {"metrics": dict(figures), "popular": beside, "gain": gain, "parameters": {"n_factors": 149, "recent_steps": 4}}
        found["autoML"] = {
            "why": "aws-hrnn has the highest normalized_discounted_cumulative_gain_at_25: aws-hrnn 0.3168; aws-popularity-count 0.1702."
        }
        make.end(made["version"], seconds, **found)
    config = {"itemExplorationConfig": {"explorationWeight": "0.3", "explorationItemAgeCutOff": "30"}}
    for name in ("personal-home", "personal-mail"):
        made["campaign"] = make.ask("CreateCampaign", name=name, solutionVersionArn=made["version"], campaignConfig=config)
        make.end(made["campaign"], 0.6)
    _asked(make, made["campaign"])
    made["filter"] = make.ask(
        "CreateFilter",
        name="not-watched",
        datasetGroupArn=group,
        filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch")',
    )
    made["tracker"] = make.ask("CreateEventTracker", name="site", datasetGroupArn=group)
    live = Live(make.desk.registry.blobs)
    for user in ("22", "586"):
        live.put_events("films", user, [LiveEvent(f"e{place}", "s", "watch", f"{place}", None, make.now - place) for place in range(1, 4)])
    other, _ = make.group("a-group-whose-name-is-as-long-as-amazon-lets-it-be-sixty-three")
    made["empty solution"] = make.solution(other, "related", "aws-sims")
    made["stopped"] = make.ask("CreateSolutionVersion", solutionArn=made["empty solution"])
    OPERATIONS["StopSolutionVersionCreation"](make.desk, {"solutionVersionArn": made["stopped"]})
    made["other"] = other
    videos, _ = make.group("videos", domain="VIDEO_ON_DEMAND")
    made["recommender"] = make.ask("CreateRecommender", name="top-picks", datasetGroupArn=videos, recipeArn=f"{RECIPE}aws-vod-top-picks")
    make.end(made["recommender"], 44.0, metrics=dict(METRICS), popular=beside, gain=good)
    made["running"] = make.ask("CreateSolutionVersion", solutionArn=made["solution"])
    make.begin(made["running"], progress=("measuring", None))
    make.now += 6
    return made


def _asked(make: RoomMaker, campaign: str) -> None:
    """Forty days of requests, ten more each day, every fifth for a list that had not been made ahead; and a campaign that nobody asks."""
    now = make.now
    counted = Asks(make.desk.registry.blobs, now=lambda: now, seconds=60)
    for ago in range(40, -1, -1):
        now = make.now - ago * 24 * HOUR
        for place in range(10 * (41 - ago)):
            counted.note(arns.key_of(campaign), f"{586 + place % 3}", ahead=place % 5 > 0)
    counted.write()


STATES = {"running": running, "failed": failed, "everything": everything}
