"""`matinee sagemaker`."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from recommender.cli.sagemaker import _at_hand
from recommender.sagemaker.machine import load
from tests.recommender.cli.commands import Matinee, done, refused


def test_a_data_set_is_written_and_told(matinee: Matinee, data: Path, tmp_path: Path) -> None:
    told = done(matinee("sagemaker", "write", "--data", data, "--to", tmp_path / "bucket")).splitlines()

    path = tmp_path / "bucket" / "fm" / "train" / "train.protobuf"
    assert told[0].split() == ["file", "records", "bytes", "sha256"]
    assert told[1].split() == [str(path), "448", f"{path.stat().st_size:,}", hashlib.sha256(path.read_bytes()).hexdigest()[:12]]
    assert told[4] == f"feature_dim is 50 = 20 people + 30 films, two ones in each record; models go to {tmp_path}/bucket/fm/output"


def test_another_fifth_is_other_records(matinee: Matinee, data: Path) -> None:
    done(matinee("sagemaker", "write", "--data", data, "--to", "one"))
    done(matinee("sagemaker", "write", "--data", data, "--to", "other", "--split", "u2"))

    assert Path("one/fm/test/test.protobuf").read_bytes() != Path("other/fm/test/test.protobuf").read_bytes()


def test_a_place_that_is_none_is_refused_before_any_work(matinee: Matinee, data: Path) -> None:
    assert "must look like s3://bucket/folder" in refused(matinee("sagemaker", "write", "--data", data, "--to", "s3://Movie Recom"))


class TestInABucket:
    @pytest.fixture
    def bucket(self, moto_url: str, amazon_environment: Callable[[str], None]) -> str:
        amazon_environment(moto_url)
        name = f"movierecom-{uuid.uuid4().hex}"
        boto3.client("s3").create_bucket(Bucket=name)
        return name

    def test_the_files_lie_at_the_papers_keys_and_are_those_of_a_folder(self, matinee: Matinee, data: Path, bucket: str) -> None:
        done(matinee("sagemaker", "write", "--data", data, "--to", f"s3://{bucket}"))
        done(matinee("sagemaker", "write", "--data", data, "--to", "here"))

        s3 = boto3.client("s3")
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
        assert keys == ["fm/ids/ids.json", "fm/test/test.protobuf", "fm/train/train.protobuf"]
        for key in keys:
            assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == (Path("here") / key).read_bytes()

    def test_a_model_is_trained_from_the_bucket_and_put_there_and_can_be_fetched_to_serve(
        self, matinee: Matinee, data: Path, bucket: str
    ) -> None:
        done(matinee("sagemaker", "write", "--data", data, "--to", f"s3://{bucket}"))
        done(matinee("sagemaker", "write", "--data", data, "--to", "here"))
        told = ("--name", "fm-1", "--set", "epochs=3", "--set", "num_factors=4")

        result = matinee("sagemaker", "run", "--bucket", f"s3://{bucket}", *told)
        beside = done(matinee("sagemaker", "run", "--bucket", "here", *told))

        assert done(result) == beside
        place = f"s3://{bucket}/fm/output/fm-1/output/model.tar.gz"
        assert result.stderr.startswith(f"The model is {place}; ")
        fetched, local = load(_at_hand(place)), load(Path("here/fm/output/fm-1/output/model.tar.gz"))
        assert (fetched.factors == local.factors).all()
        assert fetched.n_features == 50
        assert refused(matinee("sagemaker", "serve", "--model", f"s3://{bucket}/fm/none.tar.gz")) == (
            f"There is no model at s3://{bucket}/fm/none.tar.gz; name the model.tar.gz of a job."
        )

    def test_a_bucket_that_is_not_there_is_told(self, matinee: Matinee, data: Path, bucket: str) -> None:
        assert f"{bucket}-gone" in refused(matinee("sagemaker", "write", "--data", data, "--to", f"s3://{bucket}-gone"))


ROLE = "arn:aws:iam::123456789012:role/SageMakerRole"


def test_calls_are_printed_and_nothing_is_sent(matinee: Matinee) -> None:
    told = json.loads(done(matinee("sagemaker", "job", "--kind", "training", "--role", ROLE, "--set", "epochs=403", "--name", "stage-one")))

    assert list(told) == ["CreateTrainingJob"]
    assert told["CreateTrainingJob"]["HyperParameters"]["epochs"] == "403"
    assert told["CreateTrainingJob"]["ResourceConfig"]["InstanceType"] == "ml.c5.xlarge"
    endpoint = json.loads(done(matinee("sagemaker", "job", "--kind", "endpoint", "--role", ROLE)))
    assert list(endpoint) == ["CreateModel", "CreateEndpointConfig", "CreateEndpoint"]


def test_a_value_without_a_name_is_refused(matinee: Matinee) -> None:
    told = refused(matinee("sagemaker", "job", "--kind", "training", "--role", ROLE, "--set", "403"))

    assert told == "--set must be NAME=VALUE, such as epochs=403, not '403'."


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        ("training", ["training-job"]),
        ("tuning", ["hyper-parameter-tuning-job"]),
        ("endpoint", ["model", "endpoint-config", "endpoint"]),
    ],
)
def test_what_is_submitted_is_made(
    matinee: Matinee, moto_url: str, amazon_environment: Callable[[str], None], kind: str, made: list[str]
) -> None:
    amazon_environment(moto_url)
    name = f"fm-{uuid.uuid4().hex[:20]}"

    result = matinee("sagemaker", "job", "--kind", kind, "--role", ROLE, "--name", name, "--submit")

    done(result)
    arns = [line.removeprefix("made   ") for line in result.stderr.splitlines()]
    assert [arn.split(":")[5].split("/")[0] for arn in arns] == made
    assert all(arn.endswith(f"/{name}") for arn in arns)
