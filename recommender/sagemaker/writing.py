"""A data set's ratings as the files that a training job reads."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recommender.data.ratings import RatingTable
from recommender.data.recordio.frames import framed
from recommender.data.recordio.record import encoded
from recommender.evaluation.splits import Split
from recommender.sagemaker.one_hot import Ids, records_of
from recommender.sagemaker.place import FILES, IDS, TEST, TRAIN, Place

_PIECE = 4096  # records between two tellings of progress

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """One file as it was put. n_records: 0 for the file of ids."""

    place: str
    n_records: int
    n_bytes: int
    sha256: str


def write(split: Split, ids: Ids, place: Place, labels: str, *, progress: Progress = lambda done, total: None) -> list[Written]:
    """The two sides of the split and the ids, at their places; nothing is put before all of it is made.

    labels: one of LABELS. progress: told the records that are made, and those there are. StorageError for what cannot be put.
    """
    place.look()
    sides = {TRAIN: split.train, TEST: split.held_out}
    total, done = sum(map(len, sides.values())), 0
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / FILES[name] for name in (TRAIN, TEST, IDS)}
        for name, ratings in sides.items():
            _write_records(ratings, ids, files[name], labels, lambda n, before=done: progress(before + n, total))  # type: ignore[misc]
            done += len(ratings)
        files[IDS].write_text(json.dumps({"user_ids": ids.user_ids.tolist(), "movie_ids": ids.movie_ids.tolist()}) + "\n")
        place.put({place.file(name): path for name, path in files.items()})
        return [_written(place.file(name), len(sides[name]) if name in sides else 0, path) for name, path in files.items()]


def ids_of(ratings: RatingTable, movie_ids: np.typing.NDArray[np.int32]) -> Ids:
    """Everybody who has rated anything, and all films of the catalogue, rated or not."""
    return Ids(np.unique(ratings.user_ids), np.asarray(movie_ids, dtype=np.int32))


def _write_records(ratings: RatingTable, ids: Ids, path: Path, labels: str, progress: Callable[[int], None]) -> None:
    with path.open("wb") as file:
        for n, record in enumerate(records_of(ratings, ids, labels), start=1):
            file.write(framed(encoded(record)))
            if n % _PIECE == 0:
                progress(n)
    progress(len(ratings))


def _written(place: str, n_records: int, path: Path) -> Written:
    with path.open("rb") as file:
        return Written(place, n_records, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
