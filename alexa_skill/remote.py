"""The films as a machine far from the site sees them: list records from their store, everything else from the site."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from alexa_skill.deadline import Deadline
from alexa_skill.films import Films, NoSiteError, NotReadyError, OutOfReachError
from alexa_skill.site import DegradedError, Site
from recommender.domain import LIST_LENGTH, ListRecord, Movie, MovieDetails, RecommendedMovie, UserId, is_own_person
from recommender.errors import StorageError
from recommender.settings import Settings
from recommender.storage.profiles.list_reader import ListReader, open_list_reader

log = logging.getLogger(__name__)

T = TypeVar("T")


def remote_films(settings: Settings) -> Callable[[float], Films]:
    """Gives the films for one request; what it takes are the seconds that the request may use. Connections are kept in between.

    SettingError for an address of the site, or a place of the records, that is none.
    """
    reader = open_list_reader(settings.profiles_url)
    site = Site(settings.site_url, settings.skill_key) if settings.site_url else None
    return lambda seconds: RemoteFilms(settings, reader, site, Deadline(seconds))


class RemoteFilms:
    """The port's promises within a deadline. site: None where the skill was told of none."""

    def __init__(self, settings: Settings, reader: ListReader, site: Site | None, deadline: Deadline) -> None:
        self.address, self.has_site = settings.site_url, site is not None
        self._has_sample_viewers = settings.sample_viewers
        self._reader, self._site, self._deadline = reader, site, deadline

    def list_of(self, user_id: int) -> tuple[RecommendedMovie, ...] | None:
        """The list of the record; where it is void or not there yet, one that the site makes now."""
        if not self._may_be_heard(user_id):
            return None
        record = self._read(lambda: self._reader.record(UserId(user_id)))
        if record is not None and (record.movies is not None or record.deleted):
            return record.movies
        return self._made(user_id, record)

    def chosen(
        self,
        user_id: int | None,
        *,
        with_genres: Sequence[str] = (),
        without_genres: Sequence[str] = (),
        years: tuple[int, int] | None = None,
        n: int = LIST_LENGTH,
    ) -> tuple[RecommendedMovie, ...]:
        """The best films of a kind; everybody's where the number has no open list. Genres that the data do not know are left out."""
        site = self._needed()
        known = site.genres(self._deadline) if with_genres or without_genres else frozenset()
        wanted = [genre for genre in with_genres if genre in known]
        if with_genres and not wanted:
            return ()
        unwanted = [genre for genre in without_genres if genre in known]
        questions: list[tuple[str, object]] = [("n", n), *_several("with", wanted), *_several("without", unwanted)]
        if years is not None:
            questions += [("from", years[0]), ("to", years[1])]
        found = None
        if user_id is not None and (is_own_person(user_id) or self._has_sample_viewers):
            found = site.list_for(user_id, self._deadline, questions)
        if found is None:
            found = site.well_liked(self._deadline, questions)
        return found[:n]

    def similar(self, movie_id: int, n: int = LIST_LENGTH) -> tuple[Movie, ...]:
        """Films liked by the same people."""
        return self._needed().similar(movie_id, n, self._deadline)[:n]

    def details(self, movie_id: int) -> MovieDetails:
        """What is known of a film."""
        return self._needed().details(movie_id, self._deadline)

    def named(self, title: str) -> Movie | None:
        """The best-known film whose title holds the words."""
        return self._needed().named(title, self._deadline)

    def _may_be_heard(self, user_id: int) -> bool:
        """Whether anybody may hear the list: a person says so, a sample viewer is there to be looked at unless the site hides them."""
        if is_own_person(user_id):
            return self._read(lambda: self._reader.is_shared(UserId(user_id)))
        return self._has_sample_viewers

    def _made(self, user_id: int, record: ListRecord | None) -> tuple[RecommendedMovie, ...] | None:
        """The list that the site makes. Where it cannot, NotReadyError for whom we know to be there."""
        is_known = record is not None or is_own_person(user_id)
        if self._site is None:
            if is_known:
                raise NotReadyError("The list is void, and no site is known that would make it.")
            return None
        try:
            made = self._site.list_for(user_id, self._deadline, [("n", LIST_LENGTH)])
        except DegradedError:
            raise
        except OutOfReachError as error:
            if is_known:
                raise NotReadyError("The list is void, and the site did not make it in time.") from error
            raise
        return None if made is None else made[:LIST_LENGTH]

    def _read(self, question: Callable[[], T]) -> T:
        try:
            return self._deadline.within(question)
        except StorageError as error:
            log.warning("out of reach asked=%s kind=%s reason=%s", "record", error.kind, error)
            raise OutOfReachError(str(error)) from error

    def _needed(self) -> Site:
        if self._site is None:
            raise NoSiteError("The skill was told of no site.")
        return self._site


def _several(name: str, genres: Iterable[str]) -> list[tuple[str, object]]:
    return [(name, genre) for genre in genres]
