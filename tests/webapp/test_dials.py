"""Sliders on the pages: what they send without any script, what the list then says of itself, and the way back."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.webapp.conftest import a_browser
from tests.webapp.programme import BOB, ProgrammeRecommender
from tests.webapp.test_pages import Seen, page_at, places
from webapp import create_app
from webapp.inputs import WISHES

RESULT = "/result/?user=580&amount=10"


@pytest.fixture
def client() -> FlaskClient:
    return a_browser(create_app(ProgrammeRecommender()))


def sent_by_the_form(page: Seen, action: str) -> dict[str, list[str]]:
    """What the form with the sliders sends, as it stands."""
    text = page.raw
    form = next(form for form in re.findall(r"<form[^>]*>.*?</form>", text, re.DOTALL) if 'type="range"' in form)
    assert f'action="{action}"' in form
    found: dict[str, list[str]] = {}
    for field in re.findall(r"<input[^>]*>", form):
        values = dict(re.findall(r'([a-z-]+)="([^"]*)"', field))
        if values["type"] != "checkbox" or " checked" in field:
            found.setdefault(values["name"], []).append(values["value"])
    return found


@pytest.mark.parametrize("path", [RESULT, "/movies/"])
def test_sliders_are_labelled_stand_at_rest_and_are_in_a_closed_drawer(client: FlaskClient, path: str) -> None:
    page = page_at(client, path)

    ranges = page.all("input", type="range")
    assert [(one["name"], one["value"]) for one in ranges] == [(name, "0") for name in WISHES]
    assert {one.get("for") for one in page.all("label")} >= {one["id"] for one in ranges}
    ends = {one.get("id") for one in page.all("p")}
    assert all(one["aria-describedby"] in ends for one in ranges)
    drawers = [one for one in page.all("details") if one.get("class") in ("dials", "narrow")]
    assert drawers
    assert all("open" not in one for one in drawers)


def test_a_form_sent_as_it_stands_gives_the_same_list(client: FlaskClient) -> None:
    sent = sent_by_the_form(page_at(client, f"{RESULT}&with=Drama&without=Comedy"), "/result/")

    assert sent == {"user": ["580"], "amount": ["10"], "with": ["Drama"], "without": ["Comedy"]} | {name: ["0"] for name in WISHES}
    address = "/result/?" + "&".join(f"{name}={value}" for name, values in sent.items() for value in values)
    assert places(client, address) == places(client, f"{RESULT}&with=Drama&without=Comedy")
    assert "to try" not in page_at(client, address).text


def test_a_list_that_explores_says_so_marks_each_film_and_leads_back(client: FlaskClient) -> None:
    page = page_at(client, f"{RESULT}&explore=0.3&diversity=0.5&popularity=-0.5")

    assert "Three of these ten are not what fits best but something to try, and each says what for." in page.text
    assert page.text.count("To try A genre you have not rated: Western.") == 3
    assert "Turned: three to try, more varied, lesser known" in page.text
    without = next(address for address, words in page.links.items() if words == "Leave them out")
    assert parse_qs(urlsplit(without).query) == {"user": ["580"], "amount": ["10"], "diversity": ["0.5"], "popularity": ["-0.5"]}
    back = next(address for address, words in page.links.items() if words == "Back to the best fit")
    assert parse_qs(urlsplit(back).query) == {"user": ["580"], "amount": ["10"]}
    assert "something to try" not in page_at(client, without).text


def test_sliders_stand_where_the_list_was_made(client: FlaskClient) -> None:
    page = page_at(client, f"{RESULT}&explore=0.3&diversity=0.5&popularity=-0.5&recency=1")

    assert {one["name"]: one["value"] for one in page.all("input", type="range")} == {
        "explore": "0.3",
        "diversity": "0.5",
        "popularity": "-0.5",
        "recency": "1",
    }


def test_one_film_to_try_is_told_as_one(client: FlaskClient) -> None:
    assert (
        "One of these ten is not what fits best but something to try, and says what for." in page_at(client, f"{RESULT}&explore=0.1").text
    )


def test_auto_shows_what_it_came_to(client: FlaskClient) -> None:
    page = page_at(client, RESULT)
    auto = next(address for address, words in page.links.items() if words == "Explore as broadly as the ratings are")
    page = page_at(client, auto)

    assert "By the breadth of the ratings their share is 25 %." in page.text
    assert page.all("input", type="range", name="explore")[0]["value"] == "0.25"


def test_what_is_tried_has_a_label_in_the_place_of_its_match(client: FlaskClient) -> None:
    assert client.get(RESULT).text.count("match-number") == 10
    assert client.get(f"{RESULT}&explore=0.3").text.count("match-number") == 7


def test_the_sum_of_a_film_is_that_of_the_list_it_stands_in(client: FlaskClient) -> None:
    links = [address for address in page_at(client, f"{RESULT}&explore=0.3").links if address.startswith("/why/")]

    assert links
    assert all(parse_qs(urlsplit(address).query) == {"user": ["580"], "explore": ["0.3"]} for address in links)
    page = page_at(client, links[0])
    assert any(parse_qs(urlsplit(address).query).get("explore") == ["0.3"] for address in page.links if address.startswith("/result/"))


def test_a_list_that_explores_is_not_called_the_same_for_everyone(client: FlaskClient) -> None:
    assert "the same for everyone" in page_at(client, f"/result/?user={BOB}&amount=10").text
    assert "This list is the same for everyone" not in page_at(client, f"/result/?user={BOB}&amount=10&explore=0.5").text


def test_the_form_keeps_what_was_turned_and_opens_its_drawer(client: FlaskClient) -> None:
    back = next(address for address, words in page_at(client, f"{RESULT}&explore=0.3").links.items() if words == "Get back")
    page = page_at(client, back)

    assert page.all("input", type="range", name="explore")[0]["value"] == "0.3"
    assert [one for one in page.all("details", **{"class": "narrow"}) if "open" in one]


def test_a_form_opens_at_rest_where_what_was_typed_cannot_be_meant(client: FlaskClient) -> None:
    assert page_at(client, "/movies/?explore=much").all("input", type="range", name="explore")[0]["value"] == "0"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("explore=2", "explore must be a number from 0 to 1, or auto, not '2'."),
        ("popularity=&recency=1", "popularity must be a number from -1 to 1"),
        ("diversity=0&diversity=1", "diversity must be given once, not '0, 1'."),
    ],
)
@pytest.mark.parametrize("path", [RESULT, "/why/318?user=580"])
def test_what_cannot_be_meant_is_refused_with_a_way_back(client: FlaskClient, path: str, query: str, sentence: str) -> None:
    assert sentence.capitalize() in page_at(client, f"{path}&{query}", 400).text
