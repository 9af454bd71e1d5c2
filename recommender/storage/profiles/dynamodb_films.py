"""Films that people added, in DynamoDB: items of the ratings' table under nobody's number, so that one Query reads them by number.

A second item, in the table of accounts, has the key that its title and year make, and says which number it is: both are put in one
transaction, so that of two who add the same film at once one finds the other's.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from recommender.domain import FIRST_ADDED_MOVIE_ID, AddedFilm, Movie, MovieId, UserId
from recommender.errors import StorageError
from recommender.storage.amazon.faults import Refused
from recommender.storage.profiles.dynamodb_calls import NOBODY, DynamoCalls
from recommender.storage.profiles.dynamodb_items import DAMAGED, FILM_NAME, LAST_FILM, LAST_MOVIE_ID, Item, fields, rating_key, wire
from recommender.storage.profiles.dynamodb_names import Tables
from recommender.storage.profiles.film_names import name_of

CANCELLED = "TransactionCanceledException"
FAILED = "ConditionalCheckFailed"  # the reason of one item of a cancelled transaction
MOST_TRIES = 20  # while others add and remove the same film


def add(at: DynamoCalls, tables: Tables, movie: Movie, link: str, *, by: UserId, now: int) -> AddedFilm:
    """The film under a number never given before; the one of that name if it is there. A number whose film came too late is nobody's."""
    key = _name_key(name_of(movie))
    for _ in range(MOST_TRIES):
        pointer = at.get(tables.accounts, key)
        if pointer is None:
            new = AddedFilm(_numbered(movie, _new_number(at, tables)), link, by, now)
            if _put(at, tables, new, key):
                return new
        elif there := next(_films(at, tables, int(fields(pointer)["film"])), None):
            return there
    raise StorageError(f"The added film {movie.title!r} is damaged: its name is taken, and there is no film.", kind="garbled")


def all_films(at: DynamoCalls, tables: Tables) -> Iterator[AddedFilm]:
    """Every film, ascending by number."""
    return _films(at, tables)


def film(at: DynamoCalls, tables: Tables, movie_id: int) -> AddedFilm | None:
    """The film of a number; None where there is none."""
    return next(_films(at, tables, movie_id), None) if abs(movie_id) < 2**63 else None


def remove(at: DynamoCalls, tables: Tables, movie_id: int) -> bool:
    """Take film and name away in one transaction; False where there is none."""
    there = film(at, tables, movie_id)
    if there is None:
        return False
    is_this = {"ConditionExpression": "film = :film", "ExpressionAttributeValues": {":film": wire(there.movie.movie_id)}}
    is_there = {"ConditionExpression": "attribute_exists(added_at)"}
    return _transact(
        at,
        {"Delete": {"TableName": tables.accounts, "Key": _name_key(name_of(there.movie)), **is_this}},
        {"Delete": {"TableName": tables.ratings, "Key": rating_key(NOBODY, movie_id), **is_there}},
    )


def disown(at: DynamoCalls, tables: Tables, user_id: UserId) -> None:
    """The films that this person added are nobody's."""
    for film in _films(at, tables):
        if film.added_by == user_id:
            at.write_if(
                TableName=tables.ratings,
                Key=rating_key(NOBODY, film.movie.movie_id),
                UpdateExpression="SET added_by = :nobody",
                ConditionExpression="added_by = :somebody",
                ExpressionAttributeValues={":nobody": wire(NOBODY), ":somebody": wire(user_id)},
            )


def last_movie_id(at: DynamoCalls, tables: Tables) -> int:
    """The highest number ever given; FIRST_ADDED_MOVIE_ID - 1 where none was."""
    counted = at.get(tables.accounts, {"key": wire(LAST_FILM)})
    return int(fields(counted)[LAST_MOVIE_ID]) if counted else FIRST_ADDED_MOVIE_ID - 1


def take_over(at: DynamoCalls, tables: Tables, films: Iterable[AddedFilm], last: int) -> None:
    """Put all of them into the empty tables; no number up to the last one is given again."""
    some = list(films)
    at.put_all(tables.ratings, ({**rating_key(NOBODY, film.movie.movie_id), **_wired(film)} for film in some))
    at.put_all(tables.accounts, (_pointer(_name_key(name_of(film.movie)), film) for film in some))
    highest = max([last, *(film.movie.movie_id for film in some)])
    at.write("put_item", TableName=tables.accounts, Item={"key": wire(LAST_FILM), LAST_MOVIE_ID: wire(highest)})


