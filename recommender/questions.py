"""Which films a person is asked about, by what they have said of others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.domain import WATCHLIST, Movie, Opinions
from recommender.lists import taste_from
from recommender.publication import Published


def next_films(opinions: Opinions, skipped: Sequence[int], n: int, published: Published) -> tuple[Movie, ...]:
    """The n films to ask about, best first, none of which they rated, marked or skipped. skipped: films that they have not seen.

    Whoever wants to see a film has not seen it either.
    """
    taste = taste_from(opinions, published)
    wanted = {mark.movie_id for mark in opinions.marks if mark.kind == WATCHLIST}
    columns = published.matrix.columns_of(np.array(sorted({*skipped, *wanted}), dtype=np.int64))
    found = published.elicitation.next_to_ask(taste.history, n, out=taste.excluded(published), unseen=columns[columns >= 0])
    return tuple(published.catalogue.movie(column) for column in found)
