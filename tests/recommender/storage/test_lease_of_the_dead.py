"""The lock of a holder that was killed: free at once where it is certain that it is dead, and nowhere else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recommender.errors import TrainingBusyError
from recommender.storage.blobs import Blobs, open_blobs
from recommender.storage.lease import Lease, holding

KEY = "lock.json"
REPOSITORY = Path(__file__).parents[3]
HOLD_FOR_EVER = f"""
import sys, time
from recommender.storage.blobs import open_blobs
from recommender.storage.lease import Lease
Lease(open_blobs(sys.argv[1]), {KEY!r}, now=time.time).acquire()
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def blobs(var: Path) -> Blobs:
    return open_blobs(f"file://{var}/blobs")


@contextmanager
def holder_elsewhere(blobs: Blobs) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    with subprocess.Popen([sys.executable, "-c", HOLD_FOR_EVER, blobs.url], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def killed_holder(blobs: Blobs) -> None:
    """The lock as `kill -9` of its holder leaves it."""
    with holder_elsewhere(blobs) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def rewritten(blobs: Blobs, **facts: object) -> None:
    """The lock as it would read with other facts."""
    there = blobs.read(KEY)
    assert there is not None
    blobs.write(KEY, json.dumps({**json.loads(there.data), **facts}).encode())


def test_a_living_holder_on_this_machine_keeps_the_lock(blobs: Blobs) -> None:
    with holder_elsewhere(blobs) as process:
        with pytest.raises(TrainingBusyError, match=f"process {process.pid} on "):
            Lease(blobs, KEY, now=time.time).acquire()
        found = holding(blobs, KEY, now=time.time())

    assert found is not None
    assert found.pid == process.pid


def test_after_kill_9_of_its_holder_the_lock_is_free_at_once(blobs: Blobs) -> None:
    killed_holder(blobs)

    assert holding(blobs, KEY, now=time.time()) is None
    Lease(blobs, KEY, now=time.time).acquire()


@pytest.mark.parametrize(
    "elsewhere",
    [{"machine": "another host"}, {"machine": ""}, {"pid": 0}],
    ids=["on another machine", "on an unknown machine", "of an unknown process"],
)
def test_a_holder_that_might_live_keeps_the_lock_until_its_lease_runs_out(blobs: Blobs, elsewhere: dict[str, object]) -> None:
    killed_holder(blobs)
    rewritten(blobs, **elsewhere)

    with pytest.raises(TrainingBusyError):
        Lease(blobs, KEY, now=time.time).acquire()
    Lease(blobs, KEY, now=lambda: time.time() + 60).acquire()


def test_a_lock_from_before_machines_were_written_down_is_understood(blobs: Blobs) -> None:
    blobs.write(KEY, json.dumps({"holder": "ann", "since": 990, "until": 1010, "ticket": "1"}).encode())

    with pytest.raises(TrainingBusyError, match="ann has held the training lock for 10 seconds"):
        Lease(blobs, KEY, now=lambda: 1000).acquire()
    Lease(blobs, KEY, now=lambda: 1010).acquire()
