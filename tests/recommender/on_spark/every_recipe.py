"""Everybody's lists by every recipe, on this machine and by Spark, in one process of Spark's environment: prints which are not the same.

python -m tests.recommender.on_spark.every_recipe [DATA] [RECIPE …]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import DataSet, read_data_set
from recommender.listings.job import Engine, Here, Job, write
from recommender.listings.schema import FILMS, NESTED, PEOPLE, ROWS, Schema
from recommender.models import Model, recipes
from recommender.on_spark.cluster import cluster
from recommender.spark_session import session
from tests.worlds import data_set_of, random_ratings

SHORT = {"n_iterations": 10.0, "n_burn_in": 2.0, "n_samples": 4.0, "star_iterations": 2.0}


def written(model: Model, engine: Engine, subject: str, form: str, n_parts: int) -> str:
    return "".join(write(Job.of(model, Schema(subject, form, 10, model.recipe)), model, engine, n_parts))


def compared(data: DataSet, names: list[str]) -> dict[str, dict[str, bool]]:
    """By recipe and kind of list, whether both texts are the same and say something."""
    matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)
    found: dict[str, dict[str, bool]] = {}
    with session() as spark:
        for name in names:
            model = recipes.fit(name, matrix, data.catalogue, SHORT)
            with cluster(spark, model, data.catalogue, lambda done, total: None) as executors:
                found[name] = {
                    f"{subject} {form}": written(model, Here(model), subject, form, 1) == written(model, executors, subject, form, 5)
                    for subject, form in ((PEOPLE, ROWS), (FILMS, NESTED))
                }
    return found


if __name__ == "__main__":
    wanted = sys.argv[2:] or [name for name in recipes.RECIPES if not recipes.what_is_missing(name)]
    if sys.argv[1:]:
        world = read_data_set(Path(sys.argv[1]))
    else:
        world = data_set_of(random_ratings(np.random.default_rng(580), n_users=120, n_movies=90), n_movies=90)
    print(json.dumps(compared(world, wanted)))
