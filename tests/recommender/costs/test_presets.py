"""Bills that others have worked out, to the last digit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from recommender.costs.bill import in_cents
from recommender.costs.presets import PRESETS, preset_bill
from recommender.costs.prices import PRICES
from recommender.errors import InvalidInputError

SECONDS_OF_30_DAYS = 30 * 24 * 3600


@pytest.mark.parametrize(
    ("name", "amounts", "on_an_invoice"),
    [
        # 5 MB; half an hour × 2 × 10 × 30 days; 2 TPS for 720 hours.
        ("fullstack-example", ["0.00025", "72", "288"], "360.00"),
        ("fullstack-literal", ["0.00025", "144", "288"], "432.00"),
        ("idle", ["144.1152"], "144.12"),
        # 2.135 × 0.24 × 365 / 84 trainings a month
        ("weekly", ["2.2265", "144.1152"], "146.35"),
        ("100-requests", ["4003.2", "5204.16"], "9207.36"),
    ],
)
def test_each_bill_is_what_its_arithmetic_gives(name: str, amounts: list[str], on_an_invoice: str) -> None:
    bill = preset_bill(name, PRICES)

    assert [line.amount for line in bill.lines] == pytest.approx([Decimal(amount) for amount in amounts], abs=Decimal("1e-20"))
    assert bill.in_cents == Decimal(on_an_invoice)
    assert all(line.formula for line in bill.lines)


def test_the_example_of_the_document_comes_out_to_the_last_digit() -> None:
    assert preset_bill("fullstack-example", PRICES).total == Decimal("360.00025")


def test_a_campaign_that_nobody_asks_is_paid_for_every_second() -> None:
    bill = preset_bill("idle", PRICES)

    assert [line.quantity for line in bill.lines] == [SECONDS_OF_30_DAYS]
    assert bill.total == Decimal(SECONDS_OF_30_DAYS) * Decimal("0.0556") / 1000
    assert in_cents(bill.total) == Decimal("144.12")


def test_an_unknown_preset_is_told_the_likely_one() -> None:
    with pytest.raises(InvalidInputError, match=r"^preset must be one of .*, most likely idle, not 'iddle'\.$"):
        preset_bill("iddle", PRICES)


def test_every_preset_is_told_in_the_page_about_costs_with_its_sum() -> None:
    from pathlib import Path

    page = (Path(__file__).parents[3] / "docs" / "cost.md").read_text()

    for name in PRESETS:
        assert f"| `{name}` |" in page
        assert f"| {preset_bill(name, PRICES).in_cents:,} |" in page
