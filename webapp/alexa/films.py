"""The films that the Echo talks of, from the recommender of this very process, and in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TypeVar

from alexa_skill.films import OutOfReachError
from recommender.domain import LIST_LENGTH, Movie, MovieDetails, MovieId, RecommendationList, RecommendedMovie
from recommender.errors import ModelError, NoModelError, StorageError, UnknownUserError
from recommender.serving import Recommender
from webapp.inputs import BLANKS, LONGEST_SEARCH

T = TypeVar("T")


class EngineFilms:
    """What `alexa_skill.films.Films` asks for, within the seconds of one answer.

    Nobody shows a token here, so a private list is none; and a list made in spite of trouble is not read out. threads: do the asking,
    so that a store which is slow in everything is not waited for.
    """

    def __init__(self, recommender: Recommender, seconds: float, threads: Executor) -> None:
        self._recommender, self._threads = recommender, threads
        self._until = time.monotonic() + seconds
        self.address, self.has_site = recommender.settings.site_url, True

    def list_of(self, user_id: int) -> tuple[RecommendedMovie, ...] | None:
        def ask() -> tuple[RecommendedMovie, ...] | None:
            try:
                return _untroubled(self._recommender.list_for(user_id, LIST_LENGTH))
            except UnknownUserError:
                return None

        return self._in_time(ask)

    def chosen(
        self,
        user_id: int | None,
        *,
        with_genres: Sequence[str] = (),
        without_genres: Sequence[str] = (),
        years: tuple[int, int] | None = None,
        n: int = LIST_LENGTH,
    ) -> tuple[RecommendedMovie, ...]:
        def ask() -> tuple[RecommendedMovie, ...]:
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

        return self._in_time(ask)

    def similar(self, movie_id: int, n: int = LIST_LENGTH) -> tuple[Movie, ...]:
        return self._in_time(lambda: tuple(each.movie for each in self._recommender.similar(MovieId(movie_id), n)))

    def details(self, movie_id: int) -> MovieDetails:
        return self._in_time(lambda: self._recommender.movie(MovieId(movie_id)))

    def named(self, title: str) -> Movie | None:
        words = title.strip(BLANKS)
        if not words or len(words) > LONGEST_SEARCH:
            return None
        return self._in_time(lambda: next(iter(self._recommender.search(words, 1)), None))

    def _in_time(self, ask: Callable[[], T]) -> T:
        asked = self._threads.submit(ask)
        try:
            return asked.result(max(0.0, self._until - time.monotonic()))
        except TimeoutError:
            asked.cancel()
            raise OutOfReachError("The films were not found in the time that an answer may take.") from None
        except (StorageError, NoModelError, ModelError) as error:
            raise OutOfReachError(str(error)) from error


def _untroubled(made: RecommendationList) -> tuple[RecommendedMovie, ...]:
    if made.trouble:
        raise OutOfReachError(made.notice)
    return made.movies
