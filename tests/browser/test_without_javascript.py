"""The site is whole without JavaScript: nothing is missing, and the way from the form to a list and back keeps what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.site import Site
from tests.browser.states import STATES, Facts, State

BACK = re.compile("^(get|go) back", re.IGNORECASE)  # and not to the future


@pytest.fixture
def plain(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that runs no script of any page."""
    with browser.new_context(java_script_enabled=False) as context:
        yield context


@pytest.mark.parametrize("state", STATES, ids=str)
def test_nothing_is_missing_from_a_page(browser: Browser, plain: BrowserContext, site: Site, facts: Facts, state: State) -> None:
    with browser.new_context() as scripted:
        shown_with = _shown(scripted.new_page(), site.address + state.at(facts))

    assert shown_with <= _shown(plain.new_page(), site.address + state.at(facts))


def test_the_form_leads_to_a_list_and_back_to_what_was_typed(plain: BrowserContext, site: Site, facts: Facts) -> None:
    page = plain.new_page()
    page.goto(f"{site.address}/movies/")
    page.locator("[name=user]").fill(str(facts.viewer))
    page.locator("[name=amount]").fill("7")
    page.locator("form:has([name=user]) [type=submit]").first.click()

    expect(page).to_have_url(re.compile(rf"/result/\?.*user={facts.viewer}&amount=7"))
    expect(page.locator("main ol > li")).to_have_count(7)
    page.get_by_role("link", name=BACK).first.click()

    expect(page).to_have_url(re.compile("/movies/"))
    expect(page.locator("[name=user]")).to_have_value(str(facts.viewer))
    expect(page.locator("[name=amount]")).to_have_value("7")


@pytest.mark.parametrize(("user", "amount"), [("0", "10"), ("-3", "10"), ("ten", "10"), ("1000000000", "10"), ("7", "0"), ("7", "ten")])
def test_an_error_leads_back_to_what_was_typed(plain: BrowserContext, site: Site, user: str, amount: str) -> None:
    page = plain.new_page()
    page.goto(f"{site.address}/result/?user={user}&amount={amount}")

    page.get_by_role("link", name=BACK).first.click()

    expect(page.locator("[name=user]")).to_have_value(user)
    expect(page.locator("[name=amount]")).to_have_value(amount)


def _shown(page: Page, address: str) -> set[str]:
    """The lines a person reads in the main part."""
    page.goto(address)
    return {line.strip() for line in page.locator("main").inner_text().splitlines() if line.strip()}
