"""Which ratings a model learns from and which it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.data.ratings import RatingTable
from recommender.evaluation.leaks import refuse_leaks

LEAST_HALF_STARS = 4  # under 2 stars is no interaction
LIKED_HALF_STARS = 7  # over 3 stars is liked
LOVED_HALF_STARS = 8  # over 3.5 stars, what strong generalisation takes for a sign of liking
HELD_OUT_SHARE = 0.1
N_FOLDS = 5
N_GROUPS = 10  # of strangers
STRANGERS_SHARE = 0.2  # of a stranger's ratings, held out
LEAST_OF_A_STRANGER = 5  # ratings, so that one can be held out
N_WINDOWS = 10
FIRST_REPORTED = 5  # windows before it are for choosing parameters
FIRST_TUNED = 2  # windows before it have too little behind them
FOLDED_IN = 10  # ratings that a new person gives before the list is looked at


@dataclass(frozen=True, slots=True)
class Split:
    """What a model learns from, and what must be found: nothing of the second is in the first.

    train: what it learns from. held_out: what must be found, of everybody who is judged. told: what it is told of judged people whom it
    has not learned from, strangers to it; the history of everybody else is in train. Whoever has no history is not judged.
    at: seconds since 1970 that divide the two sides in time, or None where they overlap.
    """

    train: RatingTable
    held_out: RatingTable
    told: RatingTable | None = None
    at: int | None = None

    def __post_init__(self) -> None:
        refuse_leaks(self.train, self.held_out, self.told, self.at)


def newest(ratings: RatingTable, *, liked_only: bool = False) -> Split:
    """Each user's newest tenth (rounded up) held out, by time, then movie id.

    liked_only False: ratings of 2 stars or more are interactions, and all those held out are relevant.
    True: every rating is history, and those held out are relevant when over 3 stars.
    """
    table = ratings if liked_only else ratings.where(ratings.half_stars >= LEAST_HALF_STARS)
    late = newest_share(table, HELD_OUT_SHARE)
    held_out = table.where(late)
    return Split(table.where(~late), held_out.where(held_out.half_stars >= LIKED_HALF_STARS) if liked_only else held_out)


def oldest(ratings: RatingTable) -> RatingTable:
    """Everything but each user's newest tenth, whatever its stars."""
    return ratings.where(~newest_share(ratings, HELD_OUT_SHARE))


def newest_share(ratings: RatingTable, share: float) -> NDArray[np.bool_]:
    """True for each user's newest ratings, the share rounded up; of ratings in the same second the higher movie id counts as newer."""
    places, counts = _places(ratings)
    late: NDArray[np.bool_] = counts - places <= np.ceil(counts * share)
    return late


