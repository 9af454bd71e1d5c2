"""A plan with fewer people: what a trial costs less on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.data.ratings import RatingTable
from recommender.evaluation.plans import Plan
from recommender.evaluation.splits import Split


def everybody(plan: Plan) -> NDArray[np.int32]:
    """The numbers of all who stand in the plan, on whichever side, ascending."""
    tables = [table for split in plan.splits for table in (split.train, split.held_out, split.told) if table is not None]
    return np.unique(np.concatenate([table.user_ids for table in tables]))


def thinned(plan: Plan, share: float, *, seed: int) -> Plan:
    """The plan with this share of its people, at least one, both of what is learned and of what must be found.

    Chosen at random by the seed; a smaller share is part of a larger one.
    """
    if share >= 1:
        return plan
    people = everybody(plan)
    order = np.random.default_rng(seed).permutation(len(people))
    kept = people[order[: max(1, round(share * len(people)))]]
    return replace(plan, splits=tuple(_thinned(split, kept) for split in plan.splits))


def _thinned(split: Split, kept: NDArray[np.int32]) -> Split:
    def of(table: RatingTable) -> RatingTable:
        return table.where(np.isin(table.user_ids, kept))

    return Split(of(split.train), of(split.held_out), None if split.told is None else of(split.told), split.at)
