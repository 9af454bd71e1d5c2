"""Passkeys: who has one comes in without a password, and what was recorded, relayed or copied opens nothing."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from recommender.settings import Settings
from tests.webapp.accounts.authenticator import Authenticator, text_of
from tests.webapp.accounts.conftest import PASSWORD, Browser
from tests.webapp.accounts.test_ways_in import another, said
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app

OPENS_NOTHING = "This passkey opens nothing here, or what it signed is too old."


def options(client: FlaskClient, path: str, **where: str) -> str:
    """What the page asks the device for."""
    found = re.search(r'data-passkey="([^"]+)"', client.get(path, **where).text)
    return html.unescape(found[1]) if found else ""


def sign_up(browser: Browser, device: Authenticator, **wrong: str) -> TestResponse:
    sent = device.make(options(browser.client, "/sign-up/"), **wrong)
    return browser.send("/sign-up/", name="Robin", password="", passkey=sent)


def sign_in(browser: Browser, device: Authenticator, **wrong: str | bool) -> TestResponse:
    return browser.client.post("/sign-in/", data={"passkey": device.sign(options(browser.client, "/sign-in/"), **wrong)})


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture
def robin(browser: Browser, device: Authenticator) -> Browser:
    """Robin's browser, after signing up with a passkey alone, signed out."""
    assert sign_up(browser, device).status_code == 303
    assert browser.is_in
    browser.sign_out()
    return browser


def test_a_passkey_alone_signs_up_and_in(robin: Browser, device: Authenticator) -> None:
    answer = sign_in(robin, device)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "<bdi>Robin</bdi>" in robin.get("/").text


def test_one_that_does_not_count_its_uses_is_as_good(browser: Browser) -> None:
    device = Authenticator(counts=False)
    sign_up(browser, device)
    for _ in range(2):
        browser.sign_out()
        assert sign_in(browser, device).status_code == 303


def test_a_person_with_a_passkey_alone_has_no_password_that_fits(robin: Browser) -> None:
    assert robin.sign_in("Robin", "").status_code == 401
    assert robin.sign_in("Robin", PASSWORD).status_code == 401


