"""DynamoDB's items and ours: how a value travels, and a list record as an item that a person can read in the console."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from recommender.domain import (
    ASIDE,
    HIDDEN,
    PERSONAL,
    SEEN,
    WATCHLIST,
    Account,
    FilmMark,
    ListRecord,
    Movie,
    MovieId,
    Rating,
    Reason,
    RecommendedMovie,
    UserId,
)
from recommender.errors import StorageError
from recommender.storage.profiles.records import to_json

FORMAT = 1  # of the field `v` of every record that holds a list
MOST_DIGITS = 38  # of DynamoDB's numbers
DIGEST_LETTERS = 32  # of a list's SHA-256 in hex: 16 bytes

# Keys of account items
PERSON = "person#"  # the beginning of everybody's own
LAST_NUMBER = "#last-number"  # the one that counts the numbers given
LAST_USER_ID = "last_user_id"  # its field
PUBLICATIONS = "#publications"  # remembers the highest generation and the last clearing
ADOPTION = "#adoption"  # there while somebody moves in
FILM_NAME = "film-name#"  # the beginning of the key of an added film's name, which says its number
LAST_FILM = "#last-film"  # the one that counts the numbers given to added films
LAST_MOVIE_ID = "last_movie_id"  # its field

KIND_PLACES = {SEEN: 1, HIDDEN: 2, WATCHLIST: 3, ASIDE: 4}  # in the sort keys of marks, for good; there are sixteen

# What reading an item raises that is none of ours: fields that are missing, of other types, without end, or nested without end.
DAMAGED = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)

Item = dict[str, Any]  # as boto3's client takes it: {"title": {"S": "Heat"}}


def wire(value: Any) -> dict[str, Any]:
    """A value as it travels. Numbers go as the shortest text that Python reads back as the same number."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | float():
            return {"N": repr(value)}
        case list() | tuple():
            return {"L": [wire(one) for one in value]}
        case Mapping():
            return {"M": {name: wire(one) for name, one in value.items()}}
    raise TypeError(f"{type(value).__name__} does not travel")


def plain(travelled: Mapping[str, Any]) -> Any:
    """The value again. DynamoDB writes 4.0 as 4, so what must be a float is made one by whoever knows."""
    ((kind, value),) = travelled.items()
    match kind:
        case "S":  # as most are
            return value
        case "N":
            return int(value) if value.lstrip("-").isdigit() else float(value)
        case "L":
            return [plain(one) for one in value]
        case "M":
            return {name: plain(one) for name, one in value.items()}
        case "NULL":
            return None
    return value


def fields(item: Item) -> dict[str, Any]:
    """A whole item as plain values."""
    return {name: plain(value) for name, value in item.items()}


def wire_movies(movies: tuple[RecommendedMovie, ...]) -> dict[str, Any]:
    """The list as it travels. Every field is always there, so that one which is missing tells of a damaged record."""
    return wire(
        [
            {
                "id": line.movie.movie_id,
                "title": line.movie.title,
                "year": line.movie.year,
                "genres": line.movie.genres,
                "imdb": line.movie.imdb_id,
                "tmdb": line.movie.tmdb_id,
                "score": line.score,
                "match": line.match,
                "stars": line.predicted_stars,
                "likely": line.likely_stars,
                "reasons": [{"kind": reason.kind, "text": reason.text} for reason in line.reasons],
            }
            for line in movies
        ]
    )


def digest_of(movies: tuple[RecommendedMovie, ...], basis: str, built_at: float) -> str:
    """Tells lists apart without reading them: the same for the same films in the same words, of the same basis, built at the same time.

    The time is in it so that a list put by a version of Matinee that knew of no digests is never taken for the one before.
    """
    return hashlib.sha256(f"{basis} {built_at!r} {to_json(movies)}".encode()).hexdigest()[:DIGEST_LETTERS]


def wire_list(made: ListRecord) -> Item:
    """The fields that a kept list sets."""
    movies = made.movies or ()
    return {
        "rev": wire(made.rev),
        "v": wire(FORMAT),
        "movies": wire_movies(movies),
        "digest": wire(digest_of(movies, made.basis, made.built_at)),
        "generation": wire(made.generation),
        "model": wire(made.model),
        "built_at": wire(made.built_at),
        "basis": wire(made.basis),
    }


def wire_record(record: ListRecord) -> Item:
    """A whole item: a kept list, a void one, or that of a person who has left."""
    item = {"userID": wire(record.user_id), **wire_list(record)}
    if record.movies is None:
        del item["movies"], item["digest"]
    return {**item, "deleted": wire(True)} if record.deleted else item


