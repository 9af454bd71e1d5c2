"""Pages for those who are signed in: sound in every state, light and dark, and whole by keyboard alone and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.checks import HEIGHT, NARROWEST, THEMES, Theme, Watch, axe_violations, html_findings, sideways
from tests.browser.site import Site

PASSWORD = "brazil heat alien"
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorffs"
NEWCOMER, REGULAR = "Nora", "Rosa"  # who has said nothing yet, and who has rated, seen, hidden and noted films
ROVER = "Vera"  # who has rated what everybody likes, and then genres that were new to her

# Who looks at it, and what they must see.
STATES = [
    (NEWCOMER, "/", "until you have rated something"),
    (NEWCOMER, "/me/", "the same for everyone"),
    (NEWCOMER, "/me/ratings/", "You have rated nothing yet"),
    (NEWCOMER, "/me/ratings/?shelf=hidden", "Films you never want to be shown"),
    (NEWCOMER, "/me/watchlist/", "Nothing is on it yet"),
    (NEWCOMER, "/me/feeds/", "Make an address"),
    (REGULAR, "/me/delete/", "You signed up for Bob"),
    (NEWCOMER, "/settings/", "Tokens for programs"),
    (NEWCOMER, "/me/events/", "Nothing is noted"),
    (NEWCOMER, "/films/new/?title=Home+movie", "Where it can be read about"),
    (NEWCOMER, "/switch/", "You are alone in your household so far"),
    (NEWCOMER, "/settings/echo/", "No Echo is linked yet"),
    (REGULAR, "/", "For Rosa"),
    (REGULAR, "/me/", "Ten films for Rosa"),
    (REGULAR, "/me/?amount=50", "Fifty films for Rosa"),
    (REGULAR, "/me/ratings/", "Change"),
    (REGULAR, "/me/ratings/?shelf=hidden", "Show it again"),
    (REGULAR, "/me/ratings/?title=zzz", "None of them has"),
    (REGULAR, "/me/watchlist/", "the best for you first"),
    (REGULAR, "/settings/", "Bob, with a PIN"),
    (REGULAR, "/switch/", "Who is watching?"),
    (NEWCOMER, "/me/import/", "The file that the other site gave you"),
    (REGULAR, "/me/import/", "Saved before"),
    (REGULAR, "{draft}", "Which film is it?"),
    (REGULAR, "{receipt}", "Not what you meant?"),
    (REGULAR, "/me/export/", "Everything, for a spreadsheet"),
    (NEWCOMER, "/me/taste/", "there are none yet"),
    (NEWCOMER, "/me/log/", "Nothing has moved it yet"),
    (REGULAR, "/start/", "Your list by now"),
    (REGULAR, "/me/events/", "Searched for"),
    (REGULAR, "/me/taste/", "Typical of the nearest group, new to you"),
    (ROVER, "/me/taste/", "Off the beaten track"),
    (REGULAR, "/me/log/", "You gave"),
    (REGULAR, "{rated}", "would have guessed"),
    (REGULAR, "{unrated}", "Your say"),
]

Looks = Callable[[int], list[tuple[Theme, int]]]


class People:
    """Their sessions, as browsers keep them, and the films that Rosa knows and does not know."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser, self._site = browser, site
        self.sessions: dict[str, Any] = {}
        with self._signed_up(NEWCOMER):
            pass
        with self._signed_up(ROVER) as page:
            addresses = [site.address, *(f"{site.address}/result/?user=1&with={genre}" for genre in ("Western", "Musical", "Horror"))]
            for address in addresses:
                page.goto(address)
                films = page.eval_on_selector_all(".card-film a, .entry h2 a", "all => all.map(a => a.getAttribute('href'))")
                for film, stars in zip(films[:11], (5, 4.5, 1, 3.5) * 3, strict=False):
                    self._send(page, f"{film}/rate", rating=str(stars))
        with self._signed_up(REGULAR) as page:
            page.goto(site.address)
            films = page.eval_on_selector_all(".card-film a", "all => all.map(a => a.getAttribute('href'))")
            title = page.eval_on_selector_all(".card-title", "all => all.map(a => a.textContent)")[8]
            self.rated, self.unrated, self.another = films[0], films[9], films[10]
            for name in ("Bob", LONG_NAME):
                self._send(page, "/settings/household/add", name=name)
            page.goto(f"{site.address}/settings/")
            bob = page.locator("#household [name=member]").nth(2).get_attribute("value") or ""
            self._send(page, "/settings/household/pin", member=bob, pin="2468")
            for film, stars in zip(films, (5, 4.5, 1, 3.5), strict=False):
                self._send(page, f"{film}/rate", rating=str(stars))
            for film, kind in ((films[4], "hidden"), (films[5], "seen"), (films[6], "watchlist"), (films[7], "watchlist")):
                self._send(page, f"{film}/mark", kind=kind, turn="on")
            self._send(page, "/me/events/", turn="on")
            page.goto(f"{site.address}/search/?q=brazil")
            rows = [f'"{title}",{year},1.5' for year in (1902, 1903)] + ["No Such Film,1950,4", "Alien,1979,seven"]
            self.receipt = self._sent(page, "saved.csv", [f'"{title}",,4.5'])
            page.locator("button[value=save]").click()
            self.draft = self._sent(page, "films.csv", rows)

    def _sent(self, page: Page, name: str, rows: list[str]) -> str:
        """Where a file with these rows is looked at."""
        content = "\n".join(["Title,Year,Rating", *rows]).encode()
        page.goto(f"{self._site.address}/me/import/")
        page.locator("#file").set_input_files([{"name": name, "mimeType": "text/csv", "buffer": content}])
        page.locator("main .door button[type=submit]").click()
        expect(page.locator("main")).to_contain_text("Nothing is written yet")
        return page.url.removeprefix(self._site.address)

    def _signed_up(self, name: str) -> Any:
        return _SignedUp(self, self._browser, self._site, name)

    def _send(self, page: Page, path: str, **fields: str) -> None:
        token = page.locator("input[name=csrf]").first.get_attribute("value") or ""
        answer = page.request.post(
            self._site.address + path, form={**fields, "csrf": token}, headers={"Origin": self._site.address, "Accept": "application/json"}
        )
        assert answer.status == 200, answer.text()


