"""What a campaign or a recommender answers from, as its resource says now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recommender.errors import PersonalizeError
from recommender.personalize import arns
from recommender.personalize.amazon_recipe import USER_PERSONALIZATION, AmazonRecipe
from recommender.personalize.arns import key_of
from recommender.personalize.recipes import recipe_of
from recommender.personalize.refusals import ResourceNotFoundError
from recommender.personalize.resources import ACTIVE, Resource, Resources

EXPLORING = ("aws-user-personalization", "aws-vod-top-picks", "aws-ecomm-recommended-for-you")  # and what begins so
WEIGHT, CUT_OFF = "explorationWeight", "explorationItemAgeCutOff"
DEFAULT_WEIGHT, DEFAULT_CUT_OFF = 0.3, 30.0  # Amazon's; days


class NotReadyError(PersonalizeError):
    """It is there, and does not answer now. Amazon's runtime has one name for this and for what is not there."""

    code = "ResourceNotFoundException"


class OutOfServiceError(PersonalizeError):
    """It ought to answer, and cannot: clients try again."""

    code = "ServiceUnavailableException"
    status = 503


@dataclass(frozen=True, slots=True)
class Serving:
    """key: of the campaign or recommender; made: when it was made, since another may have had its name before. group: the name of its data
    set group. model, sha256: of what it answers from.

    weight, cut_off: how much it explores, and items of at most which age in days. with_metadata: whether it gives fields of items.
    """

    key: str
    group: str
    recipe: AmazonRecipe
    model: str
    sha256: str
    weight: float = 0.0
    cut_off: float = DEFAULT_CUT_OFF
    with_metadata: bool = False
    made: float = 0.0


def serving_of(found: Resources, arn: str, kind: str) -> Serving:
    """The campaign or recommender of the ARN; ResourceNotFoundError, NotReadyError or OutOfServiceError."""
    one = found.get(arn, kind)
    if one.status != ACTIVE:
        raise NotReadyError(f"{one.arn} is {one.status}, and answers once it is ACTIVE.")
    version = one if kind == arns.RECOMMENDER else found.find(str(one.body.get("solutionVersionArn", "")))
    if version is None or "model" not in version.inner:
        raise OutOfServiceError(f"{one.arn} has nothing to answer from: its solution version is gone. Update it to another one.")
    recipe = recipe_of(str(version.body.get("recipeArn") or one.body.get("recipeArn") or ""))
    config: Mapping[str, Any] = one.body.get("campaignConfig" if kind == arns.CAMPAIGN else "recommenderConfig") or {}
    weight, cut_off = _exploring(recipe, config.get("itemExplorationConfig") or {})
    return Serving(
        one.key,
        group_of(found, one, version),
        recipe,
        str(version.inner["model"]["key"]),
        str(version.inner["model"]["sha256"]),
        weight,
        cut_off,
        config.get("enableMetadataWithRecommendations") is True,
        one.created,
    )


def group_of(found: Resources, one: Resource, version: Resource) -> str:
    """The name of the data set group behind it."""
    for holder in (one, version, found.find(str(version.body.get("solutionArn", "")))):
        if holder is not None and "datasetGroupArn" in holder.body:
            return key_of(holder.body["datasetGroupArn"]).rpartition("/")[2]
    raise ResourceNotFoundError(f"the data set group of {one.arn}")


def _exploring(recipe: AmazonRecipe, said: Mapping[str, Any]) -> tuple[float, float]:
    if recipe.kind != USER_PERSONALIZATION or not recipe.name.startswith(EXPLORING):
        return 0.0, DEFAULT_CUT_OFF
    return float(said.get(WEIGHT, DEFAULT_WEIGHT)), float(said.get(CUT_OFF, DEFAULT_CUT_OFF))
