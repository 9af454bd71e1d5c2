"""The page that takes a score apart: what is alike in one line, what is small together, and the sum stays the sum."""

from __future__ import annotations

import pytest

from recommender.domain import Explanation, Movie, MovieId, ScorePart, UserId
from webapp.arithmetic import NAMED, lines

FILM = Movie(MovieId(1), "Heat")


def explained(*parts: ScorePart) -> Explanation:
    return Explanation(UserId(580), FILM, 0, "v1", 1, "ease", sum(part.amount for part in parts), parts)


def test_alike_neighbours_are_counted_in_one_line():
    four = "Somebody of like taste gave it 4 stars."
    made = explained(
        ScorePart("base", 2.5, "Where every film starts."), ScorePart("neighbour", 0.2, four), ScorePart("neighbour", 0.1, four)
    )

    base, people = lines(made)

    assert (base.text, base.amount) == ("Where every film starts.", 2.5)
    assert (people.text, people.amount) == ("2 people of like taste gave it 4 stars.", pytest.approx(0.3))


def test_own_films_stay_apart_and_the_largest_comes_first():
    other = Movie(MovieId(2), "Ronin")
    made = explained(ScorePart("own", -0.1, "Your 1 star.", other), ScorePart("own", -0.4, "Your 1 star.", FILM))

    assert [line.movie for line in lines(made)] == [FILM, other]


def test_small_parts_are_added_up_and_nothing_is_lost():
    parts = [ScorePart("own", 1 / at, f"Your stars for film {at}.", Movie(MovieId(at), f"Film {at}")) for at in range(1, 41)]

    found = lines(explained(*parts))

    assert len(found) == NAMED + 1
    assert found[-1].text == f"The other {40 - NAMED} together."
    assert sum(line.amount for line in found) == pytest.approx(sum(part.amount for part in parts))


def test_the_page_shows_the_sum(client):
    page = client.get("/why/1199?user=580")

    assert page.status_code == 200
    assert "Your 5 stars for Brazil." in page.text
    assert "+0.7500" in page.text
    assert "<strong>3.2500</strong>" in page.text


@pytest.mark.parametrize(("path", "status"), [("/why/1199", 400), ("/why/1199?user=ten", 400), ("/why/999?user=580", 404)])
def test_what_is_not_there_has_an_error_page(client, path: str, status: int):
    assert client.get(path).status_code == status
