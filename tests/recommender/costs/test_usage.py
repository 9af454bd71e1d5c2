"""A month as it was used, priced."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.costs.months import BUCKET, BUCKETS_A_DAY, Month
from recommender.costs.prices import PRICES, Price
from recommender.costs.usage import Usage, by_day, dynamodb, machine, personalize

NOVEMBER = Month(2026, 11)
PER_REQUEST = Decimal("0.0556") / 1000


def used(requests: list[int], *, month: Month = NOVEMBER, first: int = 0, **counts: int) -> Usage:
    """A month of which so many five minutes were counted, from the first named on."""
    since = month.begins_at + first * BUCKET
    return Usage(month, since, since + len(requests) * BUCKET - 1, tuple(requests), **counts)


def test_a_day_with_one_busy_hour_is_the_floor_and_what_goes_beyond_it() -> None:
    requests = [0] * (BUCKETS_A_DAY - 12) + [1000] * 12

    bill = personalize(used(requests, n_events=1000), PRICES)

    data, training, real_time = bill.lines
    assert data.amount == Decimal(1000 * 256) / 10**9 * Decimal("0.05")
    assert training.amount == pytest.approx(Decimal("2.135") / 7 * Decimal("0.24"), abs=Decimal("1e-20"))
    assert real_time.quantity == (BUCKETS_A_DAY - 12) * 300 + 12 * 1000
    assert real_time.amount == real_time.quantity * PER_REQUEST
    assert "288 five minutes, each the larger of 1 TPS × 300 s and what was asked (12,000 in all)" in real_time.formula


@pytest.mark.parametrize("month", [Month(2026, 2), Month(2028, 2), Month(2026, 4), Month(2026, 12)])
def test_a_month_without_a_visitor_is_paid_for_by_its_days(month: Month) -> None:
    (_, training, real_time) = personalize(used([0] * month.n_buckets, month=month), PRICES).lines

    assert real_time.amount == month.days * 86_400 * PER_REQUEST
    assert training.quantity == Decimal(month.days) / 7 * Decimal("2.135")


def test_the_rest_of_the_month_goes_on_at_the_pace_that_was_counted() -> None:
    usage = used([600] * 10 * BUCKETS_A_DAY, n_events=500, n_trainings=4, n_imported=1_000_000)

    so_far, whole = personalize(usage, PRICES), personalize(usage, PRICES, whole=True)

    assert whole.lines[2].quantity == 3 * so_far.lines[2].quantity == 600 * NOVEMBER.n_buckets
    assert whole.lines[1].amount == pytest.approx(3 * so_far.lines[1].amount, abs=Decimal("1e-20"))
    # a data set is taken in once, events go on
    assert [line.lines[0].quantity for line in (so_far, whole)] == [
        Decimal(500 * 256 + 32_000_000) / 10**9,
        Decimal(1500 * 256 + 32_000_000) / 10**9,
    ]
    assert "the training would be 12 × 2.135 h × $0.24 = $6.15." in whole.notes[-1]


def test_where_the_whole_month_was_counted_both_bills_are_one() -> None:
    usage = used([7] * NOVEMBER.n_buckets, n_events=31)

    so_far, whole = personalize(usage, PRICES), personalize(usage, PRICES, whole=True)

    assert so_far == whole


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=BUCKETS_A_DAY * 3), st.integers(0, 5 * BUCKETS_A_DAY), st.integers(1, 5))
def test_the_days_add_up_to_what_is_paid_for(requests: list[int], first: int, tps: int) -> None:
    usage = used(requests, first=first)

    days = by_day(usage, tps)

    assert [day.day for day in days] == list(range(1, 31))
    assert sum(day.asked for day in days) == usage.n_asked
    assert sum(day.floor for day in days) == tps * BUCKET * len(requests)
    assert sum(day.paid for day in days) == personalize(usage, PRICES, tps=tps).lines[2].quantity
    assert all(day.paid >= max(day.floor, day.asked) for day in days)


def test_a_day_begins_at_midnight() -> None:
    usage = used([1, 2, 3], first=BUCKETS_A_DAY - 1)

    assert [day.asked for day in by_day(usage, 1)][:3] == [1, 5, 0]


def test_more_provisioned_costs_more() -> None:
    usage = used([0] * NOVEMBER.n_buckets)

    assert [personalize(usage, PRICES, tps=tps).lines[2].quantity for tps in (1, 2, 10)] == [2_592_000 * tps for tps in (1, 2, 10)]


def test_less_than_a_day_says_that_it_is_early_and_makes_no_month_of_its_trainings() -> None:
    early, later = (used([0] * n, n_trainings=1) for n in (BUCKETS_A_DAY - 1, BUCKETS_A_DAY))

    assert personalize(early, PRICES, whole=True).notes == ("Less than a day was counted, so the pace may turn out another.",)
    assert "30 × 2.135 h × $0.24 = $15.37." in personalize(later, PRICES, whole=True).notes[0]
    assert "1 × 2.135 h × $0.24 = $0.51." in personalize(early, PRICES).notes[0]


@pytest.mark.parametrize(
    ("n", "how_long"),
    [
        (2, "the 10 minutes counted"),
        (BUCKETS_A_DAY - 1, "the 1,435 minutes counted"),
        (BUCKETS_A_DAY, "the day counted"),
        (BUCKETS_A_DAY * 3 // 2, "the 1.5 days counted"),
        (NOVEMBER.n_buckets, "the whole month"),
    ],
)
def test_the_title_says_how_long_was_counted(n: int, how_long: str) -> None:
    assert personalize(used([0] * n), PRICES).title == f"Amazon Personalize, 2026-11, {how_long}"


def test_the_tables_cost_what_their_reads_and_writes_do() -> None:
    usage = used([0] * (NOVEMBER.n_buckets - 1) + [1000], n_events=200, n_written=600, n_lists=600)

    reads, writes, kept = dynamodb(usage, PRICES).lines

    assert reads.quantity == 1000 * 2 + 200 * 1 + (200 + 600) * 3
    assert reads.amount == reads.quantity * Decimal("0.125") / 10**6
    assert writes.quantity == 200 * 5 + (200 + 600) * 4
    assert writes.amount == writes.quantity * Decimal("0.625") / 10**6
    assert kept.amount == Decimal(600 * 4000) / 10**9 * Decimal("0.25")


@pytest.mark.parametrize(("month", "hours"), [(Month(2026, 2), 672), (Month(2026, 12), 744)])
def test_a_machine_is_paid_for_by_the_hour(month: Month, hours: int) -> None:
    assert machine(month, PRICES).total == hours * Decimal("0.0168") + 12 * Decimal("0.08") + hours * Decimal("0.005")


def test_a_machine_of_which_the_price_is_stated_costs_that() -> None:
    stated = Price(Decimal("12.50"), 1, "month", date(2026, 11, 29), "MATINEE_MACHINE_COST")

    assert machine(NOVEMBER, PRICES, stated).total == Decimal("12.50")


def test_the_times_in_these_tests_are_those_of_the_month() -> None:
    assert datetime.fromtimestamp(used([0]).since, UTC) == datetime(2026, 11, 1, tzinfo=UTC)
