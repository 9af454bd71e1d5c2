"""Means, their errors, and when a difference can be told."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest

from recommender.evaluation.figures import Figure, is_better, is_worse, mean_of


def test_a_mean_has_the_usual_standard_error() -> None:
    figure = mean_of(np.array([1.0, 2.0, 3.0, 6.0, nan]), np.arange(5))

    assert figure == Figure(3.0, pytest.approx(np.std([1, 2, 3, 6], ddof=1) / 2), 4)
    assert figure == mean_of(np.array([1.0, 2.0, 3.0, 6.0, nan]))


def test_several_values_of_one_person_are_one_witness() -> None:
    once = mean_of(np.array([0.0, 1.0, 0.5]), np.array([1, 2, 3]))
    said_ten_times = mean_of(np.repeat([0.0, 1.0, 0.5], 10), np.repeat([1, 2, 3], 10))

    assert said_ten_times.mean == once.mean
    assert said_ten_times.error == pytest.approx(once.error)
    assert said_ten_times.n == once.n == 3


def test_nobody_and_one_person_have_no_error() -> None:
    nobody, one, one_often = mean_of(np.array([nan])), mean_of(np.array([0.5])), mean_of(np.array([0.5, 0.1]), np.array([7, 7]))

    assert isnan(nobody.mean)
    assert nobody.n == 0
    assert isnan(one.error)
    assert isnan(one_often.error)
    assert not any(is_better(figure) or is_worse(figure) for figure in (nobody, one, one_often))


def test_the_interval_is_students() -> None:
    low, high = Figure(1.0, 0.1, 11).interval()

    assert (low, high) == pytest.approx((1 - 2.2281 * 0.1, 1 + 2.2281 * 0.1), abs=1e-5)  # t of 10 degrees of freedom, from the table
    assert all(isnan(end) for end in Figure(1.0, nan, 1).interval())


def test_better_is_what_lies_above_nothing_with_its_whole_interval() -> None:
    assert is_better(Figure(0.1, 0.04, 100))
    assert not is_better(Figure(0.1, 0.06, 100))
    assert is_worse(Figure(-0.1, 0.04, 100))
    assert not is_worse(Figure(0.1, 0.04, 100))


def test_a_handful_of_people_can_never_tell_though_they_all_agree() -> None:
    assert not is_better(Figure(0.5, 0.0, 5))
    assert is_better(Figure(0.5, 0.0, 6))


def test_chance_is_called_better_as_rarely_as_promised(rng: np.random.Generator) -> None:
    called = [is_better(mean_of(rng.normal(size=40))) for _ in range(2000)]

    assert np.mean(called) == pytest.approx(0.025, abs=0.012)
