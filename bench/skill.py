"""The Echo's function as Lambda starts it: processor time to the first answer against the usual means, memory, and the time of a turn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import Figure, MismatchError, say, spread
from deploy.aws import skill_zip
from recommender.data.sample.films import sample_films
from recommender.domain import ListRecord, Reason, RecommendedMovie, UserId
from recommender.storage.profiles.dynamodb import DynamoProfiles
from recommender.storage.profiles.dynamodb_list import DynamoListReader
from recommender.storage.profiles.dynamodb_tables import create_tables
from tests import stand_ins

VIEWER = UserId(7)
PROCESS = Path(__file__).with_name("skill_process.py")
PEERS = Path(__file__).with_name("peers")
READS = 50  # of each, in turns
# What is promised: a third of the processor time to the first answer, a quarter of it for a read, and limits of size, memory and of a turn.
MOST_OF_THE_TIME = 1 / 3
MOST_OF_A_CLIENTS_READ = 1 / 4
MOST_MEGABYTES, MOST_MEMORY, MOST_MILLISECONDS = 3.5, 40.0, 5.0
SPOKEN: list[tuple[str, dict[str, str]]] = [
    ("", {}), ("getFunc", {}), ("getID", {"ID": "7", "Amount": "10"}), ("PickMovie", {"Position": "2"}), ("WhyThisMovie", {}),
    ("MoreLikeThis", {}), ("AMAZON.NextIntent", {}), ("AMAZON.YesIntent", {}), ("MoviesByGenre", {"Genre": "drama"}),
    ("AMAZON.RepeatIntent", {}), ("PopularMovies", {}), ("SurpriseMe", {}), ("AMAZON.NoIntent", {}), ("AMAZON.HelpIntent", {}),
    ("NobodyKnowsThis", {}), ("getID", {"ID": "seven", "Amount": "?"}), ("AMAZON.StopIntent", {}),
]  # fmt: skip


def measure(folder: Path, *, times: int, turns: int) -> list[Figure]:
    """times: processes of each, in turns; the middle one is told. folder: for what is made."""
    if missing := stand_ins.what_is_missing("ministack"):
        say(f"skill is left out: there is {missing}")
        return []
    size = skill_zip.write(folder / "skill.zip")
    task = folder / "task"
    with zipfile.ZipFile(folder / "skill.zip") as packed:
        packed.extractall(task)
    say(f"skill: {times} new processes each, in turns, on ministack; the usual means are ask-sdk-core and boto3's resource, compiled too")
    with stand_ins.ministack(folder) as url:
        os.environ.update(stand_ins.environment_for(url))
        create_tables("movie")
        _keep_a_list()
        aws = {**stand_ins.environment_for(url), "MATINEE_PROFILES_URL": "dynamodb://movie", "TABLE": "movie"}
        ours = {**aws, "FUNCTION_PATH": str(task)}
        usual = {**aws, "FUNCTION_PATH": os.pathsep.join([str(PEERS), sysconfig.get_path("purelib")])}
        made = {"ours": [], "usual": []}  # type: dict[str, list[dict[str, Any]]]
        for _ in range(times + 1):  # the first of each fills the caches of the disk, and compiles the usual one
            made["ours"].append(_first("alexa_skill.on_lambda", ours, folder))
            made["usual"].append(_first("naive_skill", usual, folder))
        reads = _reads(times)
    cpu = {name: median(each["cpu"] for each in processes[1:]) * 1000 for name, processes in made.items()}
    peak = max(each["peak"] for each in made["ours"][1:]) / 1e6
    say(f"  start to first answer, CPU: ours {cpu['ours']:.0f} ms, the usual {cpu['usual']:.0f} ms")
    usual_peak = max(each["peak"] for each in made["usual"][1:]) / 1e6
    say(f"  memory at its peak: ours {peak:.1f} MB, the usual {usual_peak:.1f} MB")
    said = _process(["turns", str(turns)], [_event(*each) for each in SPOKEN], {"FUNCTION_PATH": str(task)}, folder)
    turn = spread("a turn without a store, CPU", said["cpu"])
    return [
        Figure("skill: start to first answer, CPU", cpu["ours"], cpu["usual"], "ms", "ask-sdk + boto3", MOST_OF_THE_TIME),
        Figure("skill: a read of an item, CPU", reads["ours"], reads["boto3"], "µs", "boto3's client", MOST_OF_A_CLIENTS_READ),
        Figure("skill: the same to a list record, CPU", reads["record"], reads["boto3"], "µs", "boto3's client, the item alone", None),
        Figure("skill: memory at its peak", peak, MOST_MEMORY, "MB", "limit"),
        Figure("skill: a turn without a store, CPU, p99", turn["p99"], MOST_MILLISECONDS, "ms", "limit"),
        Figure("skill: the zip", size / 1e6, MOST_MEGABYTES, "MB", "limit"),
    ]


def _keep_a_list() -> None:
    reasons = (Reason("people", "Many liked it."),)
    films = [each.entry.movie for each in sample_films()[:10]]
    lines = tuple([RecommendedMovie(film, 5 - at / 10, 90 - at, 4.0, reasons) for at, film in enumerate(films)])
    profiles = DynamoProfiles("movie")
    profiles.keep_list(ListRecord(VIEWER, 0, lines, generation=1, model="m"))
    profiles.close()


def _reads(times: int) -> dict[str, float]:
    """Microseconds of this process for a strongly consistent read over a kept connection, medians of as many turns."""
    import boto3

    key = {"userID": {"N": str(VIEWER)}}
    reader, client = DynamoListReader("movie"), boto3.client("dynamodb")
    reading: dict[str, Callable[[], object]] = {
        "ours": lambda: reader._item("movie", key),
        "record": lambda: reader.record(VIEWER),
        "boto3": lambda: client.get_item(TableName="movie", Key=key, ConsistentRead=True)["Item"],
    }
    if reading["ours"]() != reading["boto3"]():
        raise MismatchError("boto3 reads another item.")
    cost: dict[str, list[float]] = {name: [] for name in reading}
    for _ in range(times + 1):  # the first is for warming up
        for name, read in reading.items():
            began = time.process_time()
            for _ in range(READS):
                read()
            cost[name].append((time.process_time() - began) / READS * 1e6)
    for name, each in cost.items():
        say(f"  a read, CPU of the client: {name:<6} {median(each[1:]):6.0f} µs  (" + " ".join(f"{one:.0f}" for one in each[1:]) + ")")
    return {name: median(each[1:]) for name, each in cost.items()}


def _first(module: str, environment: dict[str, str], folder: Path) -> dict[str, Any]:
    made = _process(["first", module], [_event("getID", {"ID": str(VIEWER), "Amount": "3"})], environment, folder)
    if "the third one is" not in made["said"]:
        raise MismatchError(f"{module} says {made['said']!r}")
    return made


def _process(arguments: list[str], events: list[Any], environment: dict[str, str], folder: Path) -> dict[str, Any]:
    """Without the packages that are installed here, but for those that the environment's FUNCTION_PATH names."""
    done = subprocess.run(
        [sys.executable, "-S", "-s", "-P", "-X", f"pycache_prefix={folder / 'compiled'}", str(PROCESS), *arguments]
        if environment["FUNCTION_PATH"].startswith(str(PEERS))
        else [sys.executable, "-S", "-s", "-P", "-B", str(PROCESS), *arguments],
        input=json.dumps(events),
        env={**environment, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MismatchError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _event(intent: str, slots: dict[str, str]) -> dict[str, Any]:
    """A whole request, as Alexa sends it."""
    who = {"application": {"applicationId": "amzn1.ask.skill.1"}, "user": {"userId": "amzn1.ask.account.1"}}
    request: dict[str, Any] = {"requestId": f"amzn1.echo-api.request.{intent}", "timestamp": "2026-11-24T12:00:00Z", "locale": "en-US"}
    if intent:
        said = {name: {"name": name, "value": value, "confirmationStatus": "NONE"} for name, value in slots.items()}
        asked = {"name": intent, "confirmationStatus": "NONE", "slots": said}
        request |= {"type": "IntentRequest", "dialogState": "STARTED", "intent": asked}
    else:
        request["type"] = "LaunchRequest"
    return {
        "version": "1.0",
        "session": {"new": False, "sessionId": "amzn1.echo-api.session.1", "attributes": {}, **who},
        "context": {
            "System": {**who, "device": {"deviceId": "d", "supportedInterfaces": {}}, "apiEndpoint": "https://api.amazonalexa.com"}
        },
        "request": request,
    }
