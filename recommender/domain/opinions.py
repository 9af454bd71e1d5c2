"""What people say of films: stars and marks, and all of it together."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from recommender.domain.films import Movie, MovieId, UserId


@dataclass(frozen=True, slots=True)
class Rating:
    """One opinion. stars: 0.5 to 5.0 in half steps. rated_at: seconds since 1970, UTC."""

    user_id: UserId
    movie_id: MovieId
    stars: float
    rated_at: int


SEEN, HIDDEN, WATCHLIST, ASIDE = "seen", "hidden", "watchlist", "aside"
FILM_MARKS = (SEEN, HIDDEN, WATCHLIST, ASIDE)  # what a person may say of a film beside stars


@dataclass(frozen=True, slots=True)
class FilmMark:
    """What a person says of a film beside stars. marked_at: seconds since 1970, UTC.

    kind: SEEN (without stars), HIDDEN (not interested: never shown to this person), WATCHLIST (to be seen), or ASIDE (a rating that the
    list is made without). One film may have several, each once.
    """

    user_id: UserId
    movie_id: MovieId
    kind: str
    marked_at: int


@dataclass(frozen=True, slots=True)
class Change:
    """What one person changes in one step: ratings and marks put, and those taken away, where there are any.

    unmarked: film and kind. A film that is in both `ratings` and `unrated`, or a mark in both, is a mistake.
    """

    ratings: tuple[Rating, ...] = ()
    unrated: tuple[MovieId, ...] = ()
    marks: tuple[FilmMark, ...] = ()
    unmarked: tuple[tuple[MovieId, str], ...] = ()

    @property
    def moves_the_list(self) -> bool:
        """Whether anything but the watchlist changes, which a list is not made of."""
        kinds = {mark.kind for mark in self.marks} | {kind for _, kind in self.unmarked}
        return bool(self.ratings or self.unrated or kinds - {WATCHLIST})


@dataclass(frozen=True, slots=True)
class Opinions:
    """Everything that makes a person's list, and their watchlist, read in one transaction. rev: the revision it belongs to.

    ratings: ascending movie id, one per film. marks: by film and kind.
    """

    user_id: UserId
    rev: int
    ratings: tuple[Rating, ...] = field(default=())
    marks: tuple[FilmMark, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class OwnFilm:
    """A film that a person has rated or marked.

    stars: None without a rating. rated_at: seconds since 1970, UTC; 0 without one. marks: when each kind was put. is_known: whether the
    data in use have the film; what is not known has only its number for a title, and counts again when it comes back.
    """

    movie: Movie
    stars: float | None = None
    rated_at: int = 0
    marks: Mapping[str, int] = field(default_factory=dict)
    is_known: bool = True

    @property
    def is_seen(self) -> bool:
        """Whether they have seen it, by what they say."""
        return self.stars is not None or SEEN in self.marks


@dataclass(frozen=True, slots=True)
class OwnFilms:
    """Everything a person says of films. films: ascending movie id."""

    user_id: UserId
    rev: int
    films: tuple[OwnFilm, ...]

    @property
    def rated(self) -> tuple[OwnFilm, ...]:
        """Those with stars."""
        return tuple(film for film in self.films if film.stars is not None)

    def marked(self, kind: str) -> tuple[OwnFilm, ...]:
        """Those with a mark of the kind, marked last first."""
        found = [film for film in self.films if kind in film.marks]
        return tuple(sorted(found, key=lambda film: film.marks[kind], reverse=True))

    def of(self, movie_id: int) -> OwnFilm | None:
        """What they say of one film; None for nothing."""
        at = bisect_left(self.films, movie_id, key=lambda film: film.movie.movie_id)
        return self.films[at] if at < len(self.films) and self.films[at].movie.movie_id == movie_id else None
