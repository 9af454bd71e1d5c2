"""Films on the rise, the same for everyone: more ratings lately than their own past would have one expect.

Source: the Poisson z-score of a short moving average against a long one, (s - e) / sqrt(e + c), as in detecting bursts of counts. Here s
are a film's ratings faded with the short half life, and e those faded with the long one, scaled so that all films together are level.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import Arrays, History, Parameters
from recommender.models.parts import POPULARITY, Part, Parts
from recommender.models.votes import Votes

DEFAULTS: Parameters = {"short_days": 60.0, "long_days": 730.0, "doubt": 3.0}


@dataclass(frozen=True)
class Trending:
    """short_days, long_days: half lives of "lately" and "in the past". doubt: c, ratings by which a few make no trend.

    Every rating counts as one, whatever its stars: a film may be talked about and disliked. rise: the z-score, shape (n_movies,).
    """

    matrix: RatingMatrix
    parameters: Parameters
    rise: NDArray[np.float64]

    recipe = "trending"
    is_personal = False

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> Trending:
        """The model over the matrix; parameters left out take DEFAULTS."""
        chosen = {**DEFAULTS, **(parameters or {})}
        short, long, doubt = chosen["short_days"], chosen["long_days"], chosen["doubt"]
        if not 0 < short < long < float("inf"):
            raise InvalidInputError("short_days", short, f"a number above 0 and under the long_days, {long:g}")
        if not 0 < doubt < float("inf"):
            raise InvalidInputError("doubt", doubt, "a number above 0")
        lately, past = (Votes.of(matrix, days).by_everybody(whatever_stars=True) for days in (short, long))
        expected = past * (lately.sum() / past.sum()) if len(matrix.columns) else past
        return cls(matrix, chosen, (lately - expected) / np.sqrt(expected + doubt))

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> Trending:
        """As fitted, from what `arrays` gave."""
        return cls(matrix, parameters, arrays["rise"])

    def arrays(self) -> Arrays:
        return {"rise": self.rise}

    @cached_property
    def neutral(self) -> float:
        """Under the film that fell most: one that nobody has rated does not trend at all."""
        return float(self.rise.min(initial=0.0)) - 1.0

    def score(self, history: History) -> NDArray[np.float64]:
        """The rise, whoever asks; NaN for a film that nobody has rated, and for all where no rating has a time."""
        return np.where((self.matrix.raters > 0) & (self.matrix.latest > 0), self.rise, np.nan)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """All of it is popularity."""
        scores = self.score(history)[columns]
        return [() if np.isnan(score) else (Part(POPULARITY, score),) for score in scores.tolist()]
