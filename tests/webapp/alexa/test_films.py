"""What the Echo is told of films is what the site shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest

from alexa_skill.films import Caller, OutOfReachError
from recommender.domain import LIST_LENGTH
from recommender.errors import ModelError, NoModelError, StorageError, UnknownMovieError
from recommender.sign_in import SignIn
from tests.webapp.alexa.conftest import SITE
from tests.webapp.fake_recommender import ADA, BOB, NOBODY, FakeRecommender
from webapp.alexa.films import EngineFilms

MATRIX = 2571


Ask = Callable[..., EngineFilms]


@pytest.fixture
def ask(recommender: FakeRecommender, sign_in: SignIn) -> Iterator[Ask]:
    """The films as one caller hears them in one answer."""
    with ThreadPoolExecutor(1) as threads:
        yield lambda account="", person="": EngineFilms(recommender, lambda: sign_in, Caller(account, person), 20, threads)


@pytest.fixture
def films(ask: Ask) -> EngineFilms:
    return ask()


def test_the_address_is_that_of_the_site(films: EngineFilms) -> None:
    assert films.address == SITE


def test_the_site_has_itself_to_ask_with_an_address_or_without(recommender: FakeRecommender, ask: Ask) -> None:
    recommender.settings = replace(recommender.settings, site_url="")
    films = ask()

    assert films.address == ""
    assert films.has_site


def test_a_list_is_the_sites_own(films: EngineFilms, recommender: FakeRecommender) -> None:
    assert films.list_of(580) == recommender.list_for(580, LIST_LENGTH).movies
    assert films.list_of(BOB) == recommender.list_for(BOB).movies


@pytest.mark.parametrize("user_id", [ADA, NOBODY, 9999])
def test_a_private_list_is_none_like_one_that_nobody_has(films: EngineFilms, user_id: int) -> None:
    assert films.list_of(user_id) is None


def test_films_of_a_kind_are_chosen_for_the_person(films: EngineFilms, recommender: FakeRecommender) -> None:
    asked = {"with_genres": ("Drama",), "without_genres": ("Crime",), "years": (1980, 2005)}

    assert films.chosen(5, **asked, n=3) == recommender.list_for(5, 3, **asked).movies
    assert films.chosen(5, n=40) == recommender.list_for(5, 40).movies


@pytest.mark.parametrize("user_id", [None, ADA, NOBODY])
def test_films_of_a_kind_are_what_everybody_likes_for_whoever_has_no_open_list(
    films: EngineFilms, recommender: FakeRecommender, user_id: int | None
) -> None:
    asked = {"with_genres": ("Drama",), "without_genres": ("Crime",), "years": (1970, 1990)}

    chosen = films.chosen(user_id, **asked, n=5)

    assert chosen == recommender.well_liked(5, **asked)
    assert chosen != recommender.well_liked(5, with_genres=("Drama",), years=(1970, 1990))
    assert chosen
    assert {film.match for film in chosen} == {None}


@pytest.mark.parametrize("user_id", [None, 5])
def test_genres_that_the_data_do_not_know_are_left_out(films: EngineFilms, user_id: int | None) -> None:
    assert films.chosen(user_id, with_genres=("Western", "Drama")) == films.chosen(user_id, with_genres=("Drama",))
    assert films.chosen(user_id, without_genres=("Western", "Drama")) == films.chosen(user_id, without_genres=("Drama",))
    assert films.chosen(user_id, without_genres=("Western",)) == films.chosen(user_id)
    assert films.chosen(user_id, with_genres=("Western", "Film-Noir")) == ()


def test_a_film_and_those_like_it(films: EngineFilms, recommender: FakeRecommender) -> None:
    assert films.details(MATRIX) == recommender.movie(MATRIX)
    assert films.similar(MATRIX, 3) == tuple(each.movie for each in recommender.similar(MATRIX, 3))
    for ask in (films.details, films.similar):
        with pytest.raises(UnknownMovieError):
            ask(999)


@pytest.mark.parametrize(("title", "found"), [("matrix", MATRIX), ("  Matrix \n", MATRIX), ("zzz", None), ("", None), ("x" * 201, None)])
def test_a_film_is_found_by_the_words_of_its_title(films: EngineFilms, title: str, found: int | None) -> None:
    named = films.named(title)

    assert (named[0].movie_id if named else None) == found


@pytest.mark.parametrize("fault", [StorageError("gone"), NoModelError("file:var/blobs"), ModelError("torn")])
def test_a_store_or_a_model_out_of_reach_is_told_as_such(films: EngineFilms, recommender: FakeRecommender, fault: Exception) -> None:
    recommender.fault = fault

    for ask in (
        lambda: films.list_of(5),
        lambda: films.chosen(5),
        lambda: films.chosen(None),
        lambda: films.details(MATRIX),
        lambda: films.similar(MATRIX),
        lambda: films.named("matrix"),
    ):
        with pytest.raises(OutOfReachError):
            ask()


def test_a_list_made_in_spite_of_trouble_is_not_read_out(films: EngineFilms, recommender: FakeRecommender) -> None:
    recommender.away = "throttled"

    for ask in (lambda: films.list_of(5), lambda: films.chosen(5, with_genres=("Drama",))):
        with pytest.raises(OutOfReachError):
            ask()


def test_a_store_that_is_slow_is_not_waited_for(recommender: FakeRecommender) -> None:
    goes_on = Event()

    class Slow(FakeRecommender):
        def _may_fail(self) -> None:
            assert goes_on.wait(20)

    with ThreadPoolExecutor(1) as threads:
        slow = EngineFilms(Slow(recommender.settings), _nobody, Caller(), 0.1, threads)
        for ask in (lambda: slow.list_of(5), lambda: slow.details(MATRIX)):  # the second finds no thread that is free
            with pytest.raises(OutOfReachError, match="not found in the time"):
                ask()
        goes_on.set()
        assert EngineFilms(recommender, _nobody, Caller(), 20, threads).details(MATRIX).movie.movie_id == MATRIX


def _nobody() -> SignIn:
    raise AssertionError("nobody's links are looked up for a list that is open")


def test_films_are_named_while_nobody_can_be_known(recommender: FakeRecommender) -> None:
    def away() -> SignIn:
        raise StorageError("gone")

    with ThreadPoolExecutor(1) as threads:
        films = EngineFilms(recommender, away, Caller("echo"), 20, threads)
        assert films.chosen(None) == recommender.well_liked(LIST_LENGTH)
        assert films.similar(1)
        with pytest.raises(OutOfReachError):
            films.who()
