"""A data set as a training job reads it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from recommender.data.movielens import official_folds, read_data_set
from recommender.data.ratings import RatingTable
from recommender.data.recordio.frames import frames
from recommender.data.recordio.record import Record, decoded
from recommender.errors import DataError, SettingError
from recommender.evaluation.splits import Split
from recommender.sagemaker.one_hot import LIKED, STARS, Ids, records_of
from recommender.sagemaker.place import Place
from recommender.sagemaker.writing import ids_of, write
from tests.worlds import rating


def records_in(path: Path) -> list[Record]:
    with path.open("rb") as file:
        return [decoded(frame, path.name) for frame in frames(file, path.name)]


def keys_and_label(record: Record) -> tuple[list[int], float]:
    return list(record.features["values"].keys), record.label["values"].values[0]


def test_people_come_before_films_and_over_three_stars_is_liked(tmp_path: Path) -> None:
    train = RatingTable.of([rating(7, 40, 3.5), rating(2, 40, 3.0)])
    held_out = RatingTable.of([rating(7, 10, 5.0)])

    told = write(Split(train, held_out), Ids(np.array([2, 7]), np.array([10, 30, 40])), Place.at(str(tmp_path)), LIKED)

    learned = records_in(tmp_path / "fm" / "train" / "train.protobuf")
    assert [keys_and_label(record) for record in learned] == [([1, 4], 1.0), ([0, 4], 0.0)]  # as they stand in the table
    assert [keys_and_label(record) for record in records_in(tmp_path / "fm/test/test.protobuf")] == [([1, 2], 1.0)]
    assert all(list(record.features["values"].shape) == [5] and list(record.features["values"].values) == [1, 1] for record in learned)
    assert json.loads((tmp_path / "fm/ids/ids.json").read_text()) == {"user_ids": [2, 7], "movie_ids": [10, 30, 40]}
    assert [(each.place, each.n_records) for each in told] == [
        (f"{tmp_path}/fm/train/train.protobuf", 2),
        (f"{tmp_path}/fm/test/test.protobuf", 1),
        (f"{tmp_path}/fm/ids/ids.json", 0),
    ]
    assert not list(tmp_path.rglob(".*")), "a draft was left behind"


def test_the_label_may_be_the_stars() -> None:
    table = RatingTable.of([rating(1, 1, 3.5), rating(1, 2, 0.5)])

    assert [keys_and_label(record) for record in records_of(table, Ids(np.array([1]), np.array([1, 2])), STARS)] == [
        ([0, 1], 3.5),
        ([0, 2], 0.5),
    ]


@pytest.mark.parametrize(("user_id", "movie_id", "called"), [(3, 1, "user 3"), (1, 9, "film 9"), (2, 1, "user 2")])
def test_a_rating_of_nobody_known_is_refused(user_id: int, movie_id: int, called: str) -> None:
    table = RatingTable.of([rating(user_id, movie_id, 4)])

    with pytest.raises(DataError, match=called):
        list(records_of(table, Ids(np.array([1]), np.array([1, 2])), LIKED))


@pytest.mark.parametrize(
    ("given", "train", "output"),
    [
        ("s3://movierecom", "s3://movierecom/fm/train/train.protobuf", "s3://movierecom/fm/output"),
        ("s3://movierecom/fm/", "s3://movierecom/fm/train/train.protobuf", "s3://movierecom/fm/output"),
        ("s3://movierecom/other/fm", "s3://movierecom/other/fm/train/train.protobuf", "s3://movierecom/other/fm/output"),
        ("here", "here/fm/train/train.protobuf", "here/fm/output"),
    ],
)
def test_the_keys_are_those_of_the_papers_text(given: str, train: str, output: str) -> None:
    assert Place.at(given).file("train") == train
    assert Place.at(given).output == output  # the paper's code says s3://movierecom/output


@pytest.mark.parametrize("given", ["s3://Movie Recom", "s3://", "s3://movierecom/../fm"])
def test_an_address_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(SettingError, match="must look like"):
        Place.at(given)


@pytest.mark.data
def test_ml_100k_has_the_shape_of_the_paper(ml_100k: Path, tmp_path: Path) -> None:
    data = read_data_set(ml_100k)
    (train, held_out), *_ = official_folds(ml_100k, data.catalogue.movie_ids)
    ids = ids_of(data.ratings, data.catalogue.movie_ids)
    place = Place.at(str(tmp_path))

    write(Split(train, held_out), ids, place, LIKED)

    assert ids.n_features == 2625 == 943 + 1682
    for name, ratings in (("train", train), ("test", held_out)):
        n = 0
        for record, half_stars in zip(records_in(Path(place.file(name))), ratings.half_stars.tolist(), strict=True):
            keys, label = keys_and_label(record)
            assert len(keys) == 2
            assert keys[0] < 943 <= keys[1] < 2625
            assert label == (half_stars > 6)
            n += 1
        assert n == len(ratings)
