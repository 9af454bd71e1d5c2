"""Blobs: whole files under keys, for data sets, snapshots and models; the URL's scheme chooses the place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from recommender.errors import SettingError
from recommender.storage.blobs.keys import check_key

BUCKET = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)


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
    is_far: bool  # reading takes so long that no visitor should wait for it
    seconds_between_looks: float  # how often it is worth asking whether something has changed

    def read(self, key: str) -> Blob | None:
        """The blob, or None when there is none."""

    def write(self, key: str, data: bytes) -> None:
        """Put the blob whole: a reader sees the old bytes or the new ones, and after a return they survive a power cut."""

    def create(self, key: str, data: bytes) -> bool:
        """Put the blob unless the key is taken. False, and nothing changed, if it is."""

    def compare_and_set(self, key: str, data: bytes, *, expected: str | None) -> bool:
        """Put the blob if its tag is still `expected` (None: if it is absent). False, and nothing changed, otherwise."""

    def compare_and_remove(self, key: str, *, expected: str) -> bool:
        """Take the blob away if its tag is still `expected`; True where it is gone, by whomever. False, and nothing changed, otherwise."""

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


def open_blobs(url: str, *, cache_folder: str | Path = "var/cache", patient: bool = False) -> Blobs:
    """The place the URL names: ``file:var/blobs`` (relative), ``file:///an/absolute/path`` or ``s3://BUCKET/PREFIX``.

    cache_folder: for copies of what lies far away. patient: whether nobody waits, so that a place that is slow or throttled is waited for.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "file" and rest:
        from recommender.storage.blobs.folder import FolderBlobs

        return FolderBlobs(rest.removeprefix("//") if rest.startswith("///") else rest)
    bucket, _, prefix = rest.removeprefix("//").strip("/").partition("/")
    if scheme == "s3" and rest.startswith("//") and BUCKET.fullmatch(bucket):
        from recommender.storage.amazon.clients import PATIENT, QUICK
        from recommender.storage.blobs.s3 import S3Blobs

        return S3Blobs(bucket, check_key(prefix) if prefix else "", cache_folder=cache_folder, patience=PATIENT if patient else QUICK)
    raise _no_such_place(url)


def create_blobs(url: str) -> dict[str, bool]:
    """Make what has to be there before the place is opened; each part, as in "the bucket films", with whether it was made now.

    Empty for a folder, which is made when it is first written to. What is there is left as it is.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "file" and rest:
        return {}
    bucket = rest.removeprefix("//").partition("/")[0]
    if scheme == "s3" and rest.startswith("//") and BUCKET.fullmatch(bucket):
        from recommender.storage.blobs.s3_bucket import create_bucket

        return {f"the bucket {bucket}": create_bucket(bucket)}
    raise _no_such_place(url)


def _no_such_place(url: str) -> SettingError:
    from recommender.policies.buckets import what_is_wrong_with

    bucket = url.removeprefix("s3://").partition("/")[0] if url.startswith("s3://") else ""
    if bucket and (wrong := what_is_wrong_with(bucket)):
        return SettingError(f"MATINEE_BLOBS_URL names the bucket {bucket!r}; the name of a bucket must be {wrong}.")
    return SettingError(f"MATINEE_BLOBS_URL must look like file:var/blobs, file:///absolute/path or s3://bucket/prefix, not {url!r}.")
