"""Files of one result in a folder, which other machines may share."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.errors import StorageError
from recommender.storage.disk import in_words
from recommender.storage.part_files import MANIFEST, PartFile, manifest_of, named_by

OLD_SECONDS = 24 * 3600  # what somebody killed half-way has left behind is swept after a day


@dataclass(frozen=True, slots=True)
class FolderPartFiles:
    """Everything is put into a hidden folder beside the place, which takes its name at the end."""

    place: str
    run: str

    def begin(self) -> None:
        """Make the hidden folder; what stands in the place must be an earlier result, or nothing."""
        self._refuse_others_things()
        with in_words("written", self._path):
            for left_over in self._path.parent.glob(f".{self._path.name}~*"):
                if left_over.stat().st_mtime < time.time() - OLD_SECONDS:
                    shutil.rmtree(left_over, ignore_errors=True)
            self._room.mkdir()

    def put(self, name: str, data: bytes, *, n_rows: int) -> PartFile:
        """Write the file beside the others, synced, then give it its name."""
        draft = self._room / f".{name}.{secrets.token_hex(4)}"
        with in_words("written", self._path):
            try:
                with draft.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(self._room / name)
            finally:
                draft.unlink(missing_ok=True)
        return PartFile(name, n_rows, len(data), hashlib.sha256(data).hexdigest())

    def finish(self, parts: Sequence[PartFile], facts: Mapping[str, Any]) -> None:
        """Put the manifest, sync the folder, and change it for what was there."""
        self.put(MANIFEST, manifest_of(parts, facts), n_rows=0)
        self._refuse_others_things()
        old = self._room.with_name(f"{self._room.name}-old")
        with in_words("written", self._path):
            for other in {each.name for each in self._room.iterdir()} - {MANIFEST, *(part.name for part in parts)}:
                (self._room / other).unlink()  # begun by a process that died
            _sync(self._room)
            if self._path.exists():
                self._path.rename(old)
            self._room.rename(self._path)
            _sync(self._path.parent)
        shutil.rmtree(old, ignore_errors=True)

    def abandon(self) -> None:
        """Take the hidden folder away."""
        shutil.rmtree(self._room, ignore_errors=True)

    @property
    def _path(self) -> Path:
        return Path(self.place).absolute()

    @property
    def _room(self) -> Path:
        return self._path.with_name(f".{self._path.name}~{self.run}")

    def _refuse_others_things(self) -> None:
        with in_words("read", self._path):
            if not self._path.exists():
                return
            there = {each.name for each in self._path.iterdir()} if self._path.is_dir() else {self._path.name}
            manifest = self._path / MANIFEST
            ours = named_by(manifest.read_bytes()) if manifest.is_file() else []
        foreign = sorted(there - {MANIFEST, *(ours or ())})
        if foreign or ours is None:
            raise StorageError(
                f"{self.place} holds {(foreign or [MANIFEST])[0]}, which is no part of lists; name another folder or remove it."
            )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
