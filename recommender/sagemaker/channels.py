"""The records of a channel, as the job finds them on its disk."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recommender.data.recordio.frames import Frame, frames
from recommender.data.recordio.record import VALUES, Record, decoded
from recommender.errors import DataError
from recommender.storage.disk import in_words

PAIR = 2  # features of a record: who and what


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Who and what, by their keys, and the label beside them; one entry for each record, in every array."""

    who: NDArray[np.int64]
    what: NDArray[np.int64]
    labels: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.who)

    def in_order(self) -> Samples:
        """By who, then what; equal ones as they came."""
        order = np.lexsort((self.what, self.who))
        return Samples(self.who[order], self.what[order], self.labels[order])


def read_channel(folder: Path, feature_dim: int, *, is_classifier: bool) -> Samples:
    """Everything in the folder's files, by name; hidden ones are none.

    DataError, in a sentence with file, record and byte, for what is no such record: two ones, for who and what, among feature_dim features,
    and a label, 0 or 1 for a classifier. DataError for a folder that is not there or holds no record.
    """
    who, what, labels = array("q"), array("q"), array("d")
    with in_words("read", folder):
        files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")) if folder.is_dir() else []
    for path in files:
        with in_words("read", path), path.open("rb") as file:
            for frame in frames(file, path.name):
                record = decoded(frame, path.name)
                user, film = _pair(record, feature_dim, frame, path.name)
                who.append(user)
                what.append(film)
                labels.append(_label(record, is_classifier, frame, path.name))
    if not len(who):
        raise DataError(f"The channel in {folder} holds no record; put one file of RecordIO or more there.")
    return Samples(np.array(who, dtype=np.int64), np.array(what, dtype=np.int64), np.array(labels, dtype=np.float64))


def first_film(*channels: Samples) -> int:
    """The key that parts people from films: one more than the highest of who.

    DataError where a film's key lies below it, so that one key would be both.
    """
    first = max(int(samples.who.max()) for samples in channels) + 1
    lowest = min(int(samples.what.min()) for samples in channels)
    if lowest < first:
        raise DataError(f"The key {lowest} stands for somebody and for something; the keys of people must lie below those of films.")
    return first


def _pair(record: Record, feature_dim: int, frame: Frame, name: str) -> tuple[int, int]:
    tensor = record.features.get(VALUES)
    if tensor is None:
        raise _unfit(frame, name, f"features called {', '.join(record.features) or 'nothing'}", f"one called {VALUES}")
    keys = sorted(tensor.keys)
    if len(keys) != PAIR or list(tensor.values) != [1.0, 1.0]:
        raise _unfit(frame, name, f"{len(tensor.values)} features", "two ones, for who and for what")
    if keys[1] >= feature_dim:
        raise _unfit(frame, name, f"the key {keys[1]}", f"keys below feature_dim, {feature_dim}")
    if list(tensor.shape) not in ([], [feature_dim]):
        raise _unfit(frame, name, f"the shape {list(tensor.shape)}", f"that of feature_dim, [{feature_dim}]")
    return keys[0], keys[1]


def _label(record: Record, is_classifier: bool, frame: Frame, name: str) -> float:
    tensor = record.label.get(VALUES)
    if tensor is None or len(tensor.values) != 1 or not np.isfinite(tensor.values[0]):
        raise _unfit(frame, name, "no single number as label", f"one, called {VALUES}")
    label = float(tensor.values[0])
    if is_classifier and label not in (0.0, 1.0):
        raise _unfit(frame, name, f"the label {label:g}", "0 or 1 for a binary_classifier; a regressor learns stars")
    return label


def _unfit(frame: Frame, name: str, met: str, wanted: str) -> DataError:
    return DataError(f"Record {frame.number} of {name}, at byte {frame.at:,}, has {met}; this machine learns from {wanted}.")
