"""Films asked about one at a time, the list that follows each answer, and what becomes of a stranger's answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from recommender.costs.months import month_of
from recommender.domain import HIDDEN, SEEN, Asker, UserId
from recommender.serving import Recommender
from recommender.traffic import Traffic, counted
from tests.webapp.accounts.conftest import Browser
from webapp.start.interview import MOST_ANSWERS, MOST_UNSEEN, STRANGER, UNSEEN, Answer, Interview

ALICE = UserId(1_000_001)


def asked(page: str) -> int:
    """The film that the page asks about."""
    found = re.search(r'name="film" value="(\d+)"', page)
    assert found, "the page asks about no film"
    return int(found[1])


def listed(page: str) -> list[int]:
    """The films in the list beside it."""
    return [int(film) for film in re.findall(r'href="/film/(\d+)"><span class="so-far-place"', page)]


def say(browser: Browser, *, film: int = 0, **fields: str) -> str:
    """Answer for the film asked about, or another; the page that follows."""
    page = browser.get("/start/").text
    answer = browser.send("/start/", film=str(film or asked(page)), **fields)
    assert answer.status_code == 303
    assert answer.location == "/start/"
    return browser.get("/start/").text


class TestAnswering:
    def test_a_stranger_is_asked_at_once_and_shown_what_nearly_everybody_likes(self, browser: Browser) -> None:
        page = browser.get("/start/")

        assert page.status_code == 200
        assert asked(page.text)
        assert len(listed(page.text)) == 10
        assert "Liked by nearly everybody" in page.text
        assert "<strong>0 of 3</strong> until the list is yours; you can stop any time" in page.text

    def test_each_answer_with_stars_brings_another_film_and_a_list_without_the_one_answered(self, browser: Browser) -> None:
        answered: list[int] = []
        for n in range(1, 4):
            film = asked(page := browser.get("/start/").text)
            assert film not in answered
            answered.append(film)

            page = say(browser, rating="5" if film % 2 else "0.5")

            assert not set(answered) & set(listed(page))
            assert "Your list by now" in page
            assert f"<strong>{n} of 3</strong>" in page or n == 3
        assert "<strong>The list is yours.</strong>" in page
        assert {film % 2 for film in listed(page)[:5]} == {1}

    def test_films_that_came_with_the_last_answer_are_marked(self, browser: Browser) -> None:
        before = listed(browser.get("/start/").text)

        page = say(browser, film=1, rating="5")

        new = [int(film) for film in re.findall(r'<li class="new">\s*<a href="/film/(\d+)"', page)]
        assert new == [film for film in listed(page) if film not in before]
        assert new
        assert "new since your last answer" in page

    @pytest.mark.parametrize("answer", [SEEN, HIDDEN])
    def test_a_film_seen_or_not_wanted_leaves_the_list_and_is_not_asked_again(self, browser: Browser, answer: str) -> None:
        film = listed(browser.get("/start/").text)[0]

        page = say(browser, film=film, answer=answer)

        assert film not in listed(page)
        assert len(listed(page)) == 10
        assert asked(page) != film

    def test_a_film_not_seen_is_not_asked_again_and_stays_in_the_list(self, browser: Browser) -> None:
        film = listed(browser.get("/start/").text)[0]

        page = say(browser, film=film, answer=UNSEEN)

        assert film in listed(page)
        assert asked(page) != film
        assert "<strong>0 of 3</strong>" in page

    def test_the_last_answer_can_be_taken_back_and_the_film_is_asked_again(self, browser: Browser) -> None:
        before = browser.get("/start/").text
        say(browser, rating="4.5")

        browser.send("/start/undo", on="/start/")

        after = browser.get("/start/").text
        assert asked(after) == asked(before)
        assert listed(after) == listed(before)
        assert 'action="/start/undo"' not in after

    def test_all_films_answered_the_page_says_so(self, browser: Browser) -> None:
        for _ in range(30):
            page = say(browser, answer=UNSEEN)

        assert "There is no film left that Matinee could ask you about." in page

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"film": "1", "rating": "6"}, "0.5 to 5 in half steps"),
            ({"film": "1"}, "0.5 to 5 in half steps"),
            ({"film": "1", "answer": "perhaps"}, "one of seen, hidden, unseen"),
            ({"film": "ten", "rating": "5"}, "whole number"),
            ({"rating": "5"}, "whole number"),
        ],
    )
    def test_what_is_no_answer_is_refused_in_words(self, browser: Browser, fields: dict[str, str], says: str) -> None:
        refused = browser.client.post("/start/", data=fields)

        assert refused.status_code == 400
        assert says in refused.text

    def test_a_film_that_there_is_not_cannot_be_answered_for(self, browser: Browser) -> None:
        assert browser.client.post("/start/", data={"film": "999", "rating": "5"}).status_code == 404

    def test_another_sites_form_answers_nothing(self, browser: Browser) -> None:
        forged = browser.client.post("/start/", data={"film": "1", "rating": "5"}, headers={"Sec-Fetch-Site": "cross-site"})

        assert forged.status_code == 403
        assert "0 of 3" in browser.get("/start/").text


class TestStrangers:
    def test_nothing_of_a_stranger_is_stored(self, browser: Browser, recommender: Recommender) -> None:
        say(browser, film=1, rating="5")

        assert list(recommender._profiles.people()) == []
        assert recommender._profiles.opinions(STRANGER).ratings == ()

    def test_another_browser_knows_nothing_of_it(self, browser: Browser, app: Flask) -> None:
        say(browser, film=1, rating="5")

        assert "0 of 3" in app.test_client().get("/start/").text

    def test_a_strangers_answers_end_at_twenty_with_the_way_to_keep_them(self, browser: Browser) -> None:
        for film in range(1, MOST_ANSWERS + 1):
            browser.client.post("/start/", data={"film": str(film), "rating": "4"})

        page = browser.get("/start/").text
        assert "Sign up, and they are kept" in page
        assert browser.client.post("/start/", data={"film": "25", "rating": "4"}).status_code == 400

    def test_the_cookie_stays_small_however_many_films_were_not_seen(self) -> None:
        said = Interview(STRANGER)
        for film in range(1, 200):
            said = said.with_answer(Answer(film, None, UNSEEN), range(10))  # type: ignore[arg-type]

        assert said.unseen == list(range(200 - MOST_UNSEEN, 200))

    def test_signing_up_takes_the_answers_along_when_asked_to(self, browser: Browser, recommender: Recommender) -> None:
        say(browser, film=1, rating="4.5")
        say(browser, film=3, answer=HIDDEN)
        say(browser, film=5, answer=UNSEEN)
        browser.sign_up()

        offered = browser.get("/start/").text
        browser.send("/start/keep", on="/start/", turn="on")

        assert "two films were answered in this browser" in offered
        own = recommender.ratings_of(ALICE, asker=Asker(member=ALICE))
        assert [(film.movie.movie_id, film.stars, list(film.marks)) for film in own.films] == [(1, 4.5, []), (3, None, [HIDDEN])]
        assert "<strong>1 of 3</strong>" in browser.get("/start/").text

    def test_or_leaves_them_behind(self, browser: Browser, recommender: Recommender) -> None:
        say(browser, film=1, rating="4.5")
        browser.sign_up()

        browser.send("/start/keep", on="/start/", turn="off")

        assert recommender.ratings_of(ALICE, asker=Asker(member=ALICE)).films == ()
        assert asked(browser.get("/start/").text)

    def test_what_somebody_has_said_themselves_stays_as_it_is(self, browser: Browser, recommender: Recommender) -> None:
        browser.sign_up()
        recommender.rate(ALICE, 1, 2, asker=Asker(member=ALICE))
        browser.sign_out()
        say(browser, film=1, rating="5")
        browser.sign_in()

        browser.send("/start/keep", on="/start/", turn="on")

        own = recommender.ratings_of(ALICE, asker=Asker(member=ALICE)).of(1)
        assert own is not None
        assert own.stars == 2


class TestPeople:
    def test_an_answer_is_a_rating_like_any_other(self, alice: Browser, recommender: Recommender) -> None:
        page = say(alice, film=1, rating="4.5")

        made = recommender.list_for(ALICE, asker=Asker(member=ALICE))
        assert listed(page) == [line.movie.movie_id for line in made.movies]
        assert recommender.ratings_of(ALICE, asker=Asker(member=ALICE)).rated[0].stars == 4.5

    @pytest.mark.parametrize("fields", [{"rating": "4.5"}, {"answer": SEEN}, {"answer": HIDDEN}, {"answer": UNSEEN}])
    def test_undo_takes_it_back(self, alice: Browser, recommender: Recommender, fields: dict[str, str]) -> None:
        say(alice, film=1, **fields)

        alice.send("/start/undo", on="/start/")

        assert recommender.ratings_of(ALICE, asker=Asker(member=ALICE)).films == ()

    def test_a_form_needs_the_sessions_token(self, alice: Browser, recommender: Recommender) -> None:
        assert alice.client.post("/start/", data={"film": "1", "rating": "5"}).status_code == 403

    def test_ratings_given_elsewhere_count(self, alice: Browser, recommender: Recommender) -> None:
        for film in (1, 3, 5):
            recommender.rate(ALICE, film, 5, asker=Asker(member=ALICE))

        assert "The list is yours" in alice.get("/start/").text

    def test_who_signs_out_leaves_no_answers_to_the_next(self, alice: Browser) -> None:
        say(alice, film=1, rating="5")

        alice.sign_out()

        page = alice.get("/start/").text
        assert "0 of 3" in page
        assert 'action="/start/undo"' not in page

    def test_only_who_is_signed_in_can_keep(self, browser: Browser) -> None:
        kept: TestResponse = browser.client.post("/start/keep", data={"turn": "on"})

        assert kept.status_code == 401


def test_what_somebody_signed_in_answers_counts_as_told_once_it_is_kept(alice: Browser, app: Flask, tmp_path: Path) -> None:
    now = 1_795_262_400.0
    app.extensions["tally"].traffic = Traffic(tmp_path / "traffic", now=lambda: now)

    say(alice, rating="4")

    assert sum(counted(tmp_path / "traffic", month_of(now)).events) == 1
