"""How requests in real time are billed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.costs.months import BUCKET, Month
from recommender.costs.prices import PRICES
from recommender.costs.real_time import BATCH_TIERS, batch_lines, billed, by_tier, real_time_lines

counts = st.lists(st.integers(0, 10_000), max_size=40)
provisioned = st.integers(0, 20)

FIRST, NEXT, BEYOND = "personalize-requests-first-72m", "personalize-requests-next-648m", "personalize-requests-beyond"


@given(counts, provisioned)
def test_no_five_minutes_are_below_what_is_provisioned_nor_below_what_was_asked(asked: list[int], tps: int) -> None:
    paid = billed(asked, tps)

    assert paid >= tps * BUCKET * len(asked)
    assert paid >= sum(asked)
    assert paid <= tps * BUCKET * len(asked) + sum(asked)


@given(counts, counts, provisioned)
def test_two_stretches_of_time_cost_what_they_cost_apart(one: list[int], other: list[int], tps: int) -> None:
    assert billed([*one, *other], tps) == billed(one, tps) + billed(other, tps)


@pytest.mark.parametrize(
    ("asked", "tps", "paid"),
    [
        ([0], 1, 300),
        ([299], 1, 300),
        ([300], 1, 300),
        ([301], 1, 301),
        # a busy five minutes are paid on top: what they have too much is not what the quiet ones lack
        ([600, 0], 1, 900),
        ([600, 0], 2, 1200),
        ([], 1, 0),
        ([5, 7], 0, 12),
    ],
)
def test_each_five_minutes_are_the_larger_of_both(asked: list[int], tps: int, paid: int) -> None:
    assert billed(asked, tps) == paid


@pytest.mark.parametrize(
    ("n", "parts"),
    [
        (0, [(FIRST, 0)]),
        (71_999_999, [(FIRST, 71_999_999)]),
        (72_000_000, [(FIRST, 72_000_000)]),
        (72_000_001, [(FIRST, 72_000_000), (NEXT, 1)]),
        (720_000_000, [(FIRST, 72_000_000), (NEXT, 648_000_000)]),
        (720_000_001, [(FIRST, 72_000_000), (NEXT, 648_000_000), (BEYOND, 1)]),
    ],
)
def test_beyond_a_border_the_next_request_is_cheaper_and_those_before_it_are_not(n: int, parts: list[tuple[str, int]]) -> None:
    assert by_tier(n) == parts
    assert [(line.price, line.quantity) for line in real_time_lines(n, PRICES, "so many")] == [(PRICES[name], part) for name, part in parts]


@given(st.integers(0, 2_000_000_000))
def test_every_request_has_one_price(n: int) -> None:
    assert sum(part for _, part in by_tier(n)) == n
    assert sum(part for _, part in by_tier(n, BATCH_TIERS)) == n


def test_lists_in_one_go_get_cheaper_as_well() -> None:
    amounts = [line.amount for line in batch_lines(200_000_001, PRICES)]

    assert amounts == [20_000 * Decimal("0.067"), 180_000 * Decimal("0.058"), Decimal("0.050") / 1000]


@pytest.mark.parametrize(
    ("month", "days"), [(Month(2026, 2), 28), (Month(2028, 2), 29), (Month(2026, 4), 30), (Month(2026, 12), 31), (Month(2100, 2), 28)]
)
def test_the_floor_grows_with_the_days_of_the_month(month: Month, days: int) -> None:
    assert billed([0] * month.n_buckets, 1) == days * 24 * 3600
