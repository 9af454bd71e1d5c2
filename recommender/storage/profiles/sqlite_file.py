"""The SQLite file of the profiles: how it is made, checked, brought up to date and opened, and what its errors say."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import apsw

from recommender.errors import StorageError

APPLICATION_ID = 0x4D41544E  # "MATN", at byte 68 of every file of ours
BUSY_SECONDS = 10  # how long a writer waits for one in another process
BUSY_STEP_SECONDS = 0.0005

# Step n takes a file of format n to format n + 1; the first one makes a new file. Steps are only ever added.
STEPS: tuple[str, ...] = (
    """
    CREATE TABLE movie (                       -- everybody's list record
        userID     INTEGER PRIMARY KEY,
        rev        INTEGER NOT NULL,           -- counts what changed the list
        generation INTEGER NOT NULL DEFAULT 0, -- the publication that the list was made by, or that cleared it
        model      TEXT    NOT NULL DEFAULT '',
        built_at   REAL    NOT NULL DEFAULT 0, -- seconds since 1970, UTC
        basis      TEXT    NOT NULL DEFAULT 'personal',
        deleted    INTEGER NOT NULL DEFAULT 0, -- 1 when the person has left
        movies     TEXT                        -- the list as JSON; NULL when void
    ) STRICT;
    CREATE TABLE ratings (                     -- own people's
        user_id    INTEGER NOT NULL,
        movie_id   INTEGER NOT NULL,
        half_stars INTEGER NOT NULL CHECK (half_stars BETWEEN 1 AND 10),
        rated_at   INTEGER NOT NULL,           -- seconds since 1970, UTC
        PRIMARY KEY (user_id, movie_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE people (                      -- who has not left; AUTOINCREMENT never gives a number twice
        user_id      INTEGER PRIMARY KEY AUTOINCREMENT,
        token_digest TEXT    NOT NULL,         -- SHA-256 of the bearer token, in hex
        shared       INTEGER NOT NULL,
        created_at   INTEGER NOT NULL          -- seconds since 1970, UTC
    ) STRICT;
    INSERT INTO sqlite_sequence (name, seq) VALUES ('people', 1000000); -- below FIRST_OWN_USER_ID
    CREATE TABLE sample_lists (                -- one row: the publication that last cleared the sample viewers' lists
        cleared_by INTEGER NOT NULL
    ) STRICT;
    INSERT INTO sample_lists VALUES (0);
    """,
    # The highest generation where the contents came from, which may be above that of any record that came along.
    "ALTER TABLE sample_lists ADD COLUMN adopted_generation INTEGER NOT NULL DEFAULT 0;",
    """
    CREATE TABLE account_entries (             -- how people sign in, and what was given out in their name
        key        TEXT    PRIMARY KEY,        -- the kind, "#" and a name or digest
        rev        INTEGER NOT NULL,           -- counts its writings
        owner      INTEGER NOT NULL,           -- the number of the person it goes away with
        expires_at INTEGER NOT NULL,           -- seconds since 1970, UTC; 0 for never
        body       TEXT    NOT NULL            -- JSON
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX account_entries_by_expiry ON account_entries (expires_at) WHERE expires_at > 0;
    CREATE TABLE account_counters (            -- how often something was done in a stretch of time
        key        TEXT    PRIMARY KEY,        -- a digest
        n          INTEGER NOT NULL,
        expires_at INTEGER NOT NULL            -- seconds since 1970, UTC
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX account_counters_by_expiry ON account_counters (expires_at);
    """,
    """
    CREATE TABLE film_marks (                  -- what own people say of films beside stars
        user_id    INTEGER NOT NULL,
        movie_id   INTEGER NOT NULL,
        kind       TEXT    NOT NULL,           -- seen, hidden, watchlist or aside
        marked_at  INTEGER NOT NULL,           -- seconds since 1970, UTC
        PRIMARY KEY (user_id, movie_id, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE added_films (                 -- films that people added; AUTOINCREMENT never gives a number twice
        movie_id   INTEGER PRIMARY KEY AUTOINCREMENT,
        name       TEXT    NOT NULL UNIQUE,    -- title and year, in the form in which two of them are the same
        title      TEXT    NOT NULL,
        year       INTEGER,
        genres     TEXT    NOT NULL,           -- JSON
        imdb_id    INTEGER,
        tmdb_id    INTEGER,
        link       TEXT    NOT NULL,           -- empty for none
        added_by   INTEGER NOT NULL,           -- 0 when that person has left
        added_at   INTEGER NOT NULL            -- seconds since 1970, UTC
    ) STRICT;
    INSERT INTO sqlite_sequence (name, seq) VALUES ('added_films', 1000000000); -- below FIRST_ADDED_MOVIE_ID
    """,
    # Sample viewers' lists by a generation from the first to the second of these count as of the second and of the model.
    """
    ALTER TABLE sample_lists ADD COLUMN confirmed_since INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sample_lists ADD COLUMN confirmed_by INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sample_lists ADD COLUMN confirmed_model TEXT NOT NULL DEFAULT '';
    """,
)


def check_library(version: str) -> None:
    """StorageError for a SQLite whose WAL can be corrupted by two connections that write and checkpoint at the same instant.

    Broken from 3.7.0 to 3.51.2 but for 3.44.6, 3.50.7 and what followed them in their lines. No stress test finds it.
    """
    number = tuple(int(part) for part in version.split("."))
    if not (number >= (3, 51, 3) or (3, 50, 7) <= number < (3, 51) or (3, 44, 6) <= number < (3, 45)):
        raise StorageError(f"SQLite {version} can corrupt its files; install the apsw of requirements.txt, which brings 3.51.3 or later.")


def prepare(path: Path, steps: Sequence[str] = STEPS) -> None:
    """See to it that the file is there, ours, and of today's format: made if absent, backed up and migrated if older.

    One process at a time does so; a new file appears whole or not at all. StorageError for a file that is of another program, of a
    newer format, empty, cut off or damaged: such a file is never written to.
    """
    with in_words(path, "opened"):
        _make_folder(path.parent)
        with _alone_in(path.parent):
            if path.exists():
                _bring_up_to_date(path, steps)
            else:
                _make(path, steps)


def connect(path: Path, *, synchronous: str = "FULL") -> apsw.Connection:
    """A connection of one thread to a prepared file; apsw errors are the caller's to put in words."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.set_busy_handler(_wait_for_the_other)
    # Else SQLite, built to plan by the values that are bound, forgets its plan at each new one: parsing again takes longer than reading.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    # FULL: a commit is on the disk before it is acknowledged. NORMAL loses acknowledged ratings on a power cut.
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA journal_size_limit = 67108864")  # bytes the WAL keeps after a big publication
    return connection


def has_moved(connection: apsw.Connection) -> bool:
    """Whether the file was deleted or replaced since it was opened: whatever is written to it now, nobody will find again."""
    answer = array("i", [0])
    connection.file_control("main", apsw.SQLITE_FCNTL_HAS_MOVED, answer.buffer_info()[0])
    return bool(answer[0])


def _wait_for_the_other(n_before: int) -> bool:
    """Whether to try again. SQLite's own waiting sleeps longer each time, up to 0.1 s, and so misses every short gap of a busy writer."""
    time.sleep(BUSY_STEP_SECONDS)
    return n_before < BUSY_SECONDS / BUSY_STEP_SECONDS


@contextlib.contextmanager
def in_words(path: Path, done: str) -> Iterator[None]:
    """SQLite's and the system's errors as StorageError in one sentence: what could not be done, where, why, what would help."""
    try:
        yield
    except (apsw.Error, OSError) as error:
        raise StorageError(f"{path} cannot be {done}: {_reason(error, path)}.") from error


def _reason(error: Exception, path: Path) -> str:
    match error:
        case apsw.CantOpenError() if not path.exists():
            return "it is not there any more; put it back, or start Matinee again to begin a new one"
        case apsw.FullError():
            return "the disk is full; free some space"
        case apsw.IOError() if getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_SHMSIZE:  # the WAL's index finds no room
            return "the disk is full; free some space"
        case apsw.BusyError() | apsw.LockedError():
            return f"another process has kept it locked for {BUSY_SECONDS} seconds; see which one hangs"
        case apsw.NotADBError():
            return "it is not a SQLite file; name another one, or put a backup in its place"
        case apsw.CorruptError():
            return "it is damaged or cut off; put a backup in its place"
        case apsw.ReadOnlyError() | apsw.PermissionsError() | apsw.CantOpenError():
            return "the file, or the folder it is in, may not be written; check who owns them"
        case apsw.ConstraintError():
            return f"a value does not fit ({error})"
        case OSError():
            return (error.strerror or type(error).__name__).lower()
    return f"the disk or SQLite failed ({error})"


def _make(path: Path, steps: Sequence[str]) -> None:
    """Under another name first: what is cut short half-way is never taken for a store."""
    for ending in ("-wal", "-shm"):
        if (orphan := path.with_name(path.name + ending)).exists():
            raise StorageError(f"{orphan} is there but {path} is not: put back the file it belongs to, or take it away too.")
    new = path.with_name(path.name + "-new")
    for ending in ("", "-journal", "-wal", "-shm"):
        new.with_name(new.name + ending).unlink(missing_ok=True)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = connect(new)
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA journal_mode = WAL")
        _migrate(connection, steps)
    finally:
        connection.close()  # the last one to close brings everything from the WAL into the file
    new.rename(path)
    _sync(path.parent)


def _bring_up_to_date(path: Path, steps: Sequence[str]) -> None:
    if path.stat().st_size == 0:
        raise StorageError(f"{path} is empty; put a backup in its place, or take it away to start anew.")
    connection = connect(path)
    try:
        if _number(connection, "application_id") != APPLICATION_ID:
            raise StorageError(f"{path} belongs to another program; name another file in MATINEE_PROFILES_URL.")
        found = _number(connection, "user_version")
        if not 0 < found <= len(steps):
            raise StorageError(f"{path} has format {found}; this version of Matinee reads 1 to {len(steps)}. Use the one that wrote it.")
        connection.execute("PRAGMA journal_mode = WAL")
        if found < len(steps):
            _back_up(connection, path.with_name(f"{path.name}.format-{found}"))
            _migrate(connection, steps)
    finally:
        connection.close()


def _migrate(connection: apsw.Connection, steps: Sequence[str]) -> None:
    """All steps that are due, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in steps[_number(connection, "user_version") :]:
            connection.execute(step)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _back_up(connection: apsw.Connection, backup: Path) -> None:
    """A whole copy beside the file. One that is there already is of the same format, from an attempt that was cut short."""
    backup.unlink(missing_ok=True)
    os.close(os.open(backup, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection.execute("VACUUM INTO ?", (str(backup),))
    _sync(backup)
    _sync(backup.parent)


def _number(connection: apsw.Connection, pragma: str) -> int:
    return int(connection.pragma(pragma))


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """The folder is locked, not the file: closing a second opening of the file would drop SQLite's own locks on it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
