"""Where clients keep their files: buckets by `s3://`, and by `file://` what lies below the folders that the operator has named.

Who may write to /personalize may so have this machine's files read, hence the folders: MATINEE_IMPORT_FOLDERS, none by default. Links and
`..` are followed before it is asked whether a file lies below one of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote

from recommender.errors import SettingError, StorageError
from recommender.personalize.refusals import InvalidInputError
from recommender.settings import Settings
from recommender.storage.blobs import BUCKET
from recommender.storage.disk import in_words

if TYPE_CHECKING:
    from recommender.storage.amazon.bucket import Bucket, Listed

S3, FILE = "s3://", "file://"
CSV, JSON = (".csv",), (".json", ".jsonl")  # what files of a folder end in
LONGEST_KEY = 1024  # bytes, at Amazon
SHOWN = 5  # names of files that are there, but are none of those that are wanted

Progress = Callable[[int], None]


def check_location(url: str, settings: Settings) -> None:
    """Whether files may lie there at all; nothing is asked of the place itself. InvalidInputError in a sentence.

    SettingError where MATINEE_IMPORT_FOLDERS is no list of absolute folders.
    """
    if url.startswith(FILE):
        _path_below_a_folder(url, settings)
    else:
        _bucket_and_key(url)


@dataclass(frozen=True)
class SourceFile:
    """A file to be read. name: for people. opened: gives its bytes; one in a bucket is fetched first, and progress told the bytes."""

    name: str
    n_bytes: int
    opened: Callable[[Progress], contextlib.AbstractContextManager[BinaryIO]]


def files_at(url: str, settings: Settings, room: Path, *, role: str = "", endings: tuple[str, ...] = CSV) -> list[SourceFile]:
    """The CSV files of a place, or those of other endings, by name: the one that is named, or those directly below the folder or prefix.

    room: an empty folder for copies. role: the ARN that the job was given, for what is said where access is denied. InvalidInputError when
    there are none, StorageError for a place that cannot be used.
    """
    return _files_of_a_folder(url, settings, endings) if url.startswith(FILE) else _files_of_a_bucket(url, room, role, endings)


def put(url: str, name: str, path: Path, settings: Settings, *, role: str = "") -> str:
    """Put the file below the place under this name, whole or not at all; what was there is replaced. Its address. Errors as above."""
    if url.startswith(FILE):
        folder = _path_below_a_folder(url, settings)
        with in_words("written", folder):
            folder.mkdir(parents=True, exist_ok=True)
            _path_below_a_folder(f"{FILE}{folder}", settings)  # still, now that it is there
            unfinished = folder / f".{name}.{os.getpid()}"
            with unfinished.open("wb") as file, path.open("rb") as made:
                while piece := made.read(1 << 20):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(folder / name)
        return f"{FILE}{folder / name}"
    from recommender.storage.amazon.bucket import Bucket
    from recommender.storage.amazon.clients import PATIENT

    bucket, prefix = _bucket_and_key(url)
    key = f"{prefix.rstrip('/')}/{name}".lstrip("/")
    with _denials(bucket, ("s3:PutObject", "s3:ListBucket"), role):
        Bucket(bucket, PATIENT).put_file(path, key, {})
    return f"{S3}{bucket}/{key}"


def _bucket_and_key(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix(S3).partition("/")
    if not url.startswith(S3) or not BUCKET.fullmatch(bucket) or len(key.encode("utf-8", "replace")) > LONGEST_KEY:
        raise InvalidInputError(f"The location must be like s3://bucket/folder/file.csv or file:///folder/file.csv, not {url[:200]!r}.")
    return bucket, key


def _path_below_a_folder(url: str, settings: Settings) -> Path:
    """The path itself, without links or `..`."""
    folders = [Path(text) for text in settings.import_folders.split(":") if text]
    for folder in folders:
        if not folder.is_absolute():
            raise SettingError(f"MATINEE_IMPORT_FOLDERS must be absolute folders with : between them, not {settings.import_folders!r}.")
    if not folders:
        raise InvalidInputError(
            f"No file:// location is allowed here, so not {url[:200]!r}; the operator names folders in MATINEE_IMPORT_FOLDERS, or use s3://."
        )
    text = unquote(url.removeprefix(FILE), errors="surrogateescape")
    if not text.startswith("/") or "\0" in text:
        raise InvalidInputError(f"A file:// location must be an absolute path like file:///folder/file.csv, not {url[:200]!r}.")
    try:
        path = Path(text).resolve()
        is_below = any(path.is_relative_to(folder.resolve()) for folder in folders)
    except (OSError, RuntimeError, ValueError):  # links in a circle, names too long
        is_below = False
    if not is_below:
        raise InvalidInputError(f"{url[:200]!r} lies below none of the folders that MATINEE_IMPORT_FOLDERS names.")
    return path


def _files_of_a_folder(url: str, settings: Settings, endings: tuple[str, ...]) -> list[SourceFile]:
    path = _path_below_a_folder(url, settings)
    with in_words("read", path):
        if path.is_dir():
            names = sorted(one.name for one in path.iterdir() if not one.name.startswith((".", "_")))
            wanted = [name for name in names if name.lower().endswith(endings)]
            if not wanted:
                raise InvalidInputError(f"There is no {_kind(endings)} file in {url}; {_there(names)}.")
            paths = [_path_below_a_folder(f"{FILE}{path / name}", settings) for name in wanted]
        elif path.exists():
            paths = [path]
        else:
            raise InvalidInputError(f"There is no file {url}.")
        return [_source(each) for each in paths]


def _source(path: Path) -> SourceFile:
    def opened(progress: Progress) -> contextlib.AbstractContextManager[BinaryIO]:
        return _opened(path)

    return SourceFile(f"{FILE}{path}", path.stat().st_size, opened)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file that was checked: not one that a link leads to since, and no device or pipe. StorageError where somebody writes to it."""
    with in_words("read", path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode) or path.resolve() != path:
            raise InvalidInputError(f"{FILE}{path} is no file that can be read.")
        yield file
        after = os.fstat(descriptor)
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise StorageError(f"{FILE}{path} was changed while it was read; try again.", kind="conflict")


