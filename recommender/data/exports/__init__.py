"""A person's own file from another site, or from here: what it says of films, row by row, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from recommender.data.exports import criticker, imdb, letterboxd, movielens, netflix, own, plain_table, trakt
from recommender.data.exports.documents import open_document
from recommender.data.exports.rows import (
    KINDS,
    MATINEE,
    MOST_BYTES,
    MOST_ROWS,
    MOVIELENS,
    RATING,
    Export,
    ExportRow,
    Reading,
    SkippedRow,
    shown,
)  # fmt: skip
from recommender.data.exports.scales import SCALES, Scale, asked_scale
from recommender.data.exports.tables import Table, open_table
from recommender.data.exports.texts import text_of
from recommender.data.exports.upload import SentFile, files_of
from recommender.domain import SEEN, WATCHLIST
from recommender.errors import InvalidInputError

__all__ = [
    "KINDS", "MATINEE", "MOST_BYTES", "MOST_ROWS", "MOVIELENS", "RATING", "SCALES", "SEEN", "WATCHLIST", "Export", "ExportRow",
    "SkippedRow", "read_export",
]  # fmt: skip

_ReadTable = Callable[[Table, Scale | None], Reading]
_TABLES: tuple[tuple[Callable[[Collection[str]], bool], _ReadTable], ...] = (  # the first that reads the columns does
    (own.reads, own.read),
    (letterboxd.reads, letterboxd.read),
    (imdb.reads, imdb.read),
    (movielens.reads, movielens.read),
    (netflix.reads, netflix.read),
    (criticker.reads, criticker.read),
    (plain_table.reads, plain_table.read),
)
_WANTED = "a table whose first line names its columns, such as Title,Year,Rating"


def read_export(name: str, content: bytes, *, scale: str = "") -> Export:
    """What the file says of films; its name serves where the content leaves a question, and in sentences.

    scale: one of SCALES, where the person knows better than the scores tell; it holds for all scores but thumbs.
    InvalidInputError, in one sentence with what would be right: too large, no text, no such format, a zip that is damaged, encrypted or
    holds too much, more than MOST_ROWS rows. A row that cannot be read is no error: it is in `skipped`.
    """
    asked = asked_scale(scale)
    files, aside = files_of(name, content)
    readings = []
    for file in files:
        try:
            readings.append(_reading(file, asked))
        except InvalidInputError:
            if len(files) == 1 or not _is_beside(file):
                raise
            aside = (*aside, file.name)
    rows = tuple(row for reading in readings for row in reading.rows)
    skipped = tuple(row for reading in readings for row in reading.skipped)
    if len(rows) + len(skipped) > MOST_ROWS:
        raise InvalidInputError(
            shown(name, 80) or "The file", f"{len(rows) + len(skipped):,} rows", f"of at most {MOST_ROWS:,} rows; send its files one by one"
        )
    sites = " and ".join(dict.fromkeys(reading.site for reading in readings))
    notes = [note for reading in readings for note in reading.notes]
    if aside:
        more = f" and {len(aside) - 5} more" if len(aside) > 5 else ""
        notes.append(f"Not read, since films are not what they are about, or said elsewhere: {', '.join(aside[:5])}{more}.")
    return Export(
        site=sites,
        files=tuple(file.name for file in files if file.name not in aside),
        rows=rows,
        skipped=skipped,
        scales=tuple(dict.fromkeys(reading.scale for reading in readings if reading.scale)),
        notes=tuple(notes),
        profiles=tuple(sorted({row.profile for row in rows if row.profile})),
    )


def _is_beside(file: SentFile) -> bool:
    """Whether the file may lie in a zip without being about films: a text that is empty or explains something."""
    return file.name.lower().endswith((".txt", ".xml")) or not file.content.strip()


def _reading(file: SentFile, scale: Scale | None) -> Reading:
    text = text_of(file)
    beginning = text.lstrip("\ufeff \n\t\0")[:200]
    if beginning.startswith(("[", "{")):
        document = open_document(file.name, file.stem, text)
        keys = document.keys()
        if not document.entries:
            return Reading(own.SITE if '"matinee"' in document.preamble else trakt.SITE, ())
        if trakt.reads(keys):
            return trakt.read(document, scale)
        return _of_table(document.as_table(), scale)
    if beginning.lower().startswith(("<!doctype html", "<html")):
        raise InvalidInputError(file.name, "a web page", "the file that the site exports")
    if beginning.startswith("<"):
        return criticker.read(criticker.table_of_xml(file.name, file.stem, text), scale)
    if beginning.startswith("Letterboxd list export"):
        raise InvalidInputError(file.name, "a list", "ratings.csv, diary.csv, watched.csv or watchlist.csv, or the zip they came in")
    return _of_table(open_table(file.name, file.stem, text, _says), scale)


def _says(columns: Sequence[str]) -> int:
    return plain_table.says(columns) + 10 * any(reads(columns) for reads, _ in _TABLES)


def _of_table(table: Table, scale: Scale | None) -> Reading:
    for reads, read in _TABLES:
        if reads(table.columns):
            return read(table, scale)
    raise InvalidInputError(table.file, shown(table.head, 50), _WANTED)
