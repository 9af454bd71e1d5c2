"""Films that people add because the data lack them."""

from __future__ import annotations

import threading
import time

import pytest

from recommender.domain import FIRST_ADDED_MOVIE_ID, WATCHLIST, AddedFilm, Change, Movie, MovieId, UserId
from recommender.errors import InvalidInputError, UnknownUserError
from recommender.storage.profiles import Profiles, open_profiles
from tests.contracts.neighbours import add_films, side_by_side
from tests.contracts.profiles.opinions import BEYOND_ALL_NUMBERS, NEVER_GIVEN, VIEWER, mark, rating

LINK = "https://example.org/home-video"


def a_film(title: str = "Home Video", year: int | None = 2026, movie_id: int = 0) -> Movie:
    return Movie(MovieId(movie_id), title, year, ("Comedy", "Drama"), imdb_id=133093, tmdb_id=603)


def test_an_added_film_comes_back_as_it_was_given_under_the_first_number(profiles: Profiles, alice: UserId) -> None:
    added = profiles.add_film(a_film(), LINK, by=alice, now=1_800_000_000)

    assert added == AddedFilm(a_film(movie_id=FIRST_ADDED_MOVIE_ID), LINK, alice, 1_800_000_000)
    assert list(profiles.added_films()) == [added]


def test_a_film_may_lack_all_but_its_title(profiles: Profiles, alice: UserId) -> None:
    bare = profiles.add_film(Movie(MovieId(7), 'Ran "乱" \\ \u2028'), "", by=alice, now=0)

    assert bare == AddedFilm(Movie(FIRST_ADDED_MOVIE_ID, 'Ran "乱" \\ \u2028'), "", alice, 0)
    assert list(profiles.added_films()) == [bare]


def test_a_film_is_read_by_its_number_alone(profiles: Profiles, alice: UserId) -> None:
    added = [profiles.add_film(a_film(title), LINK, by=alice, now=0) for title in "zyx"]

    assert [profiles.added_film(film.movie.movie_id) for film in added] == added
    assert profiles.remove_film(added[0].movie.movie_id)
    for nobodys in (added[0].movie.movie_id, added[-1].movie.movie_id + 1, 1, 0, -1, BEYOND_ALL_NUMBERS):
        assert profiles.added_film(nobodys) is None


def test_films_come_by_their_numbers(profiles: Profiles, alice: UserId) -> None:
    added = [profiles.add_film(a_film(title), "", by=alice, now=0) for title in "zyxabc"]

    assert [film.movie.movie_id for film in added] == list(range(FIRST_ADDED_MOVIE_ID, FIRST_ADDED_MOVIE_ID + 6))
    assert list(profiles.added_films()) == added


@pytest.mark.parametrize("title", ["Amélie 2", "AMELIE  2", "Amelie 2!", " amélie: 2 ", "ＡＭＥＬＩＥ ２"])
def test_who_adds_a_film_that_somebody_has_added_gets_that_one(profiles: Profiles, alice: UserId, title: str) -> None:
    bob = profiles.new_person("digest", shared=False, now=0)
    first = profiles.add_film(a_film("Amélie 2"), LINK, by=alice, now=100)

    assert profiles.add_film(Movie(MovieId(0), title, 2026), "https://example.org/other", by=bob, now=200) == first
    assert list(profiles.added_films()) == [first]


@pytest.mark.parametrize(
    ("title", "year"), [("Home Video", 2025), ("Home Video", None), ("Home Videos", 2026), ("ホーム", 2026), ("?", 2026)]
)
def test_another_title_or_another_year_is_another_film(profiles: Profiles, alice: UserId, title: str, year: int | None) -> None:
    for there in (a_film(), a_film("!")):
        profiles.add_film(there, LINK, by=alice, now=0)

    assert profiles.add_film(a_film(title, year), LINK, by=alice, now=0).movie.movie_id == FIRST_ADDED_MOVIE_ID + 2


@pytest.mark.parametrize("title", ["", "  ", "\u0301"])
def test_a_film_without_a_title_is_refused(profiles: Profiles, alice: UserId, title: str) -> None:
    with pytest.raises(InvalidInputError, match="title must be what the film is called"):
        profiles.add_film(a_film(title), LINK, by=alice, now=0)

    assert list(profiles.added_films()) == []


@pytest.mark.parametrize("link", ["http://example.org", "javascript:alert(1)", "example.org", "HTTPS:x"])
def test_a_link_that_is_not_of_https_is_refused(profiles: Profiles, alice: UserId, link: str) -> None:
    with pytest.raises(InvalidInputError, match="link must be an address that begins with https://, or left out, not"):
        profiles.add_film(a_film(), link, by=alice, now=0)

    assert list(profiles.added_films()) == []


