"""Rows of ratings into columns: millions at a time where they are clean, one by one where something is wrong."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.data.matrix import WIDEST_TABLE
from recommender.data.ratings import RatingTable
from recommender.data.report import Tally
from recommender.data.source import Block
from recommender.data.table import BrokenRowError, Table, rows, whole_number
from recommender.domain import FIRST_OWN_USER_ID

HIGHEST_USER_ID = FIRST_OWN_USER_ID - 1
HIGHEST_MOVIE_ID = 2**31 - 1
LATEST = 253_402_300_799  # the last second of the year 9999
FIRST_ROOM = 1 << 16  # rows
FEW_LINES = 256  # read one by one; a block with something wrong is taken apart down to this many
AT_ONCE = 2  # blocks taken apart at the same time
PIECES = 8  # that such a block is taken apart into

USER = f"the user id must be a whole number from 1 to {HIGHEST_USER_ID:,}"
MOVIE = f"the film id must be a whole number from 1 to {HIGHEST_MOVIE_ID:,}"
STARS = "the rating must be 0.5 to 5 in half steps"
TIME = "the time must be in seconds since 1970"
UNKNOWN = "the film must be in the films' table"
TWICE = "a viewer may rate a film once, and the first rating stays"

_NUMBER = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)

_Columns = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8], NDArray[np.int64]]


def read_ratings(
    table: Table, movie_ids: NDArray[np.int32], tally: Tally, *, rows_read: Callable[[int], None] = lambda n: None
) -> RatingTable:
    """Every good row, in the order of the file; the others go to the tally.

    movie_ids: the films there are, ascending. rows_read: told how many rows were read so far. A table without the column timestamp gives
    ratings of time 0.
    """
    reader = _Reader(table, movie_ids, tally)
    with ThreadPoolExecutor(AT_ONCE) as parsers:
        for block, clean in _in_order(parsers, reader.clean, table.blocks):
            reader.read(block, clean)
            rows_read(tally.rows_read)
    return reader.without_repeats()


def _in_order(
    parsers: Executor, clean: Callable[[bytes], _Columns | None], blocks: Iterator[Block]
) -> Iterator[tuple[Block, _Columns | None]]:
    """Each block with its columns, AT_ONCE of them under way: pandas and numpy let go of the interpreter for most of the time."""
    under_way: deque[tuple[Block, Future[_Columns | None]]] = deque()
    for block in blocks:
        under_way.append((block, parsers.submit(clean, block.data)))
        if len(under_way) > AT_ONCE:
            first, columns = under_way.popleft()
            yield first, columns.result()
    while under_way:
        first, columns = under_way.popleft()
        yield first, columns.result()


class _Gathered:
    """What was read so far, in columns that grow where they are: nothing is ever held twice."""

    def __init__(self) -> None:
        self._columns: _Columns = (
            np.empty(FIRST_ROOM, dtype=np.int32),
            np.empty(FIRST_ROOM, dtype=np.int32),
            np.empty(FIRST_ROOM, dtype=np.uint8),
            np.empty(FIRST_ROOM, dtype=np.int64),
        )
        self._n = 0
        self.is_ascending = True  # by viewer, then by film, no pair twice
        self._last = -1

    def add(self, some: _Columns) -> None:
        """Rows after all others."""
        end = self._n + len(some[0])
        room = len(self._columns[0])
        if end > room:
            self._resize(max(end, room + room // 2))
        for at in range(len(some)):
            self._columns[at][self._n : end] = some[at]
        if self.is_ascending and len(some[0]):
            pairs = some[0].astype(np.int64) << 31 | some[1]
            self.is_ascending = bool(pairs[0] > self._last and (pairs[1:] > pairs[:-1]).all())
            self._last = int(pairs[-1])
        self._n = end

    def table(self) -> RatingTable:
        """All rows, which belong to the table from now on."""
        self._resize(self._n)
        return RatingTable(*self._columns)

    def _resize(self, room: int) -> None:
        # In place: the memory is stretched, not copied, and what was not written to takes none.
        for column in self._columns:
            column.resize(room, refcheck=False)


class _Reader:
    def __init__(self, table: Table, movie_ids: NDArray[np.int32], tally: Tally) -> None:
        self._table, self._movie_ids, self._tally = table, movie_ids, tally
        self._is_film = _table_of(movie_ids)
        self._gathered = _Gathered()
        self._sizes: list[int] = []  # of each piece: how many rows it gave
        self._lines: list[int | NDArray[np.int64]] = []  # of each piece: its first line, or every line's number

    def read(self, block: Block, clean: _Columns | None) -> None:
        """clean: what `clean` says of the block."""
        if clean is not None:
            self._tally.rows_read += len(clean[0])
            self._take(clean, block.first_line)
        elif block.data.count(b"\n") <= FEW_LINES:
            self._read_one_by_one(block)
        else:
            for piece in _taken_apart(block):
                self.read(piece, self.clean(piece.data))

    def clean(self, data: bytes) -> _Columns | None:
        """The columns of lines that are digits and separators in the right places and all good; None when in any doubt."""
        text = data
        if self._table.separator == "::":
            if b"\t" in text:
                return None
            text = text.replace(b"::", b"\t")
        separator = "\t" if self._table.separator == "::" else self._table.separator
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n")
        if not text.endswith(b"\n"):
            text += b"\n"
        between, line = text.translate(None, b"0123456789."), separator.encode() * (self._table.width - 1) + b"\n"
        if between != line * (len(between) // len(line)):
            return None
        at = self._table.positions
        kinds = {at["userid"]: np.int64, at["movieid"]: np.int64, at["rating"]: np.float64}
        if "timestamp" in at:
            kinds[at["timestamp"]] = np.int64
        try:
            frame = pd.read_csv(
                BytesIO(text),
                sep=separator,
                header=None,
                names=range(self._table.width),
                usecols=list(kinds),
                dtype=kinds,
                na_filter=False,
                quoting=csv.QUOTE_NONE,
                index_col=False,
                engine="c",
            )
        except (ValueError, OverflowError):  # a field of no digits, two points, or more than fit
            return None
        time = frame[at["timestamp"]].to_numpy() if "timestamp" in at else np.zeros(len(frame), dtype=np.int64)
        return self._good(frame[at["userid"]].to_numpy(), frame[at["movieid"]].to_numpy(), frame[at["rating"]].to_numpy(), time)

    def _good(
        self, user_ids: NDArray[np.int64], movie_ids: NDArray[np.int64], stars: NDArray[np.float64], rated_at: NDArray[np.int64]
    ) -> _Columns | None:
        half_stars = stars * 2
        if not (
            len(user_ids)
            and user_ids.min() >= 1
            and user_ids.max() <= HIGHEST_USER_ID
            and movie_ids.min() >= 1
            and movie_ids.max() <= HIGHEST_MOVIE_ID
            and half_stars.min() >= 1
            and half_stars.max() <= 10
            and bool((half_stars == np.rint(half_stars)).all())
            and rated_at.min() >= 0
            and rated_at.max() <= LATEST
        ):
            return None
        movies = movie_ids.astype(np.int32)
        if not self._known(movies).all():
            return None
        return user_ids.astype(np.int32), movies, half_stars.astype(np.uint8), rated_at.astype(np.int64)

    def _known(self, movie_ids: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which of these ids, all above 0, are of films there are."""
        if self._is_film is not None:
            return self._is_film.take(movie_ids, mode="clip")
        columns = np.searchsorted(self._movie_ids, movie_ids)
        known: NDArray[np.bool_] = self._movie_ids[np.minimum(columns, len(self._movie_ids) - 1)] == movie_ids
        return known

    def _read_one_by_one(self, block: Block) -> None:
        kept: list[tuple[int, int, int, int]] = []
        lines: list[int] = []
        for number, line in rows(block):
            self._tally.rows_read += 1
            try:
                kept.append(self._row(line))
                lines.append(number)
            except BrokenRowError as broken:
                self._tally.refuse(number, broken.reason, broken.value)
        if kept:
            columns: NDArray[Any] = np.array(kept, dtype=np.int64).T
            some = columns[0].astype(np.int32), columns[1].astype(np.int32), columns[2].astype(np.uint8), columns[3].astype(np.int64)
            self._take(some, np.array(lines, dtype=np.int64))

    def _take(self, some: _Columns, lines: int | NDArray[np.int64]) -> None:
        self._gathered.add(some)
        self._sizes.append(len(some[0]))
        self._lines.append(lines)

    def _row(self, line: bytes) -> tuple[int, int, int, int]:
        fields = self._table.fields(line)
        at = self._table.positions
        user_id = whole_number(fields[at["userid"]], 1, HIGHEST_USER_ID)
        if user_id is None:
            raise BrokenRowError(USER, fields[at["userid"]])
        movie_id = whole_number(fields[at["movieid"]], 1, HIGHEST_MOVIE_ID)
        if movie_id is None:
            raise BrokenRowError(MOVIE, fields[at["movieid"]])
        half_stars = _number(fields[at["rating"]], 5) * 2
        if half_stars not in range(1, 11):
            raise BrokenRowError(STARS, fields[at["rating"]])
        rated_at = _number(fields[at["timestamp"]], LATEST) if "timestamp" in at else 0
        if rated_at < 0:
            raise BrokenRowError(TIME, fields[at["timestamp"]])
        if not self._known(np.array([movie_id], dtype=np.int32))[0]:
            raise BrokenRowError(UNKNOWN, str(movie_id))
        return user_id, movie_id, int(half_stars), int(rated_at)

    def without_repeats(self) -> RatingTable:
        """Everything read but for the later ratings of a film by the same viewer, which are refused."""
        ratings = self._gathered.table()
        if self._gathered.is_ascending:  # as MovieLens writes them, so that no pair comes twice
            return ratings
        pairs = ratings.user_ids.astype(np.int64) << 31
        pairs |= ratings.movie_ids
        order = np.argsort(pairs, kind="stable")
        ascending = pairs[order]
        repeats = np.sort(order[1:][ascending[1:] == ascending[:-1]])
        if not len(repeats):
            return ratings
        for row, line in zip(repeats.tolist(), self._line_numbers(repeats, self._sizes), strict=True):
            self._tally.refuse(line, TWICE, f"viewer {ratings.user_ids[row]} and film {ratings.movie_ids[row]} again")
        keep = np.ones(len(ratings), dtype=np.bool_)
        keep[repeats] = False
        return ratings.where(keep)

    def _line_numbers(self, positions: NDArray[np.intp], sizes: list[int]) -> list[int]:
        ends = np.cumsum(sizes)
        numbers: list[int] = []
        for position, piece in zip(positions.tolist(), np.searchsorted(ends, positions, side="right").tolist(), strict=True):
            within = position - (int(ends[piece]) - sizes[piece])
            lines = self._lines[piece]
            numbers.append(lines + within if isinstance(lines, int) else int(lines[within]))
        return numbers


def _table_of(movie_ids: NDArray[np.int32]) -> NDArray[np.bool_] | None:
    """True at each of these ids, and False behind the highest; None where that would take much memory."""
    highest = int(movie_ids.max(initial=0))
    if highest >= WIDEST_TABLE:
        return None
    found = np.zeros(highest + 2, dtype=np.bool_)
    found[movie_ids] = True
    return found


def _number(text: str, highest: float) -> float:
    """The number from 0 to the highest, in plain digits with a decimal point at most; -1 for anything else."""
    plain = text.strip(" \t")
    number = float(plain) if _NUMBER.fullmatch(plain) else -1.0
    return number if number <= highest else -1


def _taken_apart(block: Block) -> list[Block]:
    ends = np.flatnonzero(np.frombuffer(block.data, dtype=np.uint8) == ord("\n")) + 1
    step = len(ends) // PIECES + 1
    pieces, start = [], 0
    for first in range(0, len(ends), step):
        end = int(ends[first + step - 1]) if first + step < len(ends) else len(block.data)
        pieces.append(Block(block.first_line + first, block.data[start:end]))
        start = end
    return pieces
