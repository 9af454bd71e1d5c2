"""The month of a site, from what was counted and trained."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from recommender.bills import month_cost
from recommender.costs.months import Month
from recommender.errors import SettingError
from recommender.history import Training
from recommender.settings import Settings
from recommender.traffic import Traffic

NOVEMBER = Month(2026, 11)
BEGAN = datetime(2026, 11, 10, 12, tzinfo=UTC).timestamp()
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
FIRST = Training("a", 1, BEGAN + 60, "user-cosine", "films", 100_000, 610, 2, 612, {"model": 1.0})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(traffic_folder=str(tmp_path / "traffic"), machine_cost="12.50")


def count(settings: Settings, at: float, **counts: int) -> None:
    traffic = Traffic(Path(settings.traffic_folder), now=lambda: at)
    for name, n in counts.items():
        traffic.add(name, n)
    traffic.close()


def test_what_is_counted_begins_with_the_counting_and_ends_now(settings: Settings) -> None:
    count(settings, BEGAN, requests=3, events=2)
    count(settings, NOW - 10, requests=4, trainings=1, seconds=9)

    usage = month_cost(settings, (), NOVEMBER, now=NOW).usage

    assert usage is not None
    assert (usage.since, usage.until) == (BEGAN, NOW)
    assert len(usage.requests) == 11 * 288 + 1  # the five minutes under way too
    assert (usage.requests[0], usage.requests[-2], usage.n_asked) == (3, 4, 7)
    assert (usage.n_events, usage.n_trainings, usage.training_seconds) == (2, 1, 9)


def test_a_month_that_is_over_ends_with_its_last_second(settings: Settings) -> None:
    count(settings, BEGAN, requests=1)
    december = Month(2026, 12)
    count(settings, december.begins_at + 5, requests=2)

    made = month_cost(settings, (), NOVEMBER, now=december.ends_at + 99)

    assert made.usage is not None
    assert (made.usage.until, made.usage.n_asked) == (NOVEMBER.ends_at - 1, 1)
    assert len(made.usage.requests) == int(20.5 * 288)
    after = month_cost(settings, (), december, now=december.ends_at + 99).usage
    assert after is not None
    assert after.is_whole
    assert after.n_asked == 2


def test_a_month_in_which_nothing_was_counted_has_the_machine_alone(settings: Settings) -> None:
    made = month_cost(settings, (), Month(2026, 10), now=NOW)

    assert (made.usage, made.so_far, made.whole, made.tables, made.days) == (None, None, None, None, ())
    assert made.machine.total == Decimal("12.50")


@pytest.mark.parametrize(
    ("trainings", "n_imported"),
    [
        ([FIRST], 100_000),  # the first at all brings its data
        ([replace(FIRST, generation=7)], 0),  # older ones are forgotten: nobody knows whether its data were new
        ([FIRST, replace(FIRST, version="b", generation=2, n_ratings=100_050)], 100_000),  # the same data, a few ratings more
        ([FIRST, replace(FIRST, version="b", generation=2, data="more films", n_ratings=200_000)], 300_000),
        ([replace(FIRST, trained_at=BEGAN - 9)], 100_000),  # before there was a server that counts
        ([replace(FIRST, trained_at=NOVEMBER.begins_at - 9)], 0),
        ([], 0),
    ],
)
def test_a_data_set_is_taken_in_once(settings: Settings, trainings: list[Training], n_imported: int) -> None:
    count(settings, BEGAN, requests=1)

    usage = month_cost(settings, trainings, NOVEMBER, now=NOW).usage

    assert usage is not None
    assert usage.n_imported == n_imported


def test_tables_are_priced_where_ratings_lie_in_them(settings: Settings) -> None:
    count(settings, BEGAN, requests=1000)

    assert month_cost(settings, [FIRST], NOVEMBER, now=NOW).tables is None
    made = month_cost(replace(settings, profiles_url="dynamodb://movie"), [FIRST], NOVEMBER, now=NOW)
    assert made.tables is not None
    assert made.here == Decimal("12.50") + made.tables.in_cents


@pytest.mark.parametrize("text", ["free", "-1", "NaN", "Infinity", "1e9", "١٢", "12,50", " "])
def test_a_machine_that_costs_no_number_is_refused_in_a_sentence(settings: Settings, text: str) -> None:
    with pytest.raises(SettingError, match=r"^MATINEE_MACHINE_COST must be dollars a month, such as 12\.50, not "):
        month_cost(replace(settings, machine_cost=text), (), NOVEMBER, now=NOW)


def test_without_a_price_of_its_own_it_is_a_small_one_at_amazon(settings: Settings) -> None:
    made = month_cost(replace(settings, machine_cost=""), (), NOVEMBER, now=NOW)

    assert [line.what for line in made.machine.lines] == ["machine, t4g.small", "its disk", "its address"]
