"""RecordIO: records of bytes one after the other, each behind a head of eight bytes and filled up to a multiple of four.

The head is MAGIC, then a word whose three upper bits say whether the record is whole or which part of one, and whose lower 29 its length;
both little-endian. A record that was taken apart was so at a MAGIC of its own, which stands between its parts again when they are joined.
Source: RecordIO of dmlc-core (recordio.h), as SageMaker writes it: whole records alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from recommender.errors import DataError

MAGIC = 0xCED7230A
LONGEST = (1 << 29) - 1  # bytes of a record
_HEAD = struct.Struct("<II")
_WHOLE, _FIRST, _MIDDLE, _LAST = range(4)  # what the upper bits say


@dataclass(frozen=True, slots=True)
class Frame:
    """One record. number: from 1. at: the byte where its head begins, from 0."""

    number: int
    at: int
    body: bytes


def framed(body: bytes) -> bytes:
    """The record with its head, filled up with zeros."""
    return _HEAD.pack(MAGIC, len(body)) + body + bytes(-len(body) % 4)


def frames(file: BinaryIO, name: str) -> Iterator[Frame]:
    """The records of a file, one at a time; none of an empty file. name: what the file is called in a refusal.

    DataError, in a sentence with record and byte: a head that is none, a file that ends in a record, parts that do not belong together.
    """
    parts: list[bytes] = []
    number, at, begins = 1, 0, 0
    while head := file.read(_HEAD.size):
        where = f"Record {number} of {name}, at byte {at:,},"
        if len(head) < _HEAD.size:
            raise DataError(f"{where} is cut off in its head, of which {len(head)} of {_HEAD.size} bytes are there; {_AGAIN}.")
        magic, word = _HEAD.unpack(head)
        if magic != MAGIC:
            raise DataError(f"{where} begins with 0x{magic:08x} and not with RecordIO's 0x{MAGIC:08x}; {_AGAIN}.")
        kind, length = word >> 29, word & LONGEST
        if kind not in ((_MIDDLE, _LAST) if parts else (_WHOLE, _FIRST)):
            raise DataError(f"{where} is marked as part {kind} of a record, which does not belong here; {_AGAIN}.")
        filled = length + -length % 4
        data = file.read(filled)
        if len(data) < filled:
            raise DataError(f"{where} is cut off: {len(data):,} of {filled:,} bytes are there; {_AGAIN}.")
        if not parts:
            begins = at
        parts.append(data[:length])
        at += _HEAD.size + filled
        if kind in (_WHOLE, _LAST):
            yield Frame(number, begins, _MAGIC_BYTES.join(parts))
            parts, number = [], number + 1
    if parts:
        raise DataError(f"Record {number} of {name}, at byte {begins:,}, lacks its last part; {_AGAIN}.")


_MAGIC_BYTES = struct.pack("<I", MAGIC)
_AGAIN = "give a file in RecordIO, or write it anew"
