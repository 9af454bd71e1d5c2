"""The stand-ins for Amazon's services answer, listen to this machine alone, are told of where they are missing, and end with the tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from tests import stand_ins

ROOT = Path(__file__).parents[1]


@pytest.fixture(params=["moto", "ministack", "dynalite"])
def url(request: pytest.FixtureRequest, amazon_environment: Callable[[str], None]) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    amazon_environment(url)
    return url


def test_dynamodb_keeps_an_item(url: str) -> None:
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="kept",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "userID", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "userID", "KeyType": "HASH"}],
    )
    dynamodb.get_waiter("table_exists").wait(TableName="kept", WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    item = {"userID": {"N": "7"}, "rev": {"N": "1"}}

    dynamodb.put_item(TableName="kept", Item=item)

    assert dynamodb.get_item(TableName="kept", Key={"userID": {"N": "7"}}, ConsistentRead=True)["Item"] == item


@pytest.mark.parametrize("name", ["moto", "ministack"])
def test_s3_keeps_an_object(name: str, request: pytest.FixtureRequest, amazon_environment: Callable[[str], None]) -> None:
    amazon_environment(request.getfixturevalue(f"{name}_url"))
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="kept")

    s3.put_object(Bucket="kept", Key="models/current.json", Body=b"{}")

    assert s3.get_object(Bucket="kept", Key="models/current.json")["Body"].read() == b"{}"


def test_a_stand_in_listens_to_this_machine_alone(url: str) -> None:
    port = int(url.rpartition(":")[2])

    # All of 127.0.0.0/8 is this machine; who listens on every interface answers at 127.0.0.2 as well.
    with socket.socket() as elsewhere:
        elsewhere.bind(("127.0.0.2", port))


@pytest.mark.parametrize(
    ("stand_in", "program", "told"),
    [
        ("ministack", "MINISTACK", "no ministack in .stand-ins-venv; run `make stand-ins`"),
        ("dynalite", "DYNALITE", "no dynalite in node_modules; run `make browser-tools`"),
    ],
)
def test_a_stand_in_that_is_not_installed_is_told_of(stand_in: str, program: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stand_ins, program, Path("/nowhere"))

    assert stand_ins.what_is_missing(stand_in) == told


def test_a_stand_in_that_cannot_start_says_what_it_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "ministack"
    broken.write_text("#!/bin/sh\necho no such service\nexit 3\n")
    broken.chmod(0o700)
    monkeypatch.setattr("deploy.aws.stand_in.MINISTACK", broken)

    with (
        pytest.raises(stand_ins.StandInError, match=r"^ministack ended with 3; it printed:\nno such service$"),
        stand_ins.ministack(tmp_path),
    ):
        pass


@pytest.mark.parametrize("name", ["ministack", "dynalite"])
def test_a_stand_in_dies_with_whoever_started_it(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    request.getfixturevalue(f"{name}_url")  # skips where it is not installed
    start = {"ministack": "ministack(Path(sys.argv[1]))", "dynalite": "dynalite()"}[name]
    program = f"""
import sys, time
from pathlib import Path
from tests import stand_ins
with stand_ins.{start} as url:
    print(url, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        port = int(starter.stdout.readline().rpartition(":")[2])
        os.kill(starter.pid, signal.SIGKILL)

    deadline = time.monotonic() + 10
    while _listens(port) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not _listens(port)


def _listens(port: int) -> bool:
    with socket.socket() as to:
        return to.connect_ex(("127.0.0.1", port)) == 0
