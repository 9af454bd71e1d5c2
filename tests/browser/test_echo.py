"""A conversation on the Echo page: with and without JavaScript, by keyboard, sound for everybody at every turn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.checks import NARROWEST, THEMES, Theme, Watch, axe_violations, html_findings, sideways
from tests.browser.site import Site
from tests.browser.states import Facts


def say(page: Page, words: str) -> None:
    page.locator("#say").fill(words)
    page.locator("#say").press("Enter")


@pytest.mark.parametrize("theme", THEMES)
def test_every_turn_is_accessible_quiet_fits_and_asks_no_other_host(
    browser: Browser, site: Site, facts: Facts, looks: Callable[[int], list[tuple[Theme, int]]], theme: Theme, tmp_path: Path
) -> None:
    findings: list[str] = []
    files = []
    with browser.new_context(color_scheme=theme, viewport={"width": 1280, "height": 800}, reduced_motion="reduce") as context:
        page = context.new_page()
        watch = Watch(page, site.address)
        page.goto(f"{site.address}/echo/")
        for turn, words in enumerate(
            ["hello", "open movie", f"my id is {facts.viewer} and i want five movies", "why the second one", "", "stop"]
        ):
            page.set_viewport_size({"width": 1280, "height": 800})
            say(page, words)
            expect(page.locator(".talk > li")).to_have_count(turn + 1)
            files.append(tmp_path / f"{turn}.html")
            files[-1].write_text(page.content().replace('autofocus=""', "autofocus"))  # as the server wrote it
            page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true })")
            for width in [width for by, width in looks(turn) if by == theme]:
                page.set_viewport_size({"width": width, "height": 800})
                findings += [f"{words} at {width} px: {finding}" for finding in axe_violations(page) + sideways(page)]
            page.set_viewport_size({"width": NARROWEST, "height": 800})
            findings += [f"{words} at {NARROWEST} px: {finding}" for finding in sideways(page)]
    findings += watch.console_errors + watch.foreign_requests + html_findings(files, tmp_path / "report.json")

    assert not findings, "\n".join(findings)


@pytest.mark.parametrize("with_script", [True, False])
def test_a_conversation_is_held_with_the_keyboard_alone(browser: Browser, site: Site, facts: Facts, with_script: bool) -> None:
    with browser.new_context(java_script_enabled=with_script, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{site.address}/echo/")
        page.locator("#say").focus()
        page.keyboard.type("open movie")
        page.keyboard.press("Enter")
        expect(page.locator(".heard").last).to_contain_text("Welcome to the movie recommendation system")

        expect(page.locator("#say")).to_be_focused()
        page.keyboard.type(f"my id is {facts.viewer} and i want three movies")
        page.keyboard.press("Enter")

        expect(page.locator(".heard").last).to_contain_text("the second one is")
        expect(page.locator(".talk > li").last).to_be_in_viewport()
        order = page.locator(".spoken, .heard").evaluate_all("all => all.map(each => Math.round(each.getBoundingClientRect().top))")
        assert order == sorted(set(order)), "what was said stands above its answer, and below the answer before"


def test_what_can_be_said_is_said_with_a_tap(browser: Browser, site: Site) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site.address}/echo/")
        page.locator(".tap").first.click()
        page.locator(".tap", has_text="what is popular").click()

        expect(page.locator(".heard").last).to_contain_text("popular movies")
        page.get_by_role("link", name="Start again").click()
        expect(page.locator(".talk")).to_have_count(0)
