"""From scores to the list that was wished for: the order of relevance, turned by dials, with films shown to find something out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender import reasons
from recommender.domain import AUTO, LIST_LENGTH, NO_WISHES, Explored, Wishes
from recommender.models import History
from recommender.models.kernels.fold_in import best
from recommender.publication import Published
from recommender.ranking import exploration, full_top_k
from recommender.ranking.dials import POOL, checked_dials, turned
from recommender.ranking.exploration import Placed, checked_age, checked_weight


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A list as columns, best first. own: the model's score of each, `neutral` where it cannot tell. explored: beside them.

    weight: what was explored by.
    """

    columns: NDArray[np.intp]
    own: tuple[float, ...]
    explored: tuple[Explored | None, ...]
    weight: float = 0.0

    @classmethod
    def of_best(cls, columns: NDArray[np.intp], scores: NDArray[np.float64]) -> Arrangement:
        """Of films that the model can tell of, best first, without wishes."""
        return cls(columns, tuple(scores.tolist()), (None,) * len(columns))

    def score(self, place: int) -> float:
        """The score as it is shown, with what exploration has added."""
        explored = self.explored[place]
        return self.own[place] + (explored.amount if explored else 0.0)


def checked(wishes: Wishes) -> Wishes:
    """The wishes, if they can be meant; else InvalidInputError."""
    if wishes.explore != AUTO:
        checked_weight(wishes.explore)
    checked_age(wishes.explore_days)
    checked_dials(wishes.dials)
    return wishes


def arrange(
    scores: NDArray[np.float64],
    history: History,
    published: Published,
    n: int,
    *,
    exclude: NDArray[np.bool_],
    neutral: float,
    wishes: Wishes = NO_WISHES,
    seed: tuple[int, ...] = (),
) -> Arrangement:
    """The n films that the scores and the wishes come to, never one marked True in `exclude` (shape (n_movies,)).

    neutral: what NaN among the scores stands for. seed: of whatever chance there is; the same seed and wishes give the same list.
    """
    if wishes.are_none:
        columns = _best(scores, n, exclude, neutral, history, published)
        return Arrangement(columns, _plain(scores, columns, neutral), (None,) * len(columns))
    relevant = _best(scores, max(n, POOL), exclude, neutral, history, published)
    _, genres = published.genres
    relevant = turned(
        relevant, wishes.dials, max(n, LIST_LENGTH), raters=published.matrix.raters, years=published.catalogue.years, genres=genres
    )
    weight = weight_for(history, published, wishes)
    placed = _explored(relevant, n, weight, history, published, wishes, _open(scores, neutral, ~exclude), np.random.default_rng(seed))
    columns = np.array([one.column for one in placed], dtype=np.intp)
    own = _plain(scores, columns, neutral)
    names = published.genres[0]
    before = [one.instead_of for one in placed]
    bars = [neutral if at is None or np.isnan(scores[at]) else float(scores[at]) for at in before]
    explored = tuple(
        Explored(one.probe.kind, reasons.tested(one.probe, names), max(bar - score, 0.0)) if one.probe else None
        for one, score, bar in zip(placed, own, bars, strict=True)
    )
    return Arrangement(columns, own, explored, weight)


def _best(
    scores: NDArray[np.float64], n: int, exclude: NDArray[np.bool_], neutral: float, history: History, published: Published
) -> NDArray[np.intp]:
    """`full_top_k`, with what everybody likes as the fill. Most lists need none, and are found faster where a kernel is there."""
    liked = best(scores, n, exclude=exclude, above=neutral)
    if liked is not None and len(liked) == n:
        return liked
    return full_top_k(scores, n, exclude=exclude, neutral=neutral, otherwise=published.popular.score(history))


def weight_for(history: History, published: Published, wishes: Wishes) -> float:
    """The weight that the wishes come to for this history."""
    if wishes.explore != AUTO:
        return float(wishes.explore)
    return exploration.weight_of(exploration.breadth(published.genres[1][history.columns]))


def _explored(
    relevant: NDArray[np.intp],
    n: int,
    weight: float,
    history: History,
    published: Published,
    wishes: Wishes,
    allowed: NDArray[np.bool_],
    rng: np.random.Generator,
) -> list[Placed]:
    if not weight:
        return [Placed(column) for column in relevant[:n].tolist()]
    matrix = published.matrix
    if wishes.explore_days is not None:
        allowed = allowed & exploration.young(exploration.age_days(matrix.first_rated, matrix.latest), wishes.explore_days)
    films = exploration.Films(matrix.raters, published.popular.mean_stars, published.genres[1])
    probes = exploration.probes_for(films, history.columns, history.half_stars, allowed=allowed, rng=rng)
    return exploration.filled(relevant, n, weight, probes)


def _open(scores: NDArray[np.float64], neutral: float, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The allowed films but those that the model speaks against, which need not be found out: below neutral, and below half of the rest.

    A model that scores every film by the stars it predicts has most of them below what it calls neutral.
    """
    known = np.where(np.isnan(scores), neutral, scores)
    return allowed & (known >= min(neutral, float(np.median(known[allowed])))) if allowed.any() else allowed


def _plain(scores: NDArray[np.float64], columns: NDArray[np.intp], neutral: float) -> tuple[float, ...]:
    return tuple(neutral if np.isnan(score) else score for score in scores[columns].tolist())
