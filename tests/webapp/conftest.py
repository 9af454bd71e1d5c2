"""The application over a small recommender, and a client to ask it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app


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
