"""What the conversation asks of the rest of Matinee, and what may go wrong there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from recommender.domain import LIST_LENGTH, Movie, MovieDetails, RecommendedMovie
from recommender.errors import RecommenderError

CANDIDATES = 8  # films that a title is looked for among


@dataclass(frozen=True, slots=True)
class Caller:
    """Who speaks, by Amazon's ids: personal data that no log and no message may hold.

    account: of whom the Echo belongs to. person: of the voice that was recognised; empty for none.
    """

    account: str = field(default="", repr=False)
    person: str = field(default="", repr=False)


NOBODY = Caller()


@dataclass(frozen=True, slots=True)
class Linked:
    """For whom an Echo, or a voice, speaks. name: as their household calls them."""

    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What somebody says of a film is kept. movies: their new list; None where it could not be made yet.

    stars, marks: what they had said of the film before, for taking it back. stars: None for none. marks: at least the kind that is changed.
    """

    movies: tuple[RecommendedMovie, ...] | None
    stars: float | None = None
    marks: frozenset[str] = frozenset()


class NotReadyError(RecommenderError):
    """There is such a person or viewer, but no current list, and none could be made in time."""


class NoSiteError(RecommenderError):
    """What was asked needs the site, and the skill was told of none."""


class OutOfReachError(RecommenderError):
    """The list records or the site cannot be reached, understood, or did not answer in time; asking again later may help."""


class Films(Protocol):
    """One request's view of the films, within that request's time, by whoever speaks in it.

    address: that of the site, for people to type; empty where the skill was told of none. has_site: whether there is a site to ask, which
    the site itself has without an address. Every method may raise OutOfReachError, and where there is no site all but `list_of` and `who`
    NoSiteError. What changes something, and `watchlist`, is for whom the Echo speaks: NotLinkedError where that is nobody.
    """

    address: str
    has_site: bool

    def list_of(self, user_id: int) -> tuple[RecommendedMovie, ...] | None:
        """The current list, best first, at most LIST_LENGTH; None where there is none that whoever speaks may hear.

        The private list of whom the Echo speaks for is theirs to hear; to others it is None like one that nobody has. NotReadyError:
        there is one, and it could not be made now.
        """

    def chosen(
        self,
        user_id: int | None,
        *,
        with_genres: Sequence[str] = (),
        without_genres: Sequence[str] = (),
        years: tuple[int, int] | None = None,
        n: int = LIST_LENGTH,
    ) -> tuple[RecommendedMovie, ...]:
        """The n best films of a kind for that person or viewer, best first; for everybody where the number is None or has no open list.

        with_genres: films that have at least one of them. without_genres: films that have none of them; a genre the data do not
        know has no films. years: from and to, both included.
        """

    def similar(self, movie_id: int, n: int = LIST_LENGTH) -> tuple[Movie, ...]:
        """Films liked by the same people, most alike first, without those that whom the Echo speaks for knows; UnknownMovieError."""

    def details(self, movie_id: int) -> MovieDetails:
        """What is known of a film; UnknownMovieError."""

    def named(self, title: str) -> tuple[Movie, ...]:
        """Films whose title holds the words, best match first, then the better known; at most CANDIDATES."""

    def who(self) -> Linked | None:
        """For whom the voice that was recognised speaks, else the Echo; None for nobody, and where there is no site."""

    def link(self, code: str) -> Linked:
        """From now on the recognised voice, or else the Echo, speaks for whom the code was shown to. code: six digits.

        WrongCodeError, TooManyTriesError, FullHouseError.
        """

    def unlink(self) -> bool:
        """From now on it speaks for nobody; whether it did."""

    def rate(self, movie_id: int, stars: float | None) -> Changed:
        """Stars, 0.5 to 5 in half steps; None takes them back. UnknownMovieError."""

    def mark(self, movie_id: int, kind: str, *, there: bool = True) -> Changed:
        """Put a mark on the film, or take it away. kind: SEEN, HIDDEN or WATCHLIST. UnknownMovieError."""

    def watchlist(self) -> tuple[RecommendedMovie, ...]:
        """What they want to see, best first for them, without what they have seen since."""
