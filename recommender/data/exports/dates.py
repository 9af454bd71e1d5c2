"""Dates as the sites write them, in seconds since 1970, UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from recommender.data.titles import plain

MONTH_FIRST, DAY_FIRST = "month first", "day first"

_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan janv januar january janvier enero ene gennaio gen januari", "feb fev februar february fevrier febrero febbraio februari",
            "mar marz mars march marzo maart maa mrz", "apr avr april avril abril abr aprile", "mai may mayo maggio mag mei",
            "jun juin juni june junio giugno giu", "jul juil juli july juillet julio luglio lug",
            "aug aou aout august agosto ago augustus", "sep sept september septembre septiembre settembre set",
            "oct okt october oktober octobre octubre ottobre ott", "nov november novembre noviembre",
            "dec dez dic december dezember decembre diciembre dicembre",
        ],
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ISO = re.compile(
    r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\.?日?"
    r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s?(Z|UTC|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_SHORT = re.compile(r"(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})\.?(?:[ ,].*)?", re.ASCII)
_CTIME = re.compile(r"[A-Za-z]{3} ([A-Za-z]{3}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})")  # Sat Dec 31 00:00:00 2016
_WORDS = re.compile(r"(\d{1,2})\.?[ -](?:de )?([a-z]+)\.?,?[ -](?:de )?(\d{4})|([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_EPOCH = re.compile(r"\d{9,10}|\d{12,13}", re.ASCII)


def order_of(written: Sequence[str]) -> tuple[str, bool]:
    """Whether the month or the day comes first in dates such as 3/4/21, and whether that is certain.

    Certain where any date has a number over 12 in one place, or points between, which only days come before; else it is the month, as in
    the United States.
    """
    short = [found for text in written if (found := _SHORT.fullmatch(text.strip()))]
    day = sum(int(found[1]) > 12 for found in short)
    month = sum(int(found[3]) > 12 for found in short)
    if day != month:
        return (DAY_FIRST if day > month else MONTH_FIRST), True
    if short and all(found[2] == "." for found in short):
        return DAY_FIRST, True
    return MONTH_FIRST, not short


def seconds_of(text: str, order: str = MONTH_FIRST) -> int | None:
    """The moment, midnight where only a day is named; None for anything that is no date, which loses no row."""
    text = text.strip()
    if not text or len(text) > 60:
        return None
    try:
        return _seconds_of(text, order)
    except (ValueError, OverflowError):
        return None


def _seconds_of(text: str, order: str) -> int | None:
    if found := _ISO.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
        zone = found[7] or "+0000"
        ahead = 0 if zone in ("Z", "UTC") else int(zone[0] + "1") * (int(zone[1:3]) * 3600 + int(zone[-2:]) * 60)
        return _at(year, month, day, hour, minute, second) - ahead
    if found := _CTIME.fullmatch(text):
        return _at(int(found[6]), _MONTHS[found[1].lower()], int(found[2]), *map(int, found.groups()[2:5])) if _is_month(found[1]) else None
    if found := _SHORT.fullmatch(text):
        one, other, year = int(found[1]), int(found[3]), _century(found[4])
        # A date that does not fit the order of the others is read the only way it can be.
        day, month = (one, other) if (order == DAY_FIRST and other <= 12) or one > 12 else (other, one)
        return _at(year, month, day)
    if _EPOCH.fullmatch(text):
        return int(text) if len(text) <= 10 else int(text) // 1000
    if found := _WORDS.fullmatch(plain(text)):
        day, name, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])  # type: ignore[assignment]
        return _at(int(year), _MONTHS[str(name)], int(day)) if _is_month(str(name)) else None
    return None


def _is_month(name: str) -> bool:
    return name.lower() in _MONTHS


def _century(year: str) -> int:
    return int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 70 else 2000)


def _at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
