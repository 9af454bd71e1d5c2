"""The jobs that train: a solution version, learned in full or brought up to date, by itself too; and a recommender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from math import isnan
from typing import Any

from recommender.errors import ModelError
from recommender.models import recipes
from recommender.personalize import arns, asks, jobs
from recommender.personalize.amazon_recipe import AmazonRecipe
from recommender.personalize.jobs.context import Commit, Context, StaleError
from recommender.personalize.learning import choosing, fitting, measuring
from recommender.personalize.learning.campaigns import follow
from recommender.personalize.learning.sources import held_by
from recommender.personalize.learning.world import World, world_of
from recommender.personalize.liking import Rule
from recommender.personalize.recipes import AUTO_ML, RECIPES, recipe_of, served
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import ACTIVE, Resource, Resources
from recommender.personalize.schedule import parts_of, put_into
from recommender.personalize.trained import Trained, load, save

UPDATE = "UPDATE"  # of trainingMode
UPDATING = "latestRecommenderUpdate"
PLACE = "personalize/models"
LEAST_HOURS = 0.001  # trainingHours of what took no time worth telling


@dataclass
class Learned:
    """What came of a training. named: where it lies and its digest. inner, body: what else is said of it, of ours and of Amazon's."""

    named: dict[str, str]
    inner: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)


def run(context: Context, resource: Resource) -> Commit:
    """Train a solution version by its trainingMode."""
    since, found, body = context.now, context.check(), resource.body
    began = context.clock()
    if body.get("trainingMode") == UPDATE or body.get("performIncrementalUpdate"):
        learned = _updated(context, found, resource, base_of(found, resource))
    else:
        recipe = None if body.get("performAutoML") else served(body["recipeArn"])
        learned = _learned(context, found, resource, recipe, body.get("solutionConfig") or {}, body.get("eventType"))
    learned.body["trainingHours"] = max(LEAST_HOURS, round((context.clock() - began) / 3600, 4))

    def commit(now: Resources, one: Resource) -> None:
        refuse_deleted(now, one, since)
        one.inner |= {**learned.inner, "model": learned.named, "trained": context.now}
        one.body |= learned.body
        solution = now.find(one.body["solutionArn"])
        if solution is not None and "autoML" in learned.inner:
            solution.body["autoMLResult"] = {"bestRecipeArn": one.body["recipeArn"]}
            solution.inner["autoML"] = learned.inner["autoML"]
        follow(now, one, context.now)

    return commit


def refresh(context: Context, resource: Resource) -> Commit:
    """Give a version that is in use the events, users and items of now; it keeps its ARN, which from then on names the new model."""
    since, found = context.now, context.check()
    learned = _updated(context, found, resource, resource)

    def commit(now: Resources, one: Resource) -> None:
        refuse_deleted(now, one, since)
        one.inner |= {"model": learned.named, "refreshed": context.now, "learned_from": learned.inner["learned_from"]}

    return commit


def recommender(context: Context, resource: Resource) -> Commit:
    """Train a recommender of a domain; for an update, with the config that it is to have."""
    since, found, updating = context.now, context.check(), context.what == jobs.UPDATE
    config = (resource.body[UPDATING] if updating else resource.body).get("recommenderConfig") or {}
    learned = _learned(context, found, resource, served(resource.body["recipeArn"]), config, None)

    def commit(now: Resources, one: Resource) -> None:
        refuse_deleted(now, one, since)
        one.inner |= {**learned.inner, "model": learned.named, "trained": context.now}
        one.body |= {"recommenderConfig": config, "modelMetrics": learned.inner["metrics"]}

    return commit


def refuse_deleted(found: Resources, one: Resource, since: float) -> None:
    """StaleError where people were deleted from the group since then: what was learned meanwhile may know them."""
    for job in found.of(arns.DELETION):
        of_group = arns.key_of(job.body["datasetGroupArn"]) == arns.key_of(one.body["datasetGroupArn"])
        if of_group and job.updated >= since and job.key not in found.work:
            raise StaleError


def base_of(found: Resources, version: Resource) -> Resource:
    """The newest version of the same solution that was learned in full and is ACTIVE; InvalidInputError where there is none."""
    for one in reversed(list(found.of(arns.VERSION, solutionArn=version.body["solutionArn"]))):
        if one.key != version.key and one.status == ACTIVE and one.body.get("trainingMode") != UPDATE and "model" in one.inner:
            return one
    raise InvalidInputError(
        "trainingMode UPDATE needs a version of the solution that was trained in full and is ACTIVE; train with FULL first."
    )


