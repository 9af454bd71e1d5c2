"""Clients of boto3 with timeouts and attempts of ours: its own defaults hold a request for seconds or minutes, and change with versions."""

from __future__ import annotations

import binascii
import functools
import json
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recommender.storage.amazon.codes import GarbledError

if TYPE_CHECKING:
    from botocore.client import BaseClient

OK = 200
READS_OF_ITEMS = {"GetItem", "BatchGetItem", "Query", "Scan"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer is waited for. connect_seconds, read_seconds: of one attempt. tries: of ours, over boto3's own attempts.

    pause_seconds: the longest wait before the second try; it doubles from there, and chance shortens it. has_breaker: whether a place in
    trouble is left alone until it answers again, so that only the first few pay.
    """

    connect_seconds: float
    read_seconds: float
    boto_attempts: int
    tries: int
    pause_seconds: float
    has_breaker: bool


# A page waits: whatever goes wrong, one call is over in less than a second.
QUICK = Patience(connect_seconds=0.3, read_seconds=0.4, boto_attempts=1, tries=2, pause_seconds=0.05, has_breaker=True)
# Nobody waits: a trainer or a move outlives a throttled minute.
PATIENT = Patience(connect_seconds=5, read_seconds=30, boto_attempts=4, tries=6, pause_seconds=0.2, has_breaker=False)


class Clients:
    """The client of one service, made when first needed and anew in a forked child, whose parent keeps its connections."""

    def __init__(self, service: str, patience: Patience, *, most_connections: int = 32) -> None:
        self._service, self._patience, self._most_connections = service, patience, most_connections
        self._making = threading.Lock()
        self._client: BaseClient | None = None
        self._pid = 0

    def client(self) -> Any:
        """The client of this process; botocore's errors for a region or a profile that is not there."""
        if self._client is None or self._pid != os.getpid():
            with self._making:
                if self._client is None or self._pid != os.getpid():
                    self._client, self._pid = self._made(), os.getpid()
        return self._client

    def _made(self) -> BaseClient:
        from botocore.config import Config

        config = Config(
            connect_timeout=self._patience.connect_seconds,
            read_timeout=self._patience.read_seconds,
            retries={"mode": "standard", "total_max_attempts": self._patience.boto_attempts},
            max_pool_connections=self._most_connections,
            tcp_keepalive=True,
        )
        session = _session(os.getpid())
        # AWS_REGION is what Lambda and most tools set; boto3 itself reads AWS_DEFAULT_REGION and ~/.aws/config.
        region = session.region_name or os.environ.get("AWS_REGION")
        with _making:
            client = session.client(self._service, region_name=region, config=config)
        client.meta.events.register("before-parse.dynamodb", _take_apart)  # S3's sums are compared by boto3 itself
        return client


_making = threading.Lock()  # a session makes one client at a time


@functools.lru_cache(maxsize=1)
def _session(pid: int) -> Any:
    """boto3's session of this process: what it has read of services and keys serves all clients."""
    import boto3

    return boto3.session.Session()


def _take_apart(operation_model: Any, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """What DynamoDB answered, as it is written: boto3 would walk over a list for 1 ms, and change bytes alone, of which we have none.

    GarbledError for a body that is not what DynamoDB has summed; boto3 compares it too, and then takes the body at its last attempt.
    """
    body, expected = response_dict["body"], response_dict["headers"].get("x-amz-crc32")
    if expected is not None and binascii.crc32(body) != int(expected):
        raise GarbledError("the answer is not what was sent")
    if response_dict["status_code"] != OK or operation_model.name not in READS_OF_ITEMS:
        return
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise GarbledError("the answer is no JSON") from error
    if not isinstance(answer, dict):
        raise GarbledError("the answer is no object of JSON")
    customized_response_dict.update(answer)
    response_dict["body"] = b"{}"  # nothing is left for boto3 to take apart
