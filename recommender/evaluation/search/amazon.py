"""A preset as the tuning job that Amazon SageMaker would be asked for.

Source: CreateHyperParameterTuningJob of the SageMaker API, HyperParameterTuningJobConfig and TrainingJobDefinition; the values of the
papers' job are the preset `fm-paper`.
"""

from __future__ import annotations

from typing import Any

from recommender.errors import InvalidInputError
from recommender.evaluation.search.presets import BY_NAME
from recommender.evaluation.search.space import LOG, Choice, Range

# SageMaker's own: where its algorithms lie, by region (those of "Docker Registry Paths" in its developer guide).
_ACCOUNTS = {"us-east-1": "382416733822", "us-east-2": "404615174143", "us-west-2": "174872318107", "eu-west-1": "438346466558"}
REGION = "us-east-2"  # of the paper
_ALGORITHMS = {"fm-paper": "factorization-machines"}  # by preset
_OBJECTIVES = {"accuracy": ("Maximize", "test:binary_classification_accuracy"), "rmse": ("Minimize", "test:rmse")}
_TEXTS = {"fm-paper": {"predictor_type": "binary_classifier"}}  # parameters that are no numbers


def tuning_job(name: str, *, n_trials: int, at_once: int = 1, region: str = REGION) -> dict[str, Any]:
    """The job's HyperParameterTuningJobConfig and TrainingJobDefinition, without what is an account's own: roles, buckets and machines.

    name: of a preset that is one of Amazon's algorithms; InvalidInputError for another. Our own recipe need not be installed.
    """
    if name not in _ALGORITHMS:
        raise InvalidInputError("preset", name, " or ".join(_ALGORITHMS))
    preset = BY_NAME[name]
    direction, metric = _OBJECTIVES[preset.measure]
    ranges = {name: values for name, values in preset.space.items() if not values.is_fixed}
    fixed = {name: _text(values.at(0)) for name, values in preset.space.items() if values.is_fixed}
    return {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": direction, "MetricName": metric},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": n_trials, "MaxParallelTrainingJobs": at_once},
            "ParameterRanges": {
                "IntegerParameterRanges": [_range(n, v) for n, v in ranges.items() if isinstance(v, Range) and v.whole],
                "ContinuousParameterRanges": [_range(n, v) for n, v in ranges.items() if isinstance(v, Range) and not v.whole],
                "CategoricalParameterRanges": [
                    {"Name": n, "Values": [_text(value) for value in v.values]} for n, v in ranges.items() if isinstance(v, Choice)
                ],
            },
        },
        "TrainingJobDefinition": {
            "StaticHyperParameters": {**fixed, **_TEXTS.get(name, {})},
            "AlgorithmSpecification": {
                "TrainingImage": image_of(name, region),
                "TrainingInputMode": "File",
            },
        },
    }


def image_of(name: str, region: str) -> str:
    """Where SageMaker's own algorithm for the preset lies; InvalidInputError for a region of which we do not know it."""
    if region not in _ACCOUNTS:
        raise InvalidInputError("region", region, f"{', '.join(_ACCOUNTS)}, or an image be named")
    return f"{_ACCOUNTS[region]}.dkr.ecr.{region}.amazonaws.com/{_ALGORITHMS[name]}:1"


def _range(name: str, values: Range) -> dict[str, str]:
    scaling = "Logarithmic" if values.scale == LOG else "Linear"
    return {"Name": name, "MinValue": _text(values.low), "MaxValue": _text(values.high), "ScalingType": scaling}


def _text(value: float) -> str:
    return f"{value:g}" if value == int(value) else repr(value)
