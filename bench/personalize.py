"""What Amazon Personalize's interface costs here: CPU of a signed request for 25 items against Flask's hello world, and how soon an event
changes the next list."""

from __future__ import annotations

import csv
import json
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench import site
from bench.client import Client
from bench.endpoint import CONNECTIONS, HEAVY
from bench.figures import Figure, MismatchError, say, spread
from recommender.access_keys import AccessKeys
from recommender.personalize import arns
from recommender.personalize.arns import amazons, arn_of
from recommender.personalize.columns import Columns, TextColumn
from recommender.personalize.learning.fitting import fitted
from recommender.personalize.learning.world import Held, World, world_of
from recommender.personalize.liking import Rule
from recommender.personalize.recipes import RECIPES
from recommender.personalize.resources import ACTIVE, Registry, Resource, Resources
from recommender.personalize.trained import Trained, save
from recommender.settings import Settings
from recommender.site_secret import site_secret
from recommender.storage.blobs.folder import FolderBlobs

MOST = 2.5  # times hello world
LIMIT = 100.0  # ms, 99 of 100
ITEMS = 25
USERS = 64  # who ask in turn
WARM_ROUNDS = 10  # of all users, so that each worker has met each of them
GROUP = arn_of(arns.GROUP, "bench")
TRACKING = "00000000-0000-0000-0000-00000000be9c"
SCHEMA = {
    "type": "record",
    "name": "Interactions",
    "namespace": "com.amazonaws.personalize.schema",
    "fields": [
        {"name": "USER_ID", "type": "string"},
        {"name": "ITEM_ID", "type": "string"},
        {"name": "EVENT_TYPE", "type": "string"},
        {"name": "EVENT_VALUE", "type": ["null", "float"]},
        {"name": "TIMESTAMP", "type": "long"},
    ],
    "version": "1.0",
}
PLAIN, EXPLORING, FILTERED = "list", "exploring", "filtered"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs as botocore does, for the server on a port."""

    port: int
    key: tuple[str, str]

    def message(self, path: str, body: dict[str, Any]) -> bytes:
        """A finished request of HTTP/1.1."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        data = json.dumps(body).encode()
        request = AWSRequest("POST", f"http://127.0.0.1:{self.port}/personalize/{path}", {"Content-Type": "application/json"}, data)
        SigV4Auth(Credentials(*self.key), "personalize", "us-east-1").add_auth(request)
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        return (
            f"POST /personalize/{path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{head}Content-Length: {len(data)}\r\n\r\n".encode() + data
        )


def measure(data: Path, rounds: int = 15, times: int = 800, events: int = 300) -> list[Figure]:
    """Lists are compared first, with those that the model gives when it is asked in this process."""
    say(f"personalize: signed requests for {ITEMS} items, {rounds} rounds of {times} in turn with hello world, on {data.name}")
    world = _world(data)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        made = {name: _campaign(folder, world, name, recipe) for name, recipe in RECIPES_OF.items()}
        key = AccessKeys(FolderBlobs(folder / "blobs"), site_secret(Settings(secret_file=str(folder / "secret")))).add()
        with site.matinee(data, folder) as server, site.hello(folder) as bare:
            signer = Signer(server.port, (key[0].access_key_id, key[1]))
            users = _users(world)
            for name, trained in made.items():
                _check(signer, name, trained, users)
            costs = _costs(server, bare, signer, users, rounds, times)
            figures = [
                Figure(
                    f"GetRecommendations, {what}, CPU a request",
                    median(costs[name]),
                    median(costs["hello"]),
                    "µs",
                    "Flask hello world",
                    most,
                )
                for name, what, most in (
                    (PLAIN, f"{ITEMS} items, signed", MOST),
                    (EXPLORING, "the same, exploring", MOST),
                    (FILTERED, "the same, filtered", None),
                )
            ]
            mapped = {name for pid in server.workers() for name in HEAVY if f"/{name}/" in Path(f"/proc/{pid}/maps").read_text()}
            figures.append(Figure(f"of {', '.join(HEAVY)} loaded in a worker", float(len(mapped)), None, "", "none", None))
            for name in made:
                before = server.worker_seconds()
                seconds = _events(signer, name, made[name], events)
                spent = (server.worker_seconds() - before) / events * 1e3
                say(f"  {name}: {spent:.1f} ms of the workers' CPU for an event and the list after it")
                figures.append(
                    Figure(f"PutEvents → changed list, {made[name].model.recipe}, p99", spread(name, seconds)["p99"], LIMIT, "ms", "limit")
                )
    return figures


