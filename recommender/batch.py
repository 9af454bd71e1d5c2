"""The ranking of everybody at once: the lists that serving would make one by one, to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import History, Model
from recommender.models.popular import Popular
from recommender.models.user_cosine import NEUTRAL_HALF_STARS, UserCosine, damped_average
from recommender.ranking import full_top_k


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best films of one user, best first. scores: beside the columns; NaN for a film that only fills the list up."""

    row: int
    columns: NDArray[np.intp]
    scores: NDArray[np.float64]


def rank_everybody(model: Model, n: int, *, progress: Callable[[int, int], None] = lambda done, total: None) -> Iterator[Ranked]:
    """The n best unseen films of every user of the matrix, by ascending row. progress: users done, users in all."""
    if isinstance(model, UserCosine):
        yield from _by_blocks(model, n, progress)
        return
    for row in range(model.matrix.n_users):
        yield rank(model, History.of_row(model.matrix, row), n, row=row)
        progress(row + 1, model.matrix.n_users)


def rank(model: Model, history: History, n: int, *, row: int = -1, popular: Popular | None = None) -> Ranked:
    """The n best unseen films of one history; filled up by the well-liked ones where the model cannot tell enough."""
    scores = model.score(history)
    seen = np.zeros(model.matrix.n_movies, dtype=bool)
    seen[history.columns] = True
    otherwise = (popular or Popular.fit(model.matrix)).score(history)
    columns = full_top_k(scores, n, exclude=seen, neutral=model.neutral, otherwise=otherwise)
    return Ranked(row, columns, scores[columns])


def _by_blocks(model: UserCosine, n: int, progress: Callable[[int, int], None]) -> Iterator[Ranked]:
    # scipy is heavy, and only whoever ranks everybody needs it.
    from recommender.models.kernels.blocked import Batch

    matrix: RatingMatrix = model.matrix
    batch, popular = Batch(matrix), Popular.fit(matrix)
    for users in batch.blocks():
        near = batch.neighbours(users, model.n_neighbours)
        scores = damped_average(*batch.weighted_sums(near, NEUTRAL_HALF_STARS), model.damping)
        starts, columns, best = batch.top(scores, users, n)
        for at, row in enumerate(users.tolist()):
            span = slice(starts[at], starts[at + 1])
            if span.stop - span.start == n and best[span.stop - 1] > model.neutral:
                yield Ranked(row, columns[span], best[span])
            else:
                yield rank(model, History.of_row(matrix, row), n, row=row, popular=popular)
        progress(int(users[-1]) + 1, matrix.n_users)
