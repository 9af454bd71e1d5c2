"""Everybody's lists by Spark are those of one machine, byte by byte, by every recipe, from and into buckets, and when executors are killed.

The long form is `make proof-spark`.
"""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from recommender.models import recipes
from recommender.spark_session import PYSPARK
from recommender.storage.part_files import MANIFEST
from tests import stand_ins
from tests.faults.killed_executors import a_world, killed_executors
from tests.recommender.cli.commands import write_data_set
from tests.spark_cluster import MATINEE, ROOT, SHORT_LIVED, Standalone
from tests.worlds import two_tastes


@pytest.mark.slow
def test_by_every_recipe_the_lists_are_those_of_one_machine(spark_venv: Path) -> None:
    ran = subprocess.run(
        [spark_venv / "bin" / "python", "-m", "tests.recommender.on_spark.every_recipe"],
        cwd=ROOT,
        env={**os.environ, **SHORT_LIVED, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told.keys() >= {name for name in recipes.RECIPES if set(recipes.BY_NAME[name].needs) <= {PYSPARK}}
    assert {name: kinds for name, kinds in told.items() if not all(kinds.values())} == {}


def test_an_executor_that_is_killed_loses_nothing(cluster: Standalone, tmp_path: Path) -> None:
    verdict = killed_executors(cluster, a_world(tmp_path / "world", n_users=600), tmp_path, kills=1)

    assert len(verdict.killed) == 1, verdict.said
    assert verdict.n_files == 65
    assert verdict.is_whole, verdict


def test_executors_put_their_files_into_the_bucket_themselves(
    cluster: Standalone, tmp_path: Path, moto_url: str, amazon_environment: Callable[[str], None]
) -> None:
    amazon_environment(moto_url)
    bucket = f"lists-{uuid.uuid4().hex}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket)
    data = write_data_set(tmp_path / "two tastes", two_tastes())
    for file in data.iterdir():
        s3.put_object(Bucket=bucket, Key=f"data/two tastes/{file.name}", Body=file.read_bytes())

    def made(*options: str) -> list[bytes]:
        place = f"out/{uuid.uuid4().hex}"
        names = ["batch", "--data", f"s3://{bucket}/data/two tastes", "--parts", "5", "--form", "nested", *options]
        ran = subprocess.run(
            [MATINEE, *names, "--output", f"s3://{bucket}/{place}/"],
            cwd=tmp_path,
            env={**os.environ, **SHORT_LIVED, **stand_ins.environment_for(moto_url)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        told = json.loads(s3.get_object(Bucket=bucket, Key=f"{place}/{MANIFEST}")["Body"].read())
        return [s3.get_object(Bucket=bucket, Key=f"{place}/{one['name']}")["Body"].read() for one in told["files"]]

    by_spark = made("--engine", "spark", "--master", cluster.master)

    assert len(by_spark) == 5
    assert by_spark == made()


class TestWhatIsMissing:
    def test_without_pyspark_it_is_said_before_the_work(self, tmp_path: Path) -> None:
        from click.testing import CliRunner

        from recommender.cli import main
        from recommender.spark_session import what_is_missing

        if what_is_missing() != "pyspark is not installed":
            pytest.skip("pyspark is installed here")
        told = CliRunner().invoke(main, ["batch", "--data", "nowhere", "--engine", "spark", "--output", str(tmp_path / "lists.csv")])

        assert told.exit_code == 1
        assert (
            "Error: Spark cannot be used here: pyspark is not installed; `make spark-tools` makes an environment with it, and "
            in told.stderr
        )
        assert list(tmp_path.iterdir()) == []
