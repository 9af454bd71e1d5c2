"""Everybody's list by `rank_everybody`, in a process of its own: python -m bench.own_lists RATINGS.npz LISTS.npz."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import scipy.sparse  # noqa: F401  imports are not counted, on no side

from recommender.batch import rank_everybody
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.models.user_cosine import UserCosine

LENGTH = 10


def main(ratings_file: str, lists_file: str) -> None:
    """Prints the CPU seconds from the ratings in memory to the lists in memory, the matrix and everything else included."""
    given = np.load(ratings_file)
    table = RatingTable(given["user_ids"], given["movie_ids"], given["half_stars"], given["rated_at"])
    movie_ids = np.arange(1, int(table.movie_ids.max()) + 1, dtype=np.int32)
    start = time.process_time()
    model = UserCosine.fit(RatingMatrix.of(table, movie_ids))
    ranked = list(rank_everybody(model, LENGTH))
    sys.stdout.write(json.dumps({"cpu_seconds": time.process_time() - start}) + "\n")
    np.savez(lists_file, columns=np.array([each.columns for each in ranked]), scores=np.array([each.scores for each in ranked]))


if __name__ == "__main__":
    main(*sys.argv[1:])
