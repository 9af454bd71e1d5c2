"""Items in the order in which they are for somebody, and what their scores are told as.

A score is a share: e to the model's own number, in its standard deviations over all items, over the sum of that over all items. So the
scores of all items add up to 1, as Amazon's do, and fall along a list; they are comparable within one list only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.models import History
from recommender.models.similar import similar_movies
from recommender.personalize.answers.loaded import Loaded
from recommender.ranking import full_top_k

LONGEST = 500  # items of one list
ALIKE_YEARS = 10.0  # apart, at which likeness by year has fallen to 1/e


@dataclass(frozen=True, slots=True)
class Scored:
    """Of somebody. scores: the model's own, shape (n_items,), NaN where it cannot tell. shares: beside them, adding up to 1.

    out: True for items that are not shown to them, since they have taken part in them. neutral: what NaN stands for.
    """

    scores: NDArray[np.float64]
    shares: NDArray[np.float64]
    out: NDArray[np.bool_]
    neutral: float


def scored(loaded: Loaded, history: History) -> Scored:
    """By the model. Whoever has no history is scored by what everybody likes; so is everybody by a model that is the same for all."""
    trained = loaded.trained
    out = np.zeros(len(trained.items), dtype=bool)
    if not trained.model.is_personal:
        scores, neutral = trained.model.score(History.of_nobody()), trained.model.neutral
    elif len(history):
        scores, neutral = trained.model.score(history), trained.model.neutral
        out[history.columns] = True
    else:
        scores, neutral = loaded.popular.score(history), loaded.popular.neutral
    return Scored(scores, shares_of(scores, neutral), out, neutral)


def shares_of(scores: NDArray[np.float64], neutral: float) -> NDArray[np.float64]:
    """Adding up to 1, in the order of the scores; what cannot be told counts as neutral. Shape of scores."""
    known = np.where(np.isnan(scores), neutral, scores)
    spread = float(known.std()) if len(known) else 0.0
    raised = np.exp((known - known.max(initial=-np.inf)) / spread) if spread > 0 else np.ones(len(known))
    return np.asarray(raised / raised.sum()) if len(known) else raised


def ordered(loaded: Loaded, of: Scored, n: int, allowed: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The n best items that are allowed, best first. allowed: shape (n_items,)."""
    otherwise = loaded.popular.score(History.of_nobody())
    return full_top_k(of.scores, n, exclude=~allowed, neutral=of.neutral, otherwise=otherwise)


@dataclass(frozen=True, slots=True)
class Alike:
    """Items like one: columns, most alike first, with likeness in [0, 1]; those from place `filled` on are only popular."""

    columns: list[int]
    likeness: list[float]
    filled: int


def alike(loaded: Loaded, column: int | None, n: int, allowed: NDArray[np.bool_], *, by_content: bool) -> Alike:
    """What the same users took part in; then, by_content, what is of the same kinds and years; then what is popular.

    column: None for an item that nobody knows, for which everything is only popular.
    """
    trained = loaded.trained
    barred = ~allowed
    columns: list[int] = []
    likeness: list[float] = []
    if column is not None:
        barred[column] = True
        for found, how, _ in similar_movies(trained.matrix, column, n, exclude=barred):
            columns.append(found)
            likeness.append(how)
        barred[columns] = True
        if by_content and len(columns) < n:
            kind = _alike_by_kind(loaded, column)
            kind[barred] = 0.0
            order = np.argsort(-kind, kind="stable")[: n - len(columns)]
            floor = likeness[-1] if likeness else 1.0
            of_kind = [at for at in order.tolist() if kind[at] > 0]
            columns += of_kind
            likeness += [floor * float(kind[at]) for at in of_kind]
            barred[of_kind] = True
    filled = len(columns)
    popular = loaded.popular.score(History.of_nobody())
    if filled < n:
        columns += full_top_k(popular, n - filled, exclude=barred, neutral=loaded.popular.neutral, otherwise=popular).tolist()
    return Alike(columns, likeness + [0.0] * (len(columns) - filled), filled)


def _alike_by_kind(loaded: Loaded, column: int) -> NDArray[np.float64]:
    """The share of genres in common, less so the more years lie between, shape (n_items,), in [0, 1]."""
    genres = loaded.films.genres
    both = (genres & genres[column]).sum(axis=1)
    either = (genres | genres[column]).sum(axis=1)
    years = loaded.trained.catalogue.years.astype(np.float64)
    apart = np.where((years > 0) & (years[column] > 0), np.abs(years - years[column]), ALIKE_YEARS)
    return np.asarray(both / np.maximum(either, 1) * np.exp(-apart / ALIKE_YEARS))
