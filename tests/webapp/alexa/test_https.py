"""POST /alexa: what Alexa gets, and what everybody else gets."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from deploy.aws.stand_in import free_port
from recommender.errors import NoModelError, StorageError
from tests.webapp.alexa.authorities import good_chain, pem, root, signature
from tests.webapp.alexa.requests import SKILL_ID, USER, body, envelope, signed, submit
from tests.webapp.alexa.test_verification import BAD_ADDRESSES, BAD_BODIES, BAD_CHAINS, BAD_SIGNATURES, BAD_TIMES, Amazon
from tests.webapp.fake_recommender import ADA, FakeRecommender
from tests.webapp.test_metrics import read
from webapp import LARGEST_BODY, create_app
from webapp.alexa.skill import ServedSkill
from webapp.alexa.verification import CHAIN_ADDRESS, SIGNATURE, Verifier


def ask(client: FlaskClient, request: Any) -> TestResponse:
    sent = body(request)
    return client.post("/alexa", data=sent, headers=signed(sent))


def speech(answer: TestResponse) -> str:
    return str(answer.get_json()["response"]["outputSpeech"]["ssml"])


def outcomes(client: FlaskClient) -> dict[str, float]:
    return {dict(labels)["outcome"]: count for labels, count in read(client).get("matinee_alexa_requests_total", {}).items()}


def refused(answer: TestResponse, what: str = "it") -> str:
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), f"{what}: {answer.text}"
    problem = answer.get_json()
    assert problem["type"] == "urn:matinee:unverified", what
    assert problem["detail"].endswith("."), what
    return str(problem["detail"])


def sent_as(headers: dict[str, str]) -> dict[str, str]:
    """Headers that can travel at all: a line break cannot, and letters travel as bytes."""
    return {name: value.replace("\n", "").encode().decode("latin-1") for name, value in headers.items() if value}


# ---- what Alexa gets


def test_the_dialogue_of_the_skill_is_held_over_https(client: FlaskClient) -> None:
    opened = ask(client, envelope())
    assert opened.status_code == 200
    assert opened.headers["Content-Type"] == "application/json"
    assert opened.headers["Cache-Control"] == "no-store"
    assert "Welcome to the movie recommendation system" in speech(opened)
    assert opened.get_json()["response"]["shouldEndSession"] is False

    listed = ask(client, submit("5", "3", attributes=opened.get_json()["sessionAttributes"]))
    on_the_site = client.get("/api/v1/users/5/recommendations?n=3").get_json()["items"]
    assert [line["title"] for line in on_the_site] == [
        title for title in (line["title"] for line in on_the_site) if title in speech(listed)
    ]

    assert "can't find your record" in speech(ask(client, submit("9999", "3")))
    ended = ask(client, envelope("IntentRequest", intent={"name": "AMAZON.StopIntent"}))
    assert ended.get_json()["response"]["shouldEndSession"] is True


def test_a_private_list_is_none_for_whoever_only_says_its_number(client: FlaskClient) -> None:
    assert speech(ask(client, submit(str(ADA), "3"))) == speech(ask(client, submit("9999", "3")))


def test_the_end_of_a_session_is_answered_with_nothing(client: FlaskClient) -> None:
    answer = ask(client, envelope("SessionEndedRequest", reason="USER_INITIATED"))

    assert (answer.status_code, answer.get_json()) == (200, {"version": "1.0", "response": {}})


@pytest.mark.parametrize("fault", [StorageError("the store is gone"), NoModelError("file:var/blobs"), ZeroDivisionError("a surprise")])
def test_a_site_in_trouble_answers_with_words(client: FlaskClient, recommender: FakeRecommender, fault: Exception) -> None:
    recommender.fault = fault

    answer = ask(client, submit("5", "3"))

    assert answer.status_code == 200
    assert "orry" in speech(answer)


def test_what_cannot_be_written_in_utf8_is_answered_too(client: FlaskClient) -> None:
    odd = envelope("IntentRequest", intent={"name": "MoviesByGenre", "slots": {"Genre": {"name": "Genre", "value": "\ud800"}}})

    assert ask(client, odd).status_code == 200


# ---- what everybody else gets


def test_a_bad_address_is_refused(client: FlaskClient) -> None:
    sent = body(envelope())
    for address in BAD_ADDRESSES:
        if not address.endswith("\n") and address == address.strip():
            refused(client.post("/alexa", data=sent, headers=sent_as(signed(sent, SignatureCertChainUrl=address))), address)


@pytest.mark.parametrize("sign", [sign for _, sign in BAD_SIGNATURES.values()], ids=BAD_SIGNATURES)
def test_a_bad_signature_is_refused(client: FlaskClient, sign: Callable[[bytes], str]) -> None:
    sent = body(envelope())

    refused(client.post("/alexa", data=sent, headers=sent_as({**signed(sent), SIGNATURE: sign(sent)})))


def test_a_bad_body_is_refused_though_it_is_signed(client: FlaskClient) -> None:
    bodies = {name: sent for name, (_, sent) in BAD_BODIES.items()} | {name: body(request) for name, request in BAD_TIMES.items()}
    for name, sent in bodies.items():
        refused(client.post("/alexa", data=sent, headers=signed(sent)), name)


def test_a_bad_chain_is_refused(app: Flask, recommender: FakeRecommender) -> None:
    sent, now = body(envelope()), app.extensions["alexa"].verifier._now
    for name, chain in BAD_CHAINS.items():
        checks = Verifier(SKILL_ID, roots=[root()], fetch=Amazon(chain()), now=now)
        app.extensions["alexa"] = ServedSkill(recommender, checks)
        refused(app.test_client().post("/alexa", data=sent, headers=signed(sent)), name)


def test_a_request_without_a_signature_hears_what_it_lacks(client: FlaskClient) -> None:
    assert refused(client.post("/alexa", json=envelope())) == (
        "There is no SignatureCertChainUrl header; requests to a skill are signed by Alexa."
    )


def test_a_changed_body_is_refused(client: FlaskClient) -> None:
    sent = body(submit("5", "3"))

    changed = client.post("/alexa", data=sent.replace(b'"5"', b'"6"'), headers=signed(sent))

    assert refused(changed) == "The signature is not that of this body by Alexa's certificate."


def test_what_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/alexa", data=b"x" * (LARGEST_BODY + 1), headers=signed(b""))

    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_refused(client: FlaskClient, method: str) -> None:
    answer = client.open("/alexa", method=method)

    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_where_no_skill_is_set_the_operator_hears_what_to_set() -> None:
    client = create_app(FakeRecommender()).test_client()

    answer = ask(client, envelope())

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.get_json()["detail"] == (
        "No skill is served here. Set MATINEE_SKILL_ID to the id of the skill in the Alexa developer console, amzn1.ask.skill.…, "
        "and start the site again."
    )
    assert outcomes(client) == {"closed": 1}


def test_requests_are_counted_by_what_became_of_them(client: FlaskClient) -> None:
    sent = body(envelope())
    for headers in (signed(sent), signed(sent), {}, signed(sent, **{CHAIN_ADDRESS: "https://evil.example/"}), signed(b"other")):
        client.post("/alexa", data=sent, headers=headers)
    for bad in (body(envelope(skill_id="amzn1.ask.skill.another")), body(envelope(timestamp="now")), b"[]"):
        client.post("/alexa", data=bad, headers=signed(bad))

    assert outcomes(client) == {"answered": 2, "headers": 1, "address": 1, "signature": 1, "skill": 1, "time": 1, "body": 1}


def test_nothing_of_who_speaks_and_what_they_say_is_written_down(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = {"name": "AboutMovie", "slots": {"Title": {"name": "Title", "value": "a secret wish"}}}
    for sent in (
        body(envelope("IntentRequest", intent=said)),
        body(submit("5", "3")),
        body(envelope("IntentRequest", intent="secret wish")),
    ):
        client.post("/alexa", data=sent, headers=signed(sent))
        client.post("/alexa", data=sent, headers={**signed(sent), SIGNATURE: signature(b"another")})

    for secret in (USER, "AGSECRETACCOUNT", "a-token-of-amazon", "secret wish", "amzn1.ask.device.1"):
        assert secret not in caplog.text


# ---- whatever comes

TEXTS = st.text(max_size=60) | st.sampled_from([*BAD_ADDRESSES, *signed(body(envelope())).values()])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["version", "session", "context", "request", "System", "application", "applicationId", "timestamp", "type", "intent"]
)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A request in which some values are something else."""
    request = draw(st.sampled_from([envelope(), submit("5", "3"), envelope("AlexaSkillEvent.SkillDisabled")]))
    request = json.loads(json.dumps(request))
    for _ in range(draw(st.integers(1, 3))):
        place: Any = request
        for _ in range(draw(st.integers(0, 3))):
            inner = [value for value in place.values() if isinstance(value, dict)]
            if not inner:
                break
            place = draw(st.sampled_from(inner))
        place[draw(NAMES | st.sampled_from(sorted(place)) if place else NAMES)] = draw(JSON)
    return dict(request)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=TEXTS, signed_with=TEXTS, sent=st.binary(max_size=300) | JSON.map(body) | mutated().map(body))
