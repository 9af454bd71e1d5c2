"""The site's JSON as the product's words. What has another shape is WrongShapeError: nothing of it is spoken."""

from __future__ import annotations

from typing import Any, TypeVar

from alexa_skill.films import Linked
from recommender.domain import Movie, MovieDetails, MovieId, Reason, RecommendedMovie

N_STARS = 10  # counts of a histogram, for 0.5 to 5.0 stars
LONGEST_TEXT = 2000  # characters of any text
HIGHEST_NUMBER = 2**53

Json = dict[str, Any]
T = TypeVar("T")


class WrongShapeError(Exception):
    """A field that is not what the API promises. Its text names the field, not what stood in it."""


def items(body: object) -> list[object]:
    """The list in every answer that holds one."""
    return _field(_object(body), "items", list)


def genres(body: object) -> frozenset[str]:
    """The genres of the data in use."""
    return frozenset(_text_of(each, "genre") for each in items(body))


def notice(body: object) -> str:
    """What people should know while something is out of reach; empty while all is well."""
    return _text_of(_object(body).get("notice") or "", "notice")


def film(body: object) -> Movie:
    """Schema Film, or whatever has its fields."""
    said = _object(body)
    return Movie(
        MovieId(_number(said)),
        _text(said, "title"),
        _optional(said, "year", int),
        tuple([_text_of(each, "genres") for each in _field(said, "genres", list)]),
        _optional(said, "imdb_id", int),
        _optional(said, "tmdb_id", int),
    )


def recommended(body: object) -> RecommendedMovie:
    """Schema RecommendedFilm."""
    said = _object(body)
    return RecommendedMovie(
        film(said),
        float(_field(said, "score", int, float)),
        _optional(said, "match", int),
        _stars(said, "predicted_stars"),
        tuple([Reason(_text(_object(each), "kind"), _text(_object(each), "text")) for each in _field(said, "reasons", list)]),
    )


def linked(body: object) -> Linked:
    """Schema Linked."""
    said = _object(body)
    return Linked(_whole(said.get("user_id"), "user_id"), _text(said, "name"))


def new_list(body: object) -> tuple[RecommendedMovie, ...] | None:
    """The list of schema Rated."""
    made = _object(body).get("list")
    if made is None or notice(made):
        return None
    return tuple([recommended(each) for each in items(made)])


def stars_of(body: object, movie_id: int) -> float | None:
    """The stars of that film in schema OwnRatings."""
    return next((_stars(_object(each), "rating") for each in items(body) if _number(_object(each)) == movie_id), None)


def has_film(body: object, movie_id: int) -> bool:
    """Whether the film is among those of schema MarkedFilms."""
    return any(_number(_object(each)) == movie_id for each in items(body))


def was_linked(body: object) -> bool:
    """Schema Unlinked."""
    said = _object(body).get("was_linked")
    if not isinstance(said, bool):
        raise WrongShapeError("was_linked")
    return said


def details(body: object) -> MovieDetails:
    """Schema FilmDetails."""
    said = _object(body)
    histogram = tuple([_whole(each, "histogram") for each in _field(said, "histogram", list)])
    if len(histogram) != N_STARS:
        raise WrongShapeError(f"histogram of {len(histogram)} counts")
    return MovieDetails(
        film(said),
        tuple([_text_of(each, "also_known_as") for each in _field(said, "also_known_as", list)]),
        tuple([_text_of(each, "tags") for each in _field(said, "tags", list)]),
        _whole(said.get("n_ratings"), "n_ratings"),
        _stars(said, "mean_stars"),
        histogram,
    )


def _object(body: object) -> Json:
    if not isinstance(body, dict):
        raise WrongShapeError("something that is no object")
    return body


def _field(said: Json, name: str, *kinds: type[T]) -> T:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise WrongShapeError(name)
    if isinstance(value, int | float) and not abs(value) <= HIGHEST_NUMBER:  # nor NaN
        raise WrongShapeError(name)
    return value


def _optional(said: Json, name: str, kind: type[T]) -> T | None:
    return None if said.get(name) is None else _field(said, name, kind)


def _stars(said: Json, name: str) -> float | None:
    return None if said.get(name) is None else float(_field(said, name, int, float))


def _number(said: Json) -> int:
    number = _field(said, "movie_id", int)
    if number < 1:
        raise WrongShapeError("movie_id")
    return number


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= HIGHEST_NUMBER:
        raise WrongShapeError(name)
    return value


def _text(said: Json, name: str) -> str:
    return _text_of(_field(said, name, str), name)


def _text_of(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise WrongShapeError(name)
    return value
