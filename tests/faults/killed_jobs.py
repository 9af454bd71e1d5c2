"""kill -9 of the worker of /personalize and of the processes that do its jobs, in every state of every job, at moments of chance.

python -m tests.faults.killed_jobs --rounds 100              each job ends, and the document names whole folders alone at every moment
python -m tests.faults.killed_jobs --rounds 12 --planted     a job's state is set before its result is published: that must be seen
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recommender.errors import ModelError
from recommender.models import files
from recommender.personalize import arns, trained
from recommender.personalize.jobs import JOBS, states
from recommender.personalize.jobs.sweep import Sweeper, folders, named
from recommender.personalize.jobs.worker import rooms
from recommender.personalize.resources import ACTIVE, CREATE, PENDING, UPDATE, Registry, Resource, Resources, Work
from recommender.settings import variable
from tests.faults.planting import sitecustomize
from tests.recommender.personalize.jobs.world import GROUP, World

MATINEE = Path(sys.executable).with_name("matinee")
REPOSITORY = Path(__file__).parents[2]
N_USERS, N_ITEMS = 60, 24  # everybody has taken part in all but four
PATIENCE_SECONDS = 120.0  # for a job that is left alone
LOOK_SECONDS = 0.02  # a look takes a millisecond, which whoever is looked at needs too
PLANTED = """
import threading, time
from recommender.storage.blobs.folder import FolderBlobs
publish = FolderBlobs.publish
def later(self, prefix, folder):
    import shutil
    kept = folder.rename(folder.with_name(folder.name + "-later"))
    copy = shutil.copytree(kept, kept.parents[3] / ("later-" + prefix.replace("/", "-")))
    def then():
        time.sleep(0.3)
        publish(self, prefix, copy)
    threading.Thread(target=then).start()
