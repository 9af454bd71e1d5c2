"""Names, ranges and defaults of a training job's hyperparameters, and what our machine makes of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.errors import InvalidInputError
from recommender.models.fm_sgd import DEFAULTS
from recommender.models.fm_sgd.learning import CONSTANT, NORMAL, UNIFORM, OfEach, Start, course_of
from recommender.models.fm_sgd.losses import LOGISTIC, SQUARED
from recommender.sagemaker.hyperparameters import NAMES, checked

NEEDED = {"feature_dim": "2625", "num_factors": "64", "predictor_type": "binary_classifier"}
FOUND_BY_THE_PAPER = {
    **NEEDED,
    "epochs": "403",
    "mini_batch_size": "359",
    "bias_init_method": "normal",
    "linear_init_method": "normal",
    "factors_init_method": "normal",
}


def test_what_the_paper_found_is_what_the_recipe_does() -> None:
    assert checked(FOUND_BY_THE_PAPER).course(80_000, 0.55) == course_of(DEFAULTS)


def test_what_is_left_out_is_what_sagemaker_says() -> None:
    course = checked(NEEDED).course(80_000, 0.55)

    assert (course.epochs, course.mini_batch_size) == (1, 1000)
    assert (course.base, course.weights, course.factors) == (Start(NORMAL, 0.01), Start(NORMAL, 0.01), Start(NORMAL, 0.001))


def test_every_other_one_reaches_the_machine() -> None:
    given = {
        "bias_lr": "0.3", "linear_lr": "0.2", "factors_lr": "0.1", "bias_wd": "0.001", "linear_wd": "0.002", "factors_wd": "0.003",
        "bias_init_method": "constant", "bias_init_value": "-0.5", "linear_init_method": "uniform", "linear_init_scale": "0.7",
        "factors_init_method": "normal", "factors_init_sigma": "0.9", "clip_gradient": "5", "eps": "1e-6",
        "rescale_grad": "0.5", "seed": "3",
    }  # fmt: skip
    course = checked({**NEEDED, **given}).course(1000, 0.5)

    assert course.rates == OfEach(0.3, 0.2, 0.1)
    assert course.ridges == OfEach(1.0, 2.0, 3.0)  # a decay costs beside each of 1,000 records
    assert (course.base, course.weights, course.factors) == (Start(CONSTANT, -0.5), Start(UNIFORM, 0.7), Start(NORMAL, 0.9))
    assert (course.clip, course.tiny, course.rescale, course.seed, course.loss) == (5.0, 1e-6, 0.5, 3, LOGISTIC)
    assert {*NEEDED, *given, "epochs", "mini_batch_size"} | {
        f"{term}_init_{size}" for term in ("bias", "linear", "factors") for size in ("method", "scale", "sigma", "value")
    } == set(NAMES)


def test_a_regressor_begins_from_the_mean_of_the_labels() -> None:
    course = checked({**NEEDED, "predictor_type": "regressor"}).course(1000, 3.5)

    assert course.loss is SQUARED
    assert course.base == Start(NORMAL, 0.01, around=3.5)
    constant = {"predictor_type": "regressor", "bias_init_method": "constant", "bias_init_value": "1"}
    assert checked({**NEEDED, **constant}).course(9, 3.5).base.drawn(np.random.default_rng(0), (1,)) == [1.0]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"feature_dim": "0"}, "feature_dim must be a whole number from 1 to 10000000, not '0'."),
        ({"num_factors": "2.5"}, "num_factors must be a whole number from 1 to 1024, not '2.5'."),
        ({"num_factors": "2000"}, "num_factors must be a whole number from 1 to 1024, not '2000'."),
        ({"predictor_type": "classifier"}, "predictor_type must be binary_classifier or regressor, not 'classifier'."),
        ({"epochs": "0"}, "epochs must be a whole number from 1 to 10000, not '0'."),
        ({"epochs": "many"}, "epochs must be a whole number from 1 to 10000, not 'many'."),
        ({"mini_batch_size": "-1"}, "mini_batch_size must be a whole number from 1 to 1000000, not '-1'."),
        ({"bias_lr": "-0.1"}, "bias_lr must be a number from 0 up, not '-0.1'."),
        ({"factors_wd": "nan"}, "factors_wd must be a number from 0 up, not 'nan'."),
        ({"linear_wd": "inf"}, "linear_wd must be a number from 0 up, not 'inf'."),
        ({"clip_gradient": "0"}, "clip_gradient must be a number above 0, not '0'."),
        ({"eps": "tiny"}, "eps must be a number above 0, not 'tiny'."),
        ({"linear_init_method": "zeros"}, "linear_init_method must be normal, uniform or constant, not 'zeros'."),
        (
            {"bias_init_method": "uniform"},
            "bias_init_scale must be given, a number from 0 up, where bias_init_method is uniform, not None.",
        ),
        (
            {"factors_init_method": "constant"},
            "factors_init_value must be given, a number, where factors_init_method is constant, not None.",
        ),
        ({"learning_rate": "1"}, "A hyperparameter must be one of feature_dim, num_factors, epochs"),
    ],
)
def test_what_is_out_of_its_range_is_refused_with_the_value_met(given: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checked({**NEEDED, **given})

    assert str(refused.value).startswith(told)


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_needed_must_be_there(name: str) -> None:
    with pytest.raises(InvalidInputError, match=f"^{name} must be given"):
        checked({key: value for key, value in NEEDED.items() if key != name})


def test_what_a_tuning_job_adds_for_itself_is_let_pass() -> None:
    assert "_tuning_objective_metric" not in checked({**NEEDED, "_tuning_objective_metric": "test:rmse"}).texts


def test_whoever_is_folded_in_without_a_decay_is_still_held_a_little() -> None:
    ridge = checked({**NEEDED, "linear_wd": "0", "factors_wd": "0"}).ridge(80_000)

    assert (ridge.linear, ridge.factors) == (0.001, 0.001)


def test_every_hyperparameter_stands_in_the_document() -> None:
    document = (Path(__file__).parents[3] / "docs" / "sagemaker.md").read_text()

    assert [name for name in NAMES if f"`{name}`" not in document] == []
