"""Prices, and the file that says otherwise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from recommender.costs.bill import dollars, in_cents, number
from recommender.costs.prices import MEMORY, PRICES, read_prices
from recommender.errors import InvalidInputError


def _file(folder: Path, text: str) -> Path:
    path = folder / "prices.json"
    path.write_text(text)
    return path


def test_every_price_says_unit_date_and_source() -> None:
    for name, price in PRICES.items():
        assert price.value > 0, name
        assert price.per in (1, 1000, 1_000_000), name
        assert price.unit, name
        assert price.source, name
        assert price.is_confirmed == (price.source != MEMORY)


def test_a_price_of_ones_own_takes_the_place_of_ours_to_the_last_digit(tmp_path: Path) -> None:
    said = (
        '{"personalize-training-hour": 0.30000000000000001, "s3-gb-month": {"value": "0.02", "date": "2027-01-31", "source": "my invoice"}}'
    )

    prices = read_prices(_file(tmp_path, said))

    training, kept = prices["personalize-training-hour"], prices["s3-gb-month"]
    assert training.value == Decimal("0.30000000000000001")
    assert (training.unit, training.source) == ("training hour", "prices.json")
    assert (kept.value, kept.date, kept.source) == (Decimal("0.02"), date(2027, 1, 31), "my invoice")
    assert prices["personalize-data-gb"] is PRICES["personalize-data-gb"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '{"personalize-traning-hour": 1}',
            "price must be a name of the table, most likely personalize-training-hour, not 'personalize-traning-hour'.",
        ),
        ('{"s3-put": -1}', "s3-put must be a number of dollars from 0 to 1,000,000, not '-1'."),
        ('{"s3-put": 1e99}', "s3-put must be a number of dollars from 0 to 1,000,000, not '1E+99'."),
        ('{"s3-put": NaN}', "s3-put must be a number of dollars from 0 to 1,000,000, not 'NaN'."),
        ('{"s3-put": "cheap"}', "s3-put must be a number of dollars from 0 to 1,000,000, not 'cheap'."),
        ('{"s3-put": true}', "s3-put must be a number of dollars from 0 to 1,000,000, not True."),
        ('{"s3-put": [1]}', "s3-put must be a number of dollars from 0 to 1,000,000, not [Decimal('1')]."),
        ('{"s3-put": {"date": "2027-01-31"}}', "s3-put must be a number, or an object of value, date, source, not 'no value'."),
        ('{"s3-put": {"value": 1, "day": "x"}}', "s3-put must be a number, or an object of value, date, source, not 'day'."),
        ('{"s3-put": {"value": 1, "date": "soon"}}', "s3-put date must be a day such as 2027-01-31, not 'soon'."),
        ('{"s3-put": {"value": 1, "date": 2027}}', "s3-put date must be a day such as 2027-01-31, not '2027'."),
        ('{"s3-put": {"value": 1, "source": " "}}', "s3-put source must be a text that says where the price was read, not ' '."),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_prices(_file(tmp_path, text))

    assert str(refused.value) == sentence


@pytest.mark.parametrize("text", ["", "{", "[1]", "7", '"x"', "[" * 100_000])
def test_a_file_that_holds_no_prices_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^prices must be a file "):
        read_prices(_file(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"^prices must be a file that can be read \(No such file or directory\), not "):
        read_prices(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("360.00025", "360.00025"),
        ("72", "72.00"),
        ("9207.36", "9,207.36"),
        ("0.000004", "0.00"),
        ("0.000005", "0.00001"),
        ("144.1152", "144.1152"),
        ("2.5", "2.50"),
    ],
)
def test_amounts_are_written_with_what_says_something(amount: str, written: str) -> None:
    assert dollars(Decimal(amount)) == written


@pytest.mark.parametrize(
    ("quantity", "written"), [("2592000", "2,592,000"), ("0.005", "0.005"), ("300", "300"), ("0", "0"), ("9.277083333", "9.27708")]
)
def test_quantities_are_written_without_idle_noughts(quantity: str, written: str) -> None:
    assert number(Decimal(quantity)) == written


def test_every_price_stands_in_the_page_about_costs() -> None:
    page = (Path(__file__).parents[3] / "docs" / "cost.md").read_text()

    for name, price in PRICES.items():
        assert f"| `{name}` | {str(price).removesuffix('.')} | {price.date} | {price.source} |" in page


@pytest.mark.parametrize(("amount", "cents"), [("0.005", "0.01"), ("0.0049", "0.00"), ("144.125", "144.13"), ("144.1152", "144.12")])
def test_half_a_cent_is_one_on_an_invoice(amount: str, cents: str) -> None:
    assert in_cents(Decimal(amount)) == Decimal(cents)
