"""Whoever leaves takes everything along, also what another request of theirs was writing just then, and leaves nobody a way in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from recommender import events, passwords, training
from recommender.domain import OPENED, Asker, UserId
from recommender.errors import UnknownUserError
from recommender.importing import kept as importing_kept
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import Blobs, open_blobs
from recommender.storage.profiles import open_profiles
from tests.webapp.accounts.conftest import PASSWORD, Browser
from tests.webapp.conftest import a_browser
from tests.webapp.settings.conftest import member_called, with_bob
from tests.worlds import data_set_of, two_tastes
from webapp import create_app

FILE = b"Title,Year,Rating10\nFilm 3,1903,8\nFilm 4,1904,7\n"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1, 32, 16))


@pytest.fixture
def blobs(var: Path) -> Blobs:
    return open_blobs(f"file://{var / 'blobs'}")


@pytest.fixture
def site(var: Path, blobs: Blobs) -> Iterator[Recommender]:
    chosen = Settings(profiles_url=f"sqlite://{var / 'people'}", blobs_url=blobs.url, secret_key="a key for tests alone, not a secret")
    profiles = open_profiles(chosen.profiles_url)
    training.train(data_set_of(two_tastes()), blobs, profiles, recipe="user-cosine", parameters={"n_neighbours": 5}, source="two tastes")
    recommender = Recommender(chosen, blobs, profiles)
    yield recommender
    recommender.close()


@pytest.fixture
def someone(site: Recommender) -> Callable[[], Browser]:
    """A browser of the site, nobody signed in."""
    app = create_app(site)
    return lambda: Browser(a_browser(app))


@pytest.fixture
def alice(someone: Callable[[], Browser]) -> Browser:
    browser = someone()
    assert browser.sign_up().status_code == 303
    return browser


def remains(blobs: Blobs, user_id: str | int) -> list[str]:
    """What lies among the blobs of that person."""
    return [key for key in blobs.list("") if f"/{user_id}/" in f"/{key}/"]


def import_and_note(browser: Browser) -> None:
    """A file saved, another begun, and a film opened that is noted."""
    from io import BytesIO

    for do in ("save", ""):
        sent = browser.client.post("/me/import/", data={"file": (BytesIO(FILE), "mine.csv"), "csrf": browser.csrf})
        assert sent.status_code == 303, sent.text
        if do:
            assert browser.client.post(sent.headers["Location"], data={"do": do, "csrf": browser.csrf}).status_code == 303
    browser.client.post("/me/events/", data={"turn": "on", "csrf": browser.csrf})
    browser.get("/film/7")


def test_a_member_whom_the_owner_sends_away_leaves_neither_files_nor_what_was_noted(alice: Browser, blobs: Blobs) -> None:
    bob = with_bob(alice)
    alice.send("/switch/", member=bob)
    import_and_note(alice)
    assert {key.partition("/")[0] for key in remains(blobs, bob)} == {"imports", "import-drafts", "events"}
    alice.send("/switch/", member=member_called(alice, "Alice"))

    assert alice.send("/settings/household/remove", on="/settings/").status_code == 303

    assert remains(blobs, bob) == []


@pytest.mark.parametrize("sent_away", [True, False])
def test_who_leaves_a_household_does_not_become_its_owner_past_the_pin(
    alice: Browser, someone: Callable[[], Browser], sent_away: bool
) -> None:
    bob, tablet = with_bob(alice), someone()
    alice.client.post("/settings/household/pin", data={"member": member_called(alice, "Alice"), "pin": "2468", "csrf": alice.csrf})
    tablet.sign_in()
    tablet.send("/switch/", member=bob)
    cookie = tablet.client.get_cookie("matinee")
    assert cookie is not None

    if sent_away:
        alice.send("/settings/household/remove", on="/settings/")
    else:
        tablet.client.post("/me/delete/", data={"name": "Bob", "csrf": tablet.csrf})
    tablet.client.set_cookie("matinee", cookie.value)

    assert not tablet.is_in
    assert alice.is_in


def test_a_member_who_leaves_ends_the_session_they_leave_by(alice: Browser) -> None:
    alice.send("/switch/", member=with_bob(alice))
    cookie = alice.client.get_cookie("matinee")
    assert cookie is not None

    alice.client.post("/me/delete/", data={"name": "Bob", "csrf": alice.csrf})
    alice.client.set_cookie("matinee", cookie.value)

    assert not alice.is_in


def test_a_file_that_is_still_being_read_is_not_kept_for_who_has_left(
    site: Recommender, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, asker = _new(site)
    monkeypatch.setattr(importing_kept.Kept, "put_draft", _after(lambda: site.forget(user_id, asker=asker), importing_kept.Kept.put_draft))

    with pytest.raises(UnknownUserError):
        site.imports.begin(user_id, "mine.csv", FILE, asker=asker)

    assert remains(blobs, user_id) == []


@pytest.mark.parametrize("step", ["put_receipt", "films", "move_receipt", "add_fixes"])
def test_an_import_that_is_being_saved_leaves_nothing_of_who_goes(
    site: Recommender, blobs: Blobs, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    user_id, asker = _new(site)
    draft = site.imports.begin(user_id, "mine.csv", FILE, asker=asker)
    monkeypatch.setattr(importing_kept.Kept, step, _after(lambda: site.forget(user_id, asker=asker), getattr(importing_kept.Kept, step)))

    with pytest.raises(UnknownUserError):
        site.imports.save(user_id, draft.import_id, asker=asker)

    assert remains(blobs, user_id) == []


def test_a_film_opened_while_one_leaves_or_switches_off_is_not_noted(
    site: Recommender, alice: Browser, blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.client.post("/me/events/", data={"turn": "on", "csrf": alice.csrf})
    alice.get("/film/7")
    owner = member_called(alice, "Alice")
    assert remains(blobs, owner)

    csrf, encoded = alice.csrf, events._encoded

    def off_meanwhile(noted: object) -> bytes:
        monkeypatch.setattr(events, "_encoded", encoded)
        alice.client.post("/me/events/", data={"turn": "off", "csrf": csrf})
        return encoded(noted)  # type: ignore[arg-type]

    monkeypatch.setattr(events, "_encoded", off_meanwhile)
    site.events.note(UserId(int(owner)), OPENED, movie_id=8)
    assert remains(blobs, owner) == []

    alice.client.post("/me/delete/", data={"name": "Alice", "password": PASSWORD, "csrf": alice.csrf})
    site.events.note(UserId(int(owner)), OPENED, movie_id=9)  # by a page that began before
    assert remains(blobs, owner) == []


def test_what_was_said_to_one_member_is_not_told_to_the_next(alice: Browser) -> None:
    bob, csrf = with_bob(alice), alice.csrf
    alice.get("/about/")
    alice.client.post("/film/7/rate", data={"rating": "4", "csrf": csrf})

    alice.client.post("/switch/", data={"member": bob, "csrf": csrf})

    page = alice.get("/me/").text
    assert "Film 7" not in page.partition('id="said"')[2].partition("</div>")[0]
    alice.client.post("/film/8/rate", data={"rating": "4", "csrf": alice.csrf})
    assert "Film 8: 4 stars saved." in alice.get("/me/").text
    alice.client.post("/film/9/rate", data={"rating": "4", "csrf": alice.csrf})
    alice.client.post("/sign-out/", data={"csrf": alice.csrf})
    assert "Film 9" not in alice.get("/about/").text


def _new(site: Recommender) -> tuple[UserId, Asker]:
    user_id, _ = site.new_person()
    return user_id, Asker(member=user_id)


def _after(first: Callable[[], object], then: Callable[..., object]) -> Callable[..., object]:
    def both(*arguments: object, **named: object) -> object:
        thread = threading.Thread(target=first)
        thread.start()
        thread.join()
        return then(*arguments, **named)

    return both
