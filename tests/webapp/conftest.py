"""The application over a small recommender, and a client to ask it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app


@pytest.fixture
def recommender() -> FakeRecommender:
    return FakeRecommender()


@pytest.fixture
def app(recommender: FakeRecommender) -> Flask:
    return create_app(recommender)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
