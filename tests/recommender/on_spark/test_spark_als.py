"""The recipe spark-als is Spark's own ALS: the same factors as a script's, the same fold-in, and served without Spark once it is fitted."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from recommender import spark_session
from recommender.cli import main
from tests.recommender.cli.commands import write_data_set
from tests.recommender.models.test_spark_als import REFERENCE
from tests.spark_cluster import MATINEE, ROOT, SHORT_LIVED, Standalone
from tests.worlds import random_ratings, two_tastes

OURS = ROOT / ".venv" / "bin" / "matinee"
PAPERS_RMSE = 0.957  # of ALS on u1


def at_first_hand(spark_venv: Path, *arguments: object) -> dict[str, Any]:
    ran = subprocess.run(
        [spark_venv / "bin" / "python", "-W", "error", "-m", "tests.recommender.on_spark.at_first_hand", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **SHORT_LIVED, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


@pytest.fixture(scope="module")
def differences(spark_venv: Path) -> dict[str, Any]:
    return at_first_hand(spark_venv)


@pytest.mark.parametrize("name", ["explicit", "implicit"])
def test_its_factors_are_those_of_a_script_and_people_are_folded_in_as_spark_solves_them(differences: dict[str, Any], name: str) -> None:
    found = differences[name]

    assert found["films"] < 1e-5
    assert found["people"] < 1e-5
    assert found["predictions"] < 5e-5
    assert found["is the same again"]


def test_the_numbers_kept_are_what_spark_says_today(differences: dict[str, Any]) -> None:
    kept = json.loads(REFERENCE.read_text())

    for name, parts in kept.items():
        told = differences[name]["script"]
        assert told["best"] == parts["best"]
        for part in ("people", "films", "predictions"):
            assert [*map(len, told[part])] == [*map(len, parts[part])]
            for row, other in zip(told[part], parts[part], strict=True):
                assert row == pytest.approx(other, abs=1e-5, rel=1e-5)


def test_it_is_fitted_in_a_session_of_its_own_where_there_is_none_and_by_ten_rounds(differences: dict[str, Any]) -> None:
    """Java's usual stack is too small for them."""
    assert differences["is fitted in a session of its own"]


@pytest.mark.data
@pytest.mark.slow
def test_its_error_on_u1_is_no_higher_than_the_papers(spark_venv: Path, ml_100k: Path) -> None:
    found = at_first_hand(spark_venv, ml_100k)

    assert found["rmse on u1, own"] < PAPERS_RMSE
    assert found["rmse on u1, paper"] > 1.05  # what maxIter=5 and regParam=0.01 give on ratings that were held out


def run(program: Path, folder: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, **SHORT_LIVED, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def small(folder: Path, **parameters: float) -> Path:
    """Few rounds of few factors, to be sooner done."""
    path = folder / "parameters.json"
    path.write_text(json.dumps({"recipe": "spark-als", "parameters": {"n_factors": 4, "n_iterations": 3, **parameters}}))
    return path


@pytest.mark.slow
def test_trained_on_a_cluster_it_is_served_where_there_is_no_spark(cluster: Standalone, spark_venv: Path, tmp_path: Path) -> None:
    data = write_data_set(tmp_path / "two tastes", two_tastes())
    trained = run(
        MATINEE,
        tmp_path,
        "train",
        "--data",
        data,
        "--parameters",
        small(tmp_path, implicit=0),
        "--anyway",
        MATINEE_SPARK_MASTER=cluster.master,
    )
    assert trained.returncode == 0, trained.stderr
    assert "Trained spark-als on two tastes" in trained.stderr

    told = run(OURS, tmp_path, "recommend", "1", "-n", "2", "--json", JAVA_HOME=str(tmp_path), PATH="")

    assert told.returncode == 0, told.stderr
    # All that user 1 has left unrated: film 3 is of their taste, film 4 is not.
    assert [line["movie"]["movie_id"] for line in json.loads(told.stdout)["movies"]] == [3, 4]


@pytest.mark.slow
def test_its_lists_by_a_cluster_are_those_of_this_machine(cluster: Standalone, spark_venv: Path, tmp_path: Path) -> None:
    import numpy as np

    data = write_data_set(tmp_path / "random", random_ratings(np.random.default_rng(0)), n_movies=60)

    def made(name: str, *options: str, **environment: str) -> str:
        done = run(MATINEE, tmp_path, "batch", "--data", data, "--parameters", small(tmp_path), "--output", name, *options, **environment)
        assert done.returncode == 0, done.stderr
        return (tmp_path / name).read_text()

    assert made("cluster.csv", "--engine", "spark", MATINEE_SPARK_MASTER=cluster.master) == made("here.csv")


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        "command",
        [
            ["train", "--recipe", "spark-als"],
            ["evaluate", "--recipe", "popular,spark-als"],
            ["compare", "popular", "spark-als"],
            ["sweep", "--recipe", "spark-als", "--user", "1"],
            ["batch", "--recipe", "spark-als", "--output", "lists.csv"],
            ["predict", "--recipe", "spark-als", "--pairs", "pairs.csv", "--output", "out.csv"],
            ["tune", "--recipe", "spark-als"],
        ],
        ids=lambda command: command[0],
    )
    def test_where_pyspark_is_missing_every_command_that_fits_it_says_so_before_the_work(
        self, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(spark_session, "what_is_missing", lambda: "pyspark is not installed")
        Path("pairs.csv").write_text("user_id,movie_id\n1,1\n")

        told = CliRunner().invoke(main, [*command, "--data", "nowhere"])

        assert told.exit_code == 1
        assert told.stderr == (
            "Error: The recipe spark-als cannot be used here: pyspark is not installed; `make spark-tools` makes an environment with it, "
            "and apt-get install openjdk-17-jre-headless brings Java.\n"
        )

    def test_where_java_is_missing_training_says_so_before_the_work(self, spark_venv: Path, tmp_path: Path) -> None:
        told = run(MATINEE, tmp_path, "train", "--data", "nowhere", "--recipe", "spark-als", JAVA_HOME=str(tmp_path))

        assert told.returncode == 1
        assert told.stderr.startswith("Error: The recipe spark-als cannot be used here: there is no Java; ")
        assert told.stderr.count("\n") == 1
