"""Data sets below a prefix of a bucket: put there file by file, and copied to this machine once for each state they are in.

A data set is a folder of files, `s3://BUCKET/PREFIX`, or one zip, `s3://BUCKET/PREFIX/NAME.zip`. Copies lie in a folder of the bucket's and
prefix's own, each under the tag of the state that was copied:

    FOLDER/s3-1f0c9a2b71d0e4c5/8d2f60a1b3c4d5e6/ml-latest-small/ratings.csv
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from recommender.errors import SettingError, StorageError
from recommender.storage.amazon.bucket import PIECE, ROOM, Bucket, Listed
from recommender.storage.amazon.clients import PATIENT
from recommender.storage.amazon.faults import Refused
from recommender.storage.blobs import BUCKET
from recommender.storage.copies import made, make_once
from recommender.storage.disk import in_words

SCHEME = "s3://"
MOST_BYTES = 8 << 30  # of a data set

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that now lies in the bucket. n_rows: lines that end, a head among them; 0 for what is no text. sha256: in hex."""

    url: str
    n_bytes: int
    n_rows: int
    sha256: str


def tag_of(url: str, wanted: Collection[str]) -> str:
    """What changes whenever one of the wanted files does. StorageError as in `copied`."""
    return _Prefix(url).state(wanted)[1]


def copied(url: str, folder: Path, wanted: Collection[str], *, progress: Progress) -> Path:
    """The data set on this machine, a folder or a zip: copied when the one in the bucket has changed since, whole or not at all.

    folder: for the copies. wanted: names of the files that may make up a data set; others are left where they are. progress: called with
    the bytes at hand and the bytes there are.
    StorageError, in a sentence: no such bucket, no access, nothing there, a file that is not what was put, no room. Older copies are taken
    away once the new one is there.
    """
    prefix = _Prefix(url)
    objects, tag = prefix.state(wanted)
    copy = _copies_of(url, folder) / tag
    with in_words("copied to", copy.parent, remedy=ROOM):
        if make_once(copy, lambda room: _fill(room, prefix, objects, progress)):
            _forget_all_but(copy)
    return _inside(copy, prefix)


def at_hand(url: str, folder: Path) -> Path:
    """Where the copy lies that was made last, without asking the bucket. StorageError when there is none."""
    copies = made(_copies_of(url, folder))
    if not copies:
        raise StorageError(f"{url} has not been copied to {folder} yet.")
    return _inside(copies[-1], _Prefix(url))


def upload(path: Path, url: str, wanted: Collection[str], *, progress: Progress) -> list[Uploaded]:
    """Put a folder's files, or a zip, below the prefix, each with its SHA-256 beside it. What is there under the same names is replaced.

    wanted, progress: as in `copied`. StorageError for what cannot be read or put, or where the folder holds none of the wanted.
    """
    prefix = _Prefix(url)
    with in_words("read", path, remedy="change its permissions, or give another folder or zip"):
        files = sorted(each for each in path.iterdir() if each.name in wanted and each.is_file()) if path.is_dir() else [path]
        if not files:
            raise StorageError(f"{path} holds no file of a data set, such as ratings.csv; give a MovieLens folder or zip.")
        if prefix.is_zip and (path.is_dir() or path.suffix.lower() != ".zip"):
            raise StorageError(f"{url} names a zip, and {path} is none; leave the last part away, or give a zip.")
        total, done = sum(file.stat().st_size for file in files), 0
        put = []
        for file in files:
            put.append(prefix.put(file, _after(done, total, progress)))
            done += put[-1].n_bytes
    return put


