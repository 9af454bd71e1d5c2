"""Lists by LensKit's user-based neighbours, one person at a time, as they are asked for.

    python lenskit_lists.py RATINGS.npz

Stands alone: it runs in an environment without Matinee. Prints a line when the model is fitted; then for each user id on standard input a
line of JSON: the CPU milliseconds from the unseen films to the ranked list, its films and their stars.
"""

import os

# Before anything is imported: the libraries look at it when they start, and more threads only add to the CPU time here.
os.environ.update({f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "RAYON", "LK", "LK_BACKEND", "NUMEXPR")})

import json
import sys
import time

import numpy as np
import pandas as pd
from lenskit.basic.topn import TopNRanker
from lenskit.data import Dataset, ItemList, RecQuery, from_interactions_df
from lenskit.knn.user import UserKNNScorer

NEIGHBOURS, LEAST_NEIGHBOURS, LENGTH = 50, 5, 10  # all else is as LensKit has it: explicit feedback, similarities of 1e-6 and more


def fitted(ratings_file: str) -> tuple[UserKNNScorer, Dataset]:
    """The scorer over the ratings, and these as LensKit holds them."""
    given = np.load(ratings_file)
    ratings = pd.DataFrame(
        {"user_id": given["user_ids"], "item_id": given["movie_ids"], "rating": given["half_stars"].astype(np.float32) / 2}
    )
    data = from_interactions_df(ratings)
    scorer = UserKNNScorer(max_nbrs=NEIGHBOURS, min_nbrs=LEAST_NEIGHBOURS)
    scorer.train(data)
    return scorer, data


def main(ratings_file: str) -> None:
    scorer, data = fitted(ratings_file)
    ranker, films = TopNRanker(n=LENGTH), data.items.ids()
    print("ready", flush=True)
    for line in sys.stdin:
        user_id = int(line)
        unseen = ItemList(item_ids=np.setdiff1d(films, data.user_row(user_id).ids(), assume_unique=True), vocabulary=data.items)
        start = time.process_time()
        made = ranker(items=scorer(RecQuery(user_id=user_id), unseen))
        milliseconds = (time.process_time() - start) * 1000
        print(json.dumps({"milliseconds": milliseconds, "films": made.ids().tolist(), "stars": made.scores().tolist()}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
