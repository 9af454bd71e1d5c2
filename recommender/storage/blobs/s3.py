"""Blobs in a bucket of S3, below a prefix of it: a key is the end of an object's key.

A published folder is a set of objects under a ticket of its own, and one marker, written last, that names the ticket and every file
with its checksum. Until the marker is there nobody sees a file; when it goes, all are gone at once.

    models/V/!published            the marker
    models/V/!files-TICKET/NAME    read as models/V/NAME

"!" is outside the alphabet of keys, so none of these can be mistaken for a blob.
"""

from __future__ import annotations

import builtins
import hashlib
import json
import secrets
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from recommender.errors import InvalidInputError, StorageError
from recommender.storage.amazon.bucket import ABSENT, CHANGED, Bucket
from recommender.storage.amazon.calls import Answer
from recommender.storage.amazon.clients import PATIENT, QUICK, Patience
from recommender.storage.amazon.codes import GarbledError
from recommender.storage.amazon.faults import Refused
from recommender.storage.blobs import Blob
from recommender.storage.blobs.keys import check_contents, check_key, check_prefix
from recommender.storage.copies import made, make_once
from recommender.storage.disk import in_words

MARKER = "!published"
FILES = "!files-"
FORMAT = 1
AT_ONCE = 4  # files of a folder moved at the same time
OLD_SECONDS = 24 * 3600  # what a publisher killed half-way has left behind is swept after a day


@dataclass(frozen=True, slots=True)
class Publication:
    """What a marker says. files: name to size in bytes and SHA-256 in hex."""

    ticket: str
    files: dict[str, tuple[int, str]]


