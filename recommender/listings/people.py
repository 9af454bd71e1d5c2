"""The films of every person."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from recommender.batch import rank_rows
from recommender.listings.schema import Listing
from recommender.models import History, Model, PredictsStars

Progress = Callable[[int, int], None]


def lists_of(
    model: Model, rows: NDArray[np.int64], n: int, *, with_stars: bool = False, progress: Progress = lambda done, total: None
) -> Iterator[Listing]:
    """The n best unseen films of the people in these rows of the matrix, in this order: what serving would show them, to the last bit.

    A film that only fills a list up has the recipe's neutral score. with_stars: with the stars predicted for each of them, where the recipe
    predicts any.
    """
    matrix = model.matrix
    for ranked in rank_rows(model, rows, n, progress=progress):
        stars = None
        if with_stars and isinstance(model, PredictsStars):
            stars = tuple(model.predict_many(History.of_row(matrix, ranked.row), ranked.columns.astype(np.int32)).tolist())
        scores = np.where(np.isnan(ranked.scores), model.neutral, ranked.scores)
        yield Listing(int(matrix.user_ids[ranked.row]), tuple(matrix.movie_ids[ranked.columns].tolist()), tuple(scores.tolist()), stars)
