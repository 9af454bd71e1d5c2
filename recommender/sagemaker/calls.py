"""The calls of the SageMaker API that the papers' notebook comes to: a training job, a tuning job, an endpoint.

Source: the operations CreateTrainingJob, CreateHyperParameterTuningJob, CreateModel, CreateEndpointConfig and CreateEndpoint of the API
reference. An image that is not named is Amazon's own algorithm, which knows its metrics and no channel of ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recommender.data.recordio.record import CONTENT_TYPE
from recommender.errors import InvalidInputError
from recommender.evaluation.search import amazon
from recommender.sagemaker.container import METRICS
from recommender.sagemaker.hyperparameters import checked
from recommender.sagemaker.place import IDS, TEST, TRAIN, Place

TRAINING, TUNING, ENDPOINT = "training", "tuning", "endpoint"
KINDS = (TRAINING, TUNING, ENDPOINT)
_PRESET = "fm-paper"
_VOLUME_GB = 10
_LONGEST_SECONDS = 3600  # of one training job
_LONGEST_WAIT = 2 * _LONGEST_SECONDS  # for a spot machine, the training included

Call = tuple[str, dict[str, Any]]  # the operation and its parameters


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a job or an endpoint is to be. name: of it, and of everything that belongs to it. role: the ARN that SageMaker acts as.

    image: of a container; none is Amazon's algorithm. told: hyperparameters beside, and in place of, the papers'. machine: the instance
    type. model_data: what an endpoint serves; none is what the training job of the same name has left.
    """

    name: str
    role: str
    place: Place
    region: str
    machine: str
    image: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    model_data: str = ""
    n_trials: int = 20
    at_once: int = 1
    is_spot: bool = False


def calls_for(kind: str, wanted: Wanted) -> list[Call]:
    """The calls, in their order; InvalidInputError for hyperparameters that no training would take, and for a place that is no bucket."""
    if not wanted.place.is_bucket:
        raise InvalidInputError("The bucket", wanted.place.root, "an address such as s3://movierecom")
    if not wanted.image and "seed" in wanted.told:
        raise InvalidInputError("seed", wanted.told["seed"], "left out without --image, since Amazon's algorithm has none")
    return {TRAINING: _training, TUNING: _tuning, ENDPOINT: _endpoint}[kind](wanted)


def _training(wanted: Wanted) -> list[Call]:
    told = {**papers_hyperparameters(), **wanted.told}
    checked(told)
    return [("CreateTrainingJob", {"TrainingJobName": wanted.name, "HyperParameters": told, **_definition(wanted)})]


def _tuning(wanted: Wanted) -> list[Call]:
    job = amazon.tuning_job(_PRESET, n_trials=wanted.n_trials, at_once=wanted.at_once)
    config, definition = job["HyperParameterTuningJobConfig"], job["TrainingJobDefinition"]
    searched = [each["Name"] for ranges in config["ParameterRanges"].values() for each in ranges]
    if both := [name for name in wanted.told if name in searched]:
        raise InvalidInputError("A hyperparameter", both[0], f"none that is searched for, as are {' and '.join(searched)}")
    static = {**definition["StaticHyperParameters"], **wanted.told}
    checked(static)
    if static["predictor_type"] != papers_hyperparameters()["predictor_type"]:
        config["HyperParameterTuningJobObjective"] = {"Type": "Minimize", "MetricName": "test:rmse"}
    definition = {"StaticHyperParameters": static, **_definition(wanted)}
    parameters = {
        "HyperParameterTuningJobName": wanted.name,
        "HyperParameterTuningJobConfig": config,
        "TrainingJobDefinition": definition,
    }
    return [("CreateHyperParameterTuningJob", parameters)]


def _endpoint(wanted: Wanted) -> list[Call]:
    container = {"Image": _image(wanted), "ModelDataUrl": wanted.model_data or wanted.place.model_of(wanted.name)}
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": wanted.name,
        "InitialInstanceCount": 1,
        "InstanceType": wanted.machine,
        "InitialVariantWeight": 1.0,
    }
    return [
        ("CreateModel", {"ModelName": wanted.name, "PrimaryContainer": container, "ExecutionRoleArn": wanted.role}),
        ("CreateEndpointConfig", {"EndpointConfigName": wanted.name, "ProductionVariants": [variant]}),
        ("CreateEndpoint", {"EndpointName": wanted.name, "EndpointConfigName": wanted.name}),
    ]


def _definition(wanted: Wanted) -> dict[str, Any]:
    """What training jobs and those of a tuning job have in common."""
    algorithm: dict[str, Any] = {"TrainingImage": _image(wanted), "TrainingInputMode": "File"}
    if wanted.image:
        algorithm["MetricDefinitions"] = [{"Name": name, "Regex": regex} for name, regex in METRICS.items()]
    stopping = {"MaxRuntimeInSeconds": _LONGEST_SECONDS}
    if wanted.is_spot:
        stopping["MaxWaitTimeInSeconds"] = _LONGEST_WAIT
    return {
        "AlgorithmSpecification": algorithm,
        "RoleArn": wanted.role,
        "InputDataConfig": [_channel(name, wanted.place) for name in (TRAIN, TEST, *([IDS] if wanted.image else []))],
        "OutputDataConfig": {"S3OutputPath": wanted.place.output},
        "ResourceConfig": {"InstanceType": wanted.machine, "InstanceCount": 1, "VolumeSizeInGB": _VOLUME_GB},
        "StoppingCondition": stopping,
        **({"EnableManagedSpotTraining": True} if wanted.is_spot else {}),
    }


def _channel(name: str, place: Place) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": place.channel(name), "S3DataDistributionType": "FullyReplicated"}
    form = {} if name == IDS else {"ContentType": CONTENT_TYPE}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **form, "CompressionType": "None", "RecordWrapperType": "None"}


def _image(wanted: Wanted) -> str:
    return wanted.image or amazon.image_of(_PRESET, wanted.region)


def papers_hyperparameters() -> dict[str, str]:
    """Of the papers' tuning job those that are not searched for."""
    job = amazon.tuning_job(_PRESET, n_trials=1)
    static: dict[str, str] = job["TrainingJobDefinition"]["StaticHyperParameters"]
    return static
