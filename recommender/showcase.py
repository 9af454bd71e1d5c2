"""A few viewers of the data set with unlike tastes, for people who want to try before they rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from recommender.data.catalogue import FORMATS, Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.domain import FIRST_OWN_USER_ID

N_VIEWERS = 5
LIKED = 8  # half stars
FEWEST, MOST = 20, 400  # ratings of a viewer worth showing
FEWEST_LIKED = 8  # films of a genre that make it a taste


def sample_viewers(matrix: RatingMatrix, catalogue: Catalogue, n: int = N_VIEWERS) -> list[dict[str, Any]]:
    """Up to n viewers, each standing out for another genre: user_id, n_ratings and taste, as JSON values; ties by lower user id.

    A taste is the genres whose share of the films a viewer likes is furthest above everybody's.
    """
    genres = [genre for genre in catalogue.genres() if genre not in FORMATS]
    if not genres or not matrix.n_ratings:
        return []
    liked_rows, liked_columns = _liked(matrix)
    counts = np.zeros((matrix.n_users, len(genres)))
    for at, genre in enumerate(genres):
        counts[:, at] = np.bincount(liked_rows[catalogue.genre_mask([genre])[liked_columns]], minlength=matrix.n_users)
    everybody = counts.sum(axis=0) / max(len(liked_rows), 1)
    totals = np.bincount(liked_rows, minlength=matrix.n_users)
    with np.errstate(invalid="ignore", divide="ignore"):
        lift = (counts / (totals + 10.0)[:, np.newaxis] - everybody) / np.sqrt(everybody)
    n_ratings = np.diff(matrix.row_starts)
    shown = (n_ratings >= FEWEST) & (n_ratings <= MOST) & (matrix.user_ids < FIRST_OWN_USER_ID)
    lift = np.where((counts >= FEWEST_LIKED) & shown[:, np.newaxis] & (everybody > 0), lift, -np.inf)
    viewers: list[dict[str, Any]] = []
    open_for_choice = lift.copy()
    while len(viewers) < n and np.max(open_for_choice) > -np.inf:
        row, genre_at = np.unravel_index(np.argmax(open_for_choice), open_for_choice.shape)
        open_for_choice[row, :] = -np.inf
        others = [at for at in np.argsort(-lift[row], kind="stable").tolist() if at != genre_at and lift[row, at] > 0]
        named = [int(genre_at), *others[:1]]
        open_for_choice[:, named] = -np.inf
        taste = " and ".join(genres[at] for at in named)
        viewers.append({"user_id": int(matrix.user_ids[row]), "n_ratings": int(n_ratings[row]), "taste": taste})
    return viewers


def _liked(matrix: RatingMatrix) -> tuple[np.ndarray, np.ndarray]:
    liked = np.flatnonzero(matrix.half_stars >= LIKED)
    rows = np.repeat(np.arange(matrix.n_users, dtype=np.int32), np.diff(matrix.row_starts))
    return rows[liked], matrix.columns[liked]
