"""The operator's page for what speaks Personalize, in a browser: every state, both themes, on a phone, without scripts, and at work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from recommender.settings import Settings
from tests.browser.checks import HEIGHT, NARROWEST, THEMES, WIDTHS, Theme, Watch, axe_violations, html_findings, sideways
from tests.browser.personalize_rooms import HOURS, PAGE, inside, room

SOON = 20_000  # milliseconds: three seconds until the next look, and whatever a busy machine takes for the page


@pytest.mark.parametrize("state", HOURS)
def test_every_state_is_legible_to_everybody_and_valid(
    browser: Browser, var_settings: Settings, var: Path, looks: Callable[[int], list[tuple[Theme, int]]], state: str
) -> None:
    found, files = [], []
    with room(state, var_settings, var) as at:
        for theme in THEMES:
            with inside(browser, at, theme) as context:
                for number, path in enumerate(at.paths() if theme == "light" else at.paths()[:2]):
                    page = context.new_page()
                    watch = Watch(page, at.address)
                    page.goto(at.address + path)
                    for details in page.locator("main details").all():
                        details.evaluate("element => { element.open = true }")
                    for width in (*WIDTHS, NARROWEST):
                        page.set_viewport_size({"width": width, "height": HEIGHT})
                        seen = sideways(page) + (axe_violations(page) if (theme, width) in looks(number) else [])
                        found += [f"{path} in {theme} at {width} px: {finding}" for finding in seen]
                    found += watch.console_errors + watch.foreign_requests
                    page.close()
                    if theme == "light":
                        files.append(var / f"{len(files)}.html")
                        files[-1].write_text(context.request.get(at.address + path).text())

    assert not found, "\n".join(found)
    assert html_findings(files, var / "report.json") == []


def test_all_of_it_works_without_javascript(browser: Browser, var_settings: Settings, var: Path) -> None:
    with room("everything", var_settings, var) as at, inside(browser, at, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(at.address + PAGE)
        expect(page.get_by_role("img", name="Jobs of the last day")).to_be_visible()

        page.get_by_role("link", name="Delete personal-mail").click()
        page.get_by_role("button", name="Delete it").click()

        expect(page.get_by_role("status")).to_have_text("Campaign personal-mail is deleted.")
        expect(page.get_by_role("link", name="Delete personal-home")).to_be_visible()
        expect(page.get_by_role("link", name="Delete personal-mail")).to_have_count(0)


def test_while_a_job_is_under_way_the_page_follows_leaves_what_is_unfolded_and_then_rests(
    browser: Browser, var_settings: Settings, var: Path
) -> None:
    with room("everything", var_settings, var) as at, inside(browser, at) as context:
        page = context.new_page()
        page.goto(at.address + PAGE)
        unfolded = page.locator("main details[id]").first
        unfolded.locator("summary").click()
        page.evaluate("() => { window.isTheSamePage = true }")
        expect(page.locator("#jobs-now .job-is-running")).to_have_count(1)

        at.make.end_what_is_begun(at.made["running"])

        expect(page.locator("#jobs-now .job-is-running")).to_have_count(0, timeout=SOON)
        assert page.evaluate("() => window.isTheSamePage")
        expect(unfolded).to_have_attribute("open", "")
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.wait_for_timeout(4000)
        assert requests == []
