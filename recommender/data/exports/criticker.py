"""Criticker: ratings as CSV or XML, from 0 to 100 or on a scale of the person's own.

The CSV is Score, Film ID, Film Name, Year, URL, IMDB ID, … in an order that has changed; the XML a <recentratings> of <film> with
<filmname> "The Matrix (1999)", <rating> or <score>, <reviewdate> and, in some, <imdbid>.

Scores are read in proportion, 100 being 5 stars, and not as the tenths of one's ratings that Criticker itself works with: those change with
every further rating, so that the same file read later would give other stars.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from xml.parsers import expat

from recommender.data.exports.dates import order_of, seconds_of
from recommender.data.exports.rows import LONGEST_CELL, MOST_ROWS, RATING, ExportRow, Reading, RowError, imdb_id_of, shown, year_of
from recommender.data.exports.scales import HUNDRED, Scale, scale_of, stars_of
from recommender.data.exports.tables import Record, Table, column_name
from recommender.data.titles import read_title
from recommender.domain import SEEN
from recommender.errors import InvalidInputError

SITE = "Criticker"

_FIELDS = ("filmname", "score", "year", "imdbid", "filmlink", "reviewdate")
_AS_IN_CSV = {"rating": "score", "date": "reviewdate", "link": "filmlink", "url": "filmlink", "name": "filmname", "imdb": "imdbid"}


def reads(columns: Collection[str]) -> bool:
    """Whether a table with these columns is of this site."""
    return "filmname" in columns and not {"score", "rating"}.isdisjoint(columns)


def read(table: Table, scale: Scale | None = None) -> Reading:
    """Every row with a score is a rating; series, which Criticker has too, are left out."""
    used = scale or scale_of(table.column("score", "rating"), HUNDRED)
    order, _ = order_of(table.column("daterated", "reviewdate", "date"))

    def row(record: Record) -> ExportRow:
        if "/tv/" in table.cell(record, "url", "filmlink").lower():
            raise RowError("This is a series, and Matinee knows films alone.")
        score = table.cell(record, "score", "rating")
        written = read_title(table.cell(record, "filmname"))
        return table.row(
            record,
            RATING if score else SEEN,
            written.title,
            year=year_of(table.cell(record, "year")) or written.year,
            other_titles=written.also_known_as,
            imdb_id=imdb_id_of(table.cell(record, "imdbid")),
            stars=stars_of(score, used) if score else None,
            at=seconds_of(table.cell(record, "daterated", "reviewdate", "date"), order),
        )

    rows, skipped = table.sorted_out(row)
    return Reading(SITE, rows, skipped, used.says)


def table_of_xml(file: str, stem: str, text: str) -> Table:
    """The films of the XML as a table; the number of a film in the file is its line. InvalidInputError when it is no such XML."""
    reader = _Reader(file)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.letters
    parser.StartDoctypeDeclHandler = reader.document_type
    broken = ""
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        broken = f"From here on the file is not as XML is written ({shown(str(error), 60)}); export it again."
    if not reader.root.endswith(("ratings", "rankings")):
        raise InvalidInputError(file, f"<{shown(reader.root, 30)}>", "the XML of Criticker, which begins with <recentratings>")
    if broken:
        reader.records.append(Record(len(reader.records) + 1, "", broken=broken))
    return Table(file, stem, reader.root, _FIELDS, tuple(reader.records))


class _Reader:
    """Gathers the fields of each <film>."""

    def __init__(self, file: str) -> None:
        self.file, self.root = file, ""
        self.records: list[Record] = []
        self._film: dict[str, str] | None = None
        self._field = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = column_name(tag)
        self.root = self.root or tag
        if tag == "film" and self._film is None:
            if len(self.records) >= MOST_ROWS:
                raise InvalidInputError(self.file, f"more than {MOST_ROWS:,} rows", f"of at most {MOST_ROWS:,} rows; cut it in parts")
            self._film = {}
        else:
            self._field = _AS_IN_CSV.get(tag, tag)

    def letters(self, text: str) -> None:
        if self._film is not None and self._field in _FIELDS and len(before := self._film.get(self._field, "")) <= LONGEST_CELL:
            self._film[self._field] = (before + text)[: LONGEST_CELL + 1]

    def end(self, tag: str) -> None:
        self._field = ""
        if column_name(tag) == "film" and self._film is not None:
            cells = tuple(self._film.get(field, "").strip() for field in _FIELDS)
            self.records.append(Record(len(self.records) + 1, shown(" ".join(filter(None, cells))), cells))
            self._film = None

    def document_type(self, *_: Any) -> None:  # where entities are declared, which may unpack without end
        raise InvalidInputError(self.file, "XML with a document type", "XML without one, as Criticker writes it")
