"""Likeness of films, worked by hand."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from recommender.models import History
from recommender.models.item_cosine import ItemCosine
from tests.worlds import matrix_of, rating, right_and_wrong, two_tastes

FIRST, SECOND, THIRD, FOURTH = range(4)  # columns; their film ids are one higher

# In stars, by column: the first film (3, 4, -), the second (4, 3, -), the third (-, 5, 1), the fourth (-, -, 2).
BY_HAND = matrix_of(
    [
        rating(1, 1, 3.0),
        rating(2, 1, 4.0),
        rating(1, 2, 4.0),
        rating(2, 2, 3.0),
        rating(2, 3, 5.0),
        rating(3, 3, 1.0),
        rating(3, 4, 2.0),
    ]
)
PLAIN = {"least_raters": 1, "shrinkage": 0.0, "liking": 0.0}


def having_rated(*columns: int, stars: float = 3.5) -> History:
    return History.untimed(np.array(columns, dtype=np.int32), np.full(len(columns), round(stars * 2), dtype=np.uint8))


def test_the_score_is_the_sum_of_the_likenesses_to_what_was_rated() -> None:
    scores = ItemCosine.fit(BY_HAND, PLAIN).score(having_rated(FIRST, SECOND))

    assert scores[THIRD] == pytest.approx(20 / (5 * sqrt(26)) + 15 / (5 * sqrt(26)))
    assert scores[FIRST] == pytest.approx(24 / 25)  # by the other; never by itself


def test_a_film_that_shares_no_rater_with_what_was_rated_cannot_be_told() -> None:
    assert np.isnan(ItemCosine.fit(BY_HAND, PLAIN).score(having_rated(FIRST, SECOND))[FOURTH])


def test_likeness_among_few_is_taken_back_by_the_shrinkage() -> None:
    scores = ItemCosine.fit(BY_HAND, {**PLAIN, "shrinkage": 6.0}).score(having_rated(FIRST))

    assert scores[SECOND] == pytest.approx(24 / 25 * 2 / (2 + 6))
    assert scores[THIRD] == pytest.approx(20 / (5 * sqrt(26)) * 1 / (1 + 6))


def test_a_film_listens_to_its_nearest_alone() -> None:
    """The third film's nearest is the first (20 against 15); the fourth knows the third alone."""
    scores = ItemCosine.fit(BY_HAND, {**PLAIN, "n_neighbours": 1}).score(having_rated(FIRST, SECOND, THIRD))

    assert scores[THIRD] == pytest.approx(20 / (5 * sqrt(26)))
    assert scores[FOURTH] == pytest.approx(2 / (2 * sqrt(26)))


def test_five_stars_count_for_more_than_half_a_star() -> None:
    model = ItemCosine.fit(BY_HAND, {**PLAIN, "liking": 0.2})

    loved, hated = model.score(having_rated(FIRST, stars=5.0)), model.score(having_rated(FIRST, stars=0.5))

    assert loved[SECOND] == pytest.approx(24 / 25 * 1.3)
    assert hated[SECOND] == pytest.approx(24 / 25 * 0.4)


def test_films_that_the_same_people_love_are_put_before_those_they_hate() -> None:
    matrix = matrix_of(two_tastes())
    model = ItemCosine.fit(matrix, {"n_neighbours": 10})
    for row, user_id in enumerate(matrix.user_ids.tolist()):
        scores = np.nan_to_num(model.score(History.of_row(matrix, row)))
        right, wrong = right_and_wrong(user_id)
        assert scores[right - 1] > scores[wrong - 1]
