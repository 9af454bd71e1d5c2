"""The splits by name, each with what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from recommender.data.ratings import RatingTable
from recommender.errors import DataError, InvalidInputError
from recommender.evaluation import splits
from recommender.evaluation.splits import Split

SEED = 0  # of whatever is dealt out at random, so that every run deals it out in the same way


@dataclass(frozen=True, slots=True)
class Plan:
    """A way of measuring, worked out for some ratings. says: what is held out, in words. asks: LISTS or STARS.

    seed: of what was dealt out at random, None where nothing was. main: the measure that decides which of two recipes is better here.
    """

    name: str
    says: str
    asks: str
    splits: tuple[Split, ...]
    seed: int | None = None
    main: str = "ndcg@10"

    def of_people(self, n: int, *, seed: int = SEED) -> Plan:
        """The plan with at most n people judged, drawn at random; the model still learns from everybody."""
        people = np.unique(np.concatenate([split.held_out.user_ids for split in self.splits]))
        if len(people) <= n:
            return self
        drawn = np.random.default_rng(seed).choice(people, n, replace=False)
        fewer = [replace(split, held_out=split.held_out.where(np.isin(split.held_out.user_ids, drawn))) for split in self.splits]
        return replace(self, says=f"{self.says}; {n:,} of {len(people):,} people judged, drawn at random", splits=tuple(fewer), seed=seed)


LISTS, STARS = "lists", "stars"
Folds = Iterable[tuple[RatingTable, RatingTable]]


def plan(name: str, ratings: RatingTable, *, official: Folds = (), seed: int = SEED, validation: bool = False) -> Plan:
    """The plan of this name, one of NAMES; InvalidInputError for another.

    official: pairs of what is learned from and held out that came with the data, for `folds`. validation: the same way of measuring within
    what the plan does not hold out, so that parameters can be chosen without a look at what is reported.
    """
    if name not in _MADE:
        raise InvalidInputError("split", name, f"{', '.join(NAMES[:-1])} or {NAMES[-1]}")
    return _MADE[name](ratings, official, seed, validation)


def _newest(ratings: RatingTable, liked_only: bool, validation: bool) -> Plan:
    made = splits.newest(ratings, liked_only=liked_only)
    if validation:
        made = splits.newest(made.train if not liked_only else splits.oldest(ratings), liked_only=liked_only)
    what = ", those over 3 stars to be found" if liked_only else ""
    return Plan(
        "newest-liked" if liked_only else "newest",
        f"each person's newest tenth held out{_inside(validation)}: {len(made.held_out):,} ratings{what}",
        LISTS,
        (made,),
    )


def _last(ratings: RatingTable, official: Folds, seed: int, validation: bool) -> Plan:
    made = splits.last(ratings)
    if validation:
        made = splits.last(made.train)
    return Plan("last", f"each person's last rating held out{_inside(validation)}: {len(made.held_out):,} ratings", LISTS, (made,))


def _folds(ratings: RatingTable, official: Folds, seed: int, validation: bool) -> Plan:
    given = [Split(train, held_out) for train, held_out in official]
    rng = np.random.default_rng(seed)
    made = given or list(splits.folds(ratings, rng=rng))
    if validation:
        made = [splits.at_random(split.train, splits.HELD_OUT_SHARE, rng=rng) for split in made]
    says = f"{len(made)} {'official' if given else 'random'} folds" + (", a tenth of what each learns from held out" if validation else "")
    return Plan("folds", says, STARS, tuple(made), None if given and not validation else seed, main="rmse")


def _strangers(ratings: RatingTable, official: Folds, seed: int, validation: bool) -> Plan:
    made = list(splits.strangers(ratings, rng=np.random.default_rng(seed)))
    if validation:
        made = list(splits.strangers(splits.without_held_out(ratings, made), rng=np.random.default_rng(seed + 1)))
    n = sum(len(split.held_out) for split in made)
    says = f"each person once a stranger, a fifth of their ratings over 3.5 stars held out{_inside(validation)}: {n:,} ratings"
    return Plan("strangers", says, LISTS, tuple(made), seed, main="ndcg@100")


def _rolling(ratings: RatingTable, official: Folds, seed: int, validation: bool) -> Plan:
    if not len(ratings) or ratings.rated_at.min() == ratings.rated_at.max():
        raise DataError("The ratings are all of one time, so there is no before and after; --split rolling needs data with timestamps.")
    if not np.any(ratings.half_stars >= splits.LEAST_HALF_STARS):
        raise DataError("No rating is of 2 stars or more, so that there is nothing to find; --split rolling needs some.")
    first, end = (splits.FIRST_TUNED, splits.FIRST_REPORTED) if validation else (splits.FIRST_REPORTED, splits.N_WINDOWS)
    made = tuple(splits.rolling(ratings, first=first, end=end))
    n = sum(len(split.held_out) for split in made)
    says = f"{len(made)} windows of time, each learned from all before it (from {first} tenths of the ratings on): {n:,} ratings held out"
    return Plan("rolling", says, LISTS, made)


def _inside(validation: bool) -> str:
    return " of what the split learns from" if validation else ""


_MADE: dict[str, Callable[[RatingTable, Folds, int, bool], Plan]] = {
    "newest": lambda ratings, official, seed, validation: _newest(ratings, False, validation),
    "newest-liked": lambda ratings, official, seed, validation: _newest(ratings, True, validation),
    "last": _last,
    "rolling": _rolling,
    "strangers": _strangers,
    "folds": _folds,
}
NAMES = tuple(_MADE)
