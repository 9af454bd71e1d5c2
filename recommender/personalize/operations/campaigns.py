"""Campaigns: a solution version that answers, and how it does."""

from __future__ import annotations

from recommender.personalize import arns
from recommender.personalize.amazon_recipe import USER_PERSONALIZATION, USER_SEGMENTATION
from recommender.personalize.arns import arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.operations import every
from recommender.personalize.operations.every import Operation, add, delete, describe
from recommender.personalize.operations.exploring import check_exploring, with_defaults
from recommender.personalize.operations.kinds import CAMPAIGN, Json
from recommender.personalize.operations.pages import Line, page
from recommender.personalize.operations.solutions import campaigns_of
from recommender.personalize.operations.versions import deployed, recipe_behind
from recommender.personalize.refusals import InvalidInputError, ResourceInUseError
from recommender.personalize.resources import ACTIVE, FAILED, PENDING, Resource, Resources

SYNC = "syncWithLatestSolutionVersion"


def create(desk: Desk, sent: Json) -> Json:
    """CreateCampaign."""
    config = sent.get("campaignConfig", {})
    check_config(config, sent["solutionVersionArn"])
    arn = arn_of(arns.CAMPAIGN, sent["name"])

    def step(found: Resources) -> None:
        version = _that_answers(found, sent["solutionVersionArn"])
        body = {
            "name": sent["name"],
            "solutionVersionArn": version.arn,
            "minProvisionedTPS": sent.get("minProvisionedTPS", 1),
            "campaignConfig": _completed(config, version),
        }
        add(desk, found, CAMPAIGN, arn, body, sent, work=True)

    desk.registry.change(step)
    return {"campaignArn": arn}


def check_config(config: Json, version: str) -> None:
    """InvalidInputError for a campaignConfig that cannot be. version: the ARN that the request names with it, or nothing."""
    check_exploring(config, field="campaignConfig")
    if config.get("rankingInfluence"):
        raise InvalidInputError("campaignConfig.rankingInfluence is not done here: lists are made for relevance alone. Leave it out.")
    if config.get(SYNC) and not version.endswith("/$LATEST"):
        raise InvalidInputError(f"With {SYNC} the solutionVersionArn must be the solution's ARN with /$LATEST behind it.")


def _that_answers(found: Resources, arn: str) -> Resource:
    version = deployed(found, arn)
    recipe = recipe_behind(version)
    if recipe is not None and recipe.kind == USER_SEGMENTATION:
        raise InvalidInputError(f"{recipe.name} finds users for items, in batch segment jobs; no campaign can answer by it.")
    return version


def _completed(config: Json, version: Resource) -> Json:
    """As Amazon tells it: recipes that explore do so by default, unless told otherwise."""
    recipe = recipe_behind(version)
    explores = recipe is not None and recipe.kind == USER_PERSONALIZATION and recipe.name.startswith("aws-user-personalization")
    return with_defaults(config) if explores else config


def update(desk: Desk, sent: Json) -> Json:
    """UpdateCampaign: it goes on answering as before, until the update is done."""
    config = sent.get("campaignConfig", {})
    if not any(name in sent for name in ("solutionVersionArn", "minProvisionedTPS", "campaignConfig")):
        raise InvalidInputError("Give at least one of solutionVersionArn, minProvisionedTPS and campaignConfig; nothing would change.")

    def step(found: Resources) -> str:
        one = found.get(sent["campaignArn"], arns.CAMPAIGN)
        if one.status not in (ACTIVE, FAILED) or one.key in found.work:
            raise ResourceInUseError(f"{one.arn} must be ACTIVE, with no update in progress, and is {one.status}; wait until it is.")
        check_config(config, sent.get("solutionVersionArn", ""))
        version = _that_answers(found, sent.get("solutionVersionArn", one.body["solutionVersionArn"]))
        now = desk.registry.now()
        one.body["latestCampaignUpdate"] = {
            "solutionVersionArn": version.arn,
            "minProvisionedTPS": sent.get("minProvisionedTPS", one.body["minProvisionedTPS"]),
            "campaignConfig": _completed(config, version) if "campaignConfig" in sent else one.body["campaignConfig"],
            "status": PENDING,
            "creationDateTime": now,
            "lastUpdatedDateTime": now,
        }
        every.update(desk, found, CAMPAIGN, one)
        return one.arn

    return {"campaignArn": desk.registry.change(step)}


def list_campaigns(desk: Desk, sent: Json) -> Json:
    """ListCampaigns, of one solution where that is asked."""
    found = desk.registry.read()
    listed = list(found.of(arns.CAMPAIGN))
    if "solutionArn" in sent:
        solution = found.find(sent["solutionArn"])
        listed = campaigns_of(found, solution) if solution else []
    return page(CAMPAIGN.many, [Line(one.key, one.created, CAMPAIGN.told(one)) for one in listed], sent)


OPERATIONS: dict[str, Operation] = {
    "CreateCampaign": create,
    "DescribeCampaign": describe(CAMPAIGN),
    "ListCampaigns": list_campaigns,
    "UpdateCampaign": update,
    "DeleteCampaign": delete(CAMPAIGN, lambda found, one: [one] if one.key in found.work and one.status != FAILED else []),
}
