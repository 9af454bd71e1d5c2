"""Ratings as a sparse matrix: the only place where ids become rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.data.ratings import RatingTable

Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class RatingMatrix:
    """Users by movies, twice: by row (each user's ratings) and by column (each movie's raters). Never dense.

    user_ids, movie_ids: ascending; a user's row and a movie's column are their positions here, so equal scores in column
    order are equal scores in id order.
    row_starts: shape (n_users + 1,); the ratings of row u are row_starts[u]:row_starts[u + 1] of `columns` (ascending in a row),
    `half_stars` (1 to 10) and `rated_at` (seconds since 1970, UTC; 0 where the data name no time).
    column_starts, rows, column_half_stars: the same by column, rows ascending.
    """

    user_ids: NDArray[np.int32]
    movie_ids: NDArray[np.int32]
    row_starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    half_stars: NDArray[np.uint8]
    rated_at: NDArray[np.int64]
    column_starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    column_half_stars: NDArray[np.uint8]

    @classmethod
    def of(cls, ratings: RatingTable, movie_ids: NDArray[np.int32]) -> RatingMatrix:
        """The matrix over all the movies given (ascending), rated or not; every rating must be of one of them."""
        user_ids, user_rows = np.unique(ratings.user_ids, return_inverse=True)
        movie_columns = np.searchsorted(movie_ids, ratings.movie_ids)
        cells = user_rows.astype(np.int64) * len(movie_ids) + movie_columns
        by_row = np.argsort(cells, kind="stable") if np.any(np.diff(cells) <= 0) else np.arange(len(cells))
        del cells
        columns = movie_columns[by_row].astype(np.int32)
        half_stars = ratings.half_stars[by_row]
        rows = user_rows[by_row].astype(np.int32)
        by_column = np.argsort(columns, kind="stable")
        return cls(
            user_ids=user_ids.astype(np.int32),
            movie_ids=np.asarray(movie_ids, dtype=np.int32),
            row_starts=_starts(rows, len(user_ids)),
            columns=columns,
            half_stars=half_stars,
            rated_at=ratings.rated_at[by_row].astype(np.int64),
            column_starts=_starts(columns, len(movie_ids)),
            rows=rows[by_column],
            column_half_stars=half_stars[by_column],
        )

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> RatingMatrix:
        """The matrix from what `arrays` gave, memory-mapped or not."""
        return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})  # type: ignore[arg-type]

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Every array under its name, to be saved."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

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
        return self.columns[span], self.half_stars[span]

    def times(self, row: int) -> NDArray[np.int64]:
        """When one user rated each film, beside `row`."""
        return self.rated_at[self.row_starts[row] : self.row_starts[row + 1]]

    def column(self, column: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """The rows and half stars of one movie's raters."""
        span = slice(self.column_starts[column], self.column_starts[column + 1])
        return self.rows[span], self.column_half_stars[span]

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
        first = np.full(self.n_movies, np.iinfo(np.int64).max)
        timed = self.rated_at > 0
        np.minimum.at(first, self.columns[timed], self.rated_at[timed])
        return np.where(first == np.iinfo(np.int64).max, 0, first)

    @cached_property
    def squared_rows(self) -> NDArray[np.int64]:
        """Each user's sum of squared half stars, shape (n_users,)."""
        return _squares(self.half_stars, self.row_starts)

    @cached_property
    def squared_columns(self) -> NDArray[np.int64]:
        """Each movie's sum of squared half stars, shape (n_movies,)."""
        return _squares(self.column_half_stars, self.column_starts)


def _squares(half_stars: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    sums = np.concatenate([[0], np.cumsum(half_stars.astype(np.int64) ** 2)])
    return np.asarray(sums[starts[1:]] - sums[starts[:-1]])


def _starts(positions: NDArray[np.integer], n: int) -> NDArray[np.int64]:
    starts = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(positions, minlength=n), out=starts[1:])
    return starts


def _position(ids: NDArray[np.int32], wanted: int) -> int | None:
    if not len(ids) or not ids[0] <= wanted <= ids[-1]:
        return None
    at = int(ids.searchsorted(np.int32(wanted)))  # of the array's own type: numpy would copy the whole array to compare with another
    return at if ids[at] == wanted else None
