"""The neighbour sums for one person who waits: compiled where that was built, else by `plain`; the one place that knows which.

Whichever it is gives the same bits. Dot products are kept as whole numbers, so that those of a history can be brought to those of the
next by what has changed, and are then the same as if they had been added up anew.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models.kernels import cores, plain
from recommender.models.kernels.native import kernel

MOST_MOVIES = 2**31 // 100 - 1  # a dot product of so many films of ten half stars is a number of 32 bits
NOBODY = -1  # stands for no row
WORTH_SHARING = 800_000  # ratings to add up, some .8 ms, from which on another core takes two fifths of them
HELPER = ThreadPoolExecutor(1, "adds up ratings")  # its thread begins when it is first asked, so never before a web server forks
LOOKED_THROUGH = 512  # of the nearest people: among them are most often those who have rated a well-known film

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody has given. columns: ascending, each once. half_stars: 1 to 10, beside them."""

    columns: NDArray[np.integer[Any]]
    half_stars: NDArray[np.uint8]

    @classmethod
    def nothing(cls) -> Given:
        return cls(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint8))


@dataclass(slots=True)
class Overlap:
    """What a history has in common with everybody. dots: its dot product with every row, shape (n_users,).

    own_squared: its squared norm. own_row: the row that is the person's own and no neighbour, or None.
    found: the nearest that `Compiled` has found already, for its next question.
    """

    dots: NDArray[np.int32]
    own_squared: int
    own_row: int | None
    found: tuple[Rows, Floats] | None = None


