"""Which parameters, and which recipe, are best on a group's own data: performHPO and performAutoML.

Both look at each user's newest tenth of what the metrics are not measured on, for a time that is bounded.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

from recommender.errors import RecommenderError
from recommender.evaluation.figures import Figure
from recommender.evaluation.search.methods import BAYES, Search
from recommender.evaluation.search.outcomes import Candidate, Outcome, ranked
from recommender.models import Parameters, recipes
from recommender.personalize.amazon_recipe import AmazonRecipe
from recommender.personalize.learning.measuring import PEOPLE_TO_CHOOSE_BY, SEED, candidates, figure, metric_of, split_of
from recommender.personalize.learning.world import World
from recommender.personalize.recipes import RECIPES
from recommender.personalize.refusals import InvalidInputError

SECONDS = 60.0  # after which nothing more is tried
TRIALS = 40  # Amazon's maxNumberOfTrainingJobs allows as many
LONGEST_REASON = 300  # characters
FAILURES = (RecommenderError, ArithmeticError, ValueError, MemoryError)

Said = Callable[[str, float], None]


@dataclass(frozen=True)
class Tuned:
    """What a search has found. parameters: of our recipe. told: tunedHPOParams, in Amazon's names. trials: one entry each, JSON values."""

    parameters: dict[str, float]
    told: dict[str, str]
    trials: list[dict[str, Any]]


@dataclass(frozen=True)
class Chosen:
    """What AutoML has found: the best recipe, why, and every one that was tried, JSON values."""

    recipe: AmazonRecipe
    why: str
    tried: list[dict[str, Any]]


def tuned(
    world: World,
    recipe: AmazonRecipe,
    config: Mapping[str, Any],
    *,
    seed: int = SEED,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
    said: Said = lambda stage, share: None,
) -> Tuned:
    """The best of the parameters tried, the recipe's own first; those again where it has none to choose.

    The seed decides what is tried, but for how much there is time for: at least one trial, and TRIALS or maxNumberOfTrainingJobs at most.
    """
    own = {**recipes.BY_NAME[recipe.ours].defaults, **recipe.ours_of(config)}
    space, n = recipe.space_of(config, own), n_trials(config)
    if not space:
        return Tuned(recipe.ours_of(config), recipe.amazons_of(own, own), [])
    ground = split_of(world, validation=True).of_people(PEOPLE_TO_CHOOSE_BY, seed=seed)
    search = Search(BAYES, space, n, seed, PEOPLE_TO_CHOOSE_BY, lower_is_better=False, own=own)
    metric, outcomes, until = metric_of({}), list[Outcome](), clock() + seconds
    while (candidate := search.next(outcomes)) is not None and (not outcomes or clock() < until):
        said("searching hyperparameters", len(outcomes) / n)
        outcomes.append(_tried(world, ground, metric, recipe, own, candidate, clock))
    best = ranked(outcomes, lower_is_better=False)[0]
    if best.figure is None:
        raise InvalidInputError(f"None of the hyperparameters tried could be trained with; the first: {outcomes[0].reason}")
    parameters = {**recipe.ours_of(config), **best.candidate.parameters}
    defaults = recipes.BY_NAME[recipe.ours].defaults
    return Tuned(
        parameters, recipe.amazons_of({**defaults, **parameters}, defaults), [_told(o, metric, recipe, defaults) for o in outcomes]
    )


def _tried(
    world: World, ground: Any, metric: str, recipe: AmazonRecipe, own: Parameters, candidate: Candidate, clock: Callable[[], float]
) -> Outcome:
    began, parameters = clock(), {**own, **candidate.parameters}
    try:
        value = figure(world, ground, metric, lambda matrix: recipes.fit(recipe.ours, matrix, world.catalogue, parameters))
    except FAILURES as error:
        return Outcome(candidate, None, (str(error) or type(error).__name__)[:LONGEST_REASON], clock() - began)
    if isnan(value):
        return Outcome(candidate, None, "Nobody could be judged.", clock() - began)
    return Outcome(candidate, Figure(value, 0.0, len(ground.splits[0].held_out)), "", clock() - began)


def _told(outcome: Outcome, metric: str, recipe: AmazonRecipe, defaults: Parameters) -> dict[str, Any]:
    chosen = {**defaults, **recipe.parameters, **outcome.candidate.parameters}
    names = {each.ours: each.name for each in recipe.tunable if each.ours}
    told = recipe.amazons_of(chosen, defaults)
    return {
        "hyperparameters": {names[ours]: told[names[ours]] for ours in outcome.candidate.parameters},
        metric: round(outcome.figure.mean, 6) if outcome.figure else None,
        "seconds": round(outcome.seconds, 2),
        "reason": outcome.reason,
    }


def n_trials(config: Mapping[str, Any]) -> int:
    """maxNumberOfTrainingJobs, TRIALS where it is not set; InvalidInputError unless it is a whole number from 1 to TRIALS."""
    text = ((config.get("hpoConfig") or {}).get("hpoResourceConfig") or {}).get("maxNumberOfTrainingJobs")
    if text is None:
        return TRIALS
    if not (str(text).isascii() and str(text).isdigit() and 1 <= int(text) <= TRIALS):
        raise InvalidInputError(f"maxNumberOfTrainingJobs must be a whole number from 1 to {TRIALS}, not {text!r}.")
    return int(text)


def best_recipe(
    world: World,
    config: Mapping[str, Any],
    *,
    seed: int = SEED,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
    said: Said = lambda stage, share: None,
) -> Chosen:
    """The best of AutoML's candidates by its metric, with each recipe's own parameters; of equals the one named first.

    Those for which no time is left are not tried, and that is said.
    """
    names, metric, until = candidates(config), metric_of(config), clock() + seconds
    ground = split_of(world, validation=True).of_people(PEOPLE_TO_CHOOSE_BY, seed=seed)
    found: list[dict[str, Any]] = []
    for place, name in enumerate(names):
        said(f"trying {name}", place / len(names))
        recipe = RECIPES[name]
        entry: dict[str, Any] = {"recipeArn": recipe.arn, metric: None, "seconds": 0.0, "reason": ""}
        if found and clock() >= until:
            entry["reason"] = f"no time was left of the {seconds:g} seconds"
        else:
            parameters = {**recipes.BY_NAME[recipe.ours].defaults, **recipe.parameters}
            outcome = _tried(world, ground, metric, recipe, parameters, Candidate(place, {}), clock)
            entry |= {
                metric: outcome.figure.mean if outcome.figure else None,
                "seconds": round(outcome.seconds, 2),
                "reason": outcome.reason,
            }
        found.append(entry)
    figures = [(entry[metric], -place) for place, entry in enumerate(found) if entry[metric] is not None]
    if not figures:
        raise InvalidInputError(f"None of the recipes could be tried; {names[0]}: {found[0]['reason']}")
    best = -max(figures)[1]
    told = [
        f"{name} {entry[metric]:.4f}" if entry[metric] is not None else f"{name} not tried, {entry['reason']}"
        for name, entry in zip(names, found, strict=True)
    ]
    return Chosen(RECIPES[names[best]], f"{names[best]} has the highest {metric}: {'; '.join(told)}.", found)
