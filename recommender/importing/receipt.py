"""What remains of an import: what it was, what it did, and what takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recommender.domain import UserId

BEGUN, DONE, UNDONE = "begun", "done", "undone"
ROWS = ("matched", "asked", "unknown", "skipped")  # which add up to the rows of the file


@dataclass(frozen=True, slots=True)
class Receipt:
    """import_id, name: as in Draft. site: who wrote the file. saved_at, undone_at: seconds since 1970, UTC; 0 before.

    state: BEGUN until all of it is in the profile, then DONE; UNDONE once it was taken back. rows: how many of the file became what.
    counts: as in Effect. n_films: that changed. rev: the revision after the last step. n_stayed: films that undoing left as they were,
    since the person had changed them. files: what its films and its report are kept under.
    """

    import_id: str
    user_id: UserId
    name: str
    site: str
    saved_at: int
    state: str
    rows: Mapping[str, int]
    counts: Mapping[str, int]
    n_films: int
    rev: int = 0
    undone_at: int = 0
    n_stayed: int = 0
    files: str = ""

    @property
    def n_rows(self) -> int:
        """Rows of the file."""
        return sum(self.rows.values())
