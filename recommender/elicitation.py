"""Which film to ask a person about next: the one whose answer tells most of what else they would like, if they are likely to know it.

Source: the trade between what a rating teaches and how many can give one is that of Rashid et al. (IUI 2002); following each answer, a
"have not seen it" among them, to people who answer alike is the idea of Golbandi, Koren and Lempel (WSDM 2011). What a rating teaches is
the variance that it takes away from all other films, the A-optimal design of Gaussian processes, not the entropy of its own stars, which
measured worse than asking for the best known first (docs/decisions/0017-what-to-ask-first.md).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History

MOST_FILMS = 300  # best known, asked about first
MOST_PEOPLE = 2000  # evenly spread over the data, whose answers are looked at
NEUTRAL = 5  # half stars that say nothing, as in lists
NOISE = 1.0  # half stars squared by which somebody's answer may differ another day
FARTHEST = 4.5  # half stars apart at which two answers are not alike at all
NOT_SEEN = 0.5  # what somebody who has rated a film counts to one who has not seen it
DIGITS = 9  # gains that differ by less are equal


@dataclass(frozen=True)
class Elicitation:
    """Fitted to a matrix once; what it keeps is small whatever the data are.

    columns: shape (n_films,), ascending. rows: shape (n_people,), ascending. given: half stars, shape (n_people, n_films), 0 for none.
    covariance: of the half stars about NEUTRAL over the people, a film without stars being at NEUTRAL, shape (n_films, n_films).
    by_fame: columns of all films that anybody has rated, rated most first.
    """

    columns: NDArray[np.intp]
    rows: NDArray[np.intp]
    given: NDArray[np.uint8]
    covariance: NDArray[np.float64]
    by_fame: NDArray[np.intp]

    @classmethod
    def fit(cls, matrix: RatingMatrix) -> Elicitation:
        """Of the films most rated, ties by lower id; a film that nobody has rated is never asked about."""
        by_fame = np.argsort(-matrix.raters, kind="stable")
        by_fame = by_fame[matrix.raters[by_fame] > 0]
        columns = np.sort(by_fame[:MOST_FILMS])
        rows = np.unique(np.linspace(0, matrix.n_users - 1, min(MOST_PEOPLE, matrix.n_users)).round().astype(np.intp))
        given = np.zeros((len(rows), len(columns)), dtype=np.uint8)
        place = np.full(matrix.n_movies, -1, dtype=np.intp)
        place[columns] = np.arange(len(columns))
        for at, row in enumerate(rows.tolist()):
            rated, half_stars = matrix.row(row)
            here = place[rated]
            given[at, here[here >= 0]] = half_stars[here >= 0]
        # Whole numbers, so that the sums are exact whatever order a machine adds them in.
        deviations = np.where(given > 0, given.astype(np.float64) - NEUTRAL, 0.0)
        return cls(columns, rows, given, deviations.T @ deviations / max(len(rows), 1), by_fame)

    def arrays(self) -> Arrays:
        """What it keeps, by name, to be saved and to be made of again."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def next_to_ask(self, history: History, n: int, *, out: NDArray[np.bool_], unseen: NDArray[np.integer]) -> list[int]:
        """The columns of at most n films, the best to ask about first, ties by lower id; after those it knows, the best known.

        out: True for films that must not be asked about, shape (n_movies,). unseen: columns of films that the person says they have not
        seen. Films in the history or unseen are never among the answer.
        """
        closed = out.copy()
        closed[history.columns] = True
        closed[unseen] = True
        known, answers = self._places(history)
        weights = self._weights(known, answers, history.own_row, self._places_of(unseen))
        knows = weights @ (self.given > 0)
        left = self._left(known)
        chosen: list[int] = []
        while len(chosen) < n:
            gains = np.round(np.sum(left**2, axis=0) / (np.diag(left) + NOISE) * knows, DIGITS)
            gains[closed[self.columns]] = -1.0
            best = int(np.argmax(gains)) if len(gains) else -1
            if best < 0 or gains[best] < 0:
                break
            chosen.append(int(self.columns[best]))
            closed[self.columns[best]] = True
            left = left - np.outer(left[best], left[best]) / (left[best, best] + NOISE)
        rest = self.by_fame[~closed[self.by_fame]][: n - len(chosen)]
        return [*chosen, *rest.tolist()]

    def _places(self, history: History) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
        """Where the films of a history stand here, and the half stars beside them; films that are not here are left out."""
        at = np.isin(history.columns, self.columns)
        return np.searchsorted(self.columns, history.columns[at]), history.half_stars[at]

    def _places_of(self, columns: NDArray[np.integer]) -> NDArray[np.intp]:
        return np.searchsorted(self.columns, columns[np.isin(columns, self.columns)])

    def _weights(
        self, known: NDArray[np.intp], answers: NDArray[np.uint8], own_row: int | None, unseen: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """How much each of the people counts, sum 1: half by being there, half by answering alike; less for each film not seen."""
        n_people = max(len(self.rows), 1)
        theirs = self.given[:, known].astype(np.float64)
        alike = np.where(theirs > 0, np.maximum(1 - np.abs(theirs - answers) / FARTHEST, 0.0), 0.0).sum(axis=1)
        total = float(alike.sum())
        weights = 1 / n_people + (alike / total if total else 1 / n_people)
        weights = weights * NOT_SEEN ** (self.given[:, unseen] > 0).sum(axis=1)
        if own_row is not None:
            weights[self.rows == own_row] = 0.0
        return np.asarray(weights / max(float(weights.sum()), np.finfo(float).tiny))

    def _left(self, known: NDArray[np.intp]) -> NDArray[np.float64]:
        """The covariance that the answers have left."""
        if not len(known):
            return self.covariance
        across = self.covariance[known]
        return self.covariance - across.T @ np.linalg.solve(across[:, known] + NOISE * np.eye(len(known)), across)
