"""Films weighed against each other all at once: each film's ratings rebuilt, as well as can be, from those of all other films.

Source: H. Steck, "Embarrassingly Shallow Autoencoders for Sparse Data" (WWW 2019), equations 6 to 8: with G = XᵀX + λI and P = G⁻¹, the
weight from film i to film j is -P[i, j] / P[j, j], and 0 from a film to itself. Differences: X holds 1 + liking · (stars - 3.5) where the
paper has 1; each person's row counts n^-user_damping times, n films rated, over the mean of that, so that whoever has rated
thousands does not speak for all; and films with few raters are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Parameters
from recommender.models.item_linear import MOST_LIKING, Inputs, ItemTable, counted, kept_films, own_parts, refuse_outside
from recommender.models.parts import Parts

# Chosen on validation: the newest tenth of the training side of `newest`, of ml-latest-small and of ml-100k. Without liking ndcg@10 is
# lower by .004 on both; from 100 to 200 the regularisation hardly matters, nor does the user damping from 0 to .5.
DEFAULTS: Parameters = {"regularisation": 150.0, "user_damping": 0.25, "liking": 0.2, "least_raters": 5, "most_films": 10_000}
_LIMITS = {
    "regularisation": (1e-3, 1e9),
    "user_damping": (0.0, 2.0),
    "liking": (0.0, MOST_LIKING),
    "least_raters": (1, 1e9),
    "most_films": (1, 100_000),
}


@dataclass(frozen=True)
class Ease:
    """Fitted in closed form, in float64, kept in float32. regularisation: λ.

    most_films: what bounds time (its cube) and memory (its square).
    """

    matrix: RatingMatrix
    parameters: Parameters
    table: ItemTable

    recipe = "ease"
    is_personal = True
    neutral = 0.0

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> Ease:
        """The model over the matrix; parameters left out take DEFAULTS."""
        chosen = {**DEFAULTS, **(parameters or {})}
        refuse_outside(chosen, _LIMITS)
        columns = kept_films(matrix, chosen)
        return cls(matrix, chosen, ItemTable(columns, _weights(matrix, columns, chosen)[np.newaxis].astype(np.float32)))

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> Ease:
        """The model from what `arrays` gave."""
        return cls(matrix, parameters, ItemTable.from_arrays(arrays))

    def arrays(self) -> Arrays:
        """The kept films and the weights between them."""
        return self.table.arrays()

    def score(self, history: History) -> NDArray[np.float64]:
        """How far the history makes the film one of this person's: 0 for not at all, 1 for as sure as one they have rated."""
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
    from scipy.linalg import inv

    from recommender.models.kernels import sparse

    if not len(columns):
        return np.zeros((0, 0))
    ratings = sparse.by_user(matrix, counted(matrix.half_stars, parameters["liking"]))[:, columns]
    lengths = np.diff(matrix.row_starts).astype(np.float64)
    speaks = lengths ** -parameters["user_damping"]
    gram = sparse.of_columns(ratings, sparse.scaled(ratings, speaks / speaks.mean()))
    gram[np.diag_indices_from(gram)] += parameters["regularisation"]
    inverse = inv(gram, assume_a="pos", overwrite_a=True, check_finite=False)
    weights = inverse / -np.diag(inverse)
    weights[np.diag_indices_from(weights)] = 0
    return np.asarray(weights)
