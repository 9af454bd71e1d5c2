"""Dials: an order by relevance turned towards the well or the little known, the new or the old, and towards variety.

Only the best POOL films are turned about, so that no dial can bring up what does not fit the person at all. Relevance counts by place in
that pool, evenly from 1 down to 0, so that a dial means the same with every recipe, whatever its scores look like.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.domain import Dials
from recommender.errors import InvalidInputError

POOL = 300  # films, best first


def checked_dials(dials: Dials) -> Dials:
    """The dials, if each is one; else InvalidInputError."""
    if not 0 <= dials.diversity <= 1:
        raise InvalidInputError("diversity", dials.diversity, "a number from 0 to 1")
    for name, value in (("popularity", dials.popularity), ("recency", dials.recency)):
        if not -1 <= value <= 1:
            raise InvalidInputError(name, value, "a number from -1 to 1")
    return dials


def turned(
    relevant: NDArray[np.intp],
    dials: Dials,
    n: int,
    *,
    raters: NDArray[np.int64],
    years: NDArray[np.integer],
    genres: NDArray[np.bool_],
) -> NDArray[np.intp]:
    """The same columns in the order that the dials ask for; with all dials at 0 the order given.

    relevant: columns, best first; those beyond POOL stay where they are. n: how many of the list are looked at; a longer list begins with
    the shorter. raters, years (0: not known): shape (n_movies,). genres: shape
    (n_movies, n_genres). The mean popularity (as place among the pool) of the first n never falls when the popularity dial is turned up.
    """
    pool, rest = relevant[:POOL], relevant[POOL:]
    if dials == Dials() or len(pool) < 2:
        return relevant
    worth = 1 - np.arange(len(pool)) / (len(pool) - 1)
    worth = _tilted(worth, _places(years[pool], unknown=years[pool] == 0), dials.recency)
    worth = _tilted(worth, _places(raters[pool]), dials.popularity)
    order = np.argsort(-worth, kind="stable")
    if dials.diversity:
        order = order[_varied(worth[order], genres[pool[order]], dials.diversity, n)]
    return np.concatenate([pool[order], rest])


def _tilted(worth: NDArray[np.float64], trait: NDArray[np.float64], dial: float) -> NDArray[np.float64]:
    """Worth mixed with a trait of 0 to 1; with its opposite where the dial is below 0."""
    return (1 - abs(dial)) * worth + abs(dial) * (trait if dial > 0 else 1 - trait)


def _places(values: NDArray[np.integer], unknown: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Each value's place among all, 0 for the lowest to 1 for the highest, equal ones in the middle of theirs; 0.5 where unknown."""
    known = np.ones(len(values), dtype=bool) if unknown is None else ~unknown
    ordered = np.sort(values[known])
    below, not_above = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return np.where(known, (below + not_above - 1) / 2 / max(len(ordered) - 1, 1), 0.5)


def _varied(worth: NDArray[np.float64], genres: NDArray[np.bool_], dial: float, n: int) -> NDArray[np.intp]:
    """Positions in an order of variety, of which each of the first n is that of the most (1 - dial) · worth - dial · likeness.

    worth: best first, as those after the first n stay. Likeness is the mean over the films before, of genres in common by genres of
    either; a film without genres counts as like every other, since nothing says that it is not.
    Source: maximal marginal relevance, Carbonell and Goldstein, SIGIR 1998, with λ = 1 - dial. Difference: the mean likeness instead of
    the greatest, which is what the variety of a list is measured by (the greedy rule of Borodin, Lee and Ye, PODS 2012): on
    ml-latest-small it costs less relevance at the same variety, and does not fall back at the end of the dial.
    """
    likeness = _likeness(genres)
    alike = np.zeros(len(worth))  # the sum over the films chosen
    left = np.ones(len(worth), dtype=bool)
    order: list[int] = []
    for _ in range(min(n, len(worth))):
        values = (1 - dial) * worth - dial * alike / max(len(order), 1)
        best = int(np.argmax(np.where(left, values, -np.inf)))
        order.append(best)
        left[best] = False
        alike += likeness[best]
    return np.concatenate([np.array(order, dtype=np.intp), np.flatnonzero(left)])


def _likeness(genres: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Jaccard's of every two films, shape (n_films, n_films); 1 where one of them has no genre."""
    as_numbers = genres.astype(np.float32)  # of which BLAS is fond; the counts are exact
    sizes, common = as_numbers.sum(axis=1), (as_numbers @ as_numbers.T).astype(np.float64)
    either = sizes[:, np.newaxis] + sizes - common
    bare = (sizes == 0)[:, np.newaxis] | (sizes == 0)
    return np.where(bare, 1.0, common / np.maximum(either, 1))
