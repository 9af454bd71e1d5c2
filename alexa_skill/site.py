"""The site as the skill asks it: its API by HTTPS, every answer read as what it should be, or not at all."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from alexa_skill import site_bodies
from alexa_skill.deadline import Deadline
from alexa_skill.films import OutOfReachError
from alexa_skill.site_bodies import WrongShapeError
from recommender.connection import NO_ANSWER, HttpAnswer, KeptConnection
from recommender.domain import Movie, MovieDetails, MovieId, RecommendedMovie
from recommender.errors import SettingError, UnknownMovieError

log = logging.getLogger(__name__)

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")  # the only hosts that are asked without TLS
LONGEST_SEARCH = 200  # characters; the API refuses more
TRIES = 2
OK, NOT_FOUND, FAILING = 200, 404, 500

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
        self._genres: frozenset[str] | None = None

    def list_for(self, user_id: int, deadline: Deadline, questions: Questions) -> tuple[RecommendedMovie, ...] | None:
        """A person's or viewer's list; None where there is none that just anybody may have."""
        return self._asked("recommendations", f"/users/{user_id}/recommendations", questions, deadline, _list)

    def well_liked(self, deadline: Deadline, questions: Questions) -> tuple[RecommendedMovie, ...]:
        """Films that everybody likes."""
        return _there(self._asked("well-liked", "/movies/well-liked", questions, deadline, _list))

    def genres(self, deadline: Deadline) -> frozenset[str]:
        """Those of the data in use, asked for once."""
        if self._genres is None:
            self._genres = _there(self._asked("genres", "/genres", (), deadline, site_bodies.genres))
        return self._genres

    def similar(self, movie_id: int, n: int, deadline: Deadline) -> tuple[Movie, ...]:
        """Films liked by the same people; UnknownMovieError."""
        found = self._asked("similar", f"/movies/{movie_id}/similar", [("n", n)], deadline, _films)
        if found is None:
            raise UnknownMovieError(movie_id)
        return found

    def details(self, movie_id: int, deadline: Deadline) -> MovieDetails:
        """What is known of a film; UnknownMovieError."""
        found = self._asked("film", f"/movies/{movie_id}", (), deadline, site_bodies.details)
        if found is None or found.movie.movie_id != MovieId(movie_id):
            raise UnknownMovieError(movie_id)
        return found

    def named(self, title: str, deadline: Deadline) -> Movie | None:
        """The best match among titles; None where there is none."""
        words = title.strip()
        if not words.isprintable() or not 0 < len(words) <= LONGEST_SEARCH:
            return None
        found = _there(self._asked("search", "/movies", [("q", words), ("n", 1)], deadline, _films))
        return found[0] if found else None

    def _asked(self, what: str, path: str, questions: Questions, deadline: Deadline, read: Callable[[object], T]) -> T | None:
        """The answer, read; None for what is not there. what: for the log, which is told no words that were spoken."""
        query = f"?{urlencode([(name, str(value)) for name, value in questions])}" if questions else ""
        answer = deadline.within(lambda: self._tried(what, f"{self._path}/api/v1{path}{query}", deadline))
        if answer.status == NOT_FOUND:
            return None
        if answer.status != OK:
            raise _out_of_reach(what, answer.reason)
        try:
            return read(json.loads(answer.body))
        except (ValueError, RecursionError, WrongShapeError) as error:
            raise _out_of_reach(what, f"{type(error).__name__} {error}") from error

    def _tried(self, what: str, path: str, deadline: Deadline) -> HttpAnswer:
        """The first answer that is worth reading, or the last. A try takes its share of the time that is left."""
        for n_left in range(TRIES, 0, -1):
            try:
                answer = self._connection.ask("GET", path, self._headers, seconds=max(0.01, deadline.left / n_left))
            except NO_ANSWER as error:
                if n_left == 1:
                    raise _out_of_reach(what, f"{type(error).__name__} {error}") from error
            else:
                if answer.status < FAILING or n_left == 1:
                    return answer
        raise AssertionError


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