def test_garbage_is_refused_in_words(client: FlaskClient, address: str, signed_with: str, sent: bytes) -> None:
    headers = sent_as({CHAIN_ADDRESS: address, SIGNATURE: signed_with})
    headers = {name: value.replace("\r", "") for name, value in headers.items()}

    answer = client.post("/alexa", data=sent, headers=headers)

    assert answer.status_code in (200, 400)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=mutated())
def test_whatever_alexa_signs_is_answered_or_refused(client: FlaskClient, request: dict[str, Any]) -> None:
    answer = ask(client, request)

    assert answer.status_code in (200, 400)
    assert answer.status_code == 400 or answer.get_json()["version"] == "1.0"


# ---- through gunicorn


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of the same application under gunicorn."""
    (tmp_path / "root.pem").write_bytes(pem(root()))
    (tmp_path / "chain.pem").write_bytes(good_chain())
    port = free_port()
    program = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "2"]
    server = subprocess.Popen(
        [*program, "--no-control-socket", "tests.webapp.alexa.served:app"],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "AUTHORITIES": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert server.poll() is None, "gunicorn did not start"
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def test_the_same_holds_through_a_web_server(served: str) -> None:
    def status(sent: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(urllib.request.Request(f"{served}/alexa", sent, headers), timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    sent = body(envelope())
    assert b"Welcome" in status(sent, signed(sent))[1]
    assert status(sent, {})[0] == 400
    assert status(sent + b" ", signed(sent))[0] == 400
    large = b"x" * (LARGEST_BODY + 1)
    assert status(large, signed(large))[0] == 413


def test_a_body_in_pieces_is_read_and_one_in_broken_pieces_is_refused(served: str) -> None:
    def status(pieces: bytes) -> int:
        where = urlsplit(served)
        with socket.create_connection((str(where.hostname), int(where.port or 0)), 20) as connection:
            head = {**signed(sent), "Host": where.netloc, "Transfer-Encoding": "chunked", "Connection": "close"}
            lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            connection.sendall(f"POST /alexa HTTP/1.1\r\n{lines}\r\n".encode() + pieces)
            connection.shutdown(socket.SHUT_WR)
            return int(connection.recv(64).split()[1])

    sent = body(envelope())

    assert status(b"%x\r\n%s\r\n0\r\n\r\n" % (len(sent), sent)) == 200
    for broken in (
        b"zz\r\n",
        b"-5\r\n",
        b"5\r\nabcdeXX",
        b"ffff\r\nabc",
        b"",
        b"5;\x00\r\nabcde\r\n",
        b"10000\r\n%s\r\n0\r\n\r\n" % (b" " * 65_536),
    ):
        assert status(broken) == 400
