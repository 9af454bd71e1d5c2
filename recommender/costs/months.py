"""A calendar month in UTC, cut into the five minutes by which real-time recommendations are billed."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from recommender.errors import InvalidInputError

BUCKET = 300  # seconds: Amazon averages requests over so long
BUCKETS_A_DAY = 24 * 3600 // BUCKET
FORM = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
FIRST_YEAR = 1970


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """month: 1 to 12."""

    year: int
    month: int

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.month)[1]

    @property
    def n_buckets(self) -> int:
        return self.days * BUCKETS_A_DAY

    @property
    def begins_at(self) -> int:
        """Seconds since 1970."""
        return int(datetime(self.year, self.month, 1, tzinfo=UTC).timestamp())

    @property
    def ends_at(self) -> int:
        """Seconds since 1970; the first that is no more of the month."""
        return self.begins_at + self.days * 24 * 3600

    def bucket_of(self, seconds: float) -> int:
        """Which five minutes of the month, from 0; what is before the month is below 0, what is after it n_buckets or more."""
        return int((seconds - self.begins_at) // BUCKET)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def month_of(seconds: float) -> Month:
    """The month of a moment, in seconds since 1970."""
    at = datetime.fromtimestamp(seconds, UTC)
    return Month(at.year, at.month)


def month_named(text: str) -> Month:
    """The month of "2026-11"; InvalidInputError for anything else."""
    found = FORM.fullmatch(text.strip())
    if not found or int(found[1]) < FIRST_YEAR:
        raise InvalidInputError("month", text, "a year and a month such as 2026-11")
    return Month(int(found[1]), int(found[2]))
