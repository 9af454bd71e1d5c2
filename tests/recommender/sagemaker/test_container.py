"""What SageMaker agrees with a container that trains, on a folder in the place of /opt/ml."""

from __future__ import annotations

import json
import re
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from recommender.errors import DataError, InvalidInputError, RecommenderError, StorageError
from recommender.sagemaker.container import METRICS, read_orders, tell_failure, train
from recommender.sagemaker.machine import load
from recommender.sagemaker.one_hot import STARS
from tests.recommender.sagemaker.job_folder import CHANNELS, NEEDED, RECORDIO_FILES, TOLD, job_folder


def test_a_job_leaves_its_model_and_the_figures_that_a_tuning_job_finds(tmp_path: Path) -> None:
    folder, lines = job_folder(tmp_path), list[str]()

    machine = train(folder, say=lines.append, is_stopped=lambda: False)

    read = load(folder / "model")
    assert (read.weights == machine.weights).all()
    assert read.facts == {"hyperparameters": TOLD, "records": 480, "epochs": 30}
    assert read.ids is not None
    found = {name: [float(match[1]) for line in lines if (match := re.search(regex, line))] for name, regex in METRICS.items()}
    assert [len(found[f"test:{name}"]) for name in ("binary_classification_accuracy", "binary_f_beta", "rmse")] == [1, 1, 0]
    assert found["test:binary_classification_accuracy"][0] > 0.8
    assert found["train:binary_classification_accuracy"][0] > 0.8
    assert "#progress_metric: host=algo-1, completed 100 % of 30 epochs" in lines
    assert not (folder / "output").exists()


def test_a_regressor_tells_its_rmse(tmp_path: Path) -> None:
    lines = list[str]()

    train(job_folder(tmp_path, {**TOLD, "predictor_type": "regressor"}, label=STARS), say=lines.append, is_stopped=lambda: False)

    (told,) = (match[1] for line in lines if (match := re.search(METRICS["test:rmse"], line)))
    assert 0 < float(told) < 1.5


def test_a_job_that_is_stopped_leaves_what_it_has_learned(tmp_path: Path) -> None:
    asked, lines = count(), list[str]()

    train(job_folder(tmp_path), say=lines.append, is_stopped=lambda: next(asked) >= 20)

    model = load(tmp_path / "model")
    assert model.facts["epochs"] == 2  # of eight mini-batches each
    assert model.weights[:20].any(), "nobody was folded in"
    assert "Stopped after 2 of 30 epochs; what was learned until then is the model." in lines


def test_neither_test_nor_ids_are_needed(tmp_path: Path) -> None:
    lines = list[str]()

    machine = train(job_folder(tmp_path, TOLD, {"train": {}}), say=lines.append, is_stopped=lambda: False)

    assert machine.ids is None
    assert not any("test" in line for line in lines)


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ({"hyperparameters": {**NEEDED, "epochs": "0"}}, "epochs must be a whole number from 1 to 10000, not '0'."),
        ({"channels": {}}, "The channels must be train, and test and ids if you like, not 'none'."),
        ({"channels": {**CHANNELS, "validation": {}}}, "A channel must be train or test or ids, not 'validation'."),
        (
            {"channels": {"train": {**RECORDIO_FILES, "TrainingInputMode": "Pipe"}}},
            "TrainingInputMode of the channel train must be File or FastFile, not 'Pipe'.",
        ),
        (
            {"channels": {"train": {**RECORDIO_FILES, "ContentType": "text/csv"}}},
            "ContentType of the channel train must be application/x-recordio-protobuf, not 'text/csv'.",
        ),
        (
            {"channels": {"train": {**RECORDIO_FILES, "RecordWrapperType": "RecordIO"}}},
            "RecordWrapperType of the channel train must be None, since its records are framed already, not 'RecordIO'.",
        ),
        (
            {"resources": {"current_host": "algo-2", "hosts": ["algo-1", "algo-2"]}},
            "InstanceCount must be 1, since this machine learns on one, not 2.",
        ),
    ],
)
def test_orders_that_cannot_be_done_are_refused(others: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_orders(job_folder(tmp_path, **others))

    assert str(refused.value) == told


def refusal(folder: Path, error: type[RecommenderError]) -> str:
    with pytest.raises(error) as refused:
        train(folder, say=lambda line: None, is_stopped=lambda: False)
    assert not (folder / "model").exists()
    return str(refused.value)


@pytest.mark.parametrize(
    "others",
    [
        {"predictor_type": "regressor", "factors_init_sigma": "1e20"},
        {"factors_init_method": "constant", "factors_init_value": "1e30"},
        {"linear_init_sigma": "1e200"},
    ],
)
def test_weights_beyond_all_bounds_are_no_model(others: dict[str, str], tmp_path: Path) -> None:
    told = refusal(job_folder(tmp_path, {**TOLD, **others}), InvalidInputError)

    assert told.startswith("The hyperparameters must be such that weights stay within bounds, as smaller rates and starts let them, not {")


def test_another_dimension_than_that_of_the_ids_is_refused(tmp_path: Path) -> None:
    assert refusal(job_folder(tmp_path, {**TOLD, "feature_dim": "51"}), DataError).endswith("that of feature_dim, [51].")


def test_ids_of_other_people_are_refused(tmp_path: Path) -> None:
    folder = job_folder(tmp_path)
    ids = folder / "input" / "data" / "ids" / "ids.json"
    said = json.loads(ids.read_text())

    ids.write_text(json.dumps({"user_ids": said["user_ids"][:-1], "movie_ids": [*said["movie_ids"], 31]}))
    assert refusal(folder, DataError).startswith("The ids are of 19 people, and the records of others")
    ids.write_text(json.dumps({**said, "movie_ids": said["movie_ids"][:-1]}))
    assert refusal(folder, InvalidInputError) == "feature_dim must be 49, as many as ids.json has ids, not 50."
    for bad in ({"user_ids": [1]}, {**said, "user_ids": ["one"]}, {**said, "user_ids": [2, 1]}, {**said, "user_ids": 7}):
        ids.write_text(json.dumps(bad))
        assert "does not name user_ids and movie_ids" in refusal(folder, DataError)


def test_files_that_are_not_there_or_no_json_are_told(tmp_path: Path) -> None:
    folder = job_folder(tmp_path)
    config = folder / "input" / "config" / "hyperparameters.json"
    config.write_text("[]")
    assert refusal(folder, DataError) == f"{config} must hold an object of JSON, not '[]'."
    config.write_text("{")
    assert refusal(folder, DataError).startswith(f"{config} is no JSON")
    config.unlink()
    assert refusal(folder, StorageError).startswith(f"{config} cannot be read: no such file or directory")


def test_a_reason_is_as_long_as_amazon_shows(tmp_path: Path) -> None:
    tell_failure(tmp_path, "x" * 2000)

    assert (tmp_path / "output" / "failure").read_text() == "x" * 1024