def _files_of_a_bucket(url: str, room: Path, role: str, endings: tuple[str, ...]) -> list[SourceFile]:
    from recommender.storage.amazon.bucket import Bucket
    from recommender.storage.amazon.clients import PATIENT

    name, key = _bucket_and_key(url)
    bucket = Bucket(name, PATIENT)
    with _denials(name, ("s3:ListBucket", "s3:GetObject"), role):
        there = bucket.listed(key, delimiter="/")
        found = [one for one in there if key and one.key == key and not key.endswith("/")]
        if not found:
            prefix = f"{key.rstrip('/')}/" if key.rstrip("/") else ""
            there = bucket.listed(prefix, delimiter="/") if prefix != key else there
            there = [one for one in there if one.name and not one.name.startswith((".", "_"))]
            found = [one for one in there if one.name.lower().endswith(endings)]
    if not found:
        raise InvalidInputError(f"There is no object {url} and no {_kind(endings)} file below it; {_there([one.name for one in there])}.")
    return [_object(bucket, name, one, room, role) for one in found]


def _object(bucket: Bucket, name: str, one: Listed, room: Path, role: str) -> SourceFile:
    @contextmanager
    def opened(progress: Progress) -> Iterator[BinaryIO]:
        from recommender.storage.amazon.faults import Refused

        copy = room / "fetched"
        try:
            with _denials(name, ("s3:GetObject",), role):
                bucket.fetch(one.key, copy, size=one.size, tag=one.tag, progress=progress)
        except Refused as refused:
            raise StorageError(f"{S3}{name}/{one.key} was changed while it was read; try again.", kind="conflict") from refused
        try:
            with copy.open("rb") as file:
                yield file
        finally:
            copy.unlink()

    return SourceFile(f"{S3}{name}/{one.key}", one.size, opened)


def _kind(endings: tuple[str, ...]) -> str:
    return endings[0].lstrip(".").upper()


def _there(names: list[str]) -> str:
    if not names:
        return "there is nothing at all"
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"there is {', '.join(names[:SHOWN])}{more}"


@contextmanager
def _denials(bucket: str, actions: tuple[str, ...], role: str) -> Iterator[None]:
    """Names the policy where access is denied, and the bucket where there is none."""
    try:
        yield
    except StorageError as error:
        if error.kind == "denied":
            raise StorageError(_denied(bucket, actions, role, error), kind="denied") from error
        if error.kind == "missing":
            raise StorageError(f"There is no bucket {bucket}; name one that is there, or make it first.", kind="missing") from error
        raise


def _denied(bucket: str, actions: tuple[str, ...], role: str, error: StorageError) -> str:
    """What was asked of what, and the statement that allows it: of the keys of this machine here, of the role at Amazon."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}
    job = "export" if "s3:PutObject" in actions else "import"
    at_amazon = f"; at Amazon itself {role} needs it, and the bucket's policy must let personalize.amazonaws.com" if role else ""
    said = str(error).partition("(")[2].rpartition(")")[0] or str(error)
    return (
        f"Access denied: {' or '.join(actions)} on arn:aws:s3:::{bucket} is not allowed to the keys that this machine uses ({said}). "
        f"Attach a policy with the statement {json.dumps(statement)}{at_amazon}. "
        f"`matinee doctor iam --bucket {bucket} --for {job} --write policies` writes all that is needed."
    )
