"""What somebody's stars say of them: by genre and decade beside what everybody gives the same films, and how they differ from most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import FORMATS, Catalogue
from recommender.domain import Movie
from recommender.models import History
from recommender.publication import Published

FEWEST_OF_A_KIND = 3  # films of a genre or decade before anything is said of it in words
FEWEST_TO_DIFFER = 5  # others who rated a film, for their mean to be what most people think
FEWEST_RATED = 5  # ratings that make a kind of viewer
MOST_DIFFERENCES = 5
FILMS_THAT_NAME = 3  # a group
FILMS_OF_A_GROUP = 6  # shown of the nearest one
CLOSE = 1.0  # stars within which two opinions agree
IMAGINARY = 10.0  # films of everybody's habits beside a person's own, so that three westerns are no passion yet
STANDS_OUT = 0.5  # by how much of itself a share must be above everybody's to be named
FAR = 0.25  # stars above or below everybody's means that make somebody generous or strict


@dataclass(frozen=True, slots=True)
class Part:
    """A genre or a decade of what somebody has rated. share: of their ratings, 0 to 1; a film of three genres counts in each.

    everybody_share: the same of all ratings in the data. mean_stars: what the person gives; everybody_stars: the mean of what everybody
    else gives these very films, None where nobody else has rated any of them.
    """

    name: str
    n: int
    share: float
    everybody_share: float
    mean_stars: float
    everybody_stars: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A film that somebody sees otherwise than most. everybody_stars: the mean of the n_others who rated it."""

    movie: Movie
    stars: float
    everybody_stars: float
    n_others: int


@dataclass(frozen=True, slots=True)
class Group:
    """Viewers of like taste. typical: the films that stand for it, most typical first. share: of all viewers, 0 to 1, who are in it.

    likeness: the cosine of the person's stars with the mean of the group's, 0 to 1.
    """

    typical: tuple[Movie, ...]
    share: float
    likeness: float


@dataclass(frozen=True, slots=True)
class TasteProfile:
    """histogram: how many films got 0.5, 1.0 … 5.0 stars, ten counts. genres: rated most first; decades: oldest first.

    agreement: the share, 0 to 1, of the films rated by enough others that the person's stars are within CLOSE of their mean; n_compared:
    how many those films are. mean_stars, everybody_stars: the person's mean, and that of the others over the same films; None without any.
    loved_more, loved_less: furthest from the others first. kind: a sentence or more on what kind of viewer it is; empty where too little
    is rated to say. groups: the most like the person first; empty where too little is rated to say, or viewers are too few or too alike.
    group_films: typical of the first of them, and nothing said of them by the person yet.
    """

    n_rated: int
    histogram: tuple[int, ...]
    mean_stars: float | None
    everybody_stars: float | None
    agreement: float | None
    n_compared: int
    genres: tuple[Part, ...]
    decades: tuple[Part, ...]
    loved_more: tuple[Difference, ...]
    loved_less: tuple[Difference, ...]
    kind: str
    groups: tuple[Group, ...] = ()
    group_films: tuple[Movie, ...] = ()


@dataclass(frozen=True, slots=True)
class _Others:
    """What all but the person gave the films of a history. n: how many rated each; mean: their half stars, NaN where n is 0."""

    n: NDArray[np.int64]
    mean: NDArray[np.float64]


def taste_profile(history: History, published: Published, out: NDArray[np.int32] | None = None) -> TasteProfile:
    """The profile of the ratings in a history; the person's own row in the data counts as nobody else's.

    out: columns of the films of which the person has said something, also without stars; None for those of the history.
    """
    catalogue, stars = published.catalogue, history.half_stars.astype(np.float64) / 2
    others = _others(history, published)
    known = others.n > 0
    enough = others.n >= FEWEST_TO_DIFFER
    away = stars - others.mean
    everybody = published.matrix.raters.astype(np.float64)
    genres = [
        _part(genre, mask[history.columns], float(everybody[mask].sum() / max(everybody.sum(), 1.0)), stars, others)
        for genre in catalogue.genres()
        if genre not in FORMATS and (mask := catalogue.genre_mask([genre]))[history.columns].any()
    ]
    profile = TasteProfile(
        n_rated=len(history),
        histogram=tuple(np.bincount(history.half_stars, minlength=11)[1:].tolist()),
        mean_stars=float(stars.mean()) if len(history) else None,
        everybody_stars=float(others.mean[known].mean()) if known.any() else None,
        agreement=float(np.mean(np.abs(away[enough]) <= CLOSE)) if enough.any() else None,
        n_compared=int(enough.sum()),
        genres=tuple(sorted(genres, key=lambda part: (-part.n, part.name))),
        decades=_decades(history, catalogue, everybody, stars, others),
        loved_more=_differences(history, catalogue, others, np.where(enough, away, 0.0)),
        loved_less=_differences(history, catalogue, others, np.where(enough, -away, 0.0)),
        kind="",
    )
    groups, films = _groups(history, published, history.columns if out is None else out)
    return replace(profile, kind=kind_of_viewer(profile), groups=groups, group_films=films)