class S3Blobs:
    """The port's promises by S3's own: a put is whole and durable or not there, a listing shows it at once, If-Match and If-None-Match
    decide races.

    Every object carries its SHA-256, which is compared at each read. Published folders are copied once into a folder of this machine,
    checked, and mapped from there; of several processes one copies while the others wait. Shared by threads.
    """

    is_far = True
    seconds_between_looks = 10.0

    def __init__(self, bucket: str, prefix: str = "", *, cache_folder: str | Path, patience: Patience = QUICK) -> None:
        """patience: with small blobs, which a page may wait for; folders are moved with PATIENT."""
        self.url = f"s3://{bucket}/{prefix}" if prefix else f"s3://{bucket}"
        self._prefix = f"{prefix}/" if prefix else ""
        self._cache = Path(cache_folder).absolute() / hashlib.sha256(self.url.encode()).hexdigest()[:16]
        self._small = Bucket(bucket, patience, prefix=self._prefix)
        self._large = Bucket(bucket, PATIENT, prefix=self._prefix)

    def read(self, key: str) -> Blob | None:
        """The blob, or None when there is none."""
        check_key(key)
        found = self._get(key)
        if found is not None:
            return found[0]
        for above in _above(key):
            publication = self._publication(above)
            name = key.removeprefix(f"{above}/")
            if publication is not None and name in publication.files:
                published = self._get(f"{above}/{FILES}{publication.ticket}/{name}")
                return published[0] if published else None
        return None

    def write(self, key: str, data: bytes) -> None:
        """Put the blob whole and durably."""
        check_key(key)
        self._put(key, data)

    def create(self, key: str, data: bytes) -> bool:
        """Put the blob unless the key is taken."""
        return self.compare_and_set(key, data, expected=None)

    def compare_and_set(self, key: str, data: bytes, *, expected: str | None) -> bool:
        """Put the blob if its tag is still the expected one.

        A try whose answer got lost has put it all the same, and the next one is refused: the ticket in the object tells that it was ours.
        """
        check_key(key)
        ticket = secrets.token_hex(16)
        condition: dict[str, Any] = {"IfNoneMatch": "*"} if expected is None else {"IfMatch": expected}
        try:
            self._put(key, data, ticket=ticket, refusals=(*CHANGED, *ABSENT), **condition)
        except Refused as refused:
            return refused.code in CHANGED and self._ticket_of(key) == ticket
        return True

    def compare_and_remove(self, key: str, *, expected: str) -> bool:
        """Take the blob away if its tag is still the expected one; True where it is gone.

        Where a place that is like S3 does not know the condition, what is put between the look and the removal goes with it.
        """
        check_key(key)
        there = self._get(key)
        if there is None or there[0].tag != expected:
            return there is None
        try:
            self._small("delete_object", is_write=True, Key=self._prefix + key, refusals=(*CHANGED, *ABSENT), IfMatch=expected)
        except Refused:
            return self._get(key) is None
        return True

    def list(self, prefix: str) -> list[str]:
        """Every key that starts with the prefix, ascending; files of a publication without its marker are not among them."""
        check_prefix(prefix)
        keys = set(self._objects(prefix))
        for above in _above(prefix):  # the prefix may end within a publication
            keys.update(self._objects(f"{above}/!"))
        found = []
        for key in keys:
            top, inside, rest = key.partition(f"/{FILES}")
            if not inside:
                found += [] if key.endswith(f"/{MARKER}") else [key]
            elif f"{top}/{MARKER}" in keys:
                ticket, _, name = rest.partition("/")
                publication = self._publication(top)
                if publication is not None and publication.ticket == ticket:
                    found.append(f"{top}/{name}")
        return sorted(key for key in found if key.startswith(prefix))

    def publish(self, prefix: str, folder: Path) -> None:
        """Put every file under a ticket of its own, then the marker; the folder itself stays as it is."""
        check_key(prefix)
        with in_words("published", folder):
            names = check_contents(folder)
        if any(key == prefix or key.startswith(f"{prefix}/") for key in self.list(prefix)):
            raise self._published_already(prefix)
        ticket = secrets.token_hex(8)
        with in_words("read", folder):
            files = {name: ((folder / name).stat().st_size, _digest(folder / name)) for name in names}
        with ThreadPoolExecutor(AT_ONCE) as uploads:
            list(uploads.map(lambda name: self._upload(folder / name, f"{prefix}/{FILES}{ticket}/{name}", files[name][1]), names))
        said = json.dumps({"format": FORMAT, **asdict(Publication(ticket, files))}, indent=1).encode()
        try:
            self._put(f"{prefix}/{MARKER}", said, ticket=ticket, refusals=CHANGED, IfNoneMatch="*")
        except Refused:
            if self._ticket_of(f"{prefix}/{MARKER}") != ticket:
                self._delete(self._objects(f"{prefix}/{FILES}{ticket}/"))
                raise self._published_already(prefix) from None
        self._sweep(prefix.rpartition("/")[0])

    def local_copy(self, prefix: str) -> Path | None:
        """A copy on this machine, made and checked once; the one made before while the bucket is out of reach."""
        check_key(prefix)
        try:
            publication = self._publication(prefix)
        except StorageError:
            made_before = self._copies(prefix)
            if not made_before:
                raise
            return made_before[-1]
        if publication is None:
            return None
        copy = self._copy(prefix, publication.ticket)
        with in_words("copied to", self._cache):
            if not copy.is_dir() and make_once(copy, partial(self._download, prefix, publication)):
                self._forget_copies_beside(copy, prefix)
        return copy

    def remove(self, prefix: str) -> None:
        """Take away a single key, or a publication: first its marker, so that it is gone at once, then its files."""
        check_key(prefix)
        inside = self._objects(f"{prefix}/")
        self._delete([key for key in (prefix, f"{prefix}/{MARKER}") if key == prefix or key in inside])
        self._delete(inside)
        for copy in self._copies(prefix):
            shutil.rmtree(copy, ignore_errors=True)  # mapped files stay readable

    def _get(self, key: str) -> tuple[Blob, str] | None:
        """The object and its ticket; None when there is none."""

        def read_body(answer: Answer) -> None:
            answer["Body"] = data = answer["Body"].read()
            if not (answer.get("ETag") and "LastModified" in answer):
                raise GarbledError(f"the answer for {key} lacks a tag and a time")
            if len(data) != answer["ContentLength"]:
                raise GarbledError(f"{key} has {len(data)} bytes instead of {answer['ContentLength']}")
            expected = answer["Metadata"].get("sha256")
            if expected is not None and hashlib.sha256(data).hexdigest() != expected:
                raise GarbledError(f"{key} is not what was written")

        try:
            answer = self._small("get_object", Key=self._prefix + key, refusals=ABSENT, check=read_body)
        except Refused:
            return None
        return Blob(answer["Body"], answer["ETag"]), answer["Metadata"].get("ticket", "")

    def _put(self, key: str, data: bytes, *, ticket: str = "", refusals: tuple[str, ...] = (), **condition: Any) -> None:
        metadata = {"sha256": hashlib.sha256(data).hexdigest()} | ({"ticket": ticket} if ticket else {})
        self._small(
            "put_object",
            is_write=True,
            refusals=refusals,
            check=_has_tag,
            Key=self._prefix + key,
            Body=data,
            Metadata=metadata,
            **condition,
        )

    def _ticket_of(self, key: str) -> str:
        found = self._get(key)
        return found[1] if found else ""

    def _objects(self, prefix: str) -> builtins.list[str]:
        """Every object's key below ours, whatever it holds, that starts with the prefix."""
        return [one.key.removeprefix(self._prefix) for one in self._small.listed(self._prefix + prefix)]

    def _delete(self, keys: builtins.list[str]) -> None:
        for key in keys:
            self._small("delete_object", is_write=True, Key=self._prefix + key)

    def _publication(self, prefix: str) -> Publication | None:
        found = self._get(f"{prefix}/{MARKER}")
        if found is None:
            return None
        try:
            said = json.loads(found[0].data)
            if said["format"] != FORMAT:
                raise StorageError(f"{prefix} in {self.url} has format {said['format']!r}; this version of Matinee reads {FORMAT}.")
            files = {check_key(name): (int(size), str(digest)) for name, (size, digest) in said["files"].items()}
            return Publication(check_key(said["ticket"]), files)
        except (ValueError, KeyError, TypeError, AttributeError, InvalidInputError) as error:
            raise StorageError(f"{prefix}/{MARKER} in {self.url} cannot be understood; remove {prefix} and train again.") from error

    def _published_already(self, prefix: str) -> StorageError:
        return StorageError(f"{prefix} is published already in {self.url}; a published folder never changes.")

    def _upload(self, path: Path, key: str, digest: str) -> None:
        with in_words("read", path):
            self._large.put_file(path, self._prefix + key, {"sha256": digest})

    def _sweep(self, parent: str) -> None:
        """Take away what a publisher killed half-way has left beside; never what has a marker, or is younger than a day."""
        below = f"{parent}/" if parent else ""
        keys = self._objects(below)
        for top in {key.partition(f"/{FILES}")[0] for key in keys if f"/{FILES}" in key}:
            publication = self._publication(top) if f"{top}/{MARKER}" in keys else None
            kept = f"{top}/{FILES}{publication.ticket}/" if publication else None
            left_over = [key for key in keys if key.startswith(f"{top}/{FILES}") and not (kept and key.startswith(kept))]
            if left_over and all(self._is_old(key) for key in left_over):
                self._delete(left_over)

    def _is_old(self, key: str) -> bool:
        try:
            answer = self._small("head_object", Key=self._prefix + key, refusals=ABSENT)
        except Refused:
            return True
        return bool(answer["LastModified"].timestamp() < time.time() - OLD_SECONDS)

    def _copy(self, prefix: str, ticket: str) -> Path:
        return self._cache.joinpath(*prefix.split("/")).with_name(f"{prefix.rpartition('/')[2]}!{ticket}")

    def _copies(self, prefix: str) -> builtins.list[Path]:
        """Those that were made on this machine, of whatever ticket, the last one at the end."""
        beginning = self._copy(prefix, "")
        return made(beginning.parent, beginning.name)

    def _download(self, prefix: str, publication: Publication, room: Path) -> None:
        def fetch(name: str) -> None:
            (size, digest), path = publication.files[name], room / name
            path.parent.mkdir(parents=True, exist_ok=True)
            key = f"{self._prefix}{prefix}/{FILES}{publication.ticket}/{name}"
            try:
                self._large.fetch(key, path, size=size, sha256=digest, unlike=f"{prefix}/{name} is not what was published")
            except Refused as gone:
                raise StorageError(f"{prefix} was removed from {self.url} while it was copied.") from gone

        with ThreadPoolExecutor(AT_ONCE) as downloads:
            list(downloads.map(fetch, publication.files))

    def _forget_copies_beside(self, copy: Path, prefix: str) -> None:
        """So that the disk does not fill: copies of what is not published any more go when a new one comes."""
        parent = prefix.rpartition("/")[0]
        published = {key.removesuffix(f"/{MARKER}") for key in self._objects(f"{parent}/" if parent else "") if key.endswith(f"/{MARKER}")}
        for other in copy.parent.iterdir():
            name = other.name.partition("!")[0]
            if other.is_dir() and other != copy and (f"{parent}/{name}" if parent else name) not in published:
                shutil.rmtree(other, ignore_errors=True)


def _above(key: str) -> Iterator[str]:
    """The prefixes that a key is under, the nearest first: a/b, a for a/b/c."""
    while "/" in key:
        key = key.rpartition("/")[0]
        yield key


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _has_tag(answer: Answer) -> None:
    if not answer.get("ETag"):
        raise GarbledError("the answer to a put lacks a tag")
