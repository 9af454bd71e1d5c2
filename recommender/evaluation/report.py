"""Evaluating a recipe on a split: means over users with their standard errors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.batch import rank_everybody
from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.errors import InvalidInputError
from recommender.evaluation import metrics
from recommender.evaluation.splits import Split
from recommender.models import History, Parameters, PredictsStars, recipes

LONGEST = 25  # the longest list that is looked at
MEASURES: dict[str, tuple[Callable[..., float], int]] = {
    "ndcg@5": (metrics.ndcg, 5),
    "ndcg@10": (metrics.ndcg, 10),
    "ndcg@25": (metrics.ndcg, 25),
    "precision@5": (metrics.precision, 5),
    "precision@10": (metrics.precision, 10),
    "precision@25": (metrics.precision, 25),
    "mrr@25": (metrics.reciprocal_rank, 25),
    "hit@10": (metrics.hit, 10),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean and its standard error over `n` users or folds."""

    mean: float
    error: float
    n: int


Progress = Callable[[int, int], None]


def list_quality(split: Split, films: Catalogue, recipe: str, parameters: Parameters, progress: Progress) -> dict[str, Figure]:
    """MEASURES over the users with something relevant held out, and the catalogue coverage of the lists of LONGEST.

    Candidates are all films the user has not rated in the train side; coverage is a share of the films rated there.
    """
    matrix = RatingMatrix.of(split.train, films.movie_ids)
    relevant: dict[int, set[int]] = defaultdict(set)
    for user_id, column in zip(split.held_out.user_ids.tolist(), matrix.columns_of(split.held_out.movie_ids).tolist(), strict=True):
        relevant[user_id].add(column)
    per_user: dict[str, list[float]] = {name: [] for name in MEASURES}
    shown = np.zeros(matrix.n_movies, dtype=bool)
    for ranked in rank_everybody(recipes.fit(recipe, matrix, films, parameters), LONGEST, progress=progress):
        shown[ranked.columns] = True
        good = relevant.get(int(matrix.user_ids[ranked.row]))
        if good:
            best = ranked.columns.tolist()
            for name, (measure, k) in MEASURES.items():
                per_user[name].append(measure(best, good, k))
    figures = {name: _figure(values) for name, values in per_user.items()}
    figures["coverage"] = Figure(float(shown.sum() / max(1, np.count_nonzero(matrix.raters))), 0.0, matrix.n_users)
    return figures


def star_quality(splits: Iterable[Split], films: Catalogue, recipe: str, parameters: Parameters) -> dict[str, Figure]:
    """RMSE and MAE of the predicted stars, the mean over the splits."""
    squared, absolute = [], []
    for split in splits:
        errors = predicted_stars(split.train, films, recipe, parameters, split.held_out.user_ids, split.held_out.movie_ids)
        errors -= split.held_out.half_stars / 2
        squared.append(float(np.sqrt(np.mean(errors**2))))
        absolute.append(float(np.mean(np.abs(errors))))
    return {"rmse": _figure(squared), "mae": _figure(absolute)}


def predicted_stars(
    train: RatingTable,
    films: Catalogue,
    recipe: str,
    parameters: Parameters,
    user_ids: NDArray[np.integer],
    wanted: NDArray[np.integer],
    progress: Progress = lambda done, total: None,
) -> NDArray[np.float64]:
    """The stars predicted for every pair of user and movie, in the order given; a stranger or an unknown film has no history or raters."""
    matrix = RatingMatrix.of(train, films.movie_ids)
    model = recipes.fit(recipe, matrix, films, parameters)
    if not isinstance(model, PredictsStars):
        raise InvalidInputError("recipe", recipe, "one that predicts stars; this one makes lists alone")
    columns = matrix.columns_of(wanted)
    found = np.empty(len(columns))
    order = np.argsort(user_ids, kind="stable")
    done = 0
    for pairs in np.split(order, np.flatnonzero(np.diff(user_ids[order])) + 1) if len(order) else []:
        row = matrix.row_of(int(user_ids[pairs[0]]))
        history = History.of_nobody() if row is None else History.of_row(matrix, row)
        found[pairs] = model.predict_many(history, columns[pairs])
        done += len(pairs)
        progress(done, len(order))
    return found


def _figure(values: list[float]) -> Figure:
    if not values:
        return Figure(float("nan"), float("nan"), 0)
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return Figure(float(np.mean(values)), spread / len(values) ** 0.5, len(values))