def _places(ratings: RatingTable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each rating its place among its user's, 0 for the oldest, ties by movie id; and how many the user has."""
    order = np.lexsort((ratings.movie_ids, ratings.rated_at, ratings.user_ids))
    _, counts = np.unique(ratings.user_ids, return_counts=True)
    places, of_user = np.empty(len(order), dtype=np.int64), np.empty(len(order), dtype=np.int64)
    of_user[order] = np.repeat(counts, counts)
    places[order] = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    return places, of_user


def last(ratings: RatingTable) -> Split:
    """Each user's newest rating held out, by time, then movie id; every rating is history, and that one is relevant whatever its stars."""
    places, counts = _places(ratings)
    late = places == counts - 1
    return Split(ratings.where(~late), ratings.where(late))


def folds(ratings: RatingTable, *, rng: np.random.Generator) -> Iterator[Split]:
    """N_FOLDS splits in which every rating is held out once, dealt out at random."""
    fold = rng.permutation(np.arange(len(ratings)) % N_FOLDS)
    for number in range(N_FOLDS):
        yield Split(ratings.where(fold != number), ratings.where(fold == number))


def at_random(ratings: RatingTable, share: float, *, rng: np.random.Generator) -> Split:
    """A share of the ratings held out at random."""
    out = rng.random(len(ratings)) < share
    return Split(ratings.where(~out), ratings.where(out))


def strangers(ratings: RatingTable, *, rng: np.random.Generator) -> Iterator[Split]:
    """N_GROUPS splits; in each a tenth of the people are strangers, who tell a part of their ratings and are judged by the rest.

    Only ratings over 3.5 stars count, on both sides, and only people with LEAST_OF_A_STRANGER of them or more. A fifth of a stranger's,
    rounded down, is held out at random; films that nobody else has rated are left out of both parts. No rating has a time: what
    is held out lies anywhere in a history, as in the source, so that an order would only mislead.
    Source: strong generalisation as in Liang et al., Variational Autoencoders for Collaborative Filtering, WWW 2018, section 4.1, and
    the notebook published with it. Differences: everybody is a stranger once, in tenths, in place of one group; the stars stay with the
    ratings, so that a model may weigh them.
    """
    loved = ratings.where(ratings.half_stars >= LOVED_HALF_STARS)
    loved = replace(loved, rated_at=np.zeros(len(loved), dtype=np.int64))
    people, counts = np.unique(loved.user_ids, return_counts=True)
    people = people[counts >= LEAST_OF_A_STRANGER]
    group_of = rng.permutation(np.arange(len(people)) % N_GROUPS)
    loved = loved.where(np.isin(loved.user_ids, people))
    group = group_of[np.searchsorted(people, loved.user_ids)]
    luck = rng.random(len(loved))
    for number in range(N_GROUPS):
        train, theirs = loved.where(group != number), loved.where(group == number)
        known = np.isin(theirs.movie_ids, train.movie_ids)
        out = _lowest_share(theirs.user_ids[known], luck[group == number][known], STRANGERS_SHARE)
        theirs = theirs.where(known)
        yield Split(train, theirs.where(out), told=theirs.where(~out))


def _lowest_share(user_ids: NDArray[np.int32], luck: NDArray[np.float64], share: float) -> NDArray[np.bool_]:
    """True for the share, rounded down, of each user's entries that have the lowest numbers."""
    order = np.lexsort((luck, user_ids))
    _, counts = np.unique(user_ids, return_counts=True)
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    low = np.zeros(len(order), dtype=np.bool_)
    low[order] = place < np.repeat((counts * share).astype(np.int64), counts)
    return low


def rolling(ratings: RatingTable, *, first: int = FIRST_REPORTED, end: int = N_WINDOWS) -> Iterator[Split]:
    """A split for each tenth of the ratings by time, from the `first` to before the `end`; the model learns from all before it.

    People with a history are judged by what they rate in the window. A new person tells their FOLDED_IN first ratings of the window, as
    a stranger, and is judged by the rest of the window; ratings in the second of the last one told are left out, since nobody can
    say which came first. Ratings under 2 stars are no interactions.
    """
    table = ratings.where(ratings.half_stars >= LEAST_HALF_STARS)
    if not len(table):
        return
    edges = np.quantile(table.rated_at, np.arange(N_WINDOWS + 1) / N_WINDOWS, method="higher").astype(np.int64)
    edges[-1] += 1
    for number in range(first, end):
        begin, stop = int(edges[number]), int(edges[number + 1])
        train = table.where(table.rated_at < begin)
        window = table.where((table.rated_at >= begin) & (table.rated_at < stop))
        is_new = ~np.isin(window.user_ids, train.user_ids)
        held_out, new = window.where(~is_new), window.where(is_new)
        told, later = _first_told(new)
        yield Split(train, held_out.and_also(new.where(later)), told=new.where(told), at=begin)


def _first_told(new: RatingTable) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Each user's FOLDED_IN first ratings, and those of a later second than the last of them."""
    places, _ = _places(new)
    told = places < FOLDED_IN
    people = np.unique(new.user_ids)
    until = np.zeros(len(people), dtype=np.int64)
    np.maximum.at(until, np.searchsorted(people, new.user_ids[told]), new.rated_at[told])
    return told, new.rated_at > until[np.searchsorted(people, new.user_ids)]


def without_held_out(ratings: RatingTable, made: list[Split]) -> RatingTable:
    """The ratings that none of the splits holds out: what parameters may be chosen on, by the same split within them."""
    keep = np.ones(len(ratings), dtype=np.bool_)
    for split in made:
        keep &= ~ratings.has_pairs_of(split.held_out)
    return ratings.where(keep)
