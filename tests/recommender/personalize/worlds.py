"""A small world as Personalize sees it, whose right answers are known: two tastes that share nobody."""

import numpy as np

from recommender.batch import rank_rows
from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.domain import Movie, MovieId
from recommender.models import recipes
from recommender.personalize.columns import Columns, Ids, TextColumn
from recommender.personalize.trained import Interactions, Trained

COMEDIES, DRAMAS = ("c1", "c2", "c3", "c4"), ("d1", "d2", "d3", "d4")
WATCHED = {
    "ann": ("c1", "c2"),
    "bob": ("c1", "c2", "c3"),
    "cid": ("c2", "c3", "c4"),
    "dan": ("d1", "d2"),
    "eve": ("d1", "d2", "d3"),
    "fay": ("d2", "d3", "d4"),
}  # everybody in the order named, a day apart
DAY, BEGAN = 86_400, 1_600_000_000


def two_tastes(recipe: str = "user-cosine") -> Trained:
    """Ann should be shown c3 first: Bob and Cid watched it; Dan d3. `new` has watched nothing."""
    users, items = [*WATCHED, "new"], [*COMEDIES, *DRAMAS]
    rows = [(u, items.index(i), BEGAN + day * DAY) for u, name in enumerate(users) for day, i in enumerate(WATCHED.get(name, ()))]
    people, columns, times = (np.array(part) for part in zip(*rows, strict=True))
    ratings = RatingTable(
        (people + 1).astype(np.int32), (columns + 1).astype(np.int32), np.full(len(rows), 8, dtype=np.uint8), times.astype(np.int64)
    )
    catalogue = Catalogue.of(
        CatalogueEntry(Movie(MovieId(c + 1), item, 1990 + c, ("Comedy" if item in COMEDIES else "Drama",), None, None))
        for c, item in enumerate(items)
    )
    matrix = RatingMatrix.of(ratings, catalogue.movie_ids)
    model = recipes.fit(recipe, matrix, catalogue)
    ready = np.full((len(users), len(items)), -1, dtype=np.int32)
    for ranked in rank_rows(model, np.arange(matrix.n_users), len(items)):
        ready[int(matrix.user_ids[ranked.row]) - 1, : len(ranked.columns)] = ranked.columns
    starts = np.concatenate([[0], np.cumsum([len(WATCHED.get(name, ())) for name in users])]).astype(np.int64)
    return Trained(
        model,
        catalogue,
        Ids.of(users, "users"),
        Ids.of(items, "items"),
        Interactions(starts, columns.astype(np.int32), np.zeros(len(rows), dtype=np.int32), times.astype(np.int64), ("watch",)),
        Columns({"AGE": np.array([20.0, 30, 40, 50, 60, 70, np.nan])}, len(users)),
        Columns(
            {
                "GENRES": TextColumn.of(["Comedy"] * 3 + ["Comedy|Drama"] + ["Drama"] * 4),
                "YEAR": np.arange(1990.0, 1998.0),
            },
            len(items),
        ),
        ready,
        {},
    )
