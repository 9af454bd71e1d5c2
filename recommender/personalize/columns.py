"""Rows of a data set by columns: texts as codes into the few that there are, numbers as numbers; memory-mapped once they are saved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.data.texts import Texts

Arrays = Mapping[str, NDArray[Any]]


class Ids:
    """Texts by which Amazon's clients know users or items, each with its position, from 0; no text stands twice."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._name, self._texts, self._ascending = name, Texts(arrays, name), np.asarray(arrays[f"{name}_ascending"])

    @classmethod
    def of(cls, texts: Sequence[str], name: str = "ids") -> Ids:
        """In the order given."""
        encoded = [text.encode("utf-8", "replace") for text in texts]
        ascending = np.array(sorted(range(len(encoded)), key=encoded.__getitem__), dtype=np.int32)
        return cls({**Texts.arrays_of(name, texts), f"{name}_ascending": ascending}, name)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """To be saved, by names that begin with its own."""
        return {self._name: self._texts.blob, f"{self._name}_offsets": self._texts.offsets, f"{self._name}_ascending": self._ascending}

    def __len__(self) -> int:
        return len(self._texts)

    def text(self, position: int) -> str:
        """What the position stands for."""
        return self._texts.text(position)

    def texts(self, positions: Iterable[int]) -> list[str]:
        """The same for many."""
        return [self._texts.text(position) for position in positions]

    def position(self, text: str) -> int | None:
        """Where it stands; None where it is not known."""
        sought = text.encode("utf-8", "replace")
        at = bisect_left(self._ascending, sought, key=self._texts.__getitem__)
        if at == len(self._ascending):
            return None
        found = int(self._ascending[at])
        return found if self._texts[found] == sought else None

    def beginning_with(self, text: str) -> NDArray[np.int32]:
        """Positions of all that begin so."""
        sought = text.encode("utf-8", "replace")
        first = bisect_left(self._ascending, sought, key=self._texts.__getitem__)
        end = bisect_left(self._ascending, sought + b"\xff", key=self._texts.__getitem__)  # no UTF-8 holds 0xff
        return np.asarray(self._ascending[first:end], dtype=np.int32)


def in_order_of_ids(texts: Iterable[str]) -> list[str]:
    """Each once: whole numbers by their size, then all other texts by theirs; so ties between films fall to the lower number."""
    return sorted(set(texts), key=lambda text: (0, int(text), text) if text.isascii() and text.isdigit() else (1, 0, text))


@dataclass(frozen=True)
class TextColumn:
    """codes: positions among the words, -1 for null, shape (n_rows,)."""

    codes: NDArray[np.int32]
    words: Texts

    @classmethod
    def of(cls, values: Sequence[str | None]) -> TextColumn:
        """In the order of the rows; the words in the order of their first row."""
        known: dict[str, int] = {}
        codes = np.array([-1 if value is None else known.setdefault(value, len(known)) for value in values], dtype=np.int32)
        return cls.of_codes(codes, list(known))

    @classmethod
    def of_codes(cls, codes: NDArray[np.int32], words: Sequence[str]) -> TextColumn:
        """The same from codes into the words given."""
        return cls(codes, Texts(Texts.arrays_of("words", words), "words"))

    @cached_property
    def vocabulary(self) -> list[str]:
        """Every word, in the order of their codes."""
        return [self.words.text(code) for code in range(len(self.words))]

    def value(self, row: int) -> str | None:
        """The text of a row, None for null."""
        code = int(self.codes[row])
        return None if code < 0 else self.words.text(code)


Column = TextColumn | NDArray[np.float64]  # numbers: NaN for null


class Columns:
    """Columns of one length by name, as the schema writes them."""

    def __init__(self, columns: Mapping[str, Column], n_rows: int) -> None:
        self._columns, self.n_rows = dict(columns), n_rows

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of the schema."""
        return tuple(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def value(self, name: str, row: int) -> str | float | None:
        """One cell; None for null. Whole numbers are floats here."""
        column = self._columns[name]
        if isinstance(column, TextColumn):
            return column.value(row)
        number = float(column[row])
        return None if np.isnan(number) else number

    def with_rows(self, rows: Mapping[int, Mapping[str, Any]], numbers: Mapping[str, bool]) -> Columns:
        """The same with other cells in these rows, each by its position; what a row does not say, or a number as a text, is null.

        numbers: columns that must be there, whether they are in this or not, and whether they hold numbers.
        """
        at = np.fromiter(rows, dtype=np.int64, count=len(rows))
        nothing = {name: _nulls(self.n_rows, is_number=is_number) for name, is_number in numbers.items() if name not in self._columns}
        found = {
            name: _with_cells(column, at, [row.get(name) for row in rows.values()]) for name, column in {**self._columns, **nothing}.items()
        }
        return Columns(found, self.n_rows)

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """To be saved: arrays whose names begin with the prefix and tell the column by its number."""
        found: dict[str, NDArray[Any]] = {}
        for place, column in enumerate(self._columns.values()):
            if isinstance(column, TextColumn):
                found[f"{prefix}{place}-codes"] = column.codes
                found[f"{prefix}{place}-words"] = column.words.blob
                found[f"{prefix}{place}-words_offsets"] = column.words.offsets
            else:
                found[f"{prefix}{place}-numbers"] = column
        return found

    @classmethod
    def from_arrays(cls, arrays: Arrays, prefix: str, names: Sequence[str], n_rows: int) -> Columns:
        """From what `arrays` gave, memory-mapped or not; KeyError where one is missing."""
        found: dict[str, Column] = {}
        for place, name in enumerate(names):
            numbers = arrays.get(f"{prefix}{place}-numbers")
            if numbers is not None:
                found[name] = numbers
            else:
                found[name] = TextColumn(arrays[f"{prefix}{place}-codes"], Texts(arrays, f"{prefix}{place}-words"))
        return cls(found, n_rows)


def _nulls(n: int, *, is_number: bool) -> Column:
    return np.full(n, np.nan) if is_number else TextColumn.of([None] * n)


def _with_cells(column: Column, at: NDArray[np.int64], cells: Sequence[Any]) -> Column:
    if isinstance(column, TextColumn):
        known = {word: code for code, word in enumerate(column.vocabulary)}
        codes = np.array(column.codes, dtype=np.int32)
        codes[at] = [-1 if cell is None else known.setdefault(str(cell), len(known)) for cell in cells]
        return TextColumn.of_codes(codes, list(known))
    numbers = np.array(column, dtype=np.float64)
    numbers[at] = [float(cell) if isinstance(cell, int | float) else np.nan for cell in cells]
    return numbers
