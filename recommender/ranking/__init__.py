"""From scores to a list, once for all: models score, and only here is anything excluded, ordered and cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def top_k(scores: NDArray[np.floating], k: int, *, exclude: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Columns of the k best-scored items, best first; fewer if fewer can be scored.

    scores: shape (n_items,), higher is better, NaN means "cannot tell".
    exclude: shape (n_items,), True for items that must not appear.
    Equal scores keep column order, so the same input gives the same list.
    """
    candidates = np.flatnonzero(~exclude & ~np.isnan(scores))
    if 0 < k < len(candidates):
        floor = np.partition(scores[candidates], len(candidates) - k)[len(candidates) - k]
        candidates = candidates[scores[candidates] >= floor]
    order = np.argsort(-scores[candidates], kind="stable")
    return candidates[order[:k]]


def full_top_k(
    scores: NDArray[np.floating], k: int, *, exclude: NDArray[np.bool_], neutral: float, otherwise: NDArray[np.floating]
) -> NDArray[np.intp]:
    """`top_k`, filled up so that the list has k items while there are any.

    A model that cannot tell (NaN) is taken to mean `neutral`: first come the items scored above it, then those it cannot tell,
    best of `otherwise` first (whoever has no score there comes last, in column order), then those scored at or below neutral.
    """
    liked = top_k(scores, k, exclude=exclude | ~(scores > neutral))
    if len(liked) == k:
        return liked
    unknown = np.isnan(scores)
    fill = top_k(np.where(np.isnan(otherwise), -np.inf, otherwise), k - len(liked), exclude=exclude | ~unknown)
    rest = top_k(scores, k - len(liked) - len(fill), exclude=exclude | ~(scores <= neutral))
    return np.concatenate([liked, fill, rest])
