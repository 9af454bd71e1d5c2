"""Commands where PyTorch is missing: what would learn by it says so before the work, and what does not goes on."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from recommender import neural_extra
from recommender.models import recipes
from tests.networks import a_sequence
from tests.recommender.cli.commands import Matinee, done, model_in_force, new_person, rate, refused

SAID = "The recipe sequence cannot be used here: it learns by PyTorch, which is not installed; `make neural-tools` installs it."


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = neural_extra.importlib.util.find_spec
    monkeypatch.setattr(neural_extra.importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else find_spec(name, *rest))
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.fixture
def published(matinee: Matinee, data: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> Matinee:
    """Commands beside a model of the recipe sequence that was trained and published elsewhere."""
    with monkeypatch.context() as there:
        there.setattr(recipes, "fit", lambda recipe, matrix, *_: a_sequence(matrix, rng))
        there.setattr(recipes, "what_is_missing", lambda recipe: None)
        done(matinee("train", "--anyway", "--recipe", "sequence", "--data", data))
    return matinee


@pytest.mark.parametrize(
    "command",
    [
        "train --recipe sequence --data nowhere",
        "evaluate --recipe popular,sequence --data nowhere",
        "compare popular sequence --data nowhere",
        "batch --recipe sequence --data nowhere --output lists.csv",
        "predict --recipe sequence --data nowhere --pairs pairs.csv --output stars.csv",
        "tune --recipe sequence --data nowhere",
        "tune --preset sequence --data nowhere",
        "sweep --user 1 --recipe sequence --data nowhere",
    ],
)
def test_a_command_that_would_train_says_so_before_the_work(matinee: Matinee, command: str) -> None:
    Path("pairs.csv").write_text("user_id,movie_id\n1,1\n")

    assert refused(matinee(*command.split())) == SAID
    assert not Path("lists.csv").exists()


def test_a_model_that_was_trained_elsewhere_makes_lists(published: Matinee) -> None:
    number, token = new_person(published)
    rate(number, token, movie_id=1)

    assert '"basis": "personal"' in done(published("recommend", number, "--token", token, "--json"))
    assert model_in_force()["generation"] == 1


def test_where_nothing_is_new_nothing_is_missing(published: Matinee, data: Path) -> None:
    command = ("train", "--if-needed", "--recipe", "sequence", "--data", data)

    assert published(*command).output == ""
    rate(*new_person(published), movie_id=1)
    assert refused(published(*command)) == SAID


def test_another_recipe_takes_its_place(published: Matinee, data: Path) -> None:
    done(published("train", "--recipe", "user-cosine", "--neighbours", 5, "--data", data))

    assert model_in_force()["generation"] == 2
