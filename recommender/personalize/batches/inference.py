"""The batch inference job: items for users, items like items, and given items in a user's order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.personalize import arns
from recommender.personalize.amazon_recipe import PERSONALIZED_RANKING, RELATED_ITEMS, USER_PERSONALIZATION, AmazonRecipe
from recommender.personalize.answers.arranging import explored
from recommender.personalize.answers.loaded import Loaded
from recommender.personalize.answers.relevance import alike, ordered, scored, shares_of
from recommender.personalize.batches.lines import Json, answered, filter_values, sources, text, texts
from recommender.personalize.filters import Asking, Filter, read_filter
from recommender.personalize.filters.values import read_values
from recommender.personalize.jobs.context import Commit, Context
from recommender.personalize.operations.exploring import CUT_OFF, DEFAULTS, WEIGHT
from recommender.personalize.recipes import recipe_of
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import Resource, Resources
from recommender.personalize.trained import load

USUAL = 25  # results, where the job does not say
MOST_RANKED = 500  # items of one itemList
EXPLORES = "aws-user-personalization"  # what recipes begin with that try items out


@dataclass(frozen=True)
class Job:
    """What every line is answered by. weight, cut_off: how much of a list goes to items that are tried out, and their age in days."""

    loaded: Loaded
    recipe: AmazonRecipe
    n: int
    wanted: Filter | None = None
    weight: float = 0.0
    cut_off: float = 30.0


def run(context: Context, resource: Resource) -> Commit:
    """Answer every line."""
    found = context.check()
    job = job_of(context, found, resource)
    counts = answered(context, resource, sources(context, resource), partial(answer, job))

    def commit(now: Resources, one: Resource) -> None:
        one.inner |= counts

    return commit


def job_of(context: Context, found: Resources, resource: Resource) -> Job:
    """What the resource asks for, with the model in memory; errors as of a model that is torn, and of what is not there."""
    body, version = resource.body, version_of(found, resource)
    recipe = recipe_of(version.body["recipeArn"])
    context.say_progress("loading")
    loaded = Loaded(load(context.blobs, version.inner["model"]["key"], version.inner["model"]["sha256"]))
    said = DEFAULTS | ((body.get("batchInferenceJobConfig") or {}).get("itemExplorationConfig") or {})
    weight = float(said[WEIGHT]) if recipe.kind == USER_PERSONALIZATION and recipe.name.startswith(EXPLORES) else 0.0
    return Job(loaded, recipe, int(body.get("numResults") or USUAL), filter_of(found, resource), weight, float(said[CUT_OFF]))


def version_of(found: Resources, resource: Resource) -> Resource:
    """The version that a batch job names; InvalidInputError unless it was trained."""
    version = found.get(resource.body["solutionVersionArn"], arns.VERSION)
    if "model" not in version.inner:
        raise InvalidInputError(f"{version.arn} is {version.status}; a batch job needs a version that is ACTIVE.")
    return version


def filter_of(found: Resources, resource: Resource) -> Filter | None:
    """The filter that a batch job names, or None."""
    arn = resource.body.get("filterArn")
    return read_filter(str(found.get(arn, arns.FILTER).body["filterExpression"])) if arn else None


def answer(job: Job, said: Json) -> Json:
    """The output of one line, by the type of the recipe; InvalidInputError for a line that is not of that type's form."""
    if job.recipe.kind == RELATED_ITEMS:
        return _related(job, said)
    if job.recipe.kind == PERSONALIZED_RANKING:
        return _ranked(job, said)
    return _for_user(job, said)


def _for_user(job: Job, said: Json) -> Json:
    loaded, user_id = job.loaded, text(said, "userId")
    user = loaded.user(user_id)
    history = loaded.trained.history(user)
    of = scored(loaded, history)
    allowed = _let_through(job, said, Asking(user)) & ~of.out
    relevant = ordered(loaded, of, job.n, allowed)
    placed = explored(loaded, relevant, job.n, job.weight, job.cut_off, history, of, allowed, user_id, None)
    columns = [one.column for one in placed]
    return _told(job, columns, of.shares[columns])


def _ranked(job: Job, said: Json) -> Json:
    """The items given, those best for the user first; what a filter keeps out, and what nobody knows, last and with the score 0."""
    loaded, items = job.loaded, texts(said, "itemList", MOST_RANKED)
    user = loaded.user(text(said, "userId"))
    of = scored(loaded, loaded.trained.history(user))
    through = _let_through(job, said, Asking(user))
    positions = [loaded.trained.items.position(item) for item in items]
    known = [place for place, at in enumerate(positions) if at is not None and through[at]]
    columns = np.array([positions[place] for place in known], dtype=np.intp)
    scores = np.where(np.isnan(of.scores[columns]), of.neutral, of.scores[columns])
    shares = shares_of(scores, of.neutral)
    order = np.argsort(-scores, kind="stable").tolist()
    rest = [item for place, item in enumerate(items) if place not in set(known)]
    listed = [items[known[at]] for at in order] + rest
    return {"recommendedItems": listed, "scores": [*_rounded(shares[order]), *(0.0 for _ in rest)]}


def _related(job: Job, said: Json) -> Json:
    loaded = job.loaded
    item = loaded.trained.items.position(text(said, "itemId"))
    allowed = _let_through(job, said, Asking(item=item))
    found = alike(loaded, item, job.n, allowed, by_content=job.recipe.by_content)
    return {"recommendedItems": loaded.trained.items.texts(found.columns)}


def _let_through(job: Job, said: Json, asking: Asking) -> NDArray[np.bool_]:
    values: Mapping[str, str] = filter_values(said)
    if job.wanted is None:
        if values:
            raise InvalidInputError("filterValues are for a filter, and the job has none: give it a filterArn.")
        return np.ones(len(job.loaded.trained.items), dtype=np.bool_)
    return job.loaded.masks.let_through(job.wanted, read_values(values, job.wanted), asking)


def _told(job: Job, columns: list[int], scores: NDArray[np.float64]) -> dict[str, Any]:
    return {"recommendedItems": job.loaded.trained.items.texts(columns), "scores": _rounded(scores)}


def _rounded(scores: NDArray[np.float64]) -> list[float]:
    return [float(f"{score:.7g}") for score in scores.tolist()]
