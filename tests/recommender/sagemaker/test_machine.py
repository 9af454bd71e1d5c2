"""The machine by its formula, and on disk."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import InvalidInputError, ModelError
from recommender.models.fm_sgd.losses import chance_of
from recommender.sagemaker.machine import Machine, Row, load, save
from recommender.sagemaker.one_hot import Ids


@pytest.fixture
def machine(rng: np.random.Generator) -> Machine:
    ids = Ids(np.array([7, 9]), np.array([10, 20, 40]))
    factors = rng.normal(size=(5, 3)).astype(np.float32)
    return Machine(rng.normal(size=1), rng.normal(size=5), factors, is_classifier=False, ids=ids, facts={"epochs": 3})


def by_the_formula(machine: Machine, row: Row) -> float:
    """Rendle's equation 1, pair by pair."""
    cells = list(zip(row.keys, row.values, strict=True))
    factors = machine.factors.astype(np.float64)
    return float(
        machine.base[0]
        + sum(machine.weights[key] * value for key, value in cells)
        + sum(factors[a] @ factors[b] * x * y for (a, x), (b, y) in combinations(cells, 2))
    )


def test_a_score_is_the_sum_over_features_and_their_pairs(machine: Machine) -> None:
    rows = [Row((0, 3), (1.0, 1.0)), Row((), ()), Row((4,), (2.0,)), Row((0, 1, 2, 3, 4), (0.5, -1.0, 2.0, 1.0, 3.0))]

    np.testing.assert_allclose(machine.scores(rows), [by_the_formula(machine, row) for row in rows], rtol=1e-12)
    np.testing.assert_allclose(replace(machine, is_classifier=True).scores(rows), chance_of(machine.scores(rows)), rtol=1e-12)
    assert machine.scores([]).tolist() == []


def test_a_pair_by_its_numbers_is_the_row_of_its_keys(machine: Machine) -> None:
    assert machine.row_of(9, 40) == Row((1, 4), (1.0, 1.0))
    with pytest.raises(InvalidInputError, match="user_id must be somebody whom the model has learned from, not 8"):
        machine.row_of(8, 40)
    with pytest.raises(InvalidInputError, match="movie_id must be a film of the data that the model was trained on, not 41"):
        machine.row_of(9, 41)
    with pytest.raises(InvalidInputError, match="trained with the channel ids"):
        replace(machine, ids=None).row_of(9, 40)


def test_what_was_saved_is_loaded_from_the_folder_and_from_the_pack(machine: Machine, tmp_path: Path) -> None:
    save(machine, tmp_path / "model")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as pack:
        pack.add(tmp_path / "model", ".")

    for place in (tmp_path / "model", tmp_path / "model.tar.gz"):
        read = load(place)
        for name in ("base", "weights", "factors"):
            np.testing.assert_array_equal(getattr(read, name), getattr(machine, name))
        assert read.ids is not None
        assert (read.ids.user_ids.tolist(), read.ids.movie_ids.tolist()) == ([7, 9], [10, 20, 40])
        assert (read.is_classifier, read.facts) == (False, {"epochs": 3})
    assert {path.name for path in (tmp_path / "model").iterdir()} == {
        "base.npy", "weights.npy", "factors.npy", "user_ids.npy", "movie_ids.npy", "manifest.json",
    }  # fmt: skip


def test_a_second_model_takes_the_place_of_the_first(machine: Machine, tmp_path: Path) -> None:
    save(machine, tmp_path)
    save(replace(machine, weights=machine.weights + 1), tmp_path)

    np.testing.assert_array_equal(load(tmp_path).weights, machine.weights + 1)


def test_a_model_that_is_none_or_damaged_is_refused(machine: Machine, tmp_path: Path) -> None:
    save(machine, tmp_path / "model")
    weights = tmp_path / "model" / "weights.npy"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(ModelError, match="is not the one that was trained"):
        load(tmp_path / "model")
    with pytest.raises(ModelError, match=r"neither a folder nor a model\.tar\.gz"):
        load(weights)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="cannot be read"):
        load(tmp_path / "empty")


def test_a_pack_that_reaches_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as pack:
        pack.add(tmp_path / "file", "../outside")

    with pytest.raises(ModelError, match="unpacked"):
        load(tmp_path / "model.tar.gz")