RECIPES_OF = {"v1": "aws-user-personalization", "v2": "aws-user-personalization-v2"}


def _world(data: Path) -> World:
    with (data / "ratings.csv").open(encoding="utf-8", newline="") as file:
        ratings = list(csv.DictReader(file))
    with (data / "movies.csv").open(encoding="utf-8", newline="") as file:
        movies = list(csv.DictReader(file))
    interactions = Columns(
        {
            "USER_ID": TextColumn.of([row["userId"] for row in ratings]),
            "ITEM_ID": TextColumn.of([row["movieId"] for row in ratings]),
            "EVENT_TYPE": TextColumn.of(["watch"] * len(ratings)),
            "EVENT_VALUE": np.array([float(row["rating"]) for row in ratings]),
            "TIMESTAMP": np.array([float(row["timestamp"]) for row in ratings]),
        },
        len(ratings),
    )
    items = Columns(
        {"ITEM_ID": TextColumn.of([row["movieId"] for row in movies]), "GENRES": TextColumn.of([row["genres"] for row in movies])},
        len(movies),
    )
    return world_of(Held([interactions], (), [items], frozenset({"GENRES"})), Rule())


def _campaign(folder: Path, world: World, name: str, recipe: str) -> Trained:
    """A solution version, and two campaigns that answer from it: one explores, one does not."""
    began = time.perf_counter()
    trained = fitted(world, RECIPES[recipe], {}, {"recipe": recipe})
    say(f"  {recipe} trained as {trained.model.recipe}, with every list made ahead, in {time.perf_counter() - began:.0f} s")
    blobs = FolderBlobs(folder / "blobs")
    draft = Path(tempfile.mkdtemp(dir=folder))
    sha256, place = save(draft, trained), f"personalize/models/{name}/1-a"
    blobs.publish(place, draft)
    version = arn_of(arns.VERSION, name, "1")
    body = {"solutionArn": arn_of(arns.SOLUTION, name), "datasetGroupArn": GROUP, "recipeArn": amazons("recipe", recipe)}
    expression = 'EXCLUDE ItemID WHERE Items.GENRES IN ("Horror")'
    there = [
        Resource(GROUP, ACTIVE, 0, 0, {"name": "bench"}),
        Resource(arn_of(arns.SCHEMA, "bench"), ACTIVE, 0, 0, {"name": "bench", "schema": json.dumps(SCHEMA)}),
        Resource(
            arn_of(arns.DATASET, "bench", "INTERACTIONS"),
            ACTIVE,
            0,
            0,
            {"datasetType": "INTERACTIONS", "datasetGroupArn": GROUP, "schemaArn": arn_of(arns.SCHEMA, "bench")},
        ),
        Resource(arn_of(arns.TRACKER, "bench"), ACTIVE, 0, 0, {"trackingId": TRACKING, "datasetGroupArn": GROUP}),
        Resource(arn_of(arns.FILTER, "bench"), ACTIVE, 0, 0, {"filterExpression": expression, "datasetGroupArn": GROUP}),
        Resource(version, ACTIVE, 0, 0, body, {"model": {"key": place, "sha256": sha256}, "recipe": recipe}),
    ]
    for campaign, weight in ((name, "0"), (f"{name}-exploring", "0.3")):
        config = {"itemExplorationConfig": {"explorationWeight": weight, "explorationItemAgeCutOff": "30"}}
        there.append(Resource(arn_of(arns.CAMPAIGN, campaign), ACTIVE, 0, 0, {"solutionVersionArn": version, "campaignConfig": config}))

    def step(found: Resources) -> None:
        found.by_key.update({one.key: one for one in there})

    Registry(blobs).change(step)
    return trained


