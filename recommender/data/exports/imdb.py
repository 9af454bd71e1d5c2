"""IMDb: ratings and lists as CSV, in the three forms that people have.

Today: Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,… and, for lists, Position,Const,Created,Modified,Description,…
Until 2024 the same without Original Title. Until 2017: "position","const","created","modified","description","Title","Title type",
"Directors","You rated",… for both, with dates such as "Sat Dec 31 00:00:00 2016".
"""

from __future__ import annotations

from collections.abc import Collection

from recommender.data.exports.dates import order_of, seconds_of
from recommender.data.exports.rows import RATING, ExportRow, Reading, RowError, imdb_id_of, year_of
from recommender.data.exports.scales import TEN, Scale, stars_of
from recommender.data.exports.tables import Record, Table, column_name
from recommender.domain import WATCHLIST

SITE = "IMDb"

_NO_FILMS = {
    "tvseries": "a series",
    "tvminiseries": "a series",
    "miniseries": "a series",
    "series": "a series",
    "tvepisode": "an episode",
    "episode": "an episode",
    "videogame": "a game",
    "musicvideo": "a music video",
    "podcastseries": "a podcast",
    "podcastepisode": "a podcast",
}


def reads(columns: Collection[str]) -> bool:
    """Whether a table with these columns is of this site."""
    return "const" in columns and not {"title", "titletype", "yourrating", "yourated", "youratedat", "youraterating"}.isdisjoint(columns)


def read(table: Table, scale: Scale | None = None) -> Reading:
    """A row with a score is a rating, one without a wish; series, episodes, games and the like are left out."""
    order, _ = order_of(table.column("daterated", "created"))
    scores = table.column("yourrating", "yourated")

    def row(record: Record) -> ExportRow:
        kind = no_film(table.cell(record, "titletype"))
        if kind:
            raise RowError(f"This is {kind}, and Matinee knows films alone.")
        score = table.cell(record, "yourrating", "yourated")
        original = table.cell(record, "originaltitle")
        title = table.cell(record, "title")
        return table.row(
            record,
            RATING if score else WATCHLIST,
            title or original,
            year=year_of(table.cell(record, "year")),
            other_titles=(original,) if original and original != title else (),
            imdb_id=imdb_id_of(table.cell(record, "const")) or imdb_id_of(table.cell(record, "url")),
            stars=stars_of(score, scale or TEN) if score else None,
            at=seconds_of(table.cell(record, "daterated", "created"), order),
        )

    rows, skipped = table.sorted_out(row)
    listed = sum(row.kind == WATCHLIST for row in rows)
    notes = (f"{listed:,} films of {table.file} have no rating of yours and are read as your watchlist.",) if listed else ()
    return Reading(SITE, rows, skipped, (scale or TEN).says if scores else "", notes)


def no_film(title_type: str) -> str:
    """What a type of title is instead of a film, as in "TV Series" and "tvSeries"; empty for films of all kinds."""
    return _NO_FILMS.get(column_name(title_type), "")
