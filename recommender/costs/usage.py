"""A month as it was used, and what that costs: at Amazon Personalize, in DynamoDB's tables, and on a machine."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from recommender.costs.bill import Bill, Line, number
from recommender.costs.months import BUCKET, BUCKETS_A_DAY, Month
from recommender.costs.presets import MEASURED_HOURS
from recommender.costs.prices import Price, Prices
from recommender.costs.real_time import billed, real_time_lines

EVENT_BYTES = 256  # of a rating in PutEvents' JSON: two ids of 36 characters, numbers, names of fields
ROW_BYTES = 32  # of a rating in an import's CSV: USER_ID, ITEM_ID, EVENT_TYPE, TIMESTAMP
GB = 1_000_000_000
DAYS_BETWEEN_TRAININGS = 7  # what Amazon does by itself, unless told otherwise
# What this program does to its tables, in units of 4 kB read and 1 kB written (docs/aws.md).
READS_OF_A_PAGE = 2
READS_OF_A_RATING, WRITES_OF_A_RATING = 1, 5
READS_OF_A_LIST, WRITES_OF_A_LIST = 3, 4
LIST_BYTES = 4_000
DISK_GB = 12


@dataclass(frozen=True, slots=True)
class Usage:
    """What was counted in a month. since, until: seconds since 1970. requests: in each five minutes from since to until, at least one.

    n_imported: ratings of data sets that were new in that month; n_bytes: of files that import jobs took in. n_written: lists that
    trainings wrote. n_lists: that there are.
    """

    month: Month
    since: int
    until: int
    requests: tuple[int, ...]
    n_events: int = 0
    n_trainings: int = 0
    training_seconds: int = 0
    n_imported: int = 0
    n_bytes: int = 0
    n_written: int = 0
    n_lists: int = 0

    @property
    def n_asked(self) -> int:
        return sum(self.requests)

    @property
    def days(self) -> Decimal:
        """How long was counted."""
        return Decimal(len(self.requests)) / BUCKETS_A_DAY

    @property
    def is_whole(self) -> bool:
        """Whether all of the month was counted."""
        return len(self.requests) == self.month.n_buckets

    def at_this_pace(self, n: int) -> int:
        """What n grows to in the whole month."""
        return int((Decimal(n) * self.month.n_buckets / len(self.requests)).to_integral_value(ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Day:
    """paid: requests that are paid for, of which `floor` for what is provisioned; all 0 where nothing was counted."""

    day: int
    asked: int
    floor: int
    paid: int


def by_day(usage: Usage, tps: int) -> tuple[Day, ...]:
    """Every day of the month."""
    first = usage.month.bucket_of(usage.since)
    days = []
    for day in range(usage.month.days):
        start = day * BUCKETS_A_DAY - first
        counts = usage.requests[max(start, 0) : max(start + BUCKETS_A_DAY, 0)]
        days.append(Day(day + 1, sum(counts), tps * BUCKET * len(counts), billed(counts, tps)))
    return tuple(days)


def personalize(usage: Usage, prices: Prices, *, tps: int = 1, hours: Decimal = MEASURED_HOURS, whole: bool = False) -> Bill:
    """The bill of Amazon Personalize for what was counted, or for the whole month at that pace.

    tps: what is provisioned, at least 1. hours: billed for each training.
    """
    days = Decimal(usage.month.days) if whole else usage.days
    paid = billed(usage.requests, tps)
    n = len(usage.requests)
    asked = f"{n:,} five minutes, each the larger of {tps} TPS × {BUCKET} s and what was asked ({usage.n_asked:,} in all)"
    if whole and not usage.is_whole:
        asked = f"{paid:,} in {n:,} five minutes, × {usage.month.n_buckets:,} / {n:,}"
        paid = usage.at_this_pace(paid)
    n_trainings = days / DAYS_BETWEEN_TRAININGS
    formula = f"once a week, as Amazon does by itself: {number(days)} days / {DAYS_BETWEEN_TRAININGS} × {number(hours)} h"
    lines = (
        _data(usage, prices, usage.at_this_pace(usage.n_events) if whole else usage.n_events),
        Line("training", n_trainings * hours, prices["personalize-training-hour"], formula),
        *real_time_lines(paid, prices, asked),
    )
    title = f"Amazon Personalize, {usage.month}, {'the whole month at this pace' if whole and not usage.is_whole else _so_far(usage)}"
    return Bill(title, lines, _notes(usage, prices, hours, whole=whole))


def dynamodb(usage: Usage, prices: Prices, *, whole: bool = False) -> Bill:
    """What the tables cost for the same, where people's ratings and lists lie there."""

    def much(n: int) -> int:
        return usage.at_this_pace(n) if whole else n

    pages, ratings, lists = much(usage.n_asked), much(usage.n_events), much(usage.n_events) + much(usage.n_written)
    reads = pages * READS_OF_A_PAGE + ratings * READS_OF_A_RATING + lists * READS_OF_A_LIST
    writes = ratings * WRITES_OF_A_RATING + lists * WRITES_OF_A_LIST
    kept = Decimal(usage.n_lists * LIST_BYTES) / GB
    lines = (
        Line(
            "reads",
            Decimal(reads),
            prices["dynamodb-read-unit"],
            f"{pages:,} pages × {READS_OF_A_PAGE} + {ratings:,} ratings × {READS_OF_A_RATING} + {lists:,} lists made × {READS_OF_A_LIST}",
        ),
        Line(
            "writes",
            Decimal(writes),
            prices["dynamodb-write-unit"],
            f"{ratings:,} ratings × {WRITES_OF_A_RATING} + {lists:,} lists made × {WRITES_OF_A_LIST}",
        ),
        Line("lists kept", kept, prices["dynamodb-gb-month"], f"{usage.n_lists:,} lists × {LIST_BYTES:,} bytes"),
    )
    return Bill(f"DynamoDB's tables, {usage.month}, {'the whole month at this pace' if whole else _so_far(usage)}", lines)


