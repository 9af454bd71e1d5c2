"""Solutions: a recipe, or the search for one, with how it is to be trained."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from recommender.personalize import arns, recipes
from recommender.personalize.amazon_recipe import AmazonRecipe
from recommender.personalize.arns import arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.operations.every import Operation, add, chosen, delete, each, is_at_work, lists, ready
from recommender.personalize.operations.kinds import GROUP, SOLUTION, VERSION, Json
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import ACTIVE, Resource, Resources
from recommender.personalize.schemas import read_schema

CADENCE = range(1, 31)  # days between trainings that Amazon takes
METRICS = ("NORMALIZED_DISCOUNTED_CUMULATIVE_GAIN", "MEAN_RECIPROCAL_RANK", "PRECISION", "COVERAGE")
MOST_TRIALS = {"maxNumberOfTrainingJobs": 40, "maxParallelTrainingJobs": 10}


def create(desk: Desk, sent: Json) -> Json:
    """CreateSolution: a recipe or performAutoML, and only one of them."""
    automl, config = sent.get("performAutoML", False), sent.get("solutionConfig", {})
    if automl and "recipeArn" in sent:
        raise InvalidInputError("Give only one of recipeArn and performAutoML: with AutoML the recipe is what is searched for.")
    if not automl and "recipeArn" not in sent:
        raise InvalidInputError("Give one of recipeArn and performAutoML; list_recipes tells which recipes there are.")
    if not automl and recipes.served(sent["recipeArn"]).domain:
        raise InvalidInputError(
            f"{sent['recipeArn']} is a recipe for recommenders: create a recommender, or take a recipe without a domain."
        )
    if sent.get("performIncrementalUpdate"):
        raise InvalidInputError("performIncrementalUpdate is for aws-semantic-similarity alone; leave it out, or say false.")
    arn = arn_of(arns.SOLUTION, sent["name"])

    def step(found: Resources) -> None:
        group = ready(found, sent["datasetGroupArn"], GROUP)
        check_config(found, group, config, sent)
        body = {
            **chosen(sent, "name", "eventType", "solutionConfig"),
            "performHPO": sent.get("performHPO", False),
            "performAutoML": automl,
            "performAutoTraining": sent.get("performAutoTraining", True),
            "performIncrementalUpdate": False,
            "datasetGroupArn": group.arn,
        }
        if not automl:
            body["recipeArn"] = recipes.served(sent["recipeArn"]).arn
        add(desk, found, SOLUTION, arn, body, sent)

    desk.registry.change(step)
    return {"solutionArn": arn}


def check_config(found: Resources, group: Resource, config: Mapping[str, Any], sent: Mapping[str, Any]) -> None:
    """InvalidInputError for a solutionConfig that cannot be trained by."""
    if "recipeArn" in sent:
        recipe = recipes.served(sent["recipeArn"])
        recipe.ours_of(config)
        _check_ranges(recipe, config.get("hpoConfig", {}))
    for arn in config.get("autoMLConfig", {}).get("recipeList", ()):
        recipes.served(arn)
    _check_trials(config.get("hpoConfig", {}))
    _check_events(config, sent)
    _check_cadence(config)
    check_columns(found, group, config.get("trainingDataConfig", {}))
    objective = config.get("optimizationObjective", {})
    if objective.get("objectiveSensitivity", "OFF") != "OFF":
        raise InvalidInputError("optimizationObjective is not done here: lists are made for relevance alone. Leave it out, or say OFF.")


def _check_ranges(recipe: AmazonRecipe, config: Mapping[str, Any]) -> None:
    for listed in config.get("algorithmHyperParameterRanges", {}).values():
        for span in listed:
            if "name" not in span:
                raise InvalidInputError("Every range of algorithmHyperParameterRanges must have a name.")
            parameter = recipe.known(span["name"])
            for value in [*span.get("values", ()), *(span[name] for name in ("minValue", "maxValue") if name in span)]:
                parameter.taken(str(value))


def _check_trials(config: Mapping[str, Any]) -> None:
    for name, most in MOST_TRIALS.items():
        text = config.get("hpoResourceConfig", {}).get(name, "1")
        if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= most):
            raise InvalidInputError(f"hpoResourceConfig.{name} must be a whole number from 1 to {most} as a string, not {text[:50]!r}.")


def _check_events(config: Mapping[str, Any], sent: Mapping[str, Any]) -> None:
    listed = config.get("eventsConfig", {}).get("eventParametersList", [])
    if listed and ("eventType" in sent or "eventValueThreshold" in config):
        raise InvalidInputError("Give only one of eventsConfig, and eventType with eventValueThreshold.")
    kinds = [each.get("eventType") for each in listed]
    for kind in kinds:
        if not kind:
            raise InvalidInputError("Every entry of eventsConfig.eventParametersList must have an eventType.")
        if kinds.count(kind) > 1:
            raise InvalidInputError(f"eventsConfig.eventParametersList names the eventType {kind[:100]!r} {kinds.count(kind)} times.")
    text = config.get("eventValueThreshold")
    if text is not None and not _is_number(text):
        raise InvalidInputError(f"eventValueThreshold must be a number as a string, not {text[:50]!r}.")


def _check_cadence(config: Mapping[str, Any]) -> None:
    text = config.get("autoTrainingConfig", {}).get("schedulingExpression")
    if text is not None:
        days = int(text.removeprefix("rate(").partition(" ")[0])
        if days not in CADENCE:
            raise InvalidInputError(f"schedulingExpression must be from rate(1 day) to rate(30 days), not {text!r}.")


def check_columns(found: Resources, group: Resource, config: Mapping[str, Any]) -> None:
    """InvalidInputError for a trainingDataConfig that names a column which no data set of the group has, or which is needed."""
    included, excluded = (config.get(f"{which}DatasetColumns", {}) for which in ("included", "excluded"))
    if included and excluded:
        raise InvalidInputError("Give only one of includedDatasetColumns and excludedDatasetColumns.")
    for dataset_type, names in [*included.items(), *excluded.items()]:
        dataset = next(found.of(arns.DATASET, datasetGroupArn=group.arn, datasetType=dataset_type.upper()), None)
        if dataset is None:
            raise InvalidInputError(f"trainingDataConfig names {dataset_type[:50]!r}, and the dataset group has no data set of that type.")
        schema = read_schema(found.get(dataset.body["schemaArn"]).body["schema"])
        metadata = {field.name for field in schema.metadata}
        for name in names:
            if schema.field(name) is None:
                raise InvalidInputError(
                    f"trainingDataConfig names the column {name!r}, and the schema of {dataset.arn} has none of that name."
                )
            if dataset_type in excluded and name not in metadata:
                raise InvalidInputError(f"trainingDataConfig cannot exclude {name!r}, which is needed; only metadata can be left out.")


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def describe(desk: Desk, sent: Json) -> Json:
    """DescribeSolution, with the newest of its versions."""
    found = desk.registry.read()
    one = found.get(sent["solutionArn"], arns.SOLUTION)
    said = SOLUTION.described(one)
    versions = list(found.of(arns.VERSION, solutionArn=one.arn))
    if versions:
        said["latestSolutionVersion"] = VERSION.told(versions[-1])
    return {"solution": said}


def update(desk: Desk, sent: Json) -> Json:
    """UpdateSolution: whether and how often it is trained again by itself, and what its events are worth."""
    if sent.get("performIncrementalUpdate"):
        raise InvalidInputError("performIncrementalUpdate is for aws-semantic-similarity alone; leave it out, or say false.")
    config = sent.get("solutionUpdateConfig", {})
    _check_cadence(config)

    def step(found: Resources) -> str:
        one, now = ready(found, sent["solutionArn"], SOLUTION), desk.registry.now()
        merged = {**one.body.get("solutionConfig", {}), **config}
        _check_events(merged, one.body)
        one.body["solutionConfig"] = merged
        if "performAutoTraining" in sent:
            one.body["performAutoTraining"] = sent["performAutoTraining"]
        one.body["latestSolutionUpdate"] = {
            "solutionUpdateConfig": config,
            "status": ACTIVE,
            "performAutoTraining": one.body["performAutoTraining"],
            "performIncrementalUpdate": False,
            "creationDateTime": now,
            "lastUpdatedDateTime": now,
        }
        one.updated = now
        return one.arn

    return {"solutionArn": desk.registry.change(step)}


def rests_on(found: Resources, one: Resource) -> list[Resource]:
    """Campaigns of its versions, versions that are being trained, and jobs that make lists by them."""
    return [*campaigns_of(found, one), *(job for job in along(found, one) if is_at_work(found, job))]


def campaigns_of(found: Resources, solution: Resource) -> list[Resource]:
    """Those that have one of its versions, or are to have."""
    return [one for one in found.of(arns.CAMPAIGN) if solution.arn in _solutions_of(one)]


def _solutions_of(campaign: Resource) -> set[str]:
    said = [campaign.body["solutionVersionArn"], campaign.body.get("latestCampaignUpdate", {}).get("solutionVersionArn", "")]
    return {arn.rpartition("/")[0] for arn in said}


def along(found: Resources, one: Resource) -> list[Resource]:
    """Its versions, and their jobs that are over."""
    versions = each(found, arns.VERSION, solutionArn=one.arn)
    return versions + [job for version in versions for job in each(found, arns.BATCH, arns.SEGMENT, solutionVersionArn=version.arn)]


OPERATIONS: dict[str, Operation] = {
    "CreateSolution": create,
    "DescribeSolution": describe,
    "ListSolutions": lists(SOLUTION),
    "UpdateSolution": update,
    "DeleteSolution": delete(SOLUTION, rests_on, along),
}
