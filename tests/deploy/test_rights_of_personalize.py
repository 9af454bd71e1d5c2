"""/personalize in a bucket: its every call from group to deletion, and the jobs in between, stay within the template's two roles."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from recommender.access_keys import open_access_keys
from recommender.personalize import arns
from recommender.personalize.asks import Asks
from recommender.personalize.cleaning import take_away
from recommender.personalize.jobs import child
from recommender.personalize.jobs.sweep import Sweeper
from recommender.personalize.jobs.worker import Running, Worker
from recommender.personalize.once import Once
from recommender.personalize.resources import Registry, Work
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from tests.deploy.rights import Asked, is_allowed, on_stand_ins
from tests.recommender.personalize.learning.groups import SCHEMAS, interactions, item, rounds, schema
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app

SECRET = "a secret of this test, long enough to be one"
ROLE = "arn:aws:iam::000000000000:role/Personalize"
MATINEE = "arn:aws:s3:::BUCKET/matinee"
RECIPE = "arn:aws:personalize:::recipe/"
USERS = schema("Users", USER_ID="string", AGE=["null", "int"])


class Machine:
    """The site and the worker over one bucket; what each of them asks of AWS is told apart."""

    def __init__(self, folder: Path, calls: set[Asked]) -> None:
        self.settings = Settings(
            blobs_url="s3://bucket/matinee",
            cache_folder=f"{folder}/cache",
            traffic_folder=f"{folder}/traffic",
            secret_key=SECRET,
        )
        self.site: set[Asked] = set()
        self.worker: set[Asked] = set()
        self._calls = calls
        with self._as(self.worker):  # the operator makes keys by the trainer's role
            made, secret = open_access_keys(self.settings, SECRET).add()
        self._keys = Credentials(made.access_key_id, secret)
        self._recommender = FakeRecommender()
        self._recommender.settings = self.settings
        self._client = create_app(self._recommender).test_client()

    def close(self) -> None:
        self._recommender.close()

    @contextmanager
    def _as(self, who: set[Asked]) -> Iterator[None]:
        self._calls.clear()
        yield
        who |= self._calls

    def ask(self, operation: str, **sent: Any) -> str:
        """What the control plane made, by its ARN; an empty text for nothing."""
        said = self._control(operation, sent)
        return next((str(value) for name, value in said.items() if name.endswith("Arn")), "")

    def ask_in_vain(self, operation: str, **sent: Any) -> None:
        """What is refused; its signature is good once more."""
        self._control(operation, sent, 400)

    def _control(self, operation: str, sent: Any, status: int = 200) -> dict[str, Any]:
        headers = {"X-Amz-Target": f"AmazonPersonalize.{operation}"}
        return self._post("/personalize/", sent, headers, "application/x-amz-json-1.1", status)

    def tell(self, path: str, **sent: Any) -> dict[str, Any]:
        """What the runtime or the events service answers."""
        return self._post(f"/personalize{path}", sent, {}, "application/json")

    def _post(self, path: str, sent: Any, headers: dict[str, str], kind: str, status: int = 200) -> dict[str, Any]:
        body = json.dumps(sent).encode()
        request = AWSRequest("POST", f"http://localhost{path}", {**headers, "Content-Type": kind, "Host": "localhost"}, body)
        SigV4Auth(self._keys, "personalize", "us-east-1").add_auth(request)
        with self._as(self.site):
            answer = self._client.post(path, data=body, headers=dict(request.headers.items()))
        assert answer.status_code == status, f"{path} {headers}: {answer.text}"
        return json.loads(answer.data or b"{}")

    def work(self) -> None:
        """The worker does all there is to do, in this process."""
        with self._as(self.worker):
            registry = self.registry()
            _Here(registry, self.settings).run(until_idle=True)
            found = registry.read()
            assert [(one.key, one.status, one.failure_reason) for one in found.by_key.values() if one.failure_reason] == []

    def clean(self) -> None:
        """What the worker takes away in time: folders that nothing names, and campaigns that nobody asks."""
        with self._as(self.worker):
            registry = self.registry()
            assert take_away(registry, 1e-9)
            assert Sweeper(registry, grace=0).sweep()

    def pass_time(self) -> None:
        """What the site does in the background, or once a minute."""
        with self._as(self.site):
            blobs = self.registry().blobs
            counted = Asks(blobs)
            counted.note("campaign/films", "newcomer", ahead=False)
            counted.write()
            assert Once(blobs, now=lambda: 9e9).claim("0" * 64, 1e10)
            assert len(blobs.list("personalize/signed/")) == 1

    def registry(self) -> Registry:
        """The document, opened anew."""
        return Registry(open_blobs(self.settings.blobs_url, cache_folder=self.settings.cache_folder))


class _Here(Worker):
    """A worker whose work is done at once, where the stand-ins are."""

    def __init__(self, registry: Registry, settings: Settings) -> None:
        super().__init__(registry, settings, ())
        self._settings, self._look_seconds = settings, 0.0

    def _started(self, work: Work) -> Running:
        room = self._rooms / work.ticket
        room.mkdir(parents=True)
        assert child.do(self._registry, self._settings, work.key, work.ticket, room) == child.DONE
        return Running(work.ticket, subprocess.Popen(["true"], stdin=subprocess.PIPE), room, work.attempts)


def _put_files() -> None:
    """What jobs read, where a trainer may read."""
    bucket, rows = boto3.resource("s3").Bucket("bucket"), interactions(rounds())
    lines = [",".join(rows.names)] + [",".join(str(rows.value(name, row)) for name in rows.names) for row in range(rows.n_rows)]
    bucket.put_object(Key="data/events/one.csv", Body="\n".join(lines).replace(".0", "").encode())
    bucket.put_object(Key="data/asks.json", Body=b'{"userId": "comedy-fan-01"}\n')
    bucket.put_object(Key="data/gone.csv", Body=b"USER_ID\ncomedy-fan-02\n")


def _everything(machine: Machine) -> None:
    ask, tell = machine.ask, machine.tell
    group = ask("CreateDatasetGroup", name="films")
    of = {"datasetGroupArn": group}
    schemas = {kind: ask("CreateSchema", name=kind.lower(), schema=text) for kind, text in (SCHEMAS | {"USERS": USERS}).items()}
    sets = {kind: ask("CreateDataset", name=kind.lower(), schemaArn=arn, datasetType=kind, **of) for kind, arn in schemas.items()}
    ask("CreateDatasetImportJob", jobName="in", datasetArn=sets["INTERACTIONS"], roleArn=ROLE,
        dataSource={"dataLocation": "s3://bucket/data/events"})  # fmt: skip
    machine.work()
    solution = ask("CreateSolution", name="films", recipeArn=f"{RECIPE}aws-user-personalization", performAutoTraining=False, **of)
    version = ask("CreateSolutionVersion", solutionArn=solution)
    machine.work()
    campaign = ask("CreateCampaign", name="films", solutionVersionArn=version)
    machine.work()
    ask("CreateFilter", name="new", filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")', **of)
    tracker = ask("CreateEventTracker", name="site", **of)
    ask("TagResource", resourceArn=group, tags=[{"tagKey": "a", "tagValue": "b"}])
    tracking = _tracking_id(machine)
    for user in ({}, {"userId": "newcomer"}):
        event = {"eventType": "watch", "sentAt": 1_700_000_000, "itemId": item("drama", 3), "eventId": str(len(user))}
        tell("/events", trackingId=tracking, sessionId="s", eventList=[event], **user)
    tell("/items", datasetArn=sets["ITEMS"], items=[{"itemId": "new", "properties": '{"title": "New", "genres": "Drama"}'}])
    tell("/users", datasetArn=sets["USERS"], users=[{"userId": "newcomer", "properties": '{"age": 30}'}])
    given = tell("/recommendations", campaignArn=campaign, userId="newcomer")
    assert given["itemList"]
    place = {"path": "s3://bucket/matinee/exports/"}
    ask("CreateDatasetExportJob", jobName="out", datasetArn=sets["INTERACTIONS"], ingestionMode="ALL", roleArn=ROLE,
        jobOutput={"s3DataDestination": place})  # fmt: skip
    ask("CreateBatchInferenceJob", jobName="batch", solutionVersionArn=version, roleArn=ROLE,
        jobInput={"s3DataSource": {"path": "s3://bucket/data/asks.json"}}, jobOutput={"s3DataDestination": place})  # fmt: skip
    machine.work()
    ask("CreateDataDeletionJob", jobName="gone", roleArn=ROLE, dataSource={"dataLocation": "s3://bucket/data/gone.csv"}, **of)
    machine.work()
    ask("UpdateCampaign", campaignArn=campaign, minProvisionedTPS=2)
    machine.work()
    machine.clean()
    machine.ask_in_vain("DeleteCampaign", campaignArn=campaign)
    ask("DeleteEventTracker", eventTrackerArn=tracker)
    for arn in sets.values():
        ask("DeleteDataset", datasetArn=arn)
    ask("DeleteDatasetGroup", datasetGroupArn=group)
    machine.pass_time()


def _tracking_id(machine: Machine) -> str:
    [tracker] = machine.registry().read().of(arns.TRACKER)
    return str(tracker.body["trackingId"])


def test_the_site_and_the_worker_of_personalize_may_do_all_that_they_do(monkeypatch, tmp_path):
    with on_stand_ins(monkeypatch, "bucket") as calls:
        _put_files()
        machine = Machine(tmp_path, calls)
        _everything(machine)
        machine.close()

    written = {
        one.resource.removeprefix(f"{MATINEE}/personalize/").partition("/")[0] for one in machine.site if one.action == "s3:PutObject"
    }
    assert written == {"resources.json", "live", "asks", "signed"}
    assert [asked for asked in sorted(machine.site) if not is_allowed(asked, "web")] == []
    assert [asked for asked in sorted(machine.worker) if not is_allowed(asked, "trainer")] == []


@pytest.mark.parametrize("key", ["models/one/!published", "data/one/!published", "worker.lock"])
def test_the_site_leaves_to_the_worker_what_the_worker_makes(key):
    for action in ("s3:PutObject", "s3:DeleteObject"):
        assert not is_allowed(Asked(action, f"{MATINEE}/personalize/{key}"), "web")
        assert is_allowed(Asked(action, f"{MATINEE}/personalize/{key}"), "trainer")


@pytest.mark.parametrize("key", ["access-keys.json", "personalize/resources.json"])
def test_the_site_neither_makes_keys_nor_takes_the_document_away(key):
    assert not is_allowed(Asked("s3:DeleteObject", f"{MATINEE}/{key}"), "web")
    assert not is_allowed(Asked("s3:PutObject", f"{MATINEE}/access-keys.json"), "web")
