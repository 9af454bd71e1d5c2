"""Letterboxd: the zip of Settings → Data → Export your data, and each table of it alone.

ratings.csv, watched.csv, watchlist.csv and likes/films.csv are Date,Name,Year,Letterboxd URI, the first with Rating; diary.csv and
reviews.csv go on with Rewatch, Tags, Watched Date and the like.
"""

from __future__ import annotations

from collections.abc import Collection

from recommender.data.exports.dates import seconds_of
from recommender.data.exports.rows import RATING, ExportRow, Reading, year_of
from recommender.data.exports.scales import FIVE, Scale, stars_of
from recommender.data.exports.tables import Record, Table
from recommender.domain import SEEN, WATCHLIST

SITE = "Letterboxd"

_SEEN = ("watched", "diary", "films", "likes", "review")  # in the names of tables of films seen


def reads(columns: Collection[str]) -> bool:
    """Whether a table with these columns is of this site."""
    return {"name", "year", "letterboxduri"} <= set(columns)


def read(table: Table, scale: Scale | None = None) -> Reading:
    """A row with stars is a rating; one without is a film seen, or one wished for in watchlist.csv.

    watched.csv and watchlist.csv have the same columns, so their names tell them apart; a table of another name is taken for a
    watchlist, which hides no film.
    """
    scored = "rating" in table.columns
    wished = "watchlist" in table.stem
    seen = scored or (not wished and any(name in table.stem for name in _SEEN))
    notes: tuple[str, ...] = ()
    if not seen and not wished:
        notes = (f"{table.file} is read as a watchlist, since its name does not say; if you have seen these films, call it watched.csv.",)

    def row(record: Record) -> ExportRow:
        score = table.cell(record, "rating")
        return table.row(
            record,
            RATING if score else SEEN if seen else WATCHLIST,
            table.cell(record, "name"),
            year=year_of(table.cell(record, "year")),
            stars=stars_of(score, scale or FIVE) if score else None,
            at=seconds_of(table.cell(record, "date")),
        )

    rows, skipped = table.sorted_out(row)
    return Reading(SITE, rows, skipped, (scale or FIVE).says if scored else "", notes)
