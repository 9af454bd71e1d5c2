"""Moving into and out of DynamoDB's tables: everything that is kept, read out whole and taken over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from recommender.domain import FIRST_OWN_USER_ID, Account, ListRecord, Marks, UserId, is_own_person
from recommender.errors import StorageError
from recommender.storage.accounts.dynamodb import wire_entry
from recommender.storage.profiles import Contents
from recommender.storage.profiles import dynamodb_films as films
from recommender.storage.profiles.dynamodb_calls import NOBODY, DynamoCalls
from recommender.storage.profiles.dynamodb_items import (
    ADOPTION,
    LAST_NUMBER,
    LAST_USER_ID,
    PERSON,
    PUBLICATIONS,
    Item,
    account_of,
    fields,
    opinion_key,
    record_of,
    wire,
    wire_account,
    wire_mark,
    wire_rating,
    wire_record,
)
from recommender.storage.profiles.dynamodb_lists import as_confirmed, confirmed
from recommender.storage.profiles.dynamodb_names import Tables


def marks(at: DynamoCalls, tables: Tables) -> Marks:
    """What the three account items remember."""
    number = at.get(tables.accounts, {"key": wire(LAST_NUMBER)})
    publications = at.get(tables.accounts, {"key": wire(PUBLICATIONS)})
    said = fields(publications) if publications else {}
    last = int(fields(number)[LAST_USER_ID]) if number else FIRST_OWN_USER_ID - 1
    return Marks(last, int(said.get("cleared_by", 0)), int(said.get("highest", 0)), films.last_movie_id(at, tables))


def accounts(at: DynamoCalls, tables: Tables) -> Iterator[Account]:
    """Everybody who has not left, by number."""
    found = at.scan(
        TableName=tables.accounts,
        FilterExpression="begins_with(#key, :person)",
        ExpressionAttributeNames={"#key": "key"},
        ExpressionAttributeValues={":person": wire(PERSON)},
    )
    yield from sorted(map(account_of, found), key=lambda account: account.user_id)


def records(at: DynamoCalls, tables: Tables) -> Iterator[ListRecord]:
    """Every record, by number: the numbers first, since DynamoDB has no order over them, then a hundred records at a time."""
    said = confirmed(at, tables)
    user_ids = sorted(int(item["userID"]["N"]) for item in at.scan(TableName=tables.movie, ProjectionExpression="userID"))
    hundreds = (user_ids[start : start + 100] for start in range(0, len(user_ids), 100))
    for some in hundreds:
        found = at.get_many(tables.movie, ({"userID": wire(user_id)} for user_id in some))
        some_records = (as_confirmed(record_of(UserId(int(item["userID"]["N"])), item), said) for item in found)
        yield from sorted(some_records, key=lambda record: record.user_id)


def check_is_whole(at: DynamoCalls, tables: Tables) -> None:
    """StorageError where somebody's moving in was broken off and not repeated yet."""
    if at.get(tables.accounts, {"key": wire(ADOPTION)}):
        raise StorageError(f"Moving into the tables of {tables.movie} was broken off; run `matinee migrate` again before they are used.")


def adopt(at: DynamoCalls, tables: Tables, contents: Contents) -> None:
    """Put everything into empty tables, between a mark that it has begun and the taking away of the mark.

    What a time before left, which its mark tells of, is taken away first.
    """
    if at.get(tables.accounts, {"key": wire(ADOPTION)}):
        _empty(at, tables)
    _check_is_empty(at, tables)
    at.write("put_item", TableName=tables.accounts, Item={"key": wire(ADOPTION)})
    people: set[UserId] = set()
    at.put_all(tables.accounts, _noting(contents.accounts, people))
    at.put_all(tables.ratings, (wire_rating(rating) for rating in contents.ratings if rating.user_id in people))
    at.put_all(tables.ratings, (wire_mark(mark) for mark in contents.film_marks if mark.user_id in people))
    gone: set[UserId] = set()
    highest_number = contents.marks.last_user_id
    at.put_all(tables.movie, (wire_record(record) for record in _as_far_as_known(contents.records, people, gone)))
    at.put_all(tables.accounts, (wire_entry(entry) for entry in contents.entries if entry.owner in people - gone))
    here = people - gone
    added = (film if film.added_by in here else replace(film, added_by=NOBODY) for film in contents.added_films)
    films.take_over(at, tables, added, contents.marks.last_movie_id)
    for user_id in sorted(gone):
        highest_number = max(highest_number, user_id)
        take_away(at, tables, user_id)
    at.write("put_item", TableName=tables.accounts, Item={"key": wire(LAST_NUMBER), LAST_USER_ID: wire(highest_number)})
    publications = {"cleared_by": contents.marks.cleared_by, "highest": contents.marks.highest_generation}
    at.write(
        "put_item",
        TableName=tables.accounts,
        Item={"key": wire(PUBLICATIONS), **{name: wire(generation) for name, generation in publications.items() if generation}},
    )
    at.write("delete_item", TableName=tables.accounts, Key={"key": wire(ADOPTION)})


def take_away(at: DynamoCalls, tables: Tables, user_id: UserId) -> None:
    """A person's ratings and marks, then the account."""
    at.delete_all(tables.ratings, map(opinion_key, at.opinions_of(user_id)))
    at.write("delete_item", TableName=tables.accounts, Key={"key": wire(f"{PERSON}{user_id}")})


def _noting(some: Iterable[Account], people: set[UserId]) -> Iterator[Item]:
    for account in some:
        people.add(account.user_id)
        yield wire_account(account)


def _as_far_as_known(some: Iterable[ListRecord], people: set[UserId], gone: set[UserId]) -> Iterator[ListRecord]:
    """Where accounts and records were not read in one moment, whoever came or left in between counts as gone."""
    for record in some:
        if is_own_person(record.user_id) and (record.deleted or record.user_id not in people):
            gone.add(record.user_id)
            yield ListRecord(record.user_id, record.rev, deleted=True)
        else:
            yield record


def _check_is_empty(at: DynamoCalls, tables: Tables) -> None:
    people = {"FilterExpression": "begins_with(#key, :person)", "ExpressionAttributeNames": {"#key": "key"}}
    found: dict[str, Iterator[object]] = {
        "people": at.scan(TableName=tables.accounts, **people, ExpressionAttributeValues={":person": wire(PERSON)}),
        "films": films.all_films(at, tables),
        "ratings": at.scan(TableName=tables.ratings, Limit=1),
        "lists": at.scan(TableName=tables.movie, Limit=1),
        "accounts": at.scan(TableName=tables.accounts, FilterExpression="attribute_exists(body)"),
    }
    for what, items in found.items():
        if next(items, None) is not None:
            raise StorageError(
                f"dynamodb://{tables.movie} already holds {what}; only an empty store can take over another's contents. Name a new one."
            )


def _empty(at: DynamoCalls, tables: Tables) -> None:
    for table, key in tables.keys().items():
        items = at.scan(
            TableName=table,
            ProjectionExpression=", ".join(f"#{name}" for name in key),
            ExpressionAttributeNames={f"#{name}": name for name in key},
        )
        mark = {"key": wire(ADOPTION)}
        at.delete_all(table, [item for item in items if item != mark])
