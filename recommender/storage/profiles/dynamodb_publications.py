"""A publication of sample viewers' lists in DynamoDB: what has changed is written, several at a time, and the rest confirmed by one write.

DynamoDB bills a write by the size of the item, whatever is changed in it, so that even a generation moved in a record would cost what the
whole list does. `sqlite_lists` says why a record that is confirmed instead breaks no promise.
"""

from __future__ import annotations

import itertools
import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from recommender.domain import Confirmed, ListRecord, Publishing, UserId
from recommender.errors import StorageError
from recommender.storage.profiles.dynamodb_calls import AT_ONCE, DynamoCalls
from recommender.storage.profiles.dynamodb_items import PUBLICATIONS, digest_of, fields, wire
from recommender.storage.profiles.dynamodb_lists import MOST_CREATED, DynamoLists, confirmed
from recommender.storage.profiles.dynamodb_names import Tables

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 20.0  # after calls whose own tries have run out
MOST_SECONDS = 300.0  # without a single call that got through, until a publication gives up

Result = TypeVar("Result")


class DynamoPublications:
    """Records are read by their digests alone: a fifth of what a write costs, and a twentieth of the bytes of a list."""

    def __init__(self, at: DynamoCalls, tables: Tables, lists: DynamoLists) -> None:
        self._at, self._tables, self._lists = at, tables, lists
        self._got_through = 0.0

    def publish(self, made: Iterable[ListRecord], generation: int, model: str) -> Publishing:
        """As the port says. AT_ONCE calls are under way at most, and as many chunks of lists are held."""
        self._got_through = time.monotonic()
        before = self._patiently(lambda: confirmed(self._at, self._tables))
        found, lists = Publishing(), iter(made)
        under_way: deque[Future[Publishing]] = deque()
        with ThreadPoolExecutor(AT_ONCE) as writers:
            try:
                while chunk := list(itertools.islice(lists, MOST_CREATED)):
                    self._patiently(partial(self._lists.note, chunk))
                    under_way.append(writers.submit(self._publish_some, chunk, generation, before))
                    if len(under_way) >= AT_ONCE:
                        found = found.and_also(under_way.popleft().result())
                while under_way:
                    found = found.and_also(under_way.popleft().result())
            except BaseException:
                for one in under_way:
                    one.cancel()
                raise
        self._confirm(generation, model)
        return found

    def _publish_some(self, made: list[ListRecord], generation: int, before: Confirmed) -> Publishing:
        there = self._patiently(lambda: self._there([one.user_id for one in made]))
        changed = [one for one in made if not _reads_the_same(one, there.get(one.user_id), generation, before)]
        new = [one for one in changed if one.user_id not in there]
        n_written = sum(self._patiently(partial(self._lists.update, one)) for one in changed if one.user_id in there)
        if new:
            n_written += self._patiently(lambda: self._lists.create(new))
        return Publishing(n_written, len(made) - len(changed), len(changed) - n_written)

    def _there(self, user_ids: list[UserId]) -> dict[int, dict[str, object]]:
        """What is compared of each record that is there."""
        keys = ({"userID": wire(user_id)} for user_id in user_ids)
        items = map(
            fields, self._at.get_many(self._tables.movie, keys, ProjectionExpression="userID, rev, generation, basis, built_at, digest")
        )
        return {int(item["userID"]): item for item in items}

    def _confirm(self, generation: int, model: str) -> None:
        """Let every list of the publication right before count as of this one; nothing where a newer one has done so."""
        self._lists.look_again()
        while (before := self._patiently(lambda: confirmed(self._at, self._tables))).by < generation:
            since = before.since if before.by == generation - 1 else generation - 1
            values = {":since": since, ":by": generation, ":model": model, ":before": before.by}
            write = partial(
                self._at.write_if,
                TableName=self._tables.accounts,
                Key={"key": wire(PUBLICATIONS)},
                UpdateExpression="SET confirmed_since = :since, confirmed_by = :by, confirmed_model = :model",
                ConditionExpression="attribute_not_exists(confirmed_by) OR confirmed_by = :before",
                ExpressionAttributeValues={name: wire(value) for name, value in values.items()},
            )
            if self._patiently(write):
                return

    def _patiently(self, call: Callable[[], Result]) -> Result:
        """What the call gives, asked again while the table is throttled and some calls get through; StorageError once none does."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                found = call()
            except StorageError as trouble:
                if trouble.kind != "throttled" or time.monotonic() - self._got_through > MOST_SECONDS:
                    raise
                time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  so that not all come back at the same moment
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            else:
                self._got_through = time.monotonic()
                return found


def _reads_the_same(made: ListRecord, there: dict[str, object] | None, generation: int, before: Confirmed) -> bool:
    """Whether the record holds the same list and counts as of the publication right before, or of this one."""
    if there is None or "digest" not in there or made.movies is None:
        return False
    if before.generation_of(int(str(there.get("generation", 0)))) < generation - 1 or there.get("rev") != made.rev:
        return False
    return there["digest"] == digest_of(made.movies, made.basis, float(str(there["built_at"])))
