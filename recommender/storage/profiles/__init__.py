"""Profiles: what own people say of films, films they add, everybody's revision and list record; the URL's scheme chooses the place.

The promise every place keeps: a list that has not seen every acknowledged rating and mark cannot be read. `rate`, `unrate` and `change`
raise the revision and take the list away in one step, together with what was said or after it; `keep_list` puts a list back only if
nothing has changed since that was read and no newer publication has been there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Protocol

from recommender.domain import (
    Account,
    Activity,
    AddedFilm,
    Change,
    FilmMark,
    ListRecord,
    Marks,
    Movie,
    Opinions,
    Publishing,
    Rating,
    UserId,
)
from recommender.errors import SettingError

if TYPE_CHECKING:
    from recommender.storage.accounts import Entries, Entry

COUNTED = ("people", "ratings", "marks", "lists")  # what `counts` counts
TABLE = re.compile(r"[A-Za-z0-9_.-]{3,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that a store keeps, to be gone through once: accounts, ratings, film_marks, records, entries, added_films.

    accounts: ascending user id. ratings: by user and film. film_marks: by user, film and kind. records: ascending user id, void ones and
    those of people who left too. entries: how people sign in, by key; those of people who are not among the accounts are not taken over.
    added_films: ascending number; who is not among the accounts has not added any.
    """

    marks: Marks
    accounts: Iterable[Account]
    ratings: Iterable[Rating]
    records: Iterable[ListRecord]
    entries: Iterable[Entry] = ()
    film_marks: Iterable[FilmMark] = ()
    added_films: Iterable[AddedFilm] = ()


class Profiles(Protocol):
    """What every place for profiles owes.

    Reads are strongly consistent; a write is durable (it survives a power cut) once its call returns. A user nobody has
    written to has revision 0 and no ratings. Whatever cannot be reached or written raises StorageError.
    """

    url: str
    entries: Entries  # how people sign in, kept in the same place

    def new_person(self, token_digest: str, *, shared: bool, now: int) -> UserId:
        """A number never given before, from FIRST_OWN_USER_ID up. token_digest: SHA-256 of the bearer token, in hex."""

    def has_person(self, user_id: UserId) -> bool:
        """Whether the number was given to a person who has not left."""

    def token_fits(self, user_id: UserId, token_digest: str) -> bool:
        """Whether the digest is that person's; False for sample viewers, strangers and people who left."""

    def is_shared(self, user_id: UserId) -> bool:
        """Whether the person lets anyone who knows the number read the list."""

    def share(self, user_id: UserId, shared: bool) -> None:
        """Let anyone who knows the number read the list, or no longer. UnknownUserError for a stranger."""

    def forget_person(self, user_id: UserId) -> None:
        """The person leaves: ratings, marks and list go, the number stays taken, rev rises, later ratings are refused.

        Films that they added stay, added by nobody.
        """

    def rate(self, rating: Rating) -> int:
        """Put the rating and void the list; the new revision. The same stars put again keep their time and still raise rev.

        UnknownUserError for a number that was not given or whose person has left.
        """

    def change(self, user_id: UserId, change: Change) -> int:
        """Everything that the change says, and the revision raised once, and the list void, if it moves the list; the revision then.

        Equal stars and equal marks keep their time. UnknownUserError as in rate; InvalidInputError, and nothing is changed, for what is
        somebody else's, off the scale, of an unknown kind, or both put and taken away. Where many writes are not one step, a death in
        between leaves some of them, acknowledged by nobody; said again, it is completed.
        """

    def unrate(self, user_id: UserId, movie_id: int) -> int:
        """Take the rating away, if there is one, and void the list; the new revision. UnknownUserError as in rate."""

    def opinions(self, user_id: UserId) -> Opinions:
        """The revision, and all ratings and marks that were acknowledged by then: a list made of them may be kept for that revision.

        From one read transaction where a place has them; else one that is not acknowledged yet may be among them.
        """

    def add_film(self, movie: Movie, link: str, *, by: UserId, now: int) -> AddedFilm:
        """Keep a film that the data lack under a number never given before; the one that is there where its title and year are added.

        movie.movie_id does not matter. Titles are the same whatever their case, accents and signs. Only one number is given however many
        add a film at once. UnknownUserError as in rate; InvalidInputError for an empty title or a link that is not of https.
        """

    def added_films(self) -> Iterator[AddedFilm]:
        """Every added film, ascending by number, those whose adder has left too: their added_by is 0."""

    def added_film(self, movie_id: int) -> AddedFilm | None:
        """The added film of that number, by one read; None where there is none."""

    def remove_film(self, movie_id: int) -> bool:
        """Take an added film away, and whether it was there. Its number stays given, its title may be added again."""

    def list_of(self, user_id: UserId) -> ListRecord | None:
        """The record, with movies None when it is void; None when there is no record."""

    def keep_list(self, made: ListRecord) -> bool:
        """Keep the list if rev is still made.rev and no record of a higher generation is there; else False, nothing changed.

        A user without a record counts as rev 0. made.movies must not be None. Sample viewers' lists are kept too.
        """

    def keep_lists(self, made: Iterable[ListRecord]) -> int:
        """keep_list for many, in chunks that leave room for raters in between; how many were kept."""

    def publish_lists(self, made: Iterable[ListRecord], *, generation: int, model: str) -> Publishing:
        """keep_list for every sample viewer who may have a list, by ascending user id; what would read the same is not written.

        A record stays as it is where it counts as of the publication right before and holds the same films in the same words. At the end,
        in one write, all that stayed are confirmed: they count as of this generation and model, and keep the time they were built at.
        Broken off, nothing is confirmed, and what was not reached is written at the next publication whether it reads the same or not.
        """

    def clear_sample_lists(self, *, generation: int) -> None:
        """Void the lists of all sample viewers and mark them with the generation, so that no older builder can refill them."""

    def highest_generation(self) -> int:
        """The highest generation of any record or clearing; 0 where there is none."""

    def all_ratings(self) -> Iterator[Rating]:
        """Every rating of every person who has not left, by user and movie ascending, at least all acknowledged before the call."""

    def all_marks(self) -> Iterator[FilmMark]:
        """Every mark of every person who has not left, by user, film and kind, at least all acknowledged before the call."""

    def people(self) -> Iterator[UserId]:
        """Every person who has not left, ascending, with ratings or without."""

    def counts(self) -> dict[str, int]:
        """How many of each of COUNTED are kept, in that order."""

    def activity(self) -> Activity | None:
        """How much people have done, told in milliseconds, so that it may be asked every minute; None where all would have to be read."""

    def contents(self) -> AbstractContextManager[Contents]:
        """Everything that is kept, for as long as the context lasts.

        On SQLite one consistent read; where a place has no such read, ratings and marks are read before records, so that no list in it
        lacks one that is in it.
        """

    def adopt(self, contents: Contents) -> None:
        """Take everything over, into an empty place: afterwards every method answers as where it came from.

        StorageError, and nothing changed, if there are people, ratings or records. What was broken off has left nothing, or can be
        repeated.
        """

    def check(self) -> None:
        """Nothing if the store can be reached and read, quickly and at little cost; else StorageError."""

    def close(self) -> None:
        """Finish what is under way and let go of the files; closing twice is fine."""