def machine(month: Month, prices: Prices, stated: Price | None = None) -> Bill:
    """What this machine costs in a whole month, asked or not: as stated, else as a small one at Amazon."""
    title = f"This machine, {month}, the whole month"
    if stated is not None:
        return Bill(title, (Line("machine", Decimal(1), stated, "as MATINEE_MACHINE_COST says"),))
    hours = Decimal(month.days * 24)
    formula = f"{month.days} days × 24 h"
    lines = (
        Line("machine, t4g.small", hours, prices["ec2-t4g-small-hour"], formula),
        Line("its disk", Decimal(DISK_GB), prices["ec2-disk-gb-month"], f"{DISK_GB} GB"),
        Line("its address", hours, prices["ec2-address-hour"], formula),
    )
    return Bill(title, lines, ("MATINEE_MACHINE_COST says what yours costs.",))


def _data(usage: Usage, prices: Prices, n_events: int) -> Line:
    n_bytes = n_events * EVENT_BYTES + usage.n_imported * ROW_BYTES + usage.n_bytes
    formula = f"{n_events:,} events × {EVENT_BYTES} bytes"
    if usage.n_imported:
        formula += f" + {usage.n_imported:,} ratings taken in × {ROW_BYTES} bytes"
    if usage.n_bytes:
        formula += f" + {usage.n_bytes:,} bytes of import jobs"
    return Line("data taken in", Decimal(n_bytes) / GB, prices["personalize-data-gb"], formula)


def _notes(usage: Usage, prices: Prices, hours: Decimal, *, whole: bool) -> tuple[str, ...]:
    n = usage.at_this_pace(usage.n_trainings) if whole else usage.n_trainings
    if whole and usage.days < 1:
        return ("Less than a day was counted, so the pace may turn out another.",)
    if not n:
        return ()
    price = prices["personalize-training-hour"]
    amount = price.of(n * hours).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return (f"Trained as often as here, the training would be {n:,} × {number(hours)} h × ${price.value} = ${amount:,}.",)


def _so_far(usage: Usage) -> str:
    if usage.is_whole:
        return "the whole month"
    if usage.days < 1:
        return f"the {len(usage.requests) * BUCKET // 60:,} minutes counted"
    days = number(usage.days.quantize(Decimal("0.1"), ROUND_HALF_UP))
    return f"the {'day' if days == '1' else f'{days} days'} counted"
