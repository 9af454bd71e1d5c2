"""List records in SQLite: kept under conditions, published by their differences, and cleared for another data set.

A publication that would make a sample viewer's list again just so leaves its record alone and confirms it with all the others at its end.
That breaks no promise about late builders: a record that counts as of generation G was confirmed by every publication since its own, so a
list by any of those is the same list, and an older one is refused by the record's own generation.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import apsw

from recommender.domain import FIRST_OWN_USER_ID, ListRecord, UserId
from recommender.errors import InvalidInputError
from recommender.storage.profiles.records import from_json, to_json
from recommender.storage.profiles.sqlite_writer import GroupWriter

CHUNK = 200  # lists put, or cleared, in one transaction at most: some ten milliseconds in which raters wait
MOST_SECONDS = 0.01  # of writing in one transaction; on a slow machine it holds fewer lists
PAUSE_SECONDS = 0.003  # between transactions, so that raters of other processes get their turn

COLUMNS = "userID, rev, movies, generation, model, built_at, basis, deleted"
_IS_CONFIRMED = f"(userID < {FIRST_OWN_USER_ID} AND movies IS NOT NULL AND generation >= confirmed_since AND generation < confirmed_by)"
_READ = f"""
    SELECT userID, rev, movies, iif({_IS_CONFIRMED}, confirmed_by, generation), iif({_IS_CONFIRMED}, confirmed_model, model), built_at,
        basis, deleted FROM movie, sample_lists
    """  # noqa: S608  constants
ONE = f"{_READ} WHERE userID = ?"
SOME = f"{_READ} WHERE userID BETWEEN ? AND ?"
ALL = f"{_READ} ORDER BY userID"

NOTHING = (0, -1, None, -1, "", 0.0, "", 0)  # in the place of a row that is not there
Row = tuple[int, str, int, int, str, float, str]  # a list as it is kept: user, movies, rev, generation, model, built_at, basis


def record_of(connection: apsw.Connection, user_id: int) -> ListRecord | None:
    """The record, as of the publication that confirmed it last."""
    found = connection.execute(ONE, (user_id,)).fetchone()
    return None if found is None else record(*found)


def record(
    user_id: int, rev: int, movies: str | None, generation: int, model: str, built_at: float, basis: str, deleted: int
) -> ListRecord:
    """The record of a row that ONE or ALL found."""
    if deleted:
        return ListRecord(UserId(user_id), rev, deleted=True)
    return ListRecord(UserId(user_id), rev, None if movies is None else from_json(movies), generation, model, built_at, basis)


def row_of(made: ListRecord) -> Row:
    """A list as it is kept; InvalidInputError for a void one."""
    if made.movies is None:
        raise InvalidInputError("movies", None, "a list, to be kept")
    return made.user_id, to_json(made.movies), made.rev, made.generation, made.model, made.built_at, made.basis


def keep(connection: apsw.Connection, row: Row) -> bool:
    """Whether the row is there now. Its generation must have seen the last clearing, if it is a sample viewer's."""
    connection.execute(
        """
        INSERT INTO movie (userID, movies, rev, generation, model, built_at, basis) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
            WHERE (?3 = 0 OR EXISTS (SELECT 1 FROM movie WHERE userID = ?1))
                AND (?1 >= ?8 OR ?4 >= (SELECT cleared_by FROM sample_lists))
        ON CONFLICT DO UPDATE
            SET movies = excluded.movies, generation = excluded.generation, model = excluded.model,
                built_at = excluded.built_at, basis = excluded.basis
            WHERE rev = excluded.rev AND generation <= excluded.generation AND NOT deleted
        """,
        (*row, FIRST_OWN_USER_ID),
    )
    return connection.changes() == 1


def chunks(made: Iterable[ListRecord]) -> Iterator[list[ListRecord]]:
    """CHUNK lists at a time."""
    lists = iter(made)
    while chunk := list(itertools.islice(lists, CHUNK)):
        yield chunk


def kept(writer: GroupWriter, rows: Iterable[Row], *, after_each: Callable[[], object]) -> int:
    """keep for many, in transactions of at most CHUNK lists or MOST_SECONDS of writing; how many are there now.

    after_each: done after each transaction, outside of it.
    """

    def some(connection: apsw.Connection) -> tuple[int, int]:
        began = time.perf_counter()
        n_kept = 0
        for n_tried, row in enumerate(left, start=1):
            n_kept += keep(connection, row)
            if n_tried == CHUNK or time.perf_counter() - began > MOST_SECONDS:
                return n_tried, n_kept
        return len(left), n_kept

    left, n_kept = list(rows), 0
    while left:
        n_tried, n_more = writer.run(some)
        left, n_kept = left[n_tried:], n_kept + n_more
        after_each()
        time.sleep(PAUSE_SECONDS)
    return n_kept


def changed_of(connection: apsw.Connection, made: Sequence[ListRecord], generation: int) -> list[Row]:
    """Those that do not read as their record does, or whose record counts as of none but an older publication than the one right before.

    made: by ascending user id.
    """
    there = {row[0]: row for row in connection.execute(SOME, (made[0].user_id, made[-1].user_id))}
    changed = []
    for row in map(row_of, made):
        user_id, movies, rev, *_, basis = row
        _, rev_there, movies_there, generation_there, _, _, basis_there, _ = there.get(user_id, NOTHING)
        if (rev, movies, basis) != (rev_there, movies_there, basis_there) or generation_there < generation - 1:
            changed.append(row)
    return changed


def confirm(connection: apsw.Connection, generation: int, model: str) -> None:
    """Let every sample viewer's list of the publication right before count as of this one; nothing where a newer one has done so."""
    connection.execute(
        """
        UPDATE sample_lists
            SET confirmed_since = iif(confirmed_by = ?1 - 1, confirmed_since, ?1 - 1), confirmed_by = ?1, confirmed_model = ?2
            WHERE confirmed_by < ?1
        """,
        (generation, model),
    )


def mark_cleared(connection: apsw.Connection, generation: int) -> None:
    """Refuse whatever an older builder would fill in from now on."""
    connection.execute("UPDATE sample_lists SET cleared_by = max(cleared_by, ?)", (generation,))


def clear(connection: apsw.Connection, generation: int, after: int) -> int | None:
    """Void the next CHUNK sample viewers' lists after that number but those of a newer publication; the last number, None at the end."""
    query = "SELECT max(userID) FROM (SELECT userID FROM movie WHERE userID > ? AND userID < ? ORDER BY userID LIMIT ?)"
    (last,) = next(connection.execute(query, (after, FIRST_OWN_USER_ID, CHUNK)))
    if last is None:
        return None
    connection.execute(
        f"""
        UPDATE movie SET movies = NULL, generation = ?1 FROM sample_lists
            WHERE userID > ?2 AND userID <= ?3 AND iif({_IS_CONFIRMED}, confirmed_by, generation) <= ?1
        """,  # noqa: S608  a constant
        (generation, after, last),
    )
    return int(last)
