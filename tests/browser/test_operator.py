"""The operator's page in a browser: by keyboard, without scripts, in both themes, on a phone, empty and busy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.busy_hour import make_busy, operators_key
from tests.browser.checks import HEIGHT, NARROWEST, THEMES, WIDTHS, Theme, Watch, axe_violations, html_findings, sideways
from tests.browser.site import Site
from tests.browser.test_keyboard import FOCUS_IS_SEEN

PAGES = ["/operator/", "/operator/doctor", "/operator/compare", "/operator/cost"]
MOST_STOPS = 12  # presses of Tab from the top of the page to the key's field


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return operators_key(site)


@pytest.fixture(scope="module")
def busy(site: Site, key: str) -> Site:
    """The same site, with an hour of visitors, two weeks of trainings and a second model behind it."""
    site.matinee("train", "--neighbours", "20", "--anyway")
    make_busy(site)
    return site


@contextmanager
def inside(browser: Browser, site: Site, key: str, theme: Theme = "light", **more: object) -> Iterator[BrowserContext]:
    """A browser whose operator has come in."""
    size = {"width": WIDTHS[0], "height": HEIGHT}
    with browser.new_context(color_scheme=theme, viewport=size, reduced_motion="reduce", **more) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site.address}/operator/")
        page.locator("#key").fill(key)
        page.locator("main [type=submit]").click()
        expect(page.locator(".verdict h1")).to_be_visible()
        page.close()
        yield context


def findings_on(context: BrowserContext, site: Site, path: str, widths: list[int]) -> list[str]:
    page = context.new_page()
    watch = Watch(page, site.address)
    page.goto(site.address + path)
    for details in page.locator("main details").all():
        details.evaluate("element => { element.open = true }")
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"{path} at {width} px: {finding}" for finding in axe_violations(page) + sideways(page)]
    page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
    found += [f"{path} at {NARROWEST} px: {finding}" for finding in sideways(page)]
    return found + watch.console_errors + watch.foreign_requests


@pytest.mark.parametrize("theme", THEMES)
def test_a_busy_site_is_legible_to_everybody(
    browser: Browser, busy: Site, key: str, looks: Callable[[int], list[tuple[Theme, int]]], theme: Theme
) -> None:
    found = []
    with inside(browser, busy, key, theme) as context:
        for number, path in enumerate(PAGES):
            found += findings_on(context, busy, path, [width for by, width in looks(number) if by == theme])

    assert not found, "\n".join(found)


def test_a_wrong_key_is_told_at_the_field(browser: Browser, site: Site, key: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{site.address}/operator/")
        page.locator("#key").fill("not the key")
        page.keyboard.press("Enter")

        expect(page.get_by_role("alert")).to_contain_text("not the operator’s key")
        assert page.title().startswith("Error")
        assert axe_violations(page) == []


def test_the_pages_are_valid_html(browser: Browser, busy: Site, key: str, tmp_path: Path) -> None:
    files = []
    with inside(browser, busy, key) as context:
        for number, path in enumerate(PAGES):
            files.append(tmp_path / f"{number}.html")
            files[-1].write_text(context.request.get(busy.address + path).text())

    assert html_findings(files, tmp_path / "report.json") == []


def test_the_whole_page_is_there_without_javascript(browser: Browser, busy: Site, key: str) -> None:
    with inside(browser, busy, key, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{busy.address}/operator/")

        expect(page.get_by_role("img", name=re.compile("Requests in each of the last sixty minutes"))).to_be_visible()
        assert page.locator("main > section").count() == 7


def test_two_versions_are_chosen_and_compared_without_javascript(browser: Browser, busy: Site, key: str) -> None:
    with inside(browser, busy, key, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{busy.address}/operator/")
        page.get_by_role("link", name="Compare two versions").click()
        newest, before = (page.get_by_label(f"{letter} Version").input_value() for letter in "BA")
        page.get_by_label("A Version").select_option(newest)
        page.get_by_label("B Version").select_option(before)
        page.locator("#viewer").fill("1")
        page.get_by_role("button", name="Compare").click()

        expect(page.get_by_label("A Version")).to_have_value(newest)
        expect(page.get_by_role("heading", name="Ten films for viewer 1")).to_be_visible()
        assert page.locator(".side-list li").count() == 20
        # People of the tests before may have rated between the two trainings.
        assert set(page.locator("tr.differs th").all_inner_texts()) - {"Ratings", "Viewers"} == {"n_neighbours"}


def test_a_month_is_priced_without_javascript(browser: Browser, busy: Site, key: str) -> None:
    with inside(browser, busy, key, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{busy.address}/operator/")
        page.get_by_role("link", name="What it costs").click()
        page.get_by_label("Provisioned TPS").fill("2")
        page.get_by_role("button", name="Price it").click()

        expect(page.get_by_label("Provisioned TPS")).to_have_value("2")
        expect(page.get_by_role("img", name=re.compile("Dollars a day"))).to_be_visible()
        page.get_by_role("link", name="fullstack-example").click()
        expect(page.locator("h1")).to_contain_text("$360.00025")


def test_in_and_out_by_keyboard(browser: Browser, site: Site, key: str) -> None:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{site.address}/operator/")
        _tab_to(page, "element.id === 'key'")
        page.keyboard.type(key)
        page.keyboard.press("Enter")
        expect(page.locator(".verdict h1")).to_be_visible()

        _tab_to(page, "element.textContent === 'Sign out'")
        page.keyboard.press("Enter")

        expect(page.locator("#key")).to_be_visible()


def test_what_is_drawn_is_what_was_counted(browser: Browser, busy: Site, key: str) -> None:
    """The tallest column of the graph is the minute that the table says was the busiest."""
    with inside(browser, busy, key) as context:
        page = context.new_page()
        page.goto(f"{busy.address}/operator/")
        drawn = page.locator(".graphs figure").first.locator("path.graph-part").get_attribute("d") or ""
        page.locator("main details summary").click()
        rows = page.locator("main details table").first.locator("tbody tr")
        counts = [int(text.replace(",", "")) for text in rows.locator("td:nth-child(2)").all_inner_texts()]

    heights = [float(height) for height in re.findall(r"v-([\d.]+)", drawn)]
    assert len(heights) == len(counts) >= 59
    assert heights.index(max(heights)) == counts.index(max(counts))


def _tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the element has the focus, which must be seen at every stop."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_IS_SEEN), page.locator(":focus").evaluate("element => element.outerHTML")
        if page.evaluate(f"() => (element => {wanted})(document.activeElement)"):
            return
    raise AssertionError(f"nothing with {wanted} was reached within {MOST_STOPS} presses of Tab")
