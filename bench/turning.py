"""What exploration and the dials do to lists, and what they cost: variety, fame, age, new genres, and NDCG on ratings held out."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure, say
from recommender.arranging import arrange
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import read_data_set
from recommender.domain import NO_WISHES, Dials, Wishes
from recommender.evaluation import splits
from recommender.evaluation.metrics import diversity, ndcg
from recommender.models import History, recipes
from recommender.publication import Published

K = 10
RECIPE = "user-cosine"
STEPS = {
    "as it comes": NO_WISHES,
    **{f"explore {weight:g}": Wishes(weight) for weight in (0.1, 0.3, 0.5, 0.7, 0.9, 1)},
    "explore auto": Wishes("auto"),
    **{f"diversity {dial:g}": Wishes(dials=Dials(dial)) for dial in (0.1, 0.3, 0.5, 0.7, 1)},
    **{f"popularity {dial:g}": Wishes(dials=Dials(popularity=dial)) for dial in (-1, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 1)},
    **{f"recency {dial:g}": Wishes(dials=Dials(recency=dial)) for dial in (-1, -0.5, -0.2, 0.2, 0.5, 1)},
}


def measure(data: Path) -> list[Figure]:
    """The table on standard output, means over everybody; each person's newest tenth held out."""
    say(f"turning: {data.name}, {RECIPE}, each person's newest tenth held out, lists of {K}")
    data_set = read_data_set(data)
    films, split = data_set.catalogue, splits.newest(data_set.ratings)
    matrix = RatingMatrix.of(split.train, films.movie_ids)
    published = Published(0, "", recipes.fit(RECIPE, matrix, films), films, {})
    held_out: dict[int, set[int]] = {}
    columns = matrix.columns_of(split.held_out.movie_ids).tolist()
    for user_id, column in zip(split.held_out.user_ids.tolist(), columns, strict=True):
        held_out.setdefault(user_id, set()).add(column)
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in STEPS}
    seconds = dict.fromkeys(STEPS, 0.0)
    for row, user_id in enumerate(matrix.user_ids.tolist()):
        history = History.of_row(matrix, row)
        scores = published.model.score(history)
        for name, wishes in STEPS.items():
            begun = time.perf_counter()
            made = _columns(published, history, scores, wishes, user_id)
            seconds[name] += time.perf_counter() - begun
            rows[name].append(_measured(published, history, made, held_out.get(user_id, set())))
    say(f"{'':16}  {'variety':>8}  {'raters':>8}  {'year':>8}  {'new genre':>9}  {'NDCG@10':>8}")
    for name, measured in rows.items():
        variety, raters, year, unknown, found = np.nanmean(np.array(measured), axis=0)
        say(f"{name:16}  {variety:8.3f}  {raters:8.1f}  {year:8.1f}  {unknown:9.3f}  {found:8.4f}")
    return [
        Figure(f"from scores to a list, {name}", 1000 * seconds[name] / matrix.n_users, None, "ms", "")
        for name in ("as it comes", "explore 0.3", "diversity 0.3")
    ]


def _columns(published: Published, history: History, scores: NDArray[np.float64], wishes: Wishes, user_id: int) -> list[int]:
    exclude = np.zeros(published.matrix.n_movies, dtype=bool)
    exclude[history.columns] = True
    neutral = published.model.neutral
    made = arrange(scores, history, published, K, exclude=exclude, neutral=neutral, wishes=wishes, seed=(user_id, 0))
    return made.columns.tolist()


def _measured(published: Published, history: History, made: list[int], relevant: set[int]) -> tuple[float, ...]:
    """Variety, mean raters, mean year, share of films without a genre known, NDCG."""
    genres = published.genres[1]
    known, its, years = genres[history.columns].any(axis=0), genres[made], published.catalogue.years[made]
    return (
        diversity(made, genres, K),
        float(published.matrix.raters[made].mean()),
        float(years[years > 0].mean()) if (years > 0).any() else np.nan,
        float((its.any(axis=1) & ~(its & known).any(axis=1)).mean()),
        ndcg(made, relevant, K),
    )
