"""The site as the skill asks it: its API by HTTPS, every answer read as what it should be, or not at all."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from alexa_skill import site_bodies
from alexa_skill.deadline import Deadline
from alexa_skill.films import CANDIDATES, NOBODY, Caller, Linked, OutOfReachError
from alexa_skill.site_bodies import Json, WrongShapeError
from recommender.connection import NO_ANSWER, HttpAnswer, KeptConnection
from recommender.domain import Movie, MovieDetails, MovieId, RecommendedMovie
from recommender.errors import FullHouseError, NotLinkedError, SettingError, TooManyTriesError, UnknownMovieError, WrongCodeError

log = logging.getLogger(__name__)

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")  # the only hosts that are asked without TLS
LONGEST_SEARCH = 200  # characters; the API refuses more
TRIES = 2
FAILING = 500
OK, UNAUTHORIZED, NOT_FOUND, CONFLICT, TOO_MANY = 200, 401, 404, 409, 429
WRONG_CODE, NOT_ALLOWED = "urn:matinee:wrong-code", "urn:matinee:not-allowed"  # types of problems
CODE_MINUTES = 10  # that a code is good for
A_WHILE = 600  # seconds to wait, where the site does not say how many
_AN_ID = re.compile(r"[!-~]{1,1000}")

Questions = Sequence[tuple[str, object]]
T = TypeVar("T")


class DegradedError(OutOfReachError):
    """The site answered, and said itself that what it shows is not made as it should be."""


class Site:
    """One site, shared by the requests of a process: its connection and the genres it knows are kept.

    Every method takes the time it may use, and raises OutOfReachError for whatever is no true answer within it.
    """

    def __init__(self, url: str, key: str = "") -> None:
        """url: https://host, perhaps with a path. key: tells the site that the skill asks. SettingError for an address without TLS."""
        try:
            parts = urlsplit(url)
            self._connection = KeptConnection(url)
        except ValueError as error:
            raise _no_address(url) from error
        if not (parts.scheme == "https" or parts.hostname in THIS_MACHINE):
            raise _no_address(url)
        self._path = parts.path.rstrip("/")
        self._headers = {"Accept": "application/json", **({"Matinee-Skill-Key": key} if key else {})}
        self.knows_skill = bool(key)  # and will believe it who speaks
        self._genres: frozenset[str] | None = None

    def list_for(
        self, user_id: int, deadline: Deadline, questions: Questions, caller: Caller = NOBODY
    ) -> tuple[RecommendedMovie, ...] | None:
        """A person's or viewer's list; None where there is none that the caller may have."""
        return self._asked("recommendations", f"/users/{user_id}/recommendations", questions, deadline, _list, caller=caller)

    def well_liked(self, deadline: Deadline, questions: Questions, caller: Caller = NOBODY) -> tuple[RecommendedMovie, ...]:
        """Films that everybody likes."""
        return _there(self._asked("well-liked", "/movies/well-liked", questions, deadline, _list, caller=caller))

    def genres(self, deadline: Deadline) -> frozenset[str]:
        """Those of the data in use, asked for once."""
        if self._genres is None:
            self._genres = _there(self._asked("genres", "/genres", (), deadline, site_bodies.genres))
        return self._genres

    def similar(self, movie_id: int, deadline: Deadline, questions: Questions, caller: Caller = NOBODY) -> tuple[Movie, ...]:
        """Films liked by the same people; UnknownMovieError."""
        found = self._asked("similar", f"/movies/{movie_id}/similar", questions, deadline, _films, caller=caller)
        if found is None:
            raise UnknownMovieError(movie_id)
        return found

    def details(self, movie_id: int, deadline: Deadline) -> MovieDetails:
        """What is known of a film; UnknownMovieError."""
        found = self._asked("film", f"/movies/{movie_id}", (), deadline, site_bodies.details)
        if found is None or found.movie.movie_id != MovieId(movie_id):
            raise UnknownMovieError(movie_id)
        return found

    def named(self, title: str, deadline: Deadline) -> tuple[Movie, ...]:
        """Films by the words of a title, best match first."""
        words = title.strip()
        if not words.isprintable() or not 0 < len(words) <= LONGEST_SEARCH:
            return ()
        return _there(self._asked("search", "/movies", [("q", words), ("n", CANDIDATES)], deadline, _films))

    # For whom the Echo speaks. Where the skill has no key the site would not believe it, and is not asked.

    def who(self, caller: Caller, deadline: Deadline) -> Linked | None:
        """The person; None for nobody."""
        if not self.knows_skill or not _ids(caller):
            return None
        return self._asked("echo", "/echo", (), deadline, site_bodies.linked, caller=caller)

    def link(self, caller: Caller, code: str, deadline: Deadline) -> Linked:
        """WrongCodeError, TooManyTriesError, FullHouseError. Asked once: a code is used up by the first answer, though it be lost."""
        if not self.knows_skill:
            raise _out_of_reach("link", "MATINEE_SKILL_KEY is not set, by which the site would believe who speaks")
        answer = self._answer("link", "/echo/link", (), deadline, _Sent("POST", {"code": code}, caller), tries=1)
        if answer.status == NOT_FOUND and _kind_of(answer) == WRONG_CODE:
            raise WrongCodeError(CODE_MINUTES)
        if answer.status == CONFLICT:
            raise FullHouseError("linked Echos", 0)
        if answer.status == TOO_MANY:
            raise TooManyTriesError(_seconds_of(answer))
        return _there(_read("link", answer, site_bodies.linked))

    def unlink(self, caller: Caller, deadline: Deadline) -> bool:
        """Whether it was linked."""
        found = self._asked("unlink", "/echo/link", (), deadline, site_bodies.was_linked, sent=_Sent("DELETE", None, caller))
        return bool(found)

    def stars(self, user_id: int, movie_id: int, deadline: Deadline, caller: Caller) -> float | None:
        """Those that the film has; None for none."""
        page = [("n", 1), *_from(movie_id)]
        return self._asked(
            "ratings", f"/users/{user_id}/ratings", page, deadline, lambda body: site_bodies.stars_of(body, movie_id), caller=caller
        )

    def is_marked(self, user_id: int, movie_id: int, kind: str, deadline: Deadline, caller: Caller) -> bool:
        """Whether the film has that mark."""
        page, read = [("n", 1), *_from(movie_id)], lambda body: site_bodies.has_film(body, movie_id)
        return bool(self._asked("marks", f"/users/{user_id}/marks/{kind}", page, deadline, read, caller=caller))

    def change(
        self, method: str, what: str, user_id: int, movie_id: int, deadline: Deadline, caller: Caller, body: Json | None = None
    ) -> tuple[RecommendedMovie, ...] | None:
        """PUT or DELETE of a rating or a mark; the new list, or None where it could not be made. UnknownMovieError."""
        path = f"/users/{user_id}/{what}/{movie_id}"
        answer = self._answer("change", path, (), deadline, _Sent(method, body, caller))
        if answer.status == NOT_FOUND:
            raise UnknownMovieError(movie_id)
        if answer.status == UNAUTHORIZED and _kind_of(answer) == NOT_ALLOWED:
            raise NotLinkedError
        return _read("change", answer, site_bodies.new_list)

    def watchlist(self, user_id: int, deadline: Deadline, caller: Caller) -> tuple[RecommendedMovie, ...]:
        """What they want to see, best first."""
        return _there(self._asked("watchlist", f"/users/{user_id}/watchlist", (), deadline, _list, caller=caller))

    def _asked(
        self,
        what: str,
        path: str,
        questions: Questions,
        deadline: Deadline,
        read: Callable[[object], T],
        *,
        caller: Caller = NOBODY,
        sent: _Sent | None = None,
    ) -> T | None:
        """The answer, read; None for what is not there. what: for the log, which is told neither words that were spoken nor who spoke."""
        return _read(what, self._answer(what, path, questions, deadline, sent or _Sent("GET", None, caller)), read)

    def _answer(self, what: str, path: str, questions: Questions, deadline: Deadline, sent: _Sent, *, tries: int = TRIES) -> HttpAnswer:
        query = f"?{urlencode([(name, str(value)) for name, value in questions])}" if questions else ""
        return deadline.within(lambda: self._tried(what, f"{self._path}/api/v1{path}{query}", sent, deadline, tries))

    def _tried(self, what: str, path: str, sent: _Sent, deadline: Deadline, tries: int) -> HttpAnswer:
        """The first answer that is worth reading, or the last. A try takes its share of the time that is left."""
        headers, body = {**self._headers, **(_ids(sent.caller) if self.knows_skill else {})}, b""
        if sent.body is not None:
            headers["Content-Type"], body = "application/json", json.dumps(sent.body).encode()
        for n_left in range(tries, 0, -1):
            try:
                answer = self._connection.ask(sent.method, path, headers, body, seconds=max(0.01, deadline.left / n_left))
            except NO_ANSWER as error:
                if n_left == 1:
                    raise _out_of_reach(what, f"{type(error).__name__} {error}") from error
            else:
                if answer.status < FAILING or n_left == 1:
                    return answer
        raise AssertionError