FolderBlobs.publish = later
"""


@dataclass
class Verdict:
    """What was killed in which state, how the jobs ended, and what was wrong at any moment."""

    killed: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    n_looks: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"{sum(self.killed.values())} kills, {sum(self.ended.values())} jobs, {self.n_looks:,} looks, {len(self.wrong)} times wrong"
        ]
        lines += [f"  {n:4} killed: {what}" for what, n in sorted(self.killed.items())]
        lines += [f"  {n:4} ended: {what}" for what, n in sorted(self.ended.items())]
        return "\n".join([*lines, *self.wrong[:5]])


class Site:
    """A group with data, a trained version and a campaign on it, and a worker that is killed and started."""

    def __init__(self, var: Path, *, planted: bool = False) -> None:
        self.world = World(var)
        self.registry: Registry = self.world.registry
        self.verdict = Verdict()
        self._var, self._n, self._whole = var, 0, set[tuple[str, str]]()
        self.gone = ""  # whom the last deletion was to delete
        self._worker: subprocess.Popen[bytes] | None = None
        (var / "planted").mkdir()
        (var / "planted" / "sitecustomize.py").write_text(sitecustomize(PLANTED) if planted else "")
        lines = [f"u{u},i{i},{1_600_000_000 + u * 1000 + i},watch" for u in range(N_USERS) for i in range(N_ITEMS) if (u + i) % 6]
        self.url = self.world.write("in/interactions.csv", "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", *lines)
        self.n_rows = len(lines)
        every: dict[str, tuple[str, str, Callable[[], str]]] = {
            "import": (arns.IMPORT, CREATE, lambda: self.world.ask_import(self.url)),
            "export": (arns.EXPORT, CREATE, self._export),
            "deletion": (arns.DELETION, CREATE, self._deletion),
            "training": (arns.VERSION, CREATE, lambda: self._training("taste", "aws-popularity-count")),
            "segmenting": (arns.VERSION, CREATE, lambda: self._training("people", "aws-item-affinity")),
            "refresh": (arns.VERSION, states.REFRESH, self._refresh),
            "campaign": (arns.CAMPAIGN, CREATE, self._campaign),
            "update": (arns.CAMPAIGN, UPDATE, self._update),
            "recommender": (arns.RECOMMENDER, CREATE, self._recommender),
            "batch": (arns.BATCH, CREATE, lambda: self._lines(arns.BATCH, "taste", '{"userId": "u7"}')),
            "segment": (arns.SEGMENT, CREATE, lambda: self._lines(arns.SEGMENT, "people", '{"itemId": "i7"}')),
        }
        self.jobs = {name: ask for name, (kind, what, ask) in every.items() if (kind, what) in JOBS}

    def start(self) -> None:
        """A worker, if there is none."""
        if self._worker is None:
            names = ("blobs_url", "cache_folder", "import_folders")
            environment = {
                **os.environ,
                **{variable(name): getattr(self.world.settings, name) for name in names},
                "PYTHONPATH": os.pathsep.join([str(self._var / "planted"), str(REPOSITORY)]),
                "OMP_NUM_THREADS": "1",
            }
            said = (self._var / "worker.log").open("ab")
            with said:
                self._worker = subprocess.Popen(
                    [MATINEE, "personalize", "work"], stdin=subprocess.DEVNULL, stderr=said, cwd=self._var, env=environment
                )

    def kill(self, whom: str) -> None:
        """-9 for the worker, for the processes that do its work, or for both."""
        assert self._worker is not None
        children = self._children()
        if whom in ("child", "both"):
            for pid in children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, 9)
        if whom in ("worker", "both"):
            self._worker.kill()
            self._worker.wait()
            self._worker = None

    def end(self) -> None:
        """The worker ends as a server's does."""
        if self._worker is not None:
            self._worker.terminate()
            self._worker.wait(30)
            self._worker = None

    def watch(self, key: str, seconds: float) -> bool:
        """Look again and again whether all that is named is whole; whether the job was over in time."""
        end = time.monotonic() + seconds
        while True:
            found = self.look()
            if key not in found.work:
                return True
            if time.monotonic() >= end:
                return False
            time.sleep(LOOK_SECONDS)

    def look(self) -> Resources:
        """The document as it is, once what it names was found whole."""
        found = self.registry.read()
        self.verdict.n_looks += 1
        for one in found.by_key.values():
            for key, digest in _named_with_digests(one.inner):
                self._check(one, key, digest)
        return found

    def state(self, key: str) -> str:
        """What a job is at, in words that can be counted."""
        found = self.registry.read()
        work, one = found.work.get(key), found.by_key[key]
        if work is None:
            return "over"
        stage = (one.inner.get("progress") or {}).get("stage", "")
        return f"{states.said(one, work.what)} {stage}".strip()

    def check_ended(self, name: str, key: str) -> None:
        """It has ended well, or says why not, and what it is about is whole."""
        found = self.look()
        one = found.by_key[key]
        place: dict[str, Any] = one.body["latestCampaignUpdate"] if name == "update" else {}
        status = place.get("status", one.status)
        reason = place.get("failureReason", "") or one.failure_reason
        if name == "refresh" and (failed := one.inner["refresh"]["failed"]):
            status, reason = "FAILED", failed
        self.verdict.ended[f"{name} {status}"] += 1
        if status not in (ACTIVE, "CREATE FAILED", "COMPLETED", "FAILED") or ("FAILED" in status and "cut off 3 times" not in reason):
            self.wrong(f"{name} {key} ended as {status}: {reason}")
        try:
            self._check_contents(name, key, status, found)
        except ModelError as torn:
            self.wrong(f"after {key}: {torn}")

    def _check_contents(self, name: str, key: str, status: str, found: Resources) -> None:
        users = [row[0] for row in self.world.cells(names=["USER_ID"])]
        if name == "import" and status == ACTIVE and len(users) != self.n_rows:
            self.wrong(f"{len(users)} of {self.n_rows} rows after {key}")
        if name == "deletion" and (status == "COMPLETED") == (self.gone in users):
            self.wrong(f"{self.gone} after {key}, which is {status}")
        if name in ("training", "segmenting", "refresh", "recommender", "campaign") and status == ACTIVE:
            one = found.by_key[key]
            version = found.get(one.body["solutionVersionArn"]) if name == "campaign" else one
            trained.load(self.registry.blobs, version.inner["model"]["key"], version.inner["model"]["sha256"])

    def wrong(self, says: str) -> None:
        self.verdict.wrong.append(says)

    def check_swept(self) -> None:
        """Whoever is killed leaves folders that nothing names; they go, and what is named stays."""
        Sweeper(self.registry, grace=0).sweep()
        there, names = folders(self.registry), named(self.registry.read())
        if there != names:
            self.wrong(f"swept to {sorted(there ^ names)}")
        left = list(rooms(self.world.settings, self.registry).glob("*"))
        if left:
            self.wrong(f"rooms are left: {left}")

    def prepare(self, *, seconds: float = PATIENCE_SECONDS) -> dict[str, float]:
        """Each job once without any kill; how long each took."""
        for solution, recipe in (("taste", "aws-popularity-count"), ("people", "aws-item-affinity")):
            made = Resource(arns.arn_of(arns.SOLUTION, solution), ACTIVE, 1, 1, {"name": solution, **_recipe(recipe)})
            self.registry.change(lambda found, made=made: found.add(made))  # type: ignore[misc]
        took = {}
        for name, ask in self.jobs.items():
            if self.verdict.wrong:
                break  # nothing stands on what is torn
            began, key = time.monotonic(), ask()
            if not self.watch(key, seconds):
                raise AssertionError(f"{name} never ended: {(self._var / 'worker.log').read_text()}")
            took[name] = time.monotonic() - began
            self.check_ended(name, key)
        return took

    def _check(self, one: Resource, key: str, digest: str) -> None:
        folder = self.registry.blobs.local_copy(key)
        if folder is None:
            self.wrong(f"{one.key} ({one.status}) names {key}, which is not there")
        elif (key, digest) not in self._whole:
            try:
                files.load(folder, sha256=digest)
                self._whole.add((key, digest))
            except ModelError as torn:
                self.wrong(f"{one.key} ({one.status}) names {key}, which is torn: {torn}")

    def _children(self) -> list[int]:
        assert self._worker is not None
        return [int(pid) for pid in Path(f"/proc/{self._worker.pid}/task/{self._worker.pid}/children").read_text().split()]

    def _export(self) -> str:
        where = {"s3DataDestination": {"path": f"file://{self.world.folder}/out"}}
        return self.world.ask(arns.EXPORT, datasetArn=self.world.dataset(), ingestionMode="ALL", jobOutput=where)

    def _deletion(self) -> str:
        """Somebody goes who is there: each import brings everybody back."""
        self.world.imported(self.url)
        self._n += 1
        self.gone = f"u{self._n % N_USERS}"
        url = self.world.write("gone/list.csv", "USER_ID", self.gone)
        return self.world.ask(arns.DELETION, datasetGroupArn=GROUP, dataSource={"dataLocation": url})

    def _training(self, solution: str, recipe: str) -> str:
        self._n += 1
        body = {"solutionArn": arns.arn_of(arns.SOLUTION, solution), "trainingMode": "FULL", **_recipe(recipe)}
        return self._ask(arns.arn_of(arns.VERSION, solution, f"v{self._n}"), body)

    def _refresh(self) -> str:
        key = arns.key_of(self._version())
        self.registry.change(lambda found: found.work.update({key: Work(key, states.REFRESH, time.time())}))
        return key

    def _recommender(self) -> str:
        self._n += 1
        return self._ask(arns.arn_of(arns.RECOMMENDER, f"r{self._n}"), _recipe("aws-vod-most-popular"))

    def _lines(self, kind: str, solution: str, line: str) -> str:
        self._n += 1
        places = {
            "jobInput": {"s3DataSource": {"path": self.world.write("in/asks.json", *[line] * 50)}},
            "jobOutput": {"s3DataDestination": {"path": f"file://{self.world.folder}/out/"}},
        }
        body = {"jobName": f"b{self._n}", "solutionVersionArn": self._version(solution), "numResults": 5, **places}
        return self._ask(arns.arn_of(kind, f"b{self._n}"), body)

    def _ask(self, arn: str, body: dict[str, Any]) -> str:
        one = Resource(arn, PENDING, time.time(), time.time(), body)
        return self.registry.change(lambda found: found.add(one, work=True)).key

    def _campaign(self) -> str:
        self._n += 1
        return self._ask(arns.arn_of(arns.CAMPAIGN, f"c{self._n}"), {"solutionVersionArn": self._version(), "minProvisionedTPS": 1})

    def _update(self) -> str:
        version = self._version()

        def step(found: Resources) -> str:
            one = [one for one in found.of(arns.CAMPAIGN) if one.status == ACTIVE][-1]
            one.body["latestCampaignUpdate"] = {"solutionVersionArn": version, "minProvisionedTPS": 2, "status": PENDING}
            found.work[one.key] = Work(one.key, UPDATE, time.time())
            return one.key

        return self.registry.change(step)

    def _version(self, solution: str = "taste") -> str:
        of = arns.arn_of(arns.SOLUTION, solution)
        return [one for one in self.registry.read().of(arns.VERSION, solutionArn=of) if one.status == ACTIVE][-1].arn


