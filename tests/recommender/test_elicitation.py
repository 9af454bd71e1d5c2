"""What a person is asked about: known, telling, never twice; and the same each time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from bench import synthetic
from recommender.data.matrix import RatingMatrix
from recommender.domain import ASIDE, HIDDEN, SEEN, WATCHLIST, Asker, FilmMark, MovieId, Opinions, UserId
from recommender.elicitation import MOST_FILMS, Elicitation
from recommender.errors import NotAllowedError
from recommender.models import History
from recommender.serving import Recommender
from tests.worlds import matrix_of, random_ratings, rating

WAR, WAR_AGAIN, LOVE, MEH, RARE, UNRATED = range(1, 7)
EVA = UserId(1_000_001)


def two_camps() -> RatingMatrix:
    """Half of forty viewers love WAR, the other half hate it; WAR_AGAIN is the same film once more. LOVE divides others, known to three
    quarters. MEH is the best known and gets 2.5 from all. RARE divides the two who know it. Nobody knows UNRATED.
    """
    ratings = []
    for viewer in range(1, 41):
        ratings.append(rating(viewer, MEH, 2.5))
        if viewer <= 36:
            ratings += [rating(viewer, film, 5 if viewer % 2 else 0.5) for film in (WAR, WAR_AGAIN)]
        if viewer > 10:
            ratings.append(rating(viewer, LOVE, 5 if viewer % 4 < 2 else 0.5))
        if viewer <= 2:
            ratings.append(rating(viewer, RARE, 5 if viewer % 2 else 0.5))
    return matrix_of(ratings, n_movies=UNRATED)


def asked(
    matrix: RatingMatrix, stars: Mapping[int, float] | None = None, n: int = 1, *, out: Iterable[int] = (), unseen: Iterable[int] = ()
) -> list[int]:
    """The films by number."""
    stars = stars or {}
    history = History.untimed(_columns(stars), np.array([round(stars[film] * 2) for film in sorted(stars)], dtype=np.uint8))
    closed = np.zeros(matrix.n_movies, dtype=bool)
    closed[_columns(out)] = True
    return [column + 1 for column in Elicitation.fit(matrix).next_to_ask(history, n, out=closed, unseen=_columns(unseen))]


def _columns(films: Iterable[int]) -> NDArray[np.int32]:
    return np.array(sorted(films), dtype=np.int32) - 1


def test_a_film_that_divides_people_teaches_more_than_one_that_all_know_and_nobody_minds() -> None:
    assert asked(two_camps()) == [WAR]


def test_a_film_that_few_know_is_not_worth_the_question_yet() -> None:
    assert asked(two_camps(), n=3)[:2] == [WAR, LOVE]
    assert asked(two_camps(), out=[WAR, WAR_AGAIN], n=2) == [LOVE, RARE]


def test_the_double_of_a_film_just_asked_about_is_not_asked_next() -> None:
    assert asked(two_camps(), {WAR: 5}) == [LOVE]
    assert asked(two_camps(), n=2) == [WAR, LOVE]


def test_of_equal_films_that_with_the_lower_number_is_asked_first() -> None:
    assert asked(two_camps(), out=[LOVE, MEH, RARE], n=2) == [WAR, WAR_AGAIN]
    assert asked(two_camps(), out=[WAR]) == [WAR_AGAIN]


def test_films_that_those_have_seen_who_answer_alike_are_likelier_to_be_known() -> None:
    """Viewers 1 to 10 love film 1 and know film 2, viewers 11 to 20 hate it and know film 3; both films divide who knows them."""
    matrix = matrix_of(
        stars
        for viewer in range(1, 21)
        for stars in (
            rating(viewer, 1, 5 if viewer <= 10 else 0.5),
            rating(viewer, 2 if viewer <= 10 else 3, 5 if viewer % 2 else 0.5),
        )
    )

    assert asked(matrix, {1: 5}) == [2]
    assert asked(matrix, {1: 0.5}) == [3]


def test_whoever_has_not_seen_a_film_is_asked_less_about_what_its_viewers_know() -> None:
    """Films 1 and 2 are known to twelve viewers, films 3 and 4 to eleven others."""
    matrix = matrix_of(
        stars
        for viewer in range(1, 24)
        for stars in [rating(viewer, film, 5 if viewer % 2 else 0.5) for film in ([1, 2] if viewer <= 12 else [3, 4])]
    )

    assert asked(matrix, out=[1]) == [2]
    assert asked(matrix, unseen=[1]) == [3]


def test_a_film_that_nobody_has_rated_is_never_asked_about() -> None:
    assert sorted(asked(two_camps(), n=50)) == [WAR, WAR_AGAIN, LOVE, MEH, RARE]


def test_films_beyond_the_best_known_follow_by_how_well_they_are_known() -> None:
    """Film k of 310 has been rated by 311 - k viewers."""
    matrix = matrix_of(rating(viewer, film, viewer % 10 / 2 + 0.5) for film in range(1, 311) for viewer in range(1, 312 - film))

    assert asked(matrix, n=400)[MOST_FILMS:] == list(range(301, 311))


def test_nothing_is_asked_twice_nor_of_what_is_said_already(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng))
    stars = dict.fromkeys(range(1, 11), 4.0)

    films = asked(matrix, stars, n=60, out=range(11, 21), unseen=range(21, 31))

    assert sorted(films) == list(range(31, 61))


def test_ones_own_row_says_nothing_of_oneself() -> None:
    matrix = two_camps()
    nobody = np.zeros(matrix.n_movies, dtype=bool)
    none = np.zeros(0, dtype=np.int32)
    elicitation = Elicitation.fit(matrix)
    known, answers = elicitation._places(History.of_row(matrix, 0))

    assert elicitation._weights(known, answers, 0, none)[0] == 0
    assert elicitation._weights(known, answers, 0, none).sum() == pytest.approx(1)
    assert elicitation.next_to_ask(History.of_row(matrix, 0), 1, out=nobody, unseen=none) == [LOVE - 1]


def test_an_empty_world_has_nothing_to_ask() -> None:
    assert asked(matrix_of([], n_movies=3), n=3) == []


def test_a_question_takes_milliseconds_at_the_size_of_ml_latest_small() -> None:
    table = synthetic.ratings("100k")
    matrix = RatingMatrix.of(table, np.unique(table.movie_ids).astype(np.int32))
    elicitation = Elicitation.fit(matrix)
    history = History.of_row(matrix, 5)
    out, none = np.zeros(matrix.n_movies, dtype=bool), np.zeros(0, dtype=np.int32)

    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        elicitation.next_to_ask(history, 1, out=out, unseen=none)
        seconds.append(time.perf_counter() - start)

    assert min(seconds) < 0.1  # 3 ms where nothing else is at work


class TestForWhom:
    def test_a_person_is_not_asked_about_films_they_rated_saw_hid_want_or_set_aside(self, recommender: Recommender) -> None:
        answers = Opinions(
            EVA,
            1,
            (rating(EVA, 1, 5), rating(EVA, 2, 1)),
            tuple(FilmMark(EVA, MovieId(film), kind, 0) for film, kind in ((2, ASIDE), (3, SEEN), (4, HIDDEN), (5, WATCHLIST))),
        )

        found = recommender.next_to_ask_stranger(answers, skipped=[6, 999], n=30)

        assert sorted(movie.movie_id for movie in found) == list(range(7, 31))

    def test_a_person_and_a_stranger_who_say_the_same_are_asked_and_shown_the_same(self, recommender: Recommender) -> None:
        person, token = recommender.new_person()
        own = recommender.rate(person, 1, 5, asker=Asker(token)).list
        answers = Opinions(UserId(0), 0, (rating(0, 1, 5),))

        assert own is not None
        assert recommender.list_for_stranger(answers).movies == own.movies
        assert recommender.next_to_ask_stranger(answers, n=5) == recommender.next_to_ask(person, n=5, asker=Asker(token))

    def test_nobody_asks_in_anothers_name(self, recommender: Recommender) -> None:
        person, _ = recommender.new_person()

        with pytest.raises(NotAllowedError):
            recommender.next_to_ask(person)
