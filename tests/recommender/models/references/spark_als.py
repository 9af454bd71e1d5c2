"""What Spark's ALS makes of a small world, as JSON: .spark-venv/bin/python tests/recommender/models/references/spark_als.py.

pyspark and Java are needed to run it, neither to read it: the tests take the world from here.
"""

from __future__ import annotations

import json
from typing import Any

N_USERS, N_FILMS = 14, 11
EXPLICIT = {"rank": 3, "maxIter": 5, "regParam": 0.01, "implicitPrefs": False, "alpha": 1.0}  # the paper's, but for the rank
IMPLICIT = {"rank": 3, "maxIter": 5, "regParam": 0.1, "implicitPrefs": True, "alpha": 2.0}

ASKED = {"explicit": EXPLICIT, "explicit, a round later": {**EXPLICIT, "maxIter": 6}, "implicit": IMPLICIT}


def stars(user: int, film: int) -> float:
    """0 for none: of the last film nobody has given any."""
    if film == N_FILMS or (user**3 + 5 * film**2 + 3 * user * film) % 11 >= 5:
        return 0.0
    return (1 + (3 * user + user * film + 2 * film) % 10) / 2


def triples() -> list[tuple[int, int, float]]:
    """User, film and stars, from 1."""
    return [(user, film, stars(user, film)) for user in range(1, N_USERS + 1) for film in range(1, N_FILMS + 1) if stars(user, film)]


def made(spark: Any, rows: list[tuple[int, int, float]], asked: dict[str, Any]) -> dict[str, Any]:
    """By a script as anybody would write it: the factors of people and films by id, all predictions, and the best three films of each."""
    from pyspark.ml.recommendation import ALS

    ratings = spark.createDataFrame(rows, "userId int, movieId int, rating float")
    als = ALS(userCol="userId", itemCol="movieId", ratingCol="rating", coldStartStrategy="drop", seed=0, **asked)
    model = als.fit(ratings)
    users, films = ({row[0]: list(row[1]) for row in side.collect()} for side in (model.userFactors, model.itemFactors))
    pairs = spark.createDataFrame([(u, i) for u in sorted(users) for i in [*sorted(films), 10**6]], "userId int, movieId int")
    predicted = model.transform(pairs).collect()
    best = {row[0]: [line[0] for line in row[1]] for row in model.recommendForAllUsers(3).collect()}
    return {
        "people": [users[u] for u in sorted(users)],
        "films": [films[i] for i in sorted(films)],
        "predictions": [[u, i, p] for u, i, p in sorted(map(tuple, predicted))],
        "best": [best[u] for u in sorted(users)],
    }


def main() -> None:
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    told = {name: made(spark, triples(), asked) for name, asked in ASKED.items()}
    parts = [
        f'"{name}": {{\n'
        + ",\n".join(
            f'"{part}": {json.dumps(json.loads(json.dumps(rows), parse_float=lambda x: round(float(x), 7)))}'
            for part, rows in of_one.items()
        )
        + "\n}"
        for name, of_one in told.items()
    ]
    print("{\n" + ",\n".join(parts) + "\n}")


if __name__ == "__main__":
    main()
