"""The recipe spark-als beside a plain script with pyspark, in one process of Spark's environment: prints by how much they differ.

python -m tests.recommender.on_spark.at_first_hand [DATA]

With DATA, ml-100k with its folds, also the RMSE on u1, at the recipe's own parameters and at the paper's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from recommender.data.movielens import official_folds, read_data_set
from recommender.evaluation.quality import star_quality
from recommender.evaluation.splits import Split
from recommender.models import History
from recommender.models.spark_als import SparkAls
from recommender.spark_session import session
from tests.recommender.models.references.spark_als import ASKED, N_FILMS, made, triples
from tests.worlds import matrix_of, rating

PAPER = {"n_factors": 10.0, "n_iterations": 5.0, "regularisation": 0.01, "implicit": 0.0}
Triples = list[tuple[int, int, float]]


def most(found: Any, expected: Any) -> float:
    return float(np.abs(np.asarray(found) - np.asarray(expected)).max())


def beside_a_script(spark: Any, rows: Triples, n_films: int, asked: dict[str, Any]) -> dict[str, Any]:
    """The largest differences of factors and predictions from those of the script, and whether a second fit is the same to the bit."""
    matrix = matrix_of([rating(*row) for row in rows], n_films)
    chosen = {
        "n_factors": asked["rank"],
        "n_iterations": asked["maxIter"],
        "regularisation": asked["regParam"],
        "implicit": float(asked["implicitPrefs"]),
        "alpha": asked["alpha"],
        "damping": 0,
    }
    model, again, script = SparkAls.fit(matrix, chosen), SparkAls.fit(matrix, chosen), made(spark, rows, asked)
    learned, rated = (model.preferences or model.stars).films, matrix.raters > 0
    histories = [History.of_row(matrix, row) for row in range(matrix.n_users)]
    people = [model.preferences.person(history) if model.preferences else model.stars.person(history)[1:] for history in histories]
    scores = np.array([model.score(history)[rated] for history in histories])
    return {
        "films": most(learned[rated], script["films"]),
        "people": most(people, script["people"]),
        "predictions": most(scores.ravel(), [line[2] for line in script["predictions"]]),
        "is the same again": all(np.array_equal(again.arrays()[name], array) for name, array in model.arrays().items()),
        "script": script,
    }


def told(data: Path | None) -> dict[str, Any]:
    from pyspark.sql import SparkSession

    found: dict[str, Any] = {}
    with session() as context:
        spark = SparkSession(context)
        for name, asked in ASKED.items():
            found[name] = beside_a_script(spark, triples(), N_FILMS, asked)
        if data:
            films = read_data_set(data).catalogue
            u1 = [Split(*official_folds(data, films.movie_ids)[0])]
            for name, parameters in (("own", {"implicit": 0.0}), ("paper", PAPER)):
                found[f"rmse on u1, {name}"] = star_quality(u1, films, "spark-als", parameters)["rmse"].mean
    alone = SparkAls.fit(matrix_of([rating(*row) for row in triples()], N_FILMS), {"implicit": 0.0})
    found["is fitted in a session of its own"] = bool(alone.stars.films.any())
    return found


if __name__ == "__main__":
    print(json.dumps(told(Path(sys.argv[1]) if sys.argv[1:] else None)))
