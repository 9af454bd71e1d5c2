"""Blobs in a folder of this machine: a key is a path below it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from recommender.errors import StorageError
from recommender.storage.blobs import Blob
from recommender.storage.blobs.keys import PART, check_contents, check_key, check_prefix
from recommender.storage.disk import in_words

# Names with a tilde are outside the alphabet of keys, so that what is under way can never be mistaken for a blob.
UNDER_WAY = "~under-way"
LOCK = "~lock"
MOST_PATHS = 4096
READ_BYTES = 1 << 20  # at a time
OLD_SECONDS = 24 * 3600  # what a process killed half-way has left behind is swept after a day


class FolderBlobs:
    """Every blob is a file. Readers take no lock; writers take one, so compare_and_set holds between threads and processes.

    A blob is written beside the others, synced, and renamed into place: it is there whole or not at all, after a power cut too.
    The folder is made by the first write. The file system must keep `flock`, which all local ones do.
    """

    is_far = False
    seconds_between_looks = 1.0

    def __init__(self, path: str | Path) -> None:
        self.url = f"file://{path}" if Path(path).is_absolute() else f"file:{path}"
        self._root = Path(path).absolute()
        self._swept = threading.Event()
        self._paths: dict[str, Path] = {}  # of keys asked for lately: to put one together costs more than to open it

    def read(self, key: str) -> Blob | None:
        """The blob, or None when there is none."""
        path = self._path(key)
        with in_words("read", path):
            return _blob(path)

    def write(self, key: str, data: bytes) -> None:
        """Put the blob whole and durably."""
        path = self._path(key)
        with in_words("written", path), self._written(data) as temporary, self._locked():
            _move(temporary, path)

    def create(self, key: str, data: bytes) -> bool:
        """Put the blob unless the key is taken."""
        return self.compare_and_set(key, data, expected=None)

    def compare_and_set(self, key: str, data: bytes, *, expected: str | None) -> bool:
        """Put the blob if its tag is still the expected one."""
        path = self._path(key)
        with in_words("written", path), self._written(data) as temporary, self._locked():
            there = _blob(path)
            if (there.tag if there else None) != expected:
                return False
            _move(temporary, path)
            return True

    def compare_and_remove(self, key: str, *, expected: str) -> bool:
        """Take the blob away if its tag is still the expected one; True where it is gone."""
        path = self._path(key)
        with in_words("removed", path):
            if not path.is_file():
                return True
            with self._locked():
                there = _blob(path)
                if there is not None and there.tag != expected:
                    return False
                path.unlink(missing_ok=True)
                _sync(path.parent)
                self._forget_empty_folders(path.parent)
        return True

    def list(self, prefix: str) -> list[str]:
        """Every key that starts with the prefix, ascending."""
        check_prefix(prefix)
        above = prefix.rpartition("/")[0]
        top = self._path(above) if above else self._root
        with in_words("listed", top):
            keys = (path.relative_to(self._root).as_posix() for path in _files(top))
            return sorted(key for key in keys if key.startswith(prefix))

    def publish(self, prefix: str, folder: Path) -> None:
        """Sync every file of the folder, then rename it into place; from another file system it is copied first."""
        path = self._path(prefix)
        with in_words("published", path):
            check_contents(folder)
            _sync_all(folder)
            with self._emptied_room() as room:
                source = folder
                if folder.stat().st_dev != room.stat().st_dev:
                    source = Path(shutil.copytree(folder, room / "copy"))
                    _sync_all(source)
                with self._locked():
                    if path.exists():
                        raise StorageError(f"{prefix} is published already in {self.url}; a published folder never changes.")
                    _move(source, path)

    def local_copy(self, prefix: str) -> Path | None:
        """The published folder itself: nothing is copied."""
        path = self._path(prefix)
        return path if path.is_dir() else None

    def remove(self, prefix: str) -> None:
        """Take away a published prefix or a single key, in one step for readers."""
        path = self._path(prefix)
        with in_words("removed", path):
            if not path.exists():
                return
            with self._emptied_room() as room, self._locked():
                try:
                    path.rename(room / "removed")
                except FileNotFoundError:  # somebody else was faster
                    return
                _sync(path.parent)
                self._forget_empty_folders(path.parent)

    def _path(self, key: str) -> Path:
        path = self._paths.get(key)
        if path is None:
            path = self._root.joinpath(*check_key(key).split("/"))
            if len(self._paths) >= MOST_PATHS:
                self._paths.clear()
            self._paths[key] = path
        return path

    @contextlib.contextmanager
    def _written(self, data: bytes) -> Iterator[Path]:
        """A synced file with the data, to be renamed into place; taken away if it was not."""
        temporary = self._room_for_what_is_under_way() / secrets.token_hex(8)
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _emptied_room(self) -> Iterator[Path]:
        """A folder that is gone, with all that is in it, afterwards."""
        room = self._room_for_what_is_under_way() / secrets.token_hex(8)
        room.mkdir()
        try:
            yield room
        finally:
            shutil.rmtree(room, ignore_errors=True)

    def _room_for_what_is_under_way(self) -> Path:
        room = self._root / UNDER_WAY
        _make_folder(room)
        if not self._swept.is_set():
            self._swept.set()
            for left_over in room.iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if left_over.stat().st_mtime < time.time() - OLD_SECONDS:
                        _take_away(left_over)
        return room

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone among all writers of all threads and processes. Opened each time: a lock belongs to one opening."""
        with (self._root / LOCK).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _forget_empty_folders(self, folder: Path) -> None:
        """So that a prefix whose last blob has gone is free again."""
        while folder != self._root:
            try:
                folder.rmdir()
            except OSError:  # something else is in it
                return
            folder = folder.parent


def _blob(path: Path) -> Blob | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # most who look find nothing, which costs a third of what it costs in open()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        parts = []
        while part := os.read(descriptor, READ_BYTES):
            parts.append(part)
    except IsADirectoryError:
        return None
    finally:
        os.close(descriptor)
    data = b"".join(parts)
    return Blob(data, hashlib.sha256(data).hexdigest())


def _files(top: Path) -> Iterator[Path]:
    """Every blob below, in no order; folders that go away meanwhile are not missed."""
    for folder, folders, names in os.walk(top, onerror=_unless_gone):
        folders[:] = [name for name in folders if PART.fullmatch(name)]
        yield from (Path(folder, name) for name in names if PART.fullmatch(name))


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def _move(source: Path, target: Path) -> None:
    _make_folder(target.parent)
    source.rename(target)
    _sync(target.parent)


def _make_folder(folder: Path) -> None:
    """With all folders above it, each one's name synced into its parent."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync(folder.parent)


def _sync_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    """Ask the disk to keep what is in the file, or the names that are in the folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take_away(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()
