"""The films of a data set in columns that can be memory-mapped: what is known of each, and finding one by its title."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.data.texts import Index, Texts
from recommender.data.title_search import TitleSearch
from recommender.data.titles import plain, spellings, squeezed, without_article
from recommender.domain import Movie, MovieId
from recommender.errors import DataError

MOVIES_AT_HAND = 4096  # films that stay read, about half a kilobyte each
GENRES_AT_HAND = 4096  # combinations of genres, of which films have a few thousand at most
FORMATS = frozenset({"IMAX"})  # of the genres that data name, those that are no taste


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A film on its way into a catalogue. also_known_as: other forms of its title. tags: viewers' words, most used first."""

    movie: Movie
    also_known_as: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Catalogue:
    """Every film of a data set; a film's column is its position by ascending id.

    Nothing is made per film until it is asked for, so a catalogue over memory-mapped arrays costs a worker next to nothing.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._arrays = dict(arrays)
        self.movie_ids: NDArray[np.int32] = arrays["movie_ids"]
        self.years: NDArray[np.int16] = arrays["years"]  # 0: not known
        self.imdb_ids: NDArray[np.int32] = arrays["imdb_ids"]  # 0: no link
        self.tmdb_ids: NDArray[np.int32] = arrays["tmdb_ids"]
        self.signal: NDArray[np.float64] | None = arrays.get("signal")  # how much each film is spoken of elsewhere; None: nobody asked
        self._movie = lru_cache(MOVIES_AT_HAND)(self._read_movie)
        self._genres_at = lru_cache(GENRES_AT_HAND)(self._read_genres)
        self._genre_bits = arrays["genre_bits"]  # shape (n_movies, bytes), one bit per genre, the first genre highest
        self._titles = Texts(arrays, "titles")
        self._other_titles = Texts(arrays, "other_titles")  # one per line
        self._tags = Texts(arrays, "tags")  # one per line
        genres = Texts(arrays, "genres")
        self._genres = tuple(genres.text(genre) for genre in range(len(genres)))
        words = Index(arrays, "words")  # of all forms of the title
        keys = Index(arrays, "keys")  # whole titles, squeezed
        self._search = TitleSearch(words, keys, self.years, self._titles)

    @classmethod
    def of(cls, movies: Iterable[CatalogueEntry]) -> Catalogue:
        """A catalogue of these films, in any order; DataError when two have the same id."""
        entries = sorted(movies, key=lambda entry: entry.movie.movie_id)
        films = [entry.movie for entry in entries]
        for one, other in pairwise(films):
            if one.movie_id == other.movie_id:
                raise DataError(f"Film {one.movie_id} is there twice, as {one.title!r} and {other.title!r}; give each an id of its own.")
        genres = sorted({genre for film in films for genre in film.genres})
        return cls(
            {
                "movie_ids": np.array([film.movie_id for film in films], dtype=np.int32),
                "years": np.array([film.year or 0 for film in films], dtype=np.int16),
                "imdb_ids": np.array([film.imdb_id or 0 for film in films], dtype=np.int32),
                "tmdb_ids": np.array([film.tmdb_id or 0 for film in films], dtype=np.int32),
                "genre_bits": _genre_bits(films, genres),
                **Texts.arrays_of("titles", [film.title for film in films]),
                **Texts.arrays_of("other_titles", [_lines(entry.also_known_as) for entry in entries]),
                **Texts.arrays_of("tags", [_lines(entry.tags) for entry in entries]),
                **Texts.arrays_of("genres", genres),
                **Index.arrays_of("words", [_words_of(entry) for entry in entries]),
                **Index.arrays_of("keys", [_keys_of(entry) for entry in entries]),
            }
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All there is, by name: numbers and UTF-8 bytes, no objects; from_arrays takes them back, memory-mapped or not."""
        return dict(self._arrays)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Catalogue:
        """The catalogue of arrays(); DataError when one is missing or does not fit the others."""
        try:
            catalogue = cls(arrays)
        except KeyError as missing:
            raise DataError(f"The catalogue lacks its array {missing}; run `matinee train` again.") from None
        lengths = {len(catalogue.movie_ids), *(len(arrays[name]) for name in ("years", "imdb_ids", "tmdb_ids", "genre_bits"))}
        lengths |= {len(catalogue._titles), len(catalogue._other_titles), len(catalogue._tags)}
        lengths |= {len(catalogue.movie_ids) if catalogue.signal is None else len(catalogue.signal)}
        if len(lengths) != 1:
            raise DataError(f"The catalogue's arrays are of {sorted(lengths)} films, not of one number; run `matinee train` again.")
        return catalogue

    def and_also(self, more: Sequence[CatalogueEntry]) -> Catalogue:
        """A catalogue of these films and others; of the same id the one here stays."""
        new = [entry for entry in more if self.column_of(entry.movie.movie_id) is None]
        if not new:
            return self
        here = [CatalogueEntry(self.movie(column), self.also_known_as(column), self.tags(column)) for column in range(len(self))]
        whole = Catalogue.of([*here, *new])
        if self.signal is None:
            return whole
        signal = np.zeros(len(whole))
        signal[np.searchsorted(whole.movie_ids, self.movie_ids)] = self.signal
        return whole.with_signal(signal)

    def with_signal(self, signal: NDArray[np.float64]) -> Catalogue:
        """The same films, with how much each is spoken of elsewhere, shape (n_movies,), 0 or more."""
        return Catalogue({**self._arrays, "signal": signal})

    def __len__(self) -> int:
        return len(self.movie_ids)

    def column_of(self, movie_id: int) -> int | None:
        """Where the film stands; None when it is not here."""
        column = int(np.searchsorted(self.movie_ids, movie_id))
        return column if column < len(self) and self.movie_ids[column] == movie_id else None

    def movie(self, column: int) -> Movie:
        """The film of a column; its genres alphabetically. Those asked for most stay at hand."""
        return self._movie(column)

    def _read_movie(self, column: int) -> Movie:
        return Movie(
            movie_id=MovieId(int(self.movie_ids[column])),
            title=self._titles.text(column),
            year=int(self.years[column]) or None,
            genres=self._genres_at(self._genre_bits[column].tobytes()),
            imdb_id=int(self.imdb_ids[column]) or None,
            tmdb_id=int(self.tmdb_ids[column]) or None,
        )

    def _read_genres(self, packed: bytes) -> tuple[str, ...]:
        bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=len(self._genres))
        return tuple(self._genres[genre] for genre in np.flatnonzero(bits))

    def also_known_as(self, column: int) -> tuple[str, ...]:
        """Other forms of the film's title."""
        return tuple(self._other_titles.text(column).splitlines())

    def title_forms(self, column: int) -> tuple[str, ...]:
        """Every form of the film's title, the one that is shown first."""
        return (self._titles.text(column), *self.also_known_as(column))

    def tags(self, column: int) -> tuple[str, ...]:
        """Viewers' own words for the film, most used first."""
        return tuple(self._tags.text(column).splitlines())

    def genres(self) -> tuple[str, ...]:
        """Every genre that a film here has, alphabetically."""
        return self._genres

    def genre_mask(self, names: Iterable[str]) -> NDArray[np.bool_]:
        """True for each column whose film has any of these genres; shape (n_movies,). A genre nobody has marks no film."""
        wanted = frozenset(names)
        bits = np.packbits(np.array([genre in wanted for genre in self._genres], dtype=np.bool_))
        mask: NDArray[np.bool_] = np.any(self._genre_bits & bits, axis=1)
        return mask

    def genre_table(self) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
        """The genres but FORMATS, alphabetically, and which films are of each; shape (n_movies, n_genres)."""
        table = np.unpackbits(self._genre_bits, axis=1, count=len(self._genres)).astype(bool)
        kept = [place for place, name in enumerate(self._genres) if name not in FORMATS]
        return tuple(self._genres[place] for place in kept), table[:, kept]

    def year_mask(self, first: int, last: int) -> NDArray[np.bool_]:
        """True for each column whose film is of these years, both included; shape (n_movies,). A film without a year is of none."""
        known = self.years > 0
        return np.asarray(known & (self.years >= first) & (self.years <= last))

    def warm(self) -> None:
        """Work out what the first search would else wait for."""
        self._search.warm()

    def search(self, query: str, n: int, *, popularity: NDArray[np.integer[Any]] | None = None) -> list[int]:
        """Columns of at most n films whose titles hold the words of the query, best match first.

        A word may be the beginning of one, or have a slip or two by its length; case, accents, signs and the place of "The" do not
        matter; a year of four digits also finds the films of that year ("brazil 1985"); "2" is "II". The whole title comes first, then
        titles that begin with the query, then those that hold its words, those by slips among them; among equals the more popular, then
        the lower id. popularity: shape (n_movies,), higher is more. No word, no film.
        """
        return self._search.find(query, n, popularity)


def _genre_bits(films: Sequence[Movie], genres: Sequence[str]) -> NDArray[np.uint8]:
    marked = [[genre in film.genres for genre in genres] for film in films]
    return np.packbits(np.array(marked, dtype=np.bool_).reshape(len(films), len(genres)), axis=1)


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(" ".join(text.split()) for text in texts)


def _words_of(entry: CatalogueEntry) -> set[str]:
    words: set[str] = set()
    for title in (entry.movie.title, *entry.also_known_as):
        for word in plain(title).split():
            whole, parts = spellings(word)
            words.update((whole, *parts))
    return words - {""}


def _keys_of(entry: CatalogueEntry) -> set[str]:
    titles = (entry.movie.title, *entry.also_known_as)
    return {squeezed(form) for title in titles for form in (title, without_article(title))} - {""}
