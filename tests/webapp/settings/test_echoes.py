"""Linking an Echo: a code on the page, said to the Echo, which then speaks for the one who got it."""

from __future__ import annotations

import re

from flask import Flask

from tests.webapp.accounts.conftest import Browser
from tests.webapp.accounts.test_ways_in import another, said
from tests.webapp.settings.conftest import told, with_bob

ECHO = "amzn1.ask.account.OFALICE"


def code_of(browser: Browser) -> str:
    answer = browser.send("/settings/echo/code", on="/settings/echo/")
    assert answer.status_code == 200, said(answer.text)
    found = re.search(r'<span aria-hidden="true">(\d{3}) (\d{3})</span>', answer.text)
    assert found
    assert f'<span class="visually-hidden">{" ".join(found[1] + found[2])}</span>' in answer.text, "read digit by digit"
    return found[1] + found[2]


def test_a_code_links_an_echo_that_speaks_for_whoever_got_it(app: Flask, alice: Browser) -> None:
    bob = with_bob(alice)
    alice.send("/switch/", member=bob)

    link = app.extensions["sign_in"]().use_code(code_of(alice), ECHO)

    assert link.member == int(bob)
    page = alice.get("/settings/echo/").text
    assert "An Echo for <strong><bdi>Bob</bdi></strong>" in page
    assert ECHO not in page
    assert "one speaks for your household" in alice.get("/settings/").text


def test_an_echo_that_is_unlinked_speaks_for_nobody(app: Flask, alice: Browser) -> None:
    door = app.extensions["sign_in"]()
    door.use_code(code_of(alice), ECHO)

    assert alice.send("/settings/echo/unlink", on="/settings/echo/").status_code == 303

    assert told(alice, "/settings/echo/") == "That Echo speaks for nobody here any more."
    assert door.linked(ECHO) is None


def test_nobody_unlinks_the_echo_of_others(app: Flask, alice: Browser) -> None:
    door = app.extensions["sign_in"]()
    link = door.use_code(code_of(alice), ECHO)
    eve = another(app)
    eve.sign_up("Eve")

    eve.client.post("/settings/echo/unlink", data={"digest": link.digest, "csrf": eve.csrf})

    assert told(eve, "/settings/echo/") == "There was no such Echo."
    assert door.linked(ECHO) is not None


def test_codes_are_not_given_out_without_end(alice: Browser) -> None:
    for _ in range(10):
        code_of(alice)

    answer = alice.send("/settings/echo/code", on="/settings/echo/")

    assert answer.status_code == 429
    assert said(answer.text).startswith("That was too often")
