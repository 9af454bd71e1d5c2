"""Requests drawn from Amazon's three service models and bent, and how the site answers them, counted.

`python -m tests.webapp.personalize.spoilt_requests --requests 50000` is the long form; resources are there in every state.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask
from werkzeug.test import TestResponse

from recommender.personalize import operations, trained
from recommender.personalize.operations.kinds import KINDS, Kind
from recommender.personalize.resources import (
    ACTIVE,
    CREATE,
    FAILED,
    IN_PROGRESS,
    INACTIVE,
    KEY,
    PENDING,
    STOPPED,
    STOPPING,
    Resource,
    Resources,
    Work,
)
from recommender.settings import Settings
from tests.recommender.personalize.operations.amazon import INTERACTIONS, ITEMS, ROLE, USERS, VIDEO_ITEMS, World, strays
from tests.recommender.personalize.worlds import two_tastes
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app
from webapp.personalize.shapes import CONTROL, EVENTS, RUNTIME, Service, service

SEED = 22
STATES = (PENDING, IN_PROGRESS, ACTIVE, FAILED, INACTIVE, STOPPED, STOPPING)
BETWEEN_RESTORES = 150  # requests, after which all resources are there again
JSON_1_1 = "application/x-amz-json-1.1"
SERVING = [
    *[(RUNTIME, "GetRecommendations")] * 4,
    *[(RUNTIME, "GetPersonalizedRanking")] * 2,
    *[(EVENTS, "PutEvents")] * 3,
    (EVENTS, "PutItems"),
    (EVENTS, "PutUsers"),
]  # which are drawn more often than the others
PLANTED = ("no word for a failure", "members unchecked", "an answer that the model has not")

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, 1.5, -0.0, 1e308, 5e-324),
    *("", " ", "0", "-1", "nan", "1e999", "null", "a" * 300, "é" * 70, "\x00", "\u202e", "🎬", "../../etc/passwd", "$LATEST", "%s%n{0}"),
    *([], {}, [[]], [None], {"": {}}, {"a": None}, ["x"] * 300),
)
SCHEMAS = (
    INTERACTIONS,
    ITEMS,
    USERS,
    VIDEO_ITEMS,
    "{",
    '{"type": "record"}',
    '{"type": "record", "name": "Items", "fields": [1]}',
    "[]",
    "null",
)
EXPRESSIONS = (
    'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch", "*")',
    "INCLUDE ItemID WHERE Items.YEAR > $YEAR",
    "INCLUDE ItemID WHERE Items.MAKER IN ($MAKER) IF CurrentUser.AGE > 18 | EXCLUDE ItemID WHERE Items.YEAR < 1990",
    "EXCLUDE ItemID WHERE",
    "INCLUDE UserID WHERE Users.AGE > 18",
    '(((("',
)
RECIPES = ("aws-user-personalization", "aws-sims", "aws-vod-top-picks", "aws-item-affinity", "none")
WORDS = {
    "Name": ("films", "second", "a-b_c", "7"),
    "RoleArn": (ROLE,),
    "KmsKeyArn": ("arn:aws:kms:us-east-1:000000000000:key/1",),
    "S3Location": ("s3://films/in.csv", "s3://films/out/", "file:///data/", "https://films/x", "s3://"),
    "AvroSchema": SCHEMAS,
    "DatasetType": ("INTERACTIONS", "ITEMS", "Users", "ACTIONS", "ACTION_INTERACTIONS", "MUSIC"),
    "FilterExpression": EXPRESSIONS,
    "ParameterName": ("explorationWeight", "explorationItemAgeCutOff", "hidden_dimension", "bptt", "x"),
    "ParameterValue": ("0.3", "30", "1", "1.2", "True", "nan"),
    "SchedulingExpression": ("rate(1 day)", "rate(7 days)", "rate(31 days)", "rate(99999999 days)"),
    "MetricExpression": ("SAMPLECOUNT()", "SUM(Items.YEAR)", "SUM(Items.NONE)", "SUM()"),
    "UserID": ("ann", "bob", "new", "nobody"),
    "ItemID": ("c1", "d4", "none"),
    "EventType": ("watch", "click", "Rating"),
    "ItemProperties": ('{"year": 1999, "maker": "x"}', "{}", "[]", "{"),
    "UserProperties": ('{"age": 30}', "{}", "7"),
    "EventPropertiesJSON": ('{"eventValue": 4}', "{}", '{"a": {"b": []}}', "x"),
    "FilterAttributeValue": ('"1999"', "1999", '"a","b"', '"'),
    "FilterAttributeName": ("YEAR", "MAKER"),
    "TagKey": ("a", "aws:b", "c d"),
}


@dataclass
class Site:
    """The site over a store with resources in all states, which come back as they were. arns: of the resources, by kind."""

    folder: Path
    app: Flask = field(init=False)
    arns: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        recommender = FakeRecommender()
        recommender.settings = Settings(
            blobs_url=f"file://{self.folder}/blobs", secret_key="s" * 40, cache_folder=f"{self.folder}/cache", personalize_unsigned=True
        )
        self.app = create_app(recommender)
        self.world = World(self.folder)
        _furnish(self.world, self.folder)
        self._kept = self._blobs.read(KEY).data
        found = self.world.desk.registry.read()
        self.tracking = [one.body["trackingId"] for one in found.of("event-tracker")]
        for one in found.by_key.values():
            self.arns.setdefault(one.kind, []).append(one.arn)

    @property
    def _blobs(self) -> Any:
        return self.world.desk.registry.blobs

    def restore(self) -> None:
        """Every resource as it was."""
        self._blobs.write(KEY, self._kept)


def _furnish(world: World, folder: Path) -> None:
    """Something of every kind, in every state; one campaign answers from what was really learned."""
    made = folder / "made"
    made.mkdir()
    digest = trained.save(made, two_tastes())
    world.desk.registry.blobs.publish("personalize/models/films/0-0", made)
    model = {"key": "personalize/models/films/0-0", "sha256": digest}
    world.set(world.version, model=model)
    for name, recipe in (("ranked", "aws-personalized-ranking"), ("alike", "aws-similar-items")):
        version = world.trained(world.solution_of(recipe, name))
        world.set(version, model=model)
        world.set(world("CreateCampaign", name=name, solutionVersionArn=version)["campaignArn"])
    world("CreateEventTracker", name="clicks", datasetGroupArn=world.group)
    for number, expression in enumerate(EXPRESSIONS[:3]):
        world("CreateFilter", name=f"f{number}", datasetGroupArn=world.group, filterExpression=expression)
    metrics = [{"eventType": "watch", "metricName": "m", "expression": "SAMPLECOUNT()"}]
    world("CreateMetricAttribution", name="counted", datasetGroupArn=world.group, metrics=metrics, metricsOutputConfig={"roleArn": ROLE})
    video = world.video()
    segments = world.trained(world.solution_of("aws-item-affinity", "segments"))
    out = {"s3DataDestination": {"path": "s3://films/out/"}}
    source, places = {"dataLocation": "s3://films/x.csv"}, {"jobInput": {"s3DataSource": {"path": "s3://films/in"}}, "jobOutput": out}
    for number, status in enumerate(STATES):
        name = f"s{number}"
        dataset = {"jobName": name, "datasetArn": world.datasets["ITEMS"], "roleArn": ROLE}
        version = world.trained(world.solution)
        made_now = [
            version,
            world("CreateCampaign", name=name, solutionVersionArn=world.version)["campaignArn"],
            world("CreateRecommender", name=name, datasetGroupArn=video, recipeArn="arn:aws:personalize:::recipe/aws-vod-top-picks")[
                "recommenderArn"
            ],
            world("CreateDatasetImportJob", dataSource=source, **dataset)["datasetImportJobArn"],
            world("CreateDatasetExportJob", jobOutput=out, **dataset)["datasetExportJobArn"],
            world("CreateBatchInferenceJob", jobName=name, solutionVersionArn=world.version, roleArn=ROLE, **places)[
                "batchInferenceJobArn"
            ],
            world("CreateBatchSegmentJob", jobName=name, solutionVersionArn=segments, roleArn=ROLE, **places)["batchSegmentJobArn"],
            world("CreateDataDeletionJob", jobName=name, datasetGroupArn=world.group, dataSource=source, roleArn=ROLE)[
                "dataDeletionJobArn"
            ],
        ]
        for arn in made_now:
            inner = {"model": model} if status in (ACTIVE, INACTIVE) and "campaign" not in arn else {}
            world.set(arn, status, because="row 7" if status == FAILED else "", **inner)

    def begin(found: Resources) -> None:
        for one in found.by_key.values():
            if one.status in (PENDING, IN_PROGRESS, STOPPING):
                _begin(found, one)

    world.desk.registry.change(begin)


def _begin(found: Resources, one: Resource) -> None:
    found.work[one.key] = Work(one.key, CREATE, one.created, 1, "" if one.status == PENDING else "abc")


@dataclass
class Request:
    """One to be sent. operation: which it was drawn from."""

    service: str
    operation: str
    path: str
    method: str
    headers: dict[str, str]
    data: bytes


def drawn(rng: random.Random, site: Site) -> Iterator[Request]:
    """Without end: a third as the models have them, the others with something odd in them."""
    every = [(name, operation) for name in (CONTROL, RUNTIME, EVENTS) for operation in sorted(service(name).operations)]
    while True:
        name, operation = rng.choice(every)
        if rng.random() < 0.4:
            name, operation = rng.choice(SERVING)
        model = service(name)
        body = _value(rng, site, model, model.operations[operation]["input"]["shape"], "", depth=0)
        if name != CONTROL and rng.random() < 0.8:
            body = _likely(rng, site, operation, body)
        if rng.random() < 0.5:
            body = _bent(rng, body)
        data = json.dumps(body, ensure_ascii=rng.random() < 0.5, allow_nan=True).encode("utf-8", "surrogatepass")
        headers = {"Content-Type": JSON_1_1 if name == CONTROL else "application/json"}
        if name == CONTROL:
            headers["X-Amz-Target"] = f"AmazonPersonalize.{operation}"
        path = "/personalize" + ("/" if name == CONTROL else model.operations[operation]["http"]["requestUri"])
        request = Request(name, operation, path, "POST", headers, data)
        yield _spoilt(rng, request) if rng.random() < 0.25 else request


def _likely(rng: random.Random, site: Site, operation: str, body: dict[str, Any]) -> dict[str, Any]:
    """With what such a request has to bring, and fewer of the things that it may."""
    kept = {name: value for name, value in body.items() if rng.random() < 0.4}
    user, item = rng.choice(WORDS["UserID"]), rng.choice(WORDS["ItemID"])
    campaign, group = "arn:aws:personalize:us-east-1:000000000000:campaign/", site.world.datasets
    match operation:
        case "GetRecommendations":
            for name in ("recommenderArn", "campaignArn"):
                kept.pop(name, None)
            return kept | {"campaignArn": campaign + rng.choice(("films", "films", "alike")), "userId": user, "itemId": item}
        case "GetPersonalizedRanking":
            return kept | {"campaignArn": f"{campaign}ranked", "userId": user, "inputList": ["c1", "d4", "none"][: rng.randint(0, 3)]}
        case "PutEvents":
            events = body["eventList"] or [{"eventType": "watch", "sentAt": 1_700_000_000}]
            return kept | {"trackingId": site.tracking[0], "sessionId": "s", "eventList": [event | {"itemId": item} for event in events]}
        case "PutItems":
            return {"datasetArn": group["ITEMS"], "items": [{"itemId": item, "properties": rng.choice(WORDS["ItemProperties"])}]}
        case "PutUsers":
            return {"datasetArn": group["USERS"], "users": [{"userId": user, "properties": rng.choice(WORDS["UserProperties"])}]}
    return body


def _value(rng: random.Random, site: Site, model: Service, shape: str, member: str, depth: int) -> Any:
    said = model.shapes[shape]
    kind = said["type"]
    if kind == "structure":
        required = said.get("required", ())
        names = [name for name in said["members"] if name in required or rng.random() < (0.5 if depth < 2 else 0.3)]
        return {name: _value(rng, site, model, said["members"][name]["shape"], name, depth + 1) for name in names}
    if kind == "list":
        least, most = said.get("min", 0), min(said.get("max", 3), 3)
        return [_value(rng, site, model, said["member"]["shape"], member, depth + 1) for _ in range(rng.randint(least, max(least, most)))]
    if kind == "map":
        names = [_value(rng, site, model, said["key"]["shape"], member, depth + 1) for _ in range(rng.randint(0, 2))]
        return {name: _value(rng, site, model, said["value"]["shape"], member, depth + 1) for name in names}
    if kind == "string":
        return _text(rng, site, said, shape, member)
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "timestamp":
        return rng.choice((1_700_000_000, 1_700_000_000.5, 0, 4e9))
    low, high = said.get("min", 0), said.get("max", 100)
    return (
        rng.randint(int(low), int(max(low, min(high, 500)))) if kind in ("integer", "long") else rng.uniform(low, max(low, min(high, 1e6)))
    )


def _text(rng: random.Random, site: Site, said: dict[str, Any], shape: str, member: str) -> str:
    if said.get("enum"):
        return str(rng.choice(said["enum"]))
    if shape == "Arn" or (member.endswith("Arn") and shape not in WORDS):
        return _arn(rng, site, member)
    if shape == "TrackingId":
        return rng.choice([*site.tracking, "none"])
    if shape == "Name" and rng.random() < 0.7:
        return f"n{rng.randrange(10**6)}"
    if shape in WORDS:
        return rng.choice(WORDS[shape])
    length = rng.randint(said.get("min", 0), min(said.get("max", 12), 12))
    return "".join(rng.choice("abcXYZ019_-é ") for _ in range(length))


def _arn(rng: random.Random, site: Site, member: str) -> str:
    if member in ("recipeArn", "recipeList"):
        return f"arn:aws:personalize:::recipe/{rng.choice(RECIPES)}"
    if member in ("algorithmArn", "featureTransformationArn") and rng.random() < 0.8:
        return f"arn:aws:personalize:::{'algorithm' if member == 'algorithmArn' else 'feature-transformation'}/aws-user-personalization"
    kinds = {f"{kind.one}Arn": kind.kind for kind in KINDS}
    known = site.arns.get(kinds.get(member, ""), []) if rng.random() < 0.85 else []
    arn = rng.choice(known or [arn for listed in site.arns.values() for arn in listed])
    return arn if rng.random() < 0.97 else f"{arn}/$LATEST"


def _bent(rng: random.Random, body: Any) -> Any:
    """With one to three places changed: another value, a member gone, another added, a level more."""
    for _ in range(rng.randint(1, 3)):
        places = [(body, None)] if not isinstance(body, dict) else list(_places(body))
        if not places:
            return deepcopy(rng.choice(ODD))
        where, key = rng.choice(places)
        if key is None:
            return deepcopy(rng.choice(ODD))
        change = rng.random()
        if change < 0.6:
            where[key] = deepcopy(rng.choice(ODD))
        elif change < 0.75:
            del where[key]
        elif change < 0.85 and isinstance(where, dict):
            where[rng.choice(("colour", "", "tags", "name\x00"))] = deepcopy(rng.choice(ODD))
        else:
            where[key] = [where[key]] if rng.random() < 0.5 else {"a": where[key]}
    return body


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in list(inside):
        yield value, key
        yield from _places(one)


def _spoilt(rng: random.Random, request: Request) -> Request:
    """With something wrong in what no model describes: bytes, headers, method, path."""
    data = request.data
    match rng.randrange(12):
        case 0:
            request.data = data[: rng.randint(0, len(data))]
        case 1:
            place = rng.randint(0, len(data))
            request.data = data[:place] + bytes([rng.randrange(256)]) + data[place:]
        case 2:
            request.data = data[:1] + b'"a": 1, "a": 2' + (b", " if len(data) > 2 else b"") + data[1:]
        case 3:
            request.data = b'{"name": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"
        case 4:
            request.data = data.replace(b'": "', rb'": "\ud800', 1)
        case 5:
            request.data = data.replace(b'": ', b'": NaN, "x": ', 1)
        case 6:
            request.data = rng.choice((b"", b"null", b"[]", b"7", b'"x"', b"\xff\xfe{}", b"{}{}", b"9" * 5000, b" " * 70_000))
        case 7:
            target = rng.choice(
                ("", "AmazonPersonalize.", "AmazonPersonalize.Nothing", "Other.ListSchemas", "é", "AmazonPersonalize.listschemas")
            )
            request.headers["X-Amz-Target"] = target
        case 8:
            kinds = ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=latin-1", ";")
            request.headers["Content-Type"] = rng.choice(kinds)
        case 9:
            request.method = rng.choice(("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"))
        case 10:
            request.path = rng.choice(
                (
                    "/personalize",
                    "/personalize/",
                    "/personalize/none",
                    "/personalize/recommendations/x",
                    "/personalize/%00",
                    "/personalize/events/",
                )
            )
        case _:
            request.headers.pop(rng.choice(list(request.headers)))
    return request


def count(n: int, site: Site, *, seed: int = SEED) -> Counter[str]:
    """How n requests are answered, by status, and by what is wrong with an answer."""
    rng, counts, client = random.Random(seed), Counter[str](), site.app.test_client()
    for number, request in zip(range(n), drawn(rng, site), strict=False):
        if number % BETWEEN_RESTORES == 0:
            site.restore()
        answer = client.open(request.path, method=request.method, headers=request.headers, data=request.data)
        counts["requests"] += 1
        counts[f"answers of {answer.status_code // 100}00"] += 1
        for fault in _faults_of(request, answer):
            counts[f"FAULT {fault}"] += 1
        if answer.status_code == 200:
            counts[f"worked {request.service}"] += 1
            counts["operations that worked"] += counts[f"_{request.operation}"] == 0
            counts[f"_{request.operation}"] += 1
    return Counter({what: n for what, n in counts.items() if not what.startswith("_")})


def _faults_of(request: Request, answer: TestResponse) -> Iterator[str]:
    if answer.status_code >= 500:
        yield f"{answer.status_code} of {request.operation}"
        return
    if request.method == "HEAD" or answer.status_code in (204, 301, 308):
        return
    if answer.status_code >= 400:
        said = _read(answer)
        if not isinstance(said, dict) or not said.get("message") or not answer.headers.get("x-amzn-errortype"):
            yield f"an error of {request.operation} that is none of Amazon's"
        return
    operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2] or request.operation
    model = service(request.service)
    shape = model.output(operation) if operation in model.operations else None
    if shape and list(strays(model, shape, _read(answer))):
        yield f"an answer of {request.operation} that the model has not"


def _read(answer: TestResponse) -> Any:
    try:
        return json.loads(answer.data)
    except ValueError:
        return None


@contextmanager
def planted(mistake: str | None) -> Iterator[None]:
    """With a mistake in the site, that has to be seen."""
    with ExitStack() as stack:
        if mistake == PLANTED[0]:
            stack.enter_context(patch.object(Kind, "described", _without_failures(Kind.described)))
        elif mistake == PLANTED[1]:
            stack.enter_context(patch.object(Service, "checked", lambda self, operation, sent: sent))
        elif mistake == PLANTED[2]:
            stack.enter_context(patch.dict(operations.OPERATIONS, {"ListSchemas": lambda desk, sent: {"schemas": [{"colour": "red"}]}}))
        yield


def _without_failures(described: Callable[..., Any]) -> Callable[..., Any]:
    def broken(kind: Any, resource: Resource) -> Any:
        return described(kind, resource) | ({"failureReason": resource.body["failureReason"]} if resource.failure_reason else {})

    return broken


def faults(counts: Counter[str]) -> list[str]:
    """What is not as it should be, a sentence each."""
    wrong = [f"{n} times: {what.removeprefix('FAULT ')}" for what, n in sorted(counts.items()) if what.startswith("FAULT ")]
    if counts["answers of 200"] < counts["requests"] / 20:
        wrong.append(f"only {counts['answers of 200']} of {counts['requests']} requests were good enough to be answered")
    return wrong


@contextmanager
def room() -> Iterator[Path]:
    """A folder for a store, in memory where there is one: every change waits for the disk otherwise."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def main() -> int:
    """0 when every answer was as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--planted", choices=PLANTED, help="a mistake that has to be seen")
    asked = parser.parse_args()
    logging.disable()
    with room() as folder, planted(asked.planted):
        counts = count(asked.requests, Site(folder), seed=asked.seed)
    for what, n in sorted(counts.items()):
        print(f"{n:>9,}  {what}")
    wrong = faults(counts)
    print("\n".join(wrong) or "as it should be")
    if asked.planted:
        print("the planted mistake was seen" if wrong else "THE PLANTED MISTAKE WAS NOT SEEN")
        return 0 if wrong else 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
