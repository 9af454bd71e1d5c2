"""/operator/cost: this month's traffic priced as Amazon Personalize, beside this machine, in pages that need no script."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Blueprint, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from recommender import retraining
from recommender.bills import MonthCost, month_cost
from recommender.costs.bill import Bill, dollars, number
from recommender.costs.months import Month, month_named, month_of
from recommender.costs.presets import PRESETS, preset_bill
from recommender.costs.prices import PRICES, Price
from recommender.costs.real_time import REAL_TIME
from recommender.costs.usage import Day
from recommender.errors import RecommenderError, SettingError, StorageError
from recommender.history import Training
from recommender.personalize.provisioned import imported_bytes, provisioned_tps
from recommender.personalize.resources import Resources
from recommender.traffic import months_counted
from webapp import inputs
from webapp.engine import engine
from webapp.operator import graphs, keyhole
from webapp.operator.pages import page
from webapp.personalize.control import desk

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
MOST_TPS = 100_000

costing = Blueprint("costing", __name__, url_prefix="/operator")


@dataclass(frozen=True, slots=True)
class Spent:
    """A day in dollars: what Amazon would charge for it, and what of that was asked for."""

    day: Day
    paid: Decimal
    asked: Decimal


@costing.get("/cost")
def cost() -> AnyResponse:
    """This month, another one, or a bill worked out before."""
    if not keyhole.is_operator():
        return redirect(url_for("operator.overview"), 303)
    inputs.only(request.args, "month", "tps", "preset")
    now = time.time()
    named = inputs.one(request.args, "month")
    month = month_named(named) if named else month_of(now)
    # Those with counts, this one, and whichever was asked for, newest first.
    months = sorted({month_of(now), month, *months_counted(Path(engine().settings.traffic_folder))}, reverse=True)
    provisioned = inputs.one(request.args, "tps")
    found = _resources()
    tps = inputs.whole_number(provisioned, "tps", MOST_TPS) if provisioned else provisioned_tps(found) or 1
    form: dict[str, Any] = {
        "months": months,
        "month": month,
        "tps": tps,
        "presets": PRESETS,
        "in_words": in_words,
        "dollars": dollars,
        "number": number,
    }
    preset = inputs.one(request.args, "preset")
    if preset:
        bill = preset_bill(preset, PRICES)
        return page("operator_cost.html", made=None, preset=preset, bills=[bill], prices=used(bill), **form)
    made, notices = _priced(month, tps, now, imported_bytes(found, month.begins_at, month.ends_at))
    bills = bills_of(made)
    spent = days_in_dollars(made)
    return page(
        "operator_cost.html",
        made=made,
        preset=None,
        bills=bills,
        prices=used(*bills),
        notices=notices,
        spent=spent,
        picture=_picture(made, spent) if spent else None,
        next_training=retraining.outlook(now=now),
        settings=engine().settings,
        **form,
    )


def in_words(month: Month) -> str:
    """ "November 2026"."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def bills_of(made: MonthCost) -> list[Bill]:
    """All that are shown: of a month that was counted whole there are no two at Amazon."""
    so_far = made.so_far if made.usage and not made.usage.is_whole else None
    return [bill for bill in (so_far, made.whole, made.machine, made.tables) if bill]


def used(*bills: Bill) -> dict[str, Price]:
    """The prices of the table that the bills are made of, by name."""
    prices = {line.price for bill in bills for line in bill.lines}
    return {name: price for name, price in PRICES.items() if price in prices}


def days_in_dollars(made: MonthCost) -> list[Spent]:
    """Each day at what its requests cost on the month's average; none where nothing was counted."""
    if made.so_far is None:
        return []
    lines = [line for line in made.so_far.lines if line.what == REAL_TIME]
    n = sum((line.quantity for line in lines), Decimal(0))
    each = sum((line.amount for line in lines), Decimal(0)) / n if n else Decimal(0)
    return [Spent(day, day.paid * each, day.asked * each) for day in made.days]


def _resources() -> Resources:
    """Those of /personalize; none where they cannot be read now."""
    try:
        return desk().registry.read()
    except StorageError:
        return Resources()


def _priced(month: Month, tps: int, now: float, n_bytes: int) -> tuple[MonthCost, list[str]]:
    """The month, and what could not be told of it."""
    settings, notices = engine().settings, []
    trainings: Sequence[Training] = ()
    try:
        trainings = engine().trainings()
    except RecommenderError as error:
        notices.append(f"What was trained is not known now, so data taken in may be missing: {error}")
    try:
        return month_cost(settings, trainings, month, now=now, tps=tps, n_bytes=n_bytes), notices
    except SettingError as error:
        return month_cost(settings, trainings, month, now=now, tps=tps, machine_cost="", n_bytes=n_bytes), [*notices, str(error)]


def _picture(made: MonthCost, spent: Sequence[Spent]) -> Markup:
    here = made.here / made.month.days
    paid, asked = (sum((getattr(each, what) for each in spent), Decimal(0)) for what in ("paid", "asked"))
    says = (
        f"Dollars a day for recommendations in real time at Amazon: {dollars_short(paid)} in all, "
        f"of which {dollars_short(asked)} were asked for; this machine costs {dollars_short(here)} a day."
    )
    name = MONTHS[made.month.month - 1]
    return graphs.spending(
        [float(each.paid) for each in spent],
        [float(each.asked) for each in spent],
        float(here),
        says,
        (f"1 {name}", f"{made.month.days} {name}"),
    )


def dollars_short(amount: Decimal) -> str:
    """ "$4.80"."""
    return f"${amount:,.2f}"
