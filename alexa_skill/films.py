"""What the conversation asks of the rest of Matinee, and what may go wrong there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from recommender.domain import LIST_LENGTH, Movie, MovieDetails, RecommendedMovie
from recommender.errors import RecommenderError


class NotReadyError(RecommenderError):
    """There is such a person or viewer, but no current list, and none could be made in time."""


class NoSiteError(RecommenderError):
    """What was asked needs the site, and the skill was told of none."""


class OutOfReachError(RecommenderError):
    """The list records or the site cannot be reached, understood, or did not answer in time; asking again later may help."""


class Films(Protocol):
    """One request's view of the films, within that request's time. Nothing here knows who speaks but by the number handed in.

    address: that of the site, for people to type; empty where the skill was told of none. has_site: whether there is a site to ask, which
    the site itself has without an address. Every method may raise OutOfReachError, and where there is none all but `list_of` NoSiteError.
    """

    address: str
    has_site: bool

    def list_of(self, user_id: int) -> tuple[RecommendedMovie, ...] | None:
        """The current list, best first, at most LIST_LENGTH; None where there is none that just anybody may hear.

        A private list is None like one that nobody has. NotReadyError: there is one, and it could not be made now.
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
        """Films liked by the same people, most alike first; UnknownMovieError."""

    def details(self, movie_id: int) -> MovieDetails:
        """What is known of a film; UnknownMovieError."""

    def named(self, title: str) -> Movie | None:
        """The best-known film whose title holds the words; None where there is none."""
