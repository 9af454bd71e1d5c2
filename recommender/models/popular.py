"""Well-liked films, the same for everyone: the weighted rating with a vote cut-off.

Source: the formula of IMDb's Top 250, WR = v/(v+m)·R + m/(v+m)·C, with v votes and mean R of the film, C the mean over all
rated films' means, and m the votes at a percentile of the films (default: a tenth of them have that many).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import Arrays, History, Parameters
from recommender.models.parts import BASE, POPULARITY, Part, Parts

DEFAULTS: Parameters = {"cut_off": 0.9, "spoken_of": 1.0}
BELOW = 5.0  # stars taken off a film under the cut-off, so that it ranks behind every film over it


@dataclass(frozen=True)
class Popular:
    """Fitted by counting. cut_off: the percentile, 0 to 1, of the films' vote counts that a film must reach.

    signal: how much each film is spoken of elsewhere, shape (n_movies,), 0 or more; None where nobody asked, and then nothing of it counts.
    spoken_of: the stars that it adds to the film most spoken of, to others in proportion; in the same proportion a film is let off the
    votes that it lacks.
    """

    matrix: RatingMatrix
    parameters: Parameters
    signal: NDArray[np.float64] | None = None

    recipe = "popular"
    is_personal = False
    neutral = -BELOW  # what a film without ratings is worth: less than any film under the cut-off

    def __post_init__(self) -> None:
        if not 0 <= self.parameters["cut_off"] <= 1:
            raise InvalidInputError("cut_off", self.parameters["cut_off"], "a number from 0 to 1")
        if not 0 <= self.parameters["spoken_of"] < float("inf"):
            raise InvalidInputError("spoken_of", self.parameters["spoken_of"], "a number of stars from 0 up")

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None, *, signal: NDArray[np.float64] | None = None) -> Popular:
        """The model over the matrix; parameters left out take DEFAULTS."""
        return cls(matrix, {**DEFAULTS, **(parameters or {})}, signal)

    @cached_property
    def mean_stars(self) -> NDArray[np.float64]:
        """Each film's mean, shape (n_movies,); NaN where nobody has rated it."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.matrix.column_sums / self.matrix.raters / 2)

    @cached_property
    def least_votes(self) -> int:
        """m: what a film needs to be called well liked; at least 1."""
        rated = self.matrix.raters[self.matrix.raters > 0]
        return max(1, int(np.ceil(np.quantile(rated, self.parameters["cut_off"])))) if len(rated) else 1

    @cached_property
    def weighted_rating(self) -> NDArray[np.float64]:
        """WR in stars, shape (n_movies,); NaN where nobody has rated the film or speaks of it."""
        votes, least = self.matrix.raters, self.least_votes
        if not votes.any():
            return np.full(self.matrix.n_movies, np.nan)
        rating = (votes * np.nan_to_num(self.mean_stars) + least * np.nanmean(self.mean_stars)) / (votes + least)
        return np.where((votes > 0) | (self.talk > 0), rating, np.nan)

    @cached_property
    def talk(self) -> NDArray[np.float64]:
        """How much each film is spoken of, shape (n_movies,), 1 for the one most spoken of; 0 where there is no signal."""
        most = 0.0 if self.signal is None else float(self.signal.max(initial=0.0))
        return np.broadcast_to(0.0, self.matrix.n_movies) if self.signal is None or not most else self.signal / most

    @cached_property
    def standing(self) -> NDArray[np.float64]:
        """The weighted rating and what being spoken of adds, in stars, shape (n_movies,)."""
        return self.weighted_rating + self.parameters["spoken_of"] * self.talk if self.talk.any() else self.weighted_rating

    def score(self, history: History) -> NDArray[np.float64]:
        """The standing, whoever asks; films under the cut-off BELOW stars less, as far as nobody speaks of them; NaN for films without
        ratings of which nobody speaks."""
        return self._for_everybody.copy()

    @cached_property
    def _for_everybody(self) -> NDArray[np.float64]:
        return self.standing - np.where(self.matrix.raters < self.least_votes, BELOW * (1 - self.talk), 0.0)

    def arrays(self) -> Arrays:
        """None: it is all in the matrix."""
        return {}

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """The mean of all films as far as it stands in for votes that the film lacks, and the film's own votes and what is spoken of it."""
        scores = self.score(history)
        found: list[Parts] = []
        for column in columns.tolist():
            votes, score = int(self.matrix.raters[column]), float(scores[column])
            own = votes * float(self.mean_stars[column]) / (votes + self.least_votes) if votes else 0.0
            own += self.parameters["spoken_of"] * float(self.talk[column])
            found.append(() if np.isnan(score) else (Part(BASE, score - own), Part(POPULARITY, own)))
        return found

    def predict(self, history: History, column: int) -> float:
        """The film's weighted rating, whoever asks; the mean of all films for one without ratings."""
        return float(self.predict_many(history, np.array([column], dtype=np.int32))[0])

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """`predict` for several films, shape of columns; a column of -1 (no such film) counts as one without ratings."""
        overall = float(np.nanmean(self.mean_stars)) if self.matrix.n_ratings else 2.5
        found = np.where(columns >= 0, self.weighted_rating[columns] if self.matrix.n_movies else np.nan, np.nan)
        return np.clip(np.where(np.isnan(found), overall, found), 0.5, 5.0)
