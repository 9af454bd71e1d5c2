"""Lists from the people most alike: user-user cosine neighbours and the weighted average of their ratings.

Source: the k-nearest-neighbour scheme of Resnick et al. (GroupLens, CSCW 1994) with cosine similarity as the weight, over the k
most similar of all users. Differences: the average is damped towards one constant, because the plain one ranks a film with a
single five-star vote first; the person's own row is never a neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import Arrays, History, Parameters
from recommender.models.kernels import MOST_NEIGHBOURS, plain
from recommender.models.kernels.fold_in import FoldIn, Given, Overlap, fold_in
from recommender.models.parts import Parts

NEUTRAL_HALF_STARS = 5  # what a film nobody near has rated is worth: 2.5 stars, for everybody and every film
DEFAULTS: Parameters = {"n_neighbours": 40, "damping": 50.0, "n_raters": 40, "rater_damping": 1.0, "own_damping": 5.0}


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The people most alike. rows: most similar first; similarities: beside them, above 0."""

    rows: NDArray[np.int64]
    similarities: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def shares(self) -> NDArray[np.float64]:
        """Of all similarity, each neighbour's."""
        return self.similarities / self.similarities.sum() if len(self) else self.similarities


@dataclass(frozen=True)
class UserCosine:
    """Fitted by keeping the ratings: everything else is computed when somebody asks.

    n_neighbours: how many of the most similar users make a list. damping: λ in b + Σ sim·(r - b) / (Σ sim + λ), the weight of
    imaginary neutral votes; 0 is the plain weighted average. n_raters, rater_damping: the same for predicted stars, where the
    neighbours are the film's own raters. own_damping: how many imaginary ratings at everybody's mean stand beside the person's
    own, so that two fives do not promise a life of fives.
    """

    matrix: RatingMatrix
    parameters: Parameters

    recipe = "user-cosine"
    is_personal = True
    neutral = NEUTRAL_HALF_STARS / 2

    def __post_init__(self) -> None:
        for name, least, most in (("n_neighbours", 1, MOST_NEIGHBOURS), ("n_raters", 1, MOST_NEIGHBOURS)):
            if not least <= self.parameters[name] <= most:
                raise InvalidInputError(name, self.parameters[name], f"a whole number from {least} to {most}")
        for name in ("damping", "rater_damping", "own_damping"):
            if not 0 <= self.parameters[name] < float("inf"):
                raise InvalidInputError(name, self.parameters[name], "a number from 0 up")

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> UserCosine:
        """The model over the matrix; parameters left out take DEFAULTS."""
        return cls(matrix, {**DEFAULTS, **(parameters or {})})

    @property
    def n_neighbours(self) -> int:
        return int(self.parameters["n_neighbours"])

    @property
    def damping(self) -> float:
        return self.parameters["damping"]

    @cached_property
    def mean_half_stars(self) -> NDArray[np.float64]:
        """Each user's mean, in half stars, shape (n_users,)."""
        return self.matrix.row_means

    @cached_property
    def fold(self) -> FoldIn:
        """What works out one person's sums."""
        return fold_in(self.matrix)

    def overlap(self, history: History, dots: NDArray[np.int32] | None = None) -> Overlap:
        """What the history has in common with everybody. dots: its dot products, where they are at hand already."""
        if dots is None:
            dots = np.zeros(self.matrix.n_users, dtype=np.int32)
            self.fold.bring(dots, Given.nothing(), Given(history.columns, history.half_stars))
        half_stars = history.half_stars.astype(np.int64)
        return Overlap(dots, int(half_stars @ half_stars), history.own_row)

    def similarities(self, history: History) -> NDArray[np.float64]:
        """Cosine of the history with every row, shape (n_users,), in [0, 1]; 0 with its own row.

        A film one of the two has not rated adds nothing to the product; it is never taken for a rating of no stars.
        """
        overlap = self.overlap(history)
        found = plain.cosines(overlap.dots.astype(np.float64), self.matrix.squared_rows, overlap.own_squared)
        if history.own_row is not None:
            found[history.own_row] = 0.0
        return found

    def neighbours(self, history: History) -> Neighbourhood:
        """The n_neighbours most similar users, most similar first, ties by lower user id."""
        return self.nearest(self.overlap(history))

    def nearest(self, overlap: Overlap) -> Neighbourhood:
        """The same, from what is in common already."""
        return Neighbourhood(*self.fold.nearest(overlap, min(self.n_neighbours, self.matrix.n_users)))

    def score(self, history: History) -> NDArray[np.float64]:
        """The damped weighted average of the neighbours' stars; NaN for a film none of them has rated."""
        return self.score_by(self.neighbours(history))

    def score_by(self, near: Neighbourhood) -> NDArray[np.float64]:
        """The same, for neighbours already found."""
        return self.fold.scores(near.rows, near.similarities, NEUTRAL_HALF_STARS, self.damping)

    def best_by(self, near: Neighbourhood, n: int, exclude: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.float64]] | None:
        """The n best films above neutral that are not excluded, and their scores: the beginning of what `score_by` is ordered to.

        None where there are fewer, or where all scores are as cheap.
        """
        found = self.fold.best(near.rows, near.similarities, NEUTRAL_HALF_STARS, self.damping, exclude=exclude, above=self.neutral, n=n)
        return found if found is not None and len(found[0]) == n else None

    def arrays(self) -> Arrays:
        """None: it is all in the matrix."""
        return {}

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """The neutral vote, and what each neighbour who rated the film adds, of either sign."""
        from recommender.models.contributions import Contributions  # which is made of this model

        return Contributions(self, history, self.neighbours(history), np.asarray(columns, dtype=np.intp)).parts()

    def best_possible(self, near: Neighbourhood) -> float:
        """The score of a film to which every neighbour gave five stars: what `score` could reach for this person."""
        weights = np.array([np.sum(near.similarities)])
        return float(damped_average(weights * (10 - NEUTRAL_HALF_STARS), weights, self.damping)[0])

    def predict(self, history: History, column: int) -> float:
        """The person's damped mean plus the similarity-weighted mean deviation of the film's most similar raters.

        A film without raters gives that mean; a person without ratings gives the mean of the film, then of everybody.
        """
        return float(self.predict_many(history, np.array([column], dtype=np.int32))[0])

    def predict_many(self, history: History, columns: NDArray[np.int32], *, overlap: Overlap | None = None) -> NDArray[np.float64]:
        """`predict` for several films of one person, shape of columns; a column of -1 (no such film) has no raters.

        overlap: what `overlap(history)` gave, where it is at hand already.
        """
        if not len(history):
            return np.array([self._mean_of(int(column), history.own_row) for column in columns])
        own_mean, known = self._own_mean(history), columns >= 0
        found = np.full(len(columns), _in_stars(own_mean))
        if known.any():
            overlap = self.overlap(history) if overlap is None else overlap
            n_raters = max(1, min(int(self.parameters["n_raters"]), self.matrix.n_users))
            near = self.fold.raters(overlap, columns[known], n_raters, self.mean_half_stars)
            found[known] = [self._predicted(own_mean, *raters) for raters in near]
        return found

    def _own_mean(self, history: History) -> float:
        """The person's mean in half stars, damped towards that of everybody else."""
        theirs = np.zeros(0, np.uint8) if history.own_row is None else self.matrix.row(history.own_row)[1]
        others = self.matrix.n_ratings - len(theirs)
        mean = (self._all_half_stars - int(theirs.sum())) / others if others else float(NEUTRAL_HALF_STARS)
        damping = self.parameters["own_damping"]
        return (int(history.half_stars.sum()) + damping * mean) / (len(history) + damping)

    def _predicted(self, own_mean: float, similarities: NDArray[np.float64], deviations: NDArray[np.float64]) -> float:
        # numpy's sum, whose order is always the same: these are no multiples of 2^-SIMILARITY_BITS.
        total = float(np.add.reduce(similarities)) + self.parameters["rater_damping"]
        return _in_stars(own_mean + (float(np.add.reduce(similarities * deviations)) / total if len(similarities) else 0.0))

    def _mean_of(self, column: int, own_row: int | None) -> float:
        """What a film is given by others, for somebody without ratings."""
        raters, half_stars = self.matrix.column(column) if column >= 0 else (np.zeros(0, np.int32), np.zeros(0, np.uint8))
        if own_row is not None:
            half_stars = half_stars[raters != own_row]
        return _in_stars(float(half_stars.mean()) if len(half_stars) else self.overall_mean_half_stars)

    @property
    def overall_mean_half_stars(self) -> float:
        """The mean of all ratings in half stars; the neutral vote when there are none."""
        return self._all_half_stars / self.matrix.n_ratings if self.matrix.n_ratings else float(NEUTRAL_HALF_STARS)

    @cached_property
    def _all_half_stars(self) -> int:
        return int(self.matrix.column_sums.sum())


def damped_average(votes: NDArray[np.float64], weights: NDArray[np.float64], damping: float) -> NDArray[np.float64]:
    """b + Σ sim·(r - b) / (Σ sim + λ) in stars, from the sums in half stars; NaN where no weight is."""
    return plain.damped_average(votes, weights, NEUTRAL_HALF_STARS, damping)


def _in_stars(half_stars: float) -> float:
    return min(max(half_stars / 2, 0.5), 5.0)
