"""The films as a machine far from the site sees them: list records from their store, everything else from the site."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from alexa_skill.deadline import Deadline
from alexa_skill.films import NOBODY, Caller, Changed, Films, Linked, NoSiteError, NotReadyError, OutOfReachError
from alexa_skill.site import DegradedError, Site
from recommender.domain import LIST_LENGTH, ListRecord, Movie, MovieDetails, RecommendedMovie, UserId, is_own_person
from recommender.errors import NotLinkedError, StorageError
from recommender.settings import Settings
from recommender.storage.profiles.list_reader import ListReader, open_list_reader

log = logging.getLogger(__name__)

T = TypeVar("T")


def remote_films(settings: Settings) -> Callable[[float, Caller], Films]:
    """Gives the films for one request; what it takes are the seconds that the request may use, and who speaks. Connections are kept.

    SettingError for an address of the site, or a place of the records, that is none.
    """
    reader = open_list_reader(settings.profiles_url)
    site = Site(settings.site_url, settings.skill_key) if settings.site_url else None
    return lambda seconds, caller: RemoteFilms(settings, reader, site, Deadline(seconds), caller)


class RemoteFilms:
    """The port's promises within a deadline. site: None where the skill was told of none."""

    def __init__(self, settings: Settings, reader: ListReader, site: Site | None, deadline: Deadline, caller: Caller = NOBODY) -> None:
        self.address, self.has_site = settings.site_url, site is not None
        self._has_sample_viewers = settings.sample_viewers
        self._reader, self._site, self._deadline, self._caller = reader, site, deadline, caller
        self._known: tuple[Linked | None] | None = None  # who speaks, once the site was asked

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
            found = site.list_for(user_id, self._deadline, questions, self._caller_for(user_id))
        if found is None:
            viewer = self._viewer()
            found = site.well_liked(self._deadline, [*questions, *viewer], self._caller if viewer else NOBODY)
        return found[:n]

    def similar(self, movie_id: int, n: int = LIST_LENGTH) -> tuple[Movie, ...]:
        """Films liked by the same people."""
        site, viewer = self._needed(), self._viewer()
        return site.similar(movie_id, self._deadline, [("n", n), *viewer], self._caller if viewer else NOBODY)[:n]

    def details(self, movie_id: int) -> MovieDetails:
        """What is known of a film."""
        return self._needed().details(movie_id, self._deadline)

    def named(self, title: str) -> tuple[Movie, ...]:
        """Films whose title holds the words."""
        return self._needed().named(title, self._deadline)

    def who(self) -> Linked | None:
        """For whom the Echo speaks, as the site says. It gets half of the time, so that lists can be read though it hangs."""
        if self._site is None:
            return None
        if self._known is None:
            self._known = (self._site.who(self._caller, self._deadline.part(0.5)),)
        return self._known[0]

    def link(self, code: str) -> Linked:
        """Where the skill has no key of the site's, the site refuses it."""
        linked = self._needed().link(self._caller, code, self._deadline)
        self._known = (linked,)
        return linked

    def unlink(self) -> bool:
        """It speaks for nobody."""
        was_linked = self._needed().unlink(self._caller, self._deadline)
        self._known = None
        return was_linked

    def rate(self, movie_id: int, stars: float | None) -> Changed:
        """With the stars that it had before."""
        site, me = self._needed(), self._me()
        before = site.stars(me.user_id, movie_id, self._deadline, self._caller)
        method, body = ("DELETE", None) if stars is None else ("PUT", {"rating": stars})
        return Changed(site.change(method, "ratings", me.user_id, movie_id, self._deadline, self._caller, body), before)

    def mark(self, movie_id: int, kind: str, *, there: bool = True) -> Changed:
        """With the stars, and whether it had this mark before."""
        site, me = self._needed(), self._me()
        before = site.stars(me.user_id, movie_id, self._deadline, self._caller)
        was_marked = site.is_marked(me.user_id, movie_id, kind, self._deadline, self._caller)
        method = "PUT" if there else "DELETE"
        movies = site.change(method, f"marks/{kind}", me.user_id, movie_id, self._deadline, self._caller)
        return Changed(movies, before, frozenset([kind] if was_marked else ()))

    def watchlist(self) -> tuple[RecommendedMovie, ...]:
        """What they want to see."""
        site, me = self._needed(), self._me()
        return site.watchlist(me.user_id, self._deadline, self._caller)

    def _me(self) -> Linked:
        me = self.who()
        if me is None:
            raise NotLinkedError
        return me

    def _viewer(self) -> list[tuple[str, object]]:
        """Whose films need not be named again; nobody's while that cannot be found out."""
        try:
            me = self.who()
        except OutOfReachError:
            return []
        return [("viewer", me.user_id)] if me else []

    def _caller_for(self, user_id: int) -> Caller:
        """Who asks for that person's list, where the Echo speaks for them."""
        return self._caller if self._speaks_for(user_id) else NOBODY

    def _speaks_for(self, user_id: int) -> bool:
        try:
            me = self.who() if is_own_person(user_id) else None
        except OutOfReachError:
            return False
        return me is not None and me.user_id == user_id

    def _may_be_heard(self, user_id: int) -> bool:
        """Whether whoever speaks may hear the list: it is theirs, its owner lets anybody, or a sample viewer is there to be looked at."""
        if is_own_person(user_id):
            is_theirs = self._known is not None and self._speaks_for(user_id)
            return is_theirs or self._read(lambda: self._reader.is_shared(UserId(user_id))) or self._speaks_for(user_id)
        return self._has_sample_viewers

    def _made(self, user_id: int, record: ListRecord | None) -> tuple[RecommendedMovie, ...] | None:
        """The list that the site makes. Where it cannot, NotReadyError for whom we know to be there."""
        is_known = record is not None or is_own_person(user_id)
        if self._site is None:
            if is_known:
                raise NotReadyError("The list is void, and no site is known that would make it.")
            return None
        try:
            made = self._site.list_for(user_id, self._deadline, [("n", LIST_LENGTH)], self._caller_for(user_id))
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
