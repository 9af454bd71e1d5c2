"""What people watched around what this person watched last: neighbours by the newest ratings, and their films near those.

    similarity of v = Σ over the person's newest films i that v has rated of  exp(-age / recent_steps) · raters(i)^-popularity_damping
    score of j = Σ over the n_neighbours most similar v of  √similarity · Σ over those i of  the weight of i · near(place of j - place of i)
    near(d) = exp(-(d - 1) / near_steps) for d > 0, backward_weight · exp(-(-d - 1) / near_steps) for d < 0

with age and place counted in ratings, by time. Sources: session-based nearest neighbours, M. Ludewig and D. Jannach, "Evaluation of
Session-based Recommendation Algorithms" (User Modeling and User-Adapted Interaction 28, 2018, section 3.3, V-SkNN), and the weight by the
distance from the shared item, D. Garg et al., "Sequence and Time Aware Neighborhood for Session-based Recommendations" (SIGIR 2019,
equations 5 to 9). Differences: a person's whole history is one session; distances count from every shared film, not from the newest alone;
rare films say more; and only the root of a similarity counts, so that one near person does not speak for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Parameters
from recommender.models.item_linear import refuse_outside
from recommender.models.kernels import plain
from recommender.models.parts import NEIGHBOUR, Part, Parts

# Chosen on validation: the newest tenth of the training side of `newest`, and of `last`, of ml-latest-small and ml-100k. From 50 to 200
# neighbours, 2 to 6 recent and 4 to 14 near steps ndcg@10 is the same to .007; shorter steps find the next film, longer ones the next ten.
DEFAULTS: Parameters = {
    "n_neighbours": 100,
    "recent_steps": 3.0,
    "near_steps": 6.0,
    "backward_weight": 0.3,
    "popularity_damping": 0.5,
}
_LIMITS = {
    "n_neighbours": (1, 10_000),
    "recent_steps": (0.05, 1000.0),
    "near_steps": (0.05, 1000.0),
    "backward_weight": (0.0, 10.0),
    "popularity_damping": (0.0, 2.0),
}
LOOKED_BACK = 5  # times recent_steps: films rated before that are not looked at
LOOKED_AROUND = 4  # times near_steps: films further away are not counted


@dataclass(frozen=True)
class SessionKnn:
    """Fitted by putting everybody's ratings in their order.

    walks: shape (n_ratings,), each row's columns, the film rated first first; where a row begins is in the matrix. places: shape
    (n_ratings,), beside the matrix's `rows` by column: the place of the rating in its row's walk, from 0.
    """

    matrix: RatingMatrix
    parameters: Parameters
    walks: NDArray[np.integer]
    places: NDArray[np.int32]

    recipe = "session-knn"
    is_personal = True
    neutral = 0.0

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> SessionKnn:
        """The model over the matrix; parameters left out take DEFAULTS."""
        chosen = {**DEFAULTS, **(parameters or {})}
        refuse_outside(chosen, _LIMITS)
        lengths = np.diff(matrix.row_starts)
        rows = np.repeat(np.arange(matrix.n_users), lengths)
        order = np.lexsort((matrix.rated_at, rows))  # stable: of one second the lower column is earlier
        places = np.empty(matrix.n_ratings, dtype=np.int32)
        places[order] = np.arange(matrix.n_ratings) - np.repeat(matrix.row_starts[:-1], lengths)
        by_column = np.argsort(matrix.columns, kind="stable")
        return cls(matrix, chosen, matrix.columns[order], places[by_column])

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> SessionKnn:
        """The model from what `arrays` gave; KeyError where one is missing."""
        return cls(matrix, parameters, arrays["walks"], arrays["places"])

    def arrays(self) -> Arrays:
        """Everybody's films in order, and the place of each rating."""
        return {"walks": self.walks, "places": self.places}

    def score(self, history: History) -> NDArray[np.float64]:
        """0 or more; NaN for a film that none of the neighbours has rated near what is shared."""
        columns, _, amounts = self._around(history)
        found = np.bincount(columns, weights=amounts, minlength=self.matrix.n_movies)
        return np.where(found > 0, found, np.nan)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """What each neighbour adds, by how near to what is shared the film lies in their history."""
        around, rows, amounts = self._around(history)
        found: list[Parts] = []
        for column in columns.tolist():
            of = np.flatnonzero(around == column)
            neighbours, at = np.unique(rows[of], return_inverse=True)
            sums = np.bincount(at, weights=amounts[of], minlength=len(neighbours))
            order = np.argsort(-sums, kind="stable")
            found.append(tuple(Part(NEIGHBOUR, float(sums[one]), row=int(neighbours[one])) for one in order))
        return found

    def _around(self, history: History) -> tuple[NDArray[np.integer], NDArray[np.int64], NDArray[np.float64]]:
        """Every film that lies around a shared one in a neighbour's history: its column, the neighbour's row and what it adds."""
        rows, places, weights = self._shared(history)
        similarities = np.bincount(rows, weights=weights, minlength=self.matrix.n_users).astype(np.float64, copy=False)
        near = plain.nearest(similarities, int(self.parameters["n_neighbours"]))
        roots = np.zeros(self.matrix.n_users)
        roots[near] = np.sqrt(similarities[near])
        of_near = np.flatnonzero(roots[rows])
        rows, places, weights = rows[of_near], places[of_near], weights[of_near] * roots[rows[of_near]]
        distances, nearness = self._window()
        there = places[:, np.newaxis] + distances
        inside = (there >= 0) & (there < (self.matrix.row_starts[rows + 1] - self.matrix.row_starts[rows])[:, np.newaxis])
        at, step = np.nonzero(inside)
        columns = self.walks[self.matrix.row_starts[rows[at]] + there[inside]]
        return columns, rows[at], weights[at] * nearness[step]

    def _shared(self, history: History) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Every rating by somebody else of one of the person's newest films: its row, its place there and the weight of the film."""
        newest = history.columns[history.in_order()][::-1][: 1 + int(LOOKED_BACK * self.parameters["recent_steps"])]
        starts, lengths = self.matrix.column_starts[newest], self.matrix.raters[newest]
        rare = np.maximum(lengths, 1).astype(np.float64) ** -self.parameters["popularity_damping"]
        weights = np.repeat(np.exp(-np.arange(len(newest)) / self.parameters["recent_steps"]) * rare, lengths)
        entries = plain.spans(starts, lengths)
        rows, places = self.matrix.rows_of(newest).astype(np.int64), self.places[entries].astype(np.int64)
        if history.own_row is None:
            return rows, places, weights
        others = rows != history.own_row
        return rows[others], places[others], weights[others]

    def _window(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The distances that count, but 0, and how much."""
        reach = max(1, int(LOOKED_AROUND * self.parameters["near_steps"]))
        distances = np.concatenate([np.arange(-reach, 0), np.arange(1, reach + 1)])
        fading = np.exp(-(np.abs(distances) - 1) / self.parameters["near_steps"])
        return distances, np.where(distances > 0, 1.0, self.parameters["backward_weight"]) * fading
