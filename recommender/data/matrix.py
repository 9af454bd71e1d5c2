"""Ratings as a sparse matrix: the only place where ids become rows and columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.data.ratings import RatingTable

Arrays = Mapping[str, NDArray[np.generic]]
MOST_SHORT = 2**16  # rows or columns that two bytes tell apart: a block of people
LATEST = 2**32 - 1  # seconds since 1970 that four bytes hold: in February 2106
AT_ONCE = 1 << 20  # ratings: what is worked out beside the matrix stays some ten megabytes whatever its size
WIDEST_TABLE = 1 << 24  # ids up to which a table finds the place of each, instead of a search


@dataclass(frozen=True)
class RatingMatrix:
    """Users by movies, twice: by row (each user's ratings) and by column (each movie's raters). Never dense.

    user_ids, movie_ids: ascending; a user's row and a movie's column are their positions here, so equal scores in column
    order are equal scores in id order.
    row_starts: shape (n_users + 1,); the ratings of row u are row_starts[u]:row_starts[u + 1] of `columns` (ascending in a row),
    `half_stars` (1 to 10) and `rated_at` (seconds since 1970, UTC; 0 where the data name no time).
    column_starts, rows, column_half_stars: the same by column, rows ascending.
    row_splits: shape (n_movies, blocks of MOST_SHORT people less one): where in a column the rows of the next block begin, counted from
    the column's beginning. Rows are counted from the first of their block, so that two bytes hold them. Of one block, or of rows in
    four bytes, which are counted from 0, there is nothing to split: shape (n_movies, 0).

    The long arrays are as narrow as they may be: `columns` of two bytes where there are no more than MOST_SHORT, else of four; `rows` of
    two, but for `_is_split`; `rated_at` of four. numpy wraps round in such types: to reckon with them take what the methods give, which is
    wide, or widen them. Only who knows of `row_splits` may look at `rows`.
    """

    user_ids: NDArray[np.int32]
    movie_ids: NDArray[np.int32]
    row_starts: NDArray[np.int64]
    columns: NDArray[np.integer]
    half_stars: NDArray[np.uint8]
    rated_at: NDArray[np.uint32]
    column_starts: NDArray[np.int64]
    rows: NDArray[np.integer]
    column_half_stars: NDArray[np.uint8]
    row_splits: NDArray[np.int32]

    @classmethod
    def of(cls, ratings: RatingTable, movie_ids: NDArray[np.int32]) -> RatingMatrix:
        """The matrix over all the movies given (ascending), rated or not; every rating must be of one of them.

        A time before 1970 counts as unknown, one after LATEST as LATEST.
        """
        movie_ids = np.asarray(movie_ids, dtype=np.int32)
        user_ids = _distinct(ratings.user_ids)
        rows, columns = _places(user_ids, ratings.user_ids), _places(movie_ids, ratings.movie_ids)
        half_stars, rated_at = ratings.half_stars, _narrowed(ratings.rated_at)
        if not _is_by_row(rows, columns):
            order = _by_row(rows, columns)
            rows, columns, half_stars, rated_at = rows[order], columns[order], half_stars[order], rated_at[order]
            del order
        row_starts, column_starts = _starts(rows, len(user_ids)), _starts(columns, len(movie_ids))
        row_splits = _row_splits(columns, row_starts, len(movie_ids))
        kept = np.dtype(np.uint16) if row_splits.shape[1] else rows.dtype
        by_column = _by_column(rows, columns, half_stars, column_starts, kept)
        return cls(user_ids, movie_ids, row_starts, columns, half_stars, rated_at, column_starts, *by_column, row_splits)

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> RatingMatrix:
        """The matrix from what `arrays` gave, memory-mapped or not; in older types than today's, or without what follows from it, too."""
        found = {"row_splits": np.zeros((len(arrays["movie_ids"]), 0), dtype=np.int32), **arrays}
        if SPLIT_ROWS in found:
            found["rows"] = found[SPLIT_ROWS]
        made = cls(**{name: found[name] for name in cls.__dataclass_fields__})  # type: ignore[arg-type]
        made.__dict__.update({name: arrays[name] for name in SUMS if name in arrays})
        if LATEST_OF_ALL in arrays:
            made.__dict__[LATEST_OF_ALL] = int(arrays[LATEST_OF_ALL][0])
        return made

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every array under its name, to be saved, with what takes long to work out from them all.

        Rows that are split have a name of their own: a program that knows of no splits must not take them for whole ones.
        """
        kept = {name: getattr(self, name) for name in (*self.__dataclass_fields__, *SUMS)}
        if self.row_splits.shape[1]:
            kept[SPLIT_ROWS] = kept.pop("rows")
        return {**kept, LATEST_OF_ALL: np.array([self.latest], dtype=np.int64)}

    def ratings(self) -> RatingTable:
        """All there is, as it would be read: by user, then by movie."""
        return RatingTable(
            np.repeat(self.user_ids, np.diff(self.row_starts)),
            self.movie_ids[self.columns],
            np.asarray(self.half_stars),
            self.rated_at.astype(np.int64),
        )

    @property
    def n_users(self) -> int:
        return len(self.user_ids)

    @property
    def n_movies(self) -> int:
        return len(self.movie_ids)

    @property
    def n_ratings(self) -> int:
        return len(self.columns)

    def row_of(self, user_id: int) -> int | None:
        """The user's row, or None for somebody the matrix does not hold."""
        return _position(self.user_ids, user_id)

    def column_of(self, movie_id: int) -> int | None:
        """The movie's column, or None for a movie that is not in the catalogue."""
        return _position(self.movie_ids, movie_id)

    def columns_of(self, movie_ids: NDArray[np.integer]) -> NDArray[np.int32]:
        """The column of each movie; -1 for one that is not in the catalogue."""
        if not len(self.movie_ids):
            return np.full(len(movie_ids), -1, dtype=np.int32)
        at = np.minimum(np.searchsorted(self.movie_ids, movie_ids), len(self.movie_ids) - 1)
        return np.where(self.movie_ids[at] == movie_ids, at, -1).astype(np.int32)

    def row(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """The columns and half stars of one user."""
        span = slice(self.row_starts[row], self.row_starts[row + 1])
        return self.columns[span].astype(np.int32, copy=False), self.half_stars[span]

    def times(self, row: int) -> NDArray[np.integer]:
        """When one user rated each film, beside `row`: a view that reads nothing, and as narrow as the array."""
        return self.rated_at[self.row_starts[row] : self.row_starts[row + 1]]

    def column(self, column: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """The rows and half stars of one movie's raters."""
        span = slice(self.column_starts[column], self.column_starts[column + 1])
        splits = self.row_splits[column].tolist()
        rows = self.rows[span].astype(np.int32, copy=bool(splits))
        for split in splits:
            rows[split:] += MOST_SHORT
        return rows, self.column_half_stars[span]

    def rows_of(self, columns: NDArray[np.integer]) -> NDArray[np.int32]:
        """The rows of these movies' raters, one movie after the other, shape (sum of their raters,)."""
        bounds = self._bounds(columns)
        lengths = np.diff(bounds, axis=1)
        ends = np.cumsum(lengths)
        entries = np.arange(ends[-1] if len(ends) else 0) + np.repeat(bounds[:, :-1].ravel() - (ends - lengths.ravel()), lengths.ravel())
        rows: NDArray[np.int32] = self.rows[entries].astype(np.int32, copy=False)
        if self.row_splits.shape[1]:
            rows += np.repeat(_firsts_of_blocks(lengths), lengths.ravel())
        return rows

    def wide_rows(self) -> NDArray[np.int32]:
        """`rows`, each counted from 0: beside `column_half_stars`, for who goes over all ratings. Made anew where rows are short."""
        if not self.row_splits.shape[1]:
            return self.rows.astype(np.int32, copy=False)
        lengths = np.diff(self._bounds(np.arange(self.n_movies)), axis=1)
        rows = np.repeat(_firsts_of_blocks(lengths), lengths.ravel())
        for span in _pieces(self.n_ratings):
            rows[span] += self.rows[span]
        return rows

    def _bounds(self, columns: NDArray[np.integer]) -> NDArray[np.int64]:
        """Where in `rows` each block of these columns begins, and the last ends, shape (columns, blocks + 1)."""
        starts = self.column_starts[columns][:, np.newaxis]
        return np.concatenate([starts, starts + self.row_splits[columns], self.column_starts[columns + 1][:, np.newaxis]], axis=1)

    def rating_of(self, row: int, column: int) -> int:
        """The half stars a user gave a movie, 0 for none."""
        columns, half_stars = self.row(row)
        at = int(np.searchsorted(columns, column))
        return int(half_stars[at]) if at < len(columns) and columns[at] == column else 0

    @cached_property
    def raters(self) -> NDArray[np.int64]:
        """How many rated each movie, shape (n_movies,)."""
        return np.diff(self.column_starts)

    @cached_property
    def latest(self) -> int:
        """When the last of all ratings was given: what "lately" is reckoned from, so that no model looks at a clock. 0 without times."""
        return int(self.rated_at.max(initial=0))

    @cached_property
    def first_rated(self) -> NDArray[np.int64]:
        """When each movie was first rated, seconds since 1970, shape (n_movies,); 0 where nobody has rated it, or nobody knows when."""
        never = np.iinfo(np.int64).max
        first = np.full(self.n_movies, never)
        for span in _pieces(self.n_ratings):
            rated_at = self.rated_at[span].astype(np.int64)
            rated_at[rated_at == 0] = never
            np.minimum.at(first, self.columns[span], rated_at)
        return np.where(first == never, 0, first)

    @cached_property
    def squared_rows(self) -> NDArray[np.int64]:
        """Each user's sum of squared half stars, shape (n_users,)."""
        return _sums(self.half_stars, self.row_starts, power=2)

    @cached_property
    def squared_columns(self) -> NDArray[np.int64]:
        """Each movie's sum of squared half stars, shape (n_movies,)."""
        return _sums(self.column_half_stars, self.column_starts, power=2)

    @cached_property
    def row_sums(self) -> NDArray[np.int64]:
        """Each user's sum of half stars, shape (n_users,)."""
        return _sums(self.half_stars, self.row_starts)

    @cached_property
    def column_sums(self) -> NDArray[np.int64]:
        """Each movie's sum of half stars, shape (n_movies,)."""
        return _sums(self.column_half_stars, self.column_starts)

    @cached_property
    def row_means(self) -> NDArray[np.float64]:
        """Each user's mean in half stars, shape (n_users,); NaN for somebody without ratings."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.row_sums / np.diff(self.row_starts))


SUMS = ("squared_rows", "squared_columns", "row_sums", "column_sums", "row_means", "first_rated")  # kept with a matrix, each a short array
LATEST_OF_ALL = "latest"
SPLIT_ROWS = "split_rows"


def _distinct(ids: NDArray[np.int32]) -> NDArray[np.int32]:
    """Each id once, ascending."""
    firsts = np.ones(len(ids), dtype=bool)
    np.not_equal(ids[1:], ids[:-1], out=firsts[1:])
    some = ids[firsts]  # by user, as data sets are, these are few
    return np.unique(some).astype(np.int32, copy=False)


def _places(ids: NDArray[np.int32], wanted: NDArray[np.integer]) -> NDArray[np.integer]:
    """The position of each wanted id among the ids, which are ascending and hold it, in the narrowest type for that many positions."""
    found: NDArray[np.integer] = np.empty(len(wanted), dtype=np.uint16 if len(ids) <= MOST_SHORT else np.int32)
    table = np.zeros(0, dtype=found.dtype)
    if len(ids) and ids[0] >= 0 and ids[-1] < WIDEST_TABLE:
        table = np.zeros(int(ids[-1]) + 1, dtype=found.dtype)
        table[ids] = np.arange(len(ids), dtype=found.dtype)
    for span in _pieces(len(wanted)):
        found[span] = table[wanted[span]] if len(table) else np.searchsorted(ids, wanted[span])
    return found


def _narrowed(rated_at: NDArray[np.integer]) -> NDArray[np.uint32]:
    found = np.empty(len(rated_at), dtype=np.uint32)
    for span in _pieces(len(rated_at)):
        found[span] = np.clip(rated_at[span], 0, LATEST)
    return found


def _is_by_row(rows: NDArray[np.integer], columns: NDArray[np.integer]) -> bool:
    """Whether the ratings stand by row, then by column, each pair once."""
    for span in _pieces(len(rows) - 1):
        one, next_one = slice(span.start, span.stop), slice(span.start + 1, span.stop + 1)
        further = (columns[next_one] > columns[one]) & (rows[next_one] == rows[one])
        if not np.all(further | (rows[next_one] > rows[one])):
            return False
    return True


def _by_row(rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.intp]:
    """Positions that bring the ratings into the order of rows, then columns, what stood first first: of keys of two bytes, which numpy
    deals out into piles instead of comparing them."""
    keys = [part for places in (columns, rows) for part in _in_short(places)]
    return np.lexsort(keys)


def _in_short(places: NDArray[np.integer]) -> list[NDArray[np.uint16]]:
    """Places as numbers of two bytes, the lesser first."""
    low = places.astype(np.uint16, copy=False)
    return [low] if places.dtype == np.uint16 else [low, (places >> 16).astype(np.uint16)]


def _is_split(n_blocks: int, n_movies: int, n_ratings: int) -> bool:
    """Whether rows are kept in two bytes beside splits: where these take no more than half of what they save, which bounds too how many
    blocks there are to go through, most of them empty where people are many and films have few raters."""
    return n_blocks > 1 and 4 * n_movies * (n_blocks - 1) <= n_ratings


def _row_splits(columns: NDArray[np.integer], row_starts: NDArray[np.int64], n_movies: int) -> NDArray[np.int32]:
    """Of ratings by row, whose columns these are: how many of each column stand before each block of people but the first."""
    n_blocks = -(-(len(row_starts) - 1) // MOST_SHORT)
    if not _is_split(n_blocks, n_movies, len(columns)):
        return np.zeros((n_movies, 0), dtype=np.int32)
    splits, before = np.empty((n_movies, n_blocks - 1), dtype=np.int32), np.zeros(n_movies, dtype=np.int64)
    for block in range(n_blocks - 1):
        span = slice(row_starts[block * MOST_SHORT], row_starts[(block + 1) * MOST_SHORT])
        before += np.diff(_starts(columns[span], n_movies))
        splits[:, block] = before
    return splits


def _firsts_of_blocks(lengths: NDArray[np.int64]) -> NDArray[np.int32]:
    """The first row of each block of some columns, beside the lengths, shape (columns, blocks)."""
    n_columns, n_blocks = lengths.shape
    return np.tile(np.arange(n_blocks, dtype=np.int32) * MOST_SHORT, n_columns)


def _by_column(
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    half_stars: NDArray[np.uint8],
    column_starts: NDArray[np.int64],
    kept: np.dtype[np.integer],
) -> tuple[NDArray[np.integer], NDArray[np.uint8]]:
    """Rows and half stars by column, rows ascending: dealt out piece by piece, each piece sorted by itself.

    kept: the type of the rows; of two bytes it holds what is left of a row beside whole MOST_SHORT.
    """
    sorted_rows, sorted_half_stars = np.empty(len(rows), dtype=kept), np.empty_like(half_stars)
    ends = column_starts[:-1].copy()  # of what has been dealt out of each column
    for span in _pieces(len(rows)):
        order = np.argsort(columns[span], kind="stable")
        counts = np.bincount(columns[span], minlength=len(ends))
        moved = ends - (np.cumsum(counts) - counts)
        to = np.arange(len(order)) + np.repeat(moved, counts)
        sorted_rows[to], sorted_half_stars[to] = rows[span][order].astype(kept, copy=False), half_stars[span][order]
        ends += counts
    return sorted_rows, sorted_half_stars


def _sums(half_stars: NDArray[np.uint8], starts: NDArray[np.int64], *, power: int = 1) -> NDArray[np.int64]:
    """The sum of each span, some spans at once."""
    found = np.zeros(len(starts) - 1, dtype=np.int64)
    n = int(starts[-1])
    bounds = np.unique(np.append(np.searchsorted(starts, np.arange(0, n, AT_ONCE)), len(found)))
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        amounts = half_stars[starts[first] : starts[last]].astype(np.int64) ** power
        so_far = np.concatenate([[0], np.cumsum(amounts)])
        within = starts[first : last + 1] - starts[first]
        found[first:last] = np.diff(so_far[within])
    return found


def _pieces(n: int) -> Iterator[slice]:
    """Spans of AT_ONCE that cover n places."""
    for first in range(0, n, AT_ONCE):
        yield slice(first, min(first + AT_ONCE, n))


def _starts(positions: NDArray[np.integer], n: int) -> NDArray[np.int64]:
    counts = np.zeros(n + 1, dtype=np.int64)
    for span in _pieces(len(positions)):
        counts[1:] += np.bincount(positions[span], minlength=n)
    return np.cumsum(counts)


def _position(ids: NDArray[np.int32], wanted: int) -> int | None:
    if not len(ids) or not ids[0] <= wanted <= ids[-1]:
        return None
    at = int(ids.searchsorted(np.int32(wanted)))  # of the array's own type: numpy would copy the whole array to compare with another
    return at if ids[at] == wanted else None
