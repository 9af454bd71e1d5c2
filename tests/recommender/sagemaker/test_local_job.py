"""A job on this machine, from the channels of a place to the model below its output."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import DataError, InvalidInputError
from recommender.sagemaker.local_job import run
from recommender.sagemaker.machine import load
from recommender.sagemaker.one_hot import LIKED
from recommender.sagemaker.place import Place
from recommender.sagemaker.writing import ids_of, write
from tests.recommender.sagemaker.job_folder import N_MOVIES, TOLD, split_world

WITHOUT_DIM = {name: value for name, value in TOLD.items() if name != "feature_dim"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    split, found = split_world(), Place.at(str(tmp_path))
    write(split, ids_of(split.train.and_also(split.held_out), np.arange(1, N_MOVIES + 1, dtype=np.int32)), found, LIKED)
    return found


def done(place: Place, told: dict[str, str], name: str = "fm-1", lines: list[str] | None = None) -> str:
    return run(place, name, told, say=(lines if lines is not None else []).append, is_stopped=lambda: False)


def test_the_model_lies_where_sagemaker_would_put_it(place: Place, tmp_path: Path) -> None:
    lines = list[str]()

    target = done(place, WITHOUT_DIM, lines=lines)

    assert target == f"{tmp_path}/fm/output/fm-1/output/model.tar.gz"
    model = load(Path(target))
    assert model.n_features == 50
    assert model.facts["hyperparameters"] == TOLD
    assert any("test binary_classification_accuracy" in line for line in lines)


def test_without_ids_and_test_the_dimension_must_be_told(place: Place) -> None:
    for name in ("ids", "test"):
        Path(place.file(name)).unlink()

    with pytest.raises(InvalidInputError, match="feature_dim must be given"):
        done(place, WITHOUT_DIM)
    assert load(Path(done(place, TOLD))).ids is None


def test_a_place_where_nothing_is_and_a_name_that_is_none_are_refused(place: Place, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is nothing at .*/empty/fm/train/; `matinee sagemaker write --to"):
        done(Place.at(str(tmp_path / "empty")), TOLD)
    for name in ("../fm", "fm/1", "fm-", "", "x" * 64):
        with pytest.raises(InvalidInputError, match="name must be of letters, digits and hyphens"):
            done(place, TOLD, name)
    assert not (tmp_path / "fm" / "output").exists()


def test_a_damaged_file_of_ids_is_told(place: Place) -> None:
    Path(place.file("ids")).write_text(json.dumps({"user_ids": [2, 1], "movie_ids": [1]}))

    with pytest.raises(DataError, match="does not name user_ids and movie_ids"):
        done(place, WITHOUT_DIM)
