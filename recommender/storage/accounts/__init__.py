"""Accounts: how people sign in, and what was given out in their name. They lie where the profiles lie.

A place for accounts owes little: entries that change together or not at all, each only if it is as it was read, and counters that never
go beyond their most. What the entries say is written once, in `kept`, for every place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

MOST_CHANGES = 100  # in one step: DynamoDB's limit for a transaction


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is kept. key: the kind, "#" and a name or digest, in ASCII. rev: counts its writings from 1.

    owner: the number of the person it goes away with. expires_at: seconds since 1970, UTC; 0 for never. body: JSON.
    """

    key: str
    rev: int
    owner: int
    expires_at: int
    body: str


@dataclass(frozen=True, slots=True)
class Change:
    """Put or take away one entry. body: None to take it away.

    was: the rev it must have; 0 where there must be none; None where it does not matter.
    """

    key: str
    was: int | None
    body: str | None = None
    owner: int = 0
    expires_at: int = 0


class Entries(Protocol):
    """What every place for accounts owes. Reads are strongly consistent; a write is durable once its call returns.

    Whatever cannot be reached or written raises StorageError. Nothing here looks at a clock: what has expired is there until it is swept.
    """

    def get(self, key: str) -> Entry | None:
        """The entry; None where there is none."""

    def change(self, *changes: Change) -> bool:
        """All of the changes, of different keys and at most MOST_CHANGES, or none: False where an entry was not as it must be.

        A new entry has rev 1, one that is put again the next one; what is put where it did not matter has rev 1 too.
        """

    def count(self, key: str, *, most: int, expires_at: int) -> int | None:
        """Count one more under the key and how many that makes; None, and nothing counted, where there are `most` already."""

    def sweep(self, now: int, *, most: int) -> int:
        """Take away entries and counters that have expired by `now`, in a step of about `most`; how many went."""

    def all(self) -> Iterator[Entry]:
        """Every entry, ascending by key; no counters."""
