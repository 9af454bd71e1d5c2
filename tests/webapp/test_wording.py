"""Numbers, days and addresses as people read them."""

from __future__ import annotations

import pytest

from recommender.domain import Movie, MovieId
from webapp import wording


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "no"), (1, "one"), (10, "ten"), (19, "nineteen"), (20, "twenty"), (25, "twenty-five"), (99, "ninety-nine"), (100, "one hundred"),
     (1234, "1,234")],
)  # fmt: skip
def test_counts_are_written_in_words(number: int, words: str) -> None:
    assert wording.in_words(number) == words


def test_days_are_written_for_people_and_programs() -> None:
    assert wording.day_and_time(1_795_264_245.5) == "21 November 2026, 12:30 UTC"
    assert wording.iso(1_795_264_245.5) == "2026-11-21T12:30:45Z"


@pytest.mark.parametrize(("stars", "written"), [(4.0, "4"), (4.5, "4.5"), (3.96, "4"), (0.5, "0.5")])
def test_stars_have_no_needless_zeros(stars: float, written: str) -> None:
    assert wording.plain_number(stars) == written


@pytest.mark.parametrize(
    ("film", "address"),
    [
        (Movie(MovieId(1), "The Matrix", 1999, imdb_id=133093), "https://www.imdb.com/title/tt0133093/"),
        (Movie(MovieId(1), "New", 2022, imdb_id=12345678), "https://www.imdb.com/title/tt12345678/"),
        (Movie(MovieId(1), "Q & A?", 1990), "https://www.imdb.com/find/?q=Q+%26+A%3F+1990"),
        (Movie(MovieId(1), "Amélie"), "https://www.imdb.com/find/?q=Am%C3%A9lie"),
        (Movie(MovieId(1), "\ud800"), "https://www.imdb.com/find/?q=%3F"),
    ],
)
def test_every_film_leads_to_imdb(film: Movie, address: str) -> None:
    assert wording.imdb_url(film) == address


def test_a_film_without_a_tmdb_link_has_none() -> None:
    assert wording.tmdb_url(Movie(MovieId(1), "M")) is None
    assert wording.tmdb_url(Movie(MovieId(1), "The Matrix", tmdb_id=603)) == "https://www.themoviedb.org/movie/603"


def test_a_title_in_its_catalogue_order_is_no_other_title():
    assert wording.other_titles("The Dark Knight", ("Dark Knight, The",)) == ()
    assert wording.other_titles("L'Avventura", ("Avventura, L'", "The Adventure")) == ("The Adventure",)
