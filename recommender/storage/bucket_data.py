"""Data sets below a prefix of a bucket: put there file by file, and copied to this machine once for each state they are in.

A data set is a folder of files, `s3://BUCKET/PREFIX`, or one zip, `s3://BUCKET/PREFIX/NAME.zip`. Copies lie in a folder of the bucket's and
prefix's own, each under the tag of the state that was copied:

    FOLDER/s3-1f0c9a2b71d0e4c5/8d2f60a1b3c4d5e6/ml-latest-small/ratings.csv
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.errors import SettingError, StorageError
from recommender.storage.amazon.calls import Answer, Calls
from recommender.storage.amazon.clients import PATIENT, Clients
from recommender.storage.amazon.faults import GarbledError, Refused
from recommender.storage.blobs import BUCKET

SCHEME = "s3://"
PIECE = 1 << 20  # bytes written at a time
MOST_BYTES = 8 << 30  # of a data set
ROOM = "make room or choose another place"
CHANGED = ("PreconditionFailed", "412", "NoSuchKey", "404")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that now lies in the bucket. n_rows: lines that end, a head among them; 0 for what is no text. sha256: in hex."""

    url: str
    n_bytes: int
    n_rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Object:
    key: str
    size: int
    tag: str

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]


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
    copies = _copies_of(url, folder)
    copy = copies / tag
    with _of_this_machine("copied to", copies, ROOM):
        copies.mkdir(parents=True, exist_ok=True)
        with _alone(copies):
            if not copy.is_dir():
                _copy(prefix, objects, copy, progress)
    return _inside(copy, prefix)


def at_hand(url: str, folder: Path) -> Path:
    """Where the copy lies that was made last, without asking the bucket. StorageError when there is none."""
    made = sorted((path for path in _copies_of(url, folder).glob("*") if path.is_dir() and "~" not in path.name), key=_age)
    if not made:
        raise StorageError(f"{url} has not been copied to {folder} yet.")
    return _inside(made[-1], _Prefix(url))


def upload(path: Path, url: str, wanted: Collection[str], *, progress: Progress) -> list[Uploaded]:
    """Put a folder's files, or a zip, below the prefix, each with its SHA-256 beside it. What is there under the same names is replaced.

    wanted, progress: as in `copied`. StorageError for what cannot be read or put, or where the folder holds none of the wanted.
    """
    prefix = _Prefix(url)
    with _of_this_machine("read", path, "change its permissions, or give another folder or zip"):
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
        self._calls = Calls(Clients("s3", PATIENT), f"the bucket {bucket}", PATIENT, probe=lambda calls: None)

    @property
    def name(self) -> str:
        """The last part, by which people know the data set."""
        return self._prefix.rpartition("/")[2] or self._bucket

    def state(self, wanted: Collection[str]) -> tuple[list[_Object], str]:
        """The objects that make up the data set, by name, and the tag of all together."""
        there = self._listed(self._prefix if self.is_zip else f"{self._prefix}/" if self._prefix else "")
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

    def fetch(self, one: _Object, path: Path, progress: Callable[[int], None]) -> None:
        """The object into the file, as long as it is the one that was listed. progress: told the bytes of this one."""

        def read_body(answer: Answer) -> None:
            summed, done = hashlib.sha256(), 0
            with _written(path) as write:
                while piece := answer["Body"].read(PIECE):
                    write(piece)
                    summed.update(piece)
                    done += len(piece)
                    progress(min(done, one.size))
            expected = answer.get("Metadata", {}).get("sha256")
            if done != one.size or expected not in (None, summed.hexdigest()):
                raise GarbledError(f"{one.key} has {done:,} of {one.size:,} bytes, or is not what was put there")

        try:
            self._calls("get_object", Bucket=self._bucket, Key=one.key, IfMatch=one.tag, check=read_body, refusals=CHANGED)
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

        self._calls(
            "upload_file",
            is_write=True,
            Filename=str(file),
            Bucket=self._bucket,
            Key=key,
            ExtraArgs={"Metadata": {"sha256": digest, **({"rows": str(n_rows)} if n_rows else {})}},
            Callback=advance,
        )
        return Uploaded(f"{SCHEME}{self._bucket}/{key}", n_bytes, n_rows, digest)

    def _listed(self, prefix: str) -> list[_Object]:
        """The objects right below, by key; what lies deeper belongs to other data sets."""
        found: list[_Object] = []
        more: dict[str, Any] = {}
        while True:
            answer = self._calls("list_objects_v2", check=_is_listing, Bucket=self._bucket, Prefix=prefix, Delimiter="/", **more)
            found += [_Object(one["Key"], int(one["Size"]), one["ETag"]) for one in answer.get("Contents", ())]
            if not answer.get("IsTruncated"):
                return sorted(found, key=lambda each: each.key)
            more = {"ContinuationToken": answer["NextContinuationToken"]}


def _copy(prefix: _Prefix, objects: list[_Object], copy: Path, progress: Progress) -> None:
    """Into a folder beside, renamed when every file is there; then the other copies go, and what a killed one has left."""
    room = copy.with_name(f"{copy.name}~")
    shutil.rmtree(room, ignore_errors=True)
    total, before = sum(each.size for each in objects), 0
    try:
        inside = _inside(room, prefix)
        (room if prefix.is_zip else inside).mkdir(parents=True)
        for each in objects:
            prefix.fetch(each, inside if prefix.is_zip else inside / each.name, _after(before, total, progress))
            before += each.size
        room.rename(copy)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    for other in copy.parent.iterdir():
        if other.is_dir() and other != copy:
            shutil.rmtree(other, ignore_errors=True)


def _after(before: int, total: int, progress: Progress) -> Callable[[int], None]:
    """For one of several files: told its own bytes, tells those of all so far."""
    return lambda n_bytes: progress(before + n_bytes, total)


def _copies_of(url: str, folder: Path) -> Path:
    return folder / f"s3-{hashlib.sha256(url.rstrip('/').encode()).hexdigest()[:16]}"


def _inside(copy: Path, prefix: _Prefix) -> Path:
    """Where in a copy the folder or the zip lies, under its own name."""
    return copy / prefix.name


def _age(path: Path) -> float:
    return path.stat().st_mtime


def _summed(file: Path) -> tuple[int, int, str]:
    """Bytes, rows and SHA-256 of a file."""
    summed, n_bytes, n_rows = hashlib.sha256(), 0, 0
    with file.open("rb") as data:
        while piece := data.read(PIECE):
            summed.update(piece)
            n_bytes += len(piece)
            n_rows += piece.count(b"\n")
    return n_bytes, 0 if file.suffix.lower() == ".zip" else n_rows, summed.hexdigest()


def _is_listing(answer: Answer) -> None:
    if "Name" not in answer or "KeyCount" not in answer:
        raise GarbledError("the listing lacks its name and count")


@contextmanager
def _alone(copies: Path) -> Iterator[None]:
    """Of several processes one copies while the others wait."""
    with (copies / "~lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _written(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Writes into the file; an OSError of the disk, unlike one of the network, is nothing to try again."""
    with _of_this_machine("written", path, ROOM):
        file = path.open("wb", buffering=0)

    def write(piece: bytes) -> None:
        with _of_this_machine("written", path, ROOM):
            while piece:
                piece = piece[file.write(piece) :]

    with file:
        yield write
        with _of_this_machine("written", path, ROOM):
            os.fsync(file.fileno())


@contextmanager
def _of_this_machine(done: str, path: Path, remedy: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise StorageError(f"{error.filename or path} cannot be {done}: {why}; {remedy}.") from error
