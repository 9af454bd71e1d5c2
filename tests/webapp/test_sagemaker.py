"""The endpoint of a SageMaker model, by its HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from recommender.errors import ModelError
from recommender.sagemaker.machine import Machine, save
from webapp.sagemaker import create_endpoint

RECORDIO = "application/x-recordio-protobuf"
ASKED = json.dumps({"instances": [{"data": {"features": {"keys": [0, 3], "shape": [5], "values": [1, 1]}}}]})
TOLD = {"predictions": [{"score": 0.5, "predicted_label": 1.0}]}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    save(Machine(np.zeros(1), np.zeros(5), np.zeros((5, 2), np.float32), is_classifier=True), tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def client(model: Path) -> FlaskClient:
    return create_endpoint(str(model)).test_client()


def test_it_is_there_and_tells_how_it_may_be_asked_in_a_batch(client: FlaskClient) -> None:
    assert (client.get("/ping").status_code, client.get("/ping").data) == (200, b"")
    told = client.get("/execution-parameters").get_json()
    assert (told["BatchStrategy"], told["MaxPayloadInMB"]) == ("MULTI_RECORD", 6)
    assert told["MaxConcurrentTransforms"] >= 1


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/jsonlines", "application/jsonlines"),
        (RECORDIO, RECORDIO),
        ("text/html, application/jsonlines;q=0.5, application/json;q=0.1", "application/jsonlines"),
    ],
)
def test_the_answer_is_in_the_form_that_was_wished_for(client: FlaskClient, accept: str | None, form: str) -> None:
    headers = {"Accept": accept} if accept else {}

    answered = client.post("/invocations", data=ASKED, content_type="application/json", headers=headers)

    assert answered.status_code == 200
    assert answered.mimetype == form
    if form == "application/json":
        assert answered.get_json() == TOLD


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}])
def test_lines_are_answered_in_lines_where_nothing_is_wished_for(client: FlaskClient, headers: dict[str, str]) -> None:
    lines = '{"features": [1, 0, 0, 1, 0]}\n' * 2

    answered = client.post("/invocations", data=lines, content_type="application/jsonlines; charset=utf-8", headers=headers)

    assert answered.data == b'{"score": 0.5, "predicted_label": 1.0}\n' * 2


def test_a_body_without_a_content_type_is_json(client: FlaskClient) -> None:
    assert client.post("/invocations", data=ASKED).get_json() == TOLD


@pytest.mark.parametrize(
    ("body", "headers", "status", "sentence"),
    [
        (
            "1,2", {"Content-Type": "text/csv"}, 415,
            f"Content-Type must be application/json, application/jsonlines or {RECORDIO}, not 'text/csv'.\n",
        ),
        (
            ASKED, {"Content-Type": "application/json", "Accept": "text/html"}, 406,
            f"Accept must be application/json, application/jsonlines or {RECORDIO}, not 'text/html'.\n",
        ),
        ("{", {"Content-Type": "application/json"}, 400, "The body must be JSON, not '{'.\n"),
        (b"x" * ((6 << 20) + 1), {"Content-Type": RECORDIO}, 413, "The body must have at most 6 MiB; send fewer instances at once.\n"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_gets_a_sentence(
    client: FlaskClient, body: str | bytes, headers: dict[str, str], status: int, sentence: str
) -> None:
    answered = client.post("/invocations", data=body, headers=headers)

    assert (answered.status_code, answered.mimetype, answered.text) == (status, "text/plain", sentence)


def test_a_batch_transform_names_its_own_limit(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAGEMAKER_MAX_PAYLOAD_IN_MB", "1")

    answered = create_endpoint(str(model)).test_client().post("/invocations", data=b"x" * ((1 << 20) + 1), content_type=RECORDIO)

    assert answered.text == "The body must have at most 1 MiB; send fewer instances at once.\n"


def test_a_worker_brings_nothing_that_only_training_needs() -> None:
    heavy = ("scipy", "pandas", "boto3", "botocore", "torch")
    brought = f"import sys, webapp.sagemaker; print([name for name in {heavy} if name in sys.modules])"

    assert subprocess.run([sys.executable, "-c", brought], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_nothing_else_is_there(client: FlaskClient) -> None:
    assert client.get("/").status_code == 404
    assert client.get("/invocations").status_code == 405


def test_a_model_that_is_none_is_told_before_anything_is_served(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        create_endpoint(str(tmp_path))
