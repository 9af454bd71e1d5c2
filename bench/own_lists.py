"""Everybody's list by `rank_everybody`, in a process of its own: python -m bench.own_lists RATINGS.npz LISTS.npz [--neighbours K].

--people ROWS.npy keeps the lists of these rows alone, to be compared, and looks which of them could be another by a tie of neighbours.
--only ranks nobody but them, and takes the time of that times everybody over them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

import numpy as np
import scipy.sparse  # noqa: F401  imports are not counted, on no side

from bench.machine import highest_memory
from recommender.batch import rank_rows
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.models import History
from recommender.models.user_cosine import UserCosine

LENGTH = 10
TIE = 1e-9  # similarities nearer than this are told apart by no sum of doubles


def main(arguments: list[str]) -> None:
    """Prints the CPU seconds from the ratings in memory to everybody's lists in memory, and the highest memory of the process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("ratings")
    parser.add_argument("lists")
    parser.add_argument("--neighbours", type=int, default=40)
    parser.add_argument("--people")
    parser.add_argument("--only", action="store_true")
    asked = parser.parse_args(arguments)
    with np.load(asked.ratings) as given:
        table = RatingTable(given["user_ids"], given["movie_ids"], given["half_stars"], given["rated_at"])
    movie_ids = np.arange(1, int(table.movie_ids.max()) + 1, dtype=np.int32)
    start = time.process_time()
    model = UserCosine.fit(RatingMatrix.of(table, movie_ids), {"n_neighbours": asked.neighbours})
    once = time.process_time() - start
    del table
    everybody = np.arange(model.matrix.n_users)
    people = np.load(asked.people) if asked.people else everybody
    ranked, kept = people if asked.only else everybody, set(people.tolist())
    made = [each for each in rank_rows(model, ranked, LENGTH) if each.row in kept]
    spent = time.process_time() - start - once
    measured = {"cpu_seconds": once + spent * len(everybody) / len(ranked), "megabytes": highest_memory()}
    sys.stdout.write(json.dumps(measured) + "\n")
    tied = [_tied(model, int(row)) for row in people] if asked.people else np.zeros(len(made), dtype=bool)
    np.savez(asked.lists, columns=np.array([each.columns for each in made]), scores=np.array([each.scores for each in made]), tied=tied)


def _tied(model: UserCosine, row: int) -> bool:
    """Whether the last neighbour of a person and the first who is none are as like."""
    similarities = model.similarities(History.of_row(model.matrix, row))
    best = -np.partition(-similarities, model.n_neighbours)[: model.n_neighbours + 1]
    return bool(best[: model.n_neighbours].min() - best[model.n_neighbours] <= TIE)


if __name__ == "__main__":
    main(sys.argv[1:])
