"""People at the door, with hashes that take no time: what one costs is measured elsewhere."""

from __future__ import annotations

import html
import re

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recommender import passwords

PASSWORD = "brazil heat alien"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1, 32, 16))


class Browser:
    """A visitor's browser: keeps cookies, sends forms with what stands hidden in them, and says where they were sent from."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def send(self, path: str, *, on: str = "", **fields: str | list[str]) -> TestResponse:
        """The form with this action as it stands on the page `on`, filled in. AssertionError where the page has no such form."""
        page = self.client.get(on or path)
        forms = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>(.*?)</form>', page.text, re.DOTALL)
        inside = next((inner for action, inner in forms if html.unescape(action) == path), None)
        assert inside is not None, f"no form for {path} on {on or path}: {[action for action, _ in forms]}"
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', inside)
        return self.client.post(path, data={**{name: html.unescape(value) for name, value in hidden}, **fields})

    def sign_up(self, name: str = "Alice", password: str = PASSWORD, **fields: str) -> TestResponse:
        return self.send("/sign-up/", name=name, password=password, **fields)

    def sign_in(self, name: str = "Alice", password: str = PASSWORD, *, following: str = "") -> TestResponse:
        return self.send("/sign-in/", on=f"/sign-in/?next={following}", name=name, password=password)

    def sign_out(self) -> TestResponse:
        return self.send("/sign-out/", on="/about/")

    @property
    def csrf(self) -> str:
        """What a form of this session must bring; empty for a stranger."""
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.client.get("/about/").text)
        return found[1] if found else ""

    @property
    def is_in(self) -> bool:
        return 'action="/sign-out/"' in self.client.get("/about/").text


@pytest.fixture
def browser(client: FlaskClient) -> Browser:
    return Browser(client)


@pytest.fixture
def alice(browser: Browser) -> Browser:
    """Alice's browser, signed in."""
    assert browser.sign_up().status_code == 303
    return browser
