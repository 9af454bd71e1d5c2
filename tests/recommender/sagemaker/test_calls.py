"""The calls to SageMaker: what they say, whether the service's model takes them, and what is sent."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from recommender.errors import InvalidInputError, StorageError
from recommender.sagemaker import service_model
from recommender.sagemaker.calls import ENDPOINT, KINDS, TRAINING, TUNING, Wanted, calls_for
from recommender.sagemaker.container import METRICS
from recommender.sagemaker.hyperparameters import checked
from recommender.sagemaker.place import Place

GOLDEN = Path(__file__).parent / "golden"
ROLE = "arn:aws:iam::123456789012:role/SageMakerRole"
OURS = "123456789012.dkr.ecr.us-east-2.amazonaws.com/matinee-fm:1"
PAPERS = Wanted("movierecom-fm", ROLE, Place.at("s3://movierecom"), "us-east-2", "ml.c5.xlarge")
FOUND = {"epochs": "403", "mini_batch_size": "359"}


def the_call(kind: str, wanted: Wanted) -> dict[str, Any]:
    ((_, parameters),) = calls_for(kind, wanted)
    return parameters


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [(TUNING, PAPERS), (TRAINING, replace(PAPERS, told=FOUND)), (ENDPOINT, replace(PAPERS, image=OURS, machine="ml.m5.large"))],
)
def test_the_papers_calls_are_as_they_were_looked_through(kind: str, wanted: Wanted) -> None:
    assert dict(calls_for(kind, wanted)) == json.loads((GOLDEN / f"{kind}.json").read_text())


def test_the_tuning_job_says_what_the_paper_says() -> None:
    job = the_call(TUNING, PAPERS)
    config, definition = job["HyperParameterTuningJobConfig"], job["TrainingJobDefinition"]

    assert config["HyperParameterTuningJobObjective"] == {"Type": "Maximize", "MetricName": "test:binary_classification_accuracy"}
    ranges = {
        each["Name"]: (each["MinValue"], each["MaxValue"], each["ScalingType"])
        for each in config["ParameterRanges"]["IntegerParameterRanges"]
    }
    assert ranges == {"mini_batch_size": ("50", "3000", "Linear"), "epochs": ("50", "500", "Linear")}
    assert definition["StaticHyperParameters"] == {"feature_dim": "2625", "num_factors": "64", "predictor_type": "binary_classifier"}
    assert definition["AlgorithmSpecification"]["TrainingInputMode"] == "File"
    assert definition["OutputDataConfig"] == {"S3OutputPath": "s3://movierecom/fm/output"}
    assert [each["DataSource"]["S3DataSource"]["S3Uri"] for each in definition["InputDataConfig"]] == [
        "s3://movierecom/fm/train/",
        "s3://movierecom/fm/test/",
    ]


@pytest.mark.parametrize("image", ["", OURS])
@pytest.mark.parametrize("is_spot", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_call_is_as_the_services_model_has_it(kind: str, is_spot: bool, image: str) -> None:
    service_model.check(calls_for(kind, replace(PAPERS, image=image, is_spot=is_spot)))


def test_our_container_is_told_of_its_ids_and_amazon_of_its_figures() -> None:
    job = the_call(TRAINING, replace(PAPERS, image=OURS, is_spot=True))

    assert [each["ChannelName"] for each in job["InputDataConfig"]] == ["train", "test", "ids"]
    told = {each["Name"]: each["Regex"] for each in job["AlgorithmSpecification"]["MetricDefinitions"]}
    assert told == METRICS
    line = "#quality_metric: host=algo-1, test binary_classification_accuracy <score>=0.72505"
    found = {name: match[1] for name, regex in told.items() if (match := re.search(regex, line))}
    assert found == {"test:binary_classification_accuracy": "0.72505"}
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}


def test_a_search_for_stars_looks_for_the_least_error() -> None:
    job = the_call(TUNING, replace(PAPERS, told={"predictor_type": "regressor"}))

    assert job["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"] == {"Type": "Minimize", "MetricName": "test:rmse"}


def test_whatever_a_search_may_try_is_taken_by_a_training() -> None:
    job = the_call(TUNING, PAPERS)
    static = job["TrainingJobDefinition"]["StaticHyperParameters"]
    for end in ("MinValue", "MaxValue"):
        tried = {each["Name"]: each[end] for each in job["HyperParameterTuningJobConfig"]["ParameterRanges"]["IntegerParameterRanges"]}
        assert checked({**static, **tried, "_tuning_objective_metric": "test:rmse"}).epochs == int(tried["epochs"])


@pytest.mark.parametrize(
    ("kind", "others", "told"),
    [
        (
            TRAINING,
            {"name": "two words"},
            "CreateTrainingJob.TrainingJobName must be as [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62} says, not 'two words'.",
        ),
        (TUNING, {"name": "x" * 33}, "CreateHyperParameterTuningJob.HyperParameterTuningJobName must be 1 to 32 letters long, not 'xxxxx"),
        (ENDPOINT, {"role": "nobody"}, "CreateModel.ExecutionRoleArn must be 20 to 2048 letters long, not 'nobody'."),
        (TRAINING, {"role": "nobody" * 4}, "CreateTrainingJob.RoleArn must be as arn:aws"),
        (
            TRAINING,
            {"machine": "ml.big"},
            "CreateTrainingJob.ResourceConfig.InstanceType must be one of Amazon's words for it, not 'ml.big'.",
        ),
        (ENDPOINT, {"model_data": "model.tar.gz"}, "CreateModel.PrimaryContainer.ModelDataUrl must be as (https|s3)"),
        (TRAINING, {"told": {"epochs": "0"}}, "epochs must be a whole number from 1 to 10000, not '0'."),
        (TRAINING, {"told": {"layers": "3"}}, "A hyperparameter must be one of feature_dim"),
        (
            TUNING,
            {"told": {"epochs": "9"}},
            "A hyperparameter must be none that is searched for, as are mini_batch_size and epochs, not 'epochs'.",
        ),
        (TRAINING, {"told": {"seed": "3"}}, "seed must be left out without --image, since Amazon's algorithm has none, not '3'."),
        (TRAINING, {"region": "mars-1"}, "region must be us-east-1, us-east-2, us-west-2, eu-west-1, or an image be named, not 'mars-1'."),
        (TRAINING, {"place": Place.at("here")}, "The bucket must be an address such as s3://movierecom, not 'here'."),
    ],
)
def test_what_amazon_would_refuse_is_refused_here(kind: str, others: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        service_model.check(calls_for(kind, replace(PAPERS, **others)))

    assert str(refused.value).startswith(told)


@pytest.mark.parametrize("others", [{"Rolearn": "x"}, {"StoppingCondition": 5}, {"InputDataConfig": {}}, {"RoleArn": 7}])
def test_a_call_of_another_shape_is_refused_by_botocores_own_check(others: dict[str, Any]) -> None:
    ((operation, parameters),) = calls_for(TRAINING, PAPERS)

    with pytest.raises(InvalidInputError, match=r"^CreateTrainingJob must be as botocore"):
        service_model.check([(operation, {**parameters, **others})])


class TestSent:
    @pytest.fixture
    def client(self) -> Any:
        return boto3.client("sagemaker", region_name="us-east-2", aws_access_key_id="a", aws_secret_access_key="b")

    def test_each_call_is_made_as_it_was_printed(self, client: Any) -> None:
        calls = calls_for(ENDPOINT, replace(PAPERS, machine="ml.m5.large"))
        arns = [f"arn:aws:sagemaker:us-east-2:123456789012:{kind}/movierecom-fm" for kind in ("model", "endpoint-config", "endpoint")]
        with Stubber(client) as stub:
            for (operation, parameters), method, name, arn in zip(
                calls,
                ("create_model", "create_endpoint_config", "create_endpoint"),
                ("ModelArn", "EndpointConfigArn", "EndpointArn"),
                arns,
                strict=True,
            ):
                assert operation.replace("Create", "").lower() == method.removeprefix("create_").replace("_", "")
                stub.add_response(method, {name: arn}, parameters)
            assert service_model.send(calls, client) == arns
            stub.assert_no_pending_responses()

    def test_a_search_is_one_call(self, client: Any) -> None:
        arn = "arn:aws:sagemaker:us-east-2:123456789012:hyper-parameter-tuning-job/movierecom-fm"
        with Stubber(client) as stub:
            stub.add_response("create_hyper_parameter_tuning_job", {"HyperParameterTuningJobArn": arn}, the_call(TUNING, PAPERS))
            assert service_model.send(calls_for(TUNING, PAPERS), client) == [arn]

    def test_what_amazon_refuses_is_told_with_what_was_made_before(self, client: Any) -> None:
        arn = "arn:aws:sagemaker:us-east-2:123456789012:model/movierecom-fm"
        with Stubber(client) as stub:
            stub.add_response("create_model", {"ModelArn": arn})
            stub.add_client_error("create_endpoint_config", "AccessDeniedException", "not yours")
            with pytest.raises(
                StorageError, match=f"^CreateEndpointConfig of SageMaker, after {arn} were made cannot be used: .*not yours"
            ):
                service_model.send(calls_for(ENDPOINT, PAPERS), client)
