"""Everybody's list by `rank_everybody`, in a process of its own: python -m bench.own_lists RATINGS.npz LISTS.npz [--neighbours K].

--people ROWS.npy keeps the lists of these rows alone, to be compared, and looks which of them could be another by a tie of neighbours.
--sample takes the time from parts of the whole run without a kernel, and makes nobody's lists but theirs.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from functools import partial

import numpy as np
import scipy.sparse  # noqa: F401  imports are not counted, on no side
from numpy.typing import NDArray

from bench.machine import highest_memory
from recommender.batch import Ranked, rank_rows
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.models import History
from recommender.models.kernels.blocked import Batch
from recommender.models.kernels.pairs import Everybody
from recommender.models.popular import Popular
from recommender.models.user_cosine import NEUTRAL_HALF_STARS, UserCosine, damped_average

LENGTH = 10
FIRST = 32  # panels of which every one is run
EVERY = 16
TIE = 1e-9  # similarities nearer than this are told apart by no sum of doubles


def main(arguments: list[str]) -> None:
    """Prints the CPU seconds from the ratings in memory to everybody's lists in memory, and the highest memory of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("ratings")
    parser.add_argument("lists")
    parser.add_argument("--neighbours", type=int, default=40)
    parser.add_argument("--people")
    parser.add_argument("--sample", action="store_true")
    asked = parser.parse_args(arguments)
    with np.load(asked.ratings) as given:
        table = RatingTable(given["user_ids"], given["movie_ids"], given["half_stars"], given["rated_at"])
    movie_ids = np.arange(1, int(table.movie_ids.max()) + 1, dtype=np.int32)
    start = time.process_time()
    model = UserCosine.fit(RatingMatrix.of(table, movie_ids), {"n_neighbours": asked.neighbours})
    once = time.process_time() - start
    del table
    people = np.load(asked.people) if asked.people else np.arange(model.matrix.n_users)
    spent = _sampled(model, people) if asked.sample else 0.0
    start = time.process_time()
    made = _lists(model, people, sampled=asked.sample)
    spent = spent or time.process_time() - start
    measured = {"cpu_seconds": once + spent, "megabytes": highest_memory()}
    sys.stdout.write(json.dumps(measured) + "\n")
    tied = [_tied(model, int(row)) for row in people] if asked.people else np.zeros(len(made), dtype=bool)
    np.savez(asked.lists, columns=np.array([each.columns for each in made]), scores=np.array([each.scores for each in made]), tied=tied)


def _lists(model: UserCosine, people: NDArray[np.int64], *, sampled: bool) -> list[Ranked]:
    kept, ranked = set(people.tolist()), people if sampled else np.arange(model.matrix.n_users)
    return [each for each in rank_rows(model, ranked, LENGTH) if each.row in kept]


def _sampled(model: UserCosine, people: NDArray[np.int64]) -> float:
    """About how many CPU seconds everybody's lists take without a kernel.

    What is done once is counted once, panels and lists as often as there are such. People meet fewer others than in the whole run, so
    that a few more of these seem to be among the nearest and are looked at again.
    """
    start = time.process_time()
    batch, scored = Batch(model.matrix), partial(damped_average, damping=model.damping)
    Popular.fit(model.matrix)
    everybody = Everybody(batch.pairs, model.n_neighbours)
    once, panels = time.process_time() - start, _panels(everybody)
    start = time.process_time()
    for users in batch.blocks():
        everybody.nearest(users)
    once += time.process_time() - start
    near = [batch.neighbours(users, model.n_neighbours) for users in batch.blocks(people)]
    start = time.process_time()
    batch.best_unseen(near[0], NEUTRAL_HALF_STARS, scored, LENGTH)  # makes the votes ready
    once, start = once + time.process_time() - start, time.process_time()
    for users in near:
        batch.best_unseen(users, NEUTRAL_HALF_STARS, scored, LENGTH)
    return once + panels + (time.process_time() - start) * model.matrix.n_users / len(people)


def _panels(everybody: Everybody) -> float:
    """CPU seconds of all panels: of the first, at which nobody knows anybody yet, and of one in EVERY of the others."""
    spent = 0.0
    for at in itertools.count():
        if everybody.is_done:
            return spent
        stands_for = 1 if at < FIRST else EVERY if at % EVERY == EVERY // 2 else 0
        start = time.process_time()
        everybody.meet_panel() if stands_for else everybody.pass_panel()
        spent += stands_for * (time.process_time() - start)
    return spent


def _tied(model: UserCosine, row: int) -> bool:
    """Whether the last neighbour of a person and the first who is none are as like."""
    similarities = model.similarities(History.of_row(model.matrix, row))
    best = -np.partition(-similarities, model.n_neighbours)[: model.n_neighbours + 1]
    return bool(best[: model.n_neighbours].min() - best[model.n_neighbours] <= TIE)


if __name__ == "__main__":
    main(sys.argv[1:])
