"""The SQLite file itself: its library, its format, strangers' files, forks, groups; the contract is in tests/contracts."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import apsw
import pytest

from recommender.domain import (
    FIRST_OWN_USER_ID,
    SEEN,
    Change,
    FilmMark,
    ListRecord,
    Movie,
    MovieId,
    Opinions,
    Rating,
    RecommendedMovie,
    UserId,
)
from recommender.errors import SettingError, StorageError
from recommender.storage.accounts import Change as EntryChange
from recommender.storage.profiles import open_profiles
from recommender.storage.profiles.sqlite import SqliteProfiles
from recommender.storage.profiles.sqlite_file import STEPS, check_library, prepare
from recommender.storage.profiles.sqlite_writer import GroupWriter

ALICE = FIRST_OWN_USER_ID
REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profiles.sqlite3"


def a_store_with_a_rating(path: Path) -> None:
    profiles = SqliteProfiles(path)
    assert profiles.new_person("digest", shared=False, now=0) == ALICE
    profiles.rate(Rating(ALICE, MovieId(6), 4.5, 100))
    profiles.close()


# Opening


@pytest.mark.parametrize("version", ["3.44.6", "3.44.9", "3.50.7", "3.51.3", "3.52.0", "3.53.0", "3.54.1", "4.0.0"])
def test_a_sound_library_is_taken(version: str) -> None:
    check_library(version)


@pytest.mark.parametrize("version", ["3.7.0", "3.40.1", "3.44.5", "3.45.0", "3.49.1", "3.50.6", "3.51.0", "3.51.2"])
def test_a_library_that_can_corrupt_its_files_is_refused(version: str) -> None:
    with pytest.raises(StorageError, match=rf"SQLite {version} can corrupt its files; install the apsw of requirements\.txt"):
        check_library(version)


def test_the_library_is_looked_at_when_a_store_is_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.40.1")

    with pytest.raises(StorageError, match=r"SQLite 3\.40\.1 can corrupt"):
        SqliteProfiles(path)
    assert not path.exists()


@pytest.mark.parametrize("form", ["sqlite:{}", "sqlite://{}"])
def test_a_url_names_an_absolute_path(path: Path, form: str) -> None:
    profiles = open_profiles(form.format(path))
    profiles.close()

    assert path.exists()
    assert profiles.url == f"sqlite://{path}"


def test_a_url_names_a_path_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    profiles = open_profiles("sqlite:var/deep/profiles.sqlite3")
    monkeypatch.chdir("/")
    profiles.new_person("digest", shared=False, now=0)
    profiles.close()

    assert profiles.url == "sqlite:var/deep/profiles.sqlite3"
    assert (tmp_path / "var/deep/profiles.sqlite3").exists()


@pytest.mark.parametrize("url", ["", "sqlite", "sqlite:", "postgres://x", "var/matinee.sqlite3"])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="MATINEE_PROFILES_URL must look like"):
        open_profiles(url)


def test_nobody_but_its_owner_may_read_the_file(path: Path) -> None:
    profiles = SqliteProfiles(path)
    profiles.new_person("digest", shared=False, now=0)

    assert {name.name: stat.S_IMODE(name.stat().st_mode) for name in path.parent.iterdir()} == {
        "profiles.sqlite3": 0o600,
        "profiles.sqlite3-wal": 0o600,
        "profiles.sqlite3-shm": 0o600,
    }
    profiles.close()


def test_every_connection_syncs_before_it_acknowledges(path: Path) -> None:
    profiles = SqliteProfiles(path)

    assert profiles._writer.run(lambda connection: (connection.pragma("synchronous"), connection.pragma("journal_mode"))) == (2, "wal")
    profiles.close()


def test_a_query_is_planned_once_and_not_again_for_every_number(path: Path) -> None:
    profiles = SqliteProfiles(path)
    planned: list[int] = []

    def allow(operation: int, *about: object) -> int:
        """What SQLite asks while it plans."""
        planned.append(operation)
        return apsw.SQLITE_OK

    with profiles._readers.one() as connection:
        connection.authorizer = allow

    assert profiles.list_of(UserId(580)) is None
    n_planned = len(planned)
    assert profiles.list_of(UserId(581)) is None

    assert len(planned) == n_planned > 0
    profiles.close()


def test_processes_that_open_a_new_store_at_once_make_one(path: Path) -> None:
    story = f"""
