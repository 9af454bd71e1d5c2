"""Each measure on lists small enough to work out on paper."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan, log2

import pytest

from recommender.evaluation.metrics import hit, ndcg, precision, reciprocal_rank

HEAT, ALIEN, RAN, JAWS = 1, 2, 3, 4


@pytest.mark.parametrize(
    ("recommended", "relevant", "k", "expected"),
    [
        ([ALIEN, HEAT], {HEAT}, 2, 1 / log2(3)),
        ([HEAT, RAN, ALIEN], {HEAT, ALIEN}, 3, (1 + 1 / log2(4)) / (1 + 1 / log2(3))),
        ([RAN, HEAT], {HEAT}, 1, 0),  # found, but below the cutoff
        ([HEAT], {HEAT, ALIEN, RAN}, 1, 1),  # the ideal list is cut at k too
        ([], {HEAT}, 10, 0),
    ],
)
def test_ndcg(recommended: list[int], relevant: set[int], k: int, expected: float) -> None:
    assert ndcg(recommended, relevant, k) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("recommended", "relevant", "k", "expected"),
    [
        ([HEAT, RAN, ALIEN, JAWS], {HEAT, ALIEN}, 4, 2 / 4),
        ([HEAT], {HEAT}, 5, 1 / 5),  # places left empty are misses
        ([RAN, HEAT], {HEAT}, 1, 0),
    ],
)
def test_precision(recommended: list[int], relevant: set[int], k: int, expected: float) -> None:
    assert precision(recommended, relevant, k) == expected


@pytest.mark.parametrize(
    ("recommended", "relevant", "k", "expected"),
    [([RAN, HEAT, ALIEN], {HEAT, ALIEN}, 3, 1 / 2), ([RAN, JAWS, HEAT], {HEAT}, 2, 0), ([HEAT], {HEAT}, 1, 1)],
)
def test_reciprocal_rank(recommended: list[int], relevant: set[int], k: int, expected: float) -> None:
    assert reciprocal_rank(recommended, relevant, k) == expected
    assert hit(recommended, relevant, k) == (expected > 0)


@pytest.mark.parametrize("measure", [ndcg, precision, reciprocal_rank, hit])
def test_a_user_with_nothing_to_find_says_nothing(measure: Callable[..., float]) -> None:
    assert isnan(measure([HEAT], set(), 10))