class FoldIn(Protocol):
    """What a matrix is asked for one person."""

    def bring(self, dots: NDArray[np.int32], before: Given, now: Given) -> int:
        """Make the dot products of `before` those of `now`, in place; how many were added to. Those of nothing are 0."""

    def nearest(self, overlap: Overlap, k: int) -> tuple[Rows, Floats]:
        """The rows of the k most similar and their similarities, highest first, ties by lower row; none that is not above 0."""

    def raters(self, overlap: Overlap, columns: NDArray[np.int32], k: int, means: Floats) -> list[tuple[Floats, Floats]]:
        """For each film the similarities of its k nearest raters, as `nearest` orders, and by how much they gave it more than their mean.

        means: of everybody, in half stars, shape (n_users,).
        """

    def scores(self, rows: NDArray[np.integer[Any]], similarities: Floats, centre: int, damping: float) -> Floats:
        """b + Σ sim·(r - b) / (Σ sim + damping) over these rows, in stars, shape (n_movies,); NaN for a film that none has rated.

        centre: b, in half stars.
        """

    def best(
        self,
        rows: NDArray[np.integer[Any]],
        similarities: Floats,
        centre: int,
        damping: float,
        *,
        exclude: NDArray[np.bool_],
        above: float,
        n: int,
    ) -> tuple[NDArray[np.intp], Floats] | None:
        """Of `scores` the columns and scores of the n best above a number that are not excluded, best first, ties by lower column.

        exclude: shape (n_movies,). None where this takes no less than all the scores.
        """

    def ratings(self, rows: NDArray[np.integer[Any]], columns: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
        """The half stars of these rows for these films alone, shape (rows, columns), 0 for none."""

    def dealt(self, rows: NDArray[np.integer[Any]], given: Given, amounts: Floats) -> Floats:
        """What each row adds to each of some scores, dealt out among the films given in proportion to the products of half stars.

        amounts: shape (scores, rows). Shape (scores, films); added up in the order of the rows, of whom one with nothing in common adds 0.
        """


def fold_in(matrix: RatingMatrix) -> FoldIn:
    """The fastest that there is."""
    compiled = kernel("fold_in")
    return Plain(matrix) if compiled is None or matrix.n_movies > MOST_MOVIES else Compiled(matrix, compiled)


def best(scores: NDArray[np.floating[Any]], k: int, *, exclude: NDArray[np.bool_], above: float) -> NDArray[np.intp] | None:
    """The columns of the k best scores above a number, best first, ties by lower column; None where nothing compiled is there for it."""
    compiled = kernel("fold_in")
    if compiled is None or scores.dtype != np.float64:
        return None
    columns = np.empty(k, dtype=np.int64)
    found = compiled.best(np.ascontiguousarray(scores), np.ascontiguousarray(exclude), columns, above)
    return columns[:found].astype(np.intp, copy=False)


class Plain:
    """By numpy."""

    def __init__(self, matrix: RatingMatrix) -> None:
        self._matrix = matrix

    def bring(self, dots: NDArray[np.int32], before: Given, now: Given) -> int:
        if not len(before.columns):
            dots[:] = plain.overlaps(self._matrix, now.columns, now.half_stars)
            return int(self._matrix.raters[now.columns].sum())
        union = np.union1d(before.columns, now.columns)
        times = _half_stars_of(now, union) - _half_stars_of(before, union)
        changed = np.flatnonzero(times)
        for column, more in zip(union[changed].tolist(), times[changed].tolist(), strict=True):
            rows, half_stars = self._matrix.column(column)
            dots[rows] += half_stars.astype(np.int32) * np.int32(more)
        return int(self._matrix.raters[union[changed]].sum())

    def nearest(self, overlap: Overlap, k: int) -> tuple[Rows, Floats]:
        similarities = plain.cosines(overlap.dots.astype(np.float64), self._matrix.squared_rows, overlap.own_squared)
        if overlap.own_row is not None:
            similarities[overlap.own_row] = 0.0
        rows = plain.nearest(similarities, k)
        return rows.astype(np.int64, copy=False), similarities[rows]

    def raters(self, overlap: Overlap, columns: NDArray[np.int32], k: int, means: Floats) -> list[tuple[Floats, Floats]]:
        found = []
        for column in columns.tolist():
            rows, half_stars = self._matrix.column(column)
            if overlap.own_row is not None:
                others = rows != overlap.own_row
                rows, half_stars = rows[others], half_stars[others]
            similarities = plain.cosines(overlap.dots[rows].astype(np.float64), self._matrix.squared_rows[rows], overlap.own_squared)
            near = plain.nearest(similarities, k)
            found.append((similarities[near], half_stars[near] - means[rows[near]]))
        return found

    def scores(self, rows: NDArray[np.integer[Any]], similarities: Floats, centre: int, damping: float) -> Floats:
        votes, weights = plain.weighted_sums(self._matrix, rows.astype(np.intp, copy=False), similarities, centre)
        return plain.damped_average(votes, weights, centre, damping)

    def best(
        self,
        rows: NDArray[np.integer[Any]],
        similarities: Floats,
        centre: int,
        damping: float,
        *,
        exclude: NDArray[np.bool_],
        above: float,
        n: int,
    ) -> tuple[NDArray[np.intp], Floats] | None:
        return None

    def ratings(self, rows: NDArray[np.integer[Any]], columns: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
        return plain.ratings(self._matrix, rows.astype(np.intp, copy=False), columns)

    def dealt(self, rows: NDArray[np.integer[Any]], given: Given, amounts: Floats) -> Floats:
        products = self.ratings(rows, given.columns).astype(np.float64) * given.half_stars
        totals = products.sum(axis=1, keepdims=True)
        shares = np.divide(products, totals, out=np.zeros_like(products), where=totals > 0)
        found = np.zeros((len(amounts), len(given.columns)))
        for amount, share in zip(amounts.T, shares, strict=True):
            found += amount[:, np.newaxis] * share
        return found


class Compiled:
    """By the kernel in C, on the arrays as they are mapped."""

    def __init__(self, matrix: RatingMatrix, compiled: ModuleType) -> None:
        self._matrix, self._compiled = matrix, compiled
        self._inverse = _upper_halves_of_inverse(matrix.squared_rows)
        self._by_column = (matrix.column_starts, matrix.rows, matrix.column_half_stars, matrix.row_splits)
        self._by_row = (matrix.row_starts, matrix.columns, matrix.half_stars)
        self._n_blocks = matrix.row_splits.shape[1] + 1

    def bring(self, dots: NDArray[np.int32], before: Given, now: Given) -> int:
        middle = self._n_blocks // 2
        n_to_add = 0 if len(before.columns) else self._matrix.raters.take(now.columns, mode="clip").sum()
        if not middle or n_to_add < WORTH_SHARING or cores() < 2:
            return self._brought(dots, before, now, 0, self._n_blocks)
        # Each thread has people of its own, so that they write side by side. The helper begins later, and has the smaller half.
        helped = HELPER.submit(self._brought, dots, before, now, 0, middle)
        try:
            n_added = self._brought(dots, before, now, middle, self._n_blocks)
        finally:
            is_left = helped.cancel()
            if not is_left:
                helped.exception()  # waits for it: whatever happens, nobody writes any more afterwards
        if is_left:
            self._brought(dots, before, now, 0, middle)
        else:
            helped.result()
        return n_added

    def _brought(self, dots: NDArray[np.int32], before: Given, now: Given, first: int, end: int) -> int:
        found: int = self._compiled.bring(
            dots, *self._by_column, _whole(before.columns), before.half_stars, _whole(now.columns), now.half_stars, first, end
        )
        return found

    def nearest(self, overlap: Overlap, k: int) -> tuple[Rows, Floats]:
        if overlap.found is None or len(overlap.found[0]) < k:
            rows, similarities = np.empty(k, dtype=np.int64), np.empty(k)
            n = self._compiled.nearest(
                overlap.dots, self._matrix.squared_rows, self._inverse, rows, similarities, overlap.own_squared, _row(overlap)
            )
            overlap.found = rows[:n], similarities[:n]
        rows, similarities = overlap.found
        return rows[:k], similarities[:k]

    def raters(self, overlap: Overlap, columns: NDArray[np.int32], k: int, means: Floats) -> list[tuple[Floats, Floats]]:
        nearest, theirs = self.nearest(overlap, min(LOOKED_THROUGH, len(overlap.dots) // 64))
        counts = np.empty(len(columns), dtype=np.int64)
        similarities, deviations = np.empty((len(columns), k)), np.empty((len(columns), k))
        self._compiled.raters(
            overlap.dots,
            self._matrix.squared_rows,
            self._inverse,
            means,
            *self._by_column,
            *self._by_row,
            nearest,
            theirs,
            _whole(columns),
            counts,
            similarities,
            deviations,
            overlap.own_squared,
            _row(overlap),
            k,
        )
        return [(similarities[at, :n], deviations[at, :n]) for at, n in enumerate(counts.tolist())]

    def scores(self, rows: NDArray[np.integer[Any]], similarities: Floats, centre: int, damping: float) -> Floats:
        scores = np.empty(self._matrix.n_movies)
        self._compiled.scores(*self._by_row, rows.astype(np.int64, copy=False), similarities, scores, centre, damping)
        return scores

    def best(
        self,
        rows: NDArray[np.integer[Any]],
        similarities: Floats,
        centre: int,
        damping: float,
        *,
        exclude: NDArray[np.bool_],
        above: float,
        n: int,
    ) -> tuple[NDArray[np.intp], Floats] | None:
        columns, scores = np.empty(n, dtype=np.int64), np.empty(n)
        if len(exclude) != self._matrix.n_movies:
            raise ValueError(f"exclude must be of {self._matrix.n_movies} films, not of {len(exclude)}.")
        found = self._compiled.list(
            *self._by_row, rows.astype(np.int64, copy=False), similarities, exclude, columns, scores, centre, damping, above
        )
        return columns[:found].astype(np.intp, copy=False), scores[:found]

    def ratings(self, rows: NDArray[np.integer[Any]], columns: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
        found = np.empty((len(rows), len(columns)), dtype=np.uint8)
        self._compiled.ratings(*self._by_row, rows.astype(np.int64, copy=False), _whole(columns), found, self._matrix.n_movies)
        return found

    def dealt(self, rows: NDArray[np.integer[Any]], given: Given, amounts: Floats) -> Floats:
        found = np.empty((len(given.columns), len(amounts)))
        self._compiled.dealt(
            *self._by_row,
            rows.astype(np.int64, copy=False),
            _whole(given.columns),
            given.half_stars,
            np.ascontiguousarray(amounts.T),
            found,
            self._matrix.n_movies,
        )
        return found.T


def _half_stars_of(given: Given, columns: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """What was given to each of the columns, which hold all that were, ascending; 0 for none."""
    found = np.zeros(len(columns), dtype=np.int64)
    found[np.searchsorted(columns, given.columns)] = given.half_stars
    return found


def _whole(columns: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]]:
    return np.ascontiguousarray(columns)


def _row(overlap: Overlap) -> int:
    return NOBODY if overlap.own_row is None else overlap.own_row


def _upper_halves_of_inverse(squared: NDArray[np.int64]) -> NDArray[np.uint16]:
    """1 / squared as float32, rounded to the upper 16 bits: what the kernel compares people by; 0 where a norm is 0."""
    inverse = np.divide(1, squared, out=np.zeros(len(squared)), where=squared > 0).astype(np.float32)
    return ((inverse.view(np.uint32) + np.uint32(1 << 15)) >> np.uint32(16)).astype(np.uint16)
