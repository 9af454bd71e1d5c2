"""The three steps from responses to films, by hand."""

from __future__ import annotations

import numpy as np

from recommender.models import History
from recommender.models.fm import FactorisationMachine
from recommender.models.fm.responses import Responses, movie_ids_of, recommended, responses_of
from tests.worlds import data_set_of, matrix_of, rating, right_and_wrong, two_tastes


def test_what_is_labelled_one_is_kept_and_sorted_by_score() -> None:
    responses = Responses(np.array([4, 0, 2, 3], np.int32), np.array([0.7, 0.2, 0.9, 0.7]), np.array([1, 0, 1, 1], np.int8))

    assert recommended(responses).tolist() == [2, 0, 3]


def test_places_are_turned_into_movie_ids() -> None:
    matrix = matrix_of([rating(1, movie_id, 4.0) for movie_id in (1, 2, 3)])
    responses = Responses(np.array([2, 0], np.int32), np.array([0.6, 0.9]), np.array([1, 1], np.int8))

    assert movie_ids_of(responses, recommended(responses), matrix).tolist() == [1, 3]


def test_from_ratings_to_the_films_a_person_will_like() -> None:
    data = data_set_of(two_tastes())
    model = FactorisationMachine.fit(matrix_of(two_tastes()), data.catalogue, {"n_iterations": 60, "n_burn_in": 20, "n_samples": 20})
    for row in (0, 15):
        right, wrong = right_and_wrong(row + 1)
        responses = responses_of(model, History.of_row(model.matrix, row))

        assert responses.columns.tolist() == sorted([right - 1, wrong - 1])
        assert movie_ids_of(responses, recommended(responses), model.matrix).tolist() == [right]
