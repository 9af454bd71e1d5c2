"""What a person says of films as every place takes it: checked before anything of it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recommender.domain import FILM_MARKS, Change, FilmMark, MovieId, Rating, UserId
from recommender.errors import InvalidInputError

HIGHEST_MOVIE_ID = 2**63 - 1  # what SQLite can keep; DynamoDB can keep more

Mark = tuple[MovieId, str]  # film and kind


@dataclass(frozen=True, slots=True)
class Checked:
    """A change in which every film and every mark stands once. ratings: with their half stars, by film. marks: by film and kind.

    Of several ratings of a film, or of the same mark, the last one is here.
    """

    ratings: Mapping[MovieId, tuple[Rating, int]]
    unrated: frozenset[MovieId]
    marks: Mapping[Mark, FilmMark]
    unmarked: frozenset[Mark]


def checked(user_id: UserId, change: Change) -> Checked:
    """The change of this person; InvalidInputError for what is somebody else's, off the scale, unknown, or put and taken away at once."""
    ratings = {rating.movie_id: (rating, half_stars_of(rating, user_id)) for rating in change.ratings}
    marks = {(mark.movie_id, mark.kind): _checked_mark(mark, user_id) for mark in change.marks}
    unrated, unmarked = frozenset(change.unrated), frozenset(change.unmarked)
    for movie_id in unrated:
        _check_movie_id(movie_id)
    for movie_id, kind in unmarked:
        _check_kind(movie_id, kind)
    if both := sorted(ratings.keys() & unrated):
        raise InvalidInputError("a film's rating", both[0], "either put or taken away in one change")
    if twice := sorted(marks.keys() & unmarked):
        raise InvalidInputError("a film's mark", twice[0], "either put or taken away in one change")
    return Checked(ratings, unrated, marks, unmarked)


def half_stars_of(rating: Rating, user_id: UserId) -> int:
    """The stars as every place keeps them, 1 to 10; InvalidInputError for a rating of somebody else, or off the scale."""
    _check_is_of(user_id, rating.user_id)
    _check_movie_id(rating.movie_id)
    half_stars = rating.stars * 2
    if half_stars not in range(1, 11):
        raise InvalidInputError("rating", rating.stars, "0.5 to 5 stars in half steps")
    return int(half_stars)


def _checked_mark(mark: FilmMark, user_id: UserId) -> FilmMark:
    _check_is_of(user_id, mark.user_id)
    _check_kind(mark.movie_id, mark.kind)
    return mark


def _check_is_of(user_id: UserId, said_by: UserId) -> None:
    if said_by != user_id:
        raise InvalidInputError("user id", said_by, f"{user_id}, who says all this")


def _check_kind(movie_id: MovieId, kind: str) -> None:
    _check_movie_id(movie_id)
    if kind not in FILM_MARKS:
        raise InvalidInputError("mark", kind, f"{', '.join(FILM_MARKS[:-1])} or {FILM_MARKS[-1]}")


def _check_movie_id(movie_id: MovieId) -> None:
    if not 0 <= movie_id <= HIGHEST_MOVIE_ID:
        raise InvalidInputError("movie id", movie_id, f"a number from 0 to {HIGHEST_MOVIE_ID}")
