"""Every page and state, light and dark, on a wide screen and a phone: sound for everybody, quiet, self-contained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.checks import Watch, axe_violations, html_findings, prepare_axe, sideways
from tests.browser.site import Site
from tests.browser.states import STATES, Facts, State

WIDTHS = [1280, 360]
NARROWEST = 320  # CSS pixels: a small phone, or 1280 at 400 % zoom (WCAG 1.4.10)
HEIGHT = 800
Theme = Literal["light", "dark"]


@contextmanager
def opened(browser: Browser, site: Site, facts: Facts, state: State, theme: Theme, width: int) -> Iterator[tuple[Page, Watch, int]]:
    """The page in that state, with what was watched while it loaded and the status it came with."""
    with browser.new_context(color_scheme=theme, viewport={"width": width, "height": HEIGHT}, reduced_motion="reduce") as context:
        prepare_axe(context)
        page = context.new_page()
        watch = Watch(page, site.address)
        answer = page.goto(site.address + state.at(facts))
        assert answer
        if state.drawn_by_script:
            page.wait_for_selector(state.drawn_by_script)
        yield page, watch, answer.status


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_page_is_accessible_quiet_and_asks_no_other_host(
    browser: Browser, site: Site, facts: Facts, state: State, width: int, theme: Theme
) -> None:
    with opened(browser, site, facts, state, theme, width) as (page, watch, status):
        assert status == state.status
        assert state.says in page.locator("body").inner_text()
        assert axe_violations(page) == []
        assert sideways(page) == []
        assert watch.console_errors == []
        assert watch.foreign_requests == []


@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_page_does_not_scroll_sideways_on_the_narrowest_screen(browser: Browser, site: Site, facts: Facts, state: State) -> None:
    with opened(browser, site, facts, state, "light", NARROWEST) as (page, _, _):
        assert sideways(page) == []


def test_every_page_is_valid_html(site: Site, facts: Facts, tmp_path: Path) -> None:
    files = []
    for number, state in enumerate(STATES):
        status, text = site.get(state.at(facts))
        assert status == state.status, state.name
        files.append(tmp_path / f"{number:02}-{state.name.replace(' ', '-')}.html")
        files[-1].write_text(text)

    assert html_findings(files) == []
