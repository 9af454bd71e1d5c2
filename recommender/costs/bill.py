"""A bill: lines of formulas whose amounts add up, exactly and in whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from recommender.costs.prices import Price

CENT = Decimal("0.01")
SMALLEST = Decimal("0.00001")  # dollars that are still written


@dataclass(frozen=True, slots=True)
class Line:
    """quantity: how many of the price's unit. formula: in words and numbers, where the quantity comes from."""

    what: str
    quantity: Decimal
    price: Price
    formula: str

    @property
    def amount(self) -> Decimal:
        """US dollars, exact."""
        return self.price.of(self.quantity)


@dataclass(frozen=True, slots=True)
class Bill:
    """notes: sentences about what was assumed."""

    title: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """The sum of the exact amounts, in US dollars."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def in_cents(self) -> Decimal:
        """The sum of the amounts as an invoice has them, each in whole cents."""
        return sum((in_cents(line.amount) for line in self.lines), Decimal(0))


def in_cents(amount: Decimal) -> Decimal:
    """Whole cents; half a cent is one."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def dollars(amount: Decimal) -> str:
    """ "360.00025", "1,440.00": two decimals at least, as many as say something, five at most."""
    rounded = amount.quantize(SMALLEST, ROUND_HALF_UP)
    whole, _, part = f"{rounded:,f}".partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"


def number(quantity: Decimal) -> str:
    """ "2,592,000", "0.005", "9.28316": five decimals at most, none that say nothing."""
    whole, _, part = f"{quantity.quantize(SMALLEST, ROUND_HALF_UP):,f}".partition(".")
    return f"{whole}.{part.rstrip('0')}".rstrip(".")
