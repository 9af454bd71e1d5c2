"""Films that people add: found, rated and wanted at once, and part of the next model."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recommender import training
from recommender.added_films import MOST_A_DAY
from recommender.domain import FIRST_ADDED_MOVIE_ID, Asker, UserId
from recommender.errors import AlreadyThereError, InvalidInputError, NotAllowedError, StorageError, TooManyTriesError, UnknownMovieError
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import Blobs
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.profiles import Profiles
from tests.worlds import data_set_of, two_tastes

Train = Callable[..., training.Trained]


@pytest.fixture
def me(recommender: Recommender) -> Asker:
    return Asker(member=recommender.new_person()[0])


def number(me: Asker) -> UserId:
    assert me.member is not None
    return me.member


def add(recommender: Recommender, me: Asker, title: str = "Our Summer", year: int | None = 2024) -> int:
    return recommender.add_film(number(me), title, year, ["Drama"], "https://films.example.com/ours", asker=me).movie.movie_id


def test_an_added_film_is_found_and_rated_at_once_by_everybody(recommender: Recommender, me: Asker) -> None:
    other = Asker(member=recommender.new_person()[0])

    film = add(recommender, me)

    assert film >= FIRST_ADDED_MOVIE_ID
    assert [movie.movie_id for movie in recommender.search("our sumer")] == [film]
    assert recommender.movie(film).link == "https://films.example.com/ours"
    assert recommender.similar(film) == ()
    rated = recommender.rate(number(other), film, 5, asker=other)
    assert rated.rev == 1
    (own,) = recommender.ratings_of(number(other), asker=other).films
    assert (own.movie.title, own.stars, own.is_known) == ("Our Summer", 5, True)
    assert recommender.film_for(number(other), film, asker=other).predicted_stars is None


def test_it_stands_on_a_watchlist_after_the_films_that_can_be_ranked(recommender: Recommender, me: Asker) -> None:
    film = add(recommender, me)
    recommender.rate(number(me), 3, 5, asker=me)
    for wanted in (film, 1, 2):
        recommender.mark(number(me), wanted, "watchlist", asker=me)

    lines = recommender.watchlist(number(me), asker=me)

    assert [line.movie.movie_id for line in lines] == [1, 2, film]


def test_the_next_model_knows_it_and_may_recommend_it(
    recommender: Recommender, me: Asker, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FolderBlobs, "seconds_between_looks", 0.0)
    film = add(recommender, me)
    for movie_id in (1, 3, 5, film):
        recommender.rate(number(me), movie_id, 5, asker=me)
    like_me = Asker(member=recommender.new_person()[0])
    for movie_id in (1, 3, 5):
        recommender.rate(number(like_me), movie_id, 5, asker=like_me)

    train(data_set_of(two_tastes()))

    assert film in [line.movie.movie_id for line in recommender.list_for(number(like_me), 30, asker=like_me).movies]
    assert recommender.movie(film).n_ratings == 1
    assert recommender.movie(film).link
    assert [movie.movie_id for movie in recommender.search("our summer")] == [film]


def test_the_same_film_is_added_once(recommender: Recommender, me: Asker) -> None:
    other = Asker(member=recommender.new_person()[0])

    assert add(recommender, me) == add(recommender, other, "our  summer")
    assert add(recommender, me, year=2025) != add(recommender, me)


def test_a_film_of_the_data_is_not_added(recommender: Recommender, me: Asker) -> None:
    with pytest.raises(AlreadyThereError, match=r"^Film 7 \(1907\) is here already, as film 7\.$"):
        add(recommender, me, "film 7", 1907)


def test_a_genre_that_there_is_not_is_refused(recommender: Recommender, me: Asker) -> None:
    with pytest.raises(InvalidInputError, match="genre must be one of Comedy, Drama, Horror, not 'Nonsense'"):
        recommender.add_film(number(me), "Ours", None, ["Nonsense"], "", asker=me)


def test_strangers_add_nothing(recommender: Recommender, me: Asker) -> None:
    with pytest.raises(NotAllowedError):
        recommender.add_film(number(me), "Ours", None, [], "")


def test_nobody_fills_the_place_with_films(recommender: Recommender, me: Asker) -> None:
    for n in range(MOST_A_DAY):
        add(recommender, me, f"Ours, part {n}")

    with pytest.raises(TooManyTriesError):
        add(recommender, me, "One more")


def test_a_removed_film_is_gone_and_what_was_said_of_it_is_kept(
    recommender: Recommender, profiles: Profiles, blobs: Blobs, var_settings: Settings, me: Asker
) -> None:
    film = add(recommender, me)
    recommender.rate(number(me), film, 5, asker=me)

    profiles.remove_film(film)

    another = Recommender(var_settings, blobs, profiles)  # a machine that has not looked before
    with pytest.raises(UnknownMovieError):
        another.movie(film)
    (own,) = another.ratings_of(number(me), asker=me).films
    assert (own.movie.title, own.stars, own.is_known) == (f"Film {film}", 5, False)


def test_films_stay_known_while_the_store_is_away(recommender: Recommender, me: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    film = add(recommender, me)

    def away(_: Profiles) -> None:
        raise StorageError("away", kind="unreachable")

    monkeypatch.setattr("recommender.storage.profiles.sqlite.SqliteProfiles.added_films", away)

    assert recommender.movie(film).movie.title == "Our Summer"
    with pytest.raises(UnknownMovieError):
        recommender.movie(film + 1)


@pytest.mark.parametrize("link", ["https://www.imdb.com/title/tt0000000/", "https://www.themoviedb.org/movie/0"])
def test_the_number_nought_is_nobodys(recommender: Recommender, me: Asker, link: str) -> None:
    film = recommender.add_film(number(me), "Our Winter", 2024, [], link, asker=me)

    assert (film.movie.imdb_id, film.movie.tmdb_id, film.link) == (None, None, link)


def test_numbers_that_nobody_was_given_cost_a_read_each_and_not_the_table(
    recommender: Recommender, me: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = add(recommender, me)
    recommender.movie(film)
    monkeypatch.setattr("recommender.storage.profiles.sqlite.SqliteProfiles.added_films", lambda _: pytest.fail("the whole table was read"))

    for number_of_nobody in range(film + 1, film + 50):
        with pytest.raises(UnknownMovieError):
            recommender.movie(number_of_nobody)
    assert recommender.movie(film).movie.title == "Our Summer"
