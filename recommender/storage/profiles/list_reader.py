"""The reader of list records, for who needs nothing else of profiles: the Echo. The URL's scheme chooses the place."""

from __future__ import annotations

from typing import Protocol

from recommender.domain import ListRecord, UserId
from recommender.storage.profiles import TABLE, no_such_place


class ListReader(Protocol):
    """What every reader owes: what `Profiles` of the same URL would say, and nothing written or made.

    Reads are strongly consistent. Whatever cannot be reached, read or understood raises StorageError.
    """

    def record(self, user_id: UserId) -> ListRecord | None:
        """`Profiles.list_of`: the record, with movies None when it is void; None when there is no record."""

    def is_shared(self, user_id: UserId) -> bool:
        """`Profiles.is_shared`: whether the person lets anyone who knows the number read the list."""


def open_list_reader(url: str) -> ListReader:
    """The reader of the place that MATINEE_PROFILES_URL names. On DynamoDB it needs no SDK."""
    scheme, _, rest = url.partition(":")
    if scheme == "dynamodb" and rest.startswith("//") and TABLE.fullmatch(rest[2:]):
        from recommender.storage.profiles.dynamodb_list import DynamoListReader

        return DynamoListReader(rest[2:])
    if scheme == "sqlite" and rest:
        from recommender.storage.profiles.sqlite_list import SqliteListReader

        return SqliteListReader(url)
    raise no_such_place(url)
