"""One call of a service, with everything around it: tries, checks of the answer, words for faults, the breaker."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection
from typing import Any

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from recommender.storage.amazon.breaker import Breaker
from recommender.storage.amazon.clients import Clients, Patience
from recommender.storage.amazon.codes import Fault, GarbledError
from recommender.storage.amazon.faults import Refused, fault_of

# What the breaker, which stops every call, does not count: an answer about one item, at once, by a place that works; and what a write may
# be refused by while reads go on.
OF_ONE_ITEM = {"conflict", "failed"}
ONLY_OF_WRITES = {"throttled", "denied", "missing"}

EXTRA_TRIES_OF_BATCHES = 6  # each has got something through, as a rule
LONGEST_PAUSE_SECONDS = 5.0

FAILURES = (BotoCoreError, ClientError, S3UploadFailedError, ResponseParserError, GarbledError, HTTPError, OSError, ValueError)

Answer = dict[str, Any]


class Calls:
    """A service as its callers see it: a dictionary that is a true answer, Refused, or StorageError in words. Shared by threads.

    Tried again, with a pause that grows and that chance shortens: what boto3 tries again, and what it does not: conflicts of transactions,
    bodies that were cut off, answers that lack what every answer has.
    """

    def __init__(self, clients: Clients, place: str, patience: Patience, *, probe: Callable[[Calls], object]) -> None:
        """place: for people, as in "the table movie". probe: one cheap read of it, asked for by the breaker."""
        self._clients, self._place, self._patience = clients, place, patience
        self._breaker = Breaker(place, lambda: probe(self)) if patience.has_breaker else None

    def __call__(
        self,
        operation: str,
        *,
        is_write: bool = False,
        refusals: Collection[str] = (),
        check: Callable[[Answer], None] = lambda answer: None,
        past_breaker: bool = False,
        **parameters: Any,
    ) -> Answer:
        """The answer of the operation, a method of boto3's client.

        refusals: codes that are answers, raised as Refused. check: raises GarbledError for an answer that cannot be one; a body that it
        reads belongs to the try. past_breaker: for the probe.
        """
        breaker = None if past_breaker else self._breaker
        if breaker is not None:
            breaker.check()
        not_counted = OF_ONE_ITEM | ONLY_OF_WRITES if is_write else OF_ONE_ITEM
        try:
            answer = self._tried(operation, refusals, check, parameters, breaker, not_counted)
        except Refused:
            if breaker is not None:
                breaker.succeeded()
            raise
        if breaker is not None:
            breaker.succeeded()
        return answer

    def until_nothing_is_left(self, send: Callable[[Answer], Answer], left: Answer) -> None:
        """Send what is left, and what is left of that, with a pause that grows while nothing gets through; StorageError when tries run out.

        For batches, which succeed in part: boto3 sends the rest again at once, and so keeps a busy place busy.
        """
        pause, n_left = self._patience.pause_seconds, self._patience.tries + EXTRA_TRIES_OF_BATCHES
        while left := send(left):
            n_left -= 1
            if not n_left:
                raise Fault("throttled", "parts of a batch were not taken").in_words(self._place)
            time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    @property
    def client(self) -> Any:
        """boto3's own, for what has tries of its own: moving large files."""
        return self._clients.client()

    def _tried(
        self,
        operation: str,
        refusals: Collection[str],
        check: Callable[[Answer], None],
        parameters: Answer,
        breaker: Breaker | None,
        not_counted: Collection[str],
    ) -> Answer:
        pause = self._patience.pause_seconds
        for n_left in reversed(range(self._patience.tries)):
            try:
                answer: Answer = getattr(self._clients.client(), operation)(**parameters)
                check(answer)
            except FAILURES as error:
                fault = _heard(error, refusals)
                trouble = fault.in_words(self._place)
                is_last = not (n_left and fault.is_worth_another_try)
                # Each try that nobody answered counts: a place that hangs is known as soon as two have waited, whoever they are.
                if breaker is not None and (is_last or fault.kind == "slow") and fault.kind not in not_counted:
                    breaker.failed(trouble)
                if is_last:
                    raise trouble from error
                time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  so that not all come back at the same moment
                if breaker is not None and breaker.is_open:  # others have found out meanwhile
                    raise trouble from error
                pause *= 2
            else:
                return answer
        raise AssertionError


def _heard(error: Exception, refusals: Collection[str]) -> Fault:
    """The fault; Refused for what the caller wants to hear of, and the error itself where it is a mistake of ours."""
    if isinstance(error, S3UploadFailedError) and isinstance(error.__context__, Exception):
        error = error.__context__  # boto3 puts what happened into a sentence
    fault = fault_of(error)
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in refusals and (fault is None or fault.kind != "conflict"):
            reasons = tuple(str(reason.get("Code")) for reason in error.response.get("CancellationReasons", ()))
            raise Refused(code, reasons) from error
    if fault is None:
        raise error
    return fault
