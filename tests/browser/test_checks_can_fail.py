"""The checks of pages find what they are there to find: each is shown Home with one mistake planted in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.checks import Watch, axe_violations, html_findings, sideways
from tests.browser.site import Site

ELSEWHERE = "http://192.0.2.1/picture.png"  # an address that belongs to nobody
Check = Callable[[Page, Watch], list[str]]

PLANTED: list[tuple[str, str, Check, str]] = [
    ("an inline script", "<script>document.title = 'planted'</script>", lambda _, watch: watch.console_errors, "script"),
    ("an inline style", '<p style="color: red">red</p>', lambda _, watch: watch.console_errors, "style"),
    ("a picture that is not there", '<img alt="" src="/static/nothing.png">', lambda _, watch: watch.console_errors, "404"),
    (
        "an image without alt",
        '<img width="10" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
        lambda page, _: axe_violations(page),
        "image-alt",
    ),
    ("a field without a label", '<input type="text">', lambda page, _: axe_violations(page), "label"),
    ("an element 400 px wide", '<canvas width="400" height="1"></canvas>', lambda page, _: sideways(page), "canvas"),
]


@contextmanager
def opened_with(browser: Browser, site: Site, mistake: str, *, policy: bool = True) -> Iterator[tuple[Page, Watch]]:
    """Home at 320 pixels with the mistake at the end of its main part. policy: whether the page's own policy is in force."""

    def plant(route: Route) -> None:
        answer = route.fetch()
        headers = {name: value for name, value in answer.headers.items() if policy or name != "content-security-policy"}
        route.fulfill(response=answer, headers=headers, body=answer.text().replace("</main>", f"{mistake}</main>"))

    with browser.new_context(viewport={"width": 320, "height": 800}) as context:
        page = context.new_page()
        page.route(f"{site.address}/", plant)
        page.route(ELSEWHERE, lambda route: route.abort())
        watch = Watch(page, site.address)
        page.goto(f"{site.address}/")
        yield page, watch


@pytest.mark.parametrize(("mistake", "check", "named"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED])
def test_a_planted_mistake_is_found(browser: Browser, site: Site, mistake: str, check: Check, named: str) -> None:
    with opened_with(browser, site, mistake) as (page, watch):
        findings = check(page, watch)

        assert any(named in finding for finding in findings), findings


@pytest.mark.parametrize(
    "mistake", [f'<img alt="" src="{ELSEWHERE}">', f'<link rel="stylesheet" href="{ELSEWHERE}">'], ids=["picture", "style sheet"]
)
def test_a_request_to_another_host_is_found(browser: Browser, site: Site, mistake: str) -> None:
    with opened_with(browser, site, mistake, policy=False) as (_, watch):
        assert ELSEWHERE in watch.foreign_requests


def test_invalid_html_is_found(site: Site, tmp_path: Path) -> None:
    page = tmp_path / "planted.html"
    page.write_text(site.get("/")[1].replace("</main>", "<button>no type</button><div></span></main>"))

    findings = html_findings([page], tmp_path / "report.json")

    assert any("no-implicit-button-type" in finding for finding in findings)
    assert any("close-order" in finding for finding in findings)