class _SignedUp:
    def __init__(self, people: People, browser: Browser, site: Site, name: str) -> None:
        self._people, self._context, self._site, self._name = people, browser.new_context(java_script_enabled=False), site, name

    def __enter__(self) -> Page:
        page = self._context.new_page()
        page.goto(f"{self._site.address}/sign-up/")
        page.locator("#name").fill(self._name)
        page.locator("#password").fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()
        page.goto(f"{self._site.address}/me/")
        expect(page.locator("h1")).to_contain_text(self._name)
        return page

    def __exit__(self, *_: object) -> None:
        self._people.sessions[self._name] = self._context.storage_state()
        self._context.close()


@pytest.fixture(scope="module")
def people(browser: Browser, site: Site) -> People:
    return People(browser, site)


@pytest.fixture
def rosa(browser: Browser, people: People) -> Iterator[Page]:
    with browser.new_context(storage_state=people.sessions[REGULAR], reduced_motion="reduce") as context:
        yield context.new_page()


@pytest.fixture
def plain(browser: Browser, people: People) -> Iterator[BrowserContext]:
    """Rosa's browser, which runs no script of any page."""
    with browser.new_context(storage_state=people.sessions[REGULAR], java_script_enabled=False) as context:
        yield context


@pytest.mark.parametrize(("who", "path", "says"), STATES)
def test_a_page_of_ones_own_is_accessible_quiet_and_fits(
    browser: Browser, site: Site, people: People, looks: Looks, who: str, path: str, says: str
) -> None:
    address = site.address + path.format(**vars(people))
    findings: list[str] = []
    with browser.new_context(storage_state=people.sessions[who], reduced_motion="reduce") as context:
        page = context.new_page()
        watch = Watch(page, site.address)
        answer = page.goto(address)
        assert answer
        assert answer.status == 200
        assert says in page.locator("main").inner_text()
        for theme, width in looks(STATES.index((who, path, says))):
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": HEIGHT})
            findings += [f"{theme}, {width} px: {finding}" for finding in axe_violations(page) + sideways(page)]
        page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
        findings += [f"at {NARROWEST} px: {finding}" for finding in sideways(page)]
        page.evaluate("() => document.querySelectorAll('main details').forEach(one => { one.open = true })")
        findings += [f"at {NARROWEST} px with all open: {finding}" for finding in sideways(page)]
        findings += watch.console_errors + watch.foreign_requests

    assert not findings, "\n".join([address, *findings])


