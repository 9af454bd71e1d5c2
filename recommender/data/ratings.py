"""Many ratings side by side in columns, as read from a data set or a snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.domain import Rating


@dataclass(frozen=True, slots=True)
class RatingTable:
    """One entry per rating in every array, all of shape (n_ratings,); a pair of user and movie stands at most once.

    half_stars: stars times two, 1 to 10, so that sums and products of ratings are exact.
    rated_at: seconds since 1970, UTC; 0 where the data names no time.
    """

    user_ids: NDArray[np.int32]
    movie_ids: NDArray[np.int32]
    half_stars: NDArray[np.uint8]
    rated_at: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.user_ids)

    def where(self, keep: NDArray[np.bool_]) -> RatingTable:
        """The ratings marked True, in the same order."""
        return RatingTable(self.user_ids[keep], self.movie_ids[keep], self.half_stars[keep], self.rated_at[keep])

    def of_last(self, days: int) -> RatingTable:
        """The ratings that are at most so many days older than the latest, in the same order; those of an unknown time only if all are."""
        return self.where(self.rated_at >= self.rated_at.max(initial=0) - days * 86_400)

    def pairs(self) -> NDArray[np.int64]:
        """User and movie as one number each, shape (n_ratings,)."""
        return self.user_ids.astype(np.int64) << np.int64(32) | self.movie_ids

    def has_pairs_of(self, other: RatingTable) -> NDArray[np.bool_]:
        """True for each of these ratings whose user and movie stand in the other table too."""
        return np.isin(self.pairs(), other.pairs())

    def and_also(self, other: RatingTable) -> RatingTable:
        """These ratings, then the other's; the caller sees to it that no pair of user and movie stands in both."""
        return RatingTable(
            np.concatenate([self.user_ids, other.user_ids]),
            np.concatenate([self.movie_ids, other.movie_ids]),
            np.concatenate([self.half_stars, other.half_stars]),
            np.concatenate([self.rated_at, other.rated_at]),
        )

    @classmethod
    def of(cls, ratings: Iterable[Rating]) -> RatingTable:
        """The same ratings in columns."""
        rows = [(r.user_id, r.movie_id, round(r.stars * 2), r.rated_at) for r in ratings]
        columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
        return cls(
            np.array(columns[0], dtype=np.int32),
            np.array(columns[1], dtype=np.int32),
            np.array(columns[2], dtype=np.uint8),
            np.array(columns[3], dtype=np.int64),
        )
