"""CSV files of clients to columns by a schema: every damaged row is found, and told with its file, row, field and value.

A row's number counts from 1 behind the head. A file has its columns in any order; those that the schema has not are left out. UTF-8, with
or without a byte order mark, any line ends, quotes as in RFC 4180; blank lines do not count. An empty cell is null where the schema allows
null, and a mistake elsewhere.
"""

from __future__ import annotations

import csv
import gc
import io
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from recommender.data.texts import Texts
from recommender.personalize.columns import Column, Columns, TextColumn
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.schemas import LONGEST_CATEGORY, LONGEST_ID, Field, Schema

AT_ONCE = 10_000  # rows turned into columns together; many more leave the processor's cache
MOST_COUNTED = 1_000  # damaged rows; with more the file is not read on
LONGEST_LINE = 16 << 20  # characters that are read in one piece
LONGEST_SHOWN = 60  # characters of a value
LATEST_SECOND = 100_000_000_000  # in the year 5138: what lies behind it is in milliseconds
TIMES = ("TIMESTAMP", "CREATION_TIMESTAMP", "EXPIRATION_TIMESTAMP")
IDS = ("USER_ID", "ITEM_ID", "ACTION_ID")
TRUTHS = ("true", "false")
_WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
BITS = {"int": 31, "long": 63}  # of a whole number, without its sign

csv.field_size_limit(1 << 20)


class Reader:
    """Takes in file after file; `columns` is what they hold together, once none of them is damaged."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._parsers = [_Texts(one) if not one.is_number else _Numbers(one) for one in schema.fields]
        self.n_rows = 0
        self.n_damaged = 0
        self._gave_up = False
        self.first: str = ""  # damage, as a sentence
        self.ignored: list[str] = []  # columns that the schema has not

    def take_in(self, name: str, file: BinaryIO, progress: Callable[[int], None]) -> None:
        """Read a file to its end, or to where it makes no sense any more. name: for people. progress: told the bytes that were read."""
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        # A line without end must not fill the memory; its first piece holds a cell that is too long, or is a row that is damaged.
        rows = csv.reader(iter(partial(text.readline, LONGEST_LINE), ""), strict=True)
        gc.disable()  # it would look at every row again and again, which takes as long as all the rest; there are no circles here
        try:
            head = next(rows, None)
            if head is None:
                self._damaged(name, 0, "is empty; it must begin with a head of column names.")
                return
            places = self._places(name, head)
            if places is None:
                return
            self._take_in_rows(name, rows, head, places, lambda: progress(file.tell()))
        except UnicodeDecodeError as error:
            self._damaged(
                name, self._row_of_bytes(file), f"holds bytes that are no UTF-8 ({error.object[error.start : error.start + 4]!r})."
            )
        except csv.Error as error:
            self._damaged(name, 0, f"cannot be read as CSV at line {rows.line_num}: {error}; check its quotes.")
        finally:
            gc.enable()
            text.detach()

    def columns(self) -> Columns:
        """All rows; InvalidInputError with the first damage and how much more there is, or where there is no row at all."""
        if self.n_damaged:
            more = self.n_damaged - 1
            many = f"{'At least ' if self._gave_up else ''}{more:,} more rows are" if more > 1 else "One more row is"
            raise InvalidInputError(f"{self.first} {f'{many} damaged. ' if more else ''}Nothing was imported.")
        if not self.n_rows:
            raise InvalidInputError("The files hold no row behind their heads. Nothing was imported.")
        return Columns({one.field.name: one.column() for one in self._parsers}, self.n_rows)

    def _places(self, name: str, head: Sequence[str]) -> list[int] | None:
        """Where each of the schema's columns stands in the head."""
        places = {column: place for place, column in enumerate(head)}
        for column in self._schema.names:
            if column in places and head.count(column) > 1:
                self._damaged(name, 0, f"has the column {column} twice.")
                return None
        missing = [column for column in self._schema.names if column not in places]
        if missing:
            shown = ", ".join(head)
            shown = shown if len(shown) <= 200 else f"{shown[:200]}…"
            self._damaged(name, 0, f"lacks the column {missing[0]} of the schema; its head is {shown}.")
            return None
        self.ignored = list(dict.fromkeys((*self.ignored, *(column for column in head if column not in self._schema.names))))
        return [places[column] for column in self._schema.names]

    def _take_in_rows(
        self, name: str, rows: Iterator[list[str]], head: Sequence[str], places: Sequence[int], progress: Callable[[], None]
    ) -> None:
        first = 1  # row of the next chunk
        while chunk := list(islice(rows, AT_ONCE)):
            if self.n_damaged > MOST_COUNTED:
                self._gave_up = True
                return
            whole, numbers, damaged = self._whole_rows(chunk, len(head), first)
            first += len(chunk)
            if whole:
                cells = list(zip(*whole, strict=True))
                for parser, place in zip(self._parsers, places, strict=True):
                    for at, says in parser.take_in(cells[place]):
                        damaged.setdefault(int(numbers[at]), says)
            self.n_rows += len(whole)
            for row in sorted(damaged):
                self._damaged(name, row, damaged[row])
            progress()

    @staticmethod
    def _whole_rows(chunk: list[list[str]], width: int, first: int) -> tuple[list[list[str]], NDArray[np.int64], dict[int, str]]:
        """Those with as many cells as the head, the number of each, and what is wrong with the others."""
        if set(map(len, chunk)) == {width}:
            return chunk, np.arange(first, first + len(chunk)), {}
        numbered = [(first + at, row) for at, row in enumerate(chunk) if row]  # a blank line is no row
        damaged = {number: f"has {len(row)} cells where the head has {width}." for number, row in numbered if len(row) != width}
        whole = [(number, row) for number, row in numbered if len(row) == width]
        return [row for _, row in whole], np.array([number for number, _ in whole], dtype=np.int64), damaged

    def _damaged(self, name: str, row: int, says: str) -> None:
        self.n_damaged += 1
        if not self.first:
            self.first = f"{name}, row {row}: {says}" if row else f"{name} {says}"

    @staticmethod
    def _row_of_bytes(file: BinaryIO) -> int:
        """The line behind the head that is no UTF-8."""
        file.seek(0)
        for line, data in enumerate(file):
            try:
                data.decode("utf-8")
            except UnicodeDecodeError:
                return line
        return 0


