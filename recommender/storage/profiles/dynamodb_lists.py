"""List records in DynamoDB: kept under conditions, many at once, and cleared for another data set."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from recommender.domain import FIRST_OWN_USER_ID, Confirmed, ListRecord, UserId, is_own_person
from recommender.errors import InvalidInputError, StorageError
from recommender.storage.amazon.faults import Refused
from recommender.storage.profiles.dynamodb_calls import AT_ONCE, DynamoCalls
from recommender.storage.profiles.dynamodb_items import PUBLICATIONS, fields, record_of, wire, wire_list
from recommender.storage.profiles.dynamodb_names import Tables

CANCELLED = "TransactionCanceledException"
FAILED = "ConditionalCheckFailed"  # the reason of one item of a cancelled transaction
CHUNK = 200  # lists taken from a publication at a time
MOST_CREATED = 99  # new records in one transaction, which takes a hundred items with the mark
SECONDS_BETWEEN_LOOKS = 1.0  # at what the last publication confirmed; until it is seen, lists are made again at a look


class DynamoLists:
    """What the port promises of lists. A record is one item, so DynamoDB puts all who write it in a row. Shared by threads."""

    def __init__(self, at: DynamoCalls, tables: Tables) -> None:
        self._at, self._tables = at, tables
        self._noted = -1  # the highest generation that this process knows to be remembered
        self._confirmed, self._looked_at = Confirmed(), float("-inf")
        self._creating = threading.Lock()  # two transactions that look at one mark get in each other's way

    def of(self, user_id: UserId) -> ListRecord | None:
        """The record; that of a person who has left is void."""
        item = self._at.get(self._tables.movie, {"userID": wire(user_id)})
        if item is None:
            return None
        record = record_of(user_id, item)
        return record if is_own_person(user_id) else as_confirmed(record, self._last_confirmed())

    def keep(self, made: ListRecord) -> bool:
        """Keep the list unless something newer is there."""
        self.note([made])
        return self.update(made) or (_may_be_new(made) and self.create([made]) == 1)

    def keep_all(self, made: Iterable[ListRecord]) -> int:
        """keep for many, AT_ONCE at a time."""
        n_kept, lists = 0, iter(made)
        with ThreadPoolExecutor(AT_ONCE) as writers:
            while chunk := list(itertools.islice(lists, CHUNK)):
                self.note(chunk)
                kept = list(writers.map(self.update, chunk))
                perhaps_new = [one for one, is_kept in zip(chunk, kept, strict=True) if not is_kept and _may_be_new(one)]
                n_kept += sum(kept)
                n_kept += sum(self.create(perhaps_new[at : at + MOST_CREATED]) for at in range(0, len(perhaps_new), MOST_CREATED))
        return n_kept

    def clear(self, generation: int) -> None:
        """Void the lists of all sample viewers; lists of a newer publication stay.

        The mark comes first: new records are put together with a look at it, and the old ones are all found by the scan that follows.
        """
        self._mark("cleared_by", generation)
        self._mark("highest", generation)
        newer = confirmed(self._at, self._tables)
        # Lists from there on count as of a newer publication, whatever generation they bear.
        end = newer.since if newer.by > generation else generation + 1
        records = self._at.scan(
            TableName=self._tables.movie,
            FilterExpression="userID < :own AND (attribute_not_exists(generation) OR generation < :end)",
            ProjectionExpression="userID",
            ExpressionAttributeValues={":own": wire(FIRST_OWN_USER_ID), ":end": wire(end)},
        )
        with ThreadPoolExecutor(AT_ONCE) as writers:
            while chunk := list(itertools.islice(records, CHUNK)):
                list(writers.map(lambda item: self._clear_one(item["userID"], generation, end), chunk))

    def update(self, made: ListRecord) -> bool:
        """Whether the list is in its record now; a sample viewer's record must be there, an own person's is made."""
        is_same_rev = "rev = :rev"
        if made.rev == 0 and is_own_person(made.user_id):
            is_same_rev = "(attribute_not_exists(rev) OR rev = :rev)"
        return self._at.write_if(
            TableName=self._tables.movie,
            Key={"userID": wire(made.user_id)},
            UpdateExpression="SET rev = :rev, v = :v, movies = :movies, digest = :digest, generation = :generation, model = :model, "
            "built_at = :built_at, basis = :basis",
            ConditionExpression=f"{is_same_rev} AND (attribute_not_exists(generation) OR generation <= :generation) "
            "AND attribute_not_exists(deleted)",
            ExpressionAttributeValues={f":{name}": value for name, value in wire_list(made).items()},
        )

    def create(self, made: list[ListRecord]) -> int:
        """Put records of sample viewers who have none, each only if no clearing by a newer publication has been; how many were kept.

        A transaction, since the mark of the clearing is another item: else a list of the data set before could come in behind it.
        """
        with self._creating:
            return self._created(made)

    def _created(self, made: list[ListRecord]) -> int:
        n_kept = 0
        while made:
            no_newer_clearing = {
                "TableName": self._tables.accounts,
                "Key": {"key": wire(PUBLICATIONS)},
                "ConditionExpression": "attribute_not_exists(cleared_by) OR cleared_by <= :generation",
                "ExpressionAttributeValues": {":generation": wire(min(one.generation for one in made))},
            }
            puts = [
                {
                    "Put": {
                        "TableName": self._tables.movie,
                        "Item": {"userID": wire(one.user_id), **wire_list(one)},
                        "ConditionExpression": "attribute_not_exists(userID)",
                    }
                }
                for one in made
            ]
            try:
                self._at.write("transact_write_items", TransactItems=[{"ConditionCheck": no_newer_clearing}, *puts], refusals=[CANCELLED])
            except Refused as refused:
                if refused.reasons[:1] == (FAILED,):
                    return n_kept
                there = [one for one, reason in zip(made, refused.reasons[1:], strict=True) if reason == FAILED]
                if not there:
                    raise StorageError(f"New lists could not be kept: {', '.join(refused.reasons)}.") from refused
                made = [one for one in made if one not in there]
                n_kept += sum(map(self.update, there))  # they have a record by now, perhaps an older one
            else:
                return n_kept + len(made)
        return n_kept

    def _last_confirmed(self) -> Confirmed:
        now = time.monotonic()
        if now - self._looked_at >= SECONDS_BETWEEN_LOOKS:
            self._confirmed, self._looked_at = confirmed(self._at, self._tables), now
        return self._confirmed

    def look_again(self) -> None:
        """See at the next list what has been confirmed just now."""
        self._looked_at = float("-inf")

    def _clear_one(self, user_id: dict[str, str], generation: int, end: int) -> None:
        # Refused: a newer publication has been there.
        self._at.write_if(
            TableName=self._tables.movie,
            Key={"userID": user_id},
            UpdateExpression="SET generation = :generation REMOVE movies, digest",
            ConditionExpression="attribute_exists(rev) AND (attribute_not_exists(generation) OR generation < :end)",
            ExpressionAttributeValues={":generation": wire(generation), ":end": wire(end)},
        )

    def note(self, made: list[ListRecord]) -> None:
        """Remember the highest generation, once a process and generation, before any list of it can be read."""
        for one in made:
            if one.movies is None:
                raise InvalidInputError("movies", None, "a list, to be kept")
        highest = max(one.generation for one in made)
        if highest > self._noted:
            self._mark("highest", highest)
            self._noted = highest

    def _mark(self, name: str, generation: int) -> None:
        # Refused: something as high, or higher, is remembered already.
        self._at.write_if(
            TableName=self._tables.accounts,
            Key={"key": wire(PUBLICATIONS)},
            UpdateExpression="SET #name = :generation",
            ConditionExpression="attribute_not_exists(#name) OR #name < :generation",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":generation": wire(generation)},
        )


def confirmed(at: DynamoCalls, tables: Tables) -> Confirmed:
    """What the last publication confirmed, by a strong read."""
    item = at.get(tables.accounts, {"key": wire(PUBLICATIONS)})
    said = fields(item) if item else {}
    return Confirmed(int(said.get("confirmed_since", 0)), int(said.get("confirmed_by", 0)), str(said.get("confirmed_model", "")))


def as_confirmed(record: ListRecord, said: Confirmed) -> ListRecord:
    """A record as of the publication that confirmed it last; an own person's and a void one as they are."""
    generation = said.generation_of(record.generation)
    if is_own_person(record.user_id) or record.movies is None or generation == record.generation:
        return record
    return replace(record, generation=generation, model=said.model)


def _may_be_new(made: ListRecord) -> bool:
    """Whether a sample viewer may have no record yet; an own person's is made where it is updated."""
    return made.rev == 0 and not is_own_person(made.user_id)
