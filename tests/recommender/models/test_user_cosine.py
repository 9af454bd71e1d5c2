"""Neighbours, damped averages and predicted stars, against figures worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.errors import InvalidInputError
from recommender.models import History
from recommender.models.contributions import Contributions
from recommender.models.user_cosine import UserCosine
from tests.worlds import matrix_of, random_ratings, rating, two_tastes

ALICE, BEN, CARA, DAN, EVE = range(5)  # rows; their user ids are one higher
SEEN, GOOD, POOR, ONE_VOTE = range(4)  # columns; their movie ids are one higher

# In half stars Alice is (8), Ben (6, 8), Cara (8, 6), Dan (3, -, 4), Eve (6, -, -, 8), so that their norms are 8, 10, 10, 5, 10
# and Alice's similarities are 48/80 = .6 with Ben, 64/80 = .8 with Cara, 24/40 = .6 with Dan and 48/80 = .6 with Eve.
BY_HAND = matrix_of(
    [
        rating(1, 1, 4.0),
        rating(2, 1, 3.0),
        rating(2, 2, 4.0),
        rating(3, 1, 4.0),
        rating(3, 2, 3.0),
        rating(4, 1, 1.5),
        rating(4, 3, 2.0),
        rating(5, 1, 3.0),
        rating(5, 4, 4.0),
    ]
)


def exactly(value: float) -> object:
    """Equal but for the rounding of similarities to multiples of 2^-36."""
    return pytest.approx(value, abs=1e-10)


def test_the_similarity_is_the_cosine_over_all_that_either_has_rated() -> None:
    model = UserCosine.fit(BY_HAND)

    assert model.similarities(History.of_row(BY_HAND, ALICE)).tolist() == [0, exactly(0.6), exactly(0.8), exactly(0.6), exactly(0.6)]


def test_no_damping_is_the_textbook_weighted_average() -> None:
    scores = UserCosine.fit(BY_HAND, {"damping": 0.0}).score(History.of_row(BY_HAND, ALICE))

    assert scores[SEEN] == exactly((0.6 * 3 + 0.8 * 4 + 0.6 * 1.5 + 0.6 * 3) / (0.6 + 0.8 + 0.6 + 0.6))
    assert scores[GOOD] == exactly((0.6 * 4 + 0.8 * 3) / (0.6 + 0.8))
    assert scores[POOR] == exactly(2.0)
    assert scores[ONE_VOTE] == exactly(4.0)  # one vote of a kind outranks two: why the average is damped


def test_damping_adds_neutral_votes() -> None:
    scores = UserCosine.fit(BY_HAND, {"damping": 2.0}).score(History.of_row(BY_HAND, ALICE))

    assert scores[GOOD] == exactly(2.5 + (0.6 * 1.5 + 0.8 * 0.5) / (0.6 + 0.8 + 2))
    assert scores[ONE_VOTE] == exactly(2.5 + 0.6 * 1.5 / (0.6 + 2))
    assert scores[GOOD] > scores[ONE_VOTE] > scores[POOR]


def test_predicted_stars_are_the_own_mean_and_the_raters_deviations() -> None:
    history = History.of_row(BY_HAND, ALICE)
    plain, damped = (UserCosine.fit(BY_HAND, {"rater_damping": damping, "own_damping": 0.0}) for damping in (0.0, 1.0))

    # Ben's mean is 3.5 and he gave it half a star more, Cara's is 3.5 and she gave it half a star less.
    assert plain.predict(history, GOOD) == exactly(4.0 + (0.6 * 0.5 - 0.8 * 0.5) / (0.6 + 0.8))
    assert damped.predict(history, GOOD) == exactly(4.0 + (0.6 * 0.5 - 0.8 * 0.5) / (0.6 + 0.8 + 1))


def test_two_fives_do_not_promise_a_life_of_fives() -> None:
    matrix = matrix_of([rating(1, 1, 5.0), rating(1, 2, 5.0), *(rating(u, m, 3.0) for u in (2, 3) for m in (4, 5))])
    history = History.of_row(matrix, 0)

    # Nothing is known of film 3, so the mean alone speaks: two ratings of 5 and five imaginary ones of everybody else's 3.
    assert UserCosine.fit(matrix, {"own_damping": 5.0}).predict(history, 2) == exactly((2 * 5 + 5 * 3) / (2 + 5))
    assert UserCosine.fit(matrix, {"own_damping": 0.0}).predict(history, 2) == 5.0


def test_predicted_stars_where_little_is_known() -> None:
    matrix = matrix_of([rating(1, 1, 4.0), rating(2, 1, 3.0), rating(2, 2, 5.0)], n_movies=3)
    model = UserCosine.fit(matrix, {"own_damping": 0.0})
    nobody = History.of_nobody()
    somebody = History.of_row(model.matrix, 0)

    assert model.predict(somebody, 2) == 4.0  # a film without raters: the person's mean
    assert model.predict(somebody, -1) == 4.0  # a film the data do not hold
    assert model.predict(nobody, 0) == 3.5  # a person without ratings: the film's mean
    assert model.predict(nobody, 2) == 4.0  # neither: everybody's mean


def test_only_the_nearest_vote_and_ties_go_to_the_lower_id() -> None:
    near = UserCosine.fit(BY_HAND, {"n_neighbours": 2}).neighbours(History.of_row(BY_HAND, ALICE))

    assert near.rows.tolist() == [CARA, BEN]  # .8, then the first of three with .6


def test_somebody_with_nothing_in_common_is_no_neighbour() -> None:
    matrix = matrix_of([rating(1, 1, 5.0), rating(2, 2, 5.0)])
    model = UserCosine.fit(matrix)

    assert len(model.neighbours(History.of_row(matrix, 0))) == 0
    assert np.isnan(model.score(History.of_row(matrix, 0))).all()


def test_a_stranger_with_the_same_stars_gets_the_same_scores() -> None:
    matrix = matrix_of([*two_tastes(), rating(100, 1, 5.0), rating(100, 2, 1.5)])
    model = UserCosine.fit(matrix, {"n_neighbours": 7})
    columns, half_stars = matrix.row(20)

    trained = model.score(History.untimed(columns, half_stars, own_row=20))
    stranger = UserCosine.fit(matrix_of(two_tastes()), {"n_neighbours": 7}).score(History.untimed(columns, half_stars))

    np.testing.assert_array_equal(trained, stranger)


@pytest.mark.parametrize("damping", [0.0, 50.0])
def test_both_ways_of_splitting_a_score_add_up_to_it(rng: np.random.Generator, damping: float) -> None:
    matrix = matrix_of(random_ratings(rng))
    model = UserCosine.fit(matrix, {"n_neighbours": 10, "damping": damping})
    for row in range(matrix.n_users):
        history = History.of_row(matrix, row)
        near = model.neighbours(history)
        scores = model.score_by(near)
        columns = rng.permutation(np.flatnonzero(~np.isnan(scores)))
        contributions = Contributions(model, history, near, columns)
        np.testing.assert_allclose(contributions.by_person.sum(axis=1), scores[columns] - 2.5, atol=1e-9)
        np.testing.assert_allclose(contributions.by_film.sum(axis=1), scores[columns] - 2.5, atol=1e-9)


def test_the_best_possible_score_is_five_stars_from_everybody_near() -> None:
    matrix = matrix_of([rating(1, 1, 3.0)] + [r for u in (2, 3, 4) for r in (rating(u, 1, 3.0), rating(u, 2, 5.0))])
    model = UserCosine.fit(matrix)
    history = History.of_row(matrix, 0)

    assert model.score(history)[1] == exactly(model.best_possible(model.neighbours(history)))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("damping", -1.0, "damping must be a number from 0 up, not -1.0."),
        ("damping", float("nan"), "damping must be a number from 0 up, not nan."),
        ("n_neighbours", 0, "n_neighbours must be a whole number from 1 to 8192, not 0."),
    ],
)
def test_parameters_that_make_no_sense_are_refused(name: str, value: float, sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        UserCosine.fit(BY_HAND, {name: value})
    assert str(refused.value) == sentence
