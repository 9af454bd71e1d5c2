"""Films like those rated: the sum of their likenesses to a film, over those of its nearest films that the person has rated.

Source: item-based collaborative filtering of Sarwar et al. (WWW 2001, section 3), summed as Deshpande and Karypis do for lists (ACM TOIS
22(1), 2004), with the shrinkage n / (n + s) of Bell and Koren (ICDM 2007). Differences: a sum and not a weighted average, which ranks a
film with one near neighbour first; a film has its own nearest films, whoever asks, and a rating counts 1 + liking · (stars - 3.5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Parameters
from recommender.models.item_linear import MOST_LIKING, Inputs, ItemTable, counted, kept_films, own_parts, refuse_outside
from recommender.models.parts import Parts

# Chosen on validation: the newest tenth of the training side of `newest`, of ml-latest-small and of ml-100k. That each film has its own
# nearest, rather than each rated film its own, is worth .009 of ndcg@10 and twice the coverage.
DEFAULTS: Parameters = {"n_neighbours": 100, "shrinkage": 10.0, "liking": 0.2, "least_raters": 3, "most_films": 10_000}
_LIMITS = {
    "n_neighbours": (1, 100_000),
    "shrinkage": (0.0, 1e9),
    "liking": (0.0, MOST_LIKING),
    "least_raters": (1, 1e9),
    "most_films": (1, 100_000),
}


@dataclass(frozen=True)
class ItemCosine:
    """Fitted by counting. n_neighbours: how many films like it may speak for a film.

    shrinkage: as many people who rated both films as weigh half: likeness by chance among few is taken back.
    """

    matrix: RatingMatrix
    parameters: Parameters
    table: ItemTable

    recipe = "item-cosine"
    is_personal = True
    neutral = 0.0

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> ItemCosine:
        """The model over the matrix; parameters left out take DEFAULTS."""
        chosen = {**DEFAULTS, **(parameters or {})}
        refuse_outside(chosen, _LIMITS)
        columns = kept_films(matrix, chosen)
        return cls(matrix, chosen, ItemTable(columns, _weights(matrix, columns, chosen)[np.newaxis].astype(np.float32)))

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> ItemCosine:
        """The model from what `arrays` gave."""
        return cls(matrix, parameters, ItemTable.from_arrays(arrays))

    def arrays(self) -> Arrays:
        """The kept films and the likenesses that count."""
        return self.table.arrays()

    def score(self, history: History) -> NDArray[np.float64]:
        """Σ likeness · what the rating counts, 0 or more; NaN where none of the film's nearest was rated."""
        return self.table.score(self._inputs(history), history, self.matrix)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """What each own rating adds: without it the film's score is lower by exactly that."""
        inputs = self._inputs(history)
        return own_parts(inputs, self.table.products(inputs, columns)[0], self.score(history)[columns])

    def _inputs(self, history: History) -> Inputs:
        at, places = self.table.known(history.columns)
        return Inputs(history.columns[at], places, counted(history.half_stars[at], self.parameters["liking"])[np.newaxis])


def _weights(matrix: RatingMatrix, columns: NDArray[np.int32], parameters: Parameters) -> NDArray[np.float64]:
    # scipy is heavy, and only whoever trains needs it.
    from recommender.models.kernels import sparse

    if not len(columns):
        return np.zeros((0, 0))
    stars = sparse.by_user(matrix, matrix.half_stars.astype(np.float64))[:, columns]
    likeness = sparse.of_columns(stars, stars)
    norms = np.sqrt(np.diag(likeness))
    likeness /= norms
    likeness /= norms[:, np.newaxis]
    rated = sparse.by_user(matrix, np.ones(matrix.n_ratings))[:, columns]
    both = sparse.of_columns(rated, rated)
    likeness *= both / np.maximum(both + parameters["shrinkage"], 1)
    likeness[np.diag_indices_from(likeness)] = 0
    return _nearest(likeness, int(parameters["n_neighbours"]))


def _nearest(likeness: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """The same with all but the n highest of each column 0; of equal ones at the edge all stay."""
    if n < len(likeness):
        edges = np.partition(likeness, len(likeness) - n, axis=0)[len(likeness) - n]
        likeness[likeness < edges] = 0
    return likeness
