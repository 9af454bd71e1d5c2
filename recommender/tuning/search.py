"""One trial after the other, until nothing is left to try."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import isnan

import numpy as np

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.errors import RecommenderError
from recommender.evaluation.plans import Plan
from recommender.evaluation.search.measures import figure_of, is_lower_better
from recommender.evaluation.search.methods import Search
from recommender.evaluation.search.outcomes import Candidate, Outcome, ranked
from recommender.evaluation.search.people import thinned
from recommender.models import Model, recipes
from recommender.tuning.trials_file import Trials, TrialsFile

# What a model says when it cannot be fitted with some parameters: its own words, numbers that overflow, matrices that cannot be solved.
FAILURES = (RecommenderError, ArithmeticError, ValueError, MemoryError)
LONGEST_REASON = 300  # characters


@dataclass(frozen=True, slots=True)
class Ground:
    """What candidates are tried on."""

    plan: Plan
    films: Catalogue


def search(
    file: TrialsFile, ground: Ground, *, clock: Callable[[], float], progress: Callable[[int, int], None] = lambda done, total: None
) -> Trials:
    """Try what is left to try, each outcome kept in the file before the next begins. progress: trials done, trials there are in all.

    A candidate that fails is an outcome with its reason, and the search goes on. clock: seconds, of which only differences matter.
    """
    while (candidate := file.trials.head.search.next(file.trials.outcomes)) is not None:
        file.add(_tried(candidate, file.trials, ground, clock))
        progress(len(file.trials.outcomes), max(file.trials.head.search.n_all, len(file.trials.outcomes)))
    return file.trials


def best_of(trials: Trials) -> Outcome | None:
    """The best outcome among those on the most people; None where every trial failed or there is none yet."""
    first = next(iter(ranking_of(trials)), None)
    return first if first is not None and first.figure is not None else None


def ranking_of(trials: Trials) -> list[Outcome]:
    """Best first, failures last."""
    return ranked(trials.outcomes, lower_is_better=is_lower_better(trials.head.measure))


def sentences(trials: Trials) -> list[str]:
    """What came of the search, for people: the best, what that is worth, and on what it was found."""
    head, best = trials.head, best_of(trials)
    n_failed = sum(outcome.figure is None for outcome in trials.outcomes)
    found = [f"{len(trials.outcomes) - n_failed} trials completed, {n_failed} failed: {head.name}; {head.says}."]
    if best is None or best.figure is None:
        return found
    on_as_many = [o for o in trials.outcomes if o.figure and o.candidate.share == best.candidate.share]
    values = " ".join(f"{name}={value:g}" for name, value in best.candidate.parameters.items())
    found.append(f"Best is trial {best.candidate.number}: {values}.")
    if best.figure.error > 0 and len(on_as_many) > 1:
        near = [o for o in on_as_many if o is not best and o.figure and abs(o.figure.mean - best.figure.mean) <= best.figure.error]
        found.append(f"{len(near)} of the other {len(on_as_many) - 1} on as many people lie within one standard error of it.")
    own = next((o for o in on_as_many if o.figure and _is_own(o, head.search)), None)
    if own is best:
        found.append("These are the recipe's own values.")
    elif own and own.figure:
        found.append(f"The recipe's own values have {head.measure} {own.figure.mean:.4f}.")
    found.append("The best of many is partly luck: `matinee evaluate --parameters` measures it on ratings that were not looked at.")
    return found


def _is_own(outcome: Outcome, search: Search) -> bool:
    return all(search.own.get(name) == value for name, value in outcome.candidate.parameters.items())


def digest_of(ratings: RatingTable) -> str:
    """The SHA-256 of the ratings, in hex, so that a search does not go on with others."""
    found = hashlib.sha256()
    for name in RatingTable.__dataclass_fields__:
        found.update(np.ascontiguousarray(getattr(ratings, name)).tobytes())
    return found.hexdigest()


def _tried(candidate: Candidate, trials: Trials, ground: Ground, clock: Callable[[], float]) -> Outcome:
    head, began = trials.head, clock()
    fit = partial(_fit, head.recipe, ground.films, candidate)
    try:
        figure = figure_of(head.measure, thinned(ground.plan, candidate.share, seed=head.search.seed), ground.films, fit)
    except FAILURES as error:
        reason = str(error) or type(error).__name__
        return Outcome(candidate, None, reason[:LONGEST_REASON], clock() - began)
    if isnan(figure.mean):
        return Outcome(candidate, None, "Nobody could be measured.", clock() - began)
    return Outcome(candidate, figure, "", clock() - began)


def _fit(recipe: str, films: Catalogue, candidate: Candidate, matrix: RatingMatrix) -> Model:
    return recipes.fit(recipe, matrix, films, candidate.parameters)