def _learned(
    context: Context, found: Resources, resource: Resource, recipe: AmazonRecipe | None, config: Mapping[str, Any], event_type: str | None
) -> Learned:
    """In full. recipe: None for the best of AutoML's."""
    body = resource.body
    context.say_progress("reading")
    news = learned_from(context, found, body["datasetGroupArn"])  # before it is read: what comes meanwhile is new
    # Until the recipe is known, events count as for any recipe that is not of a domain.
    rule = Rule.of(recipe or RECIPES[AUTO_ML[0]], event_type, config)
    world = _world(context, found, body["datasetGroupArn"], config, rule)
    fitting.refuse_too_little(world)
    inner, told = dict[str, Any](), dict[str, Any]()
    if recipe is None:
        chosen = choosing.best_recipe(world, config, said=context.say_progress)
        recipe, told["recipeArn"] = chosen.recipe, chosen.recipe.arn
        inner["autoML"] = {"why": chosen.why, "tried": chosen.tried}
        config = {name: said for name, said in config.items() if name != "algorithmHyperParameters"}
    parameters = recipe.ours_of(config)
    if body.get("performHPO"):
        search = choosing.tuned(world, recipe, config, said=context.say_progress)
        parameters, inner["trials"] = search.parameters, search.trials
        told["tunedHPOParams"] = {"algorithmHyperParameters": search.told}
    context.say_progress("training", 0.0)
    facts = {"recipe": recipe.name, "of": resource.key, "trained": context.now, "rule": _told(rule)}
    ask_most = busiest(context, found, resource)
    trained = fitting.fitted(world, recipe, parameters, facts, busiest=ask_most, said=lambda share: context.say_progress("training", share))
    named = _published(context, resource, trained)
    context.say_progress("measuring", 0.0)
    whole = {**recipes.BY_NAME[recipe.ours].defaults, **parameters}
    inner |= {
        "recipe": recipe.name,
        "parameters": whole,
        **measuring.measured(world, recipe.ours, whole, said=lambda share: context.say_progress("measuring", share)),
        "learned_from": news,
    }
    return Learned(named, inner, told)


def _updated(context: Context, found: Resources, resource: Resource, base: Resource) -> Learned:
    """With the parameters and what was learned of the base. Its metrics are the base's, since nothing was learned anew."""
    body, recipe = base.body, recipe_of(base.body["recipeArn"])
    context.say_progress("reading")
    news = learned_from(context, found, body["datasetGroupArn"])
    before = load(context.blobs, base.inner["model"]["key"], base.inner["model"]["sha256"])
    config = body.get("solutionConfig") or {}
    rule = Rule.of(recipe, body.get("eventType"), config)
    items = before.items.texts(range(len(before.items)))
    world = _world(context, found, body["datasetGroupArn"], config, rule, items)
    context.say_progress("folding in", 0.0)
    facts = {**before.facts, "of": resource.key, "updated": context.now, "rule": _told(rule)}
    ask_most = busiest(context, found, resource)
    said = partial(context.say_progress, "folding in")
    trained = fitting.folded_in(before, world, recipe, facts, busiest=ask_most, said=said)
    inner: dict[str, Any] = {
        name: base.inner[name] for name in ("recipe", "parameters", "metrics", "popular", "gain") if name in base.inner
    }
    inner |= {"base": base.key, "learned_from": news}
    return Learned(_published(context, resource, trained), inner, {"recipeArn": body["recipeArn"]})


def _world(
    context: Context, found: Resources, group_arn: str, config: Mapping[str, Any], rule: Rule, items: list[str] | None = None
) -> World:
    """What the group holds now; StaleError where it was replaced while it was read."""
    try:
        held = held_by(context.blobs, context.live, found, group_arn, config)
    except ModelError:
        if parts_of(context.registry.read(), group_arn) != parts_of(found, group_arn):
            raise StaleError from None
        raise
    return world_of(held, rule, before=((), items or ()))


def busiest(context: Context, found: Resources, resource: Resource) -> list[str]:
    """Users who have asked the campaigns of a version's solution, or a recommender, most of all in the last month, the busiest first."""
    count = asks.Asked()
    solution = resource.body.get("solutionArn", "")
    for one in found.of(arns.CAMPAIGN):
        if arns.key_of(one.body["solutionVersionArn"]).rpartition("/")[0] == arns.key_of(solution):
            count.add(asks.asked(context.blobs, one.key, now=context.now, days=30))
    if resource.kind == arns.RECOMMENDER:
        count = asks.asked(context.blobs, resource.key, now=context.now, days=30)
    return [user for user, _ in sorted(count.users.items(), key=lambda one: (-one[1], one[0]))]


def learned_from(context: Context, found: Resources, group_arn: str) -> dict[str, Any]:
    """By which it can be told later whether there is something new."""
    return {"parts": parts_of(found, group_arn), "put": put_into(context.live, found, group_arn)}


def _published(context: Context, resource: Resource, trained: Trained) -> dict[str, str]:
    context.say_progress("saving")
    folder = context.room / "model"
    folder.mkdir()
    digest = save(folder, trained)
    key = context.folder_key(f"{PLACE}/{'/'.join(resource.key.split('/')[1:])}")
    context.blobs.publish(key, folder)
    return {"key": key, "sha256": digest}


def _told(rule: Rule) -> dict[str, Any]:
    """The rule as JSON, so that live events are weighed as those that were learned from; null for no threshold."""
    weights: dict[str, Any] = {kind: {"weight": each.weight, "least": _number(each.least)} for kind, each in rule.weights.items()}
    return {"kind": rule.kind, "any_case": rule.any_case, "least": _number(rule.least), "weights": weights}


def _number(value: float) -> float | None:
    return None if isnan(value) else value
