"""`matinee cost`: what Amazon Personalize would charge, and what runs instead."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.bills import MonthCost
    from recommender.costs.bill import Bill
    from recommender.costs.prices import Prices
    from recommender.costs.usage import Usage
    from recommender.history import Training
    from recommender.personalize.resources import Resources

MOST_TPS = 100_000
HOURS_A_MONTH = 744


@click.command()
@click.option("--month", "month_text", default=None, metavar="YYYY-MM", help="The month to price.  [default: this one]")
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
@click.option(
    "--tps",
    type=click.IntRange(1, MOST_TPS),
    default=None,
    help="Requests a second that are provisioned.  [default: what the campaigns of /personalize here have together, else 1]",
)
@click.option(
    "--training-hours",
    type=click.FloatRange(0, HOURS_A_MONTH),
    default=2.135,
    help="Hours that Amazon bills for a training; it was 2.135 for 100,000 ratings of MovieLens.",
)
@click.option("--machine", default=None, metavar="USD", help="What this machine costs a month.  [default: MATINEE_MACHINE_COST]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def cost(
    settings: Settings,
    month_text: str | None,
    preset: str | None,
    price_file: Path | None,
    tps: int | None,
    training_hours: float,
    machine: str | None,
    as_json: bool,
) -> None:
    """Price this month's traffic as Amazon Personalize would.

    Line by line with formulas, so far and to the end of the month at the same pace, beside what this machine or DynamoDB's tables cost.
    Prices are those of docs/cost.md, each with its date and source.
    """
    from recommender.bills import month_cost
    from recommender.costs.months import month_named, month_of
    from recommender.costs.presets import preset_bill
    from recommender.costs.prices import PRICES, read_prices
    from recommender.personalize.provisioned import imported_bytes, provisioned_tps

    prices = read_prices(price_file) if price_file else PRICES
    if preset is not None:
        if month_text is not None:
            raise click.UsageError("A --preset is of no month; leave out one of both.")
        bill = preset_bill(preset, prices)
        _print(as_json, {"preset": preset, **as_object(bill), "prices": _prices_of(prices, bill)}, prices, bill)
        return
    now = time.time()
    month = month_named(month_text) if month_text is not None else month_of(now)
    found = _resources(settings)
    made = month_cost(
        settings,
        _trainings(settings),
        month,
        now=now,
        prices=prices,
        tps=tps or provisioned_tps(found) or 1,
        n_bytes=imported_bytes(found, month.begins_at, month.ends_at),
        hours=Decimal(str(training_hours)),
        machine_cost=machine,
    )
    bills = [bill for bill in (made.so_far, made.whole, made.tables, made.machine) if bill]
    if as_json:
        _print(True, {**_month_object(made), "prices": _prices_of(prices, *bills)}, prices)
        return
    if made.usage is None:
        click.echo(f"Nothing was counted in {month}; a server counts in {settings.traffic_folder} (MATINEE_TRAFFIC_FOLDER).\n")
    else:
        click.echo(f"{_counted(made.usage)}\n")
    for bill in bills if made.usage is None or not made.usage.is_whole else bills[1:]:
        print_bill(bill)
        click.echo()
    click.echo(
        f"Training here: after {settings.retrain_after:,} changed ratings, and every {settings.retrain_hours:,} h at the latest "
        "(MATINEE_RETRAIN_AFTER, MATINEE_RETRAIN_HOURS); it costs nothing more."
    )
    if made.whole:
        click.echo(f"So {month} would cost ${made.whole.in_cents:,} at Amazon Personalize, and costs ${made.here:,} here.")
    _say_prices(prices, *bills)


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


def _trainings(settings: Settings) -> tuple[Training, ...]:
    """Those remembered; none where they cannot be read now, since the counts are what matters."""
    from recommender.cli.inputs import opened_blobs
    from recommender.errors import StorageError
    from recommender.history import trainings

    try:
        return trainings(opened_blobs(settings))
    except StorageError as error:
        click.echo(f"What was trained is not known now: {error}", err=True)
        return ()


def _resources(settings: Settings) -> Resources:
    """Those of /personalize; none where they cannot be read now."""
    from recommender.cli.inputs import opened_blobs
    from recommender.errors import StorageError
    from recommender.personalize.resources import Registry, Resources

    try:
        return Registry(opened_blobs(settings)).read()
    except StorageError as error:
        click.echo(f"What campaigns provision and imports took in is not known now: {error}", err=True)
        return Resources()


def _counted(usage: Usage) -> str:
    """When was counted, and what."""
    since, until = (f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}" for at in (usage.since, usage.until))
    return (
        f"Counted from {since} to {until} UTC: {usage.n_asked:,} lists asked for, {usage.n_events:,} films spoken of, "
        f"{usage.n_trainings:,} trainings of {usage.training_seconds:,} seconds in all."
    )


def _month_object(made: MonthCost) -> dict[str, Any]:
    usage = made.usage
    said: dict[str, Any] = {"month": str(made.month), "counted": None}
    if usage is not None:
        said["counted"] = {
            "since": usage.since,
            "until": usage.until,
            "requests": usage.n_asked,
            "events": usage.n_events,
            "trainings": usage.n_trainings,
            "training_seconds": usage.training_seconds,
        }
    for name in ("so_far", "whole", "tables", "machine"):
        bill = getattr(made, name)
        said[name] = as_object(bill) if bill else None
    return said


def _print(as_json: bool, said: dict[str, Any], prices: Prices, *bills: Bill) -> None:
    if as_json:
        click.echo(json.dumps(said, indent=2))
        return
    for bill in bills:
        print_bill(bill)
    _say_prices(prices, *bills)


def _prices_of(prices: Prices, *bills: Bill) -> dict[str, dict[str, Any]]:
    used = {line.price for bill in bills for line in bill.lines}
    return {
        name: {"value": str(price.value), "per": price.per, "unit": price.unit, "date": f"{price.date}", "source": price.source}
        for name, price in prices.items()
        if price in used
    }


def _say_prices(prices: Prices, *bills: Bill) -> None:
    """On standard error: where each price that was used comes from."""
    for name, price in _prices_of(prices, *bills).items():
        click.echo(f"{name}: {price['value']}, {price['date']}, {price['source']}", err=True)
