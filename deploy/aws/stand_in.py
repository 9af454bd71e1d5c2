"""ministack, which stands in for S3 and DynamoDB on this machine, and how a server is run for a while and certainly ended.

It is atomic and knows transactions and conditional writes to S3; it lives in an environment of its own, `.stand-ins-venv`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

MINISTACK = Path(__file__).parents[2] / ".stand-ins-venv" / "bin" / "ministack"
ANSWERS_WITHIN = 60  # seconds; alone on a machine it takes one
POLL = 0.05  # seconds
FIRST_PORT, BEHIND_LAST_PORT = 20_000, 32_768  # connections are given higher ones, by Linux and by macOS
STOPS_WITHIN = 5.0  # seconds


class StandInError(Exception):
    """A server did not start; the text holds what it printed."""


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
def ministack(folder: Path) -> Iterator[str]:
    """S3 and DynamoDB in memory, empty; the URL. folder: where it writes what it prints and what it believes to be temporary."""
    port = free_port()
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
    url = f"http://127.0.0.1:{port}"
    with running([str(MINISTACK)], environment, folder / "ministack.log", is_up=lambda: answers(url)):
        yield url


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], printed: Path, *, is_up: Callable[[], bool], stops_within: float = STOPS_WITHIN
) -> Iterator[subprocess.Popen[bytes]]:
    """A server, once it is up; ended with the context. printed: the file of what it prints, in the folder it runs in.

    A session of its own, so that Ctrl-C comes to us first; where Linux can, it dies with whoever started it, even by kill -9.
    StandInError when it ends, or is not up within ANSWERS_WITHIN.
    """
    dies_with_us = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    with printed.open("wb") as log:
        server = subprocess.Popen(  # noqa: S603  programs of ours and of the environments beside
            [*dies_with_us, *command],
            cwd=printed.parent,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until(is_up, server, printed)
        yield server
    finally:
        _stop(server, stops_within)


def answers(url: str) -> bool:
    """Whether anything is answered at the URL, a refusal too."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  a server of this machine
            return True
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return True
    except OSError:  # nobody listens yet
        return False


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listened a moment ago, and none of those that connections are given until a server takes it."""
    while True:
        port = FIRST_PORT + secrets.randbelow(BEHIND_LAST_PORT - FIRST_PORT)  # by chance, so that two who ask at once get two
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def last_lines(printed: Path) -> str:
    """The end of what a server has printed."""
    return "\n".join(printed.read_text(errors="replace").splitlines()[-20:])


def _wait_until(is_up: Callable[[], bool], server: subprocess.Popen[bytes], printed: Path) -> None:
    deadline = time.monotonic() + ANSWERS_WITHIN
    while not is_up():
        if server.poll() is not None:
            raise StandInError(f"{printed.stem} ended with {server.returncode}; it printed:\n{last_lines(printed)}")
        if time.monotonic() > deadline:
            raise StandInError(f"{printed.stem} did not answer within {ANSWERS_WITHIN} seconds; it printed:\n{last_lines(printed)}")
        time.sleep(POLL)


def _stop(server: subprocess.Popen[bytes], within: float) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, how)
        with suppress(subprocess.TimeoutExpired):
            server.wait(within)
            return
