"""Matinee's own file: what a person takes out here and can bring back, here or to another Matinee, as CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable

from recommender.data.exports.dates import seconds_of
from recommender.data.exports.rows import (
    EARLIEST_YEAR,
    KINDS,
    LATEST_YEAR,
    MATINEE,
    RATING,
    ExportRow,
    Reading,
    RowError,
    id_of,
    imdb_id_of,
    year_of,
)  # fmt: skip
from recommender.data.exports.scales import FIVE, Scale, stars_of
from recommender.data.exports.tables import Record, Table

SITE = "Matinee"
COLUMNS = ("matinee_kind", "title", "year", "stars", "at", "imdb_id", "tmdb_id", "movie_id")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet compute a cell


def as_csv(rows: Iterable[ExportRow]) -> str:
    """The CSV of these rows, in their order. A title that a spreadsheet would take for a formula gets an apostrophe, which `read` drops."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(["" if value is None else value for value in _values(row, harmless(row.title))])
    return out.getvalue()


def as_json(rows: Iterable[ExportRow]) -> str:
    """The JSON of these rows, in their order, one a line."""
    pairs = (zip(COLUMNS, _values(row, row.title), strict=True) for row in rows)
    lines = ",\n".join(json.dumps({name: value for name, value in pair if value not in (None, "")}, ensure_ascii=False) for pair in pairs)
    return f'{{"matinee": 1, "entries": [\n{lines}\n]}}\n'


def harmless(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula, or for one with an apostrophe."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def reads(columns: Collection[str]) -> bool:
    """Whether a table with these columns is of this site."""
    return "matineekind" in columns


def read(table: Table, scale: Scale | None = None) -> Reading:
    """The rows as they were written."""
    is_csv = not table.head.startswith("{")

    def row(record: Record) -> ExportRow:
        kind = table.cell(record, "matineekind")
        if kind not in KINDS:
            raise RowError(f"matinee_kind must be {', '.join(KINDS[:-1])} or {KINDS[-1]}, not {kind[:40]!r}.")
        title = table.cell(record, "title")
        if is_csv and title.startswith("'") and title.lstrip("'").startswith(_FORMULA):
            title = title[1:]
        return table.row(
            record,
            kind,
            title,
            year=year_of(table.cell(record, "year")),
            imdb_id=imdb_id_of(table.cell(record, "imdbid")),
            tmdb_id=id_of(table.cell(record, "tmdbid")),
            movie_id=id_of(table.cell(record, "movieid")),
            movie_id_of=MATINEE,
            stars=stars_of(table.cell(record, "stars"), scale or FIVE) if kind == RATING else None,
            at=_at(table.cell(record, "at")),
        )

    rows, skipped = table.sorted_out(row)
    return Reading(SITE, rows, skipped, (scale or FIVE).says if any(row.kind == RATING for row in rows) else "")


def _values(row: ExportRow, title: str) -> tuple[object, ...]:
    year = row.year if row.year and EARLIEST_YEAR <= row.year <= LATEST_YEAR else None  # another one would cost the row when read
    return (row.kind, title, year, row.stars, row.at, row.imdb_id, row.tmdb_id, row.movie_id)


def _at(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 11 else seconds_of(text)
