"""List records read from DynamoDB without an SDK: a signed, strongly consistent GetItem, and nothing else.

boto3 takes a quarter of a second to be there, which is what a person waits for when Lambda starts a new machine.
"""

from __future__ import annotations

import binascii
import json
import os
import random
import time
from collections.abc import Mapping
from typing import Any

from recommender.connection import NO_ANSWER, BrokenAnswerError, HttpAnswer, KeptConnection
from recommender.domain import ListRecord, UserId
from recommender.storage.amazon.codes import Fault, kind_of_code
from recommender.storage.amazon.signature import Keys, signed
from recommender.storage.profiles.dynamodb_items import MOST_DIGITS, PERSON, Item, account_of, record_of, wire
from recommender.storage.profiles.dynamodb_names import Tables

TRY_SECONDS = 0.8  # for connecting and the whole answer
PAUSE_SECONDS = 0.05  # the longest before the second and last try
CONTENT_TYPE = "application/x-amz-json-1.0"
OK = 200


class DynamoListReader:
    """The port's promises by at most two tries. Shared by threads; the connection is kept between questions.

    Keys, region and address are read from the environment at each question, since Lambda lends new keys from time to time.
    """

    def __init__(self, name: str, environment: Mapping[str, str] = os.environ) -> None:
        """name: of the tables, as in dynamodb://name."""
        self._tables = Tables.of(name)
        self._environment = environment
        self._connections: dict[str, KeptConnection] = {}

    def record(self, user_id: UserId) -> ListRecord | None:
        """The record; that of a person who has left is void."""
        if len(str(abs(user_id))) > MOST_DIGITS:  # DynamoDB knows no such numbers, so nobody has one
            return None
        item = self._item(self._tables.movie, {"userID": wire(user_id)})
        return record_of(user_id, item) if item is not None else None

    def is_shared(self, user_id: UserId) -> bool:
        """Whether the person lets anyone who knows the number read the list."""
        if len(str(abs(user_id))) > MOST_DIGITS:
            return False
        item = self._item(self._tables.accounts, {"key": wire(f"{PERSON}{user_id}")})
        return item is not None and account_of(item).shared

    def _item(self, table: str, key: Item) -> Item | None:
        # The capacity is asked for since each true answer then has a field that a body cut off, or somebody else's, lacks.
        asked = {"TableName": table, "Key": key, "ConsistentRead": True, "ReturnConsumedCapacity": "TOTAL"}
        body = json.dumps(asked).encode()
        answer = self._tried(body)
        if isinstance(answer, Fault) and answer.is_worth_another_try:
            time.sleep(PAUSE_SECONDS * random.uniform(0.5, 1))  # noqa: S311  so that not all come back at the same moment
            answer = self._tried(body)
        item = answer if isinstance(answer, Fault) else _item_of(answer, key)
        if isinstance(item, Fault):
            raise item.in_words(f"the table {table}")
        return item

    def _tried(self, body: bytes) -> dict[str, Any] | Fault:
        """A true answer, or what is wrong."""
        region = self._environment.get("AWS_REGION") or self._environment.get("AWS_DEFAULT_REGION", "")
        keys = Keys(*(self._environment.get(f"AWS_{name}", "") for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")))
        if not (region and keys.key_id and keys.secret):
            return Fault("settings", "AWS_REGION, AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is empty")
        try:
            connection = self._connection(region)
        except ValueError as error:
            return Fault("settings", str(error))
        headers = {"host": connection.host, "content-type": CONTENT_TYPE, "x-amz-target": "DynamoDB_20120810.GetItem"}
        headers = signed(headers, body, keys, service="dynamodb", region=region, now=time.time())
        del headers["host"]  # which the connection says itself
        try:
            return _read(connection.ask("POST", "/", headers, body, seconds=TRY_SECONDS))
        except NO_ANSWER as error:
            return _fault_of(error)

    def _connection(self, region: str) -> KeptConnection:
        given = self._environment.get("AWS_ENDPOINT_URL_DYNAMODB") or self._environment.get("AWS_ENDPOINT_URL")
        url = given or f"https://dynamodb.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"
        if url not in self._connections:
            self._connections = {url: KeptConnection(url)}
        return self._connections[url]


def _fault_of(error: Exception) -> Fault:
    detail = f"{type(error).__name__} {error}".strip()
    match error:
        case TimeoutError():
            return Fault("slow", detail)
        case OSError():
            return Fault("unreachable", detail)
        case BrokenAnswerError():
            return Fault("garbled", detail)
    raise error


def _read(answer: HttpAnswer) -> dict[str, Any] | Fault:
    expected = answer.headers.get("x-amz-crc32")
    if expected is not None and expected != str(binascii.crc32(answer.body)):
        return Fault("garbled", "the answer is not what was sent")
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if answer.status != OK:
        return _refusal(answer, said if isinstance(said, dict) else {})
    if not isinstance(said, dict) or "ConsumedCapacity" not in said:
        return Fault("garbled", "the answer is no JSON that says what it consumed")
    return said


def _refusal(answer: HttpAnswer, said: dict[str, Any]) -> Fault:
    code = str(said.get("__type", "")).rpartition("#")[2]
    message = str(said.get("message") or said.get("Message") or "")
    return Fault(kind_of_code(code, message, answer.status), " ".join(f"{answer.reason} {code} {message}".split())[:200])


def _item_of(answer: dict[str, Any], key: Item) -> Item | Fault | None:
    """The item of an answer; None where it has none. An item with another key belongs to somebody else."""
    item: Item | None = answer.get("Item")
    if item is not None and not (isinstance(item, dict) and item.items() >= key.items()):
        return Fault("garbled", "the item is not the one that was asked for")
    return item
