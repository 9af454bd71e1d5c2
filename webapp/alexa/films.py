"""The films that the Echo talks of, from the recommender of this very process, and in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, TypeVar

from alexa_skill.films import CANDIDATES, Caller, Changed, Linked, OutOfReachError
from recommender.domain import (
    LIST_LENGTH,
    STRANGER,
    Asker,
    Member,
    Movie,
    MovieDetails,
    MovieId,
    Rated,
    RecommendationList,
    RecommendedMovie,
    UserId,
    is_own_person,
)
from recommender.errors import ModelError, NoModelError, NotLinkedError, StorageError, UnknownUserError
from recommender.serving import Recommender
from recommender.sign_in import SignIn
from webapp.inputs import BLANKS, LONGEST_SEARCH

if TYPE_CHECKING:
    from webapp.metrics.tally import Tally

T = TypeVar("T")


class EngineFilms:
    """What `alexa_skill.films.Films` asks for, within the seconds of one answer.

    Nobody shows a token here: a private list is none but for whom the caller is linked to; and a list made in spite of trouble is not read
    out. sign_in: gives what knows the links, once it is needed. threads: do the asking, so that a store which is slow in everything is not
    waited for. tally: counts lists and opinions, where there is one.
    """

    def __init__(
        self,
        recommender: Recommender,
        sign_in: Callable[[], SignIn],
        caller: Caller,
        seconds: float,
        threads: Executor,
        *,
        tally: Tally | None = None,
    ) -> None:
        self._tally = tally
        self._recommender, self._sign_in, self._caller, self._threads = recommender, sign_in, caller, threads
        self._until = time.monotonic() + seconds
        self._known: tuple[Linked | None] | None = None  # who speaks, once that was asked
        self.address, self.has_site = recommender.settings.site_url, True

    def list_of(self, user_id: int) -> tuple[RecommendedMovie, ...] | None:
        asker = self._asker_for(user_id)

        def ask() -> tuple[RecommendedMovie, ...] | None:
            try:
                return self._counted(self._recommender.list_for(user_id, LIST_LENGTH, asker=asker))
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
        asker = self._asker_for(user_id) if user_id is not None else STRANGER
        viewer, by_viewer = self._viewer()

        def ask() -> tuple[RecommendedMovie, ...]:
            known = self._recommender.genres()
            wanted = tuple(genre for genre in with_genres if genre in known)
            unwanted = tuple(genre for genre in without_genres if genre in known)
            if with_genres and not wanted:
                return ()
            kind: dict[str, Any] = {"with_genres": wanted, "without_genres": unwanted, "years": years}
            if user_id is not None:
                try:
                    return self._counted(self._recommender.list_for(user_id, n, asker=asker, **kind))
                except UnknownUserError:
                    pass  # no list that is open: what everybody likes
            return self._recommender.well_liked(n, viewer=viewer, asker=by_viewer, **kind)

        return self._in_time(ask)

    def similar(self, movie_id: int, n: int = LIST_LENGTH) -> tuple[Movie, ...]:
        viewer, asker = self._viewer()
        return self._in_time(
            lambda: tuple(each.movie for each in self._recommender.similar(MovieId(movie_id), n, viewer=viewer, asker=asker))
        )

    def details(self, movie_id: int) -> MovieDetails:
        return self._in_time(lambda: self._recommender.movie(MovieId(movie_id)))

    def named(self, title: str) -> tuple[Movie, ...]:
        words = title.strip(BLANKS)
        if not words or len(words) > LONGEST_SEARCH:
            return ()
        return self._in_time(lambda: self._recommender.search(words, CANDIDATES))

    def who(self) -> Linked | None:
        if self._known is None:
            self._known = (self._in_time(lambda: _linked(self._sign_in().speaks_for(*self._ids)), share=0.5),)
        return self._known[0]

    def link(self, code: str) -> Linked:
        def ask() -> Linked | None:
            self._sign_in().use_code(code, next(filter(None, self._ids), ""))
            return _linked(self._sign_in().speaks_for(*self._ids))

        linked = self._in_time(ask)
        self._known = (linked,)
        if linked is None:
            raise NotLinkedError
        return linked

    def unlink(self) -> bool:
        def ask() -> bool:
            sign_in = self._sign_in()
            return any(sign_in.unlink(each) for each in self._ids if each)  # the first that is linked

        was_linked = self._in_time(ask)
        self._known = None
        return was_linked

    def rate(self, movie_id: int, stars: float | None) -> Changed:
        def put(who: int, film: int, asker: Asker) -> Rated:
            if stars is None:
                return self._recommender.unrate(who, film, asker=asker)
            return self._recommender.rate(who, film, float(stars), asker=asker)

        return self._changed(movie_id, put, is_said=stars is not None)

    def mark(self, movie_id: int, kind: str, *, there: bool = True) -> Changed:
        put = self._recommender.mark if there else self._recommender.unmark
        return self._changed(movie_id, lambda who, film, asker: put(who, film, kind, asker=asker), is_said=there)

    def watchlist(self) -> tuple[RecommendedMovie, ...]:
        me = self._me()
        return self._in_time(lambda: self._recommender.watchlist(me.user_id, asker=_asker(me)))

    @property
    def _ids(self) -> tuple[str, str]:
        """The recognised voice comes before the Echo's account."""
        return self._caller.person, self._caller.account

    def _me(self) -> Linked:
        me = self.who()
        if me is None:
            raise NotLinkedError
        return me

    def _viewer(self) -> tuple[int | None, Asker]:
        """Whose films need not be named again; nobody's while that cannot be found out."""
        try:
            me = self.who()
        except OutOfReachError:
            return None, STRANGER
        return (me.user_id, _asker(me)) if me else (None, STRANGER)

    def _asker_for(self, user_id: int) -> Asker:
        """Who asks for that person's list: the person, where the Echo speaks for them."""
        me = self.who() if is_own_person(user_id) else None
        return _asker(me) if me and me.user_id == user_id else STRANGER

    def _counted(self, made: RecommendationList) -> tuple[RecommendedMovie, ...]:
        """The films of a list made without trouble; that it was asked for is counted."""
        if self._tally:
            self._tally.asked()
        return _untroubled(made)

    def _changed(self, movie_id: int, change: Callable[[int, int, Asker], Rated], *, is_said: bool) -> Changed:
        """is_said: whether something is said of the film, not taken back."""
        me = self._me()

        def ask() -> Changed:
            before = self._recommender.film_for(me.user_id, movie_id, asker=_asker(me)).said
            made = change(me.user_id, movie_id, _asker(me))
            if self._tally and is_said:
                self._tally.said()
            if self._tally and made.list:
                self._tally.asked()
            movies = made.list.movies[:LIST_LENGTH] if made.list and not made.list.trouble else None
            return Changed(movies, before.stars, frozenset(before.marks))

        return self._in_time(ask)

    def _in_time(self, ask: Callable[[], T], *, share: float = 1.0) -> T:
        """share: of the time that is left."""
        asked = self._threads.submit(ask)
        try:
            return asked.result(max(0.0, self._until - time.monotonic()) * share)
        except TimeoutError:
            asked.cancel()
            raise OutOfReachError("The films were not found in the time that an answer may take.") from None
        except (StorageError, NoModelError, ModelError) as error:
            raise OutOfReachError(str(error)) from error


def _linked(member: Member | None) -> Linked | None:
    return Linked(member.user_id, member.name) if member else None


def _asker(me: Linked) -> Asker:
    return Asker(member=UserId(me.user_id))


def _untroubled(made: RecommendationList) -> tuple[RecommendedMovie, ...]:
    if made.trouble:
        raise OutOfReachError(made.notice)
    return made.movies
