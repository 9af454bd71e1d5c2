"""The real site for tests in a browser: `matinee serve` on a free port of this machine, with a var folder of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.aws.stand_in import free_port
from recommender.settings import variable

MATINEE = Path(sys.executable).with_name("matinee")
READY_WITHIN = 120  # seconds, with data to read and a first model to train
POLL = 0.1  # seconds
STOPS_WITHIN = 20  # seconds


class SiteError(Exception):
    """The site did not start; the text holds what it printed."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site that answers. address: without a slash at the end. environment: what `matinee` needs to work on the same store.

    pid: of the web server, whose children are the workers and what trains beside them.
    """

    address: str
    environment: dict[str, str]
    pid: int

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page, as a browser that runs nothing would get it."""
        request = urllib.request.Request(self.address + path, headers={"Accept": "text/html"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()

    def matinee(self, *arguments: str) -> str:
        """What `matinee …` prints, on the same store."""
        return self.matinee_in(None, *arguments)

    def matinee_in(self, folder: Path | None, *arguments: str) -> str:
        """The same in a folder, for a site whose settings name places below the one that it was started in."""
        done = subprocess.run(
            [MATINEE, *arguments],
            cwd=folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=READY_WITHIN,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"matinee {' '.join(arguments)}: {done.stderr}"
        return done.stdout


@contextmanager
def running_site(var: Path, data: Path | None, *, cloud: Mapping[str, str] | None = None, **settings: str) -> Iterator[Site]:
    """Start the site, wait until it is ready, and stop it at the end.

    data: None for the built-in sample. cloud: what leads to a stand-in for Amazon, in the environment. settings: more, by name.
    """
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(var),
        "LANG": "C.UTF-8",
        "MATINEE_DATA": str(data or ""),
        "MATINEE_DOWNLOAD_URL": "",
        "MATINEE_PROFILES_URL": f"sqlite://{var / 'matinee.sqlite3'}",
        "MATINEE_BLOBS_URL": f"file://{var / 'blobs'}",
        "MATINEE_SECRET_FILE": str(var / "secret"),
        "MATINEE_OPERATOR_FILE": str(var / "operator"),
        "MATINEE_TRAFFIC_FOLDER": str(var / "traffic"),
        **{variable(name): value for name, value in settings.items()},
        **(cloud or {}),
    }
    printed = var / "serve.log"
    with printed.open("wb") as log:
        # A session of its own, so that the end reaches the web workers and a first training as well.
        server = subprocess.Popen(
            [MATINEE, "serve", "--host", "127.0.0.1", "--port", str(port)],
            cwd=var,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    site = Site(f"http://127.0.0.1:{port}", environment, server.pid)
    try:
        _wait_until_ready(site, server, printed)
        yield site
    finally:
        _stop(server)


def _wait_until_ready(site: Site, server: subprocess.Popen[bytes], printed: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SiteError(f"matinee serve ended with {server.returncode}; it printed:\n{_last_lines(printed)}")
        try:
            if site.get("/readyz")[0] == 200:
                return
        except OSError:  # nobody listens yet
            pass
        time.sleep(POLL)
    raise SiteError(f"matinee serve was not ready after {READY_WITHIN} seconds; it printed:\n{_last_lines(printed)}")


def _last_lines(printed: Path) -> str:
    text = printed.read_text(errors="replace").replace("\r", "\n")
    return "\n".join(re.sub(r"\n+", "\n", text).splitlines()[-20:])


def _stop(server: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, how)
        except ProcessLookupError:
            break
        try:
            server.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            continue
    server.wait()
