"""A real server on loopback for as long as it is measured, in a folder of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.machine import cpu_seconds, plain_environment
from recommender import retraining, worker_folder

ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 600  # reading the data and training included, also 25 million ratings on a machine at work
SECONDS_TO_STOP = 30


@dataclass(frozen=True, slots=True)
class Site:
    """A running server: the port it listens on, the process that was started, and the environment it has."""

    port: int
    pid: int
    environment: dict[str, str]

    def workers(self) -> list[int]:
        """The processes that answer requests: gunicorn's children, but for the one that trains beside them."""
        return [pid for pid in self._children() if not _is_trainer(pid)]

    def wait_for_the_trainer(self) -> None:
        """Until nothing is learned or measured beside the serving, which is not what serving costs; nothing will be later."""
        said = worker_folder.IN_MEMORY / worker_folder.NAME.format(user=os.getuid(), pid=self.pid) / retraining.FILE
        end = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < end:
            with suppress(OSError):
                if not json.loads(said.read_text())["is_training"]:
                    return
            time.sleep(0.1)

    def _children(self) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def worker_seconds(self) -> float:
        """CPU seconds of all workers so far."""
        return sum(cpu_seconds(pid) for pid in self.workers())

    def new_person(self) -> tuple[int, str]:
        """A number and its token, from `matinee profile new` on the same stores."""
        said = subprocess.run(
            _matinee("profile", "new"), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
        )
        found = re.search(r"number\s+(\d+)\s+token\s+(\S+)", said.stdout)
        assert found, said.stdout
        return int(found[1]), found[2]


@contextmanager
def matinee(data: Path, folder: Path) -> Iterator[Site]:
    """`matinee serve` on the data, with its stores in the folder; stopped at the end whatever happens."""
    environment = plain_environment() | {
        "MATINEE_DATA": str(data.resolve()),
        "MATINEE_PROFILES_URL": f"sqlite://{folder.resolve()}/matinee.sqlite3",
        "MATINEE_BLOBS_URL": f"file://{folder.resolve()}/blobs",
        "MATINEE_SECRET_FILE": f"{folder.resolve()}/secret",
        "MATINEE_TRAFFIC_FOLDER": f"{folder.resolve()}/traffic",
        "MATINEE_RETRAIN_AFTER": "1000000000",
    }
    with _running(_matinee("serve"), environment, folder, "/readyz") as site:
        site.wait_for_the_trainer()
        yield site


@contextmanager
def published(folder: Path, workers: int) -> Iterator[Site]:
    """The site alone, without what trains beside it, on the version in force in folder/blobs."""
    environment = plain_environment() | {
        "MATINEE_PROFILES_URL": f"sqlite://{folder.resolve()}/matinee.sqlite3",
        "MATINEE_BLOBS_URL": f"file://{folder.resolve()}/blobs",
        "MATINEE_SECRET_FILE": f"{folder.resolve()}/secret",
        "MATINEE_TRAFFIC_FOLDER": f"{folder.resolve()}/traffic",
        "MATINEE_WORKERS": str(workers),
    }
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    configuration = str(ROOT / "deploy" / "gunicorn.conf.py")
    with _running([gunicorn, "--config", configuration, "webapp.wsgi:app"], environment, folder, "/readyz") as site:
        yield site


@contextmanager
def hello(folder: Path) -> Iterator[Site]:
    """Flask's hello world under the same configuration of gunicorn."""
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    configuration = str(ROOT / "deploy" / "gunicorn.conf.py")
    with _running([gunicorn, "--config", configuration, "bench.peers.hello:app"], plain_environment(), folder, "/") as site:
        yield site


@contextmanager
def _running(command: list[str], environment: dict[str, str], folder: Path, ready: str) -> Iterator[Site]:
    port = _free_port()
    environment = environment | {"MATINEE_HOST": "127.0.0.1", "MATINEE_PORT": str(port), "PYTHONPATH": str(ROOT)}
    log = folder / f"{Path(command[0]).name}-{port}.log"
    with log.open("wb") as output, subprocess.Popen(command, env=environment, cwd=folder, stdout=output, stderr=output) as process:
        try:
            _wait(process, port, ready, log)
            yield Site(port, process.pid, environment)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(process: subprocess.Popen[bytes], port: int, ready: str, log: Path) -> None:
    from bench.client import Client

    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            with Client(port) as client:
                if client.get(ready).status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text()[-4000:]}")


def _is_trainer(pid: int) -> bool:
    try:
        return b"\0train\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False  # it has just ended


def _matinee(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("matinee")), *arguments]


def _free_port() -> int:
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        return int(any_socket.getsockname()[1])
