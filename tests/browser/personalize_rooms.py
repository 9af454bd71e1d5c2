"""The operator's page for what speaks Personalize, on a site of its own in a state of its own, for browsers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, BrowserContext, expect
from werkzeug.serving import make_server

from recommender import operator_key
from recommender.settings import Settings
from tests.browser.checks import HEIGHT, WIDTHS, Theme
from tests.recommender.personalize.rooms import HOUR, STATES, RoomMaker
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app

PAGE = "/operator/personalize"
HOURS = {"nothing": 0.0, "running": 0.01, "failed": 0.03, "everything": 9.05}  # that each state takes to come about


@dataclass
class Room:
    """A site of its own, without a worker. made: ARNs by name."""

    address: str
    key: str
    make: RoomMaker
    made: dict[str, str]

    def paths(self) -> list[str]:
        """The page, and what asks before each kind of act."""
        asks = [("delete", "campaign"), ("delete", "group"), ("stop", "running"), ("retry", "stopped"), ("delete", "empty solution")]
        return [PAGE, *(f"{PAGE}/act?act={act}&of={self.made[name]}" for act, name in asks if name in self.made)]


@contextmanager
def room(state: str, settings: Settings, var: Path) -> Iterator[Room]:
    """Served from a thread."""
    settings = replace(settings, operator_file=str(var / "operator"))
    make = RoomMaker(settings, time.time() - HOURS[state] * HOUR)
    made = STATES[state](make) if state in STATES else {}
    server = make_server("127.0.0.1", 0, create_app(FakeRecommender(settings)), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Room(f"http://127.0.0.1:{server.server_port}", operator_key.make(Path(settings.operator_file)), make, made)
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def inside(browser: Browser, at: Room, theme: Theme = "light", **more: object) -> Iterator[BrowserContext]:
    """A browser whose operator has come in."""
    size = {"width": WIDTHS[0], "height": HEIGHT}
    with browser.new_context(color_scheme=theme, viewport=size, reduced_motion="reduce", **more) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{at.address}/operator/")
        page.locator("#key").fill(at.key)
        page.locator("main [type=submit]").click()
        expect(page.locator(".verdict h1")).to_be_visible()
        page.close()
        yield context
