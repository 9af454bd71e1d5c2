"""Commands with stores and data on AWS."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from tests.recommender.cli.commands import Matinee, done, model_in_force, refused, write_data_set
from tests.worlds import two_tastes


class TestOnAws:
    @pytest.fixture
    def name(self, moto_url: str, amazon_environment: Callable[[str], None]) -> str:
        """Of tables and a bucket that are not there, and that no other test takes."""
        amazon_environment(moto_url)
        return f"films-{uuid.uuid4().hex}"

    def test_the_stores_of_the_settings_are_made_where_they_are_not_there(self, matinee: Matinee, name: str) -> None:
        settings = {"profiles_url": f"dynamodb://{name}", "blobs_url": f"s3://{name}/matinee"}
        parts = [f"the table {name}", f"the table {name}-ratings", f"the table {name}-accounts", f"the bucket {name}"]

        assert done(matinee("create-stores", **settings)).splitlines() == [f"made   {part}" for part in parts]
        assert done(matinee("create-stores", **settings)).splitlines() == [f"there  {part}" for part in parts]

        backups = boto3.client("dynamodb").describe_continuous_backups(TableName=f"{name}-ratings")["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
        assert boto3.client("s3").get_bucket_versioning(Bucket=name)["Status"] == "Enabled"

    def test_a_table_that_is_gone_is_made_beside_the_others(self, matinee: Matinee, name: str) -> None:
        done(matinee("create-stores", profiles_url=f"dynamodb://{name}"))
        boto3.client("dynamodb").delete_table(TableName=f"{name}-ratings")

        assert done(matinee("create-stores", profiles_url=f"dynamodb://{name}")).splitlines()[:3] == [
            f"there  the table {name}",
            f"made   the table {name}-ratings",
            f"there  the table {name}-accounts",
        ]

    def test_files_need_nothing_made(self, matinee: Matinee) -> None:
        assert done(matinee("create-stores")).splitlines() == [
            "local  sqlite:var/matinee.sqlite3 needs nothing; it is made when it is first written to",
            "local  file:var/blobs needs nothing; it is made when it is first written to",
        ]
        assert not Path("var").exists()

    def test_an_address_that_is_none_is_refused_before_anything_is_made(self, matinee: Matinee) -> None:
        assert refused(matinee("create-stores", blobs_url="ftp://films")).startswith("MATINEE_BLOBS_URL must look like file:var/blobs")
        assert refused(matinee("create-stores", blobs_url="s3://Film-Club/matinee")) == (
            "MATINEE_BLOBS_URL names the bucket 'Film-Club'; the name of a bucket must be without capitals."
        )
        assert refused(matinee("create-stores", blobs_url="s3://film..club")) == (
            "MATINEE_BLOBS_URL names the bucket 'film..club'; the name of a bucket must be without two points in a row."
        )

    def test_data_put_into_a_bucket_are_told_and_learned_from(self, matinee: Matinee, data: Path, name: str) -> None:
        done(matinee("create-stores", blobs_url=f"s3://{name}"))
        place = f"s3://{name}/data/two tastes"

        lines = done(matinee("upload-data", data, place)).splitlines()

        sums = {file: hashlib.sha256((data / file).read_bytes()).hexdigest() for file in ("movies.csv", "ratings.csv")}
        rows = {"movies.csv": 31, "ratings.csv": 561}
        assert [line.split(maxsplit=4) for line in lines] == [
            [f"{(data / file).stat().st_size:,}", str(rows[file]), "rows", digest, f"{place}/{file}"] for file, digest in sums.items()
        ]

        result = matinee("train", "--data", place)
        done(result)
        assert "Trained user-cosine on two tastes: 560 ratings, 20 lists" in result.stderr

    def test_what_cannot_be_read_is_not_put(self, matinee: Matinee, data: Path, name: str) -> None:
        (data / "movies.csv").unlink()

        assert "has ratings.csv but no movies.csv" in refused(matinee("upload-data", data, f"s3://{name}/data"))

    def test_a_training_is_needed_when_the_data_in_the_bucket_have_changed(self, matinee: Matinee, data: Path, name: str) -> None:
        done(matinee("create-stores", blobs_url=f"s3://{name}"))
        place = f"s3://{name}/data/two tastes"
        done(matinee("upload-data", data, place))
        generations = []

        def train_if_needed() -> None:
            done(matinee("train", "--if-needed", data=place))
            generations.append(model_in_force()["generation"])

        train_if_needed()
        train_if_needed()
        done(matinee("upload-data", data, place))  # the same bytes
        train_if_needed()
        write_data_set(data, two_tastes(n_users=22))
        done(matinee("upload-data", data, place))
        train_if_needed()
        train_if_needed()

        assert generations == [1, 1, 1, 2, 2]

    def test_the_folds_of_a_data_set_in_a_bucket_are_found(self, matinee: Matinee, ml_100k: Path, name: str) -> None:
        done(matinee("create-stores", blobs_url=f"s3://{name}"))
        place = f"s3://{name}/data/ml-100k"
        done(matinee("upload-data", ml_100k, place))

        assert "5 official folds" in done(matinee("evaluate", "--data", place, "--split", "folds", "--recipe", "popular"))
