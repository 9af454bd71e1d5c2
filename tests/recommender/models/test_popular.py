"""Well-liked films: the weighted rating by hand, its cut-off, and a signal from outside."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.batch import rank
from recommender.errors import InvalidInputError
from recommender.models import History
from recommender.models.parts import total
from recommender.models.popular import Popular
from recommender.models.recipes import fit, restore
from tests.worlds import data_set_of, matrix_of, rating

NOBODY = History.of_nobody()
LIKED, FAIR, ONE_VOTE, UNRATED = range(4)  # columns; their movie ids are one higher

# Ten people give film 1 four stars, ten others film 2 three, and one film 3 five.
RATINGS = [
    *(rating(u, 1, 4.0) for u in range(1, 11)),
    *(rating(u, 2, 3.0) for u in range(11, 21)),
    rating(21, 3, 5.0),
]
WORLD = matrix_of(RATINGS, n_movies=4)


def test_the_weighted_rating_mixes_a_films_mean_with_the_mean_of_all_films() -> None:
    model = Popular.fit(WORLD, {"cut_off": 0.5})

    assert model.least_votes == 10
    mean_of_means = (4 + 3 + 5) / 3
    assert model.weighted_rating[:3].tolist() == pytest.approx(
        [(10 * r + 10 * mean_of_means) / 20 for r in (4, 3)] + [(1 * 5 + 10 * mean_of_means) / 11]
    )
    assert np.isnan(model.weighted_rating[UNRATED])


def test_the_cut_off_is_a_percentile_of_the_films_votes() -> None:
    ratings = [rating(u, film, 3.0) for film in range(1, 11) for u in range(film)]  # film k has k votes

    assert Popular.fit(matrix_of(ratings)).least_votes == 10  # a tenth of ten films reaches it
    assert Popular.fit(matrix_of(ratings), {"cut_off": 0.0}).least_votes == 1


def test_a_film_with_a_single_vote_of_five_stars_is_not_in_the_list() -> None:
    ranked = rank(Popular.fit(WORLD), NOBODY, 2)

    assert ranked.columns.tolist() == [LIKED, FAIR]


def test_without_a_signal_nothing_of_it_counts() -> None:
    np.testing.assert_array_equal(Popular.fit(WORLD).score(NOBODY), Popular.fit(WORLD, signal=np.zeros(4)).score(NOBODY))


def test_films_spoken_of_elsewhere_are_lifted_in_proportion() -> None:
    plain = Popular.fit(WORLD).score(NOBODY)
    lifted = Popular.fit(WORLD, {"spoken_of": 2.0}, signal=np.array([10.0, 40.0, 0.0, 0.0])).score(NOBODY)

    assert (lifted - plain)[:3].tolist() == pytest.approx([2.0 / 4, 2.0, 0])


def test_a_film_of_which_everybody_speaks_needs_no_votes_and_one_of_which_few_speak_does() -> None:
    much = Popular.fit(WORLD, signal=np.array([0, 0, 0, 100.0])).score(NOBODY)
    little = Popular.fit(WORLD, signal=np.array([100.0, 0, 0, 1.0])).score(NOBODY)

    assert much[UNRATED] > much[LIKED]
    assert little[UNRATED] < little[FAIR]


def test_the_parts_add_up_with_a_signal_too() -> None:
    model = Popular.fit(WORLD, signal=np.array([1.0, 0, 2.0, 3.0]))

    for score, parts in zip(model.score(NOBODY), model.explain(NOBODY, np.arange(4)), strict=True):
        assert total(parts) == pytest.approx(score)


def test_predicted_stars_do_not_hear_of_the_signal() -> None:
    columns = np.arange(3, dtype=np.int32)
    with_signal = Popular.fit(WORLD, signal=np.array([0, 0, 9.0, 0])).predict_many(NOBODY, columns)

    np.testing.assert_array_equal(with_signal, Popular.fit(WORLD).predict_many(NOBODY, columns))


def test_the_recipe_takes_the_signal_from_the_films_and_finds_it_there_again() -> None:
    data = data_set_of(RATINGS, n_movies=4)
    films = data.catalogue.with_signal(np.array([0, 5.0, 0, 0]))

    model = fit("popular", WORLD, films)

    assert model.score(NOBODY)[FAIR] == Popular.fit(WORLD).score(NOBODY)[FAIR] + 1
    np.testing.assert_array_equal(restore("popular", WORLD, films, model.parameters, {}).score(NOBODY), model.score(NOBODY))


@pytest.mark.parametrize(
    ("name", "value", "right"), [("cut_off", 1.5, "a number from 0 to 1"), ("spoken_of", -1.0, "a number of stars from 0 up")]
)
def test_parameters_that_make_no_sense_are_refused(name: str, value: float, right: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Popular.fit(WORLD, {name: value})
    assert str(refused.value) == f"{name} must be {right}, not {value}."
