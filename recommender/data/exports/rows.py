"""What is read from a person's own file: rows about films, the rows left out with a reason, and the limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from recommender.domain import ASIDE, HIDDEN, SEEN, WATCHLIST

RATING = "rating"  # the person gave stars
KINDS = (RATING, SEEN, WATCHLIST, HIDDEN, ASIDE)  # the last two are Matinee's own

MOVIELENS = "movielens"  # a film's number as MovieLens writes it
MATINEE = "matinee"  # a film's number on the site that wrote the file

MOST_BYTES = 8 << 20  # of the file as sent
MOST_UNPACKED = 64 << 20  # bytes of all files read from a zip
MOST_FILES = 20  # read from a zip
MOST_ENTRIES = 1_000  # listed in a zip; those that say nothing of films are not opened
MOST_ROWS = 100_000  # of all files together
LONGEST_CELL = 1_000  # letters of a cell that is used
LONGEST_TEXT = 200  # letters of a row that are shown

HIGHEST_ID = 2**31 - 1
EARLIEST_YEAR, LATEST_YEAR = 1870, 2100

Entry = TypeVar("Entry")


class RowError(ValueError):
    """A row that cannot be used; its text is the reason, a sentence."""


@dataclass(frozen=True, slots=True)
class ExportRow:
    """What one row says of one film.

    file: of the row, as named in the zip. line: as an editor counts, from 1; in JSON and XML the number of the entry.
    text: the row as it stands, cut to LONGEST_TEXT. kind: one of KINDS. other_titles: further titles of the same film.
    imdb_id, tmdb_id: the numbers of its pages there. movie_id: its number in the catalogue that movie_id_of names, MOVIELENS or MATINEE.
    stars: 0.5 to 5.0 in half steps, exactly where kind is RATING. at: when it was rated, seen or wished for, seconds since 1970, UTC.
    profile: whose it is, where the file is of several people.
    """

    file: str
    line: int
    text: str
    kind: str
    title: str
    year: int | None = None
    other_titles: tuple[str, ...] = ()
    imdb_id: int | None = None
    tmdb_id: int | None = None
    movie_id: int | None = None
    movie_id_of: str = ""
    stars: float | None = None
    at: int | None = None
    profile: str = ""


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that is left out, as ExportRow has it. reason: a sentence for the person."""

    file: str
    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file says. site: who wrote it. scale: how its scores were read, a sentence; empty where it has none."""

    site: str
    rows: tuple[ExportRow, ...]
    skipped: tuple[SkippedRow, ...] = ()
    scale: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """A person's file, read; len(rows) + len(skipped) are all its rows, headers and blank lines being none.

    site: who wrote it, such as "Letterboxd". files: the names of those that were read. scales: how scores were read, a sentence each.
    notes: what else the person should know, a sentence each. profiles: the people it is of, where the file names them.
    """

    site: str
    files: tuple[str, ...]
    rows: tuple[ExportRow, ...]
    skipped: tuple[SkippedRow, ...]
    scales: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """Rows of all files."""
        return len(self.rows) + len(self.skipped)

    def of_profile(self, profile: str) -> Export:
        """The same with this person's rows alone; the others are left out with that reason."""
        others = tuple(
            SkippedRow(row.file, row.line, row.text, f"This row is of the profile {row.profile!r}.")
            for row in self.rows
            if row.profile != profile
        )
        return replace(self, rows=tuple(row for row in self.rows if row.profile == profile), skipped=self.skipped + others)


def shown(text: str, longest: int = LONGEST_TEXT) -> str:
    """On one line, without control characters, cut to so many letters."""
    # A cell may be megabytes long: nothing that will not be shown is looked at.
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 4 * longest]).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def year_of(text: str) -> int | None:
    """A year at the text's beginning, as in "1999", "1999.0", "1999-03-31" and "1999–2003"; None for nothing, else RowError."""
    text = text.strip()
    if not text:
        return None
    digits = text[:4]
    if digits.isascii() and digits.isdigit() and len(digits) == 4 and not text[4:5].isdigit():
        if EARLIEST_YEAR <= int(digits) <= LATEST_YEAR:
            return int(digits)
        if int(digits) == 0:
            return None
    raise RowError(f"The year must be a number from {EARLIEST_YEAR} to {LATEST_YEAR}, not {shown(text, 40)!r}.")


def id_of(text: str, prefix: str = "") -> int | None:
    """A film's number, as in "tt0133093", "0133093", "133093.0" or at the end of a page's address; None for nothing or anything else.

    A number that cannot be read loses no row, since the title is there still.
    """
    text = text.strip().rstrip("/").rpartition("/")[2].split("?")[0].removeprefix(prefix).removesuffix(".0")
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return int(text) if 0 < int(text) <= HIGHEST_ID else None


def imdb_id_of(text: str) -> int | None:
    """The number of a page at IMDb."""
    return id_of(text, "tt")


def sorted_out(
    entries: Iterable[Entry], read: Callable[[Entry], ExportRow], skip: Callable[[Entry, str], SkippedRow]
) -> tuple[tuple[ExportRow, ...], tuple[SkippedRow, ...]]:
    """The rows that can be read and those that cannot."""
    rows, skipped = [], []
    for entry in entries:
        try:
            rows.append(read(entry))
        except RowError as error:
            skipped.append(skip(entry, str(error)))
    return tuple(rows), tuple(skipped)
