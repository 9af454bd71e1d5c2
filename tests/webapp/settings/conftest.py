"""Alice, signed in, with a household that can grow."""

from __future__ import annotations

import html
import re

from tests.webapp.accounts.conftest import Browser, _quick_hashes, alice, browser

__all__ = ["Browser", "_quick_hashes", "alice", "browser"]


def told(browser: Browser, path: str = "/settings/") -> str:
    """What the page says was just done."""
    found = re.search(r'<div class="said" id="said"[^>]*>\s*<p role="status">(.*?)</p>', browser.get(path).text)
    return html.unescape(found[1]) if found else ""


def member_called(browser: Browser, name: str) -> str:
    """The number of a member, from the page where one is chosen; that of whoever is shown now from the settings."""
    forms = re.findall(r'name="member" value="(\d+)">(.*?)</form>', browser.get("/switch/").text, re.DOTALL)
    shown = re.findall(r"<bdi>([^<]*)</bdi>, number <strong>(\d+)", browser.get("/settings/").text)[0]
    found = [number for number, inside in forms if f"<bdi>{name}</bdi>" in inside]
    return found[0] if found else {shown[0]: shown[1]}[name]


def with_bob(browser: Browser, pin: str = "") -> str:
    """Bob's number, once he is in the household."""
    assert browser.send("/settings/household/add", on="/settings/", name="Bob").status_code == 303
    bob = member_called(browser, "Bob")
    if pin:
        assert browser.send("/settings/household/pin", on="/settings/", member=bob, pin=pin).status_code == 303
    return bob
