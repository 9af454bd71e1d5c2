"""Passwords, passkeys, browsers and tokens, as their owner changes them."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from recommender.errors import StorageError
from recommender.sign_in import SignIn
from tests.webapp.accounts.authenticator import Authenticator
from tests.webapp.accounts.conftest import PASSWORD, Browser
from tests.webapp.accounts.test_passkeys import options, sign_in
from tests.webapp.accounts.test_ways_in import another, said
from tests.webapp.settings.conftest import told, with_bob

OTHER = "jaws ran vertigo"


def elsewhere(app: Flask) -> Browser:
    """Alice in another browser of hers."""
    browser = another(app)
    assert browser.sign_in().status_code == 303
    return browser


def test_settings_are_for_those_who_are_signed_in(browser: Browser) -> None:
    assert browser.get("/settings/").headers["Location"] == "/sign-in/?next=/settings/"


def test_another_password_opens_and_every_other_browser_is_signed_out(app: Flask, alice: Browser) -> None:
    phone = elsewhere(app)

    answer = alice.send("/settings/password", on="/settings/", current=PASSWORD, password=OTHER)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/#password")
    assert told(alice) == "The password is changed, and every other browser is signed out."
    assert (alice.is_in, phone.is_in) == (True, False)
    assert another(app).sign_in(password=PASSWORD).status_code == 401
    assert another(app).sign_in(password=OTHER).status_code == 303


@pytest.mark.parametrize(
    ("current", "password", "status", "sentence"),
    [
        ("not hers", OTHER, 401, "That is not the password you sign in with."),
        ("", OTHER, 401, "That is not the password you sign in with."),
        (PASSWORD, "short", 400, "The password must be of 8 to 200 characters."),
        (PASSWORD, "Alice", 400, "The password must be of 8 to 200 characters."),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(alice: Browser, current: str, password: str, status: int, sentence: str) -> None:
    answer = alice.send("/settings/password", on="/settings/", current=current, password=password)

    assert answer.status_code == status
    assert said(answer.text) == sentence
    assert answer.text.index('id="password"') < answer.text.index(sentence) < answer.text.index('id="passkeys"'), "beside its form"
    assert password == "" or f'value="{password}"' not in answer.text or password == "Alice"


def test_a_passkey_is_added_by_whoever_knows_the_password_and_opens(alice: Browser) -> None:
    device = Authenticator()
    made = device.make(options(alice.client, "/settings/"))

    assert alice.send("/settings/passkeys", on="/settings/", current="found it open", passkey=made, name="Phone").status_code == 401
    assert alice.send("/settings/passkeys", on="/settings/", current=PASSWORD, passkey=made, name="My  phone").status_code == 303

    assert told(alice) == "My phone opens this account from now on."
    assert device.keys.keys() <= set(re.findall(r'"id": "([\w-]+)"', options(alice.client, "/settings/"))), "and is not made twice"
    alice.sign_out()
    assert sign_in(alice, device).status_code == 303


def test_the_challenge_of_one_household_is_no_good_in_another(app: Flask, alice: Browser) -> None:
    bob = another(app)
    bob.sign_up("Bob")
    made = Authenticator().make(options(bob.client, "/settings/"))

    assert alice.send("/settings/passkeys", on="/settings/", current=PASSWORD, passkey=made, name="Not mine").status_code == 401


def test_a_passkey_that_is_taken_away_opens_nothing_but_the_last_way_in_stays(app: Flask) -> None:
    robin, device = another(app), Authenticator()
    sent = device.make(options(robin.client, "/sign-up/"))
    robin.send("/sign-up/", name="Robin", password="", passkey=sent)
    (credential,) = device.keys

    answer = robin.send("/settings/passkeys/remove", on="/settings/")
    assert answer.status_code == 409
    assert said(answer.text).startswith("This is the only way in to this account")

    assert robin.send("/settings/password", on="/settings/", password=PASSWORD).status_code == 303, "none was there to be asked for"
    assert robin.send("/settings/passkeys/remove", on="/settings/", credential=credential).status_code == 303
    assert told(robin) == "That passkey opens nothing any more."
    robin.sign_out()
    assert sign_in(robin, device).status_code == 401


def test_browsers_can_be_signed_out_one_by_one_and_all_together(app: Flask, alice: Browser) -> None:
    phone, tablet, library = (elsewhere(app) for _ in range(3))
    assert alice.get("/settings/").text.count("A browser since") == 3

    assert alice.send("/settings/sessions/end", on="/settings/").status_code == 303
    assert [phone.is_in, tablet.is_in, library.is_in].count(False) == 1

    alice.send("/settings/sessions/end-others", on="/settings/")
    assert told(alice) == "Signed out everywhere else: 2 browsers."
    assert [alice.is_in, phone.is_in, tablet.is_in, library.is_in] == [True, False, False, False]


def test_nobody_ends_the_session_of_another_household(app: Flask, alice: Browser) -> None:
    elsewhere(app)
    bob = another(app)
    bob.sign_up("Bob")
    hers = re.findall(r'name="digest" value="(\w+)"', alice.get("/settings/").text)[0]

    bob.client.post("/settings/sessions/end", data={"digest": hers, "csrf": bob.csrf})

    assert told(bob) == "That browser was not signed in any more."
    assert alice.get("/settings/").text.count("A browser since") == 1


def make_token(browser: Browser, **fields: str | list[str]) -> tuple[int, str]:
    """The status, and the token that the page shows."""
    answer = browser.send("/settings/tokens", on="/settings/", **{"token-name": "Radarr", "scope": ["read"], "days": "30", **fields})
    found = re.search(r"<code>(matinee_[\w-]+)</code>", answer.text)
    return answer.status_code, found[1] if found else said(answer.text)


def test_a_token_is_shown_once_and_opens_what_it_may(alice: Browser) -> None:
    status, text = make_token(alice, scope=["read", "write"])

    assert (status, text[:8]) == (200, "matinee_")
    door = alice.client.application.extensions["sign_in"]()
    assert door.token(text, "write").scopes == ("read", "write")
    page = alice.get("/settings/").text
    assert text not in page
    assert "Radarr" in page
    assert "read, write" in page


def test_a_token_that_is_revoked_opens_nothing(alice: Browser) -> None:
    _, text = make_token(alice)

    assert alice.send("/settings/tokens/revoke", on="/settings/").status_code == 303
    assert told(alice) == "That token opens nothing any more."
    assert alice.client.application.extensions["sign_in"]().token(text, "read") is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"token-name": ""}, "Name of the token must be 2 to 40 letters, digits and signs, not ''."),
        ({"scope": []}, "Scopes must be some of "),
        ({"scope": ["all"]}, "Scopes must be some of "),
        ({"days": "31"}, "Days must be 30, 90, 365, or none, not '31'."),
        ({"days": "-1"}, "Days must be 30, 90, 365, or none, not '-1'."),
    ],
)
def test_a_token_that_cannot_be_made_says_why(alice: Browser, fields: dict[str, str | list[str]], sentence: str) -> None:
    status, text = make_token(alice, **fields)

    assert status == 400
    assert text.startswith(sentence)


def test_a_member_sees_what_is_theirs_and_changes_no_way_in(alice: Browser) -> None:
    make_token(alice)
    bob = with_bob(alice)
    alice.send("/switch/", member=bob)

    page = alice.get("/settings/").text
    assert "Radarr" not in page
    assert 'id="password"' not in page
    for path, fields in [
        ("/settings/password", {"password": OTHER, "current": PASSWORD}),
        ("/settings/passkeys/remove", {"credential": "x"}),
        ("/settings/household/add", {"name": "Eve"}),
        ("/settings/household/remove", {"member": bob}),
    ]:
        answer = alice.client.post(path, data={**fields, "csrf": alice.csrf})
        assert (answer.status_code, "Only Alice, who signed up, can do this" in html.unescape(answer.text)) == (403, True), path


def test_while_the_store_is_away_nothing_is_said_to_be_done(alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise StorageError("gone")

    monkeypatch.setattr(SignIn, "change_password", away)

    answer = alice.send("/settings/password", on="/settings/", current=PASSWORD, password=OTHER)

    assert answer.status_code == 503
    assert said(answer.text).startswith("Matinee cannot reach its accounts right now")
