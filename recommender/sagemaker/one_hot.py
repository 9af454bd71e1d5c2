"""Ratings as the papers' machine is told of them: for each a 1 for who and a 1 for what, and whether the film was liked.

The keys of people come first, in the order of their numbers, then those of films: on ml-100k 943 + 1,682 = 2,625 features.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.ratings import RatingTable
from recommender.data.recordio.record import VALUES, Record, Tensor
from recommender.errors import DataError

LIKED, STARS = "liked", "stars"  # what a record's label is: 1 where the film has more than 3 stars, else 0; or the stars
LABELS = (LIKED, STARS)
_LIKED_HALF_STARS = 7  # the fewest of a film that was liked


@dataclass(frozen=True, slots=True, eq=False)
class Ids:
    """Who and what the keys stand for. user_ids, movie_ids: ascending; the first film's key is the number of people."""

    user_ids: NDArray[np.int32]
    movie_ids: NDArray[np.int32]

    @property
    def n_features(self) -> int:
        return len(self.user_ids) + len(self.movie_ids)

    def user_key(self, user_id: int) -> int | None:
        """None for somebody unknown."""
        return _position(self.user_ids, user_id)

    def movie_key(self, movie_id: int) -> int | None:
        """None for a film unknown."""
        at = _position(self.movie_ids, movie_id)
        return None if at is None else len(self.user_ids) + at


def records_of(ratings: RatingTable, ids: Ids, labels: str) -> Iterator[Record]:
    """A record for each rating, in their order; DataError for one of somebody or something that is not among the ids."""
    who = np.searchsorted(ids.user_ids, ratings.user_ids)
    what = np.searchsorted(ids.movie_ids, ratings.movie_ids)
    for known, at, given, called in ((ids.user_ids, who, ratings.user_ids, "user"), (ids.movie_ids, what, ratings.movie_ids, "film")):
        unknown = (
            np.flatnonzero((at == len(known)) | (known[np.minimum(at, len(known) - 1)] != given)) if len(known) else np.arange(len(at))
        )
        if len(unknown):
            raise DataError(f"A rating is of the {called} {given[unknown[0]]}, which the data do not hold; give the whole data set.")
    told = (ratings.half_stars >= _LIKED_HALF_STARS).astype(np.float32) if labels == LIKED else ratings.half_stars / np.float32(2)
    shape = (ids.n_features,)
    for user, film, label in zip(who.tolist(), (what + len(ids.user_ids)).tolist(), told.tolist(), strict=True):
        yield Record({VALUES: Tensor((1.0, 1.0), (user, film), shape)}, {VALUES: Tensor((label,))})


def _position(ids: NDArray[np.int32], wanted: int) -> int | None:
    at = int(np.searchsorted(ids, wanted))
    return at if at < len(ids) and ids[at] == wanted else None