from recommender.storage.profiles.sqlite import SqliteProfiles
profiles = SqliteProfiles({str(path)!r})
print(profiles.new_person("digest", shared=False, now=0))
profiles.close()
"""
    command = [sys.executable, "-c", story]
    running = [subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate() for process in running]

    assert [errors for _, errors in said] == [""] * 4
    assert sorted(int(number) for number, _ in said) == [ALICE + i for i in range(4)]


# Files that are not to be opened


def refused(path: Path, words: str) -> None:
    """It says so, and the file is what it was."""
    before = path.read_bytes()
    with pytest.raises(StorageError, match=words) as refusal:
        SqliteProfiles(path)
    assert str(path) in str(refusal.value)
    assert str(refusal.value).count("\n") == 0
    assert path.read_bytes() == before


def test_revision_and_ratings_are_of_one_moment_however_fast_they_change(path: Path) -> None:
    """Every rating here is of a new film, so there are always as many of them as the revision says."""
    profiles = SqliteProfiles(path)
    alice = profiles.new_person("digest", shared=False, now=0)
    done = threading.Event()

    def rate_on() -> None:
        for movie_id in range(1, 301):
            profiles.rate(Rating(alice, MovieId(movie_id), 4.0, 0))
        done.set()

    rater = threading.Thread(target=rate_on)
    rater.start()
    torn = [
        seen.rev for seen in iter(lambda: profiles.opinions(alice) if not done.is_set() else None, None) if len(seen.ratings) != seen.rev
    ]
    rater.join()
    profiles.close()

    assert torn == []


def test_a_newer_format_is_refused(path: Path) -> None:
    a_store_with_a_rating(path)
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA user_version = 7")
    connection.close()

    refused(path, rf"has format 7; this version of Matinee reads 1 to {len(STEPS)}\. Use the one that wrote it\.$")


def test_the_sqlite_file_of_another_program_is_refused(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.commit()
    other.close()

    refused(path, r"belongs to another program; name another file in MATINEE_PROFILES_URL\.$")


def test_a_file_that_is_not_sqlite_is_refused(path: Path) -> None:
    path.write_bytes(b"userId,movieId,rating,timestamp\n" * 100)

    refused(path, r"cannot be opened: it is not a SQLite file; name another one, or put a backup in its place\.$")


def test_an_empty_file_is_not_taken_for_a_new_store(path: Path) -> None:
    path.write_bytes(b"")

    refused(path, r"is empty; put a backup in its place, or take it away to start anew\.$")


@pytest.mark.parametrize("kept", [100, 4096, 8192, 12000])
def test_a_file_that_was_cut_off_is_refused(path: Path, kept: int) -> None:
    a_store_with_a_rating(path)
    os.truncate(path, kept)

    refused(path, r"cannot be opened: it is (damaged or cut off|not a SQLite file)")


def test_a_log_without_its_file_is_not_written_into_a_new_store(path: Path) -> None:
    profiles = SqliteProfiles(path)
    profiles.new_person("digest", shared=False, now=0)
    log = path.with_name("profiles.sqlite3-wal")
    left = log.read_bytes()
    profiles.close()
    path.unlink()
    log.write_bytes(left)

    with pytest.raises(StorageError, match=r"-wal is there but .* is not: put back the file it belongs to"):
        SqliteProfiles(path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_bytes(b"a file")

    with pytest.raises(StorageError, match=r"profiles\.sqlite3 cannot be opened: .*(not a directory|file exists)\.$"):
        SqliteProfiles(tmp_path / "var" / "profiles.sqlite3")


def test_what_a_cut_short_creation_left_behind_is_no_obstacle(path: Path) -> None:
    path.with_name("profiles.sqlite3-new").write_bytes(b"half a file")
    path.with_name("profiles.sqlite3-new-wal").write_bytes(b"half a log")
    a_store_with_a_rating(path)

    assert [name.name for name in path.parent.iterdir()] == ["profiles.sqlite3"]


def test_nothing_is_acknowledged_into_a_file_that_was_deleted(path: Path) -> None:
    a_store_with_a_rating(path)
    profiles = SqliteProfiles(path)
    profiles.rate(Rating(ALICE, MovieId(7), 4.5, 100))
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)

    with pytest.raises(StorageError, match="it is not there any more; put it back"):
        profiles.rate(Rating(ALICE, MovieId(8), 4.5, 100))
    with pytest.raises(StorageError, match="it is not there any more; put it back"):
        profiles.opinions(ALICE)
    profiles.close()


def test_a_backup_put_in_the_place_of_the_file_is_read_and_written_at_once(path: Path) -> None:
    a_store_with_a_rating(path)
    backup = path.with_name("backup")
    shutil.copy(path, backup)
    profiles = SqliteProfiles(path)
    profiles.rate(Rating(ALICE, MovieId(7), 4.5, 100))
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    backup.rename(path)

    assert [rating.movie_id for rating in profiles.opinions(ALICE).ratings] == [6]
    profiles.rate(Rating(ALICE, MovieId(8), 4.5, 100))
    profiles.close()

    reopened = SqliteProfiles(path)
    assert [rating.movie_id for rating in reopened.opinions(ALICE).ratings] == [6, 8]
    reopened.close()


def test_a_damaged_page_is_told_and_not_taken_for_no_ratings(path: Path) -> None:
    profiles = SqliteProfiles(path)
    profiles.new_person("digest", shared=False, now=0)
    for movie_id in range(1, 2001):
        profiles._writer.run(lambda connection, m=movie_id: connection.execute("INSERT INTO ratings VALUES (?, ?, 6, 0)", (ALICE, m)))
        if movie_id == 5:
            break
    profiles.close()
    connection = apsw.Connection(str(path))
    (page,) = next(connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ratings'"))
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)

    again = SqliteProfiles(path)
    with pytest.raises(StorageError, match=r"cannot be read: it is damaged or cut off; put a backup in its place\.$"):
        again.opinions(ALICE)
    again.close()


@pytest.mark.parametrize("text", ["", "{", '{"v":1}', '{"v":1,"movies":[{"id":1}]}', '{"v":2,"movies":[]}', "[]", "null"])
def test_a_damaged_list_is_a_fault_and_not_a_stranger(path: Path, text: str) -> None:
    profiles = SqliteProfiles(path)
    profiles._writer.run(lambda connection: connection.execute("INSERT INTO movie (userID, rev, movies) VALUES (580, 0, ?)", (text,)))

    with pytest.raises(StorageError, match=r"The kept list (is damaged: it reads|has format 2; this version of Matinee reads format 1\.)"):
        profiles.list_of(UserId(580))
    profiles.close()


# Formats


def test_an_older_format_is_backed_up_and_brought_up_to_date(path: Path) -> None:
    a_store_with_a_rating(path)
    n = len(STEPS)
    newer = (*STEPS, "ALTER TABLE ratings ADD COLUMN note TEXT; UPDATE ratings SET note = 'kept';")

    prepare(path, newer)

    connection = apsw.Connection(str(path))
    assert connection.pragma("user_version") == n + 1
    assert connection.execute("SELECT movie_id, half_stars, note FROM ratings").fetchall() == [(6, 9, "kept")]
    connection.close()
    backup = path.with_name(f"profiles.sqlite3.format-{n}")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    old = SqliteProfiles(backup)  # as good as the store was
    assert old.opinions(ALICE).ratings == (Rating(ALICE, MovieId(6), 4.5, 100),)
    old.close()
    with pytest.raises(StorageError, match=f"has format {n + 1}; this version of Matinee reads 1 to {n}"):
        SqliteProfiles(path)


def test_a_store_from_before_there_were_accounts_is_backed_up_and_takes_them(path: Path) -> None:
    prepare(path, STEPS[:2])
    connection = apsw.Connection(str(path))
    connection.execute("INSERT INTO people (token_digest, shared, created_at) VALUES ('digest', 0, 0)")
    connection.execute("INSERT INTO ratings VALUES (?, 6, 9, 100)", (ALICE,))
    connection.close()

    profiles = SqliteProfiles(path)
    assert profiles.entries.change(EntryChange("name#a", 0, "{}", ALICE))
    assert profiles.opinions(ALICE).ratings == (Rating(ALICE, MovieId(6), 4.5, 100),)
    assert profiles.token_fits(ALICE, "digest")
    profiles.close()

    backup = apsw.Connection(str(path.with_name("profiles.sqlite3.format-2")), flags=apsw.SQLITE_OPEN_READONLY)
    assert backup.pragma("user_version") == 2
    assert backup.execute("SELECT count(*) FROM ratings").fetchall() == [(1,)]
    backup.close()


def test_a_store_from_before_there_were_marks_is_backed_up_and_takes_them(path: Path) -> None:
    prepare(path, STEPS[:3])
    connection = apsw.Connection(str(path))
    connection.execute("INSERT INTO people (token_digest, shared, created_at) VALUES ('digest', 0, 0)")
    connection.execute("INSERT INTO ratings VALUES (?, 6, 9, 100)", (ALICE,))
    connection.close()

    profiles = SqliteProfiles(path)
    seen = FilmMark(ALICE, MovieId(6), SEEN, 100)
    assert profiles.opinions(ALICE) == Opinions(ALICE, 0, (Rating(ALICE, MovieId(6), 4.5, 100),))
    assert profiles.change(ALICE, Change(marks=(seen,))) == 1
    assert profiles.opinions(ALICE).marks == (seen,)
    profiles.close()

    backup = apsw.Connection(str(path.with_name("profiles.sqlite3.format-3")), flags=apsw.SQLITE_OPEN_READONLY)
    assert backup.pragma("user_version") == 3
    assert backup.execute("SELECT count(*) FROM ratings").fetchall() == [(1,)]
    backup.close()


def test_a_step_that_fails_leaves_the_older_format_as_it_was(path: Path) -> None:
    a_store_with_a_rating(path)

    with pytest.raises(StorageError, match="cannot be opened"):
        prepare(path, (*STEPS, "ALTER TABLE ratings ADD COLUMN note TEXT; SELECT nonsense;"))

    again = SqliteProfiles(path)
    assert again.opinions(ALICE).ratings == (Rating(ALICE, MovieId(6), 4.5, 100),)
    again.close()


def test_a_store_of_todays_format_is_not_backed_up(path: Path) -> None:
    a_store_with_a_rating(path)
    SqliteProfiles(path).close()

    assert [name.name for name in path.parent.iterdir()] == ["profiles.sqlite3"]


# Forks


def test_parent_and_child_of_a_fork_each_write_through_connections_of_their_own(path: Path) -> None:
    """As under a preloading web server. In a process of its own, which may fork."""
    story = f"""
