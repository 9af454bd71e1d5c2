"""What stands in for Amazon's S3 and DynamoDB on this machine: moto, ministack and dynalite, each on a free port of 127.0.0.1 while wanted.

moto answers most questions, but is not atomic: what races proves nothing on it. ministack is atomic and knows transactions and conditional
writes to S3; dynalite is DynamoDB alone, strict, and a second opinion on races.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.aws.stand_in import MINISTACK, StandInError, answers, environment_for, free_port, ministack, running

__all__ = ["StandInError", "dynalite", "environment_for", "ministack", "moto", "what_is_missing"]

ROOT = Path(__file__).parents[1]
DYNALITE = ROOT / "node_modules" / ".bin" / "dynalite"


def what_is_missing(name: str) -> str | None:
    """Why the stand-in of this name cannot run here and what to do about it; None when it can."""
    match name:
        case "ministack" if not MINISTACK.exists():
            return "no ministack in .stand-ins-venv; run `make stand-ins`"
        case "dynalite" if not DYNALITE.exists():
            return "no dynalite in node_modules; run `make browser-tools`"
        case "dynalite" if not shutil.which("node"):
            return "no Node.js on this machine, which dynalite runs on"
    return None


@contextmanager
def moto() -> Iterator[str]:
    """S3 and DynamoDB in a thread of this process, empty; the URL."""
    from moto.server import ThreadedMotoServer  # a second to import, which most tests need not spend

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


@contextmanager
def dynalite(files: Path | None = None) -> Iterator[str]:
    """DynamoDB alone, empty and in memory, or with what is in the folder and kept there; the URL."""
    port = free_port()
    # A table is there at once, as with the others, instead of half a second later.
    at_once = [f"--{step}TableMs=0" for step in ("create", "update", "delete")]
    with TemporaryDirectory() as folder:
        command = [str(DYNALITE), "--host", "127.0.0.1", "--port", str(port), *at_once, *(["--path", str(files)] if files else [])]
        url = f"http://127.0.0.1:{port}"
        with running(command, {"PATH": os.environ["PATH"]}, Path(folder) / "dynalite.log", is_up=lambda: answers(url)):
            yield url
