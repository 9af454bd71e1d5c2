"""Blobs: whole files under keys, for data sets, snapshots and models; the URL's scheme chooses the place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from recommender.errors import SettingError


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob as read. tag: changes whenever the bytes do; hand it to compare_and_set."""

    data: bytes
    tag: str


class Blobs(Protocol):
    """What every place for blobs owes. A key is a relative path of letters, digits and ``._-`` joined by ``/``.

    Any key outside that alphabet, empty, absolute or with a part ``.`` or ``..`` raises InvalidInputError.
    Whatever cannot be reached or written raises StorageError, and leaves what was there as it was.
    """

    url: str

    def read(self, key: str) -> Blob | None:
        """The blob, or None when there is none."""

    def write(self, key: str, data: bytes) -> None:
        """Put the blob whole: a reader sees the old bytes or the new ones, and after a return they survive a power cut."""

    def create(self, key: str, data: bytes) -> bool:
        """Put the blob unless the key is taken. False, and nothing changed, if it is."""

    def compare_and_set(self, key: str, data: bytes, *, expected: str | None) -> bool:
        """Put the blob if its tag is still `expected` (None: if it is absent). False, and nothing changed, otherwise."""

    def list(self, prefix: str) -> list[str]:
        """Every key that starts with the prefix, ascending. A half-written blob is never among them."""

    def publish(self, prefix: str, folder: Path) -> None:
        """Put every file of the folder under the immutable prefix: all of them become visible or none.

        A prefix that exists already raises StorageError. The folder may be moved, so the caller must not use it afterwards.
        """

    def local_copy(self, prefix: str) -> Path | None:
        """A folder on this machine with the published files, to be memory-mapped; None when nothing was published there."""

    def remove(self, prefix: str) -> None:
        """Take away a published prefix or a single key; absent is fine. Files already memory-mapped stay readable."""


def open_blobs(url: str) -> Blobs:
    """The place the URL names: ``file:var/blobs`` (relative) or ``file:///an/absolute/path``."""
    scheme, _, rest = url.partition(":")
    if scheme == "file" and rest:
        from recommender.storage.blobs.folder import FolderBlobs

        return FolderBlobs(rest.removeprefix("//") if rest.startswith("///") else rest)
    raise SettingError(f"MATINEE_BLOBS_URL must look like file:var/blobs or file:///absolute/path, not {url!r}.")
