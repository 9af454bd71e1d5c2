"""What a person says of films, as it is told back to them: their films, their watchlist, and what would have been guessed."""

from __future__ import annotations

import pytest

from recommender.domain import ASIDE, HIDDEN, SEEN, WATCHLIST, Asker, UserId
from recommender.errors import InvalidInputError, NotAllowedError, UnknownMovieError
from recommender.serving import Recommender


@pytest.fixture
def me(recommender: Recommender) -> Asker:
    return Asker(member=recommender.new_person()[0])


def number(me: Asker) -> UserId:
    assert me.member is not None
    return me.member


def wanted(recommender: Recommender, me: Asker) -> list[int]:
    return [line.movie.movie_id for line in recommender.watchlist(number(me), asker=me)]


def test_the_watchlist_is_in_the_order_of_ones_taste(recommender: Recommender, me: Asker) -> None:
    recommender.rate(number(me), 11, 5, asker=me)  # odd films are loved with it, even ones disliked
    for film in (2, 3, 4, 5):
        recommender.mark(number(me), film, WATCHLIST, asker=me)

    first, last = wanted(recommender, me)[:2], wanted(recommender, me)[2:]
    assert (first, sorted(last)) == ([3, 5], [2, 4])


@pytest.mark.parametrize("kind", [SEEN, HIDDEN])
def test_what_is_seen_or_hidden_leaves_the_watchlist_and_comes_back(recommender: Recommender, me: Asker, kind: str) -> None:
    recommender.mark(number(me), 3, WATCHLIST, asker=me)

    recommender.mark(number(me), 3, kind, asker=me)
    assert wanted(recommender, me) == []

    recommender.unmark(number(me), 3, kind, asker=me)
    assert wanted(recommender, me) == [3]


def test_a_rated_film_leaves_the_watchlist_and_comes_back(recommender: Recommender, me: Asker) -> None:
    recommender.mark(number(me), 3, WATCHLIST, asker=me)

    recommender.rate(number(me), 3, 4, asker=me)
    assert wanted(recommender, me) == []

    recommender.unrate(number(me), 3, asker=me)
    assert wanted(recommender, me) == [3]


def test_what_goes_on_the_watchlist_is_hidden_no_more(recommender: Recommender, me: Asker) -> None:
    recommender.mark(number(me), 3, HIDDEN, asker=me)

    recommender.mark(number(me), 3, WATCHLIST, asker=me)

    assert wanted(recommender, me) == [3]
    assert recommender.ratings_of(number(me), asker=me).marked(HIDDEN) == ()


def test_the_watchlist_alone_leaves_the_list_as_it_is(recommender: Recommender, me: Asker) -> None:
    rev = recommender.rate(number(me), 11, 5, asker=me).rev

    assert recommender.mark(number(me), 3, WATCHLIST, asker=me).rev == rev


def test_the_guess_does_not_know_the_stars_that_were_given(recommender: Recommender, me: Asker) -> None:
    recommender.rate(number(me), 11, 5, asker=me)
    recommender.rate(number(me), 13, 5, asker=me)
    before = recommender.film_for(number(me), 2, asker=me).predicted_stars

    recommender.rate(number(me), 2, 5, asker=me)  # against all expectation

    after = recommender.film_for(number(me), 2, asker=me)
    assert (after.said.stars, after.predicted_stars) == (5, before)


def test_no_guess_is_made_from_nothing(recommender: Recommender, me: Asker) -> None:
    recommender.rate(number(me), 2, 5, asker=me)

    assert recommender.film_for(number(me), 2, asker=me).predicted_stars is None


def test_a_rating_set_aside_counts_as_never_given_and_its_film_stays_seen(recommender: Recommender, me: Asker) -> None:
    recommender.rate(number(me), 11, 5, asker=me)
    without = recommender.rate(number(me), 2, 5, asker=me)
    assert without.list is not None

    put = recommender.mark(number(me), 2, ASIDE, asker=me).list
    assert put is not None
    taken = recommender.unmark(number(me), 2, ASIDE, asker=me).list
    assert taken is not None

    only_11 = Asker(member=recommender.new_person()[0])
    made = recommender.rate(number(only_11), 11, 5, asker=only_11).list
    assert made is not None
    assert [(line.movie, line.score) for line in put.movies] == [
        (line.movie, line.score) for line in made.movies if line.movie.movie_id != 2
    ]
    assert taken.movies == without.list.movies


def test_films_and_marks_are_told_to_nobody_else(recommender: Recommender, me: Asker) -> None:
    for ask in (recommender.ratings_of, recommender.watchlist):
        with pytest.raises(NotAllowedError):
            ask(number(me), asker=Asker(member=UserId(number(me) + 1)))


def test_a_mark_that_there_is_not_and_a_film_that_there_is_not_are_refused(recommender: Recommender, me: Asker) -> None:
    with pytest.raises(InvalidInputError, match="mark must be one of seen, hidden, watchlist, aside, not 'loved'"):
        recommender.mark(number(me), 3, "loved", asker=me)
    with pytest.raises(UnknownMovieError):
        recommender.mark(number(me), 999, SEEN, asker=me)