def is_made(url: str) -> bool:
    """Whether something is there already; else opening would make a new, empty file. Tables are never made by opening them."""
    from pathlib import Path  # by a hundredth of a second the largest of what would be imported here, for this alone

    scheme, _, rest = url.partition(":")
    return scheme != "sqlite" or Path(rest).exists()


def open_profiles(url: str, *, patient: bool = False) -> Profiles:
    """The place the URL names: ``sqlite:var/matinee.sqlite3`` (relative), ``sqlite:///an/absolute/path`` or ``dynamodb://TABLE``.

    patient: whether nobody waits, so that a place that is slow or throttled is waited for.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite" and rest:
        from recommender.storage.profiles.sqlite import SqliteProfiles

        return SqliteProfiles(rest.removeprefix("//") if rest.startswith("///") else rest)
    if scheme == "dynamodb" and rest.startswith("//") and TABLE.fullmatch(rest[2:]):
        from recommender.storage.amazon.clients import PATIENT, QUICK
        from recommender.storage.profiles.dynamodb import DynamoProfiles

        return DynamoProfiles(rest[2:], patience=PATIENT if patient else QUICK)
    raise no_such_place(url)


def create_profiles(url: str) -> dict[str, bool]:
    """Make what has to be there before the place is opened; each part, as in "the table movie", with whether it was made now.

    Empty for a file, which is made when it is first written to. What is there is left as it is.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite" and rest:
        return {}
    if scheme == "dynamodb" and rest.startswith("//") and TABLE.fullmatch(rest[2:]):
        from recommender.storage.profiles.dynamodb_names import Tables
        from recommender.storage.profiles.dynamodb_tables import create_tables, keep_way_back

        made = create_tables(rest[2:])
        keep_way_back(rest[2:])
        return {f"the table {table}": table in made for table in astuple(Tables.of(rest[2:]))}
    raise no_such_place(url)


def no_such_place(url: str) -> SettingError:
    """For a URL that names no place for profiles."""
    return SettingError(
        f"MATINEE_PROFILES_URL must look like sqlite:var/matinee.sqlite3, sqlite:///absolute/path or dynamodb://movie, not {url!r}."
    )
