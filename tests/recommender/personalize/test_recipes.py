from pathlib import Path

import pytest

from recommender.models import recipes as ours
from recommender.personalize import recipes
from recommender.personalize.recipes import RECIPES, recipe_of, served
from recommender.personalize.refusals import InvalidInputError, ResourceNotFoundError

SERVED = [each for each in RECIPES.values() if not each.refusal]
USER = RECIPES["aws-user-personalization"]
OWN = ours.BY_NAME["ordered"].defaults


def asked(**values: str) -> dict[str, object]:
    return {"algorithmHyperParameters": values}


@pytest.mark.parametrize("recipe", SERVED, ids=lambda each: each.name)
def test_every_recipe_is_served_by_one_of_ours_with_parameters_that_it_has(recipe):
    has = ours.BY_NAME[recipe.ours].defaults
    assert recipe.parameters.keys() <= has.keys()
    assert {each.ours for each in recipe.hyperparameters if each.ours} <= has.keys()
    assert all(each.says for each in recipe.hyperparameters)


@pytest.mark.parametrize("recipe", SERVED, ids=lambda each: each.name)
def test_amazons_own_defaults_are_taken(recipe):
    for each in recipe.hyperparameters:
        assert recipe.ours_of({"algorithmHyperParameters": {each.name: each.value}}).keys() <= ours.BY_NAME[recipe.ours].defaults.keys()


@pytest.mark.parametrize("recipe", SERVED, ids=lambda each: each.name)
def test_what_a_search_may_choose_lies_where_our_recipe_can_be_fitted(recipe):
    own = ours.BY_NAME[recipe.ours].defaults
    for name, values in recipe.space_of({}, own).items():
        for value in values.steps(4):
            chosen = {**own, name: value}
            assert recipe.ours_of({"algorithmHyperParameters": told(recipe, chosen, own)}).get(name, own[name]) == pytest.approx(
                value, abs=0.51
            )


def told(recipe, chosen, own):
    return {name: text for name, text in recipe.amazons_of(chosen, own).items() if recipe.known(name).ours}


def test_a_recipe_is_found_by_its_arn_in_any_partition():
    assert (
        recipe_of("arn:aws:personalize:::recipe/aws-sims") is recipe_of("arn:aws-cn:personalize:::recipe/aws-sims") is RECIPES["aws-sims"]
    )


@pytest.mark.parametrize("arn", ["arn:aws:personalize:::recipe/aws-none", "arn:aws:personalize:::algorithm/aws-sims", "aws-sims", ""])
def test_what_is_no_recipe_is_not_found(arn):
    with pytest.raises(ResourceNotFoundError):
        recipe_of(arn)


@pytest.mark.parametrize("name", ["aws-semantic-similarity", "aws-next-best-action"])
def test_what_is_not_served_is_described_and_refused_in_a_sentence(name):
    assert recipe_of(RECIPES[name].arn).name == name
    with pytest.raises(InvalidInputError, match=name):
        served(RECIPES[name].arn)


def test_hyperparameters_become_ours():
    assert USER.ours_of({}) == {}
    assert USER.ours_of(asked(hidden_dimension="100", bptt="8", recency_mask="false")) == {
        "n_factors": 100,
        "lasting_steps": 8,
        "recent_steps": 20,
    }
    assert RECIPES["aws-sims"].ours_of(asked(min_cointeraction_count="3")) == pytest.approx({"shrinkage": 10})
    assert RECIPES["aws-popularity-count"].ours_of({}) == {"half_life_days": recipes.FOR_EVER}
    said = {"featureTransformationParameters": {"trend_discovery_frequency": "1 day"}}
    assert RECIPES["aws-trending-now"].ours_of(said) == {"short_days": 1}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"hidden_dimension": "31"}, "a whole number from 32 to 256, not '31'"),
        ({"hidden_dimension": "40.5"}, "a whole number"),
        ({"hidden_dimension": "many"}, "not 'many'"),
        ({"hidden_dimension": "nan"}, "not 'nan'"),
        ({"recency_mask": "perhaps"}, "one of True, False"),
        ({"depth": "3"}, "has no hyperparameter 'depth'; it has: hidden_dimension"),
    ],
)
def test_a_hyperparameter_that_amazon_would_not_take_is_refused(values, words):
    with pytest.raises(InvalidInputError, match=words):
        USER.ours_of(asked(**values))


def ranges(**of_integers: tuple[int, int]) -> dict[str, object]:
    spans = [{"name": name, "minValue": low, "maxValue": high} for name, (low, high) in of_integers.items()]
    return {"hpoConfig": {"algorithmHyperParameterRanges": {"integerHyperParameterRanges": spans}}}


def test_a_search_looks_where_it_is_told_and_elsewhere_at_amazons_ranges():
    space = USER.space_of(ranges(hidden_dimension=(40, 50)), OWN)
    assert (space["n_factors"].low, space["n_factors"].high) == (40, 50)
    assert (space["lasting_steps"].low, space["lasting_steps"].high) == (2, 32)
    assert space["recent_steps"].values == (1.2, 20)
    assert "n_factors" not in USER.space_of(asked(hidden_dimension="64"), OWN)


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ({"hidden_dimension": (10, 50)}, "from 32 to 256"),
        ({"hidden_dimension": (60, 50)}, "must not be above"),
        ({"depth": (1, 2)}, "no hyperparameter 'depth'"),
        ({"min_user_history_length_percentile": (0, 1)}, "cannot be tuned"),
    ],
)
def test_a_range_that_amazon_would_not_take_is_refused(spans, words):
    with pytest.raises(InvalidInputError, match=words):
        USER.space_of(ranges(**spans), OWN)


def test_what_was_found_is_told_in_amazons_words():
    found = USER.amazons_of({**OWN, "n_factors": 77, "recent_steps": 20.0}, OWN)
    assert (found["hidden_dimension"], found["recency_mask"], found["bptt"]) == ("77", "False", "20")


def test_algorithms_and_feature_transformations_are_found_by_arn():
    assert recipes.algorithm_of("arn:aws:personalize:::algorithm/aws-trending-now-custom").name == "aws-trending-now"
    assert recipes.transformation_of("arn:aws:personalize:::feature-transformation/sims").transformation == "sims"
    with pytest.raises(ResourceNotFoundError):
        recipes.transformation_of("arn:aws:personalize:::feature-transformation/")


def test_ranges_are_described_as_amazon_describes_them():
    told = USER.ranges()
    assert {"name": "hidden_dimension", "minValue": 32, "maxValue": 256, "isTunable": True} in told["integerHyperParameterRanges"]
    assert {"name": "recency_mask", "values": ["True", "False"], "isTunable": True} in told["categoricalHyperParameterRanges"]


def row(recipe) -> str:
    served = f"`{recipe.ours}`" if recipe.ours else "not served"
    if recipe.parameters:
        served += " (" + ", ".join(f"`{name}` {value:g}" for name, value in recipe.parameters.items()) + ")"
    effects = "; ".join(f"`{each.name}` → `{each.ours}`" for each in recipe.hyperparameters if each.ours) or "none"
    return f"| `{recipe.name}` | {recipe.kind} | {served} | {effects} |"


def test_the_page_tells_of_every_recipe_what_serves_it():
    page = (Path(__file__).parents[3] / "docs" / "personalize.md").read_text()
    told = [line for line in page.splitlines() if line.startswith("| `aws-")]
    assert told == [row(recipe) for recipe in RECIPES.values()]
