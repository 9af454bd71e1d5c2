"""The container as SageMaker runs it: `train` and `serve` as processes, on a folder in the place of /opt/ml."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from recommender.cli.sagemaker import sagemaker
from recommender.data.recordio.frames import frames
from recommender.data.recordio.record import decoded
from recommender.sagemaker.machine import load
from tests.recommender.sagemaker.job_folder import NEEDED, TOLD, job_folder

ROOT = Path(__file__).parents[2]
# `docker run IMAGE train` adds its word to what stands here.
ENTRYPOINT = json.loads(re.findall(r"^ENTRYPOINT (\[.*\])$", (ROOT / "deploy/sagemaker/Dockerfile").read_text(), re.MULTILINE)[0])
RECORDIO = "application/x-recordio-protobuf"


def command(*words: object) -> list[str]:
    program, *others = ENTRYPOINT
    return [str(Path(sys.executable).with_name(program)), *others, *map(str, words)]


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), capture_output=True, text=True, check=False, timeout=120)


@contextmanager
def serving(*words: object) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        command("serve", *words, "--host", "127.0.0.1", "--port", port, "--workers", 1), stderr=subprocess.PIPE, text=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{address}/ping", timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                assert time.monotonic() < end, "it did not come up"
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=40)
    assert process.returncode == 0, "SIGTERM must end it in good order"


def asked(address: str, body: bytes, form: str, accept: str = "application/json") -> bytes:
    request = urllib.request.Request(f"{address}/invocations", body, {"Content-Type": form, "Accept": accept})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return bytes(answer.read())


def test_what_the_image_starts_are_commands() -> None:
    assert ENTRYPOINT == ["matinee", "sagemaker"]
    assert {"train", "serve"} <= set(sagemaker.commands)
    copied = shlex.split(" ".join(re.findall(r"^COPY (.*) \S+$", (ROOT / "deploy/sagemaker/Dockerfile").read_text(), re.MULTILINE)))
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_from_the_records_to_the_endpoints_answers(tmp_path: Path) -> None:
    folder = job_folder(tmp_path / "ml")

    trained = run("train", "--folder", folder)

    assert (trained.returncode, trained.stderr) == (0, "")
    accuracy = float(re.findall(r"test binary_classification_accuracy <score>=(\S+)", trained.stdout)[0])
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as pack:
        pack.add(folder / "model", ".")
    held_out = (folder / "input" / "data" / "test" / "test.protobuf").read_bytes()
    with (folder / "input" / "data" / "test" / "test.protobuf").open("rb") as file:
        records = [decoded(frame, "test") for frame in frames(file, "test")]
    with serving("--model", tmp_path / "model.tar.gz") as address:
        by_recordio = json.loads(asked(address, held_out, RECORDIO))["predictions"]
        instances = [
            {"data": {"features": {"keys": list(record.features["values"].keys), "shape": [50], "values": [1.0, 1.0]}}}
            for record in records
        ]
        by_json = json.loads(asked(address, json.dumps({"instances": instances}).encode(), "application/json"))["predictions"]
        pairs = [
            {"user_id": record.features["values"].keys[0] + 1, "movie_id": record.features["values"].keys[1] - 19} for record in records
        ]
        by_ids = json.loads(asked(address, json.dumps({"pairs": pairs}).encode(), "application/json"))["predictions"]
        in_lines = asked(address, "\n".join(map(json.dumps, pairs)).encode(), "application/jsonlines", "application/jsonlines")
        with pytest.raises(urllib.error.HTTPError) as refused:
            asked(address, b"1", "text/csv")

    assert by_recordio == by_json == by_ids == [json.loads(line) for line in in_lines.splitlines()]
    labels = np.array([record.label["values"].values[0] for record in records])
    told = np.array([each["predicted_label"] for each in by_recordio])
    assert float(np.mean(told == labels)) == pytest.approx(accuracy, abs=1e-6)
    assert accuracy > 0.8
    assert (refused.value.code, refused.value.read().startswith(b"Content-Type must be ")) == (415, True)


def test_a_job_that_fails_says_why_where_amazon_looks(tmp_path: Path) -> None:
    folder = job_folder(tmp_path, {**NEEDED, "epochs": "none"})

    failed = run("train", "--folder", folder)

    sentence = "epochs must be a whole number from 1 to 10000, not 'none'."
    assert (failed.returncode, failed.stdout, failed.stderr) == (1, "", f"Error: {sentence}\n")
    assert (folder / "output" / "failure").read_text() == sentence


def test_damaged_records_fail_with_their_place(tmp_path: Path) -> None:
    folder = job_folder(tmp_path)
    path = folder / "input" / "data" / "train" / "train.protobuf"
    path.write_bytes(path.read_bytes()[:-1])

    assert run("train", "--folder", folder).returncode == 1
    told = (folder / "output" / "failure").read_text()
    assert re.match(r"Record 480 of train\.protobuf, at byte [\d,]+, is cut off: \d+ of \d+ bytes are there; ", told)


def test_a_job_that_is_told_to_stop_leaves_a_model_that_serves(tmp_path: Path) -> None:
    folder = job_folder(tmp_path, {**TOLD, "epochs": "10000", "mini_batch_size": "1"})
    process = subprocess.Popen(command("train", "--folder", folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert "completed 1 %" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    said, wrong = process.communicate(timeout=60)

    assert (process.returncode, wrong) == (0, "")
    stopped = re.search(r"^Stopped after (\d+) of 10000 epochs", said, re.MULTILINE)
    assert stopped
    assert load(folder / "model").facts["epochs"] == int(stopped[1]) < 10_000
    assert "test binary_classification_accuracy" in said
    with serving("--folder", folder) as address:
        assert json.loads(asked(address, b'{"pairs": [{"user_id": 1, "movie_id": 2}]}', "application/json"))["predictions"]


def test_nothing_is_served_without_a_model(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()

    refused = run("serve", "--folder", tmp_path)

    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: The model's ")
