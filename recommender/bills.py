"""What a month of this site costs, and would cost at Amazon Personalize, from what was counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from recommender.costs import usage as pricing
from recommender.costs.bill import Bill
from recommender.costs.months import Month
from recommender.costs.presets import MEASURED_HOURS
from recommender.costs.prices import PRICES, Price, Prices
from recommender.costs.usage import Day, Usage
from recommender.errors import SettingError
from recommender.history import Training
from recommender.settings import Settings, variable
from recommender.traffic import counted

MOST_DOLLARS = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class MonthCost:
    """so_far, whole: Amazon Personalize for what was counted, and for the whole month at that pace; tables: DynamoDB for the same.

    usage, so_far, whole: None where nothing was counted. tables: None where people's ratings do not lie in DynamoDB. machine: whole month.
    """

    month: Month
    machine: Bill
    usage: Usage | None = None
    so_far: Bill | None = None
    whole: Bill | None = None
    tables: Bill | None = None
    days: tuple[Day, ...] = ()

    @property
    def here(self) -> Decimal:
        """What the whole month costs here, in whole cents."""
        return self.machine.in_cents + (self.tables.in_cents if self.tables else Decimal(0))


def month_cost(
    settings: Settings,
    trainings: Iterable[Training],
    month: Month,
    *,
    now: float,
    prices: Prices = PRICES,
    tps: int = 1,
    hours: Decimal = MEASURED_HOURS,
    machine_cost: str | None = None,
    n_bytes: int = 0,
) -> MonthCost:
    """The month priced. trainings: those remembered, oldest first. tps: provisioned at Amazon. hours: billed there for a training.

    n_bytes: that import jobs took in. machine_cost: in place of the setting. SettingError for a cost that is none.
    """
    machine = pricing.machine(month, prices, _stated(settings.machine_cost if machine_cost is None else machine_cost, now))
    usage = usage_of(Path(settings.traffic_folder), tuple(trainings), month, now=now, n_bytes=n_bytes)
    if usage is None:
        return MonthCost(month, machine)
    return MonthCost(
        month,
        machine,
        usage,
        pricing.personalize(usage, prices, tps=tps, hours=hours),
        pricing.personalize(usage, prices, tps=tps, hours=hours, whole=True),
        pricing.dynamodb(usage, prices, whole=True) if settings.profiles_url.startswith("dynamodb:") else None,
        pricing.by_day(usage, tps),
    )


def usage_of(folder: Path, trainings: tuple[Training, ...], month: Month, *, now: float, n_bytes: int = 0) -> Usage | None:
    """What was counted in the month until now; None where nothing was. The five minutes under way count as whole ones."""
    found = counted(folder, month)
    if found.since is None or now < found.since:
        return None
    since, until = found.since, min(int(now), month.ends_at - 1)
    first, last = month.bucket_of(since), month.bucket_of(until)
    then = [training for training in trainings if month.begins_at <= training.trained_at < until + 1]  # the first comes before any server
    return Usage(
        month,
        since,
        until,
        found.requests[first : last + 1],
        n_events=sum(found.events),
        n_trainings=sum(found.trainings),
        training_seconds=sum(found.seconds),
        n_imported=sum(training.n_ratings for training in then if _brought_data(training, trainings)),
        n_bytes=n_bytes,
        n_written=sum(training.n_lists for training in then if training.trained_at >= since),
        n_lists=trainings[-1].n_lists if trainings else 0,
    )


def _brought_data(training: Training, trainings: tuple[Training, ...]) -> bool:
    """Whether its data set is another than that of the training before; of the oldest remembered, whether it was the first at all."""
    place = trainings.index(training)
    return training.generation == 1 if place == 0 else trainings[place - 1].data != training.data


def _stated(text: str, now: float) -> Price | None:
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not text.isascii() or not value.is_finite() or not 0 <= value <= MOST_DOLLARS:
        shown = text if len(text) <= 20 else f"{text[:20]}…"
        raise SettingError(f"{variable('machine_cost')} must be dollars a month, such as 12.50, not {shown!r}.")
    return Price(value, 1, "month", datetime.fromtimestamp(now, UTC).date(), variable("machine_cost"))