WRONG = [
    {"origin": "https://evil.example"},
    {"origin": "http://localhost.evil.example"},
    {"origin": "http://localhost:81"},
    {"challenge": text_of(bytes(56))},
    {"challenge": ""} | {"place": "evil.example"},
    {"spoilt": True},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_was_signed_for_another_site_or_by_another_key_opens_nothing(robin: Browser, device: Authenticator, wrong) -> None:
    answer = sign_in(robin, device, **wrong)

    assert answer.status_code == 401
    assert said(answer.text).startswith(OPENS_NOTHING)
    assert "Set-Cookie" not in answer.headers
    assert sign_in(robin, device).status_code == 303, "and spoils nothing"


@pytest.mark.parametrize("wrong", WRONG[:4], ids=str)
def test_a_passkey_that_was_made_for_another_site_signs_nobody_up(browser: Browser, device: Authenticator, wrong) -> None:
    answer = sign_up(browser, device, **wrong)

    assert answer.status_code == 401
    assert said(answer.text).startswith(OPENS_NOTHING)
    assert not browser.is_in


def test_a_device_that_does_not_ask_for_its_owner_is_not_enough(robin: Browser, device: Authenticator) -> None:
    assert sign_up(another(robin.client.application), Authenticator(verifies=False)).status_code == 401
    device.verifies = False
    assert sign_in(robin, device).status_code == 401


def test_what_was_signed_once_is_good_once_over_all_workers(recommender: FakeRecommender, robin: Browser) -> None:
    device = Authenticator(counts=False)
    robin.send("/sign-up/", name="Sam", password="", passkey=device.make(options(robin.client, "/sign-up/")))
    robin.sign_out()
    sent = device.sign(options(robin.client, "/sign-in/"))

    assert robin.client.post("/sign-in/", data={"passkey": sent}).status_code == 303
    for app in (robin.client.application, create_app(recommender)):
        assert another(app).client.post("/sign-in/", data={"passkey": sent}).status_code == 401


def test_the_making_of_a_passkey_cannot_be_sent_twice_nor_used_to_sign_in(app: Flask, browser: Browser, device: Authenticator) -> None:
    sent = device.make(options(browser.client, "/sign-up/"))
    assert browser.send("/sign-up/", name="Robin", password="", passkey=sent).status_code == 303

    assert another(app).send("/sign-up/", name="Mallory", password="", passkey=sent).status_code == 401
    assert another(app).client.post("/sign-in/", data={"passkey": sent}).status_code == 401


def test_a_copy_whose_count_goes_back_opens_nothing(robin: Browser, device: Authenticator) -> None:
    device.count = 41  # before this use
    assert sign_in(robin, device).status_code == 303
    robin.sign_out()
    for count in (-1, 40, 41):
        device.count = count
        assert sign_in(robin, device).status_code == 401
    device.count = 42
    assert sign_in(robin, device).status_code == 303


def test_a_passkey_that_nobody_knows_gets_the_answer_of_a_wrong_one(browser: Browser, device: Authenticator) -> None:
    device.make(options(browser.client, "/sign-up/"))

    answer = sign_in(browser, device)

    assert answer.status_code == 401
    assert said(answer.text).startswith(OPENS_NOTHING)


PIECES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature", "whole"]), wrong=PIECES)
def test_whatever_a_browser_sends_is_refused_in_words(robin: Browser, device: Authenticator, part: str, wrong: object) -> None:
    sent = json.loads(device.sign(options(robin.client, "/sign-in/")))
    if part in sent:
        sent[part] = wrong
    elif part in sent["response"]:
        sent["response"][part] = wrong
    else:
        sent = wrong
    answer = robin.client.post("/sign-in/", data={"passkey": json.dumps(sent) or "x"})

    assert answer.status_code == 401, answer.text


@pytest.mark.parametrize(
    ("address", "site", "bound_to"),
    [
        ("http://localhost", "", "localhost"),
        ("http://localhost:8000", "", "localhost"),
        ("https://films.example", "", "films.example"),
        ("https://films.example", "https://films.example", "films.example"),
        ("https://www.films.example", "https://films.example", "films.example"),
        ("https://notfilms.example", "https://films.example", "notfilms.example"),
        ("http://films.example", "", None),  # browsers make none without TLS
        ("http://127.0.0.1:8000", "", None),  # nor for a number
        ("https://[::1]", "", None),
    ],
)
def test_passkeys_are_bound_to_the_sites_name(address: str, site: str, bound_to: str | None) -> None:
    recommender = FakeRecommender(Settings(secret_key="a key for tests alone, not a secret", site_url=site))
    client = create_app(recommender).test_client()
    asked = options(client, "/sign-in/", base_url=address)
    to_make = options(client, "/sign-up/", base_url=address)
    recommender.close()

    assert (json.loads(asked)["rpId"] if asked else None) == bound_to
    assert (json.loads(to_make)["rp"]["id"] if to_make else None) == bound_to


def test_what_verifies_passkeys_is_loaded_by_the_first_that_comes() -> None:
    program = "import sys, webapp; print(*sorted(m for m in ('webauthn', 'cryptography', 'OpenSSL', 'cbor2') if m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == ""


@pytest.mark.parametrize("credential_id", ["\ud800", "\0", "x" * 50_000, ["x"], {"x": 1}, None, 7])
def test_an_id_that_no_passkey_can_have_opens_nothing(robin: Browser, device: Authenticator, credential_id: object) -> None:
    sent = json.loads(device.sign(options(robin.client, "/sign-in/")))

    answer = robin.client.post("/sign-in/", data={"passkey": json.dumps({**sent, "id": credential_id})})

    assert answer.status_code == 401
    assert said(answer.text).startswith(OPENS_NOTHING)
