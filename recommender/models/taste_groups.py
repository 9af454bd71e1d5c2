"""People in groups of like taste, by whom they agree with: clusters of the directions of their ratings.

Source: spherical k-means, Dhillon and Modha, Concept Decompositions for Large Sparse Text Data Using Clustering, Machine Learning 42
(2001), section 3, begun as in k-means++ (Arthur and Vassilvitskii, SODA 2007) with 1 - cosine for the squared distance. Differences: the
best of several beginnings is taken, and a group that loses everybody begins anew at the person who fits worst.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import Arrays, History

BEGINNINGS = 5
MOST_ROUNDS = 50
ENTRIES_AT_ONCE = 500_000  # ratings held against all centres together


@dataclass(frozen=True)
class TasteGroups:
    """Larger groups first, ties by their lowest row.

    centres: shape (n_groups, n_movies), the mean direction of a group, of length 1. sizes: shape (n_groups,), how many people are in each.
    group_of: shape (n_users,), the group of each row, 0 to n_groups - 1; empty where the groups were read back.
    """

    centres: NDArray[np.floating]
    sizes: NDArray[np.int64]
    group_of: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @classmethod
    def of(cls, matrix: RatingMatrix, n_groups: int, *, rng: np.random.Generator) -> TasteGroups:
        """n_groups of the people of the matrix; InvalidInputError unless there are so many people."""
        if not 1 <= n_groups <= matrix.n_users:
            raise InvalidInputError("n_groups", n_groups, f"a whole number from 1 to the {matrix.n_users} people there are")
        directions = _Directions(matrix)
        best = max((directions.clustered(n_groups, rng) for _ in range(BEGINNINGS)), key=lambda found: found[2])
        group_of, centres, _ = best
        order = sorted(range(n_groups), key=lambda group: (-int((group_of == group).sum()), int(np.argmax(group_of == group))))
        return cls(centres[order], np.bincount(group_of, minlength=n_groups)[order], np.argsort(order)[group_of])

    @classmethod
    def restore(cls, arrays: Arrays) -> TasteGroups:
        """What `arrays` gave, of which nothing is copied."""
        return cls(arrays["centres"], arrays["sizes"])

    def arrays(self) -> Arrays:
        """By name, to be saved: all but who is in which group."""
        return {"centres": self.centres.astype(np.float32), "sizes": self.sizes}

    def __len__(self) -> int:
        return len(self.centres)

    def likeness(self, history: History) -> NDArray[np.float64]:
        """The cosine of a history with each group's centre, shape (n_groups,), 0 to 1; all 0 for whoever has rated nothing."""
        half_stars = history.half_stars.astype(np.float64)
        length = float(np.linalg.norm(half_stars))
        return np.asarray(self.centres[:, history.columns] @ half_stars / length if length else np.zeros(len(self.centres)))

    def typical_films(self, group: int, n: int, *, exclude: NDArray[np.integer] | None = None) -> NDArray[np.intp]:
        """Columns of the n films that the group's centre holds most above the other groups' mean, most typical first, ties by column.

        exclude: columns that are left out. Fewer than n where the centre holds no more films above that mean.
        """
        others = np.delete(self.centres, group, axis=0)
        above = self.centres[group] - (others.mean(axis=0) if len(others) else 0.0)
        if exclude is not None:
            above = above.copy()
            above[exclude] = 0.0
        best = np.argsort(-above, kind="stable")[:n]
        return np.asarray(best[above[best] > 0])


class _Directions:
    """Every person's half stars at length 1, kept sparse."""

    def __init__(self, matrix: RatingMatrix) -> None:
        self._matrix = matrix
        lengths = np.sqrt(matrix.squared_rows.astype(np.float64))
        self._rows = np.repeat(np.arange(matrix.n_users), np.diff(matrix.row_starts))
        self._values = matrix.half_stars / lengths[self._rows]

    def clustered(self, n_groups: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.float64], float]:
        """The groups, their centres, and the sum of the cosines with them, which no round lets fall."""
        centres = self._begun(n_groups, rng)
        group_of = np.full(self._matrix.n_users, -1)
        for _ in range(MOST_ROUNDS):
            likeness = self._likeness(centres)
            before, group_of = group_of, np.argmax(likeness, axis=1)
            fit = likeness[np.arange(len(group_of)), group_of]
            for empty in np.setdiff1d(np.arange(n_groups), group_of):
                in_company = np.bincount(group_of, minlength=n_groups)[group_of] > 1
                worst = int(np.argmin(np.where(in_company, fit, np.inf)))
                group_of[worst], fit[worst] = empty, 1.0
            if np.array_equal(before, group_of):
                break
            centres = self._means(group_of, n_groups)
        return group_of, centres, float(fit.sum())

    def _begun(self, n_groups: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Centres at people drawn one after the other, each the likelier the further they are from those drawn before."""
        centres = np.zeros((n_groups, self._matrix.n_movies))
        far = np.ones(self._matrix.n_users)
        for group in range(n_groups):
            chances = far / far.sum() if far.sum() > 1e-9 else np.full(len(far), 1 / len(far))
            row = int(rng.choice(len(far), p=chances))
            span = slice(self._matrix.row_starts[row], self._matrix.row_starts[row + 1])
            centres[group, self._matrix.columns[span]] = self._values[span]
            far = np.minimum(far, np.maximum(1 - self._likeness(centres[group : group + 1])[:, 0], 0.0))
        return centres

    def _likeness(self, centres: NDArray[np.float64]) -> NDArray[np.float64]:
        """The cosine of every person with every centre, shape (n_users, n_groups)."""
        found = np.zeros((self._matrix.n_users, len(centres)))
        for first in range(0, len(self._values), ENTRIES_AT_ONCE):
            span = slice(first, first + ENTRIES_AT_ONCE)
            rows, columns, values = self._rows[span], self._matrix.columns[span].astype(np.intp), self._values[span]
            for group, centre in enumerate(centres):
                found[:, group] += np.bincount(rows, weights=centre[columns] * values, minlength=len(found))
        return found

    def _means(self, group_of: NDArray[np.int64], n_groups: int) -> NDArray[np.float64]:
        cells = group_of[self._rows] * self._matrix.n_movies + self._matrix.columns
        sums = np.bincount(cells, weights=self._values, minlength=n_groups * self._matrix.n_movies).reshape(n_groups, -1)
        return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True))
