"""What candidates are tried on: nothing of it is in what will be reported."""

from __future__ import annotations

from itertools import islice

import numpy as np

from recommender.data.ratings import RatingTable
from recommender.evaluation import plans, splits
from recommender.evaluation.plans import Folds, Plan


def inner_plan(name: str, ratings: RatingTable, *, official: Folds = (), n_folds: int = splits.N_FOLDS, seed: int = plans.SEED) -> Plan:
    """The split of this name within what it learns from.

    folds: cross-validation on the learning side of the first fold (u1 where the data have official ones), dealt out at random into
    N_FOLDS; n_folds: on how many of them a candidate is tried. Every other split: its own validation, as `plans.plan` makes it.
    """
    if name != "folds":
        return plans.plan(name, ratings, official=official, seed=seed, validation=True)
    first = plans.plan(name, ratings, official=official, seed=seed).splits[0].train
    made = tuple(islice(splits.folds(first, rng=np.random.default_rng(seed)), n_folds))
    says = f"{len(made)} of {splits.N_FOLDS} folds of what the first fold learns from: {len(first):,} ratings"
    return Plan(name, says, plans.STARS, made, seed, main="rmse")
