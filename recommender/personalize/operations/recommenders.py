"""Recommenders: of a group with a domain, a use case that trains and answers without solution or campaign."""

from __future__ import annotations

from recommender.personalize import arns, recipes
from recommender.personalize.amazon_recipe import USER_PERSONALIZATION, AmazonRecipe
from recommender.personalize.arns import arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.operations import every
from recommender.personalize.operations.every import Operation, add, delete, describe, lists, ready
from recommender.personalize.operations.exploring import check_exploring, with_defaults
from recommender.personalize.operations.kinds import GROUP, RECOMMENDER, Json
from recommender.personalize.operations.solutions import check_columns
from recommender.personalize.refusals import InvalidInputError, ResourceInUseError
from recommender.personalize.resources import ACTIVE, FAILED, INACTIVE, PENDING, Resource, Resources

REQUESTS = "minRecommendationRequestsPerSecond"


def create(desk: Desk, sent: Json) -> Json:
    """CreateRecommender: its training begins in the background."""
    config, recipe = sent.get("recommenderConfig", {}), recipes.served(sent["recipeArn"])
    if not recipe.domain:
        raise InvalidInputError(f"{recipe.arn} is a recipe for solutions: create a solution, or take a recipe of the group's domain.")
    check_exploring(config, field="recommenderConfig")
    arn = arn_of(arns.RECOMMENDER, sent["name"])

    def step(found: Resources) -> None:
        group = ready(found, sent["datasetGroupArn"], GROUP)
        domain = group.body.get("domain")
        if domain != recipe.domain:
            of_group = f"has the domain {domain}" if domain else "has no domain"
            raise InvalidInputError(f"{recipe.arn} is for a dataset group with the domain {recipe.domain}, and {group.arn} {of_group}.")
        if next(found.of(arns.DATASET, datasetGroupArn=group.arn, datasetType="INTERACTIONS"), None) is None:
            raise InvalidInputError(f"The dataset group {group.arn} needs a data set of type INTERACTIONS before anything can be learned.")
        check_columns(found, group, config.get("trainingDataConfig", {}))
        body = {
            "name": sent["name"],
            "datasetGroupArn": group.arn,
            "recipeArn": recipe.arn,
            "recommenderConfig": _completed(config, recipe),
        }
        add(desk, found, RECOMMENDER, arn, body, sent, work=True)

    desk.registry.change(step)
    return {"recommenderArn": arn}


def _completed(config: Json, recipe: AmazonRecipe) -> Json:
    explored = with_defaults(config) if recipe.kind == USER_PERSONALIZATION else config
    return {REQUESTS: 1, "enableMetadataWithRecommendations": False, **explored}


def update(desk: Desk, sent: Json) -> Json:
    """UpdateRecommender: it goes on answering as before, until the update is done."""
    config = sent["recommenderConfig"]
    check_exploring(config, field="recommenderConfig")

    def step(found: Resources) -> str:
        one = _resting(found, sent, ACTIVE, INACTIVE, FAILED)
        check_columns(found, found.get(one.body["datasetGroupArn"]), config.get("trainingDataConfig", {}))
        now = desk.registry.now()
        one.body["latestRecommenderUpdate"] = {
            "recommenderConfig": {**one.body["recommenderConfig"], **config},
            "creationDateTime": now,
            "lastUpdatedDateTime": now,
            "status": PENDING,
        }
        every.update(desk, found, RECOMMENDER, one)
        return one.arn

    return {"recommenderArn": desk.registry.change(step)}


def start(desk: Desk, sent: Json) -> Json:
    """StartRecommender: what it has learned is still there, so it answers at once."""
    return _turned(desk, sent, INACTIVE, ACTIVE)


def stop(desk: Desk, sent: Json) -> Json:
    """StopRecommender: it keeps what it has learned, and answers nobody."""
    return _turned(desk, sent, ACTIVE, INACTIVE)


def _turned(desk: Desk, sent: Json, before: str, after: str) -> Json:
    def step(found: Resources) -> str:
        one = _resting(found, sent, before)
        one.status, one.updated = after, desk.registry.now()
        return one.arn

    return {"recommenderArn": desk.registry.change(step)}


def _resting(found: Resources, sent: Json, *states: str) -> Resource:
    one = found.get(sent["recommenderArn"], arns.RECOMMENDER)
    if one.status not in states or one.key in found.work:
        raise ResourceInUseError(f"{one.arn} must be {' or '.join(states)}, with no update in progress, and is {one.status}.")
    return one


OPERATIONS: dict[str, Operation] = {
    "CreateRecommender": create,
    "DescribeRecommender": describe(RECOMMENDER),
    "ListRecommenders": lists(RECOMMENDER),
    "UpdateRecommender": update,
    "StartRecommender": start,
    "StopRecommender": stop,
    "DeleteRecommender": delete(RECOMMENDER, lambda found, one: [one] if one.key in found.work else []),
}
