"""Profiles in one SQLite file, shared by the processes of one machine."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import apsw

from recommender.domain import (
    FIRST_OWN_USER_ID,
    Account,
    Activity,
    AddedFilm,
    Change,
    FilmMark,
    ListRecord,
    Marks,
    Movie,
    MovieId,
    Opinions,
    Publishing,
    Rating,
    UserId,
)
from recommender.errors import StorageError, UnknownUserError
from recommender.storage.accounts import Entries
from recommender.storage.accounts import sqlite as accounts
from recommender.storage.profiles import COUNTED, Contents
from recommender.storage.profiles import sqlite_films as films
from recommender.storage.profiles import sqlite_lists as lists
from recommender.storage.profiles import sqlite_opinions as opinions
from recommender.storage.profiles.changes import checked, half_stars_of
from recommender.storage.profiles.film_names import check_link
from recommender.storage.profiles.forks import tell_of_forks
from recommender.storage.profiles.records import to_json
from recommender.storage.profiles.sqlite_file import check_library, in_words, prepare
from recommender.storage.profiles.sqlite_readers import SqliteReaders
from recommender.storage.profiles.sqlite_writer import GroupWriter

NOBODY = 0  # stands for numbers too large for SQLite: nobody has them


class SqliteProfiles:
    """The port's promises by SQLite in WAL mode: a commit is synced before it is acknowledged, readers never wait for writers.

    Each thread reads through a connection of its own; all threads write through one GroupWriter. May be shared by threads, and made before
    a fork: no connection crosses it. The file is readable by its owner alone.
    """

    _synchronous = "FULL"

    def __init__(self, path: str | Path) -> None:
        check_library(apsw.sqlite_lib_version())
        self.url = f"sqlite://{path}" if Path(path).is_absolute() else f"sqlite:{path}"
        self._path = Path(path).absolute()
        prepare(self._path)
        self._writer = GroupWriter(self._path, synchronous=self._synchronous)
        self._readers = SqliteReaders(self._path)
        self.entries: Entries = accounts.SqliteEntries(self._readers, self._writer)
        tell_of_forks(self)

    def new_person(self, token_digest: str, *, shared: bool, now: int) -> UserId:
        """A number never given before."""

        def add(connection: apsw.Connection) -> UserId:
            connection.execute("INSERT INTO people (token_digest, shared, created_at) VALUES (?, ?, ?)", (token_digest, shared, now))
            return UserId(connection.last_insert_rowid())

        return self._writer.run(add)

    def has_person(self, user_id: UserId) -> bool:
        """Whether the number was given to a person who has not left."""
        with self._readers.one() as connection:
            return _is_person(connection, _key(user_id))

    def token_fits(self, user_id: UserId, token_digest: str) -> bool:
        """Whether the digest is that person's."""
        with self._readers.one() as connection:
            query = "SELECT 1 FROM people WHERE user_id = ? AND token_digest = ?"
            return connection.execute(query, (_key(user_id), token_digest)).fetchone() is not None

    def is_shared(self, user_id: UserId) -> bool:
        """Whether the person lets anyone who knows the number read the list."""
        with self._readers.one() as connection:
            return connection.execute("SELECT 1 FROM people WHERE user_id = ? AND shared", (_key(user_id),)).fetchone() is not None

    def share(self, user_id: UserId, shared: bool) -> None:
        """Let anyone who knows the number read the list, or no longer."""

        def change(connection: apsw.Connection) -> None:
            connection.execute("UPDATE people SET shared = ? WHERE user_id = ?", (shared, _key(user_id)))
            if not connection.changes():
                raise UnknownUserError(user_id)

        self._writer.run(change)

    def forget_person(self, user_id: UserId) -> None:
        """The person leaves; nothing happens for a number that nobody has."""

        def forget(connection: apsw.Connection) -> None:
            if not _is_person(connection, _key(user_id)):
                return
            opinions.take_away(connection, user_id)
            films.disown(connection, user_id)
            connection.execute("DELETE FROM people WHERE user_id = ?", (user_id,))
            _void(connection, user_id)
            connection.execute("UPDATE movie SET deleted = 1, generation = 0, model = '', built_at = 0 WHERE userID = ?", (user_id,))

        self._writer.run(forget)

    def rate(self, rating: Rating) -> int:
        """Put the rating and void the list in one transaction; InvalidInputError for stars off the scale."""
        user_id = rating.user_id
        row = (user_id, rating.movie_id, half_stars_of(rating, user_id), rating.rated_at)

        def put(connection: apsw.Connection) -> int:
            _check_is_person(connection, user_id)
            connection.execute(opinions.PUT_RATING, row)
            return _void(connection, user_id)

        return self._writer.run(put)

    def change(self, user_id: UserId, change: Change) -> int:
        """Everything in one transaction."""
        wanted = checked(user_id, change)

        def make(connection: apsw.Connection) -> int:
            _check_is_person(connection, user_id)
            opinions.make(connection, user_id, wanted)
            return _void(connection, user_id) if change.moves_the_list else _rev(connection, user_id)

        return self._writer.run(make)

    def unrate(self, user_id: UserId, movie_id: int) -> int:
        """Take the rating away, if there is one, and void the list in one transaction."""

        def take_away(connection: apsw.Connection) -> int:
            _check_is_person(connection, user_id)
            connection.execute("DELETE FROM ratings WHERE user_id = ? AND movie_id = ?", (user_id, _key(movie_id)))
            return _void(connection, user_id)

        return self._writer.run(take_away)

    def opinions(self, user_id: UserId) -> Opinions:
        """The revision, every rating and every mark, from one read transaction."""
        key = UserId(_key(user_id))
        with self._readers.one() as connection, connection:
            rev, ratings, marks = _rev(connection, key), opinions.ratings_of(connection, key), opinions.marks_of(connection, key)
        return Opinions(user_id, rev, ratings, marks)

    def add_film(self, movie: Movie, link: str, *, by: UserId, now: int) -> AddedFilm:
        """The film under a number of its own, in one transaction."""
        check_link(link)

        def add(connection: apsw.Connection) -> AddedFilm:
            _check_is_person(connection, by)
            return films.add(connection, movie, link, by=by, now=now)

        return self._writer.run(add)

    def added_films(self) -> Iterator[AddedFilm]:
        """Every added film, as all_ratings gives every rating."""
        with self._readers.another() as connection:
            yield from self._added_films(connection)

    def added_film(self, movie_id: int) -> AddedFilm | None:
        """The film of a number, by its key."""
        with self._readers.one() as connection:
            found = connection.execute(films.ONE, (_key(movie_id),)).fetchone()
        return films.film_of(*found) if found else None

    def remove_film(self, movie_id: int) -> bool:
        """Take an added film away, and whether it was there."""

        def remove(connection: apsw.Connection) -> bool:
            connection.execute("DELETE FROM added_films WHERE movie_id = ?", (_key(movie_id),))
            return connection.changes() == 1

        return self._writer.run(remove)

    def list_of(self, user_id: UserId) -> ListRecord | None:
        """The record; that of a person who has left is void."""
        with self._readers.one() as connection:
            return lists.record_of(connection, _key(user_id))

    def keep_list(self, made: ListRecord) -> bool:
        """Keep the list unless something newer is there."""
        row = lists.row_of(made)
        return self._writer.run(lambda connection: lists.keep(connection, row))

    def keep_lists(self, made: Iterable[ListRecord]) -> int:
        """keep_list for many, a few at a time."""
        return sum(self._kept(map(lists.row_of, chunk)) for chunk in lists.chunks(made))

    def publish_lists(self, made: Iterable[ListRecord], *, generation: int, model: str) -> Publishing:
        """Each chunk is compared without a lock, and what has changed of it is written a few at a time."""
        n_lists = n_changed = n_written = 0
        waiting: list[lists.Row] = []
        for chunk in lists.chunks(made):
            with self._readers.one() as connection:
                changed = lists.changed_of(connection, chunk, generation)
            n_lists, n_changed, waiting = n_lists + len(chunk), n_changed + len(changed), waiting + changed
            if len(waiting) >= lists.CHUNK:  # few at a time would wait for the disk as often as many
                n_written += self._kept(waiting)
                waiting = []
        n_written += self._kept(waiting)
        self._writer.run(lambda connection: lists.confirm(connection, generation, model))
        return Publishing(n_written, n_lists - n_changed, n_changed - n_written)

    def clear_sample_lists(self, *, generation: int) -> None:
        """Void the lists of all sample viewers, some at a time; lists of a newer publication stay.

        The mark comes first and holds for viewers without a record too, so what an older builder adds meanwhile is refused.
        """
        self._writer.run(lambda connection: lists.mark_cleared(connection, generation))
        done = NOBODY
        while (last := self._writer.run(partial(lists.clear, generation=generation, after=done))) is not None:
            done = last
            time.sleep(lists.PAUSE_SECONDS)

    def highest_generation(self) -> int:
        """The highest generation of any record or clearing."""
        with self._readers.one() as connection:
            return _marks(connection).highest_generation

    def all_ratings(self) -> Iterator[Rating]:
        """Every rating, from a connection of its own, so that the reader may take its time and use the store meanwhile."""
        with self._readers.another() as connection:
            yield from self._ratings(connection)

    def all_marks(self) -> Iterator[FilmMark]:
        """Every mark, as all_ratings gives every rating."""
        with self._readers.another() as connection:
            yield from self._film_marks(connection)

    def people(self) -> Iterator[UserId]:
        """Every person who has not left, ascending."""
        with self._readers.another() as connection:
            for (user_id,) in self._readers.rows(connection, "SELECT user_id FROM people ORDER BY user_id"):
                yield UserId(user_id)

    def counts(self) -> dict[str, int]:
        """How many of each are kept."""
        query = """
            SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM ratings), (SELECT count(*) FROM film_marks),
                (SELECT count(*) FROM movie WHERE movies IS NOT NULL)
            """
        with self._readers.one() as connection:
            return dict(zip(COUNTED, next(connection.execute(query)), strict=True))

    def activity(self) -> Activity:
        """How much people have done."""
        query = "SELECT (SELECT coalesce(sum(rev), 0) FROM movie WHERE userID >= ?), (SELECT count(*) FROM ratings)"
        with self._readers.one() as connection:
            return Activity(*next(connection.execute(query, (FIRST_OWN_USER_ID,))))

    @contextlib.contextmanager
    def contents(self) -> Iterator[Contents]:
        """Everything that is kept, from one read transaction: raters go on meanwhile, and nothing of theirs is in it."""
        with self._readers.another() as connection:
            with in_words(self._path, "read"):
                connection.execute("BEGIN")
                marks = _marks(connection)
            people = self._readers.rows(connection, "SELECT user_id, token_digest, shared, created_at FROM people ORDER BY user_id")
            records = self._readers.rows(connection, lists.ALL)
            yield Contents(
                marks,
                (Account(UserId(user_id), digest, bool(shared), created_at) for user_id, digest, shared, created_at in people),
                self._ratings(connection),
                (lists.record(*row) for row in records),
                accounts.entries(self._readers, connection),
                self._film_marks(connection),
                self._added_films(connection),
            )

    def adopt(self, contents: Contents) -> None:
        """Take everything over in one transaction, for which other writers wait.

        Who left or came while a place without a consistent read was being read is taken over as one who has left.
        """

        def take_over(connection: apsw.Connection) -> None:
            with in_words(self._path, "written"):
                _check_is_empty(connection, self.url)
                _take_over(connection, contents)

        self._writer.run(take_over)

    def check(self) -> None:
        """Nothing if the file is there and can be read."""
        with self._readers.one() as connection:
            connection.execute("SELECT cleared_by FROM sample_lists").fetchall()

    def close(self) -> None:
        """Commit what is waiting and let go of the file; every later call raises StorageError."""
        self._writer.close()
        self._readers.close()

    def before_fork(self) -> None:
        """Close every connection, and hold everybody up."""
        self._writer.before_fork()
        self._readers.before_fork()

    def after_fork(self, *, in_child: bool) -> None:
        """Go on with new connections."""
        self._readers.after_fork(in_child=in_child)
        self._writer.after_fork(in_child=in_child)

    def _kept(self, rows: Iterable[lists.Row]) -> int:
        """As many as were kept. What they added to the log is brought into the file here, else a rater's commit would have to do it."""

        def checkpoint() -> None:
            with self._readers.one() as connection, contextlib.suppress(apsw.BusyError):  # somebody else is at it
                connection.wal_checkpoint()

        return lists.kept(self._writer, rows, after_each=checkpoint)

    def _ratings(self, connection: apsw.Connection) -> Iterator[Rating]:
        rows = self._readers.rows(connection, opinions.ALL_RATINGS)
        return (Rating(UserId(user_id), MovieId(movie_id), half_stars / 2, rated_at) for user_id, movie_id, half_stars, rated_at in rows)

    def _film_marks(self, connection: apsw.Connection) -> Iterator[FilmMark]:
        rows = self._readers.rows(connection, opinions.ALL_MARKS)
        return (FilmMark(UserId(user_id), MovieId(movie_id), kind, marked_at) for user_id, movie_id, kind, marked_at in rows)

    def _added_films(self, connection: apsw.Connection) -> Iterator[AddedFilm]:
        return (films.film_of(*row) for row in self._readers.rows(connection, films.ALL))


