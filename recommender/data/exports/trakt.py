"""Trakt: the JSON files of Settings → Data → Export, in a zip or alone.

ratings-movies.json has rated_at, rating and movie; watched-movies.json plays, last_watched_at and movie; watched-history.json watched_at,
type and movie or episode; the watchlist listed_at, type and movie. A movie is title, year and ids.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from recommender.data.exports.dates import seconds_of
from recommender.data.exports.documents import Document, Entry
from recommender.data.exports.rows import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    LONGEST_CELL,
    RATING,
    ExportRow,
    Reading,
    RowError,
    SkippedRow,
    id_of,
    imdb_id_of,
    sorted_out,
)  # fmt: skip
from recommender.data.exports.scales import TEN, Scale
from recommender.domain import SEEN, WATCHLIST

SITE = "Trakt"

_OTHERS = {"show": "a series", "season": "a season of a series", "episode": "an episode", "person": "a person", "list": "a list"}
_SEEN_AT = ("last_watched_at", "watched_at")


def reads(keys: Collection[str]) -> bool:
    """Whether a list of entries with these keys is of this site."""
    return not {"movie", "show", "episode"}.isdisjoint(keys)


def read(document: Document, scale: Scale | None = None) -> Reading:
    """A film with a rating is rated, one with a time of watching seen, one that was listed wished for; series are left out."""

    def row(entry: Entry) -> ExportRow:
        if entry.found is None:
            raise RowError(entry.broken)
        found = entry.found
        film = found.get("movie")
        if not isinstance(film, Mapping):
            other = next((name for key, name in _OTHERS.items() if key in found), "no film")
            raise RowError(f"This is {other}, and Matinee knows films alone.")
        kind, at = _kind(found)
        title = film.get("title")
        ids = film.get("ids")
        ids = ids if isinstance(ids, Mapping) else {}
        imdb_id, tmdb_id = imdb_id_of(_text(ids.get("imdb"))), id_of(_text(ids.get("tmdb")))
        title = " ".join(title.split()) if isinstance(title, str) else ""
        if len(title) > LONGEST_CELL:
            raise RowError(f"A title may have {LONGEST_CELL:,} letters, and this one has {len(title):,}.")
        if not (title or imdb_id or tmdb_id):
            raise RowError("The entry names no film: it has neither a title nor a number of IMDb or TMDB.")
        stars = _stars(found["rating"], scale or TEN) if kind == RATING else None
        return ExportRow(
            document.file, entry.number, entry.text, kind, title,
            year=_year(film.get("year")), imdb_id=imdb_id, tmdb_id=tmdb_id, stars=stars, at=seconds_of(_text(at)),
        )  # fmt: skip

    rows, skipped = sorted_out(document.entries, row, lambda entry, why: SkippedRow(document.file, entry.number, entry.text, why))
    scored = any(row.kind == RATING for row in rows)
    return Reading(SITE, rows, skipped, (scale or TEN).says if scored else "")


def _kind(found: Mapping[str, Any]) -> tuple[str, object]:
    if found.get("rating") is not None:
        return RATING, found.get("rated_at")
    for key in _SEEN_AT:
        if key in found:
            return SEEN, found[key]
    if "plays" in found:
        return SEEN, None
    if "listed_at" in found:
        return WATCHLIST, found["listed_at"]
    raise RowError("The entry says neither that the film was rated, nor watched, nor put on the watchlist.")


def _stars(rating: object, scale: Scale) -> float:
    if isinstance(rating, bool) or not isinstance(rating, int | float):
        raise RowError(f"The rating must be a number from {scale.lowest:g} to {scale.highest:g}, not {str(rating)[:40]!r}.")
    return scale.stars(float(rating) if abs(rating) < 1e9 else scale.highest + 1)


def _year(year: object) -> int | None:
    return year if isinstance(year, int) and EARLIEST_YEAR <= year <= LATEST_YEAR else None


def _text(value: object) -> str:
    if isinstance(value, str):
        return value[:60]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1e15 else ""
