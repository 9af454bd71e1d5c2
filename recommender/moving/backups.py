"""Backups: houses of one folder each, in files and SQLite, with a manifest that tells when one is damaged."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from recommender.errors import StorageError
from recommender.moving.manifest import (
    LAST_BACKUP,
    Counted,
    GoneError,
    Part,
    Progress,
    contents_of,
    keys_of,
    profiles_parts,
)
from recommender.moving.migration import House, write_file
from recommender.publication import POINTER
from recommender.storage.blobs import Blobs
from recommender.storage.blobs.folder import UNDER_WAY, FolderBlobs
from recommender.storage.profiles import Profiles
from recommender.storage.profiles.sqlite import SqliteProfiles

FORMAT = 1
MANIFEST, PROFILES, BLOBS = "manifest.json", "matinee.sqlite3", "blobs"
NAME = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
KEPT = 7  # backups, a week of nights
MOST_TRIES = 3  # while trainings and people who leave get in between


@dataclass(frozen=True, slots=True)
class Backup:
    """A folder with a house, and what its manifest says. kinds: of the profiles. files: by path in the folder."""

    folder: Path
    taken_at: str
    profiles_url: str
    blobs_url: str
    kinds: Mapping[str, Part]
    files: Mapping[str, Part]

    @property
    def n_bytes(self) -> int:
        return sum(part.count for part in self.files.values())


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was just made, and those that were taken away because they are older than what is kept."""

    backup: Backup
    removed: tuple[str, ...]


def take(
    profiles: Profiles, blobs: Blobs, folder: Path, *, keep: int = KEPT, progress: Progress, now: Callable[[], float] = time.time
) -> Taken:
    """Copy everything into a new folder below `folder`, named by the time, while others go on rating and training.

    It appears whole or not at all, and holds everything that was acknowledged before this call. The newest `keep` stay. What was done
    is noted in the blob LAST_BACKUP.
    """
    _check_is_apart(folder, blobs)
    shelf = FolderBlobs(folder)
    with _room(folder) as room:
        _copy_profiles(profiles, room / PROFILES, progress)
        # After the profiles, so that no list is of a model that is not there.
        _copy_blobs(blobs, room / BLOBS, progress)
        kinds = _kinds_of(room / PROFILES)
        files = {path.relative_to(room).as_posix(): _part_of_file(path) for path in sorted(room.rglob("*")) if path.is_file()}
        name, taken_at, seconds = _free_name(folder, now)
        made = Backup(folder / name, taken_at, _without_secrets(profiles.url), _without_secrets(blobs.url), kinds, files)
        write_file(room / MANIFEST, _encoded(made))
        for path in room.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        shelf.publish(name, room)
    noted = {"taken_at": seconds, "place": str(made.folder.absolute()), "people": kinds["accounts"].count}
    noted |= {"ratings": kinds["ratings"].count, "bytes": made.n_bytes}
    blobs.write(LAST_BACKUP, json.dumps(noted, indent=1).encode())
    return Taken(made, _remove_all_but(keep, folder, shelf))


@contextlib.contextmanager
def opened(folder: Path, progress: Progress) -> Iterator[tuple[Backup, House]]:
    """The backup, checked to the last byte, as a house to move out of. The folder is never written to.

    StorageError naming the file that is damaged, lacking, or does not belong there.
    """
    backup = check(folder, progress)
    # A store that is opened is written to, if only beside its file: so a copy is.
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / PROFILES
        write_file(copy, (folder / PROFILES).read_bytes())
        profiles = SqliteProfiles(copy)
        try:
            yield backup, House(profiles, FolderBlobs(folder.absolute() / BLOBS))
        finally:
            profiles.close()


def check(folder: Path, progress: Progress) -> Backup:
    """What the manifest says, if every file is as it says; StorageError as in `opened`."""
    backup = _read_manifest(folder)
    there = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if not path.is_dir()}
    for done, (name, part) in enumerate(sorted(backup.files.items()), start=1):
        if name not in there:
            raise _damaged(folder / name, "it is not there")
        if (found := _part_of_file(there[name])) != part:
            is_torn = found.count != part.count
            raise _damaged(
                there[name],
                f"it has {found.count:,} bytes instead of {part.count:,}" if is_torn else "its checksum is not the one written down",
            )
        progress("checking", done, len(backup.files))
    for name in there.keys() - backup.files.keys() - {MANIFEST}:
        raise _damaged(there[name], "the manifest does not know it")
    return backup


