"""The pictures of the site in the README and the docs, taken from a site of its own: `make screenshots`.

MATINEE_TEST_DATA chooses ml-latest-small, else it is the built-in sample that is shown.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from recommender.settings import Settings
from tests.browser.busy_hour import make_busy, operators_key
from tests.browser.checks import THEMES
from tests.browser.chromium import chromium, executable
from tests.browser.personalize_rooms import PAGE, inside, room
from tests.browser.site import Site, running_site

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WINDOW = {"width": 1280, "height": 960}
TALK_WINDOW = {"width": 1280, "height": 1010}
TALL_WINDOW = {"width": 1280, "height": 1080}
VIEWER = 580  # of ml-latest-small and of the built-in sample
MOST_BYTES = 250_000  # a README that loads at once


def main() -> None:
    if not executable():
        sys.exit("The pictures need Chromium, and there is none on this machine; on Debian: apt-get install chromium")
    folder = os.environ.get("MATINEE_TEST_DATA", "")
    data = Path(folder) / "ml-latest-small" if folder else None
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as var, running_site(Path(var), data) as site, chromium() as browser:
        for name, path in {"movie": f"/movies/?user={VIEWER}&amount=10", "result": f"/result/?user={VIEWER}&amount=10"}.items():
            take(browser, site, path, "light", IMAGES / f"{name}.png")
            take(browser, site, path, "dark", IMAGES / f"{name}-dark.png")
        for theme in ("light", "dark"):
            talk(browser, site, theme, IMAGES / f"echo{'-dark' if theme == 'dark' else ''}.png")
        make_busy(site)  # nobody has visited a site that was started for its picture
        key = operators_key(site)
        take(browser, site, "/operator/", "light", IMAGES / "operator.png", key=key)
        take(browser, site, "/operator/", "dark", IMAGES / "operator-dark.png", key=key)
        take(browser, site, "/operator/cost", "light", IMAGES / "cost.png", key=key)
        take(browser, site, "/operator/cost", "dark", IMAGES / "cost-dark.png", key=key)
        personalize(browser, Path(var) / "rooms")


def take(browser: Browser, site: Site, path: str, theme: Literal["light", "dark"], file: Path, *, key: str = "") -> None:
    """One picture of what a person sees first; stops with words if it is too large for a README. key: the operator's, to come in with."""
    with browser.new_context(color_scheme=theme, viewport=TALL_WINDOW if key else WINDOW, reduced_motion="reduce") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(site.address + path, wait_until="networkidle")
        if key:
            page.locator("#key").fill(key)
            page.locator("main [type=submit]").click()
            page.locator(".verdict").wait_for()
            page.goto(site.address + path, wait_until="networkidle")
        page.screenshot(path=file)
    _check_size(file)


def _check_size(file: Path) -> None:
    size = file.stat().st_size
    print(f"{file.relative_to(IMAGES.parents[1])}  {size // 1000} kB")
    if size > MOST_BYTES:
        sys.exit(f"{file.name} has {size:,} bytes; a picture for the README should have at most {MOST_BYTES:,}.")


def talk(browser: Browser, site: Site, theme: Literal["light", "dark"], file: Path) -> None:
    """A picture of a short conversation on the Echo's page."""
    with browser.new_context(color_scheme=theme, viewport=TALK_WINDOW, reduced_motion="reduce") as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(site.address + "/echo/", wait_until="networkidle")
        for sentence in ("open movie", f"my id is {VIEWER} and i want three movies", "why the second one"):
            page.locator("#say").fill(sentence)
            page.keyboard.press("Enter")
            page.wait_for_load_state("networkidle")
        page.locator("main .stage").evaluate("stage => stage.scrollIntoView()")
        page.screenshot(path=file)
    _check_size(file)


def personalize(browser: Browser, var: Path) -> None:
    """Pictures of the operator's page for what speaks Personalize, after a day of its clients' jobs."""
    var.mkdir()
    settings = Settings(
        download_url="",
        profiles_url=f"sqlite://{var / 'matinee.sqlite3'}",
        blobs_url=f"file://{var / 'blobs'}",
        secret_file=str(var / "secret"),
    )
    with room("everything", settings, var) as at:
        for theme in THEMES:
            with inside(browser, at, theme) as context:
                page = context.new_page()
                page.set_viewport_size(TALL_WINDOW)  # type: ignore[arg-type]
                page.goto(at.address + PAGE, wait_until="networkidle")
                file = IMAGES / f"personalize{'-dark' if theme == 'dark' else ''}.png"
                page.screenshot(path=file)
                _check_size(file)


if __name__ == "__main__":
    main()
