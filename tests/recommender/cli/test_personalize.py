"""`matinee personalize`: real processes over a folder of blobs, as a server starts them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from recommender.personalize.jobs.worker import LOCK
from recommender.personalize.resources import ACTIVE, FAILED
from recommender.settings import variable
from recommender.storage.lease import Lease
from tests.recommender.cli.commands import Matinee, done, refused
from tests.recommender.personalize.jobs.world import World

MATINEE = Path(sys.executable).with_name("matinee")
HEAD = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"
SOON = 60.0  # seconds, on a machine that is busy with other things


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    for name in ("blobs_url", "cache_folder", "import_folders"):
        os.environ[variable(name)] = getattr(made.settings, name)
    return made


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_jobs_are_done_and_told(world: World, matinee: Matinee) -> None:
    good = world.ask_import(world.write("good.csv", HEAD, "1,586,964982703,watch"))
    bad = world.ask_import(world.write("bad.csv", HEAD, "1,586,soon,watch"))
    assert "CREATE PENDING" in done(matinee("personalize", "jobs"))

    done(matinee("personalize", "work", "--once"))

    found = world.registry.read()
    assert (found.by_key[good].status, found.by_key[bad].status) == (ACTIVE, FAILED)
    table = done(matinee("personalize", "jobs"))
    assert "15 min" in table
    assert "bad.csv, row 1: TIMESTAMP must be a whole number, not 'soon'." in table
    told = [json.loads(line) for line in done(matinee("personalize", "jobs", "--json")).splitlines()]
    assert [(one["status"], one["is_over"]) for one in told] == [(ACTIVE, True), (FAILED, True)]

    world.write("bad.csv", HEAD, "1,586,1,watch")
    assert "is waiting to be begun again" in done(matinee("personalize", "retry", bad.rpartition("/")[2]))
    done(matinee("personalize", "work", "--once"))
    assert world.registry.read().by_key[bad].status == ACTIVE
    assert "only a job that failed or was stopped can be begun again" in refused(matinee("personalize", "retry", bad))
    assert done(matinee("personalize", "jobs", "--watch")).count("ACTIVE") == 2


def test_a_job_that_waits_can_be_stopped(world: World, matinee: Matinee) -> None:
    key = world.ask_import("file:///never")
    assert done(matinee("personalize", "stop", key)) == f"{key} is stopped.\n"
    assert world.registry.read().by_key[key].failure_reason == "The operator stopped it."
    assert "There is no resource nothing" in refused(matinee("personalize", "stop", "nothing"))


def test_a_second_worker_is_told_of_the_first(world: World, matinee: Matinee) -> None:
    with Lease(world.registry.blobs, LOCK, now=time.time, holder="Ada"):
        assert refused(matinee("personalize", "work", "--once")).startswith("Ada works for file://")


@pytest.mark.parametrize("ends_by", ["its input", "a signal"])
def test_a_worker_beside_a_server_works_and_ends_with_it(world: World, tmp_path: Path, ends_by: str) -> None:
    worker = subprocess.Popen([MATINEE, "personalize", "work", "--until-input-ends"], stdin=subprocess.PIPE, cwd=tmp_path)
    try:
        key = world.ask_import(world.write("good.csv", HEAD, "1,586,964982703,watch"))
        wait_for(lambda: world.registry.read().by_key[key].status == ACTIVE)
        assert worker.stdin is not None
        if ends_by == "a signal":
            worker.send_signal(signal.SIGTERM)
        else:
            worker.stdin.close()
        assert worker.wait(SOON) == 0
    finally:
        worker.kill()
        worker.wait()
        if worker.stdin is not None:
            worker.stdin.close()


def test_the_process_that_does_the_work_ends_with_its_worker(world: World, tmp_path: Path) -> None:
    lines = [HEAD, *(f"{n},{n},{n},watch" for n in range(600_000))]
    key = world.ask_import(world.write("slow.csv", *lines))
    worker = subprocess.Popen([MATINEE, "personalize", "work"], stdin=subprocess.DEVNULL, cwd=tmp_path)
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children")
    wait_for(lambda: bool(children.read_text().split()))
    [child] = map(int, children.read_text().split())
    worker.kill()
    worker.wait()
    wait_for(lambda: not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2])
    assert world.registry.read().by_key[key].status != FAILED


def test_an_idle_worker_needs_none_of_what_jobs_need() -> None:
    heavy = "{'numpy', 'pandas', 'boto3'}"
    program = f"import sys, recommender.cli, recommender.personalize.jobs.worker; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_doctor_sees_jobs_that_nobody_does_and_jobs_that_failed(world: World, matinee: Matinee) -> None:
    def said() -> str:
        return next(line for line in matinee("doctor").stdout.splitlines() if line.split()[1] == "jobs")

    assert said() == "ok   jobs       0 to be done, no worker is needed"
    key = world.ask_import("file:///etc/passwd")
    assert said().startswith("ok   jobs       1 to be done")
    world.registry.change(lambda found: setattr(found.work[key], "since", time.time() - 3600))
    assert said() == "BAD  jobs       1 wait, the oldest for 60 minutes, and there is no worker; `matinee personalize work` is one."
    with Lease(world.registry.blobs, LOCK, now=time.time, holder="Ada"):
        assert said() == "ok   jobs       1 to be done, a worker is there"
    done(matinee("personalize", "work", "--once"))
    assert said() == f"note jobs       {key} failed, of the last ten 1; `matinee personalize jobs` says why."
