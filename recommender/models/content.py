"""Films like those one has rated, by genres, year and tags: needs nobody else's rating, and lists films that nobody has rated.

Source: a person's profile as the weighted sum of the vectors of their films, as in Pazzani and Billsus, Content-Based Recommendation
Systems (The Adaptive Web, 2007), section 10.3.4 (Rocchio), with two measures of likeness. Cosine: that of the profile and a film, where
films disliked are taken off. Euclid: minus the squared distance from the mean of the films liked; its square, because the same order is
then a sum over one's own ratings. Added to either, so that of films equally alike the better known comes first: how known a film is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import Arrays, History, Parameters
from recommender.models.parts import BASE, OWN, POPULARITY, Part, Parts
from recommender.models.traits import Traits

DEFAULTS: Parameters = {"euclid": 0.0, "years": 1.5, "tags": 0.5, "known": 0.2}
NO_LIKING = 4  # half stars: two stars speak neither for nor against a film, five for it, half a star against it


@dataclass(frozen=True)
class Content:
    """euclid: 0 for the cosine, 1 for Euclid's distance. years, tags: see `Traits.of_films`; for Euclid a distance of ten years.

    known: what the film with most raters is given for being known, others by the logarithm of their raters; 0 for likeness alone.
    """

    matrix: RatingMatrix
    parameters: Parameters
    traits: Traits

    recipe = "content"
    is_personal = True

    def __post_init__(self) -> None:
        if self.parameters["euclid"] not in (0, 1):
            raise InvalidInputError("euclid", self.parameters["euclid"], "0 for the cosine or 1 for Euclid's distance")
        for name in ("years", "tags", "known"):
            if not 0 <= self.parameters[name] < float("inf"):
                raise InvalidInputError(name, self.parameters[name], "a number from 0 up")

    @classmethod
    def fit(cls, matrix: RatingMatrix, films: Catalogue, parameters: Parameters | None = None) -> Content:
        """The model over the matrix and its films; parameters left out take DEFAULTS."""
        chosen = {**DEFAULTS, **(parameters or {})}
        by_distance = chosen["euclid"] == 1
        traits = Traits.of_films(films, years=chosen["years"], tags=chosen["tags"], knots=not by_distance)
        return cls(matrix, chosen, traits if by_distance else traits.unit())

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> Content:
        """As fitted, from what `arrays` gave."""
        return cls(matrix, parameters, Traits.from_arrays(arrays))

    def arrays(self) -> Arrays:
        return self.traits.arrays()

    @cached_property
    def neutral(self) -> float:
        """Of a film at a right angle to the profile, or as far from it as films are on average."""
        return -self._usual if self.parameters["euclid"] else 0.0

    @cached_property
    def _usual(self) -> float:
        """The mean squared distance of two films."""
        mean = self.traits.mixed(np.arange(len(self._known)), np.full(len(self._known), 1 / max(len(self._known), 1)))
        return 2 * (float(self.traits.squared.mean()) - float(mean @ mean)) if len(self._known) else 0.0

    @cached_property
    def _known(self) -> NDArray[np.float64]:
        raters = np.log1p(self.matrix.raters.astype(np.float64))
        return self.parameters["known"] * raters / max(float(raters.max(initial=0.0)), 1.0)

    def score(self, history: History) -> NDArray[np.float64]:
        """NaN for a film of which nothing is known, and for all where no rating says anything."""
        weights = self._weights(history)
        if weights is None:
            return np.full(self.matrix.n_movies, np.nan)
        profile = self.traits.mixed(history.columns, weights)
        found = -self.traits.squared_distances(profile) if self.parameters["euclid"] else self.traits.products(profile)
        return np.where(self.traits.squared > 0, found + self._known, np.nan)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """What each own rating adds, largest first, and how known the film is. For Euclid each own film adds how much nearer it is to the
        film than films are on average, which the base takes off again."""
        weights, scores = self._weights(history), self.score(history)[columns]
        if weights is None:
            return [() for _ in scores]
        found: list[Parts] = []
        for column, score in zip(columns.tolist(), scores.tolist(), strict=True):
            vector = self.traits.mixed(np.array([column]), np.ones(1))
            if self.parameters["euclid"]:
                amounts = weights * (self._usual - self.traits.squared_distances(vector)[history.columns])
            else:
                amounts = weights * self.traits.products(vector)[history.columns]
            own = [Part(OWN, float(amounts[at]), column=int(history.columns[at])) for at in np.argsort(-amounts, kind="stable")]
            known = Part(POPULARITY, float(self._known[column]))
            rest = score - known.amount - float(amounts.sum())
            base = (Part(BASE, rest),) if self.parameters["euclid"] else ()
            found.append(() if np.isnan(score) else (*base, *own, known))
        return found

    def _weights(self, history: History) -> NDArray[np.float64] | None:
        """Of each own film in the profile: for Euclid they add up to 1, for the cosine the profile has length 1. None where all are 0."""
        likes = (history.half_stars.astype(np.float64) - NO_LIKING) / (10 - NO_LIKING)
        if self.parameters["euclid"]:
            likes = np.maximum(likes, 0.0)
            return likes / likes.sum() if likes.any() else None
        length = float(np.linalg.norm(self.traits.mixed(history.columns, likes)))
        return likes / length if length > 1e-12 else None