def _groups(history: History, published: Published, out: NDArray[np.int32]) -> tuple[tuple[Group, ...], tuple[Movie, ...]]:
    """The groups, most like the history first, ties by size, and films of the first."""
    groups = published.groups
    if groups is None or len(history) < FEWEST_RATED:
        return (), ()
    likeness = groups.likeness(history)
    order = np.argsort(-likeness, kind="stable").tolist()

    def films(columns: NDArray[np.intp]) -> tuple[Movie, ...]:
        return tuple(published.catalogue.movie(column) for column in columns.tolist())

    found = tuple(
        Group(named, float(groups.sizes[group] / groups.sizes.sum()), float(likeness[group]))
        for group in order
        if (named := films(groups.typical_films(group, FILMS_THAT_NAME)))
    )
    if len(found) < len(groups):
        return (), ()  # groups that nobody could tell apart
    return found, films(groups.typical_films(order[0], FILMS_OF_A_GROUP, exclude=out))


def _others(history: History, published: Published) -> _Others:
    matrix = published.matrix
    n = matrix.raters[history.columns].astype(np.int64)
    sums = np.nan_to_num(published.popular.mean_stars[history.columns] * 2 * n)
    if history.own_row is not None:
        own = np.array([matrix.rating_of(history.own_row, column) for column in history.columns.tolist()], dtype=np.int64)
        n, sums = n - (own > 0), sums - own
    with np.errstate(invalid="ignore", divide="ignore"):
        return _Others(n, np.where(n > 0, sums / n / 2, np.nan))


def _part(name: str, chosen: NDArray[np.bool_], everybody_share: float, stars: NDArray[np.float64], others: _Others) -> Part:
    known = chosen & (others.n > 0)
    return Part(
        name=name,
        n=int(chosen.sum()),
        share=float(chosen.mean()),
        everybody_share=everybody_share,
        mean_stars=float(stars[chosen].mean()),
        everybody_stars=float(others.mean[known].mean()) if known.any() else None,
    )


def _decades(
    history: History, catalogue: Catalogue, everybody: NDArray[np.float64], stars: NDArray[np.float64], others: _Others
) -> tuple[Part, ...]:
    """Films without a year are of no decade."""
    own, all_of = catalogue.years[history.columns] // 10 * 10, catalogue.years // 10 * 10
    total = max(float(everybody.sum()), 1.0)
    return tuple(
        _part(f"{decade}s", own == decade, float(everybody[all_of == decade].sum()) / total, stars, others)
        for decade in np.unique(own[own > 0]).tolist()
    )


def _differences(history: History, catalogue: Catalogue, others: _Others, by: NDArray[np.float64]) -> tuple[Difference, ...]:
    """The films with the largest of `by` above CLOSE, ties by lower id."""
    order = [at for at in np.argsort(-by, kind="stable").tolist() if by[at] > CLOSE][:MOST_DIFFERENCES]
    return tuple(
        Difference(catalogue.movie(int(history.columns[at])), float(history.half_stars[at]) / 2, float(others.mean[at]), int(others.n[at]))
        for at in order
    )


def kind_of_viewer(profile: TasteProfile) -> str:
    """What kind of viewer a profile shows, in sentences of "you"; empty under FEWEST_RATED ratings.

    Named are up to two genres whose damped share is furthest above everybody's and one far below, the genre liked best beside others, and
    the hand with which stars are given.
    """
    if profile.n_rated < FEWEST_RATED:
        return ""
    lifts = {part.name: _lift(part, profile.n_rated) for part in profile.genres}
    above = [part.name for part in _best(profile.genres, lifts) if lifts[part.name] >= STANDS_OUT and part.n >= FEWEST_OF_A_KIND][:2]
    below = [part.name for part in reversed(_best(profile.genres, lifts)) if lifts[part.name] <= -STANDS_OUT][:1]
    more = f"You watch more {' and '.join(above)} than most" if above else "You watch a bit of everything, much as most people do"
    sentences = [more + (f", and little {below[0]}." if below else ".")]
    warm = {
        part.name: part.mean_stars - part.everybody_stars for part in profile.genres if part.everybody_stars and part.n >= FEWEST_OF_A_KIND
    }
    if warm and max(warm.values()) >= FAR:
        sentences.append(f"You like {max(sorted(warm), key=lambda name: warm[name])} better than others do.")
    if profile.mean_stars is not None and profile.everybody_stars is not None:
        sentences.append(_hand(profile.mean_stars - profile.everybody_stars))
    return " ".join(sentences)


def _best(parts: Sequence[Part], lifts: dict[str, float]) -> list[Part]:
    return sorted(parts, key=lambda part: (-lifts[part.name], part.name))


def _lift(part: Part, n_rated: int) -> float:
    """By how much of itself a share is above everybody's, with IMAGINARY films of everybody's habits added; -1 to infinity."""
    if not part.everybody_share:
        return 0.0
    damped = (part.n + IMAGINARY * part.everybody_share) / (n_rated + IMAGINARY)
    return damped / part.everybody_share - 1


def _hand(warmer: float) -> str:
    if abs(warmer) < FAR:
        return "You give stars much as others do."
    return f"You give {abs(warmer):.1f} stars {'more' if warmer > 0 else 'less'} than others give the same films."
