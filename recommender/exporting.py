"""Everything that a person says of films, as files to take along: Matinee's own, and as other sites read them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from recommender.access import Access
from recommender.data.exports import MATINEE, RATING, ExportRow
from recommender.data.exports.own import as_csv, as_json, harmless
from recommender.domain import EXPORT, SEEN, WATCHLIST, Asker, Movie, MovieId, Opinions, UserId
from recommender.errors import InvalidInputError
from recommender.publication import Published
from recommender.storage.profiles import Profiles

__all__ = ["FORMS", "Exports", "Form", "TakenOut", "harmless", "rows_of"]

# As in letterboxd.com/about/importing-data; the address of a film there is not known here.
LETTERBOXD = ("imdbID", "tmdbID", "Title", "Year", "Rating", "WatchedDate")
LETTERBOXD_WATCHLIST = LETTERBOXD[:4]

_EPOCH = (1980, 1, 1, 0, 0, 0)  # of the files in a zip, so that equal films make equal zips


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A file for its owner. name: to save it under. kind: its media type."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A way to take films out. says: for people."""

    name: str
    kind: str
    says: str
    write: Callable[[tuple[ExportRow, ...]], bytes]


class Exports:
    """One per process, shared by its threads."""

    def __init__(self, profiles: Profiles, access: Access, published: Callable[[], Published]) -> None:
        """published: the model in force, for titles; NoModelError before the first training."""
        self._profiles, self._access, self._published = profiles, access, published

    def take_out(self, user_id: int, form: str, *, asker: Asker) -> TakenOut:
        """A file of everything, in one of FORMS.

        InvalidInputError for another form; errors of `Access.check_owns` for an asker who may not export.
        """
        if form not in FORMS:
            raise InvalidInputError("format", form, f"one of {', '.join(FORMS)}")
        self._access.check_owns(UserId(user_id), asker, EXPORT)
        rows = rows_of(self._profiles.opinions(UserId(user_id)), self._movies())
        chosen = FORMS[form]
        return TakenOut(chosen.name, chosen.kind, chosen.write(rows))

    def _movies(self) -> Callable[[MovieId], Movie]:
        catalogue = self._published().catalogue
        added = {film.movie.movie_id: film.movie for film in self._profiles.added_films()}

        def movie(movie_id: MovieId) -> Movie:
            column = catalogue.column_of(movie_id)
            return added.get(movie_id, Movie(movie_id, "")) if column is None else catalogue.movie(column)

        return movie


def rows_of(opinions: Opinions, movie_of: Callable[[MovieId], Movie]) -> tuple[ExportRow, ...]:
    """Each rating and each mark, ratings first, by film. movie_of: a film with its title, which may be empty where nobody knows it."""

    def row(movie_id: MovieId, kind: str, stars: float | None, at: int) -> ExportRow:
        movie = movie_of(movie_id)
        return ExportRow(
            "", 0, "", kind, movie.title, movie.year, imdb_id=movie.imdb_id, tmdb_id=movie.tmdb_id, movie_id=movie_id, movie_id_of=MATINEE,
            stars=stars, at=at,
        )  # fmt: skip

    ratings = [row(rating.movie_id, RATING, rating.stars, rating.rated_at) for rating in opinions.ratings]
    marks = sorted(opinions.marks, key=lambda mark: (mark.movie_id, mark.kind))
    return (*ratings, *(row(mark.movie_id, mark.kind, None, mark.marked_at) for mark in marks))


def letterboxd_csv(rows: tuple[ExportRow, ...]) -> bytes:
    """Films rated and seen, to be imported there; what this site alone knows a word for stays out."""
    return _letterboxd(LETTERBOXD, (row for row in _known_to_others(rows) if row.kind in (RATING, SEEN)))


def letterboxd_watchlist_csv(rows: tuple[ExportRow, ...]) -> bytes:
    """The watchlist, to be imported there as one."""
    return _letterboxd(LETTERBOXD_WATCHLIST, (row for row in _known_to_others(rows) if row.kind == WATCHLIST))


def trakt_zip(rows: tuple[ExportRow, ...]) -> bytes:
    """Three lists as in the zip that Trakt exports: ratings of 1 to 10, films watched, and the watchlist."""
    said = list(_known_to_others(rows))
    files = {
        "ratings-movies.json": [
            {"rated_at": _iso(row.at), "rating": round((row.stars or 0) * 2), "type": "movie", "movie": _trakt(row)}
            for row in said
            if row.kind == RATING
        ],
        "watched-movies.json": [
            {"plays": 1, "last_watched_at": _iso(row.at), "movie": _trakt(row)} for row in said if row.kind in (RATING, SEEN)
        ],
        "watchlist.json": [
            {"rank": rank, "listed_at": _iso(row.at), "type": "movie", "movie": _trakt(row)}
            for rank, row in enumerate((row for row in said if row.kind == WATCHLIST), start=1)
        ],
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, entries in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), json.dumps(entries, ensure_ascii=False, indent=1), zipfile.ZIP_DEFLATED)
    return out.getvalue()


FORMS: Mapping[str, Form] = {
    "json": Form(
        "matinee.json", "application/json", "Everything, for this or another Matinee", lambda rows: as_json(rows).encode(errors="replace")
    ),
    "csv": Form("matinee.csv", "text/csv", "Everything, for a spreadsheet", lambda rows: as_csv(rows).encode("utf-8-sig", "replace")),
    "letterboxd": Form("letterboxd.csv", "text/csv", "Films rated and seen, for Letterboxd", letterboxd_csv),
    "letterboxd-watchlist": Form("letterboxd-watchlist.csv", "text/csv", "The watchlist, for Letterboxd", letterboxd_watchlist_csv),
    "trakt": Form("trakt.zip", "application/zip", "Ratings, films watched and the watchlist, as Trakt writes them", trakt_zip),
}


def _known_to_others(rows: tuple[ExportRow, ...]) -> Iterator[ExportRow]:
    """What another site has a word for, each film once as seen or rated; wishes for films that are neither; no film without a name."""
    rated = {row.movie_id for row in rows if row.kind == RATING}
    seen = rated | {row.movie_id for row in rows if row.kind == SEEN}
    for row in rows:
        is_said = (row.kind == SEEN and row.movie_id in rated) or (row.kind == WATCHLIST and row.movie_id in seen)
        if not is_said and (row.title or row.imdb_id or row.tmdb_id):
            yield row


def _letterboxd(columns: tuple[str, ...], rows: Iterator[ExportRow]) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\r\n")
    table.writeheader()
    for row in rows:
        table.writerow(
            {
                "imdbID": _tt(row.imdb_id),
                "tmdbID": row.tmdb_id or "",
                "Title": harmless(row.title),
                "Year": row.year or "",
                "Rating": f"{row.stars:g}" if row.stars else "",
                "WatchedDate": _iso(row.at)[:10],
            }
        )
    return out.getvalue().encode("utf-8", "replace")


def _trakt(row: ExportRow) -> dict[str, Any]:
    ids = {"imdb": _tt(row.imdb_id) or None, "tmdb": row.tmdb_id}
    return {"title": row.title, "year": row.year, "ids": {name: number for name, number in ids.items() if number}}


def _tt(imdb_id: int | None) -> str:
    return f"tt{imdb_id:07d}" if imdb_id else ""


def _iso(at: int | None) -> str:
    try:
        return f"{datetime.fromtimestamp(at or 0, UTC):%Y-%m-%dT%H:%M:%S.000Z}"
    except (ValueError, OverflowError, OSError):  # no such day
        return ""
