"""A disk that fills up: writes are refused in words, reads go on, and it heals by itself.

    python -m tests.faults.full_disk             raters and a trainer
    python -m tests.faults.full_disk --backup    a backup

The stores live on a file system of a few megabytes, in a mount namespace of this proof's own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import apsw

from recommender.domain import FIRST_OWN_USER_ID, ListRecord, Movie, MovieId, Rating, RecommendedMovie
from recommender.errors import StorageError
from recommender.moving import backups
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.profiles.sqlite import SqliteProfiles

ALICE = FIRST_OWN_USER_ID
MEGABYTES = 3
REPOSITORY = Path(__file__).parents[2]


def why_not() -> str | None:
    """Why the proof cannot be made on this machine; None when it can."""
    tried = subprocess.run([*_own_mounts(), "true"], capture_output=True, text=True) if shutil.which("unshare") else None
    if tried is None:
        return "unshare is not installed"
    return f"no mount namespace may be made here: {tried.stderr.strip()}" if tried.returncode else None


def prove(what: str = "on") -> str:
    """What the proof says; AssertionError with what it said before it failed. what: "on" or "backup"."""
    with tempfile.TemporaryDirectory() as disk:
        script = (
            f'mount -t tmpfs -o size={MEGABYTES}m tmpfs "{disk}" && exec "{sys.executable}" -m tests.faults.full_disk --{what} "{disk}"'
        )
        done = subprocess.run([*_own_mounts(), "sh", "-c", script], cwd=REPOSITORY, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _own_mounts() -> list[str]:
    return ["unshare", "--map-root-user", "--mount"]


def fill_up(disk: Path) -> None:
    """Everything there is to show, on a file system that is small."""
    profiles, blobs = SqliteProfiles(disk / "profiles.sqlite3"), FolderBlobs(disk / "blobs")
    assert profiles.new_person("digest", shared=False, now=0) == ALICE
    ballast = disk / "ballast"
    blobs.write("current.json", b"the model in use")
    n_acknowledged = n_refused = 0
    for round_ in range(3):
        while True:  # until nothing goes in any more
            try:
                _write_something(profiles, n_acknowledged + 1)
                n_acknowledged += 1
            except StorageError as refusal:
                _must_end(refusal, "the disk is full; free some space.")
                n_refused += 1
                break
            with ballast.open("ab") as file:
                file.write(bytes(min(20_000, max(0, shutil.disk_usage(disk).free - 8192))))
        before = sorted(path.name for path in disk.rglob("*"))
        try:
            blobs.write("current.json", bytes(1_000_000))
            raise AssertionError("a megabyte went onto a full disk")
        except StorageError as refusal:
            _must_end(refusal, "current.json cannot be written: no space left on device; free some space.")
        there = blobs.read("current.json")
        assert there is not None
        assert there.data == b"the model in use", "a refused write changed the blob"
        assert sorted(path.name for path in disk.rglob("*")) == before, "a refused write left something behind"
        _check(profiles, n_acknowledged, full=True)

        ballast.unlink()
        _write_something(profiles, n_acknowledged + 1)
        n_acknowledged += 1
        _check(profiles, n_acknowledged, full=False)
        print(f"round {round_}: {n_acknowledged} acknowledged, {n_refused} refused in words, none lost; reads went on; healed")
    profiles.close()
    connection = apsw.Connection(str(disk / "profiles.sqlite3"))
    assert connection.pragma("integrity_check") == "ok"


def _write_something(profiles: SqliteProfiles, movie_id: int) -> None:
    line = RecommendedMovie(Movie(MovieId(movie_id), "A film with a long title " * 20), score=1.0)
    profiles.rate(Rating(ALICE, MovieId(movie_id), 3.0, 0))
    try:
        profiles.keep_list(ListRecord(ALICE, profiles.opinions(ALICE).rev, (line,) * 10, generation=1))
    except StorageError as refusal:  # a list is made again; the rating above was acknowledged and counts
        _must_end(refusal, "the disk is full; free some space.")


def _must_end(refusal: StorageError, ending: str) -> None:
    if not str(refusal).endswith(ending):
        raise AssertionError(f"{refusal} does not end in {ending!r}") from refusal


def _check(profiles: SqliteProfiles, n_acknowledged: int, *, full: bool) -> None:
    opinions = profiles.opinions(ALICE)
    films = [rating.movie_id for rating in opinions.ratings]
    assert films == list(range(1, n_acknowledged + 1)), f"{n_acknowledged} acknowledged, {films[-3:]} the last that are there"
    record = profiles.list_of(ALICE)
    assert record is not None
    assert full or record.movies is not None


def back_up_to(disk: Path) -> None:
    """Backups of a house of a megabyte onto a disk that has ever less room, until there is room again."""
    with tempfile.TemporaryDirectory() as house:
        profiles, blobs = SqliteProfiles(Path(house) / "profiles.sqlite3"), FolderBlobs(Path(house) / "blobs")
        profiles.new_person("digest", shared=False, now=0)
        for movie_id in range(1, 40):
            _write_something(profiles, movie_id)
        blobs.write("models/v1/matrix.npy", bytes(700_000))
        ballast, n_refused = disk / "ballast", 0
        for free in (0, 50_000, 150_000, 300_000, 500_000, 700_000):
            ballast.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - free)))
            try:
                backups.take(profiles, blobs, disk / "backups", progress=lambda stage, done, total: None)
                raise AssertionError(f"a megabyte went into {free} bytes")
            except StorageError as refusal:
                n_refused += 1
                if "disk is full" not in str(refusal) and "no space left on device" not in str(refusal):
                    raise AssertionError(f"{refusal} does not say that the disk is full") from refusal
            left = [path for path in (disk / "backups").rglob("*") if path.is_file() and path.name != "~lock"]
            assert left == [], f"a refused backup left {left} behind"
            ballast.unlink()
        made = backups.take(profiles, blobs, disk / "backups", progress=lambda stage, done, total: None)
        backups.check(made.backup.folder, lambda stage, done, total: None)
        profiles.close()
    print(f"{n_refused} backups refused in words, no backup looks whole that is not, nothing left behind; healed")


def main() -> None:
    """The whole proof."""
    if sys.argv[1:2] == ["--on"]:
        fill_up(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["--backup"] and len(sys.argv) == 3:
        back_up_to(Path(sys.argv[2]))
    elif reason := why_not():
        sys.exit(f"This proof cannot be made here: {reason}.")
    else:
        print(prove("backup" if sys.argv[1:] == ["--backup"] else "on"), end="")


if __name__ == "__main__":
    main()