def test_every_page_of_ones_own_is_valid_html(browser: Browser, site: Site, people: People, tmp_path: Path) -> None:
    files = []
    for number, (who, path, _) in enumerate(STATES):
        address = site.address + path.format(**vars(people))
        files.append(tmp_path / f"{number:02}-{who}{path.partition('?')[0].replace('/', '-')}.html")
        with browser.new_context(storage_state=people.sessions[who]) as context:
            answer = context.request.get(address, headers={"Accept": "text/html"})
            assert (answer.status, answer.url) == (200, address)
            files[-1].write_text(answer.text())

    findings = html_findings(files, tmp_path / "report.json")

    assert not findings, "\n".join(findings)


# Where a form stands, what it is, what is typed into it, and what the answer says.
ANSWERS = [
    ("/settings/", "#programs form", {"token-name": "Radarr"}, "Copy it now, it is shown this once."),
    ("/settings/", "#password form", {"current": "a guess", "password": "jaws ran vertigo"}, "not the password you sign in with"),
    ("/settings/", "#household form:has([name=pin])", {"pin": "12"}, "The PIN must be of 4 to 8 digits."),
    ("/settings/echo/", ".way-in form", {}, "Say this to your Echo"),
    ("/me/feeds/", "form:has([name=name])", {"name": "Radarr"}, "Copy what you need now"),
    ("/films/new/", ".door:has([name=title])", {"title": "Brazil", "year": "1985"}, "is here already"),
    ("/switch/", ".face:has([name=pin])", {"pin": "1111"}, "That is not the PIN of Bob."),
]


@pytest.mark.parametrize(("path", "form", "typed", "says"), ANSWERS)
def test_what_a_form_answers_is_accessible_quiet_and_where_the_keyboard_is(
    rosa: Page, site: Site, looks: Looks, tmp_path: Path, path: str, form: str, typed: dict[str, str], says: str
) -> None:
    rosa.goto(site.address + path)
    watch = Watch(rosa, site.address)
    rosa.evaluate("() => document.querySelectorAll('main details').forEach(one => { one.open = true })")
    for name, text in typed.items():
        rosa.locator(f"{form} [name={name}]").first.fill(text)
    with rosa.expect_navigation() as answered:
        rosa.locator(f"{form} [type=submit]").last.click() if not typed else rosa.locator(f"{form} [name={next(iter(typed))}]").first.press(
            "Enter"
        )

    expect(rosa.locator("main")).to_contain_text(says)
    assert says in rosa.locator(":focus").inner_text(), "read out first, and in sight"
    rosa.evaluate("() => document.querySelectorAll('main details').forEach(one => { one.open = true })")
    findings: list[str] = []
    for theme, width in looks(ANSWERS.index((path, form, typed, says))):
        rosa.emulate_media(color_scheme=theme)
        rosa.set_viewport_size({"width": width, "height": HEIGHT})
        findings += [f"{theme}, {width} px: {finding}" for finding in axe_violations(rosa) + sideways(rosa)]
    rosa.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
    findings += [f"at {NARROWEST} px: {finding}" for finding in sideways(rosa)]
    saved = tmp_path / "page.html"
    saved.write_text(answered.value.text())
    findings += watch.console_errors + watch.foreign_requests + html_findings([saved], tmp_path / "report.json")
    assert not findings, "\n".join([path, *findings])


def test_who_leaves_gets_a_receipt_that_is_accessible_and_greets_nobody(browser: Browser, site: Site) -> None:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{site.address}/sign-up/")
        page.locator("#name").fill("Lea")
        page.locator("#password").fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()
        page.goto(f"{site.address}/me/delete/")
        page.locator("#name").fill("Lea")
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="Delete everything of mine").click()

        expect(page.locator("h1")).to_have_text("Gone, and this is the receipt")
        expect(page.locator("header")).not_to_contain_text("Lea")
        findings = []
        for theme, width in zip(THEMES, (1280, NARROWEST), strict=True):
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": HEIGHT})
            findings += [f"{theme}, {width} px: {finding}" for finding in axe_violations(page) + sideways(page)]
        assert not findings, "\n".join(findings)