def _void(connection: apsw.Connection, user_id: UserId) -> int:
    """The new revision; the list is gone, the generation that made it is still known."""
    raise_rev = "INSERT INTO movie (userID, rev) VALUES (?, 1) ON CONFLICT DO UPDATE SET rev = rev + 1, movies = NULL RETURNING rev"
    (rev,) = next(connection.execute(raise_rev, (user_id,)))
    return int(rev)


def _rev(connection: apsw.Connection, user_id: UserId) -> int:
    found = connection.execute("SELECT rev FROM movie WHERE userID = ?", (user_id,)).fetchone()
    return int(found[0]) if found else 0


def _marks(connection: apsw.Connection) -> Marks:
    query = """
        SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'people'), cleared_by,
            max(cleared_by, adopted_generation, confirmed_by, coalesce((SELECT max(generation) FROM movie), 0)),
            (SELECT seq FROM sqlite_sequence WHERE name = 'added_films') FROM sample_lists
        """
    return Marks(*next(connection.execute(query)))


def _check_is_empty(connection: apsw.Connection, url: str) -> None:
    tables = {"people": "people", "ratings": "ratings", "marks": "film_marks", "lists": "movie"}
    tables |= {"accounts": "account_entries", "films": "added_films"}
    for what, table in tables.items():
        if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():  # noqa: S608  a constant
            raise StorageError(f"{url} already holds {what}; only an empty store can take over another's contents. Name a new one.")


