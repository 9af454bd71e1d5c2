"""What a recipe is worth on a group's own data, by Amazon's figures: on each user's newest tenth, held out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

from recommender.data.matrix import RatingMatrix
from recommender.evaluation.amazon import KEYS, told_as_amazon
from recommender.evaluation.judging import paired
from recommender.evaluation.plans import Plan, plan
from recommender.evaluation.trials import Trial, tried
from recommender.models import Model, Parameters, recipes
from recommender.personalize.learning.world import World
from recommender.personalize.recipes import AUTO_ML, RECIPES, served
from recommender.personalize.refusals import InvalidInputError

MOST_PEOPLE = 2000  # whose lists are judged for a version's metrics
PEOPLE_TO_CHOOSE_BY = 300  # for each candidate of a search
REWARDS = "average_rewards_at_k"  # told of solutions with an optimizationObjective alone
TO_CHOOSE_BY = "normalized_discounted_cumulative_gain_at_25"  # where nothing says otherwise
POPULAR = "popular"  # the recipe that every version is held against
GAIN_IN = "normalized_discounted_cumulative_gain_at_10"
SEED = 0

Said = Callable[[float], None]  # how much is done, 0 to 1


def measured(
    world: World, recipe: str, parameters: Parameters, *, with_rewards: bool = False, said: Said = lambda share: None
) -> dict[str, dict[str, float]]:
    """What a recipe is worth, beside the list that is the same for everybody; each part is empty where nobody can be judged.

    `metrics`: the figures of GetSolutionMetrics; `popular`: those of POPULAR on the same people; `gain`: by how much the one is better than
    the other in GAIN_IN, as mean, and low and high of the 95 % interval, over n people. with_rewards: REWARDS as well.
    """
    ground = split_of(world).of_people(MOST_PEOPLE)
    trials = [_tried(ground, world, name, values, said) for name, values in ((recipe, parameters), (POPULAR, {}))]
    trial, popular = trials
    if not len(trial.people):
        return {"metrics": {}, "popular": {}, "gain": {}}
    gain = paired(trial.people, popular.people, KEYS[GAIN_IN])
    low, high = gain.interval()
    return {
        "metrics": _told(trial, with_rewards=with_rewards),
        "popular": _told(popular, with_rewards=with_rewards),
        "gain": {"mean": gain.mean, "low": low, "high": high, "n": gain.n} if isfinite(low) else {},
    }


def _tried(ground: Plan, world: World, recipe: str, parameters: Parameters, said: Said) -> Trial:
    return tried(
        ground,
        world.catalogue,
        lambda matrix: recipes.fit(recipe, matrix, world.catalogue, parameters),
        lambda done, total: said(done / max(total, 1)),
        measures=measures_of(KEYS),
    )


def _told(trial: Trial, *, with_rewards: bool) -> dict[str, float]:
    told = told_as_amazon(trial, 0.0)
    return {key: told[key] for key in KEYS if (with_rewards or key != REWARDS) and isfinite(told[key])}


def split_of(world: World, *, validation: bool = False) -> Plan:
    """Each user's newest tenth held out; validation: the same within what is left, for whatever is chosen."""
    return plan("newest", world.ratings, validation=validation)


def measures_of(keys: Mapping[str, str] | Sequence[str]) -> tuple[str, ...]:
    """What must be measured for these of KEYS; those of the whole are made of the lists."""
    return tuple(KEYS[key] for key in keys if key != "coverage")


def candidates(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the recipes that AutoML tries: those of autoMLConfig, or Amazon's; InvalidInputError for another than personalises."""
    asked = (config.get("autoMLConfig") or {}).get("recipeList") or [RECIPES[name].arn for name in AUTO_ML]
    found = [served(arn) for arn in asked]
    for recipe in found:
        if recipe.kind != RECIPES[AUTO_ML[0]].kind or recipe.domain:
            raise InvalidInputError(f"recipeList must hold recipes of type USER_PERSONALIZATION, not {recipe.name}.")
    return tuple(dict.fromkeys(recipe.name for recipe in found))


def metric_of(config: Mapping[str, Any]) -> str:
    """The one of KEYS that decides: autoMLConfig's metricName, TO_CHOOSE_BY for none; InvalidInputError for another."""
    name = (config.get("autoMLConfig") or {}).get("metricName") or TO_CHOOSE_BY
    if name not in KEYS:
        raise InvalidInputError(f"metricName must be one of {', '.join(KEYS)}, not {name!r}.")
    return str(name)


def figure(world: World, ground: Plan, metric: str, fit: Callable[[RatingMatrix], Model]) -> float:
    """What a candidate is worth on the ground, by one of KEYS; NaN where nobody can be judged."""
    measures = measures_of([metric]) or ("ndcg@10",)
    trial = tried(ground, world.catalogue, fit, measures=measures)
    return trial.figures()[KEYS[metric]].mean if len(trial.people) else float("nan")
