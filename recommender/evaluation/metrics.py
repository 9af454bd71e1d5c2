"""Measures of one user's list, pure and per user: the mean over users comes last, and elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import log2, nan


def ndcg(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """Normalised discounted cumulative gain of the first k, binary relevance, in [0, 1].

    Gain at rank r (from 1) is 1 / log2(r + 1); the ideal list has min(k, |relevant|) hits.
    NaN when nothing is relevant: such a user says nothing about the list.
    Source: Järvelin and Kekäläinen, ACM TOIS 20(4), 2002.
    """
    if not relevant:
        return nan
    gained = sum(1 / log2(rank + 1) for rank, item in enumerate(recommended[:k], start=1) if item in relevant)
    return gained / sum(1 / log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))


def precision(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """The share of k places taken by relevant items, in [0, 1]; places left empty count as misses. NaN when nothing is relevant."""
    return sum(item in relevant for item in recommended[:k]) / k if relevant else nan


def reciprocal_rank(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """1 / rank of the first relevant item among the first k, 0 when none is there. NaN when nothing is relevant."""
    if not relevant:
        return nan
    return next((1 / rank for rank, item in enumerate(recommended[:k], start=1) if item in relevant), 0.0)


def hit(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """1 when any of the first k is relevant, else 0. NaN when nothing is relevant."""
    return float(any(item in relevant for item in recommended[:k])) if relevant else nan
