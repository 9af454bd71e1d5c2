"""Lists from what the people most alike have watched lately and liked: user-user cosine neighbours whose votes fade.

Source: user-cosine's neighbours with the exponential decay of Ding and Li, CIKM 2005, equation 3, on each neighbour's rating. Difference:
votes are summed, not averaged, so that a film many near people watch comes before one that a single one loves; and everybody counts as
a faint neighbour, which carries whoever has rated little. The parameters were chosen on the early windows of the rolling split alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import Arrays, History, Parameters
from recommender.models.parts import NEIGHBOUR, POPULARITY, Part, Parts
from recommender.models.user_cosine import Neighbourhood, UserCosine
from recommender.models.votes import Votes

DEFAULTS: Parameters = {"half_life_days": 365.0, "n_neighbours": 200, "everybody": 0.3}


@dataclass(frozen=True)
class UserCosineRecent:
    """score = Σ sim · vote / Σ sim over the neighbours + everybody · Σ vote / n_users over all, 0 to 1 + everybody.

    half_life_days: after so long a vote counts half. n_neighbours: of the most similar people. everybody: the weight of all people
    together beside the neighbours. fading: how votes fade. votes: what all ratings of a film speak for it today, shape (n_movies,).
    """

    matrix: RatingMatrix
    parameters: Parameters
    fading: Votes
    votes: NDArray[np.float64]

    recipe = "user-cosine-recent"
    is_personal = True
    neutral = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.parameters["everybody"] < float("inf"):
            raise InvalidInputError("everybody", self.parameters["everybody"], "a number from 0 up")

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> UserCosineRecent:
        """The model over the matrix; parameters left out take DEFAULTS."""
        chosen = {**DEFAULTS, **(parameters or {})}
        fading = Votes.of(matrix, chosen["half_life_days"])
        return cls(matrix, chosen, fading, fading.by_everybody())

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> UserCosineRecent:
        """As fitted, from what `arrays` gave."""
        return cls(matrix, parameters, Votes(matrix, arrays["by_day"]), arrays["votes"])

    def arrays(self) -> Arrays:
        return {"by_day": self.fading.by_day, "votes": self.votes}

    @cached_property
    def _people(self) -> UserCosine:
        return UserCosine.fit(self.matrix, {"n_neighbours": self.parameters["n_neighbours"]})

    @cached_property
    def _by_everybody(self) -> NDArray[np.float64]:
        return self.votes * (self.parameters["everybody"] / max(self.matrix.n_users, 1))

    def score(self, history: History) -> NDArray[np.float64]:
        """NaN for a film that nobody has rated; whoever has no neighbours gets what everybody watches lately."""
        near = self._people.neighbours(history)
        found = self._by_everybody + self.fading.by(near.rows, near.shares)
        return np.where(self.matrix.raters > 0, found, np.nan)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """What everybody adds, and each neighbour who rated the film."""
        near = self._people.neighbours(history)
        terms = self.fading.one_by_one(near.rows, near.shares, columns)
        found: list[Parts] = []
        for column, amounts in zip(columns.tolist(), terms, strict=True):
            everybody = Part(POPULARITY, float(self._by_everybody[column]))
            found.append((*_by_neighbours(amounts, near), everybody) if self.matrix.raters[column] else ())
        return [tuple(sorted(parts, key=lambda part: -part.amount)) for parts in found]


def _by_neighbours(amounts: NDArray[np.float64], near: Neighbourhood) -> Parts:
    return tuple(Part(NEIGHBOUR, float(amounts[at]), row=int(near.rows[at])) for at in np.flatnonzero(amounts))
