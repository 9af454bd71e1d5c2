"""Errors to expect of predicted stars, found by predicting ratings that were held back, also as if their people had only just come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.errors import InvalidInputError
from recommender.evaluation.splits import newest_share
from recommender.models import History, Model, PredictsStars
from recommender.models.intervals import SHARE, SHORT, StarIntervals

HELD_OUT = 0.1  # of the ratings of each person asked
MOST_PEOPLE = 600
N_SHORTENED = 3


class Outcomes(NamedTuple):
    """Stars predicted and then given, in columns. n_own: ratings the prediction was made from. n_raters: of the film."""

    n_own: NDArray[np.int64]
    n_raters: NDArray[np.int64]
    predicted: NDArray[np.float64]
    given: NDArray[np.float64]


def calibrated(
    ratings: RatingTable,
    films: Catalogue,
    fit: Callable[[RatingMatrix], Model],
    *,
    rng: np.random.Generator,
    share: float = SHARE,
    n_people: int = MOST_PEOPLE,
) -> StarIntervals:
    """The intervals of the model that `fit` makes, from one fitted without a tenth of the ratings of at most n_people.

    Half of the people lose their newest tenth, half any: what people rate next is harder to predict than what they have left out. Each is
    asked with all their other ratings, and N_SHORTENED times with their first few alone, so that short histories are known
    also where nobody has one. InvalidInputError for a model that predicts no stars.
    """
    people = np.unique(ratings.user_ids)
    asked = people if len(people) <= n_people else rng.choice(people, n_people, replace=False)
    by_age = np.isin(ratings.user_ids, asked[rng.random(len(asked)) < 0.5])
    held_out = np.isin(ratings.user_ids, asked) & np.where(by_age, newest_share(ratings, HELD_OUT), rng.random(len(ratings)) < HELD_OUT)
    model = fit(RatingMatrix.of(ratings.where(~held_out), films.movie_ids))
    return StarIntervals.fit(*outcomes(model, ratings.where(held_out), rng=rng), share=share)


def outcomes(model: Model, held_out: RatingTable, *, rng: np.random.Generator, n_shortened: int = N_SHORTENED) -> Outcomes:
    """What the model predicts of held-out ratings, person by person: with the whole history, then n_shortened times with its beginning.

    A beginning has fewer than SHORT ratings, one as likely as two to three or four to seven; a person with fewer than it would take is
    not asked for it.
    """
    if not isinstance(model, PredictsStars):
        raise InvalidInputError("recipe", model.recipe, "one that predicts stars; this one makes lists alone")
    matrix, columns = model.matrix, model.matrix.columns_of(held_out.movie_ids)
    raters = np.append(matrix.raters, 0)[columns]
    parts = []
    for user_id in np.unique(held_out.user_ids).tolist():
        theirs = np.flatnonzero(held_out.user_ids == user_id)
        row = matrix.row_of(user_id)
        history = History.of_nobody() if row is None else History.of_row(matrix, row)
        for known in _histories(history, n_shortened, rng):
            predicted = model.predict_many(known, columns[theirs])
            parts.append(Outcomes(np.full(len(theirs), len(known)), raters[theirs], predicted, held_out.half_stars[theirs] / 2))
    return Outcomes(*(np.concatenate(column) for column in zip(*parts, strict=True))) if parts else _NONE


_NONE = Outcomes(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0))


def _histories(history: History, n_shortened: int, rng: np.random.Generator) -> Iterator[History]:
    yield history
    order = history.in_order()
    for length in (np.exp(rng.random(n_shortened) * np.log(SHORT + 1)) - 1).astype(int).tolist():
        if length < len(history):
            first = np.sort(order[:length])
            yield History(history.columns[first], history.half_stars[first], history.rated_at[first], own_row=history.own_row)
