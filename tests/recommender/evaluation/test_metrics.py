"""Each measure on lists small enough to work out on paper."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan, log2

import numpy as np
import pytest

from recommender.evaluation import metrics
from recommender.evaluation.metrics import (
    auc,
    auc_of,
    average_precision,
    average_rewards,
    capped_recall,
    diversity,
    hit,
    ndcg,
    ndcg_of_hits,
    novelty,
    popularity,
    precision,
    recall,
    reciprocal_rank,
)

HEAT, ALIEN, RAN, JAWS, DUNE = 1, 2, 3, 4, 5


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
        ([HEAT, ALIEN, RAN, JAWS, DUNE], {ALIEN, DUNE}, 5, 0.6241),  # the example of the developer guide
        ([HEAT, ALIEN, RAN], {HEAT, JAWS, DUNE}, 3, 1),  # one hit, at the top: what was missed does not count
        ([ALIEN, HEAT], {HEAT, JAWS}, 2, 1 / log2(3)),
        ([RAN], {HEAT}, 1, 0),
        ([RAN, HEAT], {HEAT}, 1, 0),
    ],
)
def test_ndcg_as_amazon_reckons_it(recommended: list[int], relevant: set[int], k: int, expected: float) -> None:
    assert ndcg_of_hits(recommended, relevant, k) == pytest.approx(expected, abs=5e-5)
    assert ndcg_of_hits(recommended, relevant, k) >= ndcg(recommended, relevant, k)


@pytest.mark.parametrize(
    ("recommended", "relevant", "k", "expected"),
    [
        ([HEAT, RAN, ALIEN, JAWS], {HEAT, ALIEN}, 4, 2 / 4),
        ([HEAT, ALIEN, RAN, JAWS, DUNE], {ALIEN, DUNE}, 5, 0.4),  # the example of the developer guide
        ([HEAT], {HEAT}, 5, 1 / 5),  # places left empty are misses
        ([RAN, HEAT], {HEAT}, 1, 0),
    ],
)
def test_precision(recommended: list[int], relevant: set[int], k: int, expected: float) -> None:
    assert precision(recommended, relevant, k) == expected


@pytest.mark.parametrize(
    ("recommended", "relevant", "k", "whole", "capped"),
    [
        ([HEAT, RAN, ALIEN, JAWS], {HEAT, ALIEN, DUNE}, 4, 2 / 3, 2 / 3),
        ([HEAT, RAN], {HEAT, ALIEN, DUNE}, 2, 1 / 3, 1 / 2),  # no more than two of the three can stand among two
        ([RAN], {HEAT}, 1, 0, 0),
    ],
)
def test_recall(recommended: list[int], relevant: set[int], k: int, whole: float, capped: float) -> None:
    assert recall(recommended, relevant, k) == pytest.approx(whole)
    assert capped_recall(recommended, relevant, k) == pytest.approx(capped)


@pytest.mark.parametrize(
    ("recommended", "relevant", "k", "expected"),
    [
        ([HEAT, RAN, ALIEN, JAWS], {HEAT, ALIEN}, 4, (1 + 2 / 3) / 2),
        ([RAN, HEAT], {HEAT, ALIEN}, 2, (1 / 2) / 2),  # the one that is missing adds nothing
        ([HEAT], {HEAT, ALIEN}, 1, 1),
        ([RAN], {HEAT}, 1, 0),
    ],
)
def test_average_precision(recommended: list[int], relevant: set[int], k: int, expected: float) -> None:
    assert average_precision(recommended, relevant, k) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("recommended", "relevant", "k", "expected"),
    [
        ([RAN, HEAT, ALIEN], {HEAT, ALIEN}, 3, 1 / 2),
        ([RAN, JAWS, HEAT], {HEAT}, 2, 0),
        ([HEAT], {HEAT}, 1, 1),
        ([HEAT, ALIEN, RAN, JAWS, DUNE], {ALIEN, DUNE}, 25, 0.5),  # the example of the developer guide
    ],
)
def test_reciprocal_rank(recommended: list[int], relevant: set[int], k: int, expected: float) -> None:
    assert reciprocal_rank(recommended, relevant, k) == expected
    assert hit(recommended, relevant, k) == (expected > 0)


def test_the_mean_reciprocal_rank_of_the_developer_guide() -> None:
    places = list(range(1, 26))  # three people are shown 25 items each

    found = [reciprocal_rank(places, clicked, 25) for clicked in ({4, 10}, {2, 4, 12}, {6})]

    assert np.mean(found) == pytest.approx(0.3056, abs=5e-5)


@pytest.mark.parametrize("measure", [ndcg, ndcg_of_hits, precision, recall, capped_recall, average_precision, reciprocal_rank, hit])
def test_a_user_with_nothing_to_find_says_nothing(measure: Callable[..., float]) -> None:
    assert isnan(measure([HEAT], set(), 10))


def test_rewards_are_the_part_that_the_dearest_listed_items_bring() -> None:
    rewards = np.array([0.0, 9.0, 5.0, 3.0, 1.0])

    # Of three listed items the two dearest are 1 and 2; of the hits 2 and 3 only 2 is among them.
    assert average_rewards([3, 2, 1], {2, 3}, rewards, 2) == pytest.approx(5 / (5 + 3))
    assert average_rewards([3, 2, 1], {2, 3}, rewards, 3) == 1
    assert average_rewards([3, 4, 1], {3, 4}, rewards, 1) == 0
    assert isnan(average_rewards([1, 2], {3}, rewards, 2))
    assert isnan(average_rewards([0, 1], {0}, rewards, 2)), "a hit that brings nothing"


@pytest.mark.parametrize(
    ("scores", "relevant", "expected"),
    [
        ([3, 2, 1], [True, False, False], 1),
        ([3, 2, 1], [False, True, False], 1 / 2),
        ([1, 1, 1], [True, False, False], 1 / 2),  # a tie is half a win
        ([4, 3, 2, 1], [True, False, True, False], 3 / 4),
        ([1, 2], [True, False], 0),
    ],
)
def test_auc(scores: list[float], relevant: list[bool], expected: float) -> None:
    assert auc(np.array(scores, dtype=float), np.array(relevant)) == expected


def test_auc_over_scores_that_are_in_order_already() -> None:
    everything, known = np.array([1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 9.0]), [2.0, 9.0]
    found = auc_of(np.array([4.0, 1.0]), everything, without=np.sort([4.0, 1.0, *known]))
    assert found == (1 / 6 + 1) / 2  # over 1, 2 and 3: half a win of three, and all of them


def test_auc_needs_both_kinds() -> None:
    assert isnan(auc(np.array([1.0, 2.0]), np.array([True, True])))
    assert isnan(auc(np.array([1.0, 2.0]), np.array([False, False])))


def test_popularity_and_novelty_of_what_is_shown() -> None:
    share = np.array([1.0, 0.5, 0.25])

    assert popularity([0, 1, 2], share, 2) == 0.75
    assert novelty([0, 1, 2], share, 3) == pytest.approx((0 + 1 + 2) / 3)  # bits
    assert isnan(popularity([], share, 2))
    assert isnan(novelty([], share, 2))


def test_diversity_is_one_less_the_likeness_of_pairs() -> None:
    comedy, drama, both, neither = [True, False], [False, True], [True, True], [False, False]
    genres = np.array([comedy, drama, both, neither, comedy])

    assert diversity([0, 4], genres, 2) == 0
    assert diversity([0, 1], genres, 2) == 1
    assert diversity([0, 1, 2], genres, 3) == pytest.approx(1 - (0 + 1 / 2 + 1 / 2) / 3)
    assert diversity([0, 3, 1], genres, 3) == 1, "what has no genres is left out"
    assert isnan(diversity([0, 3], genres, 2))
    assert diversity([0, 4, 1], genres, 2) == 0, "only the first two are looked at"


def test_every_measure_has_a_fixture_here() -> None:
    measures = {name for name, one in vars(metrics).items() if callable(one) and getattr(one, "__module__", "") == metrics.__name__}

    assert {name for name in measures if not name.startswith("_")} <= set(globals())
