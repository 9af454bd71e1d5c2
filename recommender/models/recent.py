"""Films that people watch lately and like, the same for everyone: votes that fade with time.

Source: exponential decay of counts, as of interactions in Ding and Li, Time Weight Collaborative Filtering, CIKM 2005, equation 3, applied
to popularity. Difference: a vote weighs by its stars. The half life and the stars that make no vote were chosen on the early windows of
the rolling split alone (docs/evaluation.md), where 365 days stood before 180 and 730.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Parameters
from recommender.models.parts import POPULARITY, Part, Parts
from recommender.models.votes import Votes

DEFAULTS: Parameters = {"half_life_days": 365.0}


@dataclass(frozen=True)
class Recent:
    """votes: what all ratings of a film speak for it today, shape (n_movies,). half_life_days: after so long a vote counts half."""

    matrix: RatingMatrix
    parameters: Parameters
    votes: NDArray[np.float64]

    recipe = "recent"
    is_personal = False
    neutral = 0.0

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> Recent:
        """The model over the matrix; parameters left out take DEFAULTS."""
        chosen = {**DEFAULTS, **(parameters or {})}
        return cls(matrix, chosen, Votes.of(matrix, chosen["half_life_days"]).by_everybody())

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> Recent:
        """As fitted, from what `arrays` gave."""
        return cls(matrix, parameters, arrays["votes"])

    def arrays(self) -> Arrays:
        return {"votes": self.votes}

    def score(self, history: History) -> NDArray[np.float64]:
        """The film's votes, whoever asks; NaN for a film that nobody has rated."""
        return np.where(self.matrix.raters > 0, self.votes, np.nan)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """All of it is popularity."""
        scores = self.score(history)[columns]
        return [() if np.isnan(score) else (Part(POPULARITY, score),) for score in scores.tolist()]
