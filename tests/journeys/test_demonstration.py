"""`make run-aws`: data into the bucket, training from it, lists into the table, the page of an item, and a rating that moves it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.aws.stand_in import free_port

ROOT = Path(__file__).parents[2]
ENDS_WITHIN = 150  # seconds; alone on a machine it takes fifteen


def demonstrated(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.aws.demonstration", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MATINEE_DOWNLOAD_URL": "", **environment},
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
    )


def test_the_asked_for_shape_is_shown_on_stand_ins_and_no_account_is_touched(ministack_url: str, tmp_path: Path) -> None:
    port = free_port()

    # What a developer of something else has set: none of it may be followed.
    shown = demonstrated(
        tmp_path, "--once", "--port", str(port), AWS_PROFILE="production", AWS_ENDPOINT_URL_S3="http://127.0.0.1:9", AWS_REGION="eu-west-1"
    )

    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert shown.stdout.startswith("A DEMONSTRATION")
    assert "made   the table movie-accounts\nmade   the bucket films" in shown.stdout
    assert re.search(r" 37,111 rows  [0-9a-f]{64}  s3://films/data/the built-in sample/ratings\.csv", shown.stdout)
    assert "37,110 ratings, 610 lists" in shown.stderr
    assert re.search(r"GET /result/\?user=580&amount=10   200", shown.stdout)
    assert "5. The item that the page shows: its 10 films are these, in this order" in shown.stdout
    assert '"userID": 580,\n  "rev": 0,' in shown.stdout
    assert "Echo:  I would like to recommend you the following movies. The first one is " in shown.stdout
    assert '"userID": 1000001,\n  "rev": 1,' in shown.stdout
    assert list(tmp_path.iterdir()) == []
    with socket.create_server(("127.0.0.1", port)):
        pass  # nobody listens there any more


def test_a_port_that_is_taken_is_said_before_anything_begins(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        shown = demonstrated(tmp_path, "--port", str(port))

    assert (shown.returncode, shown.stdout) == (1, "")
    assert f"The site cannot listen on 127.0.0.1, port {port}: address already in use" in shown.stderr


@pytest.mark.parametrize(
    ("data", "said"), [("s3://films/data", "no bucket is reached from here"), ("nowhere", "There is nothing at nowhere")]
)
def test_data_that_cannot_be_put_are_said(data: str, said: str, tmp_path: Path) -> None:
    port = free_port()

    shown = demonstrated(tmp_path, "--port", str(port), MATINEE_DATA=data)

    assert shown.returncode == 1
    assert said in shown.stderr
