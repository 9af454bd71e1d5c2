"""Stars by the people most alike among those who have rated a film: neighbours film by film, as the textbooks have it.

    stars of j = own mean + Σ sim(v)·(r_vj - mean of v) / Σ sim(v)      over the n_neighbours most similar v who have rated j

with sim the cosine of deviations from each person's own mean, over all films of each. Sources: Resnick et al. (GroupLens, CSCW 1994)
for the sum; J. Herlocker, J. Konstan, A. Borchers and J. Riedl, "An Algorithmic Framework for Performing Collaborative Filtering" (SIGIR
1999) for neighbours among a film's own raters; LensKit's `UserKNNScorer` for the rest, which gives the same stars. Differences to it: the
person's own row is never a neighbour, nor is anybody of no likeness; ties go to the lower row; and sums do not depend on their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import Arrays, History, Parameters
from recommender.models.item_linear import refuse_outside
from recommender.models.kernels import MOST_NEIGHBOURS
from recommender.models.kernels.per_film import PerFilm, Votes
from recommender.models.parts import BASE, NEIGHBOUR, Part, Parts

NEUTRAL_STARS = 2.5
# Chosen on validation: the newest tenth of the training side of `newest` of ml-latest-small and ml-100k. With 5 of 50 neighbours the lists
# are far worse than the popular one, from 40 on better: a film that few have rated has the highest stars of all, and the lowest.
DEFAULTS: Parameters = {"n_neighbours": 50, "least_neighbours": 40, "least_similarity": 1e-6}
_LIMITS = {"n_neighbours": (1, MOST_NEIGHBOURS), "least_neighbours": (1, MOST_NEIGHBOURS), "least_similarity": (0.0, 1.0)}


@dataclass(frozen=True)
class UserKnn:
    """Fitted by keeping the ratings. n_neighbours: the most who speak of a film. least_neighbours: with fewer of them it is in no list.

    least_similarity: whoever is less alike is nobody's neighbour.
    """

    matrix: RatingMatrix
    parameters: Parameters

    recipe = "user-knn"
    is_personal = True
    neutral = NEUTRAL_STARS

    def __post_init__(self) -> None:
        refuse_outside(self.parameters, _LIMITS)
        least, most = self.parameters["least_neighbours"], self.parameters["n_neighbours"]
        if least > most:
            raise InvalidInputError("least_neighbours", least, f"at most n_neighbours, {most:g}")

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> UserKnn:
        """The model over the matrix; parameters left out take DEFAULTS, `least_neighbours` no more than there are neighbours."""
        taken = {**DEFAULTS, **(parameters or {})}
        if "least_neighbours" not in (parameters or {}):
            taken["least_neighbours"] = min(taken["least_neighbours"], max(taken["n_neighbours"], 1))
        return cls(matrix, taken)

    def arrays(self) -> Arrays:
        """None: it is all in the matrix."""
        return {}

    def score(self, history: History) -> NDArray[np.float64]:
        """The stars as the sum gives them, below 0.5 and above 5 too; NaN for a film of which too few neighbours speak."""
        stars, voters = self._stars(history)
        return np.where(voters >= self._least, stars, np.nan)

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """The stars, within 0.5 to 5, of however few neighbours; where there are none, the person's own mean, and if new, everybody's."""
        stars = np.append(self._stars(history)[0], np.nan)[columns]  # -1 is the last
        usual = _own_mean(history) / 2 if len(history) else self._everybodys_mean
        return np.asarray(np.clip(np.where(np.isnan(stars), usual, stars), 0.5, 5.0))

    def _stars(self, history: History) -> tuple[NDArray[np.float64], NDArray[np.uint16]]:
        """For each film the stars, NaN if no neighbour speaks of it, and how many do."""
        found = self._votes(history)
        stars = np.full(self.matrix.n_movies, np.nan)
        told = np.flatnonzero(found.voters)
        if len(told):
            stars[told] = (_own_mean(history) + found.sums[told] / found.weights[told]) / 2
        return stars, found.voters

    def _votes(self, history: History) -> Votes:
        """As found before, if this person's history was asked about last: a list takes scores, stars and reasons one after the other."""
        key = history.columns.tobytes(), history.half_stars.tobytes(), history.own_row
        found = self._found.get(key)
        if found is None:
            found = self._people.votes(
                history.columns, history.half_stars, history.own_row, k=self._most, least=self.parameters["least_similarity"]
            )
            self._found.clear()
            self._found[key] = found
        return found

    def similarities(self, history: History) -> NDArray[np.float64]:
        """Cosine of the person's deviations with everybody's, shape (n_users,), 0 where it is not above; 0 with their own row."""
        return self._people.similarities(history.columns, history.half_stars, history.own_row)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """The person's mean, and by how much each neighbour who rated the film moves it, of either sign."""
        similarities = self._votes(history).similarities
        return [self._parts(history, similarities, int(column)) for column in columns]

    def _parts(self, history: History, similarities: NDArray[np.float64], column: int) -> Parts:
        rows, weights, votes = self._people.nearest(similarities, column, k=self._most)
        if len(rows) < self._least:
            return ()
        amounts = votes / weights.sum() / 2
        order = np.argsort(-np.abs(amounts), kind="stable")
        neighbours = (Part(NEIGHBOUR, float(amounts[at]), row=int(rows[at])) for at in order)
        return (Part(BASE, _own_mean(history) / 2), *neighbours)

    @cached_property
    def _people(self) -> PerFilm:
        return PerFilm(self.matrix)

    @cached_property
    def _found(self) -> dict[tuple[bytes, bytes, int | None], Votes]:
        """Of whom was asked last, 2.4 MB with 25 million ratings; of more for a moment, where two threads ask at once."""
        return {}

    @cached_property
    def _everybodys_mean(self) -> float:
        """In stars; the neutral vote where there is none."""
        return float(self.matrix.half_stars.mean()) / 2 if self.matrix.n_ratings else NEUTRAL_STARS

    @property
    def _most(self) -> int:
        return int(self.parameters["n_neighbours"])

    @property
    def _least(self) -> int:
        return int(self.parameters["least_neighbours"])


def _own_mean(history: History) -> float:
    """In half stars."""
    return int(history.half_stars.sum(dtype=np.int64)) / len(history)