@dataclass(frozen=True, slots=True)
class _Sent:
    """body: as JSON; None for none. caller: whom the site is to answer, where there is one."""

    method: str
    body: Json | None
    caller: Caller


def _ids(caller: Caller) -> dict[str, str]:
    """Who speaks, as headers; nobody where Amazon would not send such an id, which could end a header and begin another."""
    named = {"Matinee-Echo": caller.account, "Matinee-Echo-Person": caller.person}
    sent = {name: value for name, value in named.items() if value}
    return sent if all(map(_AN_ID.fullmatch, sent.values())) else {}


def _from(movie_id: int) -> Questions:
    """The page that begins with that film, if it is there at all."""
    return [("after", movie_id - 1)] if movie_id > 1 else []


def _read(what: str, answer: HttpAnswer, read: Callable[[object], T]) -> T | None:
    if answer.status == NOT_FOUND:
        return None
    if answer.status != OK:
        raise _out_of_reach(what, answer.reason)
    try:
        return read(json.loads(answer.body))
    except (ValueError, RecursionError, WrongShapeError) as error:
        raise _out_of_reach(what, f"{type(error).__name__} {error}") from error


def _kind_of(answer: HttpAnswer) -> object:
    """The type of a problem."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return said.get("type") if isinstance(said, dict) else None


def _seconds_of(answer: HttpAnswer) -> int:
    seconds = answer.headers.get("retry-after", "")
    return int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 6 else A_WHILE


def _no_address(url: str) -> SettingError:
    return SettingError(f"MATINEE_SITE_URL must look like https://films.example.com, not {url!r}.")


def _out_of_reach(what: str, reason: str) -> OutOfReachError:
    log.warning("out of reach asked=%s reason=%s", what, reason)
    return OutOfReachError(f"The site did not answer for {what}: {reason}.")


def _there(found: T | None) -> T:
    """What every site of this version has."""
    if found is None:
        raise OutOfReachError("The site does not know the question; it may be older than the skill.")
    return found


def _list(body: object) -> tuple[RecommendedMovie, ...]:
    if site_bodies.notice(body):
        raise DegradedError("The site cannot reach its ratings.")
    return tuple([site_bodies.recommended(each) for each in site_bodies.items(body)])


def _films(body: object) -> tuple[Movie, ...]:
    return tuple([site_bodies.film(each) for each in site_bodies.items(body)])