def _users(world: World) -> list[str]:
    """Spread over all of them."""
    return world.users.texts(np.linspace(0, len(world.users) - 1, USERS).astype(int).tolist())


def _asked(campaign: str, user: str, **more: Any) -> dict[str, Any]:
    return {"campaignArn": arn_of(arns.CAMPAIGN, campaign), "userId": user, "numResults": ITEMS, **more}


def _check(signer: Signer, name: str, trained: Trained, users: Sequence[str]) -> None:
    from recommender.batch import rank

    with Client(signer.port) as client:
        for user in users:
            answer = client.send(signer.message("recommendations", _asked(name, user)))
            history = trained.history(trained.users.position(user))
            right = trained.items.texts(rank(trained.model, history, ITEMS).columns.tolist())
            if answer.status != 200 or [one["itemId"] for one in answer.json["itemList"]] != right:
                raise MismatchError(f"The list of {user} was answered by {answer.status} {answer.body.decode()[:300]}, and is {right}.")


def _costs(server: site.Site, bare: site.Site, signer: Signer, users: Sequence[str], rounds: int, times: int) -> dict[str, list[float]]:
    hello = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{bare.port}\r\n\r\n".encode()
    asked: dict[str, tuple[site.Site, list[bytes]]] = {
        PLAIN: (server, [signer.message("recommendations", _asked("v1", user)) for user in users]),
        EXPLORING: (server, [signer.message("recommendations", _asked("v1-exploring", user)) for user in users]),
        FILTERED: (
            server,
            [signer.message("recommendations", _asked("v1", user, filterArn=arn_of(arns.FILTER, "bench"))) for user in users],
        ),
        "hello": (bare, [hello]),
    }
    for where, messages in asked.values():
        _ask(where, messages, WARM_ROUNDS * USERS)
    costs: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, (where, messages) in asked.items():
            before = where.worker_seconds()
            _ask(where, messages, times)
            costs[name].append((where.worker_seconds() - before) / times * 1e6)
    for name, each in costs.items():
        say(f"  {name:<9} median {median(each):6.0f} µs a request  (" + " ".join(f"{cost:.0f}" for cost in each) + ")")
    return costs


def _ask(where: site.Site, messages: Sequence[bytes], times: int) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(where.port)) for _ in range(CONNECTIONS)]
        for turn in range(times // CONNECTIONS):
            for at, client in enumerate(clients):
                client.ask(messages[(turn * CONNECTIONS + at) % len(messages)])
            for client in clients:
                answer = client.answer()
                if answer.status != 200:
                    raise MismatchError(f"A request was answered by {answer.status} {answer.body.decode()[:300]}.")


def _events(signer: Signer, name: str, trained: Trained, times: int) -> list[float]:
    """Somebody watches the film that stands first, again and again; each time the next list must be without it."""
    seconds, user = [], trained.users.text(len(trained.users) // 2)
    with Client(signer.port) as client:
        first = client.send(signer.message("recommendations", _asked(name, user))).json["itemList"][0]["itemId"]
        for turn in range(times):
            event = {"eventType": "watch", "itemId": first, "sentAt": 1_790_000_000 + turn, "eventId": f"{name}-{turn}"}
            put = signer.message("events", {"trackingId": TRACKING, "userId": user, "sessionId": "s", "eventList": [event]})
            ask = signer.message("recommendations", _asked(name, user))
            began = time.perf_counter()
            kept = client.send(put)
            answer = client.send(ask)
            seconds.append(time.perf_counter() - began)
            listed = [one["itemId"] for one in answer.json["itemList"]] if answer.status == 200 else []
            if kept.status != 200 or not listed or first in listed:
                raise MismatchError(f"After {first} was watched, the list was answered by {kept.status}, {answer.status} {listed}.")
            first = listed[0]
    return seconds
