"""What SageMaker lays before a container, for a small world."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from recommender.data.ratings import RatingTable
from recommender.data.recordio.frames import framed
from recommender.data.recordio.record import Record, Tensor, encoded
from recommender.domain import Rating
from recommender.evaluation.splits import Split
from recommender.sagemaker.one_hot import LIKED
from recommender.sagemaker.place import Place
from recommender.sagemaker.writing import ids_of, write
from tests.worlds import two_tastes

N_USERS, N_MOVIES = 20, 30
NEEDED = {"feature_dim": "50", "num_factors": "8", "predictor_type": "binary_classifier"}
TOLD = {**NEEDED, "epochs": "30", "mini_batch_size": "50", "factors_wd": "0.005", "linear_wd": "0.005"}
RECORDIO_FILES = {"TrainingInputMode": "File", "ContentType": "application/x-recordio-protobuf", "RecordWrapperType": "None"}
CHANNELS = {"train": RECORDIO_FILES, "test": RECORDIO_FILES, "ids": {"TrainingInputMode": "File", "RecordWrapperType": "None"}}


def split_world() -> Split:
    """Of the two tastes every seventh rating held out; everybody and everything is on both sides."""
    ratings = list(two_tastes(N_USERS, N_MOVIES))
    return Split(
        RatingTable.of([each for at, each in enumerate(ratings) if at % 7]),
        RatingTable.of([each for at, each in enumerate(ratings) if not at % 7]),
    )


def job_folder(
    folder: Path,
    hyperparameters: Mapping[str, object] = TOLD,
    channels: Mapping[str, Any] = CHANNELS,
    *,
    label: str = LIKED,
    resources: Mapping[str, Any] | None = None,
) -> Path:
    """A folder as /opt/ml."""
    split = split_world()
    ids = ids_of(split.train.and_also(split.held_out), np.arange(1, N_MOVIES + 1, dtype=np.int32))
    write(split, ids, Place(str(folder / "input"), "data"), label)
    config = folder / "input" / "config"
    config.mkdir(parents=True)
    for name, told in (
        ("hyperparameters", hyperparameters),
        ("inputdataconfig", channels),
        ("resourceconfig", resources or {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0"}),
    ):
        (config / f"{name}.json").write_text(json.dumps(told))
    return folder


def table_of(ratings: Iterable[Rating]) -> RatingTable:
    return RatingTable.of(ratings)


def record_file(folder: Path, *records: Record) -> Path:
    """A channel of one file with these records."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "some.protobuf").write_bytes(b"".join(framed(encoded(record)) for record in records))
    return folder


def sample(keys: list[int], label: float, values: list[float] | None = None, shape: list[int] | None = None) -> Record:
    return Record({"values": Tensor(values or [1.0] * len(keys), keys, shape or [5])}, {"values": Tensor([label])})
