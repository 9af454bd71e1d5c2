"""Where neighbour scores come from, split two ways: by the people who voted, and by the films that made them neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.models import History
from recommender.models.kernels.fold_in import Given
from recommender.models.parts import BASE, NEIGHBOUR, Part, Parts
from recommender.models.user_cosine import NEUTRAL_HALF_STARS, Neighbourhood, UserCosine


class Contributions:
    """The parts of one person's scores for the films asked for. Either way of splitting adds up to the score less the neutral one.

    votes: shape (films, neighbours), the half stars each neighbour gave each film, 0 for none; neighbours most similar first.
    by_person: shape (films, neighbours), what each neighbour adds to each score, in stars.
    by_film: shape (films, history), what each film of the history adds. A similarity is a sum over the films that both have
    rated, so that each neighbour's part is dealt out to these films in proportion.
    """

    def __init__(self, model: UserCosine, history: History, near: Neighbourhood, columns: NDArray[np.intp]) -> None:
        self.votes = model.fold.ratings(near.rows, columns).T
        weights = np.where(self.votes > 0, near.similarities, 0.0)
        totals = weights.sum(axis=1) + model.damping
        signed = weights * (self.votes.astype(np.float64) - NEUTRAL_HALF_STARS)
        self.by_person = signed / np.where(totals > 0, totals, 1.0)[:, np.newaxis] / 2
        self._rows = near.rows
        self.by_film = model.fold.dealt(near.rows, Given(history.columns, history.half_stars), self.by_person)

    def parts(self) -> list[Parts]:
        """For each film the neutral score and what each neighbour who rated it adds, largest first; empty where none did."""
        found: list[Parts] = []
        for votes, amounts in zip(self.votes, self.by_person, strict=True):
            voted = np.flatnonzero(votes)
            ordered = voted[np.argsort(-np.abs(amounts[voted]), kind="stable")]
            neighbours = tuple(Part(NEIGHBOUR, float(amounts[at]), row=int(self._rows[at])) for at in ordered)
            found.append((Part(BASE, NEUTRAL_HALF_STARS / 2), *neighbours) if neighbours else ())
        return found
