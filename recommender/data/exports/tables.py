"""A table with a first line of column names, in whatever dialect; a broken row costs that row and never the next."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.data.exports.rows import LONGEST_CELL, MOST_ROWS, ExportRow, RowError, SkippedRow, shown, sorted_out
from recommender.data.titles import plain
from recommender.errors import InvalidInputError

SEPARATORS = (",", ";", "\t", "|")
MOST_LINES = 100  # of one row; reviews are long, a forgotten quote is longer


@dataclass(frozen=True, slots=True)
class Record:
    """One row. broken: why it cannot be used, a sentence; empty where it can."""

    line: int
    text: str
    cells: tuple[str, ...] = ()
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """columns: names in small letters and digits alone, "Letterboxd URI" being "letterboxduri". head: the first line as it stands."""

    file: str
    stem: str
    head: str
    columns: tuple[str, ...]
    records: tuple[Record, ...]

    def cell(self, record: Record, *names: str) -> str:
        """What stands in the first of these columns that says anything; RowError when that is too long."""
        for name in names:
            if name in self.columns and (cell := record.cells[self.columns.index(name)].strip()):
                if len(cell) > LONGEST_CELL:
                    raise RowError(f"A cell may have {LONGEST_CELL:,} letters, and this one has {len(cell):,}.")
                return cell
        return ""

    def column(self, *names: str) -> list[str]:
        """All that stands in the first of these columns that is there, empty and overlong cells left out."""
        name = next((name for name in names if name in self.columns), None)
        if name is None:
            return []
        at = self.columns.index(name)
        cells = (record.cells[at].strip() for record in self.records if not record.broken)
        return [cell for cell in cells if 0 < len(cell) <= LONGEST_CELL]

    def row(self, record: Record, kind: str, title: str, **facts: Any) -> ExportRow:
        """The row of a record; RowError when it names no film."""
        if not title and not any(facts.get(name) for name in ("imdb_id", "tmdb_id", "movie_id")):
            raise RowError("The row names no film: its title is empty.")
        return ExportRow(self.file, record.line, record.text, kind, title, **facts)

    def sorted_out(self, read: Callable[[Record], ExportRow]) -> tuple[tuple[ExportRow, ...], tuple[SkippedRow, ...]]:
        """The rows of all records, and those that cannot be used."""

        def unbroken(record: Record) -> ExportRow:
            if record.broken:
                raise RowError(record.broken)
            return read(record)

        return sorted_out(self.records, unbroken, lambda record, why: SkippedRow(self.file, record.line, record.text, why))


def column_name(written: str) -> str:
    """Small letters and digits alone."""
    return "".join(letter for letter in plain(written[:LONGEST_CELL]) if letter.isalnum())


def open_table(file: str, stem: str, text: str, known: Callable[[Sequence[str]], int]) -> Table:
    """The table in a text. known: how much a list of columns says; the separator under which it says most is taken.

    InvalidInputError when there are more than MOST_ROWS rows.
    """
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip("\ufeff \t\0")), 0)
    separators: tuple[str, ...] = SEPARATORS
    if lines[first].strip('\ufeff" ').lower().startswith("sep=") and first + 1 < len(lines):  # what Excel is told
        separators = (lines[first].strip('\ufeff" ')[4:5] or ",", *SEPARATORS)
        first += 1
    head = lines[first].lstrip("\ufeff")

    def said(separator: str) -> tuple[int, int]:
        columns = _columns(head, separator)
        return known(columns), len(columns)

    separator = max(dict.fromkeys(separators), key=said)
    columns = _columns(head, separator)
    return Table(file, stem, head, columns, _records(file, lines, first + 1, separator, len(columns)))


def _columns(head: str, separator: str) -> tuple[str, ...]:
    cells = _cells(head, separator)
    return () if cells is None else tuple(map(column_name, cells))


def _cells(line: str, separator: str) -> tuple[str, ...] | None:
    """The cells of a row that may go over several lines; None when they cannot be told."""
    if '"' not in line:
        return tuple(line.split(separator))
    try:
        (row,) = csv.reader([line], delimiter=separator, skipinitialspace=True)
    except (csv.Error, ValueError):
        return None
    return tuple(row)


def _records(file: str, lines: Sequence[str], first: int, separator: str, width: int) -> tuple[Record, ...]:
    records: list[Record] = []
    at = first
    while at < len(lines):
        line = lines[at]
        if not line.strip(" \t\0" + separator):
            at += 1
            continue
        if len(records) >= MOST_ROWS:
            raise InvalidInputError(file, f"more than {MOST_ROWS:,} rows", f"of at most {MOST_ROWS:,} rows; cut it in parts")
        end, record = _record(lines, at, separator, width)
        records.append(record)
        at = end
    return tuple(records)


def _record(lines: Sequence[str], at: int, separator: str, width: int) -> tuple[int, Record]:
    """Where the next row begins, and this one. A quote may close on a later line, if the row is whole then; else the line stands alone."""
    line, text = at + 1, shown(lines[at])
    if lines[at].count('"') % 2:
        end = next((end for end in range(at + 1, min(at + MOST_LINES, len(lines))) if lines[end].count('"') % 2), None)
        if end is not None:
            cells = _cells("\n".join(lines[at : end + 1]).replace("\n", " "), separator)
            if cells is not None and len(cells) == width:
                return end + 1, Record(line, shown(" ".join(lines[at : end + 1])), cells)
        return at + 1, Record(line, text, broken="A quote is opened on this line and never closed.")
    cells = _cells(lines[at], separator)
    if cells is None:
        return at + 1, Record(line, text, broken="The quotes or the length of this line cannot be understood.")
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        cells = cells[:width]
    if len(cells) != width:
        why = f"The first line names {width} columns, and this one has {len(cells)} cells; a title with a separator in it goes in quotes."
        return at + 1, Record(line, text, broken=why)
    if "\0" in lines[at]:
        return at + 1, Record(line, text, broken="The line is damaged: it holds NUL characters.")
    return at + 1, Record(line, text, cells)
