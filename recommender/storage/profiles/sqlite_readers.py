"""The connections by which the threads of a process read one SQLite file."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw

from recommender.errors import StorageError
from recommender.storage.profiles.sqlite_file import connect, has_moved, in_words


class SqliteReaders:
    """One connection a thread, opened when first needed; none crosses a fork. Readers never wait for one another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._closed = False
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._mine = threading.local()
        self._all: weakref.WeakSet[_Reader] = weakref.WeakSet()  # a thread that ends takes its reader along
        self._changing = threading.Lock()  # guards _all

    @contextlib.contextmanager
    def one(self) -> Iterator[apsw.Connection]:
        """This thread's connection."""
        reader: _Reader | None = getattr(self._mine, "reader", None)
        if reader is None:
            reader = self._mine.reader = self._new()
        with reader.lock, in_words(self._path, "read"):
            self._check_open()
            yield reader.connection()

    @contextlib.contextmanager
    def another(self) -> Iterator[apsw.Connection]:
        """A connection for this once, for a long read by `rows`."""
        reader = self._new()
        try:
            with reader.lock, in_words(self._path, "read"):
                self._check_open()
                connection = reader.connection()
            yield connection
        finally:
            with reader.lock, in_words(self._path, "read"):
                reader.disconnect()

    def rows(self, connection: apsw.Connection, query: str) -> Iterator[tuple[Any, ...]]:
        """What the query finds. A fork, or closing the store, ends the read with StorageError."""
        with in_words(self._path, "read"):
            try:
                yield from connection.execute(query)
            except (apsw.ConnectionClosedError, apsw.CursorClosedError) as error:
                raise StorageError(f"The long read of {self._path} was cut short; begin it again.") from error

    def close(self) -> None:
        """Closes all connections; whoever reads on gets StorageError."""
        self._closed = True
        with self._changing:
            for reader in self._all:
                with reader.lock:
                    reader.disconnect()

    def before_fork(self) -> None:
        """Waits for the reads under way, closes all connections, and lets nobody begin."""
        self._changing.acquire()
        for reader in self._all:
            reader.lock.acquire()
            reader.disconnect()

    def after_fork(self, *, in_child: bool) -> None:
        """Lets everybody read again, each through a new connection."""
        for reader in self._all:
            reader.lock.release()
        self._changing.release()
        if in_child:  # there are no other threads, so nobody else's reader either
            self._start_afresh()

    def _new(self) -> _Reader:
        reader = _Reader(self._path)
        with self._changing:
            self._all.add(reader)
        return reader

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError(f"{self._path} has been closed.")


class _Reader:
    """A connection for one thread, opened when first needed. The lock is there for forks alone, so it is nearly always free."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.lock = threading.Lock()
        self._connection: apsw.Connection | None = None

    def connection(self) -> apsw.Connection:
        if self._connection is not None and has_moved(self._connection):
            self.disconnect()
        if self._connection is None:
            self._connection = connect(self._path)
            self._connection.execute("PRAGMA query_only = ON")
        return self._connection

    def disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close(True)
