"""A passkey in a real browser: Chromium's own, with a device that it plays itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page on the site by a name, since passkeys are bound to one; what goes wrong in it fails the test."""
    wrong: list[str] = []
    with browser.new_context(base_url=site.address.replace("127.0.0.1", "localhost")) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        yield page
    assert wrong == []


def put_in_a_device(page: Page) -> None:
    """A device inside this machine that knows its owner's finger, and says that it is laid on at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**device, "automaticPresenceSimulation": True}})


def test_a_passkey_signs_up_out_and_in_again(page: Page) -> None:
    page.goto("/sign-up/")
    put_in_a_device(page)
    page.get_by_label("Name").fill("Robin Passkey")
    page.get_by_role("button", name="Or with a passkey").click()
    expect(page.locator(".account summary")).to_contain_text("Robin Passkey")

    page.locator(".account summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    page.goto("/sign-in/?next=/about/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.locator(".account summary")).to_contain_text("Robin Passkey")
    assert page.url.endswith("/about/")
    page.goto("/settings/")
    page.get_by_label("What to call a new one").fill("The same device")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.locator(".passkey-says")).to_have_text("This device has a passkey for this account already.")


def test_where_the_device_says_no_the_page_says_what_else_can_be_done(page: Page, site: Site) -> None:
    page.goto(site.address + "/sign-in/")
    assert page.get_by_role("button", name="passkey").count() == 0, "a number is no name to bind one to"

    page.goto("/sign-in/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError')) }")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.locator(".passkey-says")).to_have_text("No passkey was used. You can try again, or use a password.")