def _new_number(at: DynamoCalls, tables: Tables) -> MovieId:
    counted = at.write(
        "update_item",
        TableName=tables.accounts,
        Key={"key": wire(LAST_FILM)},
        UpdateExpression=f"SET {LAST_MOVIE_ID} = if_not_exists({LAST_MOVIE_ID}, :before_all) + :one",
        ExpressionAttributeValues={":before_all": wire(FIRST_ADDED_MOVIE_ID - 1), ":one": wire(1)},
        ReturnValues="UPDATED_NEW",
    )
    return MovieId(int(counted["Attributes"][LAST_MOVIE_ID]["N"]))


def _put(at: DynamoCalls, tables: Tables, film: AddedFilm, key: Item) -> bool:
    """Film and name, unless the name is taken."""
    wired = _wired(film)
    return _transact(
        at,
        {
            "Put": {
                "TableName": tables.accounts,
                "Item": _pointer(key, film),
                "ConditionExpression": "attribute_not_exists(film)",
            }
        },
        {
            "Update": {  # a Put would need a right that rating does not
                "TableName": tables.ratings,
                "Key": rating_key(NOBODY, film.movie.movie_id),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in wired),
                "ConditionExpression": "attribute_not_exists(added_at)",
                "ExpressionAttributeNames": {f"#{name}": name for name in wired},
                "ExpressionAttributeValues": {f":{name}": value for name, value in wired.items()},
            }
        },
    )


def _transact(at: DynamoCalls, *parts: dict[str, Any]) -> bool:
    """All or nothing. Its token makes a try whose answer got lost, and that is sent again, the same transaction."""
    try:
        at.write("transact_write_items", TransactItems=list(parts), ClientRequestToken=secrets.token_hex(16), refusals=[CANCELLED])
    except Refused as refused:
        if FAILED not in refused.reasons:
            raise StorageError(f"An added film could not be changed: {', '.join(refused.reasons)}.") from refused
        return False
    return True


def _films(at: DynamoCalls, tables: Tables, movie_id: int | None = None) -> Iterator[AddedFilm]:
    """All of them by number, or the one of a number. Their own attributes tell them from what may lie there besides."""
    condition, values = "userID = :nobody", {":nobody": wire(NOBODY)}
    if movie_id is not None:
        condition, values = f"{condition} AND movieID = :film", {**values, ":film": wire(movie_id)}
    found = at.query(TableName=tables.ratings, KeyConditionExpression=condition, ExpressionAttributeValues=values)
    return map(_film_of, found)


def _name_key(name: str) -> Item:
    return {"key": wire(FILM_NAME + hashlib.sha256(name.encode()).hexdigest())}


def _pointer(key: Item, film: AddedFilm) -> Item:
    return {**key, "film": wire(film.movie.movie_id)}


def _numbered(movie: Movie, movie_id: MovieId) -> Movie:
    return Movie(movie_id, movie.title, movie.year, movie.genres, movie.imdb_id, movie.tmdb_id)


def _wired(film: AddedFilm) -> Item:
    """Everything but the key. Every field is always there."""
    movie = film.movie
    said = {"title": movie.title, "year": movie.year, "genres": movie.genres, "imdb": movie.imdb_id, "tmdb": movie.tmdb_id}
    said |= {"link": film.link, "added_by": film.added_by, "added_at": film.added_at}
    return {name: wire(value) for name, value in said.items()}


def _film_of(item: Item) -> AddedFilm:
    try:
        said = fields(item)
        movie = Movie(MovieId(said["movieID"]), said["title"], said["year"], tuple(said["genres"]), said["imdb"], said["tmdb"])
        return AddedFilm(movie, said["link"], UserId(said["added_by"]), int(said["added_at"]))
    except DAMAGED as error:
        raise StorageError(f"An added film is damaged: {type(error).__name__} {error}.", kind="garbled") from error
