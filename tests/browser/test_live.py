"""Two browsers of one person: what is rated in the one shows in the other, without a reload and without moving anybody."""

from __future__ import annotations

import secrets

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.checks import Watch, axe_violations
from tests.browser.site import Site

SOON = 20_000  # milliseconds: two seconds until the next look, and whatever a busy machine takes for the page
PASSWORD = "brazil heat alien"


def came_in(context: BrowserContext, site: Site, name: str, path: str) -> Page:
    """A page of somebody who signed up or in."""
    page = context.new_page()
    page.goto(site.address + path)
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    expect(page.locator("form[action='/sign-out/']").first).to_be_attached()
    return page


def test_a_second_browser_shows_the_new_list_without_a_reload_keeps_its_place_and_says_so(browser: Browser, site: Site) -> None:
    name = f"Vera {secrets.token_hex(3)}"
    with browser.new_context(reduced_motion="reduce") as one, browser.new_context(reduced_motion="reduce") as other:
        rating = came_in(one, site, name, "/sign-up/")
        looking = came_in(other, site, name, "/sign-in/")
        watch = Watch(looking, site.address)
        looking.goto(f"{site.address}/me/")
        looking.evaluate("() => { window.isTheSamePage = true; scrollTo({ top: 400, behavior: 'instant' }); }")
        first = looking.locator("#my-list h2 a").first
        film = first.get_attribute("href")
        looking.locator("#my-list-name").focus()
        looking.evaluate("() => scrollTo({ top: 400, behavior: 'instant' })")

        rating.goto(f"{site.address}{film}")
        rating.locator("form[data-saves] input[value='5.0']").check(force=True)

        expect(looking.locator(f"#my-list h2 a[href='{film}']")).to_have_count(0, timeout=SOON)
        expect(looking.get_by_role("status").filter(has_text="Your list has changed.")).to_be_attached()
        assert looking.evaluate("() => window.isTheSamePage && scrollY === 400 && document.activeElement.id === 'my-list-name'")
        assert looking.locator("#my-list").get_attribute("data-rev") == "1"
        assert not axe_violations(looking)
        assert not watch.console_errors + watch.foreign_requests


def test_a_page_that_nobody_sees_asks_nothing_and_looks_at_once_when_it_is_seen(browser: Browser, site: Site) -> None:
    with browser.new_context() as context:
        page = came_in(context, site, f"Vera {secrets.token_hex(3)}", "/sign-up/")
        page.goto(f"{site.address}/me/")
        with page.expect_response("**/me/rev"):
            pass
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))

        # Chromium shows every page of a headless context; the page is told otherwise.
        page.evaluate(
            "() => { Object.defineProperty(document, 'visibilityState', { get: () => window.seen ?? 'hidden', configurable: true }); "
            "document.dispatchEvent(new Event('visibilitychange')); }"
        )
        page.wait_for_timeout(4_500)
        assert not asked

        with page.expect_response("**/me/rev", timeout=SOON):
            page.evaluate("() => { window.seen = 'visible'; document.dispatchEvent(new Event('visibilitychange')); }")
