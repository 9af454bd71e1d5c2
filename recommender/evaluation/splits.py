"""Which ratings a model learns from and which it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.ratings import RatingTable
from recommender.errors import DataError

LEAST_HALF_STARS = 4  # under 2 stars is no interaction
LIKED_HALF_STARS = 7  # over 3 stars is liked
HELD_OUT_SHARE = 0.1
N_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Split:
    """Two tables that share no pair of user and movie; what is held out is never learned from."""

    train: RatingTable
    held_out: RatingTable

    def __post_init__(self) -> None:
        shared = np.intersect1d(_pairs(self.train), _pairs(self.held_out))
        if len(shared):
            raise DataError(f"{len(shared)} ratings are on both sides of the split; a figure from it would mean nothing.")


def _pairs(table: RatingTable) -> NDArray[np.int64]:
    return table.user_ids.astype(np.int64) << np.int64(32) | table.movie_ids


def newest(ratings: RatingTable, *, liked_only: bool = False) -> Split:
    """Each user's newest tenth (rounded up) held out, by time, then movie id.

    liked_only False: ratings of 2 stars or more are interactions, and all those held out are relevant.
    True: every rating is history, and those held out are relevant when over 3 stars.
    """
    table = ratings if liked_only else ratings.where(ratings.half_stars >= LEAST_HALF_STARS)
    late = newest_share(table, HELD_OUT_SHARE)
    held_out = table.where(late)
    return Split(table.where(~late), held_out.where(held_out.half_stars >= LIKED_HALF_STARS) if liked_only else held_out)


def newest_share(ratings: RatingTable, share: float) -> NDArray[np.bool_]:
    """True for each user's newest ratings, the share rounded up; of ratings in the same second the higher movie id counts as newer."""
    order = np.lexsort((ratings.movie_ids, ratings.rated_at, ratings.user_ids))
    _, counts = np.unique(ratings.user_ids, return_counts=True)
    place_from_end = np.repeat(np.cumsum(counts), counts) - np.arange(len(order))
    late = np.zeros(len(order), dtype=bool)
    late[order] = place_from_end <= np.repeat(np.ceil(counts * share), counts)
    return late


def folds(ratings: RatingTable, *, rng: np.random.Generator) -> Iterator[Split]:
    """N_FOLDS splits in which every rating is held out once, dealt out at random."""
    fold = rng.permutation(np.arange(len(ratings)) % N_FOLDS)
    for number in range(N_FOLDS):
        yield Split(ratings.where(fold != number), ratings.where(fold == number))
