"""Profiles in three tables of DynamoDB, shared by any number of machines.

A rating is two writes in this order: the rating, then `rev = rev + 1` with the list removed, both by the one item that DynamoDB puts all
writers of a person in a row for. What is acknowledged has both. A death in between leaves a rating nobody was told of, which the next
change of that person brings to light.
"""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Iterable, Iterator

from recommender.domain import FIRST_OWN_USER_ID, Account, ListRecord, MovieId, Opinions, Rating, UserId
from recommender.errors import UnknownUserError
from recommender.storage.accounts import Entries
from recommender.storage.accounts.dynamodb import DynamoEntries
from recommender.storage.amazon.calls import Answer
from recommender.storage.amazon.clients import QUICK, Patience
from recommender.storage.amazon.faults import Refused
from recommender.storage.profiles import Contents
from recommender.storage.profiles import dynamodb_house as house
from recommender.storage.profiles.dynamodb_calls import CONDITION, NOBODY, DynamoCalls
from recommender.storage.profiles.dynamodb_items import (
    LAST_NUMBER,
    LAST_USER_ID,
    MOST_DIGITS,
    PERSON,
    Item,
    account_of,
    fields,
    rating_of,
    wire,
    wire_account,
    wire_rating,
)
from recommender.storage.profiles.dynamodb_lists import DynamoLists
from recommender.storage.profiles.dynamodb_names import Tables
from recommender.storage.profiles.half_stars import half_stars_of


