"""Accounts in the SQLite file of the profiles, through its readers and its one writer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

import apsw

from recommender.storage.accounts import Change, Entry

Result = TypeVar("Result")

FIELDS = "key, rev, owner, expires_at, body"


class Readers(Protocol):
    """The reading side of the file."""

    def one(self) -> AbstractContextManager[apsw.Connection]:
        """This thread's connection."""

    def another(self) -> AbstractContextManager[apsw.Connection]:
        """A connection for one long read."""

    def rows(self, connection: apsw.Connection, query: str) -> Iterator[tuple[Any, ...]]:
        """What the query finds."""


class Writer(Protocol):
    """The writing side of the file."""

    def run(self, operation: Callable[[apsw.Connection], Result]) -> Result:
        """What the operation returned, once it is on the disk."""


class SqliteEntries:
    """The promises by single transactions of the file's writer."""

    def __init__(self, readers: Readers, writer: Writer) -> None:
        self._readers, self._writer = readers, writer

    def get(self, key: str) -> Entry | None:
        """The entry, by this thread's connection."""
        with self._readers.one() as connection:
            found = connection.execute(f"SELECT {FIELDS} FROM account_entries WHERE key = ?", (key,)).fetchone()  # noqa: S608  a constant
        return None if found is None else Entry(*found)

    def change(self, *changes: Change) -> bool:
        """All or nothing: every entry is looked at before the first is written."""

        def make(connection: apsw.Connection) -> bool:
            if not all(_is_as_it_must_be(connection, change) for change in changes):
                return False
            for change in changes:
                _make(connection, change)
            return True

        return self._writer.run(make)

    def count(self, key: str, *, most: int, expires_at: int) -> int | None:
        """One statement, so that no two count the same."""

        def count(connection: apsw.Connection) -> int | None:
            found = connection.execute(
                """
                INSERT INTO account_counters (key, n, expires_at) SELECT ?1, 1, ?3 WHERE ?2 > 0
                ON CONFLICT DO UPDATE SET n = n + 1 WHERE n < ?2 RETURNING n
                """,
                (key, most, expires_at),
            ).fetchone()
            return None if found is None else int(found[0])

        return self._writer.run(count)

    def sweep(self, now: int, *, most: int) -> int:
        """Entries first; each by its index over the time."""

        def sweep(connection: apsw.Connection) -> int:
            n_gone = 0
            for table in ("account_entries", "account_counters"):
                due = f"SELECT key FROM {table} WHERE expires_at BETWEEN 1 AND ? LIMIT ?"  # noqa: S608  a constant
                connection.execute(f"DELETE FROM {table} WHERE key IN ({due})", (now, most - n_gone))  # noqa: S608  a constant
                n_gone += connection.changes()
            return n_gone

        return self._writer.run(sweep)

    def all(self) -> Iterator[Entry]:
        """From a connection of its own, so that the reader may take its time."""
        with self._readers.another() as connection:
            yield from entries(self._readers, connection)


def entries(readers: Readers, connection: apsw.Connection) -> Iterator[Entry]:
    """Every entry, in the read transaction of the connection if it is in one."""
    return (Entry(*row) for row in readers.rows(connection, f"SELECT {FIELDS} FROM account_entries ORDER BY key"))  # noqa: S608  a constant


def take_over(connection: apsw.Connection, some: Iterable[Entry]) -> None:
    """Put all of them into the empty table."""
    rows = ((entry.key, entry.rev, entry.owner, entry.expires_at, entry.body) for entry in some)
    connection.executemany(f"INSERT INTO account_entries ({FIELDS}) VALUES (?, ?, ?, ?, ?)", rows)  # noqa: S608  a constant


def _is_as_it_must_be(connection: apsw.Connection, change: Change) -> bool:
    if change.was is None:
        return True
    found = connection.execute("SELECT rev FROM account_entries WHERE key = ?", (change.key,)).fetchone()
    return (found[0] if found else 0) == change.was


def _make(connection: apsw.Connection, change: Change) -> None:
    if change.body is None:
        connection.execute("DELETE FROM account_entries WHERE key = ?", (change.key,))
        return
    row = (change.key, (change.was or 0) + 1, change.owner, change.expires_at, change.body)
    connection.execute(f"INSERT OR REPLACE INTO account_entries ({FIELDS}) VALUES (?, ?, ?, ?, ?)", row)  # noqa: S608  a constant
