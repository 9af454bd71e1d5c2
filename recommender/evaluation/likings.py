"""Whether it is rightly told of ratings held out that the film was liked, over 3 stars: yes or no, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.evaluation import metrics
from recommender.evaluation.judging import chances, predicted
from recommender.evaluation.splits import LIKED_HALF_STARS, Split
from recommender.models import Model, TellsLiking

LIKELY = 0.5  # the probability from which on the answer is yes
# Predicted stars from here on say yes: half-way between the last of one side and the first of the other.
BORDER = (LIKED_HALF_STARS - 0.5) / 2


@dataclass(frozen=True, slots=True)
class Likings:
    """accuracy: the share of ratings told rightly; what Amazon calls test:binary_classification_accuracy.

    auc: the chance that one liked is thought likelier than one that is not, over all ratings together. majority: the accuracy of whoever
    gives the commoner answer always. All NaN where there are no ratings.
    """

    accuracy: float
    auc: float
    majority: float


def likings(split: Split, model: Model) -> Likings:
    """How well the model tells the liked among the split's ratings held out: by its probability, or else by the stars that it predicts.

    InvalidInputError for a model that has neither.
    """
    asked = split.held_out
    if isinstance(model, TellsLiking):
        values, border = chances(model, model.matrix, asked.user_ids, asked.movie_ids), LIKELY
    else:
        values, border = predicted(model, asked.user_ids, asked.movie_ids, {}), BORDER
    liked = asked.half_stars >= LIKED_HALF_STARS
    if not len(liked):
        return Likings(np.nan, np.nan, np.nan)
    share = float(np.mean(liked))
    return Likings(float(np.mean((values >= border) == liked)), metrics.auc(values, liked), max(share, 1 - share))
