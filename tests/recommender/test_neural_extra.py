"""What learns by PyTorch: what it says where there is none, that its lists need none, and that it leaves no trace where there is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import model_figures
from recommender import neural_extra, publication, training
from recommender.choosing import AUTO, CANDIDATES
from recommender.data.matrix import RatingMatrix
from recommender.errors import MissingExtraError
from recommender.history import trainings
from recommender.models import History, files, recipes
from recommender.neural_extra import lent_torch
from recommender.storage.blobs import Blobs
from recommender.storage.profiles import Profiles
from tests.networks import a_classifier, a_sequence
from tests.recommender.test_promotion import tastes_in_time
from tests.worlds import data_set_of, random_ratings, two_tastes

NEURAL = tuple(name for name, recipe in recipes.BY_NAME.items() if neural_extra.TORCH in recipe.needs)
SAID = "The recipe sequence cannot be used here: it learns by PyTorch, which is not installed; `make neural-tools` installs it."
ROOT = Path(__file__).parents[2]


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with what runs alone."""
    monkeypatch.setattr(neural_extra.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "torch", None)


def test_the_neural_recipes_are_there_with_the_extra_and_without() -> None:
    assert NEURAL == ("classifier", "sequence")


def test_auto_does_not_try_them() -> None:
    assert not set(NEURAL) & {*CANDIDATES, AUTO}


@pytest.mark.usefixtures("no_torch")
class TestWhereThereIsNone:
    def test_fitting_says_what_is_missing_and_how_to_get_it(self) -> None:
        data = data_set_of(two_tastes())
        with pytest.raises(MissingExtraError) as missing:
            recipes.fit("sequence", RatingMatrix.of(data.ratings, data.catalogue.movie_ids), data.catalogue)

        assert str(missing.value) == SAID

    def test_what_is_measured_by_all_recipes_leaves_them_out_and_says_so(self, capsys: pytest.CaptureFixture[str]) -> None:
        left = model_figures.trainable()

        assert left == [name for name, recipe in recipes.BY_NAME.items() if not recipe.needs]
        assert "sequence is left out: it learns by PyTorch, which is not installed" in "".join(capsys.readouterr())

    @pytest.mark.parametrize("recipe", NEURAL)
    def test_a_model_that_was_trained_elsewhere_makes_lists(self, recipe: str, tmp_path: Path, rng: np.random.Generator) -> None:
        ratings = data_set_of(random_ratings(rng), n_movies=60)
        matrix = RatingMatrix.of(ratings.ratings, ratings.catalogue.movie_ids)
        made = {"sequence": a_sequence, "classifier": a_classifier}[recipe](matrix, rng)
        digest = files.save(tmp_path, made.arrays(), {})

        model = recipes.restore(recipe, matrix, ratings.catalogue, {}, files.load(tmp_path, sha256=digest).arrays)

        history = History.of_row(matrix, 3)
        np.testing.assert_array_equal(model.score(history), made.score(history))

    def test_the_gate_says_that_it_cannot_try_the_model_in_force(
        self, blobs: Blobs, profiles: Profiles, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        data = data_set_of(tastes_in_time(), n_movies=60)

        with monkeypatch.context() as there:
            there.setattr(recipes, "fit", lambda recipe, matrix, *_: a_sequence(matrix, rng))
            there.setattr(recipes, "what_is_missing", lambda recipe: None)
            training.train(data, blobs, profiles, recipe="sequence", source="here")

        trained = training.train(data, blobs, profiles, recipe="user-cosine", parameters={"n_neighbours": 5}, source="here", judged=True)

        assert (
            trained.says == "The sequence in force could not be fitted here to compare with: it learns by PyTorch, which is not installed."
        )
        pointer, _ = publication.read_pointer(blobs)
        assert pointer is not None
        assert publication.load(blobs, pointer).model.recipe == "user-cosine"
        assert len(trainings(blobs)) == 2


def test_making_lists_loads_neither_pytorch_nor_what_only_training_needs() -> None:
    program = (
        "import json, sys\n"
        "import numpy as np\n"
        "from recommender.models import History\n"
        "from tests.networks import a_classifier, a_sequence\n"
        "from tests.worlds import matrix_of, two_tastes\n"
        "matrix = matrix_of(two_tastes())\n"
        "for made in (a_classifier, a_sequence):\n"
        "    model = made(matrix, np.random.default_rng(0))\n"
        "    model.explain(History.of_row(matrix, 0), np.argsort(model.score(History.of_row(matrix, 0))))\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )

    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert {"torch", "scipy"} & set(json.loads(ran.stdout)) == set()


@pytest.mark.neural
class TestWhereThereIs:
    def test_threads_and_chance_are_as_before(self) -> None:
        import torch

        torch.set_num_threads(2)
        torch.manual_seed(580)
        before = torch.random.get_rng_state()

        with lent_torch("sequence", seed=1) as lent:
            inside = lent.get_num_threads(), float(lent.rand(1))

        assert torch.get_num_threads() == 2
        assert torch.equal(torch.random.get_rng_state(), before)
        with lent_torch("sequence", seed=1) as lent:
            assert (lent.get_num_threads(), float(lent.rand(1))) == inside

    @pytest.mark.parametrize("recipe", NEURAL)
    def test_in_another_process_the_same_ratings_give_the_same_bits(self, recipe: str) -> None:
        program = (
            "import hashlib, sys\n"
            "from recommender.models import recipes\n"
            "from recommender.data.matrix import RatingMatrix\n"
            "from tests.worlds import data_set_of, two_tastes\n"
            "data = data_set_of(two_tastes())\n"
            "model = recipes.fit(sys.argv[1], RatingMatrix.of(data.ratings, data.catalogue.movie_ids), data.catalogue)\n"
            "print(hashlib.sha256(b''.join(array.tobytes() for _, array in sorted(model.arrays().items()))).hexdigest())\n"
        )
        ran = [
            subprocess.run([sys.executable, "-c", program, recipe], cwd=ROOT, capture_output=True, text=True, check=True).stdout
            for _ in range(2)
        ]

        assert ran[0] == ran[1]
