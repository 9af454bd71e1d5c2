"""Which values a parameter may take."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import InvalidInputError
from recommender.evaluation.search import space
from recommender.evaluation.search.space import LINEAR, LOG, Choice, Range, drawn, places, read, told

KNOWN = {"damping": 50.0, "n_neighbours": 40}


@given(st.floats(0, 1), st.integers(1, 50), st.integers(0, 500), st.sampled_from([LINEAR, LOG]), st.booleans())
def test_every_place_is_a_value_of_the_range(place: float, low: int, width: int, scale: str, whole: bool) -> None:
    values = Range(low, low + width, scale, whole)

    assert values.holds(values.at(place))
    assert values.holds(values.low)
    assert values.holds(values.high)


def test_of_whole_numbers_each_is_as_likely(rng: np.random.Generator) -> None:
    found = [Range(1, 4, LINEAR, whole=True).at(place) for place in rng.random(4000)]

    values, counts = np.unique(found, return_counts=True)
    assert values.tolist() == [1, 2, 3, 4]
    assert counts.min() > 900


def test_on_the_scale_log_each_power_of_ten_is_as_likely(rng: np.random.Generator) -> None:
    found = np.array([Range(1, 1000, LOG).at(place) for place in rng.random(3000)])

    assert 900 < np.count_nonzero(found < 10) < 1100
    assert 900 < np.count_nonzero(found > 100) < 1100


@pytest.mark.parametrize(
    ("values", "n", "steps"),
    [
        (Range(0, 3), 4, (0, 1, 2, 3)),
        (Range(1, 1000, LOG), 4, (1, 10, 100, 1000)),
        (Range(1, 3, LINEAR, whole=True), 4, (1, 2, 3)),
        (Range(2, 2), 4, (2,)),
        (Range(0, 10), 1, (5,)),
        (Choice((3, 1)), 4, (3, 1)),
    ],
)
def test_a_grid_takes_the_ends_and_what_lies_evenly_between(values: Choice | Range, n: int, steps: tuple[float, ...]) -> None:
    assert values.steps(n) == pytest.approx(steps)


def test_what_is_written_is_read(rng: np.random.Generator) -> None:
    made = {"damping": Range(1, 100, LOG), "n_neighbours": Choice((10, 20))}

    assert read(json.loads(json.dumps(told(made))), KNOWN, "user-cosine") == made
    assert set(drawn(made, rng)) == set(made)


@pytest.mark.parametrize(
    ("written", "told_so"),
    [
        ([], "the space must be an object"),
        ({}, "the space must be an object"),
        ({"dampening": [1]}, "parameter must be one of user-cosine's: damping, n_neighbours, not 'dampening'"),
        ({"damping": []}, "the space of damping must be a list of numbers"),
        ({"damping": ["1"]}, "the space of damping must be a list of numbers"),
        ({"damping": {"from": 1}}, "the space of damping must be a list of numbers"),
        ({"damping": {"from": 2, "to": 1}}, "the space of damping must be a list of numbers"),
        ({"damping": {"from": 1, "to": 2, "by": 1}}, "the space of damping must be a list of numbers"),
        ({"damping": {"from": 1, "to": 2, "scale": "lin"}}, "the space of damping must be a list of numbers"),
        ({"damping": {"from": 1, "to": float("inf")}}, "the space of damping must be a list of numbers"),
        ({"damping": {"from": 0, "to": 2, "scale": "log"}}, "above 0 on the scale log"),
        ({"damping": {"from": 0.5, "to": 2, "whole": True}}, "from one whole number to another"),
    ],
)
def test_what_is_no_space_is_told_what_one_is(written: Any, told_so: str) -> None:
    with pytest.raises(InvalidInputError, match=told_so):
        read(written, KNOWN, "user-cosine")


def test_places_are_what_distances_are_taken_of() -> None:
    made = {"a": Range(1, 100, LOG), "fixed": Choice((7,)), "b": Choice((30, 10, 20))}

    np.testing.assert_allclose(places(made, {"a": 10, "fixed": 7, "b": 20}), [0.5, 0.5])
    assert space.drawn({"fixed": Choice((7,))}, np.random.default_rng(0)) == {"fixed": 7}
