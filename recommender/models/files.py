"""A model on disk: npy arrays and one JSON manifest with their checksums, memory-mapped when read; never pickle.

To read hundreds of megabytes for their checksums takes a second, so what was found right is remembered in a file beside them, by size,
times and inode. Whoever writes to a file changes its time of change, which no program sets; so a file that differs in nothing is the one
that was read, unless the disk itself lets bits fall: that is found where everything is read, by `matinee doctor`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import mmap
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ModelError

FORMAT = 1
MANIFEST = "manifest.json"
FOUND_RIGHT = "~found-right.json"  # the tilde keeps it out of what is listed, copied and backed up
SHORT = 256  # bytes of a file that is not worth mapping
SETTLED = 100_000_000  # nanoseconds: a file changed later than this before it was read could change again within a tick of its clock

Marks = Mapping[str, list[int]]  # of each array's file: size, time of its bytes and of any change, inode


@dataclass(frozen=True, slots=True)
class Saved:
    """What was read back. arrays: read-only and memory-mapped. facts: whatever was saved beside them."""

    arrays: Mapping[str, NDArray[Any]]
    facts: Mapping[str, Any]


def save(folder: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> str:
    """Write every array and the manifest into the empty folder; the manifest's SHA-256, in hex.

    facts: JSON values only.
    """
    entries = {}
    for name, array in sorted(arrays.items()):
        path = folder / f"{name}.npy"
        np.save(path, np.ascontiguousarray(array), allow_pickle=False)
        entries[name] = {"bytes": path.stat().st_size, "sha256": _digest(path)}
    manifest = json.dumps({"format": FORMAT, "arrays": entries, "facts": facts}, indent=1, sort_keys=True).encode()
    (folder / MANIFEST).write_bytes(manifest)
    return hashlib.sha256(manifest).hexdigest()


def load(folder: Path, *, sha256: str, remembers: bool = False) -> Saved:
    """The arrays, each checked against the manifest, and the manifest against its own checksum.

    remembers: whether a file that was found right before, and has not been touched since, is taken as right, and what is found right now is
    remembered where the folder can be written; else every file is read.
    ModelError: a file that is missing, truncated, changed or no array, or a format this version does not know.
    """
    manifest = _manifest(folder, sha256)
    watch = _Watch(folder, sha256, manifest["arrays"]) if remembers else None
    arrays = {}
    for name, entry in manifest["arrays"].items():
        path = folder / f"{name}.npy"
        try:
            with path.open("rb") as file:
                found = os.fstat(file.fileno())
                if found.st_size != entry["bytes"]:
                    raise ModelError(
                        f"The model file {path} has {found.st_size} bytes instead of {entry['bytes']}; train again or roll back."
                    )
                if not (watch and watch.knows(name, found)) and hashlib.file_digest(file, "sha256").hexdigest() != entry["sha256"]:
                    raise ModelError(f"The model file {path} is not the one that was trained; train again or roll back.")
                arrays[name] = _mapped(file, found.st_size)
        except OSError as error:
            raise ModelError(f"The model file {path} cannot be read ({error.strerror}); train again or roll back.") from error
        except ValueError as error:
            raise ModelError(f"The model file {path} is no plain array of numbers; train again or roll back.") from error
    if watch:
        watch.remember()
    return Saved(arrays, manifest["facts"])


def _mapped(file: BinaryIO, size: int) -> NDArray[Any]:
    """The array in an npy file, read-only, of plain numpy: its class of mapped arrays makes every small slice several times dearer."""
    file.seek(0)
    if size <= SHORT:
        array = np.load(file, allow_pickle=False)
        array.flags.writeable = False
        return np.asarray(array)
    version = np.lib.format.read_magic(file)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, is_by_column, dtype = read_header(file)
    if dtype.hasobject:
        raise ValueError("pickled objects")
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    flat = np.frombuffer(mapped, dtype, count=math.prod(shape), offset=file.tell())
    return flat.reshape(shape, order="F" if is_by_column else "C")


class _Watch:
    """Which files of a folder need not be read again. Everything here is a saving: where it fails, files are read."""

    def __init__(self, folder: Path, sha256: str, names: Mapping[str, Any]) -> None:
        self._folder, self._sha256 = folder, sha256
        self._before = _marks(folder, sha256)
        self._now: dict[str, list[int]] = {}
        self._draft = folder / f"{FOUND_RIGHT}.{os.getpid()}.{threading.get_ident()}"
        self._began: int | None = None  # reading, by the clock of the file system, which gives the files their times

    def knows(self, name: str, found: os.stat_result) -> bool:
        """Whether the file was found right before, as it is now; if not, the caller reads it."""
        mark = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
        if self._before.get(name) == mark:
            self._now[name] = mark
            return True
        if self._began is None:
            self._began = self._time_now()
        if found.st_ctime_ns + SETTLED <= self._began:
            self._now[name] = mark
        return False

    def remember(self) -> None:
        """All were right: what has settled need not be read again."""
        if self._began is None:
            return
        with contextlib.suppress(OSError):
            self._draft.write_text(json.dumps({"manifest_sha256": self._sha256, "files": self._now}))
            self._draft.replace(self._folder / FOUND_RIGHT)

    def _time_now(self) -> int:
        with contextlib.suppress(OSError):
            self._draft.touch()
            now = self._draft.stat().st_mtime_ns
            self._draft.unlink()
            return now
        return 0  # nothing will be remembered here


def _marks(folder: Path, sha256: str) -> Marks:
    """What was found right in the folder under this manifest; nothing where nobody has looked, or what is written makes no sense."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        said = json.loads((folder / FOUND_RIGHT).read_bytes())
        if isinstance(said, dict) and said.get("manifest_sha256") == sha256 and isinstance(said.get("files"), dict):
            return dict(said["files"])
    return {}


def manifest_digest(folder: Path) -> str:
    """The SHA-256 of the manifest in the folder, in hex; ModelError when there is none."""
    try:
        return _digest(folder / MANIFEST)
    except OSError as error:
        raise ModelError(f"The model's {folder / MANIFEST} cannot be read ({error.strerror}); train again or roll back.") from error


def _manifest(folder: Path, sha256: str) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The model's {path} cannot be read ({error.strerror}); train again or roll back.") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ModelError(f"The model's {path} is not the one that was published; train again or roll back.")
    manifest: dict[str, Any] = json.loads(data)
    if manifest.get("format") != FORMAT:
        raise ModelError(f"The model in {folder} has format {manifest.get('format')!r}, this version reads {FORMAT}; train again.")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
