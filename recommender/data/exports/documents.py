"""JSON with a list of entries, read one entry at a time: memory is bounded, and what is damaged costs its own entry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recommender.data.exports.rows import MOST_ROWS, shown
from recommender.data.exports.tables import Record, Table, column_name
from recommender.errors import InvalidInputError

SHORT, LONG = 1 << 12, 1 << 16  # letters of most entries, and of the longest

_LIST = re.compile(r"\s*\[")
_LIST_WITHIN = re.compile(r'"(?:entries|ratings|films|movies|items)"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_NEXT = re.compile(r"\}\s*,\s*(?=\{)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list. number: from 1. found: what it says; None where it is broken. broken: why, a sentence."""

    number: int
    text: str
    found: Mapping[str, Any] | None
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """preamble: what stands before the list of entries."""

    file: str
    stem: str
    preamble: str
    entries: tuple[Entry, ...]

    def keys(self) -> frozenset[str]:
        """Every key of any entry."""
        return frozenset(key for entry in self.entries if entry.found is not None for key in entry.found)

    def as_table(self) -> Table:
        """Entries whose values are texts and numbers, as rows under columns; other values are left empty."""
        keys = sorted(self.keys())
        records = tuple(
            Record(entry.number, entry.text, broken=entry.broken)
            if entry.found is None
            else Record(entry.number, entry.text, tuple(_cell(entry.found.get(key)) for key in keys))
            for entry in self.entries
        )
        return Table(self.file, self.stem, self.preamble, tuple(map(column_name, keys)), records)


def open_document(file: str, stem: str, text: str) -> Document:
    """The entries of a list, or of the list within an object. InvalidInputError when there is none, or more than MOST_ROWS."""
    within = _LIST.match(text) or _LIST_WITHIN.search(text)
    if not within:
        raise InvalidInputError(file, shown(text, 50), "JSON with a list of films")
    return Document(file, stem, shown(text[: within.end()], 1_000), tuple(_entries(file, text, within.end())))


def _entries(file: str, text: str, at: int) -> Iterator[Entry]:
    decoder = json.JSONDecoder(parse_constant=lambda name: None)
    number = 0
    while True:
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        if text[at : at + 1] == "]":
            return
        if number >= MOST_ROWS:
            raise InvalidInputError(file, f"more than {MOST_ROWS:,} rows", f"of at most {MOST_ROWS:,} rows; cut it in parts")
        if at >= len(text):
            if number == 0 or text.rstrip()[-1:] != "]":
                yield Entry(number + 1, "", None, "The file ends here, in the middle of its list; export it again.")
            return
        number += 1
        found, end = _decoded(decoder, text, at)
        if end is None:
            following = _NEXT.search(text, at)
            rest = text[at : at + LONG]
            yield Entry(number, shown(rest), None, "The entry is not as JSON is written, or far too long.")
            if following is None:
                return
            at = following.end()
        else:
            raw = shown(text[at : min(end, at + 1_000)])
            if isinstance(found, dict):
                yield Entry(number, raw, found)
            else:
                yield Entry(number, raw, None, "The entry says nothing of a film.")
            at = end


def _decoded(decoder: json.JSONDecoder, text: str, at: int) -> tuple[object, int | None]:
    for length in (SHORT, LONG):
        try:
            found, used = decoder.raw_decode(text[at : at + length])
        except (ValueError, RecursionError):
            continue
        return found, at + used
    return None, None


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15:
        return f"{value:.15g}"
    return ""