class DynamoProfiles:
    """The port's promises by conditional writes and strongly consistent reads. Shared by threads; a forked child connects anew."""

    def __init__(self, name: str, *, patience: Patience = QUICK) -> None:
        self.url = f"dynamodb://{name}"
        self._tables = Tables.of(name)
        self._at = DynamoCalls(self.url, self._tables, patience)
        self._lists = DynamoLists(self._at, self._tables)
        self.entries: Entries = DynamoEntries(self._at, self._tables.accounts)

    def new_person(self, token_digest: str, *, shared: bool, now: int) -> UserId:
        """A number never given before; one whose answer gets lost is given to nobody."""
        counted = self._at.write(
            "update_item",
            TableName=self._tables.accounts,
            Key={"key": wire(LAST_NUMBER)},
            UpdateExpression=f"SET {LAST_USER_ID} = if_not_exists({LAST_USER_ID}, :before_all) + :one",
            ExpressionAttributeValues={":before_all": wire(FIRST_OWN_USER_ID - 1), ":one": wire(1)},
            ReturnValues="UPDATED_NEW",
        )
        user_id = UserId(_field(counted, LAST_USER_ID))
        account = Account(user_id, token_digest, shared, now)
        self._at.write("put_item", TableName=self._tables.accounts, Item=wire_account(account))
        return user_id

    def has_person(self, user_id: UserId) -> bool:
        """Whether the number was given to a person who has not left."""
        return self._account(user_id) is not None

    def token_fits(self, user_id: UserId, token_digest: str) -> bool:
        """Whether the digest is that person's."""
        account = self._account(user_id)
        return account is not None and account.token_digest == token_digest

    def is_shared(self, user_id: UserId) -> bool:
        """Whether the person lets anyone who knows the number read the list."""
        account = self._account(user_id)
        return account is not None and account.shared

    def share(self, user_id: UserId, shared: bool) -> None:
        """Let anyone who knows the number read the list, or no longer."""
        is_done = self._at.write_if(
            TableName=self._tables.accounts,
            Key={"key": wire(_person(user_id))},
            UpdateExpression="SET #shared = :shared",
            ConditionExpression="attribute_exists(token_digest)",
            ExpressionAttributeNames={"#shared": "shared"},  # a reserved word
            ExpressionAttributeValues={":shared": wire(shared)},
        )
        if not is_done:
            raise UnknownUserError(user_id)

    def forget_person(self, user_id: UserId) -> None:
        """The person leaves: first nothing more can be rated or kept, then the ratings go, at last the account.

        A death on the way leaves the account, so that it can be said again.
        """
        if not self.has_person(user_id):
            return
        # Refused: done by a time before that broke off.
        self._at.write_if(
            TableName=self._tables.movie,
            Key={"userID": wire(user_id)},
            UpdateExpression="SET deleted = :yes, rev = if_not_exists(rev, :none) + :one, generation = :none, model = :nothing, "
            "built_at = :none REMOVE movies",
            ConditionExpression="attribute_not_exists(deleted)",
            ExpressionAttributeValues={":yes": wire(True), ":none": wire(0), ":one": wire(1), ":nothing": wire("")},
        )
        house.take_away(self._at, self._tables, user_id)

    def rate(self, rating: Rating) -> int:
        """Put the rating, then move the revision; InvalidInputError for stars off the scale."""
        half_stars = half_stars_of(rating, rating.user_id)
        self._check_person(rating.user_id)
        # Refused: equal stars keep their time.
        self._at.write_if(
            TableName=self._tables.ratings,
            Key=_rating_key(rating.user_id, rating.movie_id),
            UpdateExpression="SET half_stars = :half_stars, rated_at = :rated_at",
            ConditionExpression="attribute_not_exists(half_stars) OR half_stars <> :half_stars",
            ExpressionAttributeValues={":half_stars": wire(half_stars), ":rated_at": wire(rating.rated_at)},
        )
        try:
            return self._void(rating.user_id)
        except UnknownUserError:
            self._take_away(rating.user_id, rating.movie_id)  # they left between our two writes
            raise

    def rate_all(self, user_id: UserId, ratings: Iterable[Rating]) -> int:
        """Put what is new or has other stars, many at a time, then move the revision."""
        wanted = {rating.movie_id: (rating, half_stars_of(rating, user_id)) for rating in ratings}
        self._check_person(user_id)
        if not wanted:
            return self.opinions(user_id).rev
        there = {one.movie_id: round(one.stars * 2) for one in map(rating_of, self._at.ratings_of(user_id))}
        changed = [rating for movie_id, (rating, half_stars) in wanted.items() if there.get(movie_id) != half_stars]
        self._at.put_all(self._tables.ratings, map(wire_rating, changed))
        try:
            return self._void(user_id)
        except UnknownUserError:
            self._at.delete_all(self._tables.ratings, [_rating_key(user_id, rating.movie_id) for rating in changed])
            raise

    def unrate(self, user_id: UserId, movie_id: int) -> int:
        """Take the rating away, if there is one, then move the revision."""
        self._check_person(user_id)
        self._take_away(user_id, movie_id)
        return self._void(user_id)

    def opinions(self, user_id: UserId) -> Opinions:
        """The revision first, then every rating: what was acknowledged at that revision is among them, and perhaps one that came since."""
        if _key(user_id) == NOBODY:
            return Opinions(user_id, 0, ())
        item = self._at.get(self._tables.movie, {"userID": wire(user_id)}, ProjectionExpression="rev")
        ratings = tuple([rating_of(one) for one in self._at.ratings_of(user_id)])
        return Opinions(user_id, int(fields(item)["rev"]) if item else 0, ratings)

    def list_of(self, user_id: UserId) -> ListRecord | None:
        """The record; that of a person who has left is void."""
        return self._lists.of(user_id) if _key(user_id) != NOBODY else None

    def keep_list(self, made: ListRecord) -> bool:
        """Keep the list unless something newer is there."""
        return self._lists.keep(made)

    def keep_lists(self, made: Iterable[ListRecord]) -> int:
        """keep_list for many, several at a time."""
        return self._lists.keep_all(made)

    def clear_sample_lists(self, *, generation: int) -> None:
        """Void the lists of all sample viewers; lists of a newer publication stay."""
        self._lists.clear(generation)

    def highest_generation(self) -> int:
        """The highest generation of any record or clearing, which is remembered before a list of it is kept."""
        return house.marks(self._at, self._tables).highest_generation

    def all_ratings(self) -> Iterator[Rating]:
        """Every rating that was acknowledged before the call, and perhaps some that came during it, by user and movie ascending.

        DynamoDB has no read of one moment over a table, and no order over its keys: the ratings are gathered, 32 bytes each, and sorted.
        """
        people = set(self.people())
        columns = array("q"), array("q"), array("b"), array("q")
        for item in self._at.scan(TableName=self._tables.ratings):
            one = rating_of(item)
            if one.user_id in people:  # not what a rater who died in the middle left of a person who has gone
                for column, value in zip(columns, (one.user_id, one.movie_id, round(one.stars * 2), one.rated_at), strict=True):
                    column.append(value)
        user_ids, movie_ids, half_stars, rated_at = columns
        for at in sorted(range(len(user_ids)), key=lambda at: (user_ids[at], movie_ids[at])):
            yield Rating(UserId(user_ids[at]), MovieId(movie_ids[at]), half_stars[at] / 2, rated_at[at])

    def people(self) -> Iterator[UserId]:
        """Every person who has not left, ascending."""
        return (account.user_id for account in house.accounts(self._at, self._tables))

    def counts(self) -> dict[str, int]:
        """How many "people", "ratings" and "lists" are kept; the tables are read for it from end to end."""
        return {
            "people": sum(1 for _ in self.people()),
            "ratings": self._at.count(TableName=self._tables.ratings),
            "lists": self._at.count(TableName=self._tables.movie, FilterExpression="attribute_exists(movies)"),
        }

    @contextlib.contextmanager
    def contents(self) -> Iterator[Contents]:
        """Everything that is kept, read as it is gone through; ratings before records, so that no list lacks a rating that is read."""
        yield Contents(
            house.marks(self._at, self._tables),
            house.accounts(self._at, self._tables),
            self.all_ratings(),
            house.records(self._at, self._tables),
            self.entries.all(),
        )

    def adopt(self, contents: Contents) -> None:
        """Take everything over; until it is done `check` says that it is not, and it can be repeated."""
        house.adopt(self._at, self._tables, contents)

    def check(self) -> None:
        """Nothing if the tables answer, and nobody's moving in was broken off."""
        self._at.get(self._tables.movie, {"userID": wire(NOBODY)})
        house.check_is_whole(self._at, self._tables)

    def close(self) -> None:
        """Nothing is under way between calls, so there is nothing to finish."""
        self._at.close()

    def _account(self, user_id: UserId) -> Account | None:
        item = self._at.get(self._tables.accounts, {"key": wire(_person(user_id))})
        return account_of(item) if item else None

    def _check_person(self, user_id: UserId) -> None:
        if not self.has_person(user_id):
            raise UnknownUserError(user_id)

    def _take_away(self, user_id: UserId, movie_id: int) -> None:
        if len(str(abs(movie_id))) <= MOST_DIGITS:
            self._at.write("delete_item", TableName=self._tables.ratings, Key=_rating_key(user_id, movie_id))

    def _void(self, user_id: UserId) -> int:
        """The new revision; the list is gone, the generation that made it is still known. A try whose answer got lost counts as well."""
        try:
            moved = self._at.write(
                "update_item",
                TableName=self._tables.movie,
                Key={"userID": wire(user_id)},
                UpdateExpression="SET rev = if_not_exists(rev, :none) + :one REMOVE movies",
                ConditionExpression="attribute_not_exists(deleted)",
                ExpressionAttributeValues={":none": wire(0), ":one": wire(1)},
                ReturnValues="UPDATED_NEW",
                refusals=[CONDITION],
            )
        except Refused as refused:
            raise UnknownUserError(user_id) from refused
        return _field(moved, "rev")


def _field(answer: Answer, name: str) -> int:
    return int(answer["Attributes"][name]["N"])


def _key(user_id: int) -> UserId:
    return UserId(user_id) if len(str(abs(user_id))) <= MOST_DIGITS else NOBODY


def _person(user_id: UserId) -> str:
    return f"{PERSON}{_key(user_id)}"


def _rating_key(user_id: UserId, movie_id: int) -> Item:
    return {"userID": wire(user_id), "movieID": wire(movie_id)}
