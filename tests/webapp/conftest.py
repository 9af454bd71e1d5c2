"""The application over a small recommender, and a client to ask it."""

from collections.abc import Iterator
from types import CodeType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app


class _Compiled(BytecodeCache):
    """Templates as they were compiled for another application, while their source is the same: for each page that is half of a test."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", _Compiled())
        yield


@pytest.fixture
def recommender() -> Iterator[FakeRecommender]:
    recommender = FakeRecommender()
    yield recommender
    recommender.close()


@pytest.fixture
def app(recommender: FakeRecommender) -> Flask:
    return create_app(recommender)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return a_browser(app)


def a_browser(app: Flask) -> FlaskClient:
    """One on the site: like all of them it says where a form was sent from."""
    client = app.test_client()
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return client