def prove(n_rounds: int, *, planted: bool = False, seed: int = 580) -> Verdict:
    """One job a round, of every kind in turn, which is killed once to three times, or until it has failed."""
    rng = random.Random(seed)
    with opened(planted=planted) as site:
        site.start()
        took = site.prepare()
        for number in range(n_rounds):
            if site.verdict.wrong:
                break
            name = list(site.jobs)[number % len(site.jobs)]
            key = site.jobs[name]()
            for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
                site.start()
                if site.watch(key, rng.uniform(0, took[name])):
                    break
                whom, state = rng.choice(("worker", "child", "both")), site.state(key)
                site.kill(whom)
                site.verdict.killed[f"{whom} at {name} {state}"] += 1
            site.start()
            if not site.watch(key, PATIENCE_SECONDS):
                site.wrong(f"{name} {key} never ended")
                break
            site.check_ended(name, key)
        site.end()
        if not planted:
            site.check_swept()
        return site.verdict


@contextmanager
def opened(*, planted: bool = False) -> Iterator[Site]:
    """A site in a folder of its own, whose worker does not outlive it."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), planted=planted)
        try:
            yield site
        finally:
            if site._worker is not None:
                site.kill("both")
                time.sleep(0.2)


def _recipe(name: str) -> dict[str, Any]:
    return {"datasetGroupArn": GROUP, "recipeArn": arns.amazons("recipe", name), "performAutoML": False, "performHPO": False}


def _named_with_digests(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("key"), str) and isinstance(value.get("sha256"), str):
            yield value["key"], value["sha256"]
        for one in value.values():
            yield from _named_with_digests(one)
    elif isinstance(value, list):
        for one in value:
            yield from _named_with_digests(one)


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(description="Kills what does the jobs of Amazon Personalize's clients.")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--planted", action="store_true", help="plant jobs whose state is set before their result is published")
    parser.add_argument("--seed", type=int, default=580)
    asked = parser.parse_args()
    verdict = prove(asked.rounds, planted=asked.planted, seed=asked.seed)
    print(verdict)
    holds = bool(verdict.wrong) == asked.planted
    print("as it should be" if holds else "NOT as it should be")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
