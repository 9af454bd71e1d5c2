"""MovieLens: the export of its site, and ratings.csv as its data sets have it, of one person.

The site writes movie_id,imdb_id,tmdb_id,rating,average_rating,title, and so do tools that score from 0 to 100: the scores tell.
"""

from __future__ import annotations

from collections.abc import Collection

from recommender.data.exports.dates import seconds_of
from recommender.data.exports.rows import MOVIELENS, RATING, ExportRow, Reading, id_of, imdb_id_of
from recommender.data.exports.scales import Scale, scale_of, stars_of
from recommender.data.exports.tables import Record, Table
from recommender.data.titles import read_title
from recommender.domain import SEEN
from recommender.errors import InvalidInputError

SITE = "MovieLens"


def reads(columns: Collection[str]) -> bool:
    """Whether a table with these columns is of this site."""
    return {"movieid", "rating"} <= set(columns) and not {"averagerating", "userid", "imdbid", "timestamp"}.isdisjoint(columns)


def read(table: Table, scale: Scale | None = None) -> Reading:
    """Every row with a score is a rating. InvalidInputError when the ratings are of several people."""
    people = set(table.column("userid"))
    if len(people) > 1:
        raise InvalidInputError(table.file, f"those of {len(people):,}", "the ratings of one person; leave the rows of one userId in it")
    used = scale or scale_of(table.column("rating"))

    def row(record: Record) -> ExportRow:
        score = table.cell(record, "rating")
        written = read_title(table.cell(record, "title"))
        return table.row(
            record,
            RATING if score else SEEN,
            written.title,
            year=written.year,
            other_titles=written.also_known_as,
            imdb_id=imdb_id_of(table.cell(record, "imdbid")),
            tmdb_id=id_of(table.cell(record, "tmdbid")),
            movie_id=id_of(table.cell(record, "movieid")),
            movie_id_of=MOVIELENS,
            stars=stars_of(score, used) if score else None,
            at=seconds_of(table.cell(record, "timestamp", "date")),
        )

    rows, skipped = table.sorted_out(row)
    return Reading(SITE, rows, skipped, used.says)