def wire_account(account: Account) -> Item:
    """Everything but the number is a field; the number ends the key."""
    said = {"token_digest": account.token_digest, "shared": account.shared, "created_at": account.created_at}
    return {"key": wire(f"{PERSON}{account.user_id}"), **{name: wire(value) for name, value in said.items()}}


def account_of(item: Item) -> Account:
    """The account; StorageError for an item that lacks a field."""
    try:
        said = fields(item)
        user_id = UserId(int(said["key"].removeprefix(PERSON)))
        return Account(user_id, said["token_digest"], said["shared"] is True, int(said["created_at"]))
    except DAMAGED as error:
        key = item["key"].get("S") if isinstance(item.get("key"), dict) else None
        raise StorageError(f"The account {key!r} is damaged: {type(error).__name__} {error}.", kind="garbled") from error


def wire_rating(rating: Rating) -> Item:
    """A whole item."""
    return {
        "userID": wire(rating.user_id),
        "movieID": wire(rating.movie_id),
        "half_stars": wire(round(rating.stars * 2)),
        "rated_at": wire(rating.rated_at),
    }


def rating_of(item: Item) -> Rating:
    """The rating; StorageError for an item that lacks a field."""
    said = fields(item)
    try:
        return Rating(UserId(said["userID"]), MovieId(said["movieID"]), said["half_stars"] / 2, said["rated_at"])
    except (KeyError, TypeError) as error:
        raise StorageError(f"A rating is damaged: {type(error).__name__} {error}.", kind="garbled") from error


def wire_mark(mark: FilmMark) -> Item:
    """A whole item. Its sort key is below 0, so that no mark is ever in the place of a rating; the film has a field of its own."""
    said = {"film": mark.movie_id, "kind": mark.kind, "marked_at": mark.marked_at}
    return {**mark_key(mark.user_id, mark.movie_id, mark.kind), **{name: wire(value) for name, value in said.items()}}


def mark_of(item: Item) -> FilmMark:
    """The mark; StorageError for an item that lacks a field."""
    said = fields(item)
    try:
        return FilmMark(UserId(said["userID"]), MovieId(said["film"]), said["kind"], said["marked_at"])
    except KeyError as error:
        raise StorageError(f"A mark is damaged: {type(error).__name__} {error}.", kind="garbled") from error


def is_mark(item: Item) -> bool:
    """Whether an item of the table of ratings is a mark."""
    return bool(item["movieID"]["N"].startswith("-"))


def rating_key(user_id: UserId, movie_id: int) -> Item:
    """The key of a rating's item."""
    return {"userID": wire(user_id), "movieID": wire(movie_id)}


def mark_key(user_id: UserId, movie_id: int, kind: str) -> Item:
    """The key of a mark's item: minus sixteen times the film, minus the place of the kind."""
    return rating_key(user_id, -(movie_id * 16 + KIND_PLACES[kind]))


def opinion_key(item: Item) -> Item:
    """The key of a rating's or mark's item."""
    return {"userID": item["userID"], "movieID": item["movieID"]}


def record_of(user_id: UserId, item: Item) -> ListRecord:
    """The record; StorageError for one that lacks what every record has, or holds a list of a format not known here."""
    try:
        said = fields(item)
        movies = None
        if "movies" in said:
            if said["v"] != FORMAT:
                raise StorageError(f"The kept list of {user_id} has format {said['v']!r}; this version of Matinee reads format {FORMAT}.")
            movies = tuple([_line(line) for line in said["movies"]])
        if said.get("deleted"):
            return ListRecord(user_id, int(said["rev"]), deleted=True)
        return ListRecord(
            user_id,
            int(said["rev"]),
            movies,
            int(said.get("generation", 0)),
            str(said.get("model", "")),
            float(said.get("built_at", 0.0)),
            str(said.get("basis", PERSONAL)),
        )
    except DAMAGED as error:
        raise StorageError(f"The record of {user_id} is damaged: {type(error).__name__} {error}.", kind="garbled") from error


def _line(said: dict[str, Any]) -> RecommendedMovie:
    stars = said["stars"]
    return RecommendedMovie(
        Movie(said["id"], said["title"], said["year"], tuple(said["genres"]), said["imdb"], said["tmdb"]),
        float(said["score"]),
        said["match"],
        None if stars is None else float(stars),
        tuple([Reason(reason["kind"], reason["text"]) for reason in said["reasons"]]),
        likely_stars=_likely(said.get("likely")),  # absent in lists kept by earlier versions
    )


def _likely(said: list[Any] | None) -> tuple[float, float] | None:
    return (float(said[0]), float(said[1])) if said else None
