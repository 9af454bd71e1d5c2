"""A household: everybody has a list of their own, under one sign-in, and a PIN where they want one."""

from __future__ import annotations

import html

import pytest
from flask import Flask

from tests.webapp.accounts.conftest import Browser
from tests.webapp.accounts.test_ways_in import NAMES, another, said
from tests.webapp.settings.conftest import member_called, told, with_bob


def who(browser: Browser) -> str:
    """Whose name the masthead shows."""
    page = browser.get("/about/").text
    return html.unescape(page.partition("Signed in as </span><bdi>")[2].partition("</bdi>")[0])


def test_a_member_has_a_number_of_their_own_and_one_tap_leads_to_their_list(alice: Browser) -> None:
    bob = with_bob(alice)

    answer = alice.send("/switch/", member=bob)

    assert answer.status_code == 303
    assert who(alice) == "Bob"
    assert f"number <strong>{bob}</strong>" in alice.get("/settings/").text
    alice.send("/switch/", member=member_called(alice, "Alice"))
    assert who(alice) == "Alice"


def test_only_this_browser_turns_to_another_member(app: Flask, alice: Browser) -> None:
    phone = another(app)
    phone.sign_in()
    alice.send("/switch/", member=with_bob(alice))

    assert (who(alice), who(phone)) == ("Bob", "Alice")


def test_a_pin_is_asked_and_guessing_it_comes_to_an_end(alice: Browser) -> None:
    bob = with_bob(alice, pin="2468")

    for guess in ("", "0000", "1111", "2222", "3333"):
        answer = alice.send("/switch/", member=bob, pin=guess)
        assert (answer.status_code, said(answer.text)) == (403, "That is not the PIN of Bob.")
    answer = alice.send("/switch/", member=bob, pin="2468")

    assert answer.status_code == 429
    assert said(answer.text).startswith("That was too often")
    assert int(answer.headers["Retry-After"]) > 0
    assert who(alice) == "Alice"


def test_the_right_pin_opens(alice: Browser) -> None:
    alice.send("/switch/", member=with_bob(alice, pin="2468"), pin="2468")

    assert who(alice) == "Bob"


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "١٢٣٤"])
def test_what_is_no_pin_is_not_taken_and_not_repeated(alice: Browser, pin: str) -> None:
    answer = alice.send("/settings/household/pin", on="/settings/", pin=pin)

    assert answer.status_code == 400
    assert said(answer.text) == "The PIN must be of 4 to 8 digits."
    assert f'value="{pin}"' not in answer.text


def test_a_pin_that_is_set_empty_is_not_asked_any_more(alice: Browser) -> None:
    bob = with_bob(alice, pin="2468")

    alice.send("/settings/household/pin", on="/settings/", member=bob, pin="")

    assert told(alice) == "No PIN is asked any more."
    alice.send("/switch/", member=bob)
    assert who(alice) == "Bob"


def test_people_of_other_households_are_out_of_reach(app: Flask, alice: Browser) -> None:
    eve = another(app)
    eve.sign_up("Eve")
    hers = member_called(alice, "Alice")

    for path, fields in [
        ("/switch/", {}),
        ("/settings/household/rename", {"name": "Mallory"}),
        ("/settings/household/pin", {"pin": "1234"}),
        ("/settings/household/remove", {}),
    ]:
        answer = eve.client.post(path, data={"member": hers, "csrf": eve.csrf, **fields})
        assert answer.status_code == 404, path
    assert (who(alice), who(eve)) == ("Alice", "Eve")


@pytest.mark.parametrize("member", ["", "0", "-1", "ten", "9" * 30])
def test_what_is_no_number_is_refused_in_words(alice: Browser, member: str) -> None:
    for path in ("/switch/", "/settings/household/remove"):
        answer = alice.client.post(path, data={"member": member, "csrf": alice.csrf})
        assert answer.status_code == 400
        assert said(answer.text).startswith("Member must be a whole number")


def test_a_member_who_is_removed_leaves_with_everything(recommender, alice: Browser) -> None:
    bob = with_bob(alice)
    alice.send("/switch/", member=bob)
    alice.send("/switch/", member=member_called(alice, "Alice"))

    assert alice.send("/settings/household/remove", on="/settings/").status_code == 303

    assert told(alice) == "Bob has left, with every rating and mark."
    assert not recommender.people.has_person(int(bob))
    assert alice.client.post("/switch/", data={"member": bob, "csrf": alice.csrf}).status_code == 404


def test_the_ninth_finds_the_house_full(alice: Browser) -> None:
    for place in range(2, 9):
        assert alice.send("/settings/household/add", on="/settings/", name=f"Number {place}").status_code == 303

    answer = alice.send("/settings/household/add", on="/settings/", name="Number 9")

    assert answer.status_code == 409
    assert said(answer.text).startswith("There are 8 members already")
    assert 'value="Number 9"' in answer.text


@pytest.mark.parametrize("name", NAMES)
def test_a_members_name_is_text_wherever_it_stands(alice: Browser, name: str) -> None:
    alice.send("/settings/household/add", on="/settings/", name=name)
    bob = with_bob(alice)

    pages = [told(alice), alice.get("/settings/").text, alice.get("/switch/").text]

    assert all(tag not in page for page in pages[1:] for tag in ("<b>A", "<img src=x", "</title><script>", "'Al' 49"))
    assert alice.send("/settings/household/rename", on="/settings/", member=bob, name=name).status_code == 303


def test_a_list_is_its_owners_alone_until_they_say_otherwise(recommender, alice: Browser) -> None:
    number = int(member_called(alice, "Alice"))
    assert not recommender.people.is_shared(number)

    alice.send("/settings/household/share", on="/settings/")
    assert told(alice) == "Anyone who knows your number can read your list."
    assert recommender.people.is_shared(number)

    alice.send("/settings/household/share", on="/settings/")
    assert not recommender.people.is_shared(number)
