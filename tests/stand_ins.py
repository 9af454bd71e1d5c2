"""What stands in for Amazon's S3 and DynamoDB on this machine: moto, ministack and dynalite, each on a free port of 127.0.0.1 while wanted.

moto answers most questions, but is not atomic: what races proves nothing on it. ministack is atomic and knows transactions and conditional
writes to S3; dynalite is DynamoDB alone, strict, and a second opinion on races.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
MINISTACK = ROOT / ".stand-ins-venv" / "bin" / "ministack"
DYNALITE = ROOT / "node_modules" / ".bin" / "dynalite"
ANSWERS_WITHIN = 60  # seconds; alone on a machine it takes one
POLL = 0.05  # seconds
STOPS_WITHIN = 5  # seconds


class StandInError(Exception):
    """A stand-in did not start; the text holds what it printed."""


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


def environment_for(endpoint_url: str) -> dict[str, str]:
    """What sends boto3 to a stand-in and to nobody else, whatever this machine knows of real accounts."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


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
def ministack(folder: Path) -> Iterator[str]:
    """S3 and DynamoDB in memory, empty; the URL. folder: where it writes what it prints and what it believes to be temporary."""
    port = _free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "BIND_HOST": "127.0.0.1",  # it would listen on every interface
        "GATEWAY_PORT": str(port),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
    with _running([str(MINISTACK)], environment, port, folder / "ministack.log") as url:
        yield url


@contextmanager
def dynalite(files: Path | None = None) -> Iterator[str]:
    """DynamoDB alone, empty and in memory, or with what is in the folder and kept there; the URL."""
    port = _free_port()
    # A table is there at once, as with the others, instead of half a second later.
    at_once = [f"--{step}TableMs=0" for step in ("create", "update", "delete")]
    with TemporaryDirectory() as folder:
        command = [str(DYNALITE), "--host", "127.0.0.1", "--port", str(port), *at_once, *(["--path", str(files)] if files else [])]
        with _running(command, {"PATH": os.environ["PATH"]}, port, Path(folder) / "dynalite.log") as url:
            yield url


@contextmanager
def _running(command: list[str], environment: dict[str, str], port: int, printed: Path) -> Iterator[str]:
    # A session of its own, so that Ctrl-C ends the tests first; where Linux can, it dies with whoever started it, even by kill -9.
    dies_with_us = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    with printed.open("wb") as log:
        server = subprocess.Popen(
            [*dies_with_us, *command],
            cwd=printed.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(url, server, printed)
        yield url
    finally:
        _stop(server)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_until_it_answers(url: str, server: subprocess.Popen[bytes], printed: Path) -> None:
    name = printed.stem
    deadline = time.monotonic() + ANSWERS_WITHIN
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise StandInError(f"{name} ended with {server.returncode}; it printed:\n{_last_lines(printed)}")
        try:
            with urllib.request.urlopen(url, timeout=STOPS_WITHIN):
                return
        except urllib.error.HTTPError as refusal:  # an answer all the same
            refusal.close()
            return
        except OSError:  # nobody listens yet
            time.sleep(POLL)
    raise StandInError(f"{name} did not answer within {ANSWERS_WITHIN} seconds; it printed:\n{_last_lines(printed)}")


def _last_lines(printed: Path) -> str:
    return "\n".join(printed.read_text(errors="replace").splitlines()[-20:])


def _stop(server: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, how)
        except ProcessLookupError:
            break
        try:
            server.wait(STOPS_WITHIN)
            break
        except subprocess.TimeoutExpired:
            continue
    server.wait()
