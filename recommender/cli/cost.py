"""`matinee cost`: what Amazon Personalize would charge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from recommender.costs.bill import Bill
    from recommender.costs.prices import Prices


@click.command()
@click.option(
    "--preset", default=None, help="A bill worked out before: fullstack-example, fullstack-literal, idle, weekly or 100-requests."
)
@click.option(
    "--prices",
    "price_file",
    type=click.Path(path_type=Path),
    default=None,
    help='A JSON file with prices of your own, such as {"personalize-training-hour": 0.30}.',
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def cost(preset: str | None, price_file: Path | None, as_json: bool) -> None:
    """Print what Amazon Personalize would charge, line by line with formulas.

    Prices are those of docs/cost.md, each with its date and source.
    """
    from recommender.costs.presets import PRESETS, preset_bill
    from recommender.costs.prices import PRICES, read_prices

    prices = read_prices(price_file) if price_file else PRICES
    if preset is None:
        raise click.UsageError(f"Name a --preset: {', '.join(PRESETS)}.")
    bill = preset_bill(preset, prices)
    if as_json:
        click.echo(json.dumps({"preset": preset, **as_object(bill), "prices": _prices_of(bill, prices)}, indent=2))
        return
    print_bill(bill)
    _say_prices(bill, prices)


def print_bill(bill: Bill) -> None:
    """Title, a line for each amount with its formula below, and both sums."""
    from recommender.costs.bill import dollars, number

    click.echo(bill.title)
    for line in bill.lines:
        click.echo(f"{dollars(line.amount):>14}  {line.what}: {number(line.quantity)} × {line.price}")
        click.echo(f"{'':16}{line.formula}")
    click.echo(f"{dollars(bill.total):>14}  US dollars together; ${bill.in_cents:,} on an invoice, where each line is in whole cents")
    for note in bill.notes:
        click.echo(f"{'':16}{note}")


def as_object(bill: Bill) -> dict[str, Any]:
    """The bill for programs; amounts are texts, so that no digit is lost."""
    from recommender.costs.bill import dollars, number

    return {
        "title": bill.title,
        "lines": [
            {
                "what": line.what,
                "quantity": number(line.quantity),
                "unit": line.price.unit,
                "price": str(line.price.value),
                "per": line.price.per,
                "amount": dollars(line.amount),
                "formula": line.formula,
            }
            for line in bill.lines
        ],
        "total": dollars(bill.total),
        "in_cents": str(bill.in_cents),
        "notes": list(bill.notes),
    }


def _prices_of(bill: Bill, prices: Prices) -> dict[str, dict[str, Any]]:
    used = {line.price for line in bill.lines}
    return {
        name: {"value": str(price.value), "per": price.per, "unit": price.unit, "date": f"{price.date}", "source": price.source}
        for name, price in prices.items()
        if price in used
    }


def _say_prices(bill: Bill, prices: Prices) -> None:
    """On standard error: where each price that was used comes from."""
    for name, price in _prices_of(bill, prices).items():
        click.echo(f"{name}: {price['value']}, {price['date']}, {price['source']}", err=True)
