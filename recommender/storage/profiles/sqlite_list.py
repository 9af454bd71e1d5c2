"""List records read from the SQLite file of a machine, without making it where there is none."""

from __future__ import annotations

from functools import cached_property

from recommender.domain import ListRecord, UserId
from recommender.storage.profiles import Profiles, is_made, open_profiles


class SqliteListReader:
    """The store itself, opened at the first question after it was made."""

    def __init__(self, url: str) -> None:
        self._url = url

    def record(self, user_id: UserId) -> ListRecord | None:
        """The record; None where there is no file."""
        return self._profiles.list_of(user_id) if is_made(self._url) else None

    def is_shared(self, user_id: UserId) -> bool:
        """Whether anyone may read the list; False where there is no file."""
        return is_made(self._url) and self._profiles.is_shared(user_id)

    @cached_property
    def _profiles(self) -> Profiles:
        return open_profiles(self._url)
