"""What Amazon charges, each price with its unit, date and source; a file may say otherwise."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any

from recommender.errors import InvalidInputError

LOOKED_UP = date(2026, 11, 29)
MEMORY = "from memory, not looked up"
DEAREST = Decimal(1_000_000)  # dollars; what costs more is a slip
FIELDS = ("value", "date", "source")
TERMS = "aws.amazon.com/personalize/pricing for the terms; the figure as other people's pages quote it"


@dataclass(frozen=True, slots=True)
class Price:
    """value: US dollars for so many (`per`) of the unit. date: when it was read. source: where."""

    value: Decimal
    per: int
    unit: str
    date: date
    source: str

    def of(self, quantity: Decimal) -> Decimal:
        """What so many cost, in dollars, exact."""
        return quantity * self.value / self.per

    @property
    def is_confirmed(self) -> bool:
        """Whether it was read anywhere."""
        return self.source != MEMORY

    def __str__(self) -> str:
        return f"${self.value} {f'per {self.per:,} {self.unit}s' if self.per > 1 else f'{self.article} {self.unit}'}"

    @property
    def article(self) -> str:
        return "an" if self.unit.startswith("hour") else "a"


def _price(value: str, unit: str, source: str, per: int = 1) -> Price:
    return Price(Decimal(value), per, unit, LOOKED_UP, source)


Prices = Mapping[str, Price]

# us-east-1, without any free allowance.
PRICES: Prices = MappingProxyType(
    {
        "personalize-data-gb": _price("0.05", "GB", TERMS),
        "personalize-training-hour": _price("0.24", "training hour", TERMS),
        "personalize-requests-first-72m": _price("0.0556", "request", TERMS, 1000),
        "personalize-requests-next-648m": _price("0.0278", "request", TERMS, 1000),
        "personalize-requests-beyond": _price("0.0139", "request", TERMS, 1000),
        "personalize-tps-hour": _price("0.20", "TPS-hour", "the older price by the hour, in the FullStack example: 3,600 requests"),
        "personalize-batch-first-20m": _price("0.067", "user", MEMORY, 1000),
        "personalize-batch-next-180m": _price("0.058", "user", MEMORY, 1000),
        "personalize-batch-beyond": _price("0.050", "user", MEMORY, 1000),
        "dynamodb-read-unit": _price("0.125", "read unit", "pages of 2025 and 2026 about on-demand prices", 1_000_000),
        "dynamodb-write-unit": _price("0.625", "write unit", "pages of 2025 and 2026 about on-demand prices", 1_000_000),
        "dynamodb-gb-month": _price("0.25", "GB-month", "aws.amazon.com/dynamodb/pricing"),
        "ec2-t4g-small-hour": _price("0.0168", "hour", MEMORY),
        "ec2-disk-gb-month": _price("0.08", "GB-month", MEMORY),
        "ec2-address-hour": _price("0.005", "hour", MEMORY),
        "s3-gb-month": _price("0.023", "GB-month", MEMORY),
        "s3-put": _price("0.005", "request", MEMORY, 1000),
    }
)


def read_prices(file: Path, *, before: Prices = PRICES) -> Prices:
    """The prices with those of a JSON file in place of some: `{"personalize-training-hour": 0.30}`.

    In place of a number may stand `{"value": …, "date": "2027-01-31", "source": "…"}`. Per and unit stay. A price without a date of its own
    is of today's file, so it says whose it is. InvalidInputError in one sentence for whatever cannot be meant.
    """
    try:
        said = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal, parse_constant=str)
    except OSError as error:
        raise InvalidInputError("prices", str(file), f"a file that can be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInputError("prices", str(file), 'a file of JSON, such as {"personalize-training-hour": 0.30}') from error
    if not isinstance(said, dict):
        raise InvalidInputError("prices", str(file), "a file with an object of names and numbers")
    return MappingProxyType({**before, **{name: _changed(name, given, file, before) for name, given in said.items()}})


def _changed(name: str, given: Any, file: Path, before: Prices) -> Price:
    if name not in before:
        likely = difflib.get_close_matches(name, before, n=1, cutoff=0.0)[0]
        raise InvalidInputError("price", name, f"a name of the table, most likely {likely}")
    fields = given if isinstance(given, dict) else {"value": given}
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown or "value" not in fields:
        raise InvalidInputError(name, ", ".join(unknown) or "no value", f"a number, or an object of {', '.join(FIELDS)}")
    source = fields.get("source", file.name)
    if not isinstance(source, str) or not source.strip():
        raise InvalidInputError(f"{name} source", source, "a text that says where the price was read")
    return replace(before[name], value=_dollars(name, fields["value"]), date=_date(name, fields.get("date"), before[name]), source=source)


def _dollars(name: str, given: Any) -> Decimal:
    try:
        value = given if isinstance(given, Decimal) else Decimal(given) if isinstance(given, str) else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or not 0 <= value <= DEAREST:
        raise InvalidInputError(name, str(given) if isinstance(given, Decimal) else given, f"a number of dollars from 0 to {DEAREST:,}")
    return value


def _date(name: str, given: Any, before: Price) -> date:
    if given is None:
        return before.date
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{name} date", str(given), "a day such as 2027-01-31") from error
