"""Profiles in three tables of DynamoDB, shared by any number of machines.

A rating is two writes in this order: the rating, then `rev = rev + 1` with the list removed, both by the one item that DynamoDB puts all
writers of a person in a row for. What is acknowledged has both. A death in between leaves a rating nobody was told of, which the next
change of that person brings to light. A change of many things is the same: first all of them, then the revision, once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from recommender.domain import (
    FIRST_OWN_USER_ID,
    Account,
    AddedFilm,
    Change,
    FilmMark,
    ListRecord,
    Movie,
    Opinions,
    Publishing,
    Rating,
    UserId,
)
from recommender.errors import UnknownUserError
from recommender.storage.accounts import Entries
from recommender.storage.accounts.dynamodb import DynamoEntries
from recommender.storage.amazon.calls import Answer
from recommender.storage.amazon.clients import QUICK, Patience
from recommender.storage.amazon.faults import Refused
from recommender.storage.profiles import Contents
from recommender.storage.profiles import dynamodb_films as films
from recommender.storage.profiles import dynamodb_house as house
from recommender.storage.profiles import dynamodb_opinions as opinions
from recommender.storage.profiles.changes import checked, half_stars_of
from recommender.storage.profiles.dynamodb_calls import CONDITION, NOBODY, DynamoCalls
from recommender.storage.profiles.dynamodb_items import (
    LAST_NUMBER,
    LAST_USER_ID,
    MOST_DIGITS,
    PERSON,
    account_of,
    fields,
    rating_key,
    wire,
    wire_account,
)
from recommender.storage.profiles.dynamodb_lists import DynamoLists
from recommender.storage.profiles.dynamodb_names import Tables
from recommender.storage.profiles.dynamodb_publications import DynamoPublications
from recommender.storage.profiles.film_names import check_link


class DynamoProfiles:
    """The port's promises by conditional writes and strongly consistent reads. Shared by threads; a forked child connects anew."""

    def __init__(self, name: str, *, patience: Patience = QUICK) -> None:
        self.url = f"dynamodb://{name}"
        self._tables = Tables.of(name)
        self._at = DynamoCalls(self.url, self._tables, patience)
        self._lists = DynamoLists(self._at, self._tables)
        self._publications = DynamoPublications(self._at, self._tables, self._lists)
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
        """The person leaves: first nothing more can be rated or kept, then what they said goes, at last the account.

        A death on the way leaves the account, so that it can be said again.
        """
        if not self.has_person(user_id):
            return
        # Refused: done by a time before that broke off.
        self._at.write_if(
            TableName=self._tables.movie,
            Key={"userID": wire(user_id)},
            UpdateExpression="SET deleted = :yes, rev = if_not_exists(rev, :none) + :one, generation = :none, model = :nothing, "
            "built_at = :none REMOVE movies, digest",
            ConditionExpression="attribute_not_exists(deleted)",
            ExpressionAttributeValues={":yes": wire(True), ":none": wire(0), ":one": wire(1), ":nothing": wire("")},
        )
        films.disown(self._at, self._tables, user_id)
        house.take_away(self._at, self._tables, user_id)

    def rate(self, rating: Rating) -> int:
        """Put the rating, then move the revision; InvalidInputError for stars off the scale."""
        half_stars = half_stars_of(rating, rating.user_id)
        self._check_person(rating.user_id)
        opinions.put_rating(self._at, self._tables.ratings, rating, half_stars)
        try:
            return self._void(rating.user_id)
        except UnknownUserError:
            self._take_away(rating.user_id, rating.movie_id)  # they left between our two writes
            raise

    def change(self, user_id: UserId, change: Change) -> int:
        """Put what is new, take away what is to go, then move the revision, or look that the person is still there."""
        wanted = checked(user_id, change)
        self._check_person(user_id)
        put = opinions.make(self._at, self._tables.ratings, user_id, wanted)
        try:
            return self._void(user_id) if change.moves_the_list else self._rev(user_id)
        except UnknownUserError:
            self._at.delete_all(self._tables.ratings, put)  # they left in between
            raise

    def unrate(self, user_id: UserId, movie_id: int) -> int:
        """Take the rating away, if there is one, then move the revision."""
        self._check_person(user_id)
        self._take_away(user_id, movie_id)
        return self._void(user_id)

    def opinions(self, user_id: UserId) -> Opinions:
        """The revision first, then all the rest: what was acknowledged at that revision is in it, and perhaps something that came since."""
        if _key(user_id) == NOBODY:
            return Opinions(user_id, 0)
        item = self._at.get(self._tables.movie, {"userID": wire(user_id)}, ProjectionExpression="rev")
        return Opinions(user_id, int(fields(item)["rev"]) if item else 0, *opinions.of(self._at, user_id))

    def add_film(self, movie: Movie, link: str, *, by: UserId, now: int) -> AddedFilm:
        """The film under a number of its own; put first, then the person is looked at once more."""
        check_link(link)
        self._check_person(by)
        added = films.add(self._at, self._tables, movie, link, by=by, now=now)
        try:
            self._rev(by)
        except UnknownUserError:
            films.disown(self._at, self._tables, by)  # they left in between
            raise
        return added

    def added_films(self) -> Iterator[AddedFilm]:
        """Every added film, ascending by number."""
        return films.all_films(self._at, self._tables)

    def added_film(self, movie_id: int) -> AddedFilm | None:
        """The film of a number, by its key."""
        return films.film(self._at, self._tables, movie_id)

    def remove_film(self, movie_id: int) -> bool:
        """Take an added film away, and whether it was there."""
        return films.remove(self._at, self._tables, movie_id)

    def list_of(self, user_id: UserId) -> ListRecord | None:
        """The record; that of a person who has left is void."""
        return self._lists.of(user_id) if _key(user_id) != NOBODY else None

    def keep_list(self, made: ListRecord) -> bool:
        """Keep the list unless something newer is there."""
        return self._lists.keep(made)

    def keep_lists(self, made: Iterable[ListRecord]) -> int:
        """keep_list for many, several at a time."""
        return self._lists.keep_all(made)

    def publish_lists(self, made: Iterable[ListRecord], *, generation: int, model: str) -> Publishing:
        """Records are compared by digests; what has changed is written, several at a time."""
        return self._publications.publish(made, generation, model)

    def clear_sample_lists(self, *, generation: int) -> None:
        """Void the lists of all sample viewers; lists of a newer publication stay."""
        self._lists.clear(generation)

    def highest_generation(self) -> int:
        """The highest generation of any record or clearing, which is remembered before a list of it is kept."""
        return house.marks(self._at, self._tables).highest_generation

    def all_ratings(self) -> Iterator[Rating]:
        """Every rating that was acknowledged before the call, and perhaps some that came during it, by user and movie ascending.

        DynamoDB has no read of one moment over a table.
        """
        yield from opinions.all_ratings(self._at, self._tables.ratings, set(self.people()))

    def all_marks(self) -> Iterator[FilmMark]:
        """Every mark, as all_ratings gives every rating."""
        yield from opinions.all_marks(self._at, self._tables.ratings, set(self.people()))

    def people(self) -> Iterator[UserId]:
        """Every person who has not left, ascending."""
        return (account.user_id for account in house.accounts(self._at, self._tables))

    def counts(self) -> dict[str, int]:
        """How many of each are kept; the tables are read for it from end to end."""
        return {
            "people": sum(1 for _ in self.people()),
            "ratings": opinions.count(self._at, self._tables.ratings, opinions.RATINGS),
            "marks": opinions.count(self._at, self._tables.ratings, opinions.MARKS),
            "lists": self._at.count(TableName=self._tables.movie, FilterExpression="attribute_exists(movies)"),
        }

    def activity(self) -> None:
        """Nobody keeps count: one item that every rating had to write would hold all raters up, and to count is to read every item."""

    @contextlib.contextmanager
    def contents(self) -> Iterator[Contents]:
        """Everything that is kept, read as it is gone through; ratings and marks before records, so that no list lacks one that is read."""
        yield Contents(
            house.marks(self._at, self._tables),
            house.accounts(self._at, self._tables),
            self.all_ratings(),
            house.records(self._at, self._tables),
            self.entries.all(),
            self.all_marks(),
            self.added_films(),
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
        if movie_id >= 0 and len(str(movie_id)) <= MOST_DIGITS:
            self._at.write("delete_item", TableName=self._tables.ratings, Key=rating_key(user_id, movie_id))

    def _rev(self, user_id: UserId) -> int:
        """The revision of a person who has not left."""
        item = self._at.get(self._tables.movie, {"userID": wire(user_id)}, ProjectionExpression="rev, deleted")
        said = fields(item) if item else {}
        if said.get("deleted"):
            raise UnknownUserError(user_id)
        return int(said.get("rev", 0))

    def _void(self, user_id: UserId) -> int:
        """The new revision; the list is gone, the generation that made it is still known. A try whose answer got lost counts as well."""
        try:
            moved = self._at.write(
                "update_item",
                TableName=self._tables.movie,
                Key={"userID": wire(user_id)},
                UpdateExpression="SET rev = if_not_exists(rev, :none) + :one REMOVE movies, digest",
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
