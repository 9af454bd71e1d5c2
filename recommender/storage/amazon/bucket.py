"""A bucket of S3: its objects listed to the last page, and files carried in and out with their sums compared."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.storage import disk
from recommender.storage.amazon.calls import Answer, Calls
from recommender.storage.amazon.clients import Clients, Patience
from recommender.storage.amazon.codes import GarbledError

ABSENT = ("NoSuchKey", "404", "NotFound")  # codes for an object that is not there
CHANGED = ("PreconditionFailed", "412")  # for one that is not as it was expected
PIECE = 1 << 20  # bytes of a file carried at a time
ROOM = "make room or choose another place"


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a listing tells of it. tag: changes whenever its bytes do."""

    key: str
    size: int
    tag: str

    @property
    def name(self) -> str:
        """What stands behind the last slash."""
        return self.key.rpartition("/")[2]


def silent(n_bytes: int) -> None:
    """Nobody waits."""


class Bucket:
    """Shared by threads. Every call raises StorageError in words for what is no answer, Refused for what the caller wants to hear of."""

    def __init__(self, name: str, patience: Patience, *, prefix: str = "") -> None:
        """prefix: below it something is asked for when it matters whether the bucket answers."""
        self._name, self._prefix = name, prefix
        self._calls = Calls(Clients("s3", patience), f"the bucket {name}", patience, probe=self._look)

    def __call__(self, operation: str, **parameters: Any) -> Answer:
        """An operation on this bucket, as in Calls."""
        return self._calls(operation, Bucket=self._name, **parameters)

    def listed(self, prefix: str, *, delimiter: str = "") -> list[Listed]:
        """Every object whose key starts with the prefix, ascending; with a delimiter only those that have none behind it."""
        found: list[Listed] = []
        more: dict[str, Any] = {"Delimiter": delimiter} if delimiter else {}
        while True:
            answer = self("list_objects_v2", check=_is_listing, Prefix=prefix, **more)
            found += [Listed(one["Key"], int(one["Size"]), one["ETag"]) for one in answer.get("Contents", ())]
            if not answer.get("IsTruncated"):
                return sorted(found, key=lambda one: one.key)
            more["ContinuationToken"] = answer["NextContinuationToken"]

    def fetch(
        self,
        key: str,
        path: Path,
        *,
        size: int,
        sha256: str | None = None,
        tag: str | None = None,
        unlike: str = "",
        progress: Callable[[int], None] = silent,
    ) -> None:
        """The object into the file, synced. size and sha256: what it must have; without the second, the sum it carries, if it carries one.

        tag: of the only state that is wanted. unlike: what is said of an object that has them not, for people who know it by another name.
        progress: told the bytes that are there. Refused with one of ABSENT or CHANGED.
        """

        def read_body(answer: Answer) -> None:
            summed, done = hashlib.sha256(), 0
            with disk.in_words("written", path, remedy=ROOM):
                file = path.open("wb", buffering=0)
            with file:
                while piece := answer["Body"].read(PIECE):
                    with disk.in_words("written", path, remedy=ROOM):  # unlike an error of the network, nothing to try again
                        _write(file, piece)
                    summed.update(piece)
                    done += len(piece)
                    progress(min(done, size))
                with disk.in_words("written", path, remedy=ROOM):
                    os.fsync(file.fileno())
            expected = sha256 or answer.get("Metadata", {}).get("sha256")
            if done != size or expected not in (None, summed.hexdigest()):
                raise GarbledError(unlike or f"{key} has {done:,} of {size:,} bytes, or is not what was put there")

        state = {"IfMatch": tag} if tag else {}
        self("get_object", Key=key, check=read_body, refusals=(*ABSENT, *CHANGED), **state)

    def put_file(self, path: Path, key: str, metadata: dict[str, str], *, progress: Callable[[int], None] = silent) -> None:
        """The file as the object, in parts where it is large. progress: told the bytes that were sent since it was told last."""
        extra = {"Metadata": metadata}
        self("upload_file", is_write=True, Filename=str(path), Key=key, ExtraArgs=extra, Callback=progress)

    def _look(self, calls: Calls) -> object:
        """Whether the bucket answers."""
        parameters: Answer = {"Bucket": self._name, "Prefix": self._prefix, "MaxKeys": 1}
        return calls("list_objects_v2", check=_is_listing, past_breaker=True, **parameters)


def _write(file: Any, piece: bytes) -> None:
    while piece:
        piece = piece[file.write(piece) :]


def _is_listing(answer: Answer) -> None:
    if "Name" not in answer or "KeyCount" not in answer:
        raise GarbledError("the listing lacks its name and count")
