"""Accounts in DynamoDB's table of accounts, an item each; entries have a `body`, counters an `n`.

`expires_at` suits DynamoDB's time to live, which may take away what has expired; nothing relies on it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any, Protocol

from recommender.errors import StorageError
from recommender.storage.accounts import Change, Entry
from recommender.storage.amazon.faults import Refused

CONDITION = "ConditionalCheckFailedException"
CANCELLED = "TransactionCanceledException"
FAILED = "ConditionalCheckFailed"  # the reason of one item of a cancelled transaction
COUNTER = "counter#"  # the beginning of a counter's key

Item = dict[str, Any]  # as boto3's client takes it


class Calls(Protocol):
    """What is asked of DynamoDB here."""

    def get(self, table: str, key: Item, **parameters: Any) -> Item | None:
        """The item, by a strong read."""

    def scan(self, **parameters: Any) -> Iterator[Item]:
        """What a walk over the table finds."""

    def write(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The answer of an operation that changes something."""


class DynamoEntries:
    """The promises by transactions with conditions. Shared by threads."""

    def __init__(self, calls: Calls, table: str) -> None:
        self._calls, self._table = calls, table
        self._sweeping: Iterator[Item] | None = None

    def get(self, key: str) -> Entry | None:
        """The entry, by a strong read."""
        item = self._calls.get(self._table, _key(key))
        return entry_of(item) if item else None

    def change(self, *changes: Change) -> bool:
        """One transaction. Its token makes a try whose answer got lost, and that is sent again, the same transaction."""
        parts = [self._part(change) for change in changes]
        try:
            self._calls.write("transact_write_items", TransactItems=parts, ClientRequestToken=secrets.token_hex(16), refusals=[CANCELLED])
        except Refused as refused:
            if FAILED not in refused.reasons:
                raise StorageError(f"An account could not be changed: {', '.join(refused.reasons)}.") from refused
            return False
        return True

    def count(self, key: str, *, most: int, expires_at: int) -> int | None:
        """One conditional write. A try whose answer got lost counts as well, so that there are fewer rather than more."""
        if most < 1:
            return None
        try:
            counted = self._calls.write(
                "update_item",
                TableName=self._table,
                Key=_key(COUNTER + key),
                UpdateExpression="SET expires_at = :expires_at ADD n :one",
                ConditionExpression="attribute_not_exists(n) OR n < :most",
                ExpressionAttributeValues={":expires_at": {"N": str(expires_at)}, ":one": {"N": "1"}, ":most": {"N": str(most)}},
                ReturnValues="UPDATED_NEW",
                refusals=[CONDITION],
            )
        except Refused:
            return None
        return int(counted["Attributes"]["n"]["N"])

    def sweep(self, now: int, *, most: int) -> int:
        """One stretch of a walk over the table, which goes on where the last one stopped."""
        walk = self._sweeping or self._calls.scan(
            TableName=self._table, FilterExpression="expires_at BETWEEN :one AND :now", ExpressionAttributeValues=_due(now)
        )
        n_gone = 0
        self._sweeping = walk
        for item in walk:
            n_gone += self._take_away_if_due(item["key"]["S"], now)
            if n_gone >= most:
                return n_gone
        self._sweeping = None
        return n_gone

    def all(self) -> Iterator[Entry]:
        """Gathered and sorted: DynamoDB has no order over its keys."""
        found = self._calls.scan(TableName=self._table, FilterExpression="attribute_exists(body)")
        yield from sorted(map(entry_of, found), key=lambda entry: entry.key)

    def _part(self, change: Change) -> dict[str, Any]:
        condition: dict[str, Any] = {}
        if change.was == 0:
            condition = {"ConditionExpression": "attribute_not_exists(body)"}
        elif change.was is not None:
            condition = {"ConditionExpression": "rev = :was", "ExpressionAttributeValues": {":was": {"N": str(change.was)}}}
        if change.body is None:
            return {"Delete": {"TableName": self._table, "Key": _key(change.key), **condition}}
        entry = Entry(change.key, (change.was or 0) + 1, change.owner, change.expires_at, change.body)
        return {"Put": {"TableName": self._table, "Item": wire_entry(entry), **condition}}

    def _take_away_if_due(self, key: str, now: int) -> bool:
        """Not if it was put again since it was read."""
        try:
            self._calls.write(
                "delete_item",
                TableName=self._table,
                Key=_key(key),
                ConditionExpression="expires_at BETWEEN :one AND :now",
                ExpressionAttributeValues=_due(now),
                refusals=[CONDITION],
            )
        except Refused:
            return False
        return True


def wire_entry(entry: Entry) -> Item:
    """A whole item; what never expires has no field for it."""
    item = {**_key(entry.key), "rev": {"N": str(entry.rev)}, "owner": {"N": str(entry.owner)}, "body": {"S": entry.body}}
    return {**item, "expires_at": {"N": str(entry.expires_at)}} if entry.expires_at else item


def entry_of(item: Item) -> Entry:
    """The entry; StorageError for an item that lacks a field."""
    try:
        expires_at = int(item["expires_at"]["N"]) if "expires_at" in item else 0
        return Entry(item["key"]["S"], int(item["rev"]["N"]), int(item["owner"]["N"]), expires_at, item["body"]["S"])
    except (KeyError, ValueError) as error:
        raise StorageError(f"The entry {item.get('key')!r} is damaged: {type(error).__name__} {error}.", kind="garbled") from error


def _key(key: str) -> Item:
    return {"key": {"S": key}}


def _due(now: int) -> Item:
    return {":one": {"N": "1"}, ":now": {"N": str(now)}}
