"""What a candidate is worth on a plan: the figure that decides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.evaluation.figures import Figure, mean_of
from recommender.evaluation.judging import LIST_MEASURES, LOWER_IS_BETTER, NEITHER_IS_BETTER, STAR_MEASURES
from recommender.evaluation.likings import likings
from recommender.evaluation.plans import LISTS, Plan
from recommender.evaluation.trials import tried
from recommender.models import Model

ACCURACY = "accuracy"

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

    accuracy: the share of the held-out ratings of which it is rightly told whether the film was liked (over 3 stars), by its
    probability where the model has one, else by the stars predicted; what Amazon calls test:binary_classification_accuracy.
    """
    if measure != ACCURACY:
        return tried(plan, films, fit).figures()[measure]
    return mean_of(np.array([likings(split, fit(RatingMatrix.of(split.train, films.movie_ids))).accuracy for split in plan.splits]))
