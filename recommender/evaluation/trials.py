"""A recipe put through a plan: fitted once for each split, judged for each person, and made into figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.evaluation.figures import Figure, mean_of
from recommender.evaluation.judging import LIST_MEASURES, PerPerson, Progress, joined, judge, judge_stars
from recommender.evaluation.plans import LISTS, Plan
from recommender.models import Model

Fit = Callable[[RatingMatrix], Model]
HISTORIES = ((0, 20), (20, 50), (50, 200), (200, None))  # from so many ratings to under so many


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one recipe. people: value by value. whole: figures that are of all people together or of whole splits.

    whole holds `coverage` (the share of the films rated on a learning side that are in anybody's list of SHOWN) and `catalogue_coverage`
    (the share of all films that are); for stars, `rmse` and `mae` over all ratings of a split, the mean over splits.
    """

    people: PerPerson
    whole: Mapping[str, Figure]

    def figures(self) -> dict[str, Figure]:
        """Every measure over everybody; what is of the whole comes in place of the mean over people, which it differs from."""
        return {**{measure: self.people.figure(measure) for measure in self.people.values}, **self.whole}

    def parts(self) -> dict[str, PerPerson]:
        """Known people as "warm" and strangers as "cold" where there are both, since one mean over them means little; else all as ""."""
        strange = self.people.is_stranger
        if not strange.any() or strange.all():
            return {"": self.people}
        return {"warm": self.people.where(~strange), "cold": self.people.where(strange)}

    def by_history(self) -> dict[str, PerPerson]:
        """People by how many ratings the model was told of them, where there is somebody."""
        n = self.people.n_history
        groups = {_named(least, end): (n >= least) & (n < (np.inf if end is None else end)) for least, end in HISTORIES}
        return {name: self.people.where(group) for name, group in groups.items() if group.any()}

    def by_group(self) -> dict[str, dict[str, Figure]]:
        """Every measure for each of the parts, where there are several, and by length of history."""
        groups = {name: people for name, people in {**self.parts(), **self.by_history()}.items() if name}
        return {name: {measure: people.figure(measure) for measure in people.values} for name, people in groups.items()}


def _named(least: int, end: int | None) -> str:
    return f"{least} ratings or more" if end is None else f"{least} to {end - 1} ratings" if least else f"under {end} ratings"


def tried(
    plan: Plan,
    films: Catalogue,
    fit: Fit,
    progress: Progress = lambda done, total: None,
    *,
    measures: Sequence[str] = LIST_MEASURES,
) -> Trial:
    """The plan, with a model fitted anew on each learning side.

    progress: people judged (or ratings predicted), those there are. measures: of LIST_MEASURES, for a plan that asks for lists.
    """
    parts, errors = [], []
    shown, rated = np.zeros(len(films), dtype=np.bool_), np.zeros(len(films), dtype=np.bool_)
    for number, split in enumerate(plan.splits):

        def told(done: int, total: int, number: int = number) -> None:
            progress(number * total + done, total * len(plan.splits))

        matrix = RatingMatrix.of(split.train, films.movie_ids)
        model = fit(matrix)
        if plan.asks == LISTS:
            parts.append(judge(model, split, films, told, measures=measures))
            shown[parts[-1].shown[parts[-1].shown >= 0]] = True
        else:
            parts.append(judge_stars(model, split, told))
            errors.append(_pooled(parts[-1], split.held_out.user_ids))
        rated |= matrix.raters > 0
    if plan.asks == LISTS:
        people = joined(parts)
        n = len(np.unique(people.user_ids))
        whole = {
            "coverage": Figure(int(np.count_nonzero(shown & rated)) / max(1, int(np.count_nonzero(rated))), 0.0, n),
            "catalogue_coverage": Figure(int(np.count_nonzero(shown)) / max(1, len(films)), 0.0, n),
        }
        return Trial(people, whole)
    pooled = np.array(errors, dtype=np.float64).reshape(-1, 2)
    return Trial(joined(parts), {"rmse": mean_of(pooled[:, 0]), "mae": mean_of(pooled[:, 1])})


def _pooled(people: PerPerson, held_out: NDArray[np.int32]) -> tuple[float, float]:
    """RMSE and MAE over all ratings of a split, from those of its people."""
    if not len(held_out):
        return nan, nan
    _, n = np.unique(held_out, return_counts=True)
    return float(np.sqrt(np.average(people.values["rmse"] ** 2, weights=n))), float(np.average(people.values["mae"], weights=n))