def test_stars_are_given_by_keys_and_what_follows_is_told(rosa: Page, site: Site, people: People) -> None:
    rosa.clock.install(time=0)  # the browser's own: however slow this machine, no time passes from one key to the next
    rosa.goto(site.address + people.unrated)
    rosa.clock.pause_at(60)
    rosa.locator(".stars-row input").first.focus()

    with rosa.expect_response("**/rate") as saved:
        for _ in range(6):  # each arrow is half a star, and only the last is sent
            rosa.keyboard.press("ArrowRight")
        rosa.clock.resume()

    assert saved.value.request.post_data is not None
    assert "rating=3.5" in saved.value.request.post_data
    expect(rosa.locator("#said [role=status]")).to_contain_text("3½ stars saved.")
    expect(rosa.locator("#my-say")).to_contain_text("would have guessed")
    expect(rosa.locator(".stars-row input:checked")).to_be_focused()
    with rosa.expect_response("**/rate") as undone:
        rosa.keyboard.press("Digit0")
    assert undone.value.status == 200
    expect(rosa.locator(".stars-row input:checked")).to_have_count(0)


def test_the_keyboard_stays_with_the_film_whose_stars_are_changed_in_the_list_of_all(rosa: Page, site: Site) -> None:
    rosa.goto(f"{site.address}/me/ratings/?order=title")
    film = rosa.locator(".own-film").nth(1)
    title = film.locator("h2 a").inner_text()
    film.locator("summary").press("Enter")
    film.locator(".stars-row input:checked").focus()

    with rosa.expect_response("**/rate"):
        rosa.keyboard.press("ArrowRight")

    expect(rosa.locator("#said [role=status]")).to_contain_text(f"{title}: ")
    expect(rosa.locator(".own-film h2 a", has_text=title)).to_be_focused()


def test_undo_brings_the_stars_back(rosa: Page, site: Site, people: People) -> None:
    rosa.goto(site.address + people.rated)
    rosa.locator(".stars-row input[value='0.5']").check(force=True)
    expect(rosa.locator("#said [role=status]")).to_contain_text("half a star saved.")

    rosa.locator("#said button").click()

    expect(rosa.locator("#said [role=status]")).to_contain_text("5 stars saved.")
    expect(rosa.locator(".stars-row input[value='5.0']")).to_be_checked()


def test_what_is_hidden_leaves_the_list_without_loading_it_again(rosa: Page, site: Site) -> None:
    rosa.goto(f"{site.address}/me/")
    second = rosa.locator(".entry h2").nth(1).inner_text()
    rosa.evaluate("() => { window.isSamePage = true }")

    rosa.get_by_role("button", name=f"Not for me {second}").press("Enter")

    expect(rosa.locator(".entry h2").nth(1)).not_to_have_text(second)
    expect(rosa.locator(".entry h2 a").nth(1)).to_be_focused()
    expect(rosa.locator(".entry")).to_have_count(10)
    assert rosa.evaluate("() => window.isSamePage")
    rosa.locator("#said button").click()
    expect(rosa.locator(".entry h2").nth(1)).to_have_text(second)


def test_what_cannot_be_sent_is_kept_and_can_be_sent_again(rosa: Page, site: Site, people: People) -> None:
    rosa.goto(site.address + people.unrated)
    rosa.route("**/rate", lambda route: route.abort())
    rosa.locator(".stars-row input[value='4.0']").check(force=True)
    expect(rosa.locator("#said [role=status]")).to_contain_text("Not saved. The site cannot be reached.")
    rosa.unroute("**/rate")

    rosa.get_by_role("button", name="Try again").click()

    expect(rosa.locator("#said [role=status]")).to_contain_text("4 stars saved.")
    rosa.locator("#said button").click()
    expect(rosa.locator("#said [role=status]")).to_contain_text("taken back")


