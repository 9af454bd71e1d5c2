"""Many texts in a few arrays that can be memory-mapped, and the columns that each of them stands for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Texts:
    """Many texts in one blob of UTF-8, the i-th from offsets[i] to offsets[i + 1]."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], name: str) -> None:
        # Plain views: each look at a memory-mapped array itself would take three times as long.
        self.blob: NDArray[np.uint8] = np.asarray(arrays[name])
        self.offsets: NDArray[np.int64] = np.asarray(arrays[f"{name}_offsets"])
        self._bytes, self._ends = self.blob.data, self.offsets.data

    @staticmethod
    def arrays_of(name: str, texts: Sequence[str]) -> dict[str, NDArray[Any]]:
        encoded = [text.encode("utf-8", "replace") for text in texts]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        return {name: np.frombuffer(b"".join(encoded), dtype=np.uint8), f"{name}_offsets": offsets}

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> bytes:
        if not 0 <= i < len(self):
            raise IndexError(f"no text {i} among {len(self)}")
        return self._bytes[self._ends[i] : self._ends[i + 1]].tobytes()

    def text(self, i: int) -> str:
        return str(self[i], "utf-8")


class Index:
    """Texts in ascending order, and the columns each stands for: those that begin with something lie side by side."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], name: str) -> None:
        self.texts = Texts(arrays, name)
        self._columns, self._starts = np.asarray(arrays[f"{name}_columns"]), np.asarray(arrays[f"{name}_starts"])

    @staticmethod
    def arrays_of(name: str, texts_of_columns: Sequence[Iterable[str]]) -> dict[str, NDArray[Any]]:
        columns_of: dict[str, list[int]] = {}
        for column, texts in enumerate(texts_of_columns):
            for text in texts:
                columns_of.setdefault(text, []).append(column)
        ascending = sorted(columns_of)  # by code point, which is also the order of the UTF-8 bytes
        starts = np.zeros(len(ascending) + 1, dtype=np.int64)
        np.cumsum([len(columns_of[text]) for text in ascending], out=starts[1:])
        columns = np.array([column for text in ascending for column in columns_of[text]], dtype=np.int32)
        return {**Texts.arrays_of(name, ascending), f"{name}_columns": columns, f"{name}_starts": starts}

    def beginning_with(self, text: str) -> NDArray[np.int32]:
        """The columns of all texts that begin so, in no order, perhaps some twice."""
        return self.beginning_and_equal(text)[0]

    def equal_to(self, text: str) -> NDArray[np.int32]:
        """The columns of this very text."""
        sought = text.encode("utf-8", "replace")
        return self._equal(bisect_left(self.texts, sought), sought)

    def beginning_and_equal(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """beginning_with and equal_to at once."""
        sought = text.encode("utf-8", "replace")
        first = bisect_left(self.texts, sought)
        end = bisect_left(self.texts, sought + b"\xff", lo=first)  # no UTF-8 holds 0xff
        return self._between(first, end), self._equal(first, sought)

    def columns_of(self, which: NDArray[np.intp]) -> NDArray[np.int32]:
        """The columns of the texts at these places, in no order, perhaps some twice."""
        firsts, lengths = self._starts[which], self._starts[which + 1] - self._starts[which]
        before = np.cumsum(lengths) - lengths
        columns: NDArray[np.int32] = self._columns[np.repeat(firsts - before, lengths) + np.arange(lengths.sum())]
        return columns

    def _equal(self, first: int, sought: bytes) -> NDArray[np.int32]:
        return self._between(first, first + (first < len(self.texts) and self.texts[first] == sought))

    def _between(self, first: int, end: int) -> NDArray[np.int32]:
        columns: NDArray[np.int32] = self._columns[self._starts[first] : self._starts[end]]
        return columns
