"""A factorisation machine of persons, films and what is known of both: how probably a film is liked, and how many stars it would get.

Source: Rendle, "Factorization machines" (ICDM 2010), over one-hot person and film, implicit and flipped features as in Rendle, Zhang and
Koren, "On the difficulty of evaluating baselines" (2019), and the films' genres, year and tags; learned by Gibbs sampling with a probit
for ordered steps, so that one machine is regressor and classifier. Differences: `posterior.py` names those of the machine; each person
has their own stretch of the scale and their own firmness (much as the thresholds of their own in Koren and Sill, "OrdRec", RecSys 2011);
and whoever asks is folded in from their ratings alone (`person.py`), so that the persons' trained weights are thrown away.
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
from recommender.models.fm.person import Draws, Person, at_least, folded_in

Floats = NDArray[np.float64]

NOTHING_KNOWN = 2.5  # stars, where nobody has rated anything
LIKED = 6  # half stars: a film is liked that gets more than three stars
DEFAULTS: Parameters = {
    "n_factors": 10,
    "n_iterations": 200,
    "n_burn_in": 40,
    "n_samples": 40,
    "n_directions": 1000,
    "most_ratings": 1_000_000,
    "seed": 0,
}
_LEAST: Parameters = {"n_factors": 1, "n_iterations": 1, "n_burn_in": 0, "n_samples": 1, "n_directions": 1, "most_ratings": 1, "seed": 0}


@dataclass(frozen=True)
class FactorisationMachine:
    """Fitted by sampling. levels: the half stars that occur, ascending: the steps of the scale. learned: what `fit` has drawn.

    n_factors: of each person and film. n_iterations: sweeps of the sampler, of which n_samples are kept, evenly spread after the first
    n_burn_in. n_directions: how many principal directions of implicit, flipped and content features are used. most_ratings: of how many
    ratings it learns; with more, whole persons are left out, chosen at random, and folded in like newcomers. seed: of all chance.
    """

    matrix: RatingMatrix
    parameters: Parameters
    levels: NDArray[np.uint8]
    learned: Draws

    recipe = "fm"
    is_personal = True
    neutral = 0.5  # as likely as not

    @classmethod
    def fit(cls, matrix: RatingMatrix, films: Catalogue, parameters: Parameters | None = None) -> FactorisationMachine:
        """The machine over the matrix and the films of its columns; parameters left out take DEFAULTS."""
        from recommender.models.fm.learning import learn  # brings scipy.sparse, which whoever only asks does without

        chosen = {**DEFAULTS, **(parameters or {})}
        for name, least in _LEAST.items():
            if not least <= chosen[name] < 2**53 or chosen[name] % 1:
                raise InvalidInputError(name, chosen[name], f"a whole number from {least} up")
        levels = np.unique(matrix.half_stars)
        return cls(matrix, chosen, levels, learn(matrix, films, levels, chosen))

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> FactorisationMachine:
        """The machine of what `arrays` gave; KeyError where one is missing."""
        return cls(matrix, parameters, arrays["levels"], Draws(**{name: arrays[name] for name in Draws.__dataclass_fields__}))

    def arrays(self) -> Arrays:
        """What was drawn, and the scale."""
        return {"levels": self.levels} | {name: getattr(self.learned, name) for name in Draws.__dataclass_fields__}

    def folded_in(self, history: History) -> Person:
        """The person's own weights; whether the history is one of the matrix makes no difference."""
        return folded_in(self.learned, history.columns, np.searchsorted(self.levels, history.half_stars))

    def score(self, history: History) -> Floats:
        """The probability that the person likes each film, in [0, 1]; NaN for all where the data hold one kind of rating alone.

        The classifier: liked is what gets more than LIKED half stars; where that is all or nothing, what gets more than the mean.
        """
        if len(self.levels) < 2:
            return np.full(self.matrix.n_movies, np.nan)
        return self.chances(history, np.arange(self.matrix.n_movies))

    def chances(self, history: History, columns: NDArray[np.integer]) -> Floats:
        """The probability that the person likes each film, as `score` has it, and also of films of which nothing is known (-1)."""
        if len(self.levels) < 2:
            return np.full(len(columns), float(self.levels[0] > LIKED) if len(self.levels) else 0.5)
        return at_least(self.learned, self.folded_in(history), columns, [self.liked_step])[:, 0]

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> Floats:
        """The expected stars, which have the least squared error; a column of -1 is a film of which nothing is known.

        The regressor: the mean over the steps of the scale, each as probable as the machine thinks.
        """
        if len(self.levels) < 2:
            return np.full(len(columns), self.levels[0] / 2 if len(self.levels) else NOTHING_KNOWN)
        above = at_least(self.learned, self.folded_in(history), columns, range(1, len(self.levels)))
        return np.asarray((self.levels[0] + above @ np.diff(self.levels.astype(np.float64))) / 2)

    @cached_property
    def liked_step(self) -> int:
        """The lowest step of the scale that counts as liked."""
        step = int(np.searchsorted(self.levels, LIKED, side="right"))
        if 0 < step < len(self.levels):
            return step
        return int(np.searchsorted(self.levels, self.matrix.half_stars.mean(), side="right"))
