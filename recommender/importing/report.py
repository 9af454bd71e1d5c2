"""What became of every row of a file, as a table to keep."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping

from recommender.data.exports import RATING
from recommender.data.exports.own import harmless
from recommender.data.matching import ASKED, MATCHED
from recommender.domain import ASIDE, HIDDEN, SEEN, WATCHLIST, MovieId
from recommender.importing.effect import Effect
from recommender.importing.finding import Found

COLUMNS = ("file", "line", "row", "outcome", "why", "movie_id", "title", "done")

_DONE = {SEEN: "marked as seen", WATCHLIST: "put on the watchlist", HIDDEN: "hidden", ASIDE: "set aside"}


def report(found: Found, choices: Mapping[int, MovieId | None], effect: Effect, title_of: Callable[[MovieId], str]) -> str:
    """A CSV of COLUMNS, a line for every row of the file, in its order; those left out at the end. No cell of it is a formula.

    done: what saving does about the row. title_of: a film for people.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for cells in _rows(found, choices, effect, title_of):
        rows.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def _rows(
    found: Found, choices: Mapping[int, MovieId | None], effect: Effect, title_of: Callable[[MovieId], str]
) -> Iterator[tuple[object, ...]]:
    changes = {film.movie_id: film for film in effect.films}
    counting = {(film.movie_id, film.kind): film.row for film in found.films(choices)}
    for place, match in enumerate(found.matching.matches):
        movie_id, row = match.film(place, choices), match.row
        why = match.how
        if match.outcome == ASKED and place in choices:
            why = "You chose this film." if movie_id else "You chose none of the films."
        elif match.outcome == MATCHED:
            why = f"Found {why}."
        done = "nothing"
        if movie_id is not None and counting.get((movie_id, row.kind)) is not row:
            done = "nothing: another row of the same film counts"
        elif movie_id is not None:
            change = changes.get(movie_id)
            if row.kind == RATING:
                is_put = change is not None and change.after is not None
                done = f"rated {row.stars:g}" if is_put else f"nothing: rated {row.stars:g} already"
            else:
                is_put = change is not None and row.kind in dict(change.marks)
                done = _DONE[row.kind] if is_put else "nothing: known already"
        yield row.file, row.line, row.text, match.outcome, why, movie_id or "", title_of(movie_id) if movie_id else "", done
    for left_out in found.matching.skipped:
        yield left_out.file, left_out.line, left_out.text, "skipped", left_out.reason, "", "", "nothing"