def _take_over(connection: apsw.Connection, contents: Contents) -> None:
    connection.executemany(
        "INSERT INTO people (user_id, token_digest, shared, created_at) VALUES (?, ?, ?, ?)",
        ((one.user_id, one.token_digest, one.shared, one.created_at) for one in contents.accounts),
    )
    opinions.take_over(connection, contents.ratings, contents.film_marks)
    connection.executemany(
        f"INSERT INTO movie ({lists.COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  a constant
        (
            (
                one.user_id,
                one.rev,
                None if one.movies is None else to_json(one.movies),
                one.generation,
                one.model,
                one.built_at,
                one.basis,
                one.deleted,
            )
            for one in contents.records
        ),
    )
    accounts.take_over(connection, contents.entries)
    # Where accounts, ratings and records were not read in one moment, somebody may have left or come in between: both count as gone.
    connection.execute("DELETE FROM people WHERE user_id IN (SELECT userID FROM movie WHERE deleted)")
    for table in ("ratings", "film_marks"):
        connection.execute(f"DELETE FROM {table} WHERE user_id NOT IN (SELECT user_id FROM people)")  # noqa: S608  a constant
    connection.execute("DELETE FROM account_entries WHERE owner NOT IN (SELECT user_id FROM people)")
    connection.execute(
        "UPDATE movie SET deleted = 1, movies = NULL WHERE userID >= ? AND userID NOT IN (SELECT user_id FROM people)", (FIRST_OWN_USER_ID,)
    )
    marks = contents.marks
    connection.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, ?, coalesce((SELECT max(userID) FROM movie), 0)) WHERE name = 'people'",
        (marks.last_user_id,),
    )
    films.take_over(connection, contents.added_films, marks.last_movie_id)
    connection.execute("UPDATE sample_lists SET cleared_by = ?, adopted_generation = ?", (marks.cleared_by, marks.highest_generation))


def _is_person(connection: apsw.Connection, user_id: int) -> bool:
    return connection.execute("SELECT 1 FROM people WHERE user_id = ?", (user_id,)).fetchone() is not None


def _check_is_person(connection: apsw.Connection, user_id: UserId) -> None:
    if not _is_person(connection, _key(user_id)):
        raise UnknownUserError(user_id)


def _key(number: int) -> int:
    return number if -(2**63) <= number < 2**63 else NOBODY
