"""Calls of DynamoDB's tables: strong reads page by page, writes with and without a condition, batches to their end."""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from recommender.domain import UserId
from recommender.errors import StorageError
from recommender.storage.amazon.calls import Answer, Calls
from recommender.storage.amazon.clients import Clients, Patience
from recommender.storage.amazon.codes import GarbledError
from recommender.storage.amazon.faults import Refused
from recommender.storage.profiles.dynamodb_items import Item, wire
from recommender.storage.profiles.dynamodb_names import Tables

CONDITION = "ConditionalCheckFailedException"
NOBODY = UserId(0)  # a number that nobody has; stands for those too long for DynamoDB
LARGEST_WRITE = 25  # items in one BatchWriteItem: DynamoDB's limit
LARGEST_READ = 100  # items in one BatchGetItem: DynamoDB's limit
AT_ONCE = 16  # writes under way at the same time where many are to be done


class DynamoCalls:
    """Shared by threads. Every call raises StorageError in words for what is no answer.

    Every call asks for the capacity it consumed, since each true answer then has a field that a body cut off, or somebody else's, lacks.
    """

    def __init__(self, url: str, tables: Tables, patience: Patience) -> None:
        """url: for what is said of a closed store."""
        self._url, self._tables = url, tables
        clients = Clients("dynamodb", patience)
        # Each table has a breaker of its own: one that is throttled leaves the others in use.
        self._calls = {
            table: Calls(clients, f"the table {table}", patience, probe=functools.partial(_look, table, key))
            for table, key in tables.keys().items()
        }
        self._closed = threading.Event()

    def get(self, table: str, key: Item, **parameters: Any) -> Item | None:
        """The item, by a strong read."""
        item: Item | None = self._called("get_item", TableName=table, Key=key, ConsistentRead=True, **parameters).get("Item")
        return item

    def get_many(self, table: str, keys: Iterable[Item], **parameters: Any) -> Iterator[Item]:
        """The items that are there, by strong reads, LARGEST_READ at a time, in no order within those."""
        remaining = iter(keys)
        while chunk := list(itertools.islice(remaining, LARGEST_READ)):
            found: list[Item] = []

            def read(left: Answer, found: list[Item] = found) -> Answer:
                answer = self._called("batch_get_item", check=_has_responses, RequestItems=left)
                found += answer["Responses"][table]
                not_processed: Answer = answer.get("UnprocessedKeys", {})
                return not_processed

            self._calls[table].until_nothing_is_left(read, {table: {"Keys": chunk, "ConsistentRead": True, **parameters}})
            yield from found

    def query(self, **parameters: Any) -> Iterator[Item]:
        """What a query finds, by strong reads, a page at a time."""
        return self._pages("query", **parameters)

    def opinions_of(self, user_id: UserId) -> Iterator[Item]:
        """Every mark and rating of a person, the ratings last and by film."""
        condition = {"KeyConditionExpression": "userID = :user_id", "ExpressionAttributeValues": {":user_id": wire(user_id)}}
        return self.query(TableName=self._tables.ratings, **condition)

    def scan(self, **parameters: Any) -> Iterator[Item]:
        """What a walk over the table finds, by strong reads, a page at a time: everything that was there when it began."""
        return self._pages("scan", **parameters)

    def count(self, **parameters: Any) -> int:
        """How many items a scan finds."""
        return sum(int(answer["Count"]) for answer in self._answers("scan", Select="COUNT", **parameters))

    def write(self, operation: str, **parameters: Any) -> Answer:
        """The answer of an operation that changes something."""
        return self._called(operation, is_write=True, **parameters)

    def write_if(self, **parameters: Any) -> bool:
        """Update an item under a condition, and whether it held."""
        try:
            self.write("update_item", refusals=[CONDITION], **parameters)
        except Refused:
            return False
        return True

    def put_all(self, table: str, items: Iterable[Item]) -> None:
        """Put many items, whatever is there; broken off, some of them are there."""
        self._batches(table, ({"PutRequest": {"Item": item}} for item in items))

    def delete_all(self, table: str, keys: Iterable[Item]) -> None:
        """Delete many items; those that are not there are fine."""
        self._batches(table, ({"DeleteRequest": {"Key": key}} for key in keys))

    def close(self) -> None:
        """Every later call raises StorageError."""
        self._closed.set()

    def _batches(self, table: str, requests: Iterator[Answer]) -> None:
        """AT_ONCE batches under way; what was not processed for want of capacity is sent again after a pause."""

        def send(left: Answer) -> Answer:
            not_processed: Answer = self.write("batch_write_item", RequestItems=left).get("UnprocessedItems", {})
            return not_processed

        def send_all(chunk: list[Answer]) -> None:
            self._calls[table].until_nothing_is_left(send, {table: chunk})

        with ThreadPoolExecutor(AT_ONCE) as writers:
            while chunks := [chunk for _ in range(AT_ONCE) if (chunk := list(itertools.islice(requests, LARGEST_WRITE)))]:
                list(writers.map(send_all, chunks))

    def _first(self, parameters: dict[str, Any]) -> str:
        """The table of the first Put or Delete of a transaction: a check beside it is there for it."""
        parts = [part for item in parameters.get("TransactItems", ()) for kind, part in item.items() if kind != "ConditionCheck"]
        return str(parts[0]["TableName"]) if parts else self._tables.movie

    def _pages(self, operation: str, **parameters: Any) -> Iterator[Item]:
        for answer in self._answers(operation, **parameters):
            yield from answer["Items"]

    def _answers(self, operation: str, **parameters: Any) -> Iterator[Answer]:
        more: dict[str, Any] = {}
        while True:
            answer = self._called(operation, ConsistentRead=True, **parameters, **more)
            yield answer
            if "LastEvaluatedKey" not in answer:
                return
            more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _called(self, operation: str, *, check: Callable[[Answer], None] | None = None, **parameters: Any) -> Answer:
        if self._closed.is_set():
            raise StorageError(f"{self._url} has been closed.")
        # A batch or transaction is over several; the first of them stands for it.
        table = parameters.get("TableName") or next(iter(parameters.get("RequestItems", ())), None) or self._first(parameters)
        return self._calls[table](operation, check=check or _is_true_answer, ReturnConsumedCapacity="TOTAL", **parameters)


def _look(table: str, key: dict[str, str], calls: Calls) -> object:
    """Whether the table answers. key: attribute to type, of an item that is not there."""
    nobody = {name: wire(NOBODY) if kind == "N" else wire("#nobody") for name, kind in key.items()}
    parameters: dict[str, Any] = {"TableName": table, "Key": nobody, "ConsistentRead": True}
    return calls("get_item", check=_is_true_answer, past_breaker=True, ReturnConsumedCapacity="TOTAL", **parameters)


def _is_true_answer(answer: Answer) -> None:
    if "ConsumedCapacity" not in answer:
        raise GarbledError("the answer does not say what it consumed")


def _has_responses(answer: Answer) -> None:
    if "Responses" not in answer:
        raise GarbledError("the answer to a read of many has none")
