"""Batch jobs: lists for many users or items at once, and users for items, from a file into a folder."""

from __future__ import annotations

from collections.abc import Callable

from recommender.personalize.amazon_recipe import USER_SEGMENTATION, AmazonRecipe
from recommender.personalize.arns import arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.operations.every import Operation, add, chosen, describe, lists, ready
from recommender.personalize.operations.exploring import check_exploring
from recommender.personalize.operations.kinds import BATCH, FILTER, SEGMENT, Json, Kind
from recommender.personalize.operations.places import check_source, check_target
from recommender.personalize.operations.versions import deployed, recipe_behind
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import Resource, Resources

Allowed = Callable[[AmazonRecipe], bool]

FEWEST, MOST_ITEMS, MOST_USERS = 1, 500, 5_000_000
USUALLY = 25


def create_inference(desk: Desk, sent: Json) -> Json:
    """CreateBatchInferenceJob."""
    config = sent.get("batchInferenceJobConfig", {})
    check_exploring(config, field="batchInferenceJobConfig")
    if sent.get("batchInferenceJobMode", "BATCH_INFERENCE") != "BATCH_INFERENCE" or "themeGenerationConfig" in sent:
        raise InvalidInputError(
            "batchInferenceJobMode THEME_GENERATION is not done here: no language model writes themes. Ask for BATCH_INFERENCE."
        )
    if config.get("rankingInfluence"):
        raise InvalidInputError(
            "batchInferenceJobConfig.rankingInfluence is not done here: lists are made for relevance alone. Leave it out."
        )

    def allowed(recipe: AmazonRecipe) -> bool:
        return recipe.kind != USER_SEGMENTATION and recipe.batch

    body = {**chosen(sent, "batchInferenceJobConfig"), "batchInferenceJobMode": "BATCH_INFERENCE"}
    return {"batchInferenceJobArn": _create(desk, sent, BATCH, body, MOST_ITEMS, allowed)}


def create_segment(desk: Desk, sent: Json) -> Json:
    """CreateBatchSegmentJob."""

    def allowed(recipe: AmazonRecipe) -> bool:
        return recipe.kind == USER_SEGMENTATION

    return {"batchSegmentJobArn": _create(desk, sent, SEGMENT, {}, MOST_USERS, allowed)}


def _create(desk: Desk, sent: Json, kind: Kind, more: Json, most: int, allowed: Allowed) -> str:
    n_results = sent.get("numResults", USUALLY)
    if not FEWEST <= n_results <= most:
        raise InvalidInputError(f"numResults must be a whole number from {FEWEST} to {most}, not {n_results}.")
    check_source(desk, sent["jobInput"]["s3DataSource"], "path", "jobInput.s3DataSource")
    check_target(desk, sent["jobOutput"]["s3DataDestination"], "jobOutput.s3DataDestination")
    arn = arn_of(kind.kind, sent["jobName"])

    def step(found: Resources) -> None:
        version = deployed(found, sent["solutionVersionArn"])
        recipe = recipe_behind(version)
        if recipe is not None and not allowed(recipe):
            raise InvalidInputError(f"A {kind.words} cannot use {recipe.name}, by which {version.arn} was trained.")
        body = {
            **chosen(sent, "jobName", "jobInput", "jobOutput", "roleArn"),
            **more,
            "solutionVersionArn": version.arn,
            "numResults": n_results,
        }
        if "filterArn" in sent:
            body["filterArn"] = _filter(found, sent["filterArn"], version).arn
        add(desk, found, kind, arn, body, sent, work=True)

    desk.registry.change(step)
    return arn


def _filter(found: Resources, arn: str, version: Resource) -> Resource:
    one = ready(found, arn, FILTER)
    if one.body["datasetGroupArn"] != version.body["datasetGroupArn"]:
        raise InvalidInputError(f"{one.arn} and {version.arn} are of two dataset groups; a filter is good for its own alone.")
    return one


OPERATIONS: dict[str, Operation] = {
    "CreateBatchInferenceJob": create_inference,
    "DescribeBatchInferenceJob": describe(BATCH),
    "ListBatchInferenceJobs": lists(BATCH),
    "CreateBatchSegmentJob": create_segment,
    "DescribeBatchSegmentJob": describe(SEGMENT),
    "ListBatchSegmentJobs": lists(SEGMENT),
}
