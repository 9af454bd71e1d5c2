"""The people of every film: whom to tell about it, best first.

A score compares within one person's films alone, so people are ordered by a number that compares between them: the stars they would
give, or how far the film stands out among all that they have not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from recommender.batch import rank_rows
from recommender.data.matrix import RatingMatrix
from recommender.listings.schema import Listing
from recommender.models import History, Model, PredictsStars
from recommender.models.everybodys_stars import stars_by_blocks

STARS, STANDING = "stars", "standing"
ORDERS = (STARS, STANDING)

Progress = Callable[[int, int], None]
Floats = NDArray[np.float64]


class Audience:
    """The n best people of every film among those taken in so far; of equals the lower row comes first.

    What it holds does not depend on the order in which people were taken in or audiences joined.
    rows, values: shape (n_movies, n), best first, -1 and -inf where there is nobody.
    """

    def __init__(self, n_movies: int, n: int) -> None:
        self.rows = np.full((n_movies, n), -1, dtype=np.int64)
        self.values = np.full((n_movies, n), -np.inf)

    def take_in(self, rows: NDArray[np.int64], values: Floats) -> None:
        """People by their rows, with their values for every film, shape (len(rows), n_movies); -inf where a film is not for them."""
        people, films = np.nonzero((values > -np.inf) & (values >= self.values[:, -1]))
        self._take_in(films, rows[people], values[people, films])

    def join(self, other: Audience) -> None:
        """Those of another audience of the same films, too."""
        films, places = np.nonzero(other.rows >= 0)
        self._take_in(films, other.rows[films, places], other.values[films, places])

    def _take_in(self, films: NDArray[np.intp], rows: NDArray[np.int64], values: Floats) -> None:
        touched = np.unique(films)
        if not len(touched):
            return
        n = self.rows.shape[1]
        films = np.concatenate([np.repeat(touched, n), films])
        rows = np.concatenate([self.rows[touched].ravel(), rows])
        values = np.concatenate([self.values[touched].ravel(), values])
        order = np.lexsort((rows, -values, films))
        films, rows, values = films[order], rows[order], values[order]
        firsts = np.searchsorted(films, touched)
        best = firsts[:, np.newaxis] + np.arange(n)  # every film has at least the n places it had
        self.rows[touched], self.values[touched] = rows[best], values[best]


def audience_of(model: Model, rows: NDArray[np.int64], n: int, *, order: str, progress: Progress = lambda done, total: None) -> Audience:
    """The n best of the people in these rows for every film, those who have rated it left out. order: one of ORDERS, as in `values_of`."""
    found = Audience(model.matrix.n_movies, n)
    for block, values in values_of(model, rows, order=order, progress=progress):
        found.take_in(block, values)
    return found


def values_of(model: Model, rows: NDArray[np.int64], *, order: str, progress: Progress) -> Iterator[tuple[NDArray[np.int64], Floats]]:
    """Blocks of these rows and, of shape (rows in the block, n_movies), the number that people are compared by; -inf for films rated.

    STARS: the predicted stars; the recipe must predict some. STANDING: a film's score in standard deviations from the mean of all films
    that the person has not rated, where a film the recipe cannot tell about counts as neutral; 0 where all are alike.
    """
    matrix = model.matrix
    if order == STARS:
        assert isinstance(model, PredictsStars)  # noqa: S101  the caller asks for it
        for block, stars in stars_by_blocks(model, rows, progress=progress):
            for at, row in enumerate(block.tolist()):
                stars[at, matrix.row(row)[0]] = -np.inf
            yield block, stars
        return
    for ranked in rank_rows(model, rows, 1, everything=True, progress=progress):
        assert ranked.everything is not None  # noqa: S101  it was asked for
        yield np.array([ranked.row]), standings(ranked.everything, History.of_row(matrix, ranked.row), model.neutral)[np.newaxis]


def standings(scores: Floats, history: History, neutral: float) -> Floats:
    """How far each film stands out for one person, as in `values_of`, shape (n_movies,)."""
    known = np.where(np.isnan(scores), neutral, scores)
    unseen = np.ones(len(known), dtype=bool)
    unseen[history.columns] = False
    theirs = known[unseen]
    spread = float(theirs.std()) if len(theirs) else 0.0
    return np.where(unseen, (known - theirs.mean()) / spread if spread > 0 else 0.0, -np.inf)


def lists_of(model: Model, audience: Audience, columns: NDArray[np.int64], stars: Floats | None = None) -> Iterator[Listing]:
    """The people of these films, in this order. stars: beside the audience's rows, as from `stars_of`."""
    matrix = model.matrix
    for column in columns.tolist():
        n = int(np.count_nonzero(audience.rows[column] >= 0))
        others = matrix.user_ids[audience.rows[column, :n]].tolist()
        yield Listing(
            int(matrix.movie_ids[column]),
            tuple(others),
            tuple(audience.values[column, :n].tolist()),
            None if stars is None else tuple(stars[column, :n].tolist()),
        )


def stars_of(model: PredictsStars, matrix: RatingMatrix, audience: Audience) -> Floats:
    """The stars predicted for each person of each film, of the shape of the audience's rows; NaN where there is nobody."""
    found = np.full(audience.rows.shape, np.nan)
    films, places = np.nonzero(audience.rows >= 0)
    rows = audience.rows[films, places]
    order = np.argsort(rows, kind="stable")  # person by person, whose neighbours are looked for once
    for pairs in np.split(order, np.flatnonzero(np.diff(rows[order])) + 1) if len(order) else []:
        history = History.of_row(matrix, int(rows[pairs[0]]))
        found[films[pairs], places[pairs]] = model.predict_many(history, films[pairs].astype(np.int32))
    return found
