"""A text table of a data set: its columns and its rows, one line each, so that a broken row cannot swallow the next."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from recommender.data.source import Block, Source
from recommender.errors import DataError


class BrokenRowError(ValueError):
    """A row that must be refused. reason: what would have been right. value: what was met."""

    def __init__(self, reason: str, value: str) -> None:
        super().__init__(reason, value)
        self.reason, self.value = reason, value


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind of table is written. needed, allowed: column names without case and underscores.

    header: whether the first line names the columns; else they are `needed` and `allowed`, in this order.
    """

    separator: str
    needed: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    header: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose head has been read. positions: where each known column stands. width: fields in a row."""

    file: str
    separator: str
    positions: dict[str, int]
    width: int
    blocks: Iterator[Block]

    def fields(self, line: bytes) -> list[str]:
        """The fields of a row; text that is not UTF-8 is taken for Latin-1. BrokenRowError when their number is not `width`."""
        text = decoded(line)
        if "\0" in text:
            raise BrokenRowError("a row must not hold NUL bytes", text)
        if '"' in text and self.separator == ",":
            try:
                fields = next(csv.reader([text], strict=True))
            except csv.Error:
                raise BrokenRowError("every quote must be closed on its line", text) from None
        else:
            fields = text.split(self.separator)
        if len(fields) != self.width:
            raise BrokenRowError(f"a row must have {self.width} fields", f"{len(fields)}: {text}")
        return fields


def open_table(source: Source, file: str, form: Form, advance: Callable[[int], None]) -> Table:
    """The table, ready to be read once; DataError when it is empty, binary or lacks a needed column."""
    blocks = source.blocks(file, advance)
    first = next(blocks, None)
    if first is None or not first.data.strip():
        raise DataError(f"{file} in {source.path} is empty; fetch or export it again.")
    if _is_binary(first.data[:4096]):
        raise DataError(f"{file} in {source.path} is not text but a binary file; give a text table in UTF-8.")
    if not form.header:
        names = (*form.needed, *form.allowed)
        return Table(file, form.separator, {name: at for at, name in enumerate(names)}, len(names), _after(first, 0, blocks))
    head, newline, _ = first.data.partition(b"\n")
    names = tuple(name.strip().strip('"') for name in decoded(head.removeprefix(b"\xef\xbb\xbf")).strip("\r").split(form.separator))
    plain_names = [name.lower().replace("_", "") for name in names]
    positions = {name: plain_names.index(name) for name in (*form.needed, *form.allowed) if name in plain_names}
    if missing := [name for name in form.needed if name not in positions]:
        found = ", ".join(names)[:200]
        raise DataError(f"{file} in {source.path} lacks {_columns(missing)} in its first line, which reads {found!r}; name them there.")
    return Table(file, form.separator, positions, len(names), _after(first, len(head) + len(newline), blocks))


def rows(block: Block) -> Iterator[tuple[int, bytes]]:
    """Line number and line, without its end, of every line that is not blank."""
    for number, line in enumerate(block.data.split(b"\n"), start=block.first_line):
        line = line.removesuffix(b"\r")
        if line and not line.isspace():
            yield number, line


def decoded(line: bytes) -> str:
    """UTF-8, else Latin-1, which any bytes are."""
    try:
        return str(line, "utf-8")
    except UnicodeDecodeError:
        return str(line, "latin-1")


def whole_number(text: str, lowest: int, highest: int) -> int | None:
    """The number, if it is a whole one in the range, in plain digits; "5.0", as some programs write a 5, and spaces around are fine."""
    digits = text.strip(" \t")
    before, _, after = digits.partition(".")
    if not (before.isascii() and before.isdigit()) or after.strip("0"):
        return None
    before = before.lstrip("0") or "0"
    number = int(before) if len(before) <= 18 else highest + 1
    return number if lowest <= number <= highest else None


def _after(first: Block, start: int, blocks: Iterator[Block]) -> Iterator[Block]:
    if start < len(first.data):
        yield Block(first.first_line + (start > 0), first.data[start:])
    yield from blocks


def _is_binary(head: bytes) -> bool:
    return head.startswith((b"\x1f\x8b", b"PK\x03\x04", b"%PDF", b"\xff\xfe", b"\xfe\xff", b"\x89PNG", b"PAR1")) or head.count(
        0
    ) * 10 > len(head)


def _columns(names: Sequence[str]) -> str:
    spelt = {"userid": "userId", "movieid": "movieId", "imdbid": "imdbId", "tmdbid": "tmdbId"}
    shown = [spelt.get(name, name) for name in names]
    return f"the column {shown[0]}" if len(shown) == 1 else f"the columns {', '.join(shown[:-1])} and {shown[-1]}"
