"""The page that asks a campaign from another origin, as a visitor's Chromium lets it or not."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.checks import HEIGHT, NARROWEST, WIDTHS, Watch, axe_violations, html_findings, sideways
from tests.examples.test_front import CAMPAIGN, FRONT, Campaign

pytestmark = pytest.mark.usefixtures("_everything_at_hand")


@pytest.fixture(scope="module")
def campaign() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Campaign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/personalize"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["allowed", "not allowed"])
def address(request: pytest.FixtureRequest, campaign: str) -> Iterator[tuple[str, bool]]:
    """The page's, and whether its origin may ask."""
    environment = {
        "PATH": os.environ["PATH"],
        "CAMPAIGN_ARN": CAMPAIGN,
        "PERSONALIZE_ENDPOINT_URL": campaign,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_EC2_METADATA_DISABLED": "true",
        **({"ORIGINS": "https://films.example.com"} if request.param == "not allowed" else {}),
    }
    command = [sys.executable, str(FRONT / "local.py")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as front:
        assert front.stdout is not None
        yield front.stdout.readline().strip(), request.param == "allowed"
        front.terminate()


def test_a_visitor_sees_the_list_where_the_origin_is_allowed_and_a_reason_where_not(browser: Browser, address: tuple[str, bool]) -> None:
    url, is_allowed = address
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(url)
        page.get_by_label("Your number").fill("7")
        page.get_by_role("button", name="Show me").click()

        if is_allowed:
            expect(page.get_by_role("listitem")).to_have_text(["Film 318", "Film 50"])
            expect(page.get_by_role("status")).to_have_text("2 for 7")
        else:
            expect(page.get_by_role("status")).to_have_text("The API cannot be reached from this page; is its origin allowed?")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_legible_to_everybody(browser: Browser, theme: Literal["light", "dark"]) -> None:
    with browser.new_context(color_scheme=theme) as context:
        page = context.new_page()
        watch = Watch(page, "")
        page.goto((FRONT / "page" / "index.html").as_uri())
        found = axe_violations(page) + watch.console_errors
        for width in (NARROWEST, *WIDTHS):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            found += [f"at {width} px: {finding}" for finding in sideways(page)]
    assert not found, "\n".join(found)


def test_its_markup_is_sound(tmp_path: Path) -> None:
    found = html_findings([FRONT / "page" / "index.html"], tmp_path / "report.json")

    assert not found, "\n".join(found)