class _Codes(dict[str, int]):
    """Texts, each with its code; a new one gets the next. new: those that nobody has looked at yet."""

    def __init__(self) -> None:
        super().__init__({"": -1})  # null
        self.new: list[str] = []

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self) - 1
        self.new.append(text)
        return code


class _Texts:
    """A column of texts, or of truths."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self._known = _Codes()
        self._codes: list[NDArray[np.int32]] = []
        self._wrong: dict[int, str] = {}  # codes, with what would be right instead

    def take_in(self, cells: Sequence[str]) -> Iterator[tuple[int, str]]:
        """The cells of some rows; what is wrong with which."""
        if self.field.type == "boolean":
            cells = [cell.lower() for cell in cells]
        codes = np.fromiter(map(self._known.__getitem__, cells), dtype=np.int32, count=len(cells))
        self._codes.append(codes)
        if not self.field.nullable and (codes < 0).any():
            for at in np.flatnonzero(codes < 0):
                yield int(at), f"{self.field.name} must not be empty."
        for word in self._known.new:
            if expected := self._is_no(word):
                self._wrong[self._known[word]] = expected
        self._known.new.clear()
        if self._wrong:
            for at in np.flatnonzero(np.isin(codes, list(self._wrong))):
                yield int(at), f"{self.field.name} must be {self._wrong[int(codes[at])]}, not {_shown(cells[int(at)])}."

    def column(self) -> Column:
        words = list(islice(self._known, 1, None))
        codes = np.concatenate(self._codes) if self._codes else np.zeros(0, dtype=np.int32)
        return TextColumn(codes, Texts(Texts.arrays_of("words", words), "words"))

    def _is_no(self, word: str) -> str:
        """What would be right instead; empty where it is right."""
        if self.field.type == "boolean":
            return "" if word in TRUTHS else "true or false"
        if "\0" in word:
            return "text without NUL"
        if self.field.name in IDS and len(word) > LONGEST_ID:
            return f"at most {LONGEST_ID} characters long"
        if self.field.categorical and len(word) > LONGEST_CATEGORY:
            return f"at most {LONGEST_CATEGORY} characters long"
        return ""


class _Numbers:
    """A column of numbers."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self._numbers: list[NDArray[np.float64]] = []

    def take_in(self, cells: Sequence[str]) -> Iterator[tuple[int, str]]:
        """The cells of some rows; what is wrong with which."""
        numbers = self._fast(cells)
        if numbers is None:
            numbers = np.full(len(cells), np.nan)
            for at, cell in enumerate(cells):
                if not cell and self.field.nullable:
                    continue
                number = self._number(cell)
                if number is None:
                    yield at, f"{self.field.name} must be {self._expected}, not {_shown(cell)}."
                else:
                    numbers[at] = number
        if self.field.name in TIMES:
            for late in map(int, np.flatnonzero(numbers >= LATEST_SECOND)):
                yield late, f"{self.field.name} must be in seconds since 1970, and {_shown(cells[late])} seems to be in milliseconds."
        self._numbers.append(numbers)

    def column(self) -> Column:
        return np.concatenate(self._numbers) if self._numbers else np.zeros(0)

    def _fast(self, cells: Sequence[str]) -> NDArray[np.float64] | None:
        """Where all are digits alone, as nearly always; None where each must be looked at."""
        joined = "".join(cells)
        if not joined.isascii() or not joined.isdigit() or max(map(len, cells)) > 9 + 6 * (self.field.type != "int"):
            return None
        try:
            return np.fromiter(map(int, cells), dtype=np.float64, count=len(cells))
        except ValueError:  # an empty one
            return None

    def _number(self, cell: str) -> float | None:
        if self.field.type in BITS:
            if not _WHOLE.fullmatch(cell):
                return None
            whole = int(cell)
            return float(whole) if -(1 << BITS[self.field.type]) <= whole < 1 << BITS[self.field.type] else None
        if not _NUMBER.fullmatch(cell):
            return None
        number = float(cell)
        return number if np.isfinite(number) else None

    @property
    def _expected(self) -> str:
        if self.field.type in BITS:
            return "a whole number" if self.field.type == "long" else "a whole number of 32 bits"
        return "a number"


def _shown(cell: str) -> str:
    return repr(cell) if len(cell) <= LONGEST_SHOWN else repr(cell[:LONGEST_SHOWN] + "…")
