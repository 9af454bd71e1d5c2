"""A result in many files, written by several processes at once and seen whole or not at all: a folder, or a prefix of a bucket.

Whoever reads it begins with the manifest, which is there last and names the other files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from recommender.errors import SettingError
from recommender.storage.blobs import BUCKET

MANIFEST = "manifest.json"
FORMAT = 1
SCHEME = "s3://"


@dataclass(frozen=True, slots=True)
class PartFile:
    """One file as it was put. name: relative to the manifest. n_rows: without the head. sha256: in hex."""

    name: str
    n_rows: int
    n_bytes: int
    sha256: str


class PartFiles(Protocol):
    """What every place owes. It can be pickled and handed to other processes, on other machines where the place is one they share.

    StorageError, in a sentence, for what cannot be written.
    """

    def begin(self) -> None:
        """Make room, before the work. StorageError where something else stands in the place."""

    def put(self, name: str, data: bytes, *, n_rows: int) -> PartFile:
        """Write one file whole; the same name put twice, as by a process that took over from a dead one, is one file."""

    def finish(self, parts: Sequence[PartFile], facts: Mapping[str, Any]) -> None:
        """Let these files be seen, in place of those of an earlier result. facts: what else the manifest tells, for programs."""

    def abandon(self) -> None:
        """Take away what was put; what was there before stays."""


def open_part_files(place: str, *, run: str) -> PartFiles:
    """The place: a folder, or s3://BUCKET/PREFIX. run: a name of this result that no other in the place has."""
    if place.startswith(SCHEME):
        from recommender.storage.part_files.bucket import BucketPartFiles

        bucket, prefix = bucket_and_key(place)
        return BucketPartFiles(bucket, prefix.rstrip("/"), run)
    from recommender.storage.part_files.folder import FolderPartFiles

    return FolderPartFiles(place, run)


def bucket_and_key(url: str) -> tuple[str, str]:
    """The two parts of s3://BUCKET/KEY; SettingError for what is none."""
    bucket, _, key = url.removeprefix(SCHEME).partition("/")
    if not BUCKET.fullmatch(bucket) or {"", ".", ".."} & set(key.rstrip("/").split("/")):
        raise SettingError(f"A place in a bucket must look like s3://bucket/folder/lists.csv or s3://bucket/folder/, not {url!r}.")
    return bucket, key


def manifest_of(parts: Sequence[PartFile], facts: Mapping[str, Any]) -> bytes:
    """The manifest as it is written."""
    return json.dumps({"format": FORMAT, **facts, "files": [asdict(part) for part in parts]}, indent=1).encode() + b"\n"


def named_by(manifest: bytes) -> list[str] | None:
    """The names of the files that a manifest tells of; None for what is no manifest of ours."""
    try:
        said = json.loads(manifest)
        return [str(each["name"]) for each in said["files"]] if said["format"] == FORMAT else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
