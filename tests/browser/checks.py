"""What is wrong with a page: each check gives a list of findings in words, empty when all is well."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request

from tests.browser.chromium import AXE, HTML_VALIDATE

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
WIDTHS = (1280, 360)
NARROWEST = 320  # CSS pixels: a small phone, or 1280 at 400 % zoom (WCAG 1.4.10)
HEIGHT = 800
RULES = Path(__file__).with_name("htmlvalidate.json")


class Watch:
    """What a page does while it is open: errors on its console (a refused script too) and requests to other hosts."""

    def __init__(self, page: Page, address: str) -> None:
        self.console_errors: list[str] = []
        self.foreign_requests: list[str] = []
        self._host = urlsplit(address).netloc
        self._documents: set[str] = set()
        page.on("request", self._requested)
        page.on("console", self._said)
        page.on("pageerror", self._threw)

    def _requested(self, request: Request) -> None:
        if request.is_navigation_request():
            self._documents.add(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self._host:
            self.foreign_requests.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        # Chromium also says here that a page answered with 404; whether it should have is another test's question.
        about_the_page = message.text.startswith("Failed to load resource") and message.location["url"] in self._documents
        if message.type == "error" and not about_the_page:
            self.console_errors.append(f"{message.text} ({message.location['url']})")

    def _threw(self, error: Error) -> None:
        self.console_errors.append(str(error))


def looks(number: int, *, all_of_them: bool) -> list[tuple[Theme, int]]:
    """Theme and width of each look at one page of many: both themes and both widths, in two looks, or in all four that there are.

    number: of the page; those with even and with odd ones are looked at crosswise, so that what they share is seen in all four.
    """
    every = list(product(THEMES, WIDTHS))
    if all_of_them:
        return every
    return [every[0], every[3]] if number % 2 == 0 else [every[1], every[2]]


def axe_violations(page: Page) -> list[str]:
    """What axe holds against the page for people who see, hear or move differently.

    It is brought in from outside when it is first asked, so that the page's own policy stays in force.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"{AXE.read_text()}\n;0")
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'], preload: false })")
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:200]}: {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def sideways(page: Page) -> list[str]:
    """The elements that make the page wider than its window, at most five."""
    return list(
        page.evaluate("""() => {
            const width = document.documentElement.clientWidth;
            if (document.scrollingElement.scrollWidth <= width) return [];
            // What lies in a box that scrolls or cuts off by itself does not widen the page.
            const boxed = element => {
                for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
                    if (getComputedStyle(box).overflowX !== 'visible') return true;
                return false;
            };
            const beyond = [...document.body.querySelectorAll('*')].filter(
                element => element.getBoundingClientRect().right > width + 0.5 && !boxed(element));
            const names = beyond.map(element => `${element.outerHTML.slice(0, 120)} ends at ${element.getBoundingClientRect().right}`);
            return names.length ? names.slice(0, 5) : [`the page is ${document.scrollingElement.scrollWidth} wide in a window of ${width}`];
        }""")
    )


def html_findings(files: Sequence[Path], report: Path) -> list[str]:
    """What html-validate holds against saved pages. report: a file to be written; through a pipe a long report would come cut off."""
    done = subprocess.run(
        [HTML_VALIDATE, "--config", RULES, "--formatter", f"json={report}", *files],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return [
        f"{Path(result['filePath']).name}:{message['line']}: {message['ruleId']}: {message['message']}"
        for result in json.loads(report.read_text())
        for message in result["messages"]
    ]
