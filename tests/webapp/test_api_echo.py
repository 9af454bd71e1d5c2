"""Linking an Echo by the API: for the site's own skill alone, and nothing of it is written down."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from recommender.settings import Settings
from recommender.sign_in import SignedIn, SignIn
from recommender.sign_in.limits import CODES_FROM_AN_ECHO
from tests.webapp.conftest import a_browser
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app

KEY = "the-key-of-the-skill"
ECHO = {"Matinee-Skill-Key": KEY, "Matinee-Echo": "amzn1.ask.account.HERS"}
VOICE = {"Matinee-Echo-Person": "amzn1.ask.person.HIS"}
WAYS = [("GET", ""), ("POST", "/link"), ("DELETE", "/link")]


@pytest.fixture
def recommender() -> Iterator[FakeRecommender]:
    recommender = FakeRecommender(Settings(secret_key="a key for tests alone, not a secret", skill_key=KEY))
    yield recommender
    recommender.close()


@pytest.fixture
def sign_in(recommender: FakeRecommender) -> SignIn:
    return recommender.sign_in("a key for tests alone, not a secret")


@pytest.fixture
def anna(sign_in: SignIn) -> SignedIn:
    return sign_in.sign_up("Anna", "a long and quiet evening", address="203.0.113.7")


def link(client: FlaskClient, code: object, headers: dict[str, str] = ECHO) -> tuple[int, str]:
    """The status and the type of the problem."""
    answer = client.post("/api/v1/echo/link", json={"code": code}, headers=headers)
    return answer.status_code, answer.get_json().get("type", "")


@pytest.mark.parametrize(("method", "path"), WAYS)
@pytest.mark.parametrize("key", [None, "", "wrong", KEY.upper()])
def test_nobody_but_the_skill_is_answered(client: FlaskClient, method: str, path: str, key: str | None) -> None:
    headers = {"Matinee-Echo": ECHO["Matinee-Echo"], **({} if key is None else {"Matinee-Skill-Key": key})}

    answer = client.open(f"/api/v1/echo{path}", method=method, json={"code": "123456"}, headers=headers)

    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Matinee-Skill-Key ")


@pytest.mark.parametrize(("method", "path"), WAYS)
def test_a_site_without_a_key_has_no_skill_to_answer(method: str, path: str) -> None:
    client = a_browser(create_app(FakeRecommender()))

    for key in ({}, {"Matinee-Skill-Key": ""}, {"Matinee-Skill-Key": "anything"}):
        answer = client.open(f"/api/v1/echo{path}", method=method, json={"code": "123456"}, headers={**ECHO, **key})
        assert answer.status_code == 401


def test_an_echo_is_linked_known_and_forgotten(client: FlaskClient, sign_in: SignIn, anna: SignedIn) -> None:
    assert client.get("/api/v1/echo", headers=ECHO).get_json()["type"] == "urn:matinee:not-linked"
    assert link(client, sign_in.new_code(anna.session)) == (200, "")

    known = client.get("/api/v1/echo", headers=ECHO)
    assert known.get_json() == {"user_id": anna.household.owner, "name": "Anna"}
    assert known.headers["Cache-Control"] == "no-store"
    assert client.get("/api/v1/echo", headers=ECHO | VOICE).get_json()["name"] == "Anna"
    assert client.delete("/api/v1/echo/link", headers=ECHO).get_json() == {"was_linked": True}
    assert client.delete("/api/v1/echo/link", headers=ECHO).get_json() == {"was_linked": False}
    assert client.get("/api/v1/echo", headers=ECHO).status_code == 404


def test_a_code_is_good_once_and_guessing_has_an_end(client: FlaskClient, sign_in: SignIn, anna: SignedIn) -> None:
    code = sign_in.new_code(anna.session)
    assert link(client, code)[0] == 200
    for _ in range(CODES_FROM_AN_ECHO.times - 1):
        assert link(client, code) == (404, "urn:matinee:wrong-code")

    refused = client.post("/api/v1/echo/link", json={"code": sign_in.new_code(anna.session)}, headers=ECHO)

    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= CODES_FROM_AN_ECHO.seconds


@pytest.mark.parametrize("code", ["12345", "1234567", "12345x", "", "١٢٣٤٥٦", 123456, None, ["1"]])
def test_what_is_no_code_is_refused_without_a_try(client: FlaskClient, code: object) -> None:
    for _ in range(CODES_FROM_AN_ECHO.times + 1):
        assert link(client, code) == (400, "urn:matinee:secret-input")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"123456", b'{"code": "123456", "more": 1}', b'{"code": "123456", "code": "123456"}', b"\xff"]
)
def test_what_was_sent_for_a_code_is_not_repeated(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/v1/echo/link", data=body, content_type="application/json", headers=ECHO)

    assert answer.status_code == 400
    assert "123456" not in answer.text


def test_whoever_speaks_must_be_named(client: FlaskClient) -> None:
    for headers in ({}, {"Matinee-Echo": ""}, {"Matinee-Echo": "x" * 1001}):
        answer = client.get("/api/v1/echo", headers={"Matinee-Skill-Key": KEY, **headers})
        assert (answer.status_code, answer.get_json()["field"]) == (400, "Matinee-Echo")


def test_the_skill_is_answered_as_whom_the_echo_speaks_for(client: FlaskClient, sign_in: SignIn, anna: SignedIn) -> None:
    link(client, sign_in.new_code(anna.session))
    own = f"/api/v1/users/{anna.household.owner}"

    assert client.get(f"{own}/recommendations", headers=ECHO).status_code == 200
    assert client.put(f"{own}/ratings/1", json={"rating": 4.5}, headers=ECHO).status_code == 200
    assert [film["rating"] for film in client.get(f"{own}/ratings", headers=ECHO).get_json()["items"]] == [4.5]


@pytest.mark.parametrize(
    "headers",
    [
        {"Matinee-Echo": ECHO["Matinee-Echo"]},
        {"Matinee-Echo": ECHO["Matinee-Echo"], "Matinee-Skill-Key": "wrong"},
        {"Matinee-Echo-Person": ECHO["Matinee-Echo"]},
    ],
)
def test_an_id_of_amazons_alone_opens_nothing(client: FlaskClient, sign_in: SignIn, anna: SignedIn, headers: dict[str, str]) -> None:
    """Whoever has seen one cannot be the Echo."""
    link(client, sign_in.new_code(anna.session))
    own = f"/api/v1/users/{anna.household.owner}"

    assert client.get(f"{own}/recommendations", headers=headers).status_code == 401
    assert client.put(f"{own}/ratings/1", json={"rating": 4.5}, headers=headers).status_code == 401
    assert client.get(f"{own}/watchlist", headers=headers).status_code == 401


def test_an_echo_opens_its_own_persons_list_and_no_other(client: FlaskClient, sign_in: SignIn, anna: SignedIn) -> None:
    link(client, sign_in.new_code(anna.session))
    ben = sign_in.add_member(anna.session, "Ben").user_id

    assert client.put(f"/api/v1/users/{ben}/ratings/1", json={"rating": 4.5}, headers=ECHO).status_code == 401
    assert client.get(f"/api/v1/users/{ben}/watchlist", headers=ECHO).status_code == 401


def test_ids_of_amazons_and_codes_are_never_written_down(
    client: FlaskClient, sign_in: SignIn, anna: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    code = sign_in.new_code(anna.session)
    shown = [client.post("/api/v1/echo/link", json={"code": sent}, headers=ECHO | VOICE).text for sent in ("999999", code, code)]
    shown += [client.get("/api/v1/echo", headers=ECHO | VOICE).text, client.delete("/api/v1/echo/link", headers=ECHO | VOICE).text]
    shown += [client.get("/metrics").text, caplog.text]

    for secret in (ECHO["Matinee-Echo"], VOICE["Matinee-Echo-Person"], code, "999999"):
        assert secret not in "".join(shown)
