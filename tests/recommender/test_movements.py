"""What moved a list, in the world of two tastes, where it is known which films come and go."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recommender import training
from recommender.domain import ASIDE, HIDDEN, SEEN, WATCHLIST, Asker, FilmMark, MovieId, Opinions, Rating, UserId
from recommender.errors import NotAllowedError, ReadOnlyError
from recommender.movements import MOST, RATED, Movement, movements
from recommender.publication import InForce, Published
from recommender.serving import Recommender
from recommender.storage.blobs import Blobs
from tests.worlds import data_set_of, rating, two_tastes

Train = Callable[..., training.Trained]
EVA = UserId(1_000_001)
ODD, EVEN = set(range(1, 31, 2)), set(range(2, 31, 2))
UNKNOWN_FILM = 999


@pytest.fixture
def published(blobs: Blobs, train: Train) -> Published:
    train(data_set_of(two_tastes()))
    return InForce(blobs).published()


def mark(movie_id: int, kind: str, at: int) -> FilmMark:
    return FilmMark(EVA, MovieId(movie_id), kind, at)


def moved(published: Published, *said: Rating | FilmMark) -> tuple[Movement, ...]:
    ratings = tuple(sorted((one for one in said if isinstance(one, Rating)), key=lambda one: one.movie_id))
    return movements(Opinions(EVA, len(said), ratings, tuple(one for one in said if isinstance(one, FilmMark))), published)


def ids(films: object) -> set[int]:
    return {movie.movie_id for movie in films}  # type: ignore[attr-defined]


def test_a_change_of_heart_brings_the_films_of_the_other_taste(published: Published) -> None:
    found = moved(published, rating(EVA, 1, 5, rated_at=10), *(rating(EVA, even, 5, rated_at=10 + even) for even in (2, 4, 6, 8)))

    assert [(line.movie.movie_id, line.kind, line.stars, line.at) for line in found[:2]] == [(8, RATED, 5.0, 18), (6, RATED, 5.0, 16)]
    came, went = (set().union(*(ids(films) for films in side)) for side in zip(*((m.came, m.went) for m in found[:4]), strict=True))
    assert came <= EVEN
    assert went & ODD


def test_the_first_rating_makes_everybodys_list_ones_own(published: Published) -> None:
    (only,) = moved(published, rating(EVA, 1, 5, rated_at=10))

    assert ids(only.came) <= ODD
    assert ids(only.went) <= EVEN | {1}
    assert len(only.came) == len(only.went) > 0


@pytest.mark.parametrize("kind", [SEEN, HIDDEN])
def test_a_film_marked_as_seen_or_hidden_goes_and_the_next_best_comes(published: Published, kind: str) -> None:
    top = 3  # loved by whoever loves film 1

    last = moved(published, rating(EVA, 1, 5, rated_at=10), mark(top, kind, 20))[0]

    assert (last.kind, last.stars, ids(last.went)) == (kind, None, {top})
    assert len(last.came) == 1


def test_setting_the_only_rating_aside_undoes_it_but_for_the_film_itself(published: Published) -> None:
    aside, rated = moved(published, rating(EVA, 1, 5, rated_at=10), mark(1, ASIDE, 20))

    assert aside.kind == ASIDE
    assert ids(aside.went) <= ids(rated.came)
    assert ids(rated.went) - {1} <= ids(aside.came)


def test_latest_changes_come_first_whatever_their_films_numbers(published: Published) -> None:
    found = moved(published, rating(EVA, 9, 5, rated_at=30), rating(EVA, 3, 5, rated_at=10), rating(EVA, 6, 1, rated_at=20))

    assert [movement.movie.movie_id for movement in found] == [9, 6, 3]


def test_every_step_leads_from_one_list_to_the_next(published: Published) -> None:
    said = [rating(EVA, film, 5 if film % 3 else 1, rated_at=film) for film in range(1, 9)]

    for n in range(1, len(said) + 1):
        latest = moved(published, *said[:n])
        assert latest[0].movie.movie_id == n
        assert latest[1:] == moved(published, *said[: n - 1])


def test_the_watchlist_moves_nothing_and_unknown_films_are_left_out(published: Published) -> None:
    assert moved(published, mark(3, WATCHLIST, 10), rating(EVA, UNKNOWN_FILM, 5, rated_at=10)) == ()


def test_only_the_latest_are_looked_at(published: Published) -> None:
    found = moved(published, *(rating(EVA, film, 4, rated_at=film) for film in range(1, 26)))

    assert [movement.at for movement in found] == list(range(25, 25 - MOST, -1))


class TestForWhom:
    def test_a_person_reads_what_moved_their_own_list(self, recommender: Recommender) -> None:
        person, token = recommender.new_person(shared=True)
        recommender.rate(person, 1, 5, asker=Asker(token))

        assert [line.movie.movie_id for line in recommender.movements(person, asker=Asker(token))] == [1]

    def test_nobody_else_does_even_where_the_list_is_shared(self, recommender: Recommender) -> None:
        person, _ = recommender.new_person(shared=True)

        with pytest.raises(NotAllowedError):
            recommender.movements(person)
        with pytest.raises(ReadOnlyError):
            recommender.movements(3)
