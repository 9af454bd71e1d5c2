"""What moved somebody's list: each of their latest changes, with the films that came for it and those that went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from recommender import lists
from recommender.domain import LIST_LENGTH, WATCHLIST, FilmMark, Movie, MovieId, Opinions, Rating
from recommender.publication import Published

MOST = 20  # changes looked at
RATED = "rated"


@dataclass(frozen=True, slots=True)
class Movement:
    """One change and what it did. kind: RATED, or the kind of a mark. stars: None but for RATED. at: seconds since 1970, UTC.

    came, went: films that are in the list with this change and not without it, and the reverse, best first; the film itself is in `went`
    where it stood in the list until something was said of it.
    """

    movie: Movie
    kind: str
    stars: float | None
    at: int
    came: tuple[Movie, ...]
    went: tuple[Movie, ...]


def movements(opinions: Opinions, published: Published, most: int = MOST) -> tuple[Movement, ...]:
    """The latest changes that lists are made of, latest first; of films that the data in use have.

    The list before and after is that of the opinions given until then, by today's model. Of changes in the same second the higher film
    number, then the kind later in the alphabet, counts as later. What was taken back since, or said anew, is not known any more: a rating
    counts when it was given last.
    """
    changes = _by_time(opinions, published)
    before, *after = (_list(opinions, changes[:n], published) for n in range(max(len(changes) - most, 0), len(changes) + 1))
    found = []
    for change, now in zip(changes[-most:], after, strict=True):
        found.append(_movement(change, before, now, published))
        before = now
    return tuple(reversed(found))


def _by_time(opinions: Opinions, published: Published) -> list[Rating | FilmMark]:
    changes: list[Rating | FilmMark] = [*opinions.ratings, *(mark for mark in opinions.marks if mark.kind != WATCHLIST)]
    known = [change for change in changes if published.matrix.column_of(change.movie_id) is not None]
    return sorted(known, key=lambda change: (_at(change), change.movie_id, _kind(change)))


def _list(opinions: Opinions, said: Sequence[Rating | FilmMark], published: Published) -> tuple[Movie, ...]:
    ratings = sorted((one for one in said if isinstance(one, Rating)), key=lambda rating: rating.movie_id)
    marks = tuple(one for one in said if isinstance(one, FilmMark))
    taste = lists.taste_from(replace(opinions, ratings=tuple(ratings), marks=marks), published)
    made = lists.make(taste.history, published, LIST_LENGTH, exclude=taste.excluded(published))
    return tuple(line.movie for line in made.movies)


def _movement(change: Rating | FilmMark, before: Sequence[Movie], after: Sequence[Movie], published: Published) -> Movement:
    column = published.matrix.column_of(change.movie_id)
    assert column is not None  # noqa: S101  others were left out
    return Movement(
        movie=published.catalogue.movie(column),
        kind=_kind(change),
        stars=change.stars if isinstance(change, Rating) else None,
        at=_at(change),
        came=_not_in(after, before),
        went=_not_in(before, after),
    )


def _not_in(films: Sequence[Movie], others: Sequence[Movie]) -> tuple[Movie, ...]:
    ids: set[MovieId] = {movie.movie_id for movie in others}
    return tuple(movie for movie in films if movie.movie_id not in ids)


def _at(change: Rating | FilmMark) -> int:
    return change.rated_at if isinstance(change, Rating) else change.marked_at


def _kind(change: Rating | FilmMark) -> str:
    return RATED if isinstance(change, Rating) else change.kind
