"""A standalone cluster of Apache Spark on loopback: a master, two workers of one core each, and how their executors are killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.aws.stand_in import free_port, running
from recommender.spark_session import LEAST_JAVA, java_version

ROOT = Path(__file__).parents[1]
VENV = ROOT / ".spark-venv"
MATINEE = VENV / "bin" / "matinee"
N_WORKERS = 2
# Java starts in half the time when it does not prepare for a long life.
SHORT_LIVED = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC", "SPARK_LOCAL_IP": "127.0.0.1"}


def what_is_missing() -> str | None:
    """Why Spark cannot run here and what to do about it; None when it can."""
    if not MATINEE.exists():
        return "no Spark in .spark-venv; run `make spark-tools`"
    version = java_version()
    if version is None or version < LEAST_JAVA:
        return f"no Java {LEAST_JAVA} on this machine, which Spark runs on; apt-get install openjdk-17-jre-headless"
    return None


@dataclass(frozen=True, slots=True)
class Standalone:
    """master: its URL. workers: the processes that start executors."""

    master: str
    workers: tuple[int, ...]

    def executors(self) -> list[int]:
        """Those that are running and have been given work: each has started Python for it."""
        found = [child for worker in self.workers for child in _children(worker)]
        return [executor for executor in found if _children(executor)]

    def kill_an_executor(self) -> int | None:
        """By kill -9, with its Python; its number, or None where none is at work."""
        for executor in self.executors():
            for process in [executor, *_descendants(executor)]:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            return executor
        return None


@contextmanager
def standalone(folder: Path) -> Iterator[Standalone]:
    """A master and N_WORKERS workers, ended with the context. folder: for what they write and print."""
    port, page = free_port(), free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "SPARK_WORKER_DIR": str(folder / "work"),
        **{name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ},
        **SHORT_LIVED,
    }
    spark_class = str(next(VENV.glob("lib/python3*/site-packages/pyspark/bin/spark-class")))
    master = [spark_class, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page)]
    url = f"spark://127.0.0.1:{port}"
    worker = [spark_class, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g"]
    with ExitStack() as stack:
        stack.enter_context(running(master, environment, folder / "master.log", is_up=lambda: _listens(port)))
        pids = []
        for number in range(1, N_WORKERS + 1):
            command = [*worker, "--webui-port", str(free_port()), url]
            printed = folder / f"worker-{number}.log"
            up = stack.enter_context(running(command, environment, printed, is_up=lambda n=number: _alive(page) >= n))  # type: ignore[misc]
            pids.append(up.pid)
        yield Standalone(url, tuple(pids))


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


def _alive(page: int) -> int:
    """How many workers the master knows."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
            return int(json.load(answer)["aliveworkers"])
    except (OSError, ValueError):
        return 0


def _children(process: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for task in Path(f"/proc/{process}/task").iterdir() for child in (task / "children").read_text().split()]
    return []


def _descendants(process: int) -> list[int]:
    return [each for child in _children(process) for each in (child, *_descendants(child))]
