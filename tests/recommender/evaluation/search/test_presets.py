"""Spaces with a name: the papers' own figures, and one for every recipe there is."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.evaluation.search import amazon, presets
from recommender.evaluation.search.methods import GRID, Search
from recommender.evaluation.search.presets import BY_NAME, for_recipe, known_preset
from recommender.evaluation.search.space import Choice, Range, drawn
from recommender.models import fm_sgd, recipes, spark_als
from recommender.models.spark_als import SparkAls
from tests.every_recipe import FITTED
from tests.worlds import data_set_of, matrix_of, two_tastes


def test_the_tuning_job_of_the_paper_is_the_one_that_was_published() -> None:
    job = amazon.tuning_job("fm-paper", n_trials=20)

    config, definition = job["HyperParameterTuningJobConfig"], job["TrainingJobDefinition"]
    assert config["HyperParameterTuningJobObjective"] == {"Type": "Maximize", "MetricName": "test:binary_classification_accuracy"}
    assert config["ParameterRanges"] == {
        "IntegerParameterRanges": [
            {"Name": "mini_batch_size", "MinValue": "50", "MaxValue": "3000", "ScalingType": "Linear"},
            {"Name": "epochs", "MinValue": "50", "MaxValue": "500", "ScalingType": "Linear"},
        ],
        "ContinuousParameterRanges": [],
        "CategoricalParameterRanges": [],
    }
    assert definition["StaticHyperParameters"] == {"feature_dim": "2625", "num_factors": "64", "predictor_type": "binary_classifier"}
    assert definition["AlgorithmSpecification"] == {
        "TrainingImage": "404615174143.dkr.ecr.us-east-2.amazonaws.com/factorization-machines:1",
        "TrainingInputMode": "File",
    }
    with pytest.raises(InvalidInputError, match="preset must be fm-paper, not 'ease'"):
        amazon.tuning_job("ease", n_trials=20)


def test_what_the_paper_found_lies_in_what_it_searched() -> None:
    found = {"feature_dim": 2625, "mini_batch_size": 359, "epochs": 403, "num_factors": 64}

    space = BY_NAME["fm-paper"].space
    assert found.keys() == space.keys()
    assert all(space[name].holds(value) for name, value in found.items())


def test_the_papers_machine_takes_all_that_its_data_do_not_say_already() -> None:
    space, missing = BY_NAME["fm-paper"].for_recipe(fm_sgd.DEFAULTS)

    assert missing == ["feature_dim"]
    assert all(space[name].holds(fm_sgd.DEFAULTS[name]) for name in space)
    assert {name: fm_sgd.DEFAULTS[name] for name in space} == {"mini_batch_size": 359, "epochs": 403, "num_factors": 64}


def test_the_grid_of_the_papers_first_model_has_sixteen_points() -> None:
    for preset in (BY_NAME["als-paper"], BY_NAME["spark-als-paper"]):
        assert preset.method == GRID
        assert Search(GRID, preset.space, 1, 0, n_people=943, lower_is_better=True).n_all == 16


@pytest.mark.parametrize("name", ["spark-als", "spark-als-paper"])
def test_sparks_als_takes_the_values_of_its_spaces(name: str, rng: np.random.Generator) -> None:
    space, missing = BY_NAME[name].for_recipe(spark_als.DEFAULTS)

    assert missing == []
    for _ in range(20):  # on no ratings, which start no Spark
        SparkAls.fit(matrix_of([], 3), drawn(space, rng))


def test_the_sequence_model_is_searched_over_its_three() -> None:
    assert BY_NAME["sequence"].space.keys() == {"recency_mask", "hidden_dimension", "bptt"}


@pytest.mark.parametrize("name", [name for name, preset in BY_NAME.items() if preset.recipe == name])
def test_a_space_of_our_own_holds_the_recipes_own_values(name: str) -> None:
    own = recipes.BY_NAME[name].defaults

    assert {parameter for parameter, values in BY_NAME[name].space.items() if not values.holds(own[parameter])} == set()


def test_a_preset_takes_the_names_that_the_recipe_has_and_tells_what_it_lacks() -> None:
    space, missing = BY_NAME["als-paper"].for_recipe({"n_factors": 8, "n_iterations": 100})

    assert space == {"n_factors": Choice((10, 50, 100, 150))}
    assert missing == ["reg_param"]


def test_a_preset_for_a_recipe_that_is_not_installed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    # Another table, since a recipe that is put back into this one comes last for whatever is tested later.
    monkeypatch.setattr(recipes, "BY_NAME", {name: recipe for name, recipe in recipes.BY_NAME.items() if name != "popular"})

    with pytest.raises(InvalidInputError, match=r"one for an installed recipe \(.*\); this one is for popular, not 'popular'"):
        known_preset("popular")
    with pytest.raises(InvalidInputError, match=r"preset must be user-cosine, .* or sequence, not 'best'"):
        known_preset("best")


@pytest.mark.parametrize("recipe", FITTED)
def test_every_recipe_has_a_space_whose_values_it_takes(recipe: str, rng: np.random.Generator) -> None:
    data = data_set_of(two_tastes())
    matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)
    known = recipes.BY_NAME[recipe].defaults
    if not any(value > 0 and not name.startswith(presets.NOT_SEARCHED) for name, value in known.items()):
        with pytest.raises(InvalidInputError, match="recipe must be one with parameters to search for"):
            for_recipe(recipe)
        return
    space, missing = for_recipe(recipe).for_recipe(known)

    assert missing == []
    recipes.fit(recipe, matrix, data.catalogue, drawn(space, rng))


def test_where_there_is_no_preset_the_recipes_own_values_are_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(presets.BY_NAME, "user-cosine")
    own = recipes.BY_NAME["user-cosine"].defaults

    preset = for_recipe("user-cosine")

    assert preset.space["n_neighbours"] == Range(10, 160, "log", whole=True)
    assert all(preset.space[name].holds(value) for name, value in own.items())


def test_what_bounds_work_and_what_is_chance_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    defaults = {"seed": 3, "most_films": 100, "least_raters": 2, "share": 0.5, "nothing": 0.0}
    monkeypatch.setitem(recipes.BY_NAME, "popular", replace(recipes.BY_NAME["popular"], defaults=defaults))
    monkeypatch.delitem(presets.BY_NAME, "popular")

    assert for_recipe("popular").space == {"share": Range(0.125, 1.0, "log")}