class _Prefix:
    """What lies below an address in a bucket."""

    def __init__(self, url: str) -> None:
        bucket, _, prefix = url.removeprefix(SCHEME).partition("/")
        prefix = prefix.rstrip("/")
        if not url.startswith(SCHEME) or not BUCKET.fullmatch(bucket) or (prefix and {"", ".", ".."} & set(prefix.split("/"))):
            raise SettingError(f"Data in a bucket must look like s3://bucket/folder or s3://bucket/folder/name.zip, not {url!r}.")
        self.url, self._bucket, self._prefix = url, bucket, prefix
        self.is_zip = prefix.lower().endswith(".zip")
        self._objects = Bucket(bucket, PATIENT, prefix=prefix)

    @property
    def name(self) -> str:
        """The last part, by which people know the data set."""
        return self._prefix.rpartition("/")[2] or self._bucket

    def state(self, wanted: Collection[str]) -> tuple[list[Listed], str]:
        """The objects that make up the data set, by name, and the tag of all together."""
        # What lies deeper belongs to other data sets.
        there = self._objects.listed(self._prefix if self.is_zip else f"{self._prefix}/" if self._prefix else "", delimiter="/")
        objects = [each for each in there if (each.key == self._prefix if self.is_zip else each.name in wanted)]
        if not objects:
            found = ", ".join(each.name for each in there[:5] if each.name) or "nothing"
            raise StorageError(
                f"There is no data set at {self.url} (found: {found}); put ratings.csv and movies.csv there, or name a zip. "
                "`matinee upload-data` does the first."
            )
        total = sum(each.size for each in objects)
        if total > MOST_BYTES:
            raise StorageError(
                f"The files at {self.url} have {total / (1 << 30):.1f} GiB, and {MOST_BYTES >> 30} are copied; leave some out."
            )
        facts = "\n".join(f"{each.name} {each.size} {each.tag}" for each in objects)
        return objects, hashlib.sha256(facts.encode()).hexdigest()[:16]

    def fetch(self, one: Listed, path: Path, progress: Callable[[int], None]) -> None:
        """The object into the file, as long as it is the one that was listed. progress: told the bytes of this one."""

        try:
            self._objects.fetch(one.key, path, size=one.size, tag=one.tag, progress=progress)
        except Refused as refused:
            raise StorageError(f"{one.name} at {self.url} was changed while it was copied; try again.", kind="conflict") from refused

    def put(self, file: Path, progress: Callable[[int], None]) -> Uploaded:
        """The file, under its own name unless a zip is named."""
        key = self._prefix if self.is_zip else f"{self._prefix}/{file.name}".lstrip("/")
        n_bytes, n_rows, digest = _summed(file)
        sent = 0

        def advance(n: int) -> None:
            nonlocal sent
            sent += n
            progress(min(sent, n_bytes))

        metadata = {"sha256": digest, **({"rows": str(n_rows)} if n_rows else {})}
        self._objects.put_file(file, key, metadata, progress=advance)
        return Uploaded(f"{SCHEME}{self._bucket}/{key}", n_bytes, n_rows, digest)


def _fill(room: Path, prefix: _Prefix, objects: list[Listed], progress: Progress) -> None:
    total, before = sum(each.size for each in objects), 0
    inside = _inside(room, prefix)
    if not prefix.is_zip:
        inside.mkdir()
    for each in objects:
        prefix.fetch(each, inside if prefix.is_zip else inside / each.name, _after(before, total, progress))
        before += each.size


def _forget_all_but(copy: Path) -> None:
    for other in made(copy.parent):
        if other != copy:
            shutil.rmtree(other, ignore_errors=True)


def _after(before: int, total: int, progress: Progress) -> Callable[[int], None]:
    """For one of several files: told its own bytes, tells those of all so far."""
    return lambda n_bytes: progress(before + n_bytes, total)


def _copies_of(url: str, folder: Path) -> Path:
    return folder / f"s3-{hashlib.sha256(url.rstrip('/').encode()).hexdigest()[:16]}"


def _inside(copy: Path, prefix: _Prefix) -> Path:
    """Where in a copy the folder or the zip lies, under its own name."""
    return copy / prefix.name


def _summed(file: Path) -> tuple[int, int, str]:
    """Bytes, rows and SHA-256 of a file."""
    summed, n_bytes, n_rows = hashlib.sha256(), 0, 0
    with file.open("rb") as data:
        while piece := data.read(PIECE):
            summed.update(piece)
            n_bytes += len(piece)
            n_rows += piece.count(b"\n")
    return n_bytes, 0 if file.suffix.lower() == ".zip" else n_rows, summed.hexdigest()
