"""The way to a list with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.site import Site
from tests.browser.states import Facts

MOST_STOPS = 8  # presses of Tab from the top of the page to both fields

FOCUS_IS_SEEN = """() => {
    const style = getComputedStyle(document.activeElement);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(reduced_motion="reduce") as context:
        yield context.new_page()


def test_a_list_is_a_few_tabs_and_one_enter_away(page: Page, site: Site, facts: Facts) -> None:
    page.goto(f"{site.address}/movies/")

    stops = _tab_to(page, "user")
    page.keyboard.type(str(facts.viewer))
    stops += _tab_to(page, "amount")
    page.keyboard.press("Control+a")
    page.keyboard.type("5")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(rf"/result/\?.*user={facts.viewer}&amount=5"))
    expect(page.locator("main ol > li")).to_have_count(5)
    assert stops <= MOST_STOPS


@pytest.mark.parametrize("path", ["/", "/movies/", "/about/", "/echo/"])
def test_the_first_stop_skips_the_menu(page: Page, site: Site, path: str) -> None:
    page.goto(site.address + path)

    page.keyboard.press("Tab")

    skip = page.locator(":focus")
    expect(skip).to_be_in_viewport()
    assert skip.get_attribute("href") == "#" + str(page.locator("main").get_attribute("id"))
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_where_the_keyboard_is_can_be_seen_at_every_stop(browser: Browser, site: Site, theme: str) -> None:
    with browser.new_context(color_scheme=theme, reduced_motion="reduce") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site.address}/movies/")
        for _ in range(MOST_STOPS):
            page.keyboard.press("Tab")
            assert page.evaluate(FOCUS_IS_SEEN), page.locator(":focus").evaluate("element => element.outerHTML")


def _tab_to(page: Page, field: str) -> int:
    """Press Tab until the field has the focus; how often that was."""
    for stops in range(MOST_STOPS + 1):
        if page.evaluate("() => document.activeElement.name") == field:
            return stops
        page.keyboard.press("Tab")
    raise AssertionError(f"{field} was not reached within {MOST_STOPS} presses of Tab")
