"""Measures of one person's list, pure and per person: the mean over people comes last, and elsewhere.

Of a list `recommended`, best first, and what was held out of the same person, `relevant`; k is the cutoff. All are in [0, 1] but
novelty, and NaN where nothing is relevant: such a person says nothing about a list.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from math import log2, nan

import numpy as np
from numpy.typing import NDArray


def ndcg(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """Normalised discounted cumulative gain of the first k, binary relevance.

    Gain at rank r (from 1) is 1 / log2(r + 1); the ideal list has min(k, |relevant|) hits.
    Source: Järvelin and Kekäläinen, ACM TOIS 20(4), 2002.
    """
    return _gained(recommended, relevant, k) / _best(min(k, len(relevant))) if relevant else nan


def ndcg_of_hits(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """The same gain, but the ideal is the best order of the hits that are in the list: one hit at rank 1 is 1, whatever was missed.

    0 without a hit. Source: Amazon Personalize's developer guide, "Evaluating a solution version with metrics", whose example of hits
    at ranks 2 and 5 of 5 is .6241. Higher than `ndcg`, and not to be compared with it.
    """
    if not relevant:
        return nan
    n_hits = sum(item in relevant for item in recommended[:k])
    return _gained(recommended, relevant, k) / _best(n_hits) if n_hits else 0.0


def _gained(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    return sum(1 / log2(rank + 1) for rank, item in enumerate(recommended[:k], start=1) if item in relevant)


def _best(n_hits: int) -> float:
    return sum(1 / log2(rank + 1) for rank in range(1, n_hits + 1))


def precision(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """The share of k places taken by relevant items; places left empty count as misses."""
    return sum(item in relevant for item in recommended[:k]) / k if relevant else nan


def recall(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """The share of what is relevant that stands among the first k."""
    return sum(item in relevant for item in recommended[:k]) / len(relevant) if relevant else nan


def capped_recall(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """Hits among the first k as a share of those possible there, min(k, |relevant|).

    Source: "Recall@R" of Liang et al., Variational Autoencoders for Collaborative Filtering, WWW 2018, section 4.2, and of what has
    been compared with it since.
    """
    return sum(item in relevant for item in recommended[:k]) / min(k, len(relevant)) if relevant else nan


def average_precision(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """The mean over min(k, |relevant|) hits of the precision at the place of each; a hit that is not in the list adds 0."""
    if not relevant:
        return nan
    hits, found = 0, 0.0
    for rank, item in enumerate(recommended[:k], start=1):
        if item in relevant:
            hits += 1
            found += hits / rank
    return found / min(k, len(relevant))


def reciprocal_rank(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """1 / rank of the first relevant item among the first k, 0 when none is there."""
    if not relevant:
        return nan
    return next((1 / rank for rank, item in enumerate(recommended[:k], start=1) if item in relevant), 0.0)


def hit(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """1 when any of the first k is relevant, else 0."""
    return float(any(item in relevant for item in recommended[:k])) if relevant else nan


def average_rewards(recommended: Sequence[int], relevant: Collection[int], rewards: NDArray[np.float64], k: int) -> float:
    """Of the rewards of all hits in the list, the part that comes from the k listed items of the highest reward.

    rewards: shape (n_items,), from 0 up. Equal rewards go by place in the list. NaN where no hit brings a reward.
    Source: `average_rewards_at_k` in Amazon Personalize's developer guide, "Optimizing a solution for an additional objective", k = 25.
    """
    listed = rewards[list(recommended)]
    hits = np.array([item in relevant for item in recommended], dtype=np.bool_)
    total = float(listed[hits].sum())
    if not relevant or total <= 0:
        return nan
    dearest = np.argsort(-listed, kind="stable")[:k]
    return float(listed[dearest][hits[dearest]].sum()) / total


def auc(scores: NDArray[np.float64], relevant: NDArray[np.bool_]) -> float:
    """The chance that a relevant candidate is scored above another one; a tie counts one half. NaN also where all are relevant.

    scores: shape (n_candidates,), no NaN. relevant: beside them.
    """
    return auc_of(scores[relevant], np.sort(scores), without=np.sort(scores[relevant]))


def auc_of(relevant: NDArray[np.float64], everything: NDArray[np.float64], *, without: NDArray[np.float64]) -> float:
    """`auc` of the scores of relevant candidates, in any order, over those of everything, ascending, but for `without`, ascending."""
    n_others = len(everything) - len(without)
    if not len(relevant) or not n_others:
        return nan
    below, not_above = (
        np.searchsorted(everything, relevant, side=side) - np.searchsorted(without, relevant, side=side) for side in ("left", "right")
    )
    return float(np.mean(below + not_above)) / 2 / n_others


def popularity(recommended: Sequence[int], share: NDArray[np.float64], k: int) -> float:
    """The mean, over the first k, of the share of people who have rated the item; NaN for an empty list. share: shape (n_items,)."""
    return float(share[list(recommended[:k])].mean()) if len(recommended) else nan


def novelty(recommended: Sequence[int], share: NDArray[np.float64], k: int) -> float:
    """The mean self-information of the first k, -log2 of the share of people who have rated the item, in bits; NaN for an empty list.

    share: shape (n_items,), above 0; an item that nobody has rated is best counted as rated by one person.
    Source: Zhou et al., PNAS 107(10), 2010, equation for the surprisal of a list.
    """
    return float(-np.log2(share[list(recommended[:k])]).mean()) if len(recommended) else nan


def diversity(recommended: Sequence[int], genres: NDArray[np.bool_], k: int) -> float:
    """1 - the mean likeness of two of the first k, where likeness is genres in common by genres of either (Jaccard).

    genres: shape (n_items, n_genres). Items without genres are left out; NaN where fewer than two are left.
    Source: the intra-list distance of Ziegler et al., WWW 2005.
    """
    known = genres[np.array(recommended[:k], dtype=np.int64)].astype(np.int64)
    known = known[known.any(axis=1)]
    if len(known) < 2:
        return nan
    one, other = _pairs(len(known))
    common, n_genres = (known @ known.T)[one, other], known.sum(axis=1)
    return 1 - float(np.mean(common / (n_genres[one] + n_genres[other] - common)))


@cache
def _pairs(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Each two of n."""
    one, other = np.triu_indices(n, 1)
    return one, other
