"""The pages under /me/: the own list, the own films by shelf and order, and the watchlist."""

from __future__ import annotations

import re

import pytest

from recommender.errors import StorageError
from tests.webapp.accounts.conftest import Browser
from tests.webapp.fake_recommender import ADA, BUILT_AT, MOVIES, FakeRecommender


def titles(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*><a[^>]*><bdi>(.*?)</bdi>", page)


@pytest.mark.parametrize("path", ["/me/", "/me/ratings/", "/me/watchlist/"])
def test_strangers_are_sent_to_sign_in(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 303


def test_the_list_is_called_by_their_name(alice: Browser, recommender: FakeRecommender) -> None:
    recommender.stars[ADA, 1199] = 5

    page = alice.get("/me/").text

    assert "Ten films for Alice" in page
    assert "Brazil" not in titles(page)
    assert "Made from one of your ratings." in page


def test_a_list_without_ratings_says_that_it_is_everybodys(alice: Browser) -> None:
    assert "You have rated nothing yet" in alice.get("/me/").text


def test_the_own_list_can_explore_and_stays_so_when_it_gets_longer(alice: Browser, recommender: FakeRecommender) -> None:
    recommender.stars[ADA, 1199] = 5

    page = alice.get("/me/?explore=0.3&recency=0.5").text

    assert page.count("<strong>To try</strong>") == 3
    assert '<a href="/me/?recency=0.5&amp;amount=10">Leave them out</a>' in page
    assert 'href="/me/?explore=0.3&amp;recency=0.5&amp;amount=50">Show fifty' in page
    assert "<strong>To try</strong>" not in alice.get("/me/").text


def test_predicted_stars_and_stars_to_give_are_never_open_at_once(alice: Browser, recommender: FakeRecommender) -> None:
    recommender.stars[ADA, 1199] = 5
    page = alice.get("/me/").text

    for movie_id in re.findall(r'action="/film/(\d+)/rate"', page):
        why = re.search(rf'<details class="why" name="line-{movie_id}">', page)
        rate = re.search(rf'<details class="rating" name="line-{movie_id}">', page)
        assert why
        assert rate


def test_a_films_page_tells_the_guess_once_stars_are_given(alice: Browser, recommender: FakeRecommender) -> None:
    assert "would have guessed" not in alice.get("/film/1199").text

    recommender.stars[ADA, 1199] = 5

    assert "would have guessed 3.9 of 5" in alice.get("/film/1199").text


def test_a_film_is_shown_while_what_is_said_of_it_cannot_be_reached(
    alice: Browser, recommender: FakeRecommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StorageError("away", kind="unreachable")

    monkeypatch.setattr(recommender, "film_for", away)

    answer = alice.get("/film/1199")

    assert answer.status_code == 200
    assert "Your ratings cannot be reached right now." in answer.text
    assert "/film/1199/rate" not in answer.text


def test_a_stranger_sees_no_stars_to_give(browser: Browser) -> None:
    page = browser.get("/film/1199").text

    assert "/film/1199/rate" not in page
    assert "Sign in</a> to rate it" in page


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("best", ["Brazil", "Toy Story", "Amélie"]),
        ("worst", ["Amélie", "Toy Story", "Brazil"]),
        ("title", ["Amélie", "Brazil", "Toy Story"]),
        ("year", ["Amélie", "Toy Story", "Brazil"]),
    ],
)
def test_own_films_come_in_the_order_asked_for(alice: Browser, recommender: FakeRecommender, order: str, expected: list[str]) -> None:
    recommender.stars |= {(ADA, 1199): 5.0, (ADA, 1): 3.5, (ADA, 4973): 1.0}

    assert titles(alice.get(f"/me/ratings/?order={order}").text) == expected


def test_own_films_are_found_by_the_words_of_a_title(alice: Browser, recommender: FakeRecommender) -> None:
    recommender.stars |= {(ADA, 1199): 5.0, (ADA, 1): 3.5}

    assert titles(alice.get("/me/ratings/?title=bra").text) == ["Brazil"]
    assert "None of them has “xyz” in its title." in alice.get("/me/ratings/?title=xyz").text


def test_each_film_stands_on_the_shelf_it_was_put_on(alice: Browser, recommender: FakeRecommender) -> None:
    recommender.stars[ADA, 1199] = 5
    recommender.marks |= {(ADA, 1, "seen"): int(BUILT_AT), (ADA, 50, "hidden"): int(BUILT_AT), (ADA, 1199, "aside"): int(BUILT_AT)}

    assert titles(alice.get("/me/ratings/").text) == ["Brazil"]
    assert titles(alice.get("/me/ratings/?shelf=seen").text) == ["Toy Story"]
    assert titles(alice.get("/me/ratings/?shelf=hidden").text) == ["The Usual Suspects"]
    assert titles(alice.get("/me/ratings/?shelf=aside").text) == ["Brazil"]


def test_many_films_fill_pages(alice: Browser, recommender: FakeRecommender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.me.pages.A_PAGE", 5)
    recommender.stars |= {(ADA, movie_id): 3.0 for movie_id in MOVIES}

    pages = [alice.get(f"/me/ratings/?order=title&page={page}").text for page in (1, 2, 3)]

    assert [len(titles(page)) for page in pages] == [5, 5, 2]
    assert "Page 2 of 3" in pages[1]
    assert "There is no such page" in alice.get("/me/ratings/?page=9").text


@pytest.mark.parametrize("query", ["shelf=loved", "order=luck", "page=0", "page=ten", "shelf=seen&shelf=hidden"])
def test_a_question_that_cannot_be_meant_is_refused(alice: Browser, query: str) -> None:
    assert alice.get(f"/me/ratings/?{query}").status_code == 400


def test_the_watchlist_leaves_out_what_was_seen_since(alice: Browser, recommender: FakeRecommender) -> None:
    assert "Nothing is on it yet." in alice.get("/me/watchlist/").text

    recommender.marks |= {(ADA, 1199, "watchlist"): int(BUILT_AT), (ADA, 1, "watchlist"): int(BUILT_AT)}
    recommender.stars[ADA, 1] = 3

    assert titles(alice.get("/me/watchlist/").text) == ["Brazil"]


def test_only_a_film_that_was_not_seen_can_be_wanted(alice: Browser, recommender: FakeRecommender) -> None:
    assert 'id="watchlist-1199"' in alice.get("/film/1199").text
    recommender.stars[ADA, 1199] = 5
    assert 'id="watchlist-1199"' not in alice.get("/film/1199").text


def test_a_long_watchlist_fills_pages(alice: Browser, recommender: FakeRecommender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.me.pages.A_PAGE", 5)
    recommender.marks |= {(ADA, movie_id, "watchlist"): int(BUILT_AT) for movie_id in MOVIES}

    pages = [alice.get(f"/me/watchlist/?page={page}").text for page in (1, 2, 3, 9)]

    assert [len(titles(page)) for page in pages] == [5, 5, 2, 2]
    assert len({title for page in pages for title in titles(page)}) == len(MOVIES)
    assert "Page 2 of 3" in pages[1]
    assert '<p class="entry-place" aria-hidden="true">6</p>' in pages[1]
    assert alice.get("/me/watchlist/?page=0").status_code == 400


def test_home_is_theirs_once_they_are_in(alice: Browser, recommender: FakeRecommender) -> None:
    recommender.marks[ADA, 1199, "hidden"] = int(BUILT_AT)

    page = alice.get("/").text

    assert 'id="my-list"' in page
    assert "Get started" not in page
    assert "/film/1199" not in page
