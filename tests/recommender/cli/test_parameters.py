"""`--parameters` and MATINEE_PARAMETERS: what a search has found, or somebody wrote down, is what is used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.recommender.cli.commands import Matinee, done, lines_of, model_in_force, refused

CAREFUL = '{"recipe": "user-cosine", "parameters": {"rater_damping": 100}}'
FEW = '{"recipe": "user-cosine", "parameters": {"n_neighbours": 5, "damping": 7}}'


@pytest.fixture
def few() -> Path:
    path = Path("few.json")
    path.write_text(FEW)
    return path


def parameters_in_force() -> dict[str, Any]:
    manifest = json.loads((Path("var/blobs/models") / model_in_force()["version"] / "manifest.json").read_text())
    return dict(manifest["facts"]["parameters"])


@pytest.fixture
def home(matinee: Matinee, few: Path) -> Matinee:
    """The commands, once the file is in their folder."""
    few.write_text(FEW)
    return matinee


class TestTrain:
    def test_the_best_of_a_search_is_published(self, home: Matinee, data: Path) -> None:
        done(home("tune", "--data", data, "--trials", 4, "--output", "t.jsonl"))
        best = json.loads(done(home("tune", "--resume", "t.jsonl", "--json")))["best"]["parameters"]

        result = home("train", "--data", data, "--anyway", "--parameters", "t.jsonl")

        done(result)
        assert result.stderr.startswith("Parameters of trial ")
        assert {name: parameters_in_force()[name] for name in best} == best

    def test_what_is_given_comes_before_the_file(self, home: Matinee, data: Path, few: Path) -> None:
        done(home("train", "--data", data, "--anyway", "--parameters", few, "--neighbours", 6))

        assert (parameters_in_force()["n_neighbours"], parameters_in_force()["damping"]) == (6, 7)

    def test_the_settings_can_name_the_file_for_who_trains_by_itself(self, home: Matinee, data: Path, few: Path) -> None:
        done(home("train", "--data", data, "--anyway", parameters=str(few)))
        assert parameters_in_force()["damping"] == 7
        version = model_in_force()["version"]

        done(home("train", "--data", data, "--if-needed", "--anyway", parameters=str(few)))
        assert model_in_force()["version"] == version
        few.write_text(FEW.replace("7", "8"))
        done(home("train", "--data", data, "--if-needed", "--anyway", parameters=str(few)))
        assert parameters_in_force()["damping"] == 8

    def test_the_settings_file_holds_for_its_own_recipe_alone(self, home: Matinee, data: Path, few: Path) -> None:
        done(home("train", "--data", data, "--anyway", "--recipe", "popular", parameters=str(few)))

        assert parameters_in_force()["cut_off"] == 0.9

    def test_a_file_for_another_recipe_is_refused(self, home: Matinee, data: Path, few: Path) -> None:
        said = refused(home("train", "--data", data, "--recipe", "popular", "--parameters", few))

        assert said == "recipe must be user-cosine, which few.json is for, not 'popular'."


class TestOtherCommands:
    def test_batch_and_predict_take_recipe_and_parameters_from_the_file(self, home: Matinee, data: Path, few: Path) -> None:
        Path("pairs.csv").write_text("3,7\n")
        done(home("batch", "--data", data, "--neighbours", 5, "--damping", 7, "--output", "given.csv"))
        done(home("batch", "--data", data, "--parameters", few, "--output", "read.csv"))
        assert lines_of(Path("read.csv")) == lines_of(Path("given.csv"))

        Path("careful.json").write_text(CAREFUL)
        done(home("predict", "--data", data, "--parameters", "careful.json", "--pairs", "pairs.csv", "--output", "read.csv"))
        done(home("predict", "--data", data, "--pairs", "pairs.csv", "--output", "given.csv"))
        assert lines_of(Path("read.csv")) != lines_of(Path("given.csv"))

    def test_evaluate_measures_them_beside_what_else_is_named(self, home: Matinee, data: Path, few: Path) -> None:
        alone = json.loads(done(home("evaluate", "--data", data, "--parameters", few, "--json")))
        beside = json.loads(done(home("evaluate", "--data", data, "--recipe", "user-cosine", "--parameters", few, "--json")))

        assert list(alone["recipes"]) == ["popular", "user-cosine:n_neighbours=5,damping=7"]
        assert list(beside["recipes"]) == ["popular", "user-cosine", "user-cosine:n_neighbours=5,damping=7"]
