"""Every page and state, light and dark, on a wide screen and a phone: sound for everybody, quiet, self-contained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.checks import HEIGHT, NARROWEST, WIDTHS, Theme, Watch, axe_violations, html_findings, sideways
from tests.browser.site import Site
from tests.browser.states import STATES, Facts, State


@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_page_is_accessible_quiet_fits_and_asks_no_other_host(
    browser: Browser, site: Site, facts: Facts, looks: Callable[[int], list[tuple[Theme, int]]], state: State
) -> None:
    address = site.address + state.at(facts)
    findings: list[str] = []
    with browser.new_context(viewport={"width": WIDTHS[0], "height": HEIGHT}, reduced_motion="reduce") as context:
        page = context.new_page()
        watch = Watch(page, site.address)
        answer = page.goto(address)

        assert answer
        assert answer.status == state.status
        assert state.says in page.locator("body").inner_text()
        for theme, width in looks(STATES.index(state)):
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": HEIGHT})
            findings += [f"{theme}, {width} px: {finding}" for finding in axe_violations(page) + sideways(page)]
        page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
        findings += [f"at {NARROWEST} px: {finding}" for finding in sideways(page)]

    findings += watch.console_errors + watch.foreign_requests
    assert not findings, "\n".join([address, *findings])


def test_every_page_is_valid_html(site: Site, facts: Facts, tmp_path: Path) -> None:
    files = []
    for number, state in enumerate(STATES):
        status, text = site.get(state.at(facts))
        assert status == state.status, state.name
        files.append(tmp_path / f"{number:02}-{state.name.replace(' ', '-')}.html")
        files[-1].write_text(text)

    findings = html_findings(files, tmp_path / "report.json")

    assert not findings, "\n".join(findings)
