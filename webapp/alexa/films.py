"""The films that the Echo talks of, from the recommender of this very process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alexa_skill.films import OutOfReachError
from recommender.domain import LIST_LENGTH, Movie, MovieDetails, MovieId, RecommendationList, RecommendedMovie
from recommender.errors import ModelError, NoModelError, StorageError, UnknownUserError
from recommender.serving import Recommender
from webapp.inputs import BLANKS, LONGEST_SEARCH


class EngineFilms:
    """What `alexa_skill.films.Films` asks for.

    Nobody shows a token here, so a private list is none; and a list made in spite of trouble is not read out.
    """

    def __init__(self, recommender: Recommender) -> None:
        self._recommender = recommender
        self.address = recommender.settings.site_url

    def list_of(self, user_id: int) -> tuple[RecommendedMovie, ...] | None:
        with _within_reach():
            try:
                return _untroubled(self._recommender.list_for(user_id, LIST_LENGTH))
            except UnknownUserError:
                return None

    def chosen(
        self,
        user_id: int | None,
        *,
        with_genres: Sequence[str] = (),
        without_genres: Sequence[str] = (),
        years: tuple[int, int] | None = None,
        n: int = LIST_LENGTH,
    ) -> tuple[RecommendedMovie, ...]:
        with _within_reach():
            known = self._recommender.genres()
            wanted = tuple(genre for genre in with_genres if genre in known)
            unwanted = tuple(genre for genre in without_genres if genre in known)
            if with_genres and not wanted:
                return ()
            if user_id is not None:
                try:
                    return _untroubled(self._recommender.list_for(user_id, n, with_genres=wanted, without_genres=unwanted, years=years))
                except UnknownUserError:
                    pass  # no list that is open: what everybody likes
            return self._recommender.well_liked(n, with_genres=wanted, without_genres=unwanted, years=years)

    def similar(self, movie_id: int, n: int = LIST_LENGTH) -> tuple[Movie, ...]:
        with _within_reach():
            return tuple(each.movie for each in self._recommender.similar(MovieId(movie_id), n))

    def details(self, movie_id: int) -> MovieDetails:
        with _within_reach():
            return self._recommender.movie(MovieId(movie_id))

    def named(self, title: str) -> Movie | None:
        words = title.strip(BLANKS)
        if not words or len(words) > LONGEST_SEARCH:
            return None
        with _within_reach():
            return next(iter(self._recommender.search(words, 1)), None)


def _untroubled(made: RecommendationList) -> tuple[RecommendedMovie, ...]:
    if made.trouble:
        raise OutOfReachError(made.notice)
    return made.movies


@contextmanager
def _within_reach() -> Iterator[None]:
    try:
        yield
    except (StorageError, NoModelError, ModelError) as error:
        raise OutOfReachError(str(error)) from error
