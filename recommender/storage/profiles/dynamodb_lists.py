"""List records in DynamoDB: kept under conditions, many at once, and cleared for another data set."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from recommender.domain import FIRST_OWN_USER_ID, ListRecord, UserId, is_own_person
from recommender.errors import InvalidInputError, StorageError
from recommender.storage.amazon.faults import Refused
from recommender.storage.profiles.dynamodb_calls import AT_ONCE, DynamoCalls
from recommender.storage.profiles.dynamodb_items import PUBLICATIONS, record_of, wire, wire_list
from recommender.storage.profiles.dynamodb_names import Tables

CANCELLED = "TransactionCanceledException"
FAILED = "ConditionalCheckFailed"  # the reason of one item of a cancelled transaction
CHUNK = 200  # lists taken from a publication at a time
MOST_CREATED = 99  # new records in one transaction, which takes a hundred items with the mark


class DynamoLists:
    """What the port promises of lists. A record is one item, so DynamoDB puts all who write it in a row. Shared by threads."""

    def __init__(self, at: DynamoCalls, tables: Tables) -> None:
        self._at, self._tables = at, tables
        self._noted = -1  # the highest generation that this process knows to be remembered

    def of(self, user_id: UserId) -> ListRecord | None:
        """The record; that of a person who has left is void."""
        item = self._at.get(self._tables.movie, {"userID": wire(user_id)})
        return record_of(user_id, item) if item else None

    def keep(self, made: ListRecord) -> bool:
        """Keep the list unless something newer is there."""
        self._note([made])
        return self._update(made) or (_may_be_new(made) and self._create([made]) == 1)

    def keep_all(self, made: Iterable[ListRecord]) -> int:
        """keep for many, AT_ONCE at a time."""
        n_kept, lists = 0, iter(made)
        with ThreadPoolExecutor(AT_ONCE) as writers:
            while chunk := list(itertools.islice(lists, CHUNK)):
                self._note(chunk)
                kept = list(writers.map(self._update, chunk))
                perhaps_new = [one for one, is_kept in zip(chunk, kept, strict=True) if not is_kept and _may_be_new(one)]
                n_kept += sum(kept)
                n_kept += sum(self._create(perhaps_new[at : at + MOST_CREATED]) for at in range(0, len(perhaps_new), MOST_CREATED))
        return n_kept

    def clear(self, generation: int) -> None:
        """Void the lists of all sample viewers; lists of a newer publication stay.

        The mark comes first: new records are put together with a look at it, and the old ones are all found by the scan that follows.
        """
        self._mark("cleared_by", generation)
        self._mark("highest", generation)
        records = self._at.scan(
            TableName=self._tables.movie,
            FilterExpression="userID < :own AND (attribute_not_exists(generation) OR generation <= :generation)",
            ProjectionExpression="userID",
            ExpressionAttributeValues={":own": wire(FIRST_OWN_USER_ID), ":generation": wire(generation)},
        )
        with ThreadPoolExecutor(AT_ONCE) as writers:
            while chunk := list(itertools.islice(records, CHUNK)):
                list(writers.map(lambda item: self._clear_one(item["userID"], generation), chunk))

    def _update(self, made: ListRecord) -> bool:
        """Whether the list is in its record now; a sample viewer's record must be there, an own person's is made."""
        is_same_rev = "rev = :rev"
        if made.rev == 0 and is_own_person(made.user_id):
            is_same_rev = "(attribute_not_exists(rev) OR rev = :rev)"
        return self._at.write_if(
            TableName=self._tables.movie,
            Key={"userID": wire(made.user_id)},
            UpdateExpression="SET rev = :rev, v = :v, movies = :movies, generation = :generation, model = :model, "
            "built_at = :built_at, basis = :basis",
            ConditionExpression=f"{is_same_rev} AND (attribute_not_exists(generation) OR generation <= :generation) "
            "AND attribute_not_exists(deleted)",
            ExpressionAttributeValues={f":{name}": value for name, value in wire_list(made).items()},
        )

    def _create(self, made: list[ListRecord]) -> int:
        """Put records of sample viewers who have none, each only if no clearing by a newer publication has been; how many were kept.

        A transaction, since the mark of the clearing is another item: else a list of the data set before could come in behind it.
        """
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
                n_kept += sum(map(self._update, there))  # they have a record by now, perhaps an older one
            else:
                return n_kept + len(made)
        return n_kept

    def _clear_one(self, user_id: dict[str, str], generation: int) -> None:
        # Refused: a newer publication has been there.
        self._at.write_if(
            TableName=self._tables.movie,
            Key={"userID": user_id},
            UpdateExpression="SET generation = :generation REMOVE movies",
            ConditionExpression="attribute_exists(rev) AND (attribute_not_exists(generation) OR generation <= :generation)",
            ExpressionAttributeValues={":generation": wire(generation)},
        )

    def _note(self, made: list[ListRecord]) -> None:
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


def _may_be_new(made: ListRecord) -> bool:
    """Whether a sample viewer may have no record yet; an own person's is made where it is updated."""
    return made.rev == 0 and not is_own_person(made.user_id)