import os, threading
from recommender.domain import MovieId, Rating
from recommender.storage.profiles.sqlite import SqliteProfiles

profiles = SqliteProfiles({str(path)!r})
alice = profiles.new_person("digest", shared=False, now=0)
reading = profiles.all_ratings()
stop = threading.Event()
counts = []

def rate(first):
    movie_id = first
    while not stop.is_set():
        profiles.rate(Rating(alice, MovieId(movie_id), 3.0, 0))
        assert profiles.opinions(alice).rev > 0
        movie_id += 4
    counts.append((movie_id - first) // 4)

threads = [threading.Thread(target=rate, args=(first,)) for first in range(1, 5)]
for thread in threads:
    thread.start()
children = []
for number in range(5):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            for movie_id in range(10):
                profiles.rate(Rating(alice, MovieId(1_000_000 + number * 10 + movie_id), 3.0, 0))
            assert profiles.opinions(alice).rev >= 10
            held = {{line.split()[4] for line in open("/proc/locks")}}
            assert str(os.getpid()) in held, "the child holds no lock of its own"
            profiles.close()
            code = 0
        finally:
            os._exit(code)
    children.append(child)
codes = [os.waitpid(child, 0)[1] for child in children]
stop.set()
for thread in threads:
    thread.join()
assert codes == [0] * 5, codes
seen = profiles.opinions(alice)
assert len(seen.ratings) == seen.rev == sum(counts) + 50, (len(seen.ratings), seen.rev, sum(counts))
profiles.close()
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", story], cwd=REPOSITORY, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    connection = apsw.Connection(str(path))
    assert connection.pragma("integrity_check") == "ok"
    connection.close()


def test_a_store_handed_to_a_forked_worker_works_there(path: Path) -> None:
    a_store_with_a_rating(path)
    profiles = SqliteProfiles(path)
    assert profiles.opinions(ALICE).rev == 1

    worker = multiprocessing.get_context("fork").Process(target=profiles.unrate, args=(ALICE, 6))
    worker.start()
    worker.join()

    assert worker.exitcode == 0
    assert profiles.opinions(ALICE).rev == 2
    profiles.close()


# Groups


def test_what_waits_together_is_committed_together(path: Path) -> None:
    """While the first operation holds the writer up, fifty others gather."""
    a_store_with_a_rating(path)
    writer = GroupWriter(path)
    begun, go_on, commits = threading.Event(), threading.Event(), []

    def hold_up(connection: apsw.Connection) -> None:
        connection.set_commit_hook(lambda: bool(commits.append(1)))
        begun.set()
        go_on.wait(10)

    threads = [threading.Thread(target=writer.run, args=(hold_up,))]
    threads[0].start()
    begun.wait(10)
    insert = "INSERT INTO ratings VALUES (?, ?, 6, 0)"
    for movie_id in range(100, 150):
        threads.append(threading.Thread(target=writer.run, args=(lambda connection, m=movie_id: connection.execute(insert, (ALICE, m)),)))
        threads[-1].start()
    while len(writer._waiting) < 50:
        pass
    go_on.set()
    for thread in threads:
        thread.join()
    writer.close()

    assert len(commits) == 2  # that of the first one, and that of the fifty


def test_an_operation_that_fails_half_way_leaves_nothing_and_its_neighbours_stay(path: Path) -> None:
    a_store_with_a_rating(path)
    writer = GroupWriter(path)
    begun, go_on, raised = threading.Event(), threading.Event(), []

    def hold_up(connection: apsw.Connection) -> None:
        begun.set()
        go_on.wait(10)

    def put(movie_id: int) -> None:
        def half_way(connection: apsw.Connection) -> None:
            connection.execute("INSERT INTO ratings VALUES (?, ?, 6, 0)", (ALICE, movie_id))
            if movie_id % 2:
                raise ZeroDivisionError

        try:
            writer.run(half_way)
        except ZeroDivisionError:
            raised.append(movie_id)

    threads = [threading.Thread(target=writer.run, args=(hold_up,))]
    threads[0].start()
    begun.wait(10)
    threads.extend(threading.Thread(target=put, args=(movie_id,)) for movie_id in range(100, 110))  # which become one group
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join()
    films = writer.run(lambda connection: connection.execute("SELECT movie_id FROM ratings").fetchall())
    writer.close()

    assert sorted(raised) == [101, 103, 105, 107, 109]
    assert films == [(6,), (100,), (102,), (104,), (106,), (108,)]


def test_a_commit_that_fails_fails_all_of_its_group_and_the_next_one_succeeds(path: Path) -> None:
    a_store_with_a_rating(path)
    writer = GroupWriter(path)

    def put_and_spoil(connection: apsw.Connection) -> str:
        connection.execute("INSERT INTO ratings VALUES (?, 7, 6, 0)", (ALICE,))
        connection.set_commit_hook(lambda: True)  # which turns the commit into a rollback
        return "not to be acknowledged"

    with pytest.raises(StorageError, match="cannot be written: a value does not fit"):
        writer.run(put_and_spoil)
    writer.run(lambda connection: connection.set_commit_hook(None))
    writer.run(lambda connection: connection.execute("INSERT INTO ratings VALUES (?, 8, 6, 0)", (ALICE,)))
    films = writer.run(lambda connection: connection.execute("SELECT movie_id FROM ratings").fetchall())
    writer.close()

    assert films == [(6,), (8,)]


def test_closing_commits_what_is_still_waiting(path: Path) -> None:
    a_store_with_a_rating(path)
    profiles = SqliteProfiles(path)
    acknowledged: list[int] = []
    threads = [
        threading.Thread(target=lambda m=m: acknowledged.append(profiles.rate(Rating(ALICE, MovieId(m), 3.0, 0)))) for m in range(20)
    ]
    for thread in threads:
        thread.start()
    while not acknowledged:
        pass
    for thread in threads:
        thread.join()
    profiles.close()

    again = SqliteProfiles(path)
    assert again.opinions(ALICE).rev == 21
    again.close()


def test_a_long_read_ends_in_words_when_the_store_is_closed(path: Path) -> None:
    a_store_with_a_rating(path)
    profiles = SqliteProfiles(path)
    for movie_id in range(100, 110):
        profiles.rate(Rating(ALICE, MovieId(movie_id), 3.0, 0))
    reading = profiles.all_ratings()
    next(reading)
    profiles.close()

    with pytest.raises(StorageError, match=r"was cut short; begin it again\."):
        list(reading)


def test_a_list_is_read_from_the_same_text_only_once(path: Path) -> None:
    profiles = SqliteProfiles(path)
    made = ListRecord(UserId(580), 0, (RecommendedMovie(Movie(MovieId(6), "Heat"), 1.0),), generation=1, model="v1")
    assert profiles.keep_list(made)

    first, second = profiles.list_of(UserId(580)), profiles.list_of(UserId(580))

    assert first is not None
    assert second is not None
    assert first.movies is second.movies
    profiles.close()


def test_the_contents_are_those_of_one_moment(path: Path) -> None:
    a_store_with_a_rating(path)
    profiles = SqliteProfiles(path)

    with profiles.contents() as contents:
        profiles.rate(Rating(ALICE, MovieId(7), 3.0, 0))
        profiles.forget_person(profiles.new_person("digest", shared=False, now=0))
        seen = (contents.marks.last_user_id, *(len(list(part)) for part in (contents.accounts, contents.ratings, contents.records)))

    assert seen == (ALICE, 1, 1, 1)
    profiles.close()


def test_what_fails_while_the_contents_are_read_is_not_laid_at_the_files_door(path: Path) -> None:
    a_store_with_a_rating(path)
    profiles = SqliteProfiles(path)

    with pytest.raises(FileNotFoundError), profiles.contents():
        Path(path.parent / "nowhere").read_bytes()
    profiles.close()
