"""Neighbours whose votes fade, against figures worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.errors import InvalidInputError
from recommender.models import History
from recommender.models.parts import NEIGHBOUR, POPULARITY
from recommender.models.user_cosine import UserCosine
from recommender.models.user_cosine_recent import UserCosineRecent
from recommender.models.votes import DAY
from tests.worlds import matrix_of, rating, right_and_wrong, two_tastes

TODAY = 20_000 * DAY
HISTORY = History.untimed(np.array([0], dtype=np.int32), np.array([8], dtype=np.uint8))

# Both have rated film 1 like the person and one other film five stars: user 1 today, user 2 ten days ago. User 3 is no neighbour and keeps
# the pace even, with ratings that are no votes.
WORLD = matrix_of(
    [
        rating(1, 1, 4.0, TODAY),
        rating(1, 2, 5.0, TODAY),
        rating(2, 1, 4.0, TODAY - 10 * DAY),
        rating(2, 3, 5.0, TODAY - 10 * DAY),
        *(rating(3, 10 + day, 0.5, TODAY - day * DAY) for day in range(200)),
    ]
)


def test_of_two_neighbours_equally_near_the_vote_of_today_counts_more() -> None:
    scores = UserCosineRecent.fit(WORLD, {"half_life_days": 10.0, "everybody": 0.0}).score(HISTORY)

    assert scores[1] == pytest.approx(0.5)  # half of the similarity is user 1's
    assert scores[2] == pytest.approx(0.5 / 2, rel=0.05)


def test_everybody_is_a_faint_neighbour() -> None:
    alone, together = (UserCosineRecent.fit(WORLD, {"everybody": weight}).score(HISTORY) for weight in (0.0, 0.6))

    assert together[1] - alone[1] == pytest.approx(0.6 * 1 / 3)  # one vote of three people


def test_whoever_has_rated_nothing_gets_what_everybody_watches_lately() -> None:
    model = UserCosineRecent.fit(WORLD)

    np.testing.assert_allclose(model.score(History.of_nobody())[:3], 0.3 * model.votes[:3] / 3)


def test_a_person_is_no_neighbour_of_their_own() -> None:
    matrix = matrix_of([rating(1, 1, 4.0), rating(1, 2, 5.0), rating(2, 1, 4.0)])
    without_film_2 = History.untimed(np.array([0], dtype=np.int32), np.array([8], dtype=np.uint8), own_row=0)

    assert UserCosineRecent.fit(matrix, {"everybody": 0.0}).score(without_film_2)[1] == 0


def test_the_film_of_ones_own_taste_comes_before_the_other() -> None:
    matrix = matrix_of(two_tastes())
    model = UserCosineRecent.fit(matrix, {"n_neighbours": 9})
    for user_id in range(1, 21):
        right, wrong = right_and_wrong(user_id)
        scores = model.score(History.of_row(matrix, user_id - 1))
        assert scores[right - 1] > scores[wrong - 1]


def test_each_neighbour_who_rated_the_film_is_named_with_their_part() -> None:
    model = UserCosineRecent.fit(WORLD)

    (parts,) = model.explain(HISTORY, np.array([1]))

    assert [(part.kind, part.row) for part in parts] == [(NEIGHBOUR, 0), (POPULARITY, None)]
    assert parts[0].amount == pytest.approx(0.5)


def test_its_neighbours_are_those_of_the_default_recipe() -> None:
    matrix = matrix_of(two_tastes())
    history = History.of_row(matrix, 3)
    near = UserCosine.fit(matrix, {"n_neighbours": 5}).neighbours(history)

    (parts,) = UserCosineRecent.fit(matrix, {"n_neighbours": 5}).explain(history, np.array([1]))

    assert {part.row for part in parts if part.kind == NEIGHBOUR} <= set(near.rows.tolist())


@pytest.mark.parametrize(("name", "value"), [("everybody", -1.0), ("everybody", float("nan"))])
def test_a_weight_that_makes_no_sense_is_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidInputError) as refused:
        UserCosineRecent.fit(WORLD, {name: value})
    assert str(refused.value) == f"{name} must be a number from 0 up, not {value}."
