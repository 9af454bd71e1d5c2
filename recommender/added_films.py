"""Films that people add because the data lack them: found, rated and put on watchlists at once, and part of the next model."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.titles import squeezed, without_article
from recommender.domain import FIRST_ADDED_MOVIE_ID, AddedFilm, Movie, UserId
from recommender.errors import AlreadyThereError, InvalidInputError, StorageError, TooManyTriesError
from recommender.publication import Published
from recommender.storage.accounts.kept import Accounts
from recommender.storage.profiles import Profiles

log = logging.getLogger(__name__)

LONGEST_TITLE, LONGEST_LINK, MOST_GENRES = 200, 300, 8  # characters, characters, genres
FIRST_YEAR, LAST_YEAR = 1870, 2100
MOST_A_DAY = 20  # films that one person adds
DAY = 24 * 3600
SECONDS_BETWEEN_LOOKS = 10.0  # so long a film added on another machine may take to be found on this one
IMDB = re.compile(r"/title/tt(\d{5,10})(?:/|$)")
TMDB = re.compile(r"/movie/(\d{1,9})(?:-[^/]*)?(?:/|$)")


class AddedFilms:
    """Those of one store, kept at hand. One per process, shared by its threads."""

    def __init__(self, profiles: Profiles, *, now: Callable[[], float] = time.time, clock: Callable[[], float] = time.monotonic) -> None:
        self._profiles, self._now, self._clock = profiles, now, clock
        self._looking = threading.Lock()
        self._looked_at = float("-inf")
        self._films: Mapping[int, AddedFilm] = {}
        self._catalogue = Catalogue.of(())

    def film(self, movie_id: int) -> AddedFilm | None:
        """The film of that number; None where nobody has added it. A number not known here is looked for at once.

        By one read, however many films there are: anybody may ask for numbers that nobody was given.
        """
        if movie_id < FIRST_ADDED_MOVIE_ID:
            return None
        self._look()
        if movie_id not in self._films and self._is_there(movie_id):
            self._look(at_once=True)
        return self._films.get(movie_id)

    def movie(self, movie_id: int) -> Movie | None:
        """`film`, without who added it."""
        film = self.film(movie_id)
        return film.movie if film else None

    def search(self, query: str, n: int) -> tuple[Movie, ...]:
        """Added films whose title holds the words, best match first."""
        self._look()
        catalogue = self._catalogue
        return tuple(catalogue.movie(column) for column in catalogue.search(query, n))

    def add(self, title: str, year: int | None, genres: Sequence[str], link: str, *, by: UserId, published: Published) -> AddedFilm:
        """Add a film; the one that is there already where somebody has added the same title and year.

        link: where it can be read about, https alone; one of IMDb or TMDB is kept as the film's number there. InvalidInputError;
        AlreadyThereError for a film of the data in use; TooManyTriesError beyond MOST_A_DAY.
        """
        movie, address = checked(title, year, genres, link, known_genres=published.catalogue.genres(), movie_id=FIRST_ADDED_MOVIE_ID)
        if (there := _in_data(movie, published)) is not None:
            raise AlreadyThereError(there)
        now = int(self._now())
        allowance = Accounts(self._profiles.entries).allowed(f"films added by {by}", MOST_A_DAY, DAY, now)
        if not allowance.is_allowed:
            raise TooManyTriesError(allowance.retry_after)
        added = self._profiles.add_film(movie, address, by=by, now=now)
        log.info("film added movie_id=%d user_id=%d", added.movie.movie_id, by)
        self._look(at_once=True)
        return added

    def _is_there(self, movie_id: int) -> bool:
        try:
            return self._profiles.added_film(movie_id) is not None
        except StorageError as trouble:
            log.warning("added film not read kind=%s reason=%s", trouble.kind, trouble)
            return False

    def _look(self, *, at_once: bool = False) -> None:
        """What is known stays known while the store is away."""
        if not at_once and self._clock() - self._looked_at < SECONDS_BETWEEN_LOOKS:
            return
        with self._looking:
            self._looked_at = self._clock()
            try:
                films: dict[int, AddedFilm] = {film.movie.movie_id: film for film in self._profiles.added_films()}
            except StorageError as trouble:
                log.warning("added films not read kind=%s reason=%s", trouble.kind, trouble)
                return
            if films != self._films:
                self._catalogue = Catalogue.of(entries(films.values()))
                self._films = films


def entries(films: Iterable[AddedFilm]) -> list[CatalogueEntry]:
    """Added films on their way into a catalogue."""
    return [CatalogueEntry(film.movie) for film in films]


def checked(
    title: str, year: int | None, genres: Sequence[str], link: str, *, known_genres: Sequence[str], movie_id: int
) -> tuple[Movie, str]:
    """The film as it is kept, with its link; what of a title cannot be seen is left out. InvalidInputError names the field."""
    tidy = " ".join("".join(letter for letter in title if letter.isprintable() or letter.isspace()).split())
    if not 1 <= len(tidy) <= LONGEST_TITLE:
        raise InvalidInputError("title", title, f"a title of 1 to {LONGEST_TITLE} letters, digits and signs")
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInputError("year", year, f"the year it came out, {FIRST_YEAR} to {LAST_YEAR}, or left out")
    if len(genres) > MOST_GENRES:
        raise InvalidInputError("genres", f"{len(genres)} genres", f"at most {MOST_GENRES}")
    for genre in genres:
        if genre not in known_genres:
            raise InvalidInputError("genre", genre, f"one of {', '.join(known_genres)}")
    address = link.strip()
    imdb_id, tmdb_id = _linked(address)
    movie = Movie(movie_id, tidy, year, tuple(sorted(set(genres))), imdb_id, tmdb_id)  # type: ignore[arg-type]  # a number to be given
    return movie, "" if imdb_id or tmdb_id else address


def _linked(address: str) -> tuple[int | None, int | None]:
    """The numbers at IMDb and TMDB that the address names."""
    if not address:
        return None, None
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        is_right = parts.scheme == "https" and "." in host and not parts.username and not parts.password and parts.port in (None, 443)
    except ValueError:
        is_right, host = False, ""
    if not is_right or len(address) > LONGEST_LINK or not address.isascii() or not address.isprintable() or " " in address:
        raise InvalidInputError("link", address, f"an address that begins with https://, of at most {LONGEST_LINK} characters, or left out")
    if host.removeprefix("www.").removeprefix("m.") == "imdb.com" and (found := IMDB.search(parts.path)):
        number = int(found[1])
        return (number, None) if 0 < number < 2**31 else (None, None)
    if host.removeprefix("www.") == "themoviedb.org" and (found := TMDB.search(parts.path)):
        return None, int(found[1]) or None
    return None, None


def _in_data(movie: Movie, published: Published) -> Movie | None:
    """The film of the data with that title and year, or at that number of IMDb or TMDB."""
    catalogue = published.catalogue
    for ids, number in ((catalogue.imdb_ids, movie.imdb_id), (catalogue.tmdb_ids, movie.tmdb_id)):
        if number and len(at := (ids == number).nonzero()[0]):
            return catalogue.movie(int(at[0]))
    forms = {squeezed(movie.title), squeezed(without_article(movie.title))} - {""}
    for column in catalogue.search(movie.title, 20):
        there = catalogue.movie(column)
        if there.year == movie.year and forms & {
            squeezed(form) for title in catalogue.title_forms(column) for form in (title, without_article(title))
        }:
            return there
    return None
