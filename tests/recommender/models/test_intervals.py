"""Intervals hold four of five ratings, of everybody and of each kind of person and film, in worlds whose errors are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.errors import InvalidInputError
from recommender.models import files
from recommender.models.intervals import HIGHEST, LOWEST, SHORT, StarIntervals


def outcomes(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Own ratings, raters, predicted and given stars; the less is known, the larger the errors, which are Laplace's."""
    n_own, n_raters = rng.geometric(0.03, n) - 1, rng.geometric(0.02, n) - 1
    predicted = rng.uniform(2.0, 4.5, n)
    size = 0.3 * (1 + 2 / np.sqrt(1 + n_own)) * (1 + 1 / np.sqrt(1 + n_raters)) * (1.5 - predicted / 5)
    return n_own, n_raters, predicted, predicted + size * rng.laplace(size=n)


def test_four_of_five_further_ratings_lie_within_whoever_asks_and_whatever_the_film(rng: np.random.Generator) -> None:
    intervals = StarIntervals.fit(*outcomes(20_000, rng))
    n_own, n_raters, predicted, given = outcomes(20_000, rng)
    low, high = intervals.interval(n_own, n_raters, predicted)
    within = (low <= given) & (given <= high) | (given < LOWEST) & (low == LOWEST) | (given > HIGHEST) & (high == HIGHEST)

    for these in (
        n_own >= 0,
        n_own < SHORT,
        n_own >= SHORT,
        n_own < 3,
        n_own > 60,
        n_raters < 3,
        n_raters > 100,
        predicted < 3,
        predicted > 4,
    ):
        assert 0.77 < within[these].mean() < 0.83


def test_the_more_is_known_the_narrower_it_is(rng: np.random.Generator) -> None:
    intervals = StarIntervals.fit(*outcomes(20_000, rng))
    low, high = intervals.interval([0, 4, 300, 300, 300], [200, 200, 200, 4, 0], 3.2)

    width = high - low
    assert width[0] > width[1] > width[2] < width[3] < width[4]


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_any_share_can_be_asked_for(share: float, rng: np.random.Generator) -> None:
    intervals = StarIntervals.fit(*outcomes(20_000, rng), share=share)
    n_own, n_raters, predicted, given = outcomes(20_000, rng)
    low, high = intervals.interval(n_own, n_raters, predicted)
    inside = (given >= LOWEST) & (given <= HIGHEST)

    assert np.mean(((low <= given) & (given <= high))[inside]) == pytest.approx(share, abs=0.05)


def test_it_never_leaves_the_scale(rng: np.random.Generator) -> None:
    low, high = StarIntervals.fit(*outcomes(1_000, rng)).interval(0, 0, np.array([0.5, 5.0]))

    assert low[0] == LOWEST
    assert high[1] == HIGHEST
    assert np.all((low >= LOWEST) & (high <= HIGHEST))


def test_where_nothing_is_known_everything_is_possible() -> None:
    low, high = StarIntervals.fit([5] * 9, [7] * 9, [3.0] * 9, [4.0] * 9).interval([0, 500], 3, 4.0)

    assert low.tolist() == [LOWEST, LOWEST]
    assert high.tolist() == [HIGHEST, HIGHEST]


def test_where_nobody_has_a_long_history_it_reaches_as_far_as_with_a_short_one() -> None:
    rng = np.random.default_rng(1)
    intervals = StarIntervals.fit(np.zeros(500), np.full(500, 50), np.full(500, 3.2), 3.2 + rng.uniform(-1, 1, 500))

    assert intervals.reach[0] == intervals.reach[1]
    assert intervals.interval(0, 50, 3.2)[1] == pytest.approx(4.0, abs=0.1)


def test_a_model_that_is_always_right_has_an_interval_of_no_width() -> None:
    low, high = StarIntervals.fit([30] * 200, [9] * 200, [3.5] * 200, [3.5] * 200).interval(30, 9, 3.5)

    assert (float(low), float(high)) == (3.5, 3.5)


def test_what_was_saved_is_what_was_fitted(rng: np.random.Generator, tmp_path: Path) -> None:
    intervals = StarIntervals.fit(*outcomes(1_000, rng))
    restored = StarIntervals.restore(files.load(tmp_path, sha256=files.save(tmp_path, intervals.arrays(), {})).arrays)

    asked = outcomes(100, rng)[:3]
    np.testing.assert_array_equal(restored.interval(*asked), intervals.interval(*asked))


@pytest.mark.parametrize("share", [0.0, 1.0, 80.0])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(InvalidInputError, match=f"share must be a number between 0 and 1, not {share}"):
        StarIntervals.fit([1], [1], [3.0], [3.0], share=share)
