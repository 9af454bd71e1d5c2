"""gunicorn on host and port, and the new code that a reload (SIGHUP) brings."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from deploy.aws.stand_in import free_port
from tests.deploy.machine import REPOSITORY, UP_WITHIN


@pytest.mark.parametrize("changed", ["recommender/errors.py", "webapp/error_handlers.py"])
def test_a_reload_brings_new_code_also_where_the_server_itself_has_read_the_old(tmp_path: Path, changed: str) -> None:
    """Without a model /readyz says so: in the words of errors.py, under the title of error_handlers.py."""
    for room in ("recommender", "webapp", "deploy"):
        shutil.copytree(REPOSITORY / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    port = free_port()
    server = subprocess.Popen(
        [Path(sys.executable).with_name("gunicorn"), "--config", "deploy/gunicorn.conf.py", "webapp.wsgi:app"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1", "MATINEE_PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert until(port, lambda said: "No trained model" in said["detail"])["title"] == "Not ready"

        file = tmp_path / changed
        file.write_text(file.read_text().replace("No trained model", "NEW WORDS").replace('"Not ready"', '"NEW WORDS"'))
        server.send_signal(signal.SIGHUP)

        until(port, lambda said: "NEW WORDS" in said["detail"] + said["title"])
    finally:
        server.terminate()
        server.wait(30)


def until(port: int, is_so) -> dict[str, str]:
    """What /readyz says, once it is so."""
    end, said = time.monotonic() + UP_WITHIN, {}
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10).close()
        except urllib.error.HTTPError as refused:
            with refused:
                said = json.loads(refused.read())
            if is_so(said):
                return said
        except OSError:  # nobody listens yet
            pass
        time.sleep(0.1)
    raise AssertionError(f"it still says {said}")
