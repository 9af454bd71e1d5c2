"""Everybody's lists at once are the lists made one by one, and a rating taken back leaves no trace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.batch import rank, rank_everybody
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import DataSet, read_data_set
from recommender.models import History
from recommender.models.kernels.fold_in import Overlap
from recommender.models.popular import Popular
from recommender.models.user_cosine import UserCosine
from tests.worlds import data_set_of, random_ratings, two_tastes


@pytest.fixture(params=["two tastes", "random", "ml-latest-small", "ml-100k"])
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> DataSet:
    match request.param:
        case "two tastes":
            return data_set_of(two_tastes())
        case "random":
            return data_set_of(random_ratings(rng), n_movies=70)
        case name:
            folder: Path = request.getfixturevalue(name.replace("-", "_"))
            return read_data_set(folder)


@pytest.fixture
def matrix(data: DataSet) -> RatingMatrix:
    return RatingMatrix.of(data.ratings, data.catalogue.movie_ids)


@pytest.mark.parametrize("damping", [50.0, 0.0])
def test_the_batch_list_of_every_user_is_the_fold_in_list(matrix: RatingMatrix, damping: float) -> None:
    model = UserCosine.fit(matrix, {"damping": damping})
    popular = Popular.fit(matrix)
    rows = 0
    for ranked in rank_everybody(model, 10):
        columns, half_stars = matrix.row(ranked.row)
        folded_in = rank(model, History.untimed(columns.copy(), half_stars.copy(), own_row=ranked.row), 10, popular=popular)
        np.testing.assert_array_equal(ranked.columns, folded_in.columns)
        np.testing.assert_array_equal(ranked.scores, folded_in.scores)
        rows += 1
    assert rows == matrix.n_users


def test_a_rating_taken_back_leaves_the_list_as_if_never_given(matrix: RatingMatrix) -> None:
    model, popular = UserCosine.fit(matrix), Popular.fit(matrix)
    for row in range(matrix.n_users):
        columns, half_stars = matrix.row(row)
        if len(columns) < 2:
            continue
        gone = row % len(columns)
        never_rated = History.untimed(np.delete(columns, gone), np.delete(half_stars, gone))

        # The matrix still holds the rating: the person's own row must not speak for the film.
        taken_back = rank(model, History.untimed(never_rated.columns, never_rated.half_stars, own_row=row), 10, popular=popular)
        stranger = rank(_without(model, row), never_rated, 10, popular=popular)

        assert columns[gone] in taken_back.columns or columns[gone] not in stranger.columns
        np.testing.assert_array_equal(taken_back.columns, stranger.columns)
        np.testing.assert_array_equal(taken_back.scores, stranger.scores)


class _without(UserCosine):  # noqa: N801  reads as a phrase
    """The model as it would be if one person had never been: nobody finds them alike."""

    def __init__(self, model: UserCosine, row: int) -> None:
        super().__init__(model.matrix, model.parameters)
        object.__setattr__(self, "_gone", row)

    def overlap(self, history: History, dots: np.ndarray | None = None) -> Overlap:
        found = super().overlap(history, dots)
        found.dots[self._gone] = 0  # type: ignore[attr-defined]
        return found


def test_popular_lists_are_made_for_everybody_too() -> None:
    data = data_set_of(two_tastes())
    matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)

    ranked = list(rank_everybody(Popular.fit(matrix), 2))

    assert [len(r.columns) for r in ranked] == [2] * matrix.n_users
