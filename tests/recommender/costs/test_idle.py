"""What nobody has asked for a while."""

from __future__ import annotations

import pytest

from recommender.costs.idle import DAY, Resource, idle_longer_than
from recommender.errors import InvalidInputError

NOW = 1_790_000_000.0


def _ago(days: float) -> float:
    return NOW - days * DAY


def test_what_was_asked_lately_or_made_lately_is_not_idle() -> None:
    asked = Resource("busy", _ago(90), _ago(1), "campaign")
    new = Resource("new", _ago(2), None, "campaign")
    forgotten = Resource("forgotten", _ago(90), _ago(31), "campaign")
    never = Resource("never", _ago(40), None, "solution")

    assert idle_longer_than([asked, new, forgotten, never], 30, now=NOW) == (never, forgotten)


@pytest.mark.parametrize(("days", "is_idle"), [(6.999, True), (7, False), (7.001, False)])
def test_exactly_so_many_days_are_not_more(days: float, is_idle: bool) -> None:
    resource = Resource("one", _ago(30), _ago(7), "campaign")

    assert bool(idle_longer_than([resource], days, now=NOW)) == is_idle


def test_what_was_asked_before_it_was_made_counts_from_when_it_was_made() -> None:
    renewed = Resource("renewed", _ago(1), _ago(100), "campaign")

    assert idle_longer_than([renewed], 30, now=NOW) == ()


def test_those_idle_equally_long_come_by_kind_and_name() -> None:
    made = [Resource(name, _ago(9), None, kind) for name, kind in (("b", "solution"), ("a", "solution"), ("z", "campaign"))]

    assert [resource.name for resource in idle_longer_than(made, 1, now=NOW)] == ["z", "a", "b"]


@pytest.mark.parametrize("days", [-1, float("nan")])
def test_days_below_none_are_refused(days: float) -> None:
    with pytest.raises(InvalidInputError, match=r"^idle days must be a number of days from 0 up, not "):
        idle_longer_than([], days, now=NOW)
