"""Solution versions: what was learned, once, by a solution's recipe."""

from __future__ import annotations

import secrets

from recommender.personalize import arns, recipes
from recommender.personalize.amazon_recipe import AmazonRecipe
from recommender.personalize.arns import arn_of, key_of
from recommender.personalize.desk import Desk
from recommender.personalize.operations.every import Operation, add, at_work, chosen, describe, lists, ready, refuse_while
from recommender.personalize.operations.kinds import SOLUTION, VERSION, Json
from recommender.personalize.refusals import InvalidInputError, ResourceAlreadyExistsError, ResourceInUseError
from recommender.personalize.resources import ACTIVE, FAILED, IN_PROGRESS, PENDING, STOPPED, STOPPING, Resource, Resources

FULL, UPDATE, AUTOTRAIN = "FULL", "UPDATE", "AUTOTRAIN"
MANUAL = "MANUAL"
OF_SOLUTION = ("performHPO", "performAutoML", "performIncrementalUpdate", "recipeArn", "eventType", "datasetGroupArn", "solutionConfig")


def create(desk: Desk, sent: Json) -> Json:
    """CreateSolutionVersion: the training begins in the background."""
    mode = sent.get("trainingMode", FULL)
    if mode == AUTOTRAIN:
        raise InvalidInputError("trainingMode AUTOTRAIN is for trainings that begin by themselves; ask for FULL or UPDATE.")

    def step(found: Resources) -> str:
        return start(desk, found, ready(found, sent["solutionArn"], SOLUTION), mode, sent).arn

    return {"solutionVersionArn": desk.registry.change(step)}


def start(desk: Desk, found: Resources, solution: Resource, mode: str, sent: Json) -> Resource:
    """A new version of the solution, to be trained."""
    group = solution.body["datasetGroupArn"]
    if next(found.of(arns.DATASET, datasetGroupArn=group, datasetType="INTERACTIONS"), None) is None:
        raise InvalidInputError(f"The dataset group {group} needs a data set of type INTERACTIONS before anything can be learned.")
    refuse_while(solution, f"train {solution.arn}", at_work(found, arns.DELETION, datasetGroupArn=group) + _imports(found, group))
    if mode == UPDATE:
        _check_update(found, solution)
    name = sent.get("name")
    if name and next(found.of(arns.VERSION, solutionArn=solution.arn, name=name), None) is not None:
        raise ResourceAlreadyExistsError(f"{solution.arn}/{name}")
    arn = arn_of(arns.VERSION, solution.body["name"], secrets.token_hex(4))
    body = {
        **chosen(sent, "name"),
        **chosen(solution.body, *OF_SOLUTION),
        "solutionArn": solution.arn,
        "trainingMode": mode,
        "trainingType": MANUAL,
    }
    return add(desk, found, VERSION, arn, body, sent, work=True)


def _imports(found: Resources, group: str) -> list[Resource]:
    return [job for dataset in found.of(arns.DATASET, datasetGroupArn=group) for job in at_work(found, arns.IMPORT, datasetArn=dataset.arn)]


def _check_update(found: Resources, solution: Resource) -> None:
    recipe = recipes.served(solution.body["recipeArn"]) if "recipeArn" in solution.body else None
    if recipe is None or not recipe.can_update:
        named = recipe.name if recipe else "AutoML"
        raise InvalidInputError(
            f"trainingMode UPDATE is for recipes that can take in new items by themselves, and {named} cannot; ask for FULL."
        )
    if not any(one.status == ACTIVE for one in found.of(arns.VERSION, solutionArn=solution.arn, trainingMode=FULL)):
        raise InvalidInputError(
            f"trainingMode UPDATE needs a version of {solution.arn} that was trained with FULL and is ACTIVE; ask for FULL."
        )


def stop(desk: Desk, sent: Json) -> Json:
    """StopSolutionVersionCreation: at once where nobody has begun, else as soon as the training notices."""

    def step(found: Resources) -> None:
        one = found.get(sent["solutionVersionArn"], arns.VERSION)
        if one.status not in (PENDING, IN_PROGRESS):
            raise InvalidInputError(f"Only what is {PENDING} or {IN_PROGRESS} can be stopped, and {one.arn} is {one.status}.")
        work = found.work.get(one.key)
        if work is None or not work.ticket:
            found.work.pop(one.key, None)
            one.status = STOPPED
        else:
            one.status = STOPPING
        one.updated = desk.registry.now()

    desk.registry.change(step)
    return {}


def metrics(desk: Desk, sent: Json) -> Json:
    """GetSolutionMetrics: how good its lists are for people whose newest choices it had not seen."""
    one = desk.registry.read().get(sent["solutionVersionArn"], arns.VERSION)
    if one.status == FAILED:
        raise InvalidInputError(f"{one.arn} has no metrics, since its training failed: {one.failure_reason}")
    if one.status != ACTIVE:
        raise ResourceInUseError(f"{one.arn} has no metrics before it is ACTIVE, and is {one.status}.")
    return {"solutionVersionArn": one.arn, "metrics": one.inner.get("metrics", {})}


def deployed(found: Resources, arn: str) -> Resource:
    """The version that a campaign or job names, ready to be used; `SOLUTION/$LATEST` is the newest that is."""
    if not arn.endswith("/$LATEST"):
        return ready(found, arn, VERSION)
    solution = found.get(arn.removesuffix("/$LATEST"), arns.SOLUTION)
    active = [one for one in found.of(arns.VERSION, solutionArn=solution.arn) if one.status == ACTIVE]
    if not active:
        raise ResourceInUseError(f"{solution.arn} has no version yet that is ACTIVE; create one, or wait for it.")
    return active[-1]


def recipe_behind(version: Resource) -> AmazonRecipe | None:
    """By which it was trained, chosen by AutoML or not; None where that is not known."""
    arn = version.body.get("recipeArn") or version.inner.get("recipeArn")
    return recipes.served(arn) if arn and key_of(arn).startswith("recipe/") else None


_listed = lists(VERSION)


def list_versions(desk: Desk, sent: Json) -> Json:
    """ListSolutionVersions; ResourceNotFoundError for a solution that there is not."""
    if "solutionArn" in sent:
        desk.registry.read().get(sent["solutionArn"], arns.SOLUTION)
    return _listed(desk, sent)


OPERATIONS: dict[str, Operation] = {
    "CreateSolutionVersion": create,
    "DescribeSolutionVersion": describe(VERSION),
    "ListSolutionVersions": list_versions,
    "StopSolutionVersionCreation": stop,
    "GetSolutionMetrics": metrics,
}
