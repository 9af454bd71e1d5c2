"""The application with a skill, which believes the authorities of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from recommender.settings import Settings
from recommender.sign_in import SignIn
from tests.webapp.alexa.authorities import NOW, good_chain, root
from tests.webapp.alexa.requests import SKILL_ID
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app
from webapp.alexa.skill import ServedSkill
from webapp.alexa.verification import Verifier

SITE = "https://films.example.com"


@pytest.fixture
def recommender() -> Iterator[FakeRecommender]:
    recommender = FakeRecommender(Settings(secret_key="a key for tests alone, not a secret", skill_id=SKILL_ID, site_url=SITE))
    yield recommender
    recommender.close()


@pytest.fixture
def sign_in(recommender: FakeRecommender) -> SignIn:
    return recommender.sign_in("a key for tests alone, not a secret")


@pytest.fixture
def app(recommender: FakeRecommender) -> Flask:
    app = create_app(recommender)
    checks = Verifier(SKILL_ID, roots=[root()], fetch=lambda address: good_chain(), now=NOW.timestamp)
    app.extensions["alexa"] = ServedSkill(recommender, app.extensions["sign_in"], checks)
    return app
