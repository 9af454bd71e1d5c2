"""For each film the votes of the most similar of its raters: the neighbour sums of `user-knn`, for one person and every film.

Deviations from a mean are not whole numbers, but a person's count n times each rating less the sum s of all is, n·r - s, and a cosine
does not change when one side is made n times as long. So dot products are exact here too, of two sums over the films that both rated:

    Σ x_a·(n_b·r_b - s_b) = n_b · Σ x_a·r_b - s_b · Σ x_a        with x_a = n_a·r_a - s_a

A similarity S is rounded to a whole multiple of 2^-36, a voter's mean to one of 2^-23 half stars, and S times that mean to one of 2^-36
again; a vote is S·r less that. All that is added up is thus whole and, up to MOST_NEIGHBOURS votes, below 2^53: every order gives the
same. The kernel in C and its twin in numpy give the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import MOST_SHORT, RatingMatrix
from recommender.errors import DataError
from recommender.models.kernels import SIMILARITY_BITS, native, plain

SCALE = 2.0**SIMILARITY_BITS
MEAN_SCALE = 2.0**23  # a similarity and a mean together fill the 64 bits that the kernel keeps for each voter
BLOCK = 2_000_000  # ratings that numpy looks at at once: bounds memory at about 200 MB
MOST_RATINGS = 400_000  # of one person: the dot product of two such people is still below 2^63
# People vote on a film in turn, most similar first, until it has k votes. With n raters it takes about k / n of everybody for that: films
# that many have rated are full soon, and whole rows are looked at; for the others nearly everybody is asked, so their ratings lie apart.
MOST_APART = 0.2  # of all ratings, four bytes each
STAR_BITS = 4
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Votes:
    """What the most similar raters of each film say. sums: Σ S·(half stars - the voter's mean). weights: Σ S. voters: how many.

    All of shape (n_movies,); sums and weights are whole numbers, in units of 2^-36. similarities: shape (n_users,), of whoever is similar
    enough to vote, else 0.
    """

    sums: Floats
    weights: Floats
    voters: NDArray[np.uint16]
    similarities: Floats


@dataclass(frozen=True, slots=True)
class Apart:
    """What the kernel reads of films with fewer raters than `many`, instead of everybody's whole row.

    films: their columns, by raters ascending. ratings: each person's of films that at most k have rated, one person after the other, then
    each person's of the other films, by raters ascending; one is its film's place in `films` times 16, and its half stars. starts: where
    in them a person's begin, shape (2 * n_users + 1,).
    """

    many: int
    films: NDArray[np.int32]
    starts: NDArray[np.int32]
    ratings: NDArray[np.uint32]


class PerFilm:
    """A matrix made ready for one person after the other."""

    def __init__(self, matrix: RatingMatrix) -> None:
        """DataError for arrays that contradict each other, as those of a damaged file may: the kernel reads where they point."""
        _refuse_damaged(matrix)
        self._matrix = matrix
        counts = np.diff(matrix.row_starts)
        if counts.max(initial=0) > MOST_RATINGS:
            raise DataError(f"Somebody has rated {counts.max():,} films; with more than {MOST_RATINGS:,} similarities are not exact.")
        totals = np.concatenate([[0], np.cumsum(matrix.half_stars, dtype=np.int64)])
        sums = totals[matrix.row_starts[1:]] - totals[matrix.row_starts[:-1]]
        del totals
        self._counts, self._sums = counts.astype(np.int32), sums.astype(np.int32)
        self._squares = (counts * (counts * matrix.squared_rows - sums**2)).astype(np.float64)
        self._means = np.rint(sums / np.maximum(counts, 1) * MEAN_SCALE).astype(np.int32)
        self._apart: tuple[int, Apart] | None = None  # for so many neighbours

    def votes(self, columns: NDArray[np.integer], half_stars: NDArray[np.uint8], own_row: int | None, *, k: int, least: float) -> Votes:
        """Of the k most similar raters of each film, ties by lower row, among people whose similarity is at least `least` and above 0.

        columns, half_stars: the person's own ratings; own_row: which row is theirs, and no neighbour.
        """
        kernel = native.kernel("per_film")
        if kernel:
            return self._compiled(kernel, columns, half_stars, own_row, k, least)
        return self._plain(self.similarities(columns, half_stars, own_row), k, least)

    def similarities(self, columns: NDArray[np.integer], half_stars: NDArray[np.uint8], own_row: int | None) -> Floats:
        """Cosine of the person's deviations from their mean with everybody's, shape (n_users,); 0 with their own row.

        A film that one of the two has not rated adds nothing to the product, and counts in the length of whoever rated it.
        """
        own = half_stars.astype(np.int64)
        deviations = len(own) * own - own.sum()
        by_stars, alone = self._sums_of_raters(columns, deviations)
        dots = self._counts * by_stars - self._sums * alone
        own_squared = len(own) * (len(own) * int(np.sum(own**2)) - int(own.sum()) ** 2)
        found = _cosines(dots, self._squares, float(own_squared))
        if own_row is not None:
            found[own_row] = 0.0
        return found

    def nearest(self, similarities: Floats, column: int, *, k: int) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Who votes on one film: their rows, most similar first, their similarities and their votes, S·(half stars - their mean).

        similarities: as in `Votes`.
        """
        raters, half_stars = self._matrix.column(column)
        near = plain.nearest(similarities[raters], k)
        rows = raters[near].astype(np.int64)
        return rows, similarities[rows], self._voted(similarities[rows], rows, half_stars[near]) / SCALE

    def _voted(self, similarities: Floats, rows: NDArray[np.integer], half_stars: NDArray[np.uint8]) -> Floats:
        """Votes in units of 2^-36."""
        scaled = similarities * SCALE
        return np.asarray(scaled * half_stars - np.rint(scaled * (self._means[rows] / MEAN_SCALE)))

    def _sums_of_raters(self, columns: NDArray[np.integer], deviations: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For everybody, of the films that both rated: the sum of deviations times their half stars, and of the deviations."""
        matrix, n_users = self._matrix, self._matrix.n_users
        by_stars, alone = np.zeros(n_users), np.zeros(n_users)  # whole numbers, below 2^53
        starts, lengths = matrix.column_starts[columns], matrix.raters[columns]
        for films in _blocks(lengths):
            entries = plain.spans(starts[films], lengths[films])
            rows, theirs = matrix.rows_of(columns[films]), np.repeat(deviations[films].astype(np.float64), lengths[films])
            by_stars += np.bincount(rows, weights=theirs * matrix.column_half_stars[entries], minlength=n_users)
            alone += np.bincount(rows, weights=theirs, minlength=n_users)
        return by_stars.astype(np.int64), alone.astype(np.int64)

    def _plain(self, similarities: Floats, k: int, least: float) -> Votes:
        """People vote one after the other, most similar first, while a film has less than k votes."""
        matrix = self._matrix
        similarities = np.where(similarities >= least, similarities, 0.0)
        near = np.flatnonzero(similarities)
        near = near[np.argsort(-similarities[near], kind="stable")]
        starts, lengths = matrix.row_starts[near], matrix.row_starts[near + 1] - matrix.row_starts[near]
        sums, weights, voters = np.zeros(matrix.n_movies), np.zeros(matrix.n_movies), np.zeros(matrix.n_movies, dtype=np.int64)
        for people in _blocks(lengths):
            entries, rows = plain.spans(starts[people], lengths[people]), np.repeat(near[people], lengths[people])
            is_open = voters[matrix.columns[entries]] < k
            entries, rows = entries[is_open], rows[is_open]
            columns = matrix.columns[entries].astype(np.int64)
            by_film = np.argsort(columns, kind="stable")
            counts = np.bincount(columns, minlength=matrix.n_movies)
            place = np.arange(len(columns)) - np.repeat(np.cumsum(counts) - counts, counts)
            kept = by_film[place + voters[columns[by_film]] < k]
            columns, rows = columns[kept], rows[kept]
            sums += np.bincount(columns, self._voted(similarities[rows], rows, matrix.half_stars[entries[kept]]), matrix.n_movies)
            weights += np.bincount(columns, similarities[rows] * SCALE, matrix.n_movies)
            voters += np.bincount(columns, minlength=matrix.n_movies)
        return Votes(sums, weights, voters.astype(np.uint16), similarities)

    def _compiled(
        self, kernel: ModuleType, columns: NDArray[np.integer], half_stars: NDArray[np.uint8], own_row: int | None, k: int, least: float
    ) -> Votes:
        matrix = self._matrix
        sums, voters = np.empty((matrix.n_movies, 2)), np.empty(matrix.n_movies, dtype=np.uint16)
        similarities = np.empty(matrix.n_users)
        by_row = (matrix.row_starts, matrix.columns, matrix.half_stars)
        by_column = (matrix.column_starts, matrix.rows, matrix.column_half_stars, matrix.row_splits)
        apart = self._apart_for(k)
        kernel.votes(
            *by_row,
            *by_column,
            self._counts,
            self._sums,
            self._squares,
            self._means,
            apart.films,
            apart.starts,
            apart.ratings,
            np.ascontiguousarray(columns, dtype=np.int32),
            np.ascontiguousarray(half_stars, dtype=np.uint8),
            -1 if own_row is None else own_row,
            max(1.0, np.ceil(least * SCALE)),
            k,
            apart.many,
            sums,
            voters,
            similarities,
        )
        return Votes(sums[:, 0], sums[:, 1], voters, similarities)

    def _apart_for(self, k: int) -> Apart:
        if self._apart is None or self._apart[0] != k:
            self._apart = k, _set_apart(self._matrix, k, self._many_from(k))
        return self._apart[1]

    def _many_from(self, k: int) -> int:
        """From how many raters on a film counts as rated by many: the others have MOST_APART of all ratings, or k raters each."""
        raters = np.sort(self._matrix.raters)
        most = min(int(MOST_APART * self._matrix.n_ratings), np.iinfo(np.int32).max)
        n_apart = int(np.searchsorted(np.cumsum(raters), most, side="right"))
        return max(k + 1, int(raters[n_apart]) if n_apart < len(raters) else 0)


def _set_apart(matrix: RatingMatrix, k: int, many: int) -> Apart:
    """Each rating in 64 bits, the person above and what is kept of it below, so that one sort puts them in order."""
    films = np.argsort(matrix.raters, kind="stable")
    raters = matrix.raters[films]
    n_few, n_apart = np.searchsorted(raters, [min(k + 1, many), many])
    films, raters = films[:n_apart], raters[:n_apart]
    entries = matrix.rows_of(films).astype(np.int64)
    entries[int(raters[:n_few].sum()) :] += matrix.n_users
    entries = entries << 32 | np.repeat(np.arange(n_apart) << STAR_BITS, raters)
    entries |= matrix.column_half_stars[plain.spans(matrix.column_starts[films], raters)]
    entries.sort()
    starts = np.searchsorted(entries, np.arange(2 * matrix.n_users + 1) << 32)
    return Apart(many, films.astype(np.int32), starts.astype(np.int32), entries.astype(np.uint32))


def _cosines(dots: NDArray[np.int64], squares: Floats, own_squared: float) -> Floats:
    """From 0 up, rounded to multiples of 2^-36; 0 where the dot product is not above 0."""
    found = np.zeros(len(dots))
    alike = np.flatnonzero(dots > 0)
    found[alike] = np.rint(dots[alike].astype(np.float64) / np.sqrt(squares[alike] * own_squared) * SCALE) / SCALE
    return found


def _blocks(lengths: NDArray[np.int64]) -> list[slice]:
    """Slices of what has these lengths, each of BLOCK together at most, or of a single one."""
    ends, blocks, first = np.cumsum(lengths), [], 0
    while first < len(lengths):
        before = int(ends[first] - lengths[first])
        last = max(first + 1, int(np.searchsorted(ends, before + BLOCK, side="right")))
        blocks.append(slice(first, last))
        first = last
    return blocks


def _refuse_damaged(matrix: RatingMatrix) -> None:
    for starts, indices, stars, most in (
        (matrix.row_starts, matrix.columns, matrix.half_stars, matrix.n_movies),
        (matrix.column_starts, matrix.rows, matrix.column_half_stars, matrix.n_users),
    ):
        n = len(indices)
        if starts[0] != 0 or starts[-1] != n or len(stars) != n or np.any(np.diff(starts) < 0):
            raise DataError(f"The ratings are damaged: their starts do not lead from 0 to {n:,}, the number of ratings.")
        if n and (int(indices.min()) < 0 or int(indices.max()) >= most or int(stars.max()) > 10):
            raise DataError(f"The ratings are damaged: one is not of the {most:,} rows or columns there are, or above five stars.")
        if np.diff(starts).max(initial=0) > most:
            raise DataError(f"The ratings are damaged: somebody or some film has more of them than the {most:,} that can be.")
    if matrix.row_splits.shape[1]:
        _refuse_damaged_splits(matrix)


def _refuse_damaged_splits(matrix: RatingMatrix) -> None:
    """Of starts that are in order. Only in the last block of people there may be rows of nobody, as long as they are of two bytes."""
    n_splits = (matrix.n_users - 1) // MOST_SHORT
    if matrix.rows.dtype != np.uint16 or matrix.row_splits.shape != (matrix.n_movies, n_splits):
        raise DataError(f"The ratings are damaged: the rows of {matrix.n_users:,} people are not split in {n_splits} places.")
    bounds = np.column_stack([matrix.column_starts[:-1, np.newaxis] + matrix.row_splits, matrix.column_starts[1:]])
    if np.any(np.diff(bounds, prepend=matrix.column_starts[:-1, np.newaxis]) < 0):
        raise DataError("The ratings are damaged: a film's raters are split at places that do not ascend within them.")
    last = bounds[bounds[:, -2] < bounds[:, -1], -2:].ravel()
    if len(last) and np.maximum.reduceat(matrix.rows, last[: np.searchsorted(last, len(matrix.rows))])[::2].max() >= (
        matrix.n_users - n_splits * MOST_SHORT
    ):
        raise DataError(f"The ratings are damaged: one is of nobody among the {matrix.n_users:,} people there are.")
