"""Bills that others have worked out, done again with every step in sight."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from recommender.costs.bill import Bill, Line
from recommender.costs.months import BUCKET, BUCKETS_A_DAY
from recommender.costs.prices import Prices
from recommender.costs.real_time import REAL_TIME, billed, real_time_lines
from recommender.errors import InvalidInputError

DAYS = 30  # the month of all presets
MEASURED_HOURS = Decimal("2.135")  # billed by Amazon for a training on 100,000 MovieLens ratings, by its own cheat sheet
TRAININGS_A_MONTH = Decimal(365) / 12 / 7  # one a week


@dataclass(frozen=True, slots=True)
class Preset:
    name: str
    says: str
    bill: Callable[[Prices], Bill]


def _fullstack(prices: Prices, title: str, training: tuple[Decimal, str]) -> Bill:
    hours, formula = training
    tps_hours = Decimal(2 * 24 * DAYS)
    lines = (
        Line("data taken in", Decimal("0.005"), prices["personalize-data-gb"], "5 MB are 0.005 GB"),
        Line("training", hours, prices["personalize-training-hour"], formula),
        Line(REAL_TIME, tps_hours, prices["personalize-tps-hour"], f"2 a second × 24 h × {DAYS} days"),
    )
    return Bill(title, lines)


def _example(prices: Prices) -> Bill:
    hours = Decimal("0.5") * 2 * 10 * DAYS
    return _fullstack(prices, "The FullStack example, as it was worked out", (hours, f"0.5 h × 2 a day × 10 training hours × {DAYS} days"))


def _literal(prices: Prices) -> Bill:
    return _fullstack(prices, "The FullStack example, taken at its word", (Decimal(10 * 2 * DAYS), f"10 h × 2 a day × {DAYS} days"))


def _steady(per_second: int, prices: Prices) -> list[Line]:
    """The lines of so many requests a second, day and night, with one provisioned."""
    n = billed([per_second * BUCKET] * (DAYS * BUCKETS_A_DAY), 1)
    floor = f"{DAYS} days of {BUCKETS_A_DAY} five minutes"
    asked = "nobody asks, so each is 1 TPS × 300 s" if not per_second else f"each {per_second} × 300 s, more than 1 TPS × 300 s"
    return real_time_lines(n, prices, f"{floor}, {asked}")


def _idle(prices: Prices) -> Bill:
    return Bill("A campaign that nobody asks", tuple(_steady(0, prices)))


def _weekly(prices: Prices) -> Bill:
    hours = MEASURED_HOURS * TRAININGS_A_MONTH
    training = Line("training", hours, prices["personalize-training-hour"], f"{MEASURED_HOURS} h × 365 days / 12 months / 7 days")
    return Bill("A campaign that nobody asks, trained once a week", (training, *_steady(0, prices)))


def _hundred(prices: Prices) -> Bill:
    return Bill("A hundred requests a second, day and night", tuple(_steady(100, prices)))


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("fullstack-example", "the cost example of the FullStack document: $360.00025", _example),
        Preset("fullstack-literal", "the same with ten hours for each training, as its words say", _literal),
        Preset("idle", "one campaign without a visitor, 30 days", _idle),
        Preset("weekly", "the same, trained once a week on 100,000 ratings", _weekly),
        Preset("100-requests", "a hundred requests a second, 30 days", _hundred),
    )
}


def preset_bill(name: str, prices: Prices) -> Bill:
    """The bill of that name; InvalidInputError, with the likely name, for another."""
    if name not in PRESETS:
        likely = difflib.get_close_matches(name, PRESETS, n=1, cutoff=0.0)[0]
        raise InvalidInputError("preset", name, f"one of {', '.join(PRESETS)}, most likely {likely}")
    return PRESETS[name].bill(prices)
