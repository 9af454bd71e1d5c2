"""Files that commands read and write by themselves."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO, cast

import click

from recommender.errors import DataError, InvalidInputError


def read_pairs(path: Path) -> tuple[list[int], list[int]]:
    """User and movie ids, in the order of the file; a first line without any number is its head."""
    user_ids, movie_ids = [], []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for line, row in enumerate(csv.reader(file), start=1):
                if not row:
                    continue
                if line == 1 and not any(map(_id, row)):
                    _check_head(path, row)
                    continue
                pair = [_id(cell) for cell in row[:2]]
                if len(pair) < 2 or None in pair:
                    raise InvalidInputError(f"line {line} of {path}", ",".join(row), "user_id,movie_id in whole numbers from 1 up")
                user_ids.append(cast("int", pair[0]))
                movie_ids.append(cast("int", pair[1]))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is no CSV ({error}); it must hold lines of user_id,movie_id.") from error
    return user_ids, movie_ids


def _check_head(path: Path, head: list[str]) -> None:
    """Refuse ids that stand the other way round: their stars would be wrong in silence. Other names say nothing."""
    names = ["".join(filter(str.isalpha, name.lower())) for name in head[:2]]
    if "user" in names[-1] or "movie" in names[0] or "item" in names[0]:
        raise InvalidInputError(f"line 1 of {path}", ",".join(head), "user_id,movie_id in this order")


def _id(cell: str) -> int | None:
    """The whole number from 1 up that a cell holds, or None."""
    text = cell.strip()
    return int(text) or None if text.isascii() and text.isdigit() and len(text) <= 18 else None


@contextmanager
def written_whole(path: Path) -> Iterator[TextIO]:
    """The file, whole or not at all: what was there stays until the end. A pipe or a device gets its lines as they come."""
    is_stream = path.exists() and not path.is_file()
    target = path if is_stream else path.resolve()
    unfinished = target if is_stream else target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with unfinished.open("w", newline="", encoding="utf-8") as file:
            yield file
        if not is_stream:
            unfinished.replace(target)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        if not is_stream:
            with suppress(OSError):  # where it could not even be made
                unfinished.unlink()


@contextmanager
def one_file(place: str) -> Iterator[TextIO]:
    """The file at a path, as from `written_whole`, or an object of S3, s3://BUCKET/KEY, which is put when all of it is there."""
    if not place.startswith("s3://"):
        with written_whole(Path(place)) as file:
            yield file
        return
    from recommender.storage.part_files.bucket import OneObject  # boto3 comes with it

    target = OneObject.at(place)
    target.look()
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft"
        with draft.open("w", newline="", encoding="utf-8") as file:
            yield file
        target.put(draft)


@contextmanager
def page_written(path: Path | None) -> Iterator[Callable[[str], object]]:
    """What takes a page, so that its place is known to be good before long work; nothing is written where no place is named."""
    if path is None:
        yield lambda page: None
        return
    with written_whole(path) as file:
        yield file.write
    click.echo(f"Written: {path}", err=True)
