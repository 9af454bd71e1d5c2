"""What makes a figure worthless: something that is to be found, learned from before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.errors import DataError


def refuse_leaks(train: RatingTable, held_out: RatingTable, told: RatingTable | None, at: int | None) -> None:
    """DataError when something held out is learned from or told, when the model knows a stranger, or when it knows the future.

    Something held out is learned from when rows of the test stand in the training data, and when one rating is written twice, as a click
    and as a watch say, and the cut falls between the two: then a model that only repeats what came last looks excellent.
    """
    for side, name in ((train, "learned from"), (told, "told to the model")):
        shared = 0 if side is None else int(np.count_nonzero(held_out.has_pairs_of(side)))
        if side is not None and shared:
            twice = _same_seconds(side, held_out)
            raise DataError(
                f"{shared:,} of {len(held_out):,} held-out ratings are {name} as well, {twice:,} of them with the same time: rows of the "
                "test are in the training data, or one rating is written as two events and the cut falls between them. "
                "Keep one event for each rating, on one side; a figure from this split would mean nothing."
            )
    if told is not None and (n := len(np.intersect1d(told.user_ids, train.user_ids))):
        raise DataError(f"{n:,} people are strangers to the model and learned from as well; a figure from such a split would mean nothing.")
    if at is not None:
        late = int(np.count_nonzero(train.rated_at >= at))
        early = int(np.count_nonzero(held_out.rated_at < at))
        if late or early:
            raise DataError(
                f"{late:,} ratings that are learned from are of {at} or later, and {early:,} held-out ones of before; "
                "a split by time has the past on one side and the future on the other."
            )


def refuse_seen(matrix: RatingMatrix, held_out: RatingTable, told: RatingTable | None) -> None:
    """DataError when a model over the matrix has learned from what is held out, or from people who should be strangers to it."""
    seen = int(np.count_nonzero(_held(matrix, held_out)))
    if seen:
        raise DataError(
            f"The model has learned from {seen:,} of the {len(held_out):,} held-out ratings; fit it on the split's learning side alone."
        )
    known = 0 if told is None else len(np.intersect1d(told.user_ids, matrix.user_ids))
    if known:
        raise DataError(
            f"The model has learned from {known:,} people who should be strangers to it; fit it on the split's learning side alone."
        )


def _same_seconds(one: RatingTable, other: RatingTable) -> int:
    """How many of the other's ratings stand in the first too, time and all."""
    known = set(zip(one.pairs().tolist(), one.rated_at.tolist(), strict=True))
    return sum(entry in known for entry in zip(other.pairs().tolist(), other.rated_at.tolist(), strict=True))


def _held(matrix: RatingMatrix, ratings: RatingTable) -> NDArray[np.bool_]:
    """True for each rating whose user and movie the matrix has a rating of."""
    rows = np.searchsorted(matrix.user_ids, ratings.user_ids)
    rows = np.where(matrix.user_ids[np.minimum(rows, matrix.n_users - 1)] == ratings.user_ids, rows, -1) if matrix.n_users else rows * 0 - 1
    columns = matrix.columns_of(ratings.movie_ids)
    cells = np.repeat(np.arange(matrix.n_users), np.diff(matrix.row_starts)) * max(matrix.n_movies, 1) + matrix.columns
    wanted = rows * max(matrix.n_movies, 1) + columns
    at = np.minimum(np.searchsorted(cells, wanted), max(len(cells) - 1, 0))
    return (rows >= 0) & (columns >= 0) & (cells[at] == wanted) if len(cells) else np.zeros(len(ratings), dtype=np.bool_)
