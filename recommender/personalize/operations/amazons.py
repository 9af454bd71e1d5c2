"""What Amazon itself brings: recipes, the algorithms behind them, and how they look at the data."""

from __future__ import annotations

from recommender.personalize import recipes
from recommender.personalize.amazon_recipe import AmazonRecipe
from recommender.personalize.arns import key_of
from recommender.personalize.desk import Desk
from recommender.personalize.hyperparameters import TRANSFORMATION
from recommender.personalize.operations.every import Operation
from recommender.personalize.operations.kinds import Json
from recommender.personalize.operations.pages import Line, page
from recommender.personalize.resources import ACTIVE

DATED = {"creationDateTime": recipes.SINCE, "lastUpdatedDateTime": recipes.SINCE}
FROM_FILES = "File"  # the input mode of a training, as against a pipe


def list_recipes(desk: Desk, sent: Json) -> Json:
    """ListRecipes: those that can be used here, of a domain where one is asked for."""
    listed = [one for one in recipes.RECIPES.values() if not one.refusal and ("domain" not in sent or one.domain == sent["domain"])]
    return page("recipes", [Line(one.name, 0.0, _line(one)) for one in listed], sent)


def _line(recipe: AmazonRecipe) -> Json:
    line = {"name": recipe.name, "recipeArn": recipe.arn, "status": ACTIVE, **DATED}
    return {**line, "domain": recipe.domain} if recipe.domain else line


def describe_recipe(desk: Desk, sent: Json) -> Json:
    """DescribeRecipe; of one that is not served here the description says so."""
    one = recipes.recipe_of(sent["recipeArn"])
    said = {
        "name": one.name,
        "recipeArn": one.arn,
        "algorithmArn": one.algorithm_arn,
        "status": ACTIVE,
        "description": one.refusal or one.says,
        "recipeType": one.kind,
        **DATED,
    }
    return {"recipe": {**said, "featureTransformationArn": one.transformation_arn} if one.transformation_arn else said}


def describe_algorithm(desk: Desk, sent: Json) -> Json:
    """DescribeAlgorithm: its hyperparameters as Amazon has them. algorithmImage names what trains here, and no image."""
    one = recipes.algorithm_of(sent["algorithmArn"])
    return {
        "algorithm": {
            "name": key_of(one.algorithm_arn).partition("/")[2],
            "algorithmArn": one.algorithm_arn,
            "algorithmImage": {"name": one.ours, "dockerURI": f"matinee:{one.ours}"},
            "defaultHyperParameters": one.defaults(),
            "defaultHyperParameterRanges": one.ranges(),
            "defaultResourceConfig": {},
            "trainingInputMode": FROM_FILES,
            **DATED,
        }
    }


def describe_transformation(desk: Desk, sent: Json) -> Json:
    """DescribeFeatureTransformation."""
    one = recipes.transformation_of(sent["featureTransformationArn"])
    return {
        "featureTransformation": {
            "name": one.transformation,
            "featureTransformationArn": one.transformation_arn,
            "defaultParameters": one.defaults(TRANSFORMATION),
            "status": ACTIVE,
            **DATED,
        }
    }


OPERATIONS: dict[str, Operation] = {
    "ListRecipes": list_recipes,
    "DescribeRecipe": describe_recipe,
    "DescribeAlgorithm": describe_algorithm,
    "DescribeFeatureTransformation": describe_transformation,
}