def _check_is_apart(folder: Path, blobs: Blobs) -> None:
    scheme, _, rest = blobs.url.partition(":")
    if scheme == "file" and folder.resolve().is_relative_to(Path(rest).resolve()):
        raise StorageError(f"{folder} lies in {blobs.url}, and each backup would hold those before it; name a folder outside.")


def _copy_profiles(profiles: Profiles, path: Path, progress: Progress) -> None:
    """Again where somebody left in between: a place without a consistent read gives other contents than were taken over then."""
    for _ in range(MOST_TRIES):
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        copy = SqliteProfiles(path)
        try:
            with profiles.contents() as contents:
                counted = Counted(contents, progress)
                copy.adopt(counted.contents)
        finally:
            copy.close()
        if _kinds_of(path) == counted.parts():
            return
    raise StorageError(
        f"{profiles.url} was not read as it was written {MOST_TRIES} times in a row; see whether the disk is sound, and try again."
    )


def _kinds_of(path: Path) -> dict[str, Part]:
    copy = SqliteProfiles(path)
    try:
        return profiles_parts(copy, lambda stage, done, total: None)
    finally:
        copy.close()


def _copy_blobs(blobs: Blobs, folder: Path, progress: Progress) -> None:
    for _ in range(MOST_TRIES - 1):
        try:
            return _copy_blobs_once(blobs, folder, progress)
        except GoneError:
            shutil.rmtree(folder)
    return _copy_blobs_once(blobs, folder, progress)


def _copy_blobs_once(blobs: Blobs, folder: Path, progress: Progress) -> None:
    """The pointer first: what it names is there until another training has been published and has tidied up."""
    folder.mkdir(mode=0o700)
    pointer = blobs.read(POINTER)
    keys = [key for key in keys_of(blobs) if key != POINTER]
    for key, data in contents_of(blobs, keys, progress):
        write_file(folder / key, data)
    if pointer is not None:
        write_file(folder / POINTER, pointer.data)


@contextlib.contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """A folder that is gone afterwards; after a `kill -9` the shelf sweeps it when it is a day old."""
    room = folder / UNDER_WAY / secrets.token_hex(8)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        room.parent.mkdir(mode=0o700, exist_ok=True)
        room.mkdir(mode=0o700)
    except OSError as error:
        raise StorageError(f"No backup can be made in {folder}: {(error.strerror or str(error)).lower()}; name another folder.") from error
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _free_name(folder: Path, now: Callable[[], float]) -> tuple[str, str, int]:
    """The time as a name that no backup has yet, as people write it, and in seconds since 1970, UTC."""
    while True:
        seconds = int(now())
        moment = time.gmtime(seconds)
        name = time.strftime("%Y%m%dT%H%M%SZ", moment)
        if not (folder / name).exists():
            return name, time.strftime("%Y-%m-%dT%H:%M:%SZ", moment), seconds
        time.sleep(0.1)


def _remove_all_but(keep: int, folder: Path, shelf: FolderBlobs) -> tuple[str, ...]:
    whole = sorted(path.name for path in folder.iterdir() if NAME.fullmatch(path.name) and (path / MANIFEST).is_file())
    removed = tuple(whole[:-keep])
    for name in removed:
        shelf.remove(name)
    return removed


def _part_of_file(path: Path) -> Part:
    try:
        with path.open("rb") as file:
            return Part(os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error


def _encoded(backup: Backup) -> bytes:
    said = asdict(backup)
    del said["folder"]
    return json.dumps({"format": FORMAT, "matinee": metadata.version("matinee"), **said}, indent=1).encode()


def _read_manifest(folder: Path) -> Backup:
    path = folder / MANIFEST
    if not path.is_file():
        newest = max((each.name for each in folder.iterdir() if NAME.fullmatch(each.name)), default="") if folder.is_dir() else ""
        raise StorageError(
            f"{folder} is no backup: there is no {MANIFEST} in it{f'; name one, such as {folder / newest}' if newest else ''}."
        )
    try:
        said = json.loads(path.read_bytes())
        if said["format"] != FORMAT:
            raise StorageError(f"{path} has format {said['format']!r}; this version of Matinee reads format {FORMAT}.")
        words = {name: str(said[name]) for name in ("taken_at", "profiles_url", "blobs_url")}
        return Backup(folder, **words, kinds=_parts(said["kinds"]), files=_parts(said["files"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, "it cannot be understood") from error


def _parts(said: Mapping[str, Any]) -> dict[str, Part]:
    return {name: Part(int(part["count"]), str(part["sha256"])) for name, part in said.items()}


def _damaged(path: Path, why: str) -> StorageError:
    return StorageError(f"{path} is damaged: {why}. This backup cannot be restored; take another one.")


def _without_secrets(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//", url)
