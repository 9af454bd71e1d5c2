"""Records that are learned from, and those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.data.recordio.record import Record, Tensor
from recommender.errors import DataError
from recommender.sagemaker.channels import first_film, read_channel
from tests.recommender.sagemaker.job_folder import record_file, sample


def test_every_file_of_a_channel_is_read_but_the_hidden(tmp_path: Path) -> None:
    record_file(tmp_path / "b", sample([0, 3], 1.0))
    record_file(tmp_path / "a", sample([1, 4], 0.0), sample([4, 1], 1.0))
    (tmp_path / ".hidden").write_bytes(b"no record")

    samples = read_channel(tmp_path, 5, is_classifier=True)

    assert samples.who.tolist() == [1, 1, 0]
    assert samples.what.tolist() == [4, 4, 3]
    assert samples.labels.tolist() == [0, 1, 1]
    assert samples.in_order().who.tolist() == [0, 1, 1]
    assert first_film(samples) == 2


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (sample([0, 2, 3], 1.0), "has 3 features; this machine learns from two ones, for who and for what."),
        (sample([2], 1.0), "has 1 features; this machine learns from two ones"),
        (sample([0, 3], 1.0, values=[1.0, 0.5]), "has 2 features; this machine learns from two ones"),
        (sample([0, 5], 1.0), "has the key 5; this machine learns from keys below feature_dim, 5."),
        (sample([0, 3], 1.0, shape=[9]), "has the shape [9]; this machine learns from that of feature_dim, [5]."),
        (sample([0, 3], 3.5), "has the label 3.5; this machine learns from 0 or 1 for a binary_classifier; a regressor learns stars."),
        (sample([0, 3], float("nan")), "has no single number as label; this machine learns from one, called values."),
        (Record({"values": Tensor([1, 1], [0, 3])}), "has no single number as label"),
        (Record({"x": Tensor([1, 1], [0, 3])}), "has features called x; this machine learns from one called values."),
    ],
)
def test_another_record_is_refused_with_its_place(record: Record, told: str, tmp_path: Path) -> None:
    record_file(tmp_path, sample([0, 3], 1.0), record)

    with pytest.raises(DataError) as refused:
        read_channel(tmp_path, 5, is_classifier=True)

    assert str(refused.value).startswith("Record 2 of some.protobuf, at byte ")
    assert told in str(refused.value)


def test_a_regressor_takes_stars(tmp_path: Path) -> None:
    assert read_channel(record_file(tmp_path, sample([0, 3], 3.5)), 5, is_classifier=False).labels.tolist() == [3.5]


def test_a_channel_without_records_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(DataError, match="holds no record"):
            read_channel(folder, 5, is_classifier=True)


def test_a_key_that_is_both_who_and_what_is_refused(tmp_path: Path) -> None:
    samples = read_channel(record_file(tmp_path, sample([0, 2], 1.0), sample([2, 3], 1.0)), 5, is_classifier=True)

    with pytest.raises(DataError, match="The key 2 stands for somebody and for something"):
        first_film(samples)
