"""Telling liked from not liked, by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.errors import InvalidInputError
from recommender.evaluation.likings import likings
from recommender.evaluation.splits import Split
from recommender.models import Arrays, History, Parameters
from tests.worlds import matrix_of, rating

TRAIN = RatingTable.of([rating(1, 1, 5), rating(2, 1, 1)])
HELD_OUT = RatingTable.of([rating(1, 2, 4), rating(1, 3, 3), rating(2, 2, 3.5), rating(2, 3, 1), rating(2, 4, 5), rating(3, 9, 1)])
VALUES = {(1, 1): 0.9, (1, 2): 0.6, (2, 1): 0.5, (2, 2): 0.1, (2, 3): 0.4, (3, -1): 0.2}  # by person and column: row of TRAIN + 1, or 3


@dataclass(frozen=True)
class OfLists:
    """A model that has nothing to say of a single film."""

    matrix: RatingMatrix
    recipe = "made up"
    parameters: Parameters
    is_personal = True
    neutral = 0.0

    def score(self, history: History) -> NDArray[np.float64]:
        return np.zeros(self.matrix.n_movies)

    def arrays(self) -> Arrays:
        return {}

    def _values(self, history: History, columns: NDArray[np.integer]) -> NDArray[np.float64]:
        person = 3 if history.own_row is None else history.own_row + 1
        return np.array([VALUES[person, column] for column in columns.tolist()])


class OfChances(OfLists):
    """Of six ratings it is wrong about user 1's film 3 (a yes) and user 2's film 4 (a no)."""

    def chances(self, history: History, columns: NDArray[np.integer]) -> NDArray[np.float64]:
        return self._values(history, columns)


class OfStars(OfLists):
    """The same, in stars: half a chance is 3.25 of them."""

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        return 3.25 + 2 * (self._values(history, columns) - 0.5)


MATRIX = matrix_of([rating(1, 1, 5), rating(2, 1, 1)], n_movies=4)


@pytest.mark.parametrize("kind", [OfChances, OfStars])
def test_a_liking_is_told_by_the_chance_or_by_the_stars(kind: type[OfLists]) -> None:
    found = likings(Split(TRAIN, HELD_OUT), kind(MATRIX, {}))

    assert found.accuracy == 4 / 6
    assert found.majority == 0.5
    assert found.auc == pytest.approx(7 / 9)  # of .9, .5, .4 over .6, .1, .2: 3 + 2 + 2


def test_without_ratings_nothing_is_told() -> None:
    found = likings(Split(TRAIN, HELD_OUT.where(np.zeros(6, dtype=bool))), OfChances(MATRIX, {}))

    assert np.isnan([found.accuracy, found.auc, found.majority]).all()


def test_a_model_of_lists_alone_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="one that predicts stars"):
        likings(Split(TRAIN, HELD_OUT), OfLists(MATRIX, {}))
