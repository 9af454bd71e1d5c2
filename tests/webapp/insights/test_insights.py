"""What a person's stars say of them, and what moved their list, as their pages tell it."""

from __future__ import annotations

import re

import pytest

from recommender.domain import ASIDE, HIDDEN, SEEN, Asker, UserId
from recommender.serving import Recommender
from tests.webapp.accounts.conftest import Browser

ALICE = UserId(1_000_001)
HERSELF = Asker(member=ALICE)


def words(page: str) -> str:
    """The page's text as it is read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("path", ["/me/taste/", "/me/log/"])
def test_strangers_are_sent_to_sign_in(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 303


IN_MENU = ["/me/", "/start/", "/me/ratings/", "/me/watchlist/", "/me/taste/", "/me/log/", "/me/import/", "/settings/"]
IN_SETTINGS = ["/settings/echo/", "/me/feeds/", "/me/export/", "/me/events/", "/me/delete/"]


@pytest.mark.parametrize(("start", "paths"), [("/about/", IN_MENU), ("/settings/", IN_SETTINGS)])
def test_every_page_of_ones_own_is_reached_from_the_menu_or_from_settings(alice: Browser, start: str, paths: list[str]) -> None:
    page = alice.get(start).text

    assert [path for path in paths if f'href="{path}"' not in page] == []


class TestTaste:
    def test_without_stars_it_says_where_they_come_from(self, alice: Browser) -> None:
        page = alice.get("/me/taste/").text

        assert "there are none yet" in page
        assert 'href="/start/"' in page

    def test_a_genre_stands_beside_what_others_give_the_same_films(self, alice: Browser, recommender: Recommender) -> None:
        for film in (2, 5, 8, 11, 14):  # every third film is one of horror
            recommender.rate(ALICE, film, 5, asker=HERSELF)

        page = words(alice.get("/me/taste/").text)

        assert "Horror 5 films 100 % 33 % 5.0" in page
        assert "You watch more Horror than most." in page
        assert "You liked these more" in page

    def test_agreement_and_averages_are_told(self, alice: Browser, recommender: Recommender) -> None:
        recommender.rate(ALICE, 1, 3, asker=HERSELF)

        page = words(alice.get("/me/taste/").text)

        assert re.search(r"film rated 1 stars on average 3\.0 by others, same films [23]\.\d within a star of most people 100 %", page)
        assert "On no film are you more than a star away from what others think." in page
        assert "Rate five films, and Matinee can say what kind of viewer you are." in page

    def test_ratings_that_say_nothing_of_a_taste_are_owned_up_to(self, alice: Browser, recommender: Recommender) -> None:
        for film in (2, 5, 8):
            recommender.rate(ALICE, film, 4, asker=HERSELF)
        recommender.mark(ALICE, 5, ASIDE, asker=HERSELF)

        page = words(alice.get("/me/taste/").text)

        assert "films rated 2" in page
        assert "One more that you rated is not counted" in page


class TestLog:
    def test_without_changes_it_says_so(self, alice: Browser) -> None:
        assert "Nothing has moved it yet" in alice.get("/me/log/").text

    def test_each_change_is_told_with_the_films_that_came_and_went(self, alice: Browser, recommender: Recommender) -> None:
        before = {line.movie.title for line in recommender.list_for(ALICE, asker=HERSELF).movies}
        recommender.rate(ALICE, 1, 4.5, asker=HERSELF)
        after = {line.movie.title for line in recommender.list_for(ALICE, asker=HERSELF).movies}

        page = alice.get("/me/log/").text

        assert "You gave Film 1 4½ stars" in words(page).replace("  ", " ")
        came, went = (set(re.findall(r"<bdi>(.*?)</bdi>", _first(rf'<div class="{side}">.*?</ul>', page))) for side in ("came", "went"))
        assert came == after - before
        assert went == before - after

    def test_marks_are_told_in_words(self, alice: Browser, recommender: Recommender) -> None:
        recommender.rate(ALICE, 1, 5, asker=HERSELF)
        for film, kind in ((3, SEEN), (5, HIDDEN), (1, ASIDE)):
            recommender.mark(ALICE, film, kind, asker=HERSELF)

        page = words(alice.get("/me/log/").text)

        for told in ("You had seen Film 3", "Film 5 was not for you", "You set your rating of Film 1 aside", "Your latest four changes"):
            assert told in page


def _first(pattern: str, page: str) -> str:
    found = re.search(pattern, page, re.DOTALL)
    assert found, f"no {pattern} on the page"
    return found[0]


def test_a_list_that_no_rating_makes_personal_yet_does_not_deny_the_ratings(alice: Browser, recommender: Recommender) -> None:
    recommender.rate(ALICE, 5, 4, asker=HERSELF)
    recommender.mark(ALICE, 5, ASIDE, asker=HERSELF)

    page = words(alice.get("/me/").text)

    assert "Nothing you have rated can be compared yet" in page
    assert "You have rated nothing yet" not in page


class TestVentures:
    """The world has thirty films, twenty viewers and three genres, so that every film is one that few have rated."""

    def rate(self, recommender: Recommender, *stars: float) -> None:
        for film, given in enumerate(stars, start=1):
            recommender.rate(ALICE, film, given, asker=HERSELF)

    def test_what_was_new_is_held_against_the_rest_with_gain_and_regret(self, alice: Browser, recommender: Recommender) -> None:
        self.rate(recommender, *[3] * 10, 5, 4, 1)

        page = words(alice.get("/me/taste/").text.partition('aria-labelledby="ventures"')[2].partition("</section>")[0])

        assert "Three films were something new when you rated them" in page
        assert "3.3 stars for what was new, 3.0 for the rest" in page
        assert "Two gave you more than usual, together 3.0 stars more; one less, 2.0." in page
        assert re.search(r"Worth it Film 11 \d+ others have rated it · 5 stars Film 12 \d+ others have rated it · 4 stars", page)
        assert re.search(r"Rather not Film 13 \d+ others have rated it · 1 star", page)
        assert "Matinee does not keep what it has shown you" in page

    def test_where_nothing_was_less_that_is_said(self, alice: Browser, recommender: Recommender) -> None:
        self.rate(recommender, *[3] * 10, 5)

        page = words(alice.get("/me/taste/").text)

        assert "One film was something new when you rated it" in page
        assert "One gave you more than usual, 2.0 stars more; none gave you less." in page
        assert "Rather not" not in page

    def test_where_nothing_was_new_nothing_is_said(self, alice: Browser, recommender: Recommender) -> None:
        self.rate(recommender, *[3] * 10)

        assert "beaten track" not in alice.get("/me/taste/").text
