"""The machine's own Chromium, driven by Playwright; no browser is ever downloaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
NODE_MODULES = Path(__file__).parents[2] / "node_modules"
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
HTML_VALIDATE = NODE_MODULES / ".bin" / "html-validate"


def what_is_missing() -> str | None:
    """Why no page can be tested in a browser here and what to do about it; None when everything is at hand."""
    if not executable():
        return "no Chromium on this machine (looked for " + ", ".join(NAMES) + "); on Debian: apt-get install chromium"
    if not shutil.which("node"):
        return "no Node.js on this machine, which the checkers of pages run on"
    for tool in (AXE, HTML_VALIDATE):
        if not tool.exists():
            return f"no {tool.name} in node_modules; run `make browser-tools`"
    return None


def executable() -> str | None:
    """The path of the first Chromium found."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window, with an empty profile, that asks nobody for anything."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable(),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        try:
            yield browser
        finally:
            browser.close()