COLOURS = "all => all.map(one => getComputedStyle(one).backgroundColor)"


@pytest.mark.parametrize("half_stars", range(1, 11))
def test_half_stars_are_drawn_as_they_are_given(rosa: Page, site: Site, people: People, half_stars: int) -> None:
    """Colours, since whatever reads mark-up gave full marks to a widget that drew 3.5 stars as 3; under the mouse, and once it has gone."""
    rosa.route(
        "**/rate", lambda _: None
    )  # never answered: what the site has kept would come in place of the stars, as soon as these are saved
    rosa.goto(site.address + people.another)
    rosa.mouse.move(0, 0)
    bare = set(
        rosa.eval_on_selector_all(
            ".stars-row label", f"all => {{ all.forEach(one => {{ one.control.checked = false }}); return ({COLOURS})(all) }}"
        )
    )
    rosa.locator(f".stars-row input[value='{half_stars / 2:.1f}']").check(force=True)
    under_the_mouse = rosa.eval_on_selector_all(".stars-row label", COLOURS)
    rosa.mouse.move(0, 0)
    given = rosa.eval_on_selector_all(".stars-row label", COLOURS)
    widths = rosa.eval_on_selector_all(".stars-row label", "all => all.map(one => one.getBoundingClientRect().width)")

    assert len(bare) == 1
    for colours in (under_the_mouse, given):
        assert [colour not in bare for colour in colours] == [at < half_stars for at in range(10)]
        assert len(set(colours) - bare) == 1
    assert min(widths) >= 24


def test_all_of_it_works_without_scripts(plain: BrowserContext, site: Site, people: People) -> None:
    page = plain.new_page()
    page.goto(site.address + people.unrated)
    page.locator(".stars-row input[value='2.5']").check(force=True)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_contain_text("2½ stars saved.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#said")).to_contain_text("taken back")

    page.goto(f"{site.address}/me/")
    title = page.locator(".entry h2").nth(1).inner_text()
    page.get_by_role("button", name=f"Watchlist {title}").click()
    expect(page).to_have_url(re.compile("/me/$"))
    expect(page.locator("#said")).to_contain_text("is on your watchlist.")
    page.goto(f"{site.address}/me/watchlist/")
    expect(page.locator("main")).to_contain_text(title)


def test_a_file_is_brought_and_taken_back_by_keys_without_scripts(plain: BrowserContext, site: Site, people: People) -> None:
    """The file itself is chosen in a window of the browser's own."""
    page = plain.new_page()
    page.goto(site.address + people.draft)
    page.locator(".question input").first.focus()
    page.keyboard.press("Space")
    expect(page.locator(".question input").first).to_be_checked()
    page.locator("button[value=save]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Saved")

    page.get_by_role("button", name="Undo this import").focus()
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("Taken back")


def test_answers_on_the_start_page_bring_the_next_film_by_mouse_and_by_keys(browser: Browser, site: Site) -> None:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        watch = Watch(page, site.address)
        page.goto(f"{site.address}/start/")
        page.evaluate("() => { window.isSamePage = true }")
        first = page.locator("#asked").inner_text()

        page.locator("#start .stars-row label").nth(8).click()
        expect(page.locator("#asked")).not_to_have_text(first)
        second = page.locator("#asked").inner_text()
        expect(page.locator("#asked")).to_be_focused()
        expect(page.locator("#progress")).to_contain_text("1 of 3")
        expect(page.locator("#start .undo")).to_contain_text(f"{first}: 4½ stars.")

        page.keyboard.press("Tab")
        page.keyboard.press("Digit4")
        expect(page.locator("#asked")).not_to_have_text(second)
        expect(page.locator("#progress")).to_contain_text("2 of 3")
        third = page.locator("#asked").inner_text()
        page.locator("#answer-unseen").press("Enter")
        expect(page.locator("#asked")).not_to_have_text(third)
        expect(page.locator("#answer-unseen")).to_be_focused()
        page.locator("#answer-undo").press("Enter")
        expect(page.locator("#asked")).to_have_text(third)
        assert page.evaluate("() => window.isSamePage")
        assert not watch.console_errors
