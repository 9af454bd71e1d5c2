"""The ranking of everybody at once: the lists that serving would make one by one, to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import History, Model
from recommender.models.kernels import fold_in, tiled
from recommender.models.popular import Popular
from recommender.models.user_cosine import NEUTRAL_HALF_STARS, UserCosine, damped_average
from recommender.ranking import full_top_k

Progress = Callable[[int, int], None]

FEW = 8  # below one in so many of all people, it is less work to look for the neighbours of these alone
MEETING = 0.8  # of the work, before there is the first list


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best films of one user, best first. scores: beside the columns; NaN for a film that only fills the list up.

    everything: the score of every film, shape (n_movies,), where it was asked for; a view that costs memory as long as it is kept.
    """

    row: int
    columns: NDArray[np.intp]
    scores: NDArray[np.float64]
    everything: NDArray[np.float64] | None = None


def rank_everybody(model: Model, n: int, *, progress: Progress = lambda done, total: None) -> Iterator[Ranked]:
    """The n best unseen films of every user of the matrix, by ascending row.

    progress: users done, users in all; where neighbours are looked for first, as many as that is of the work.
    """
    return rank_rows(model, np.arange(model.matrix.n_users), n, progress=progress)


def rank_rows(
    model: Model, rows: NDArray[np.int64], n: int, *, everything: bool = False, progress: Progress = lambda done, total: None
) -> Iterator[Ranked]:
    """The n best unseen films of the users in these rows of the matrix, in this order. everything: with the score of every film."""
    if isinstance(model, UserCosine):
        if not everything and len(rows) * FEW >= model.matrix.n_users and tiled.can_take(model.matrix, model.n_neighbours):
            yield from _all_at_once(model, rows, n, progress)
            return
        if isinstance(model.fold, fold_in.Plain):  # what is compiled has made a person's list sooner than numpy a block's
            yield from _by_blocks(model, rows, n, everything, progress)
            return
    popular = Popular.fit(model.matrix)
    for done, row in enumerate(rows.tolist(), start=1):
        yield rank(model, History.of_row(model.matrix, row), n, row=row, popular=popular, everything=everything)
        progress(done, len(rows))


def rank(model: Model, history: History, n: int, *, row: int = -1, popular: Popular | None = None, everything: bool = False) -> Ranked:
    """The n best unseen films of one history; filled up by the well-liked ones where the model cannot tell enough."""
    scores = model.score(history)
    seen = np.zeros(model.matrix.n_movies, dtype=bool)
    seen[history.columns] = True
    columns = fold_in.best(scores, n, exclude=seen, above=model.neutral)
    if columns is None or len(columns) < n:
        otherwise = (popular or Popular.fit(model.matrix)).score(history)
        columns = full_top_k(scores, n, exclude=seen, neutral=model.neutral, otherwise=otherwise)
    return Ranked(row, columns, scores[columns], scores if everything else None)


def _all_at_once(model: UserCosine, rows: NDArray[np.int64], n: int, progress: Progress) -> Iterator[Ranked]:
    matrix, popular = model.matrix, Popular.fit(model.matrix)
    everybody = tiled.Everybody(matrix, model.n_neighbours)
    everybody.meet(lambda share: progress(int(share * MEETING * len(rows)), len(rows)))
    done = 0
    for best in everybody.lists(rows, n, centre=NEUTRAL_HALF_STARS, damping=model.damping):
        for row, length, columns, scores in zip(best.rows.tolist(), best.lengths.tolist(), best.columns, best.scores, strict=True):
            if length == n and scores[-1] > model.neutral:
                yield Ranked(row, columns.astype(np.intp), scores)
            else:
                yield rank(model, History.of_row(matrix, row), n, row=row, popular=popular)
        done += len(best.rows)
        progress(int((MEETING + (1 - MEETING) * done / len(rows)) * len(rows)), len(rows))


def _by_blocks(model: UserCosine, rows: NDArray[np.int64], n: int, everything: bool, progress: Progress) -> Iterator[Ranked]:
    # scipy is heavy, and only whoever ranks everybody needs it.
    from recommender.models.kernels.blocked import Batch

    matrix: RatingMatrix = model.matrix
    batch, popular = Batch(matrix), Popular.fit(matrix)
    done = 0
    for users in batch.blocks(rows):
        near = batch.neighbours(users, model.n_neighbours)
        if everything:
            scores = damped_average(*batch.weighted_sums(near, NEUTRAL_HALF_STARS), model.damping)
            starts, columns, best = batch.top(scores, users, n)
        else:
            starts, columns, best = batch.best_unseen(near, NEUTRAL_HALF_STARS, partial(damped_average, damping=model.damping), n)
        for at, row in enumerate(users.tolist()):
            span = slice(starts[at], starts[at + 1])
            if span.stop - span.start == n and best[span.stop - 1] > model.neutral:
                yield Ranked(row, columns[span], best[span], scores[at] if everything else None)
            else:
                yield rank(model, History.of_row(matrix, row), n, row=row, popular=popular, everything=everything)
        done += len(users)
        progress(done, len(rows))
