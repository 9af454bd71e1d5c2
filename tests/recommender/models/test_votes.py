"""Votes fade with time and weigh by stars; films watched lately and films on the rise come from them."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.errors import InvalidInputError
from recommender.models import History
from recommender.models.recent import Recent
from recommender.models.trending import Trending
from recommender.models.votes import DAY, Votes
from tests.worlds import matrix_of, random_ratings, rating

NOBODY = History.of_nobody()
TODAY = 20_000 * DAY
OLD, NEW, DISLIKED, UNRATED = range(4)  # columns; their movie ids are one higher


def daily(n_days: int) -> list:
    """Somebody rates film 9 half a star, no vote at all, on each of the last days: a data set with an even pace."""
    return [rating(1000 + day, 9, 0.5, TODAY - day * DAY) for day in range(n_days)]


def test_a_vote_halves_with_every_half_life_and_weighs_by_its_stars() -> None:
    ratings = [rating(1, 1, 5.0, TODAY), rating(2, 2, 5.0, TODAY - 10 * DAY), rating(3, 3, 3.5, TODAY - 20 * DAY), rating(4, 4, 2.0, TODAY)]

    votes = Votes.of(matrix_of([*ratings, *daily(40)]), 10).by_everybody()

    assert votes[:4].tolist() == pytest.approx([1, 1 / 2, (3.5 - 2) / (5 - 2) / 4, 0], rel=0.05)


def test_years_in_which_nobody_rated_do_not_make_all_older_votes_count_for_nothing() -> None:
    gap = 8 * 365 * DAY
    before = [rating(user, 1, 5.0, TODAY - gap - user % 300 * DAY) for user in range(1, 301)]

    lately = Recent.fit(matrix_of([*before, rating(999, 2, 5.0, TODAY)])).score(NOBODY)

    assert lately[0] > 50 > lately[1]  # by the calendar it would be 300 / 2 ** 8 = 1.2


def test_a_rating_without_a_time_counts_as_old_as_the_oldest() -> None:
    votes = Votes.of(matrix_of([rating(1, 1, 5.0, 0), rating(2, 2, 5.0, TODAY - 5 * DAY), *daily(10)]), 5).by_everybody()

    assert votes[0] == pytest.approx(2 ** (-9 / 5), rel=0.1)
    assert 0 < votes[0] < votes[1]


def test_without_any_times_the_films_watched_lately_are_those_that_most_like() -> None:
    ratings = [rating(1, 1, 5.0), rating(2, 1, 3.5), rating(1, 2, 4.0), rating(1, 3, 1.0)]

    assert Recent.fit(matrix_of(ratings, n_movies=4)).score(NOBODY).tolist() == pytest.approx([1.5, 2 / 3, 0, np.nan], nan_ok=True)


def test_the_sum_over_some_people_is_the_sum_of_what_each_adds(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng))
    votes, rows = Votes.of(matrix, 0.005), rng.permutation(matrix.n_users)[:15]
    weights, films = rng.random(15), rng.permutation(matrix.n_movies)[:20]

    terms = votes.one_by_one(rows, weights, films)

    np.testing.assert_allclose(terms.sum(axis=1), votes.by(rows, weights)[films], atol=1e-12)
    everybody = votes.by(np.arange(matrix.n_users), np.ones(matrix.n_users))
    np.testing.assert_allclose(everybody, votes.by_everybody(), atol=1e-12)


def test_votes_worked_out_in_pieces_are_those_worked_out_at_once(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = matrix_of(random_ratings(rng))
    whole = Votes.of(matrix, 1.0).by_everybody()
    monkeypatch.setattr("recommender.models.votes.AT_ONCE", 7)

    np.testing.assert_allclose(Votes.of(matrix, 1.0).by_everybody(), whole, atol=1e-12)


def test_a_film_on_the_rise_comes_before_a_bigger_one_that_is_level_and_one_that_falls() -> None:
    level = [rating(user, 1, 4.0, TODAY - user * 10 * DAY) for user in range(200)]
    fallen = [rating(user, 2, 4.0, TODAY - (1000 + user * 5) * DAY) for user in range(200)]
    risen = [rating(user, 3, 4.0, TODAY - user * 5 * DAY) for user in range(30)]
    model = Trending.fit(matrix_of([*level, *fallen, *risen], n_movies=4))

    scores = model.score(NOBODY)

    assert scores[2] > scores[0] > scores[1] > model.neutral
    assert np.isnan(scores[3])


def test_a_single_rating_of_today_is_less_of_a_trend_than_many() -> None:
    crowd = [rating(user, 1, 4.0, TODAY - 2 * DAY) for user in range(10)]
    past = [rating(user, 3, 4.0, TODAY - user * 10 * DAY) for user in range(200)]
    scores = Trending.fit(matrix_of([*crowd, *past, rating(1, 2, 5.0, TODAY)])).score(NOBODY)

    assert scores[0] > 2 * scores[1] > 0


def test_without_times_nothing_trends() -> None:
    model = Trending.fit(matrix_of([rating(1, 1, 5.0), rating(2, 1, 5.0)]))

    assert np.isnan(model.score(NOBODY)).all()


@pytest.mark.parametrize("days", [0, -1.0, float("nan"), float("inf")])
def test_a_half_life_that_makes_no_sense_is_refused(days: float) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Recent.fit(matrix_of([rating(1, 1, 5.0)]), {"half_life_days": days})
    assert str(refused.value) == f"half_life_days must be a number above 0, not {days}."


def test_a_short_half_life_that_is_longer_than_the_long_one_is_refused() -> None:
    with pytest.raises(InvalidInputError) as refused:
        Trending.fit(matrix_of([rating(1, 1, 5.0)]), {"short_days": 900.0})
    assert str(refused.value) == "short_days must be a number above 0 and under the long_days, 730, not 900.0."
