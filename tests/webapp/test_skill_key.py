"""The key by which the site knows its skill: looked at where it is sent, and never written down."""

from __future__ import annotations

import hmac
import logging

import pytest
from flask.testing import FlaskClient

from recommender.settings import Settings
from tests.webapp.fake_recommender import ADA, ADA_TOKEN, FakeRecommender
from tests.webapp.test_metrics import read
from webapp import create_app

KEY = "the-key-of-the-skill"
LIST = "/api/v1/users/580/recommendations"
PATHS = [LIST, "/api/v1/movies?q=the", "/api/v1/movies/1", "/api/v1/movies/1/similar", "/api/v1/movies/well-liked", "/api/v1/genres"]
WRONG = ["wrong", "", KEY.upper(), KEY[:-1], f"{KEY} {KEY}", "schlüssel".encode().decode("latin-1")]


@pytest.fixture
def recommender() -> FakeRecommender:
    return FakeRecommender(Settings(secret_key="a key for tests alone, not a secret", skill_key=KEY))


def by_skill(client: FlaskClient) -> dict[str, float]:
    return {dict(labels)["route"]: count for labels, count in read(client).get("matinee_skill_requests_total", {}).items()}


@pytest.mark.parametrize("path", PATHS)
def test_the_right_key_changes_no_answer_and_is_counted(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Matinee-Skill-Key": KEY})

    assert (answer.status_code, answer.data) == (200, client.get(path).data)
    assert list(by_skill(client).values()) == [1]


@pytest.mark.parametrize("sent", WRONG)
@pytest.mark.parametrize("path", PATHS)
def test_a_wrong_key_is_refused_in_a_sentence(client: FlaskClient, path: str, sent: str) -> None:
    answer = client.get(path, headers={"Matinee-Skill-Key": sent})

    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.get_json()["detail"] == (
        "This is not the key of this site's skill: `Matinee-Skill-Key` must be what MATINEE_SKILL_KEY says on the site, or be left out."
    )
    assert answer.headers["WWW-Authenticate"].startswith("Matinee-Skill-Key ")
    assert by_skill(client) == {}


def test_a_wrong_key_changes_nothing(client: FlaskClient, recommender: FakeRecommender) -> None:
    headers = {"Authorization": f"Bearer {ADA_TOKEN}", "Matinee-Skill-Key": "wrong"}

    assert client.put(f"/api/v1/users/{ADA}/ratings/1", json={"rating": 4}, headers=headers).status_code == 401
    assert recommender.stars == {}


def test_how_long_it_takes_to_refuse_a_key_tells_nothing_of_the_right_one(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    in_constant_time = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append((a, b)) or in_constant_time(a, b))  # type: ignore[func-returns-value]

    client.get(LIST, headers={"Matinee-Skill-Key": "wrong"})

    assert compared == [(b"wrong", KEY.encode())]


def test_where_the_site_has_no_key_the_header_means_nothing() -> None:
    client = create_app(FakeRecommender()).test_client()

    assert client.get(LIST, headers={"Matinee-Skill-Key": "anything"}).status_code == 200
    assert by_skill(client) == {}


def test_pages_and_health_do_not_look_at_it(client: FlaskClient) -> None:
    for path in ("/", "/healthz", "/api/docs"):
        assert client.get(path, headers={"Matinee-Skill-Key": "wrong"}).status_code == 200


def test_the_key_is_never_written_down(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for sent in (KEY, "a-wrong-key"):
        answer = client.get(LIST, headers={"Matinee-Skill-Key": sent})
        assert sent not in caplog.text + answer.text + client.get("/metrics").text