@pytest.mark.parametrize("stranger", [VIEWER, NEVER_GIVEN, UserId(0), BEYOND_ALL_NUMBERS])
def test_a_stranger_adds_nothing_and_is_told_nothing(profiles: Profiles, alice: UserId, stranger: UserId) -> None:
    profiles.add_film(a_film(), LINK, by=alice, now=0)

    for film in (a_film(), a_film("Another")):
        with pytest.raises(UnknownUserError):
            profiles.add_film(film, LINK, by=stranger, now=0)

    assert len(list(profiles.added_films())) == 1


def test_who_leaves_leaves_the_films_to_everybody_without_a_name(profiles: Profiles, alice: UserId) -> None:
    bob = profiles.new_person("digest", shared=False, now=0)
    added = [profiles.add_film(a_film(title), LINK, by=who, now=0) for title, who in (("Alice's", alice), ("Bob's", bob), ("Too", alice))]

    profiles.forget_person(alice)

    assert [(film.movie, film.added_by) for film in profiles.added_films()] == [
        (film.movie, UserId(0) if film.added_by == alice else bob) for film in added
    ]
    assert profiles.add_film(a_film("Alice's"), "", by=bob, now=9).added_by == 0
    with pytest.raises(UnknownUserError):
        profiles.add_film(a_film("Late"), LINK, by=alice, now=0)
    assert len(list(profiles.added_films())) == 3


def test_a_film_that_is_removed_is_gone_and_its_number_is_not_given_again(profiles: Profiles, url: str, alice: UserId) -> None:
    kept, gone = (profiles.add_film(a_film(title), LINK, by=alice, now=0) for title in ("Kept", "Gone"))

    assert profiles.remove_film(gone.movie.movie_id)
    assert not profiles.remove_film(gone.movie.movie_id)
    assert list(profiles.added_films()) == [kept]
    profiles.close()
    again = open_profiles(url, patient=True)

    added = again.add_film(a_film("Gone"), LINK, by=alice, now=0)

    assert added.movie.movie_id == gone.movie.movie_id + 1
    assert list(again.added_films()) == [kept, added]
    again.close()


@pytest.mark.parametrize("movie_id", [6, FIRST_ADDED_MOVIE_ID + 7, 0, -1, 10**30])
def test_what_nobody_added_cannot_be_removed(profiles: Profiles, alice: UserId, movie_id: int) -> None:
    profiles.add_film(a_film(), LINK, by=alice, now=0)
    profiles.rate(rating(alice))

    assert not profiles.remove_film(movie_id)
    assert len(list(profiles.added_films())) == 1
    assert profiles.opinions(alice).ratings == (rating(alice),)


def test_an_added_film_is_rated_and_marked_as_any_other_and_is_no_rating(profiles: Profiles, alice: UserId) -> None:
    movie_id = profiles.add_film(a_film(), LINK, by=alice, now=0).movie.movie_id
    profiles.rate(rating(alice, movie_id))
    profiles.change(alice, Change(marks=(mark(alice, movie_id, WATCHLIST),)))

    assert profiles.opinions(alice).ratings == tuple(profiles.all_ratings()) == (rating(alice, movie_id),)
    assert profiles.opinions(alice).marks == tuple(profiles.all_marks()) == (mark(alice, movie_id, WATCHLIST),)
    assert profiles.counts() == {"people": 1, "ratings": 1, "marks": 1, "lists": 0}
    profiles.remove_film(movie_id)
    assert profiles.opinions(alice).ratings == (rating(alice, movie_id),)


@pytest.mark.races
def test_people_who_add_the_same_films_at_once_get_the_same_numbers(profiles: Profiles, url: str, alice: UserId) -> None:
    bob = profiles.new_person("digest", shared=False, now=0)
    titles = [f"Film {number}" for number in range(12)]

    numbers = side_by_side(add_films, *[(url, who, titles) for who in (alice, bob, alice)])

    assert numbers[0] == numbers[1] == numbers[2]
    assert len(set(numbers[0])) == len(titles)
    assert sorted(numbers[0]) == [film.movie.movie_id for film in profiles.added_films()]


@pytest.mark.races
def test_no_film_added_while_its_adder_leaves_names_them_afterwards(profiles: Profiles, alice: UserId) -> None:
    """On DynamoDB leaving and adding are several writes each, which fall between each other in every way."""
    refused = 0

    def add_on(whose: int) -> None:
        nonlocal refused
        try:
            for number in range(100_000):
                profiles.add_film(a_film(f"{number} of {whose}"), "", by=alice, now=0)
        except UnknownUserError:
            refused += 1

    threads = [threading.Thread(target=add_on, args=(whose,)) for whose in range(6)]
    for thread in threads:
        thread.start()
    while len(list(profiles.added_films())) < 6:
        time.sleep(0.001)
    profiles.forget_person(alice)
    for thread in threads:
        thread.join()

    assert refused == len(threads)
    assert {film.added_by for film in profiles.added_films()} == {0}
