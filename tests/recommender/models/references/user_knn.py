"""What LensKit makes of a small world, as JSON: .bench-venv/bin/python tests/recommender/models/references/user_knn.py.

The packages of requirements-bench.txt are needed to run it, none to read it: the test takes the world from here.
"""

from __future__ import annotations

import json

N_USERS, N_FILMS = 14, 11
NEIGHBOURS, LEAST_NEIGHBOURS = 3, 2


def stars(user: int, film: int) -> float | None:
    """What a user, from 1, gives a film, from 1; None where they have not rated it."""
    if (user**3 + 5 * film**2 + 3 * user * film) % 11 >= 6:
        return None
    return ((user * film**2 + 7 * user**2 + 3 * film) % 10 + 1) / 2


def main() -> None:
    import pandas as pd
    from lenskit.data import ItemList, RecQuery, from_interactions_df
    from lenskit.knn.user import UserKNNScorer

    users, films = range(1, N_USERS + 1), range(1, N_FILMS + 1)
    given = [(user, film, stars(user, film)) for user in users for film in films if stars(user, film)]
    data = from_interactions_df(pd.DataFrame(given, columns=["user_id", "item_id", "rating"]))
    scorer = UserKNNScorer(max_nbrs=NEIGHBOURS, min_nbrs=LEAST_NEIGHBOURS)
    scorer.train(data)
    rows = [scorer(RecQuery(user_id=user), ItemList(item_ids=list(films))).scores().tolist() for user in users]
    told = [[None if score != score else round(score, 4) for score in row] for row in rows]
    print("[\n" + ",\n".join(json.dumps(row) for row in told) + "\n]")


if __name__ == "__main__":
    main()
