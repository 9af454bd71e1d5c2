"""What is asked of Matinee while people wait: lists, ratings, films."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.domain import InUse, Movie, MovieDetails, Rated, RecommendationList, RecommendedMovie, SampleViewer, SimilarMovie, UserId
from recommender.settings import Settings


class Recommender:
    """One per process, shared by its threads. Every method raises NoModelError before the first training, StorageError when a store fails."""

    settings: Settings

    def list_for(
        self,
        user_id: int,
        n: int = 10,
        *,
        with_genres: Sequence[str] = (),
        without_genres: Sequence[str] = (),
        token: str | None = None,
    ) -> RecommendationList:
        """The n best films the viewer has not rated, best first.

        with_genres: only films that have at least one of them; without_genres: no film that has any (it wins). Unknown genres: InvalidInputError.
        n: 1 to LONGEST_LIST, else InvalidInputError("amount", ...). user_id < 1: InvalidInputError("user id", ...).
        UnknownUserError: no such viewer, or a person's private list without the token.
        """
        raise NotImplementedError

    def rate(self, user_id: int, movie_id: int, stars: float, *, token: str | None) -> Rated:
        """Put a rating of 0.5 to 5 in half steps; durable when it returns.

        ReadOnlyError: a viewer of the data set. NotAllowedError: no or a wrong token. UnknownMovieError. InvalidInputError("rating", ...).
        """
        raise NotImplementedError

    def unrate(self, user_id: int, movie_id: int, *, token: str | None) -> Rated:
        """Take a rating away, if there is one; errors as in rate."""
        raise NotImplementedError

    def movie(self, movie_id: int) -> MovieDetails:
        """A film and what is said of it; UnknownMovieError."""
        raise NotImplementedError

    def similar(self, movie_id: int, n: int = 12) -> tuple[SimilarMovie, ...]:
        """Films liked by the same people, most alike first, never the film itself; UnknownMovieError."""
        raise NotImplementedError

    def search(self, query: str, n: int = 20) -> tuple[Movie, ...]:
        """Films whose title holds the words of the query, best match first; accents, case and the place of "The" do not matter."""
        raise NotImplementedError

    def well_liked(self, n: int = 12) -> tuple[RecommendedMovie, ...]:
        """Films liked by nearly all who rated them, the same for everyone, best first."""
        raise NotImplementedError

    def sample_viewers(self) -> tuple[SampleViewer, ...]:
        """Five viewers of the data set with unlike tastes; none while sample viewers cannot be looked up."""
        raise NotImplementedError

    def genres(self) -> tuple[str, ...]:
        """Every genre in the data in use, alphabetically."""
        raise NotImplementedError

    def in_use(self) -> InUse:
        """The data and the model that lists are made from."""
        raise NotImplementedError

    def new_person(self, *, shared: bool = False) -> tuple[UserId, str]:
        """A number of one's own and its bearer token, which is shown this once and kept only as a digest."""
        raise NotImplementedError
