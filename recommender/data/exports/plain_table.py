"""Any other table or flat JSON with titles, years and scores, whose columns have common names."""

from __future__ import annotations

from collections.abc import Collection

from recommender.data.exports.dates import order_of, seconds_of
from recommender.data.exports.imdb import no_film
from recommender.data.exports.rows import RATING, ExportRow, Reading, RowError, id_of, imdb_id_of, year_of
from recommender.data.exports.scales import TEN, Scale, scale_of, stars_of
from recommender.data.exports.tables import Record, Table
from recommender.data.titles import read_title
from recommender.domain import SEEN, WATCHLIST

SITE = "a table of your own"

TITLES = (
    "title", "name", "film", "movie", "filmtitle", "movietitle", "moviename", "filmname", "primarytitle", "titel", "filmtitel", "titre",
    "titulo", "titolo", "tytul", "nazev", "nimi", "otsikko", "pelicula", "filme",
)  # fmt: skip
ORIGINAL_TITLES = ("originaltitle", "originaltitel", "titreoriginal", "titulooriginal", "titolooriginale")
YEARS = ("year", "releaseyear", "startyear", "jahr", "annee", "ano", "anno", "jaar", "rok", "ar", "released", "releasedate")
SCORES = (
    "rating", "yourrating", "myrating", "userrating", "stars", "score", "myscore", "yourscore", "vote", "myvote", "grade", "bewertung",
    "wertung", "sterne", "note", "nota", "voto", "puntuacion", "calificacion", "betyg", "ocena", "beoordeling",
)  # fmt: skip
SCORES_OF_TEN = ("rating10",)
DATES = ("dateadded", "daterated", "ratedat", "watcheddate", "watchedat", "datewatched", "date", "timestamp", "datum", "fecha", "data")
IMDB = ("imdbid", "imdb", "const", "tconst", "imdburl", "imdblink")
TMDB = ("tmdbid", "tmdb", "themoviedbid")
STATES = ("status", "state", "list", "shelf", "kind")
TYPES = ("titletype", "type", "mediatype")

_WISHES = ("watchlist", "to watch", "want", "plan", "wish", "later", "towatch", "toread")


def says(columns: Collection[str]) -> int:
    """How many of these columns are understood."""
    groups = (TITLES, ORIGINAL_TITLES, YEARS, SCORES, SCORES_OF_TEN, DATES, IMDB, TMDB, STATES, TYPES)
    return sum(not set(group).isdisjoint(columns) for group in groups)


def reads(columns: Collection[str]) -> bool:
    """Whether it names films."""
    return not set(TITLES + IMDB + TMDB + ORIGINAL_TITLES).isdisjoint(columns)


def read(table: Table, scale: Scale | None = None) -> Reading:
    """A row with a score is a rating; without one it is a film seen, unless a column or the file's name says that it is wished for."""
    scores = table.column(*SCORES)
    used = scale or (scale_of(scores) if scores else TEN)
    order, certain = order_of(table.column(*DATES))
    wished = any(word in table.stem for word in ("watchlist", "wishlist", "to-watch"))

    def row(record: Record) -> ExportRow:
        if other := no_film(table.cell(record, *TYPES)):
            raise RowError(f"This is {other}, and Matinee knows films alone.")
        written = read_title(table.cell(record, *TITLES, *ORIGINAL_TITLES))
        original = table.cell(record, *ORIGINAL_TITLES)
        score, of_ten = table.cell(record, *SCORES), table.cell(record, *SCORES_OF_TEN)
        state = table.cell(record, *STATES).lower()
        wish = any(word in state for word in _WISHES) if state else wished
        return table.row(
            record,
            RATING if score or of_ten else WATCHLIST if wish else SEEN,
            written.title,
            year=_year(table.cell(record, *YEARS)) or written.year,
            other_titles=tuple(dict.fromkeys([*written.also_known_as, *([original] if original else [])])),
            imdb_id=imdb_id_of(table.cell(record, *IMDB)),
            tmdb_id=id_of(table.cell(record, *TMDB)),
            stars=stars_of(score, used) if score else stars_of(of_ten, TEN) if of_ten else None,
            at=seconds_of(table.cell(record, *DATES), order),
        )

    rows, skipped = table.sorted_out(row)
    dates = table.column(*DATES)
    notes = () if certain or not dates else (f"Dates such as {dates[0][:20]} of {table.file} are read with the month first.",)
    return Reading(SITE, rows, skipped, used.says if scores else "", notes)


def _year(text: str) -> int | None:
    """A year, or that of a date with the year at its end, as in 31.03.1999."""
    tail = text[-4:]
    if len(text) > 4 and not text[:4].isdigit() and tail.isascii() and tail.isdigit():
        return year_of(tail)
    return year_of(text)
