"""Months and their five minutes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.costs.months import Month, month_named, month_of
from recommender.errors import InvalidInputError


def _at(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("moment", "month", "bucket"),
    [
        (_at(2026, 11, 1), Month(2026, 11), 0),
        (_at(2026, 11, 1, 0, 4, 59), Month(2026, 11), 0),
        (_at(2026, 11, 1, 0, 5), Month(2026, 11), 1),
        (_at(2026, 11, 30, 23, 59, 59), Month(2026, 11), 30 * 288 - 1),
        (_at(2026, 12, 1), Month(2026, 12), 0),
        (_at(2026, 12, 31, 23, 55), Month(2026, 12), 31 * 288 - 1),
        (_at(2028, 2, 29, 23, 59), Month(2028, 2), 29 * 288 - 1),
    ],
)
def test_a_moment_is_in_one_month_and_in_one_of_its_five_minutes(moment: float, month: Month, bucket: int) -> None:
    assert month_of(moment) == month
    assert month.bucket_of(moment) == bucket


@given(st.integers(0, 4_000_000_000))
def test_months_follow_each_other_without_a_gap(seconds: int) -> None:
    month = month_of(seconds)

    assert month.begins_at <= seconds < month.ends_at
    assert month_of(month.ends_at).begins_at == month.ends_at
    assert 0 <= month.bucket_of(seconds) < month.n_buckets


def test_a_month_is_named_as_it_is_written() -> None:
    assert month_named(str(Month(2026, 1))) == Month(2026, 1)


@pytest.mark.parametrize("text", ["2026-13", "2026-0", "2026", "november", "2026-11-01", "", "٢٠٢٦-11", "1969-12", "0000-01"])
def test_what_is_no_month_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^month must be a year and a month such as 2026-11, not "):
        month_named(text)
