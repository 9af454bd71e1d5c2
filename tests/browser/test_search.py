"""Films while one types, from the field in the masthead: by keyboard, by mouse, and as a plain form without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.checks import Watch, axe_violations, sideways
from tests.browser.site import Site

WIDTHS = [1280, 768, 360, 320]


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """Home, with the field for searches focused and its script there; the console stays clean."""
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        watch = Watch(page, site.address)
        page.goto(site.address)
        page.keyboard.press("/")
        expect(page.get_by_role("combobox", name="Find a film")).to_be_focused()
        yield page
        assert not watch.console_errors + watch.foreign_requests


def test_typing_brings_films_and_says_how_many(page: Page) -> None:
    field = page.get_by_role("combobox", name="Find a film")
    page.keyboard.type("godf")

    options = page.get_by_role("option")
    expect(options.first).to_contain_text("The Godfather")
    expect(options.first.locator("mark")).to_have_text("Godf")
    expect(options.first).to_contain_text("1972")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("form.search [role=status]")).to_have_text(f"{options.count()} films. Arrow keys choose one.")


def test_a_slip_is_forgiven(page: Page) -> None:
    page.keyboard.type("gofdather")
    expect(page.get_by_role("option").first).to_contain_text("The Godfather")


def test_the_keyboard_goes_through_the_films_and_opens_one(page: Page) -> None:
    field, options = page.get_by_role("combobox"), page.get_by_role("option")
    page.keyboard.type("the")
    expect(options).to_have_count(8)

    for key, chosen in [
        ("ArrowDown", 0),
        ("ArrowDown", 1),
        ("End", 7),
        ("ArrowDown", None),
        ("ArrowUp", 7),
        ("Home", 0),
        ("ArrowUp", None),
    ]:
        page.keyboard.press(key)
        expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0 if chosen is None else 1)
        if chosen is None:
            assert field.get_attribute("aria-activedescendant") is None
        else:
            expect(options.nth(chosen)).to_have_attribute("aria-selected", "true")
            expect(field).to_have_attribute("aria-activedescendant", str(options.nth(chosen).get_attribute("id")))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/film/\d+"))


def test_enter_without_a_choice_goes_to_the_search_page(page: Page) -> None:
    page.keyboard.type("brazil")
    expect(page.get_by_role("option").first).to_contain_text("Brazil")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/search/\?q=brazil"))


def test_escape_closes_the_films_then_empties_the_field(page: Page) -> None:
    field = page.get_by_role("combobox")
    page.keyboard.type("brazil")
    expect(page.get_by_role("listbox")).to_be_visible()

    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("brazil")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(field).to_have_value("")


def test_leaving_the_field_closes_the_films(page: Page) -> None:
    page.keyboard.type("brazil")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_the_mouse_opens_a_film(page: Page) -> None:
    page.keyboard.type("brazil")
    expect(page.get_by_role("option").first).to_contain_text("Brazil")
    page.get_by_role("option").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Brazil")


def test_a_finger_opens_a_film(browser: Browser, site: Site) -> None:
    with browser.new_context(has_touch=True, viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(site.address)
        page.locator("#search").tap()
        page.keyboard.type("brazil")
        expect(page.get_by_role("option").first).to_contain_text("Brazil")
        page.get_by_role("option").first.tap()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Brazil")


def test_what_nothing_is_like_is_said(page: Page) -> None:
    page.keyboard.type("zzxxyyqq")
    expect(page.locator("form.search [role=status]")).to_have_text("No film like “zzxxyyqq”.")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)


def test_a_slow_answer_to_what_was_typed_before_is_not_shown(page: Page) -> None:
    held: list[Route] = []
    page.route(re.compile(r"/api/v1/movies\?q=brazil&"), lambda route: held.append(route))
    page.keyboard.type("brazil")
    with page.expect_request(re.compile(r"q=brazil&")):
        pass
    page.keyboard.press("Control+a")
    page.keyboard.type("alien")
    expect(page.get_by_role("option").first).to_contain_text("Alien")

    for route in held:
        route.fulfill(json={"query": "brazil", "items": []})

    expect(page.get_by_role("option").first).to_contain_text("Alien")


def test_one_question_is_asked_for_what_is_typed_at_once(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/movies" in request.url else None)
    page.clock.install()  # the browser's own: however slow this machine, no time passes from one letter to the next
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 1)
    page.keyboard.type("godfather")
    page.clock.resume()
    expect(page.get_by_role("option").first).to_contain_text("The Godfather")
    assert len(asked) == 1


def test_a_search_that_fails_leaves_the_form(page: Page) -> None:
    page.route("**/api/v1/movies?**", lambda route: route.fulfill(json={"items": "not what was agreed"}))
    page.keyboard.type("brazil")
    page.wait_for_timeout(300)
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=brazil"))


@pytest.mark.parametrize("path", ["/", "/search/?q=the"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_open_list_is_accessible_fits_and_moves_nothing(
    browser: Browser, site: Site, request: pytest.FixtureRequest, theme: str, path: str
) -> None:
    findings: list[str] = []
    with browser.new_context(color_scheme=theme, reduced_motion="reduce") as context:  # type: ignore[arg-type]
        page = context.new_page()
        for number, width in enumerate(WIDTHS):  # two of the four by axe in light, the others in dark
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(site.address + path)
            place = page.locator("main").bounding_box()
            page.locator("#search").focus()
            # Until the script is there, the same words as in the field already are no news to it.
            expect(page.locator("#search")).to_have_attribute("role", "combobox")
            page.locator("#search").fill("the")
            expect(page.get_by_role("option")).to_have_count(8)
            page.keyboard.press("ArrowDown")
            by_axe = axe_violations(page) if request.config.getoption("--long") or number % 2 == (theme == "dark") else []
            findings += [f"at {width} px: {finding}" for finding in by_axe + sideways(page)]
            box = page.get_by_role("listbox").bounding_box()
            if not box or box["x"] < 0 or box["x"] + box["width"] > width or page.locator("main").bounding_box() != place:
                findings.append(f"at {width} px the list lies at {box} and the page at {page.locator('main').bounding_box()}, was {place}")
    assert not findings, "\n".join(findings)


def test_without_javascript_the_form_searches(browser: Browser, site: Site) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site.address)
        page.locator("#search").fill("brzail 1985")
        page.locator("#search").press("Enter")

        expect(page).to_have_url(re.compile(r"/search/\?q=brzail\+1985"))
        expect(page.locator("main li").first).to_contain_text("Brazil")
