"""What a candidate is worth on a plan: the figure that decides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.evaluation.figures import Figure, mean_of
from recommender.evaluation.judging import LIST_MEASURES, LOWER_IS_BETTER, NEITHER_IS_BETTER, STAR_MEASURES, predicted
from recommender.evaluation.plans import LISTS, Plan
from recommender.evaluation.splits import LIKED_HALF_STARS, Split
from recommender.evaluation.trials import tried
from recommender.models import Model

ACCURACY = "accuracy"
BORDER = (
    LIKED_HALF_STARS - 0.5
) / 2  # predicted stars from here on say "liked", half-way between the last of one side and the first of the other

Fit = Callable[[RatingMatrix], Model]


def known_measure(name: str, plan: Plan) -> str:
    """The measure, if it can decide on this plan, or the plan's own for an empty name; else InvalidInputError."""
    possible = [each for each in LIST_MEASURES if each not in NEITHER_IS_BETTER] if plan.asks == LISTS else [*STAR_MEASURES, ACCURACY]
    if (name or plan.main) not in possible:
        raise InvalidInputError("measure", name, f"for the split {plan.name} one of {', '.join(possible)}")
    return name or plan.main


def is_lower_better(measure: str) -> bool:
    """Whether it is an error."""
    return measure in LOWER_IS_BETTER


def figure_of(measure: str, plan: Plan, films: Catalogue, fit: Fit) -> Figure:
    """The mean over people, or over splits for what is of whole splits, of a model fitted anew on each learning side.

    accuracy: the share of the held-out ratings of which it is rightly told whether the film was liked (over 3 stars), by the stars
    predicted; what Amazon calls test:binary_classification_accuracy.
    """
    if measure != ACCURACY:
        return tried(plan, films, fit).figures()[measure]
    return mean_of(np.array([_accuracy(split, fit(RatingMatrix.of(split.train, films.movie_ids))) for split in plan.splits]))


def _accuracy(split: Split, model: Model) -> float:
    stars = predicted(model, split.held_out.user_ids, split.held_out.movie_ids, {})
    return float(np.mean((stars > BORDER) == (split.held_out.half_stars >= LIKED_HALF_STARS))) if len(stars) else float("nan")
