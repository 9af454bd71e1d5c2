"""The application over a small recommender, and a client to ask it."""

from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

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


@pytest.fixture(scope="session", autouse=True)
def _addresses_are_made_out_when_they_are_asked_for() -> Iterator[None]:
    """How a rule's address is built is compiled at its first use: for all rules of an application that is half of the making of one."""
    compiled = Rule._compile_builder

    def at_first_use(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        made: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(compiled(rule, append_unknown))
            return made[0](rule, **values)

        return build

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", at_first_use)
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
