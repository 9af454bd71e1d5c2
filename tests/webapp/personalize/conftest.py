"""Amazon's interface over a site with an empty store: in process, and over HTTP for boto3's own clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from recommender.access_keys import open_access_keys
from recommender.settings import Settings
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app

SECRET = "a secret of this test, long enough to be one"
JSON_1_1 = "application/x-amz-json-1.1"
Call = Callable[..., TestResponse]


def said(answer: TestResponse) -> Any:
    """What the answer says: Amazon's own kind of JSON, which no other program takes for JSON."""
    return json.loads(answer.data)


@pytest.fixture
def recommender(tmp_path: Path) -> Iterator[FakeRecommender]:
    """Over an empty store, where programs of this machine need not sign."""
    recommender = FakeRecommender()
    recommender.settings = Settings(
        blobs_url=f"file://{tmp_path}/blobs", secret_key=SECRET, cache_folder=f"{tmp_path}/cache", personalize_unsigned=True
    )
    yield recommender
    recommender.close()


@pytest.fixture
def app(recommender: FakeRecommender) -> Flask:
    return create_app(recommender)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A program: no browser's headers."""
    return app.test_client()


@pytest.fixture
def call(client: FlaskClient) -> Call:
    """Ask for an operation by name; a body may be given as bytes."""

    def ask(operation: str, body: Any = None, **options: Any) -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        headers = {"X-Amz-Target": f"AmazonPersonalize.{operation}", "Content-Type": JSON_1_1} | options.pop("headers", {})
        return client.post("/personalize/", data=data, headers=headers, **options)

    return ask


@pytest.fixture
def key(recommender: FakeRecommender) -> tuple[str, str]:
    """An access key, and its secret."""
    made, secret = open_access_keys(recommender.settings, SECRET).add()
    return made.access_key_id, secret


@pytest.fixture
def address(recommender: FakeRecommender) -> Iterator[str]:
    """Of a site where everybody has to sign, on a free port of this machine."""
    recommender.settings = replace(recommender.settings, personalize_unsigned=False)
    app = create_app(recommender)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def personalize(address: str, key: tuple[str, str]) -> Any:
    """boto3's own client, told another endpoint and nothing else."""
    keys = {"aws_access_key_id": key[0], "aws_secret_access_key": key[1]}
    return boto3.client(
        "personalize",
        region_name="us-east-1",
        endpoint_url=f"{address}/personalize",
        config=Config(retries={"total_max_attempts": 1}),
        **keys,
    )
