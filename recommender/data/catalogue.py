"""The films of a data set in columns that can be memory-mapped: what is known of each, and finding one by its title."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.data.titles import plain, read_title, spellings, squeezed, without_article
from recommender.domain import Movie, MovieId
from recommender.errors import DataError

MOVIES_AT_HAND = 4096  # films that stay read, about half a kilobyte each


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
        self._movie = lru_cache(MOVIES_AT_HAND)(self._read_movie)
        self._genre_bits = arrays["genre_bits"]  # shape (n_movies, bytes), one bit per genre, the first genre highest
        self._titles = _Texts(arrays, "titles")
        self._other_titles = _Texts(arrays, "other_titles")  # one per line
        self._tags = _Texts(arrays, "tags")  # one per line
        genres = _Texts(arrays, "genres")
        self._genres = tuple(genres.text(genre) for genre in range(len(genres)))
        self._words = _Index(arrays, "words")  # of all forms of the title
        self._keys = _Index(arrays, "keys")  # whole titles, squeezed

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
                **_Texts.arrays_of("titles", [film.title for film in films]),
                **_Texts.arrays_of("other_titles", [_lines(entry.also_known_as) for entry in entries]),
                **_Texts.arrays_of("tags", [_lines(entry.tags) for entry in entries]),
                **_Texts.arrays_of("genres", genres),
                **_Index.arrays_of("words", [_words_of(entry) for entry in entries]),
                **_Index.arrays_of("keys", [_keys_of(entry) for entry in entries]),
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
        if len(lengths) != 1:
            raise DataError(f"The catalogue's arrays are of {sorted(lengths)} films, not of one number; run `matinee train` again.")
        return catalogue

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
        bits = np.unpackbits(self._genre_bits[column], count=len(self._genres))
        return Movie(
            movie_id=MovieId(int(self.movie_ids[column])),
            title=self._titles.text(column),
            year=int(self.years[column]) or None,
            genres=tuple(self._genres[genre] for genre in np.flatnonzero(bits)),
            imdb_id=int(self.imdb_ids[column]) or None,
            tmdb_id=int(self.tmdb_ids[column]) or None,
        )

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

    def year_mask(self, first: int, last: int) -> NDArray[np.bool_]:
        """True for each column whose film is of these years, both included; shape (n_movies,). A film without a year is of none."""
        known = self.years > 0
        return np.asarray(known & (self.years >= first) & (self.years <= last))

    def search(self, query: str, n: int, *, popularity: NDArray[np.floating[Any] | np.integer[Any]] | None = None) -> list[int]:
        """Columns of at most n films whose titles hold every word of the query, best match first.

        A word may be the beginning of one; case, accents, signs and the place of "The" do not matter; a year of four digits also
        finds the films of that year ("brazil 1985"). The whole title comes first, then titles that begin with the query, then the
        rest; among equals the more popular, then the lower id. popularity: shape (n_movies,), higher is more. No word, no film.
        """
        hits: NDArray[np.bool_] | None = None
        for word in dict.fromkeys(plain(query).split()):
            if (found := self._with_word(word)) is not None:
                hits = found if hits is None else hits & found
        if hits is None or n < 1:
            return []
        columns = np.flatnonzero(hits)
        closeness = self._closeness(query)[columns]
        rank_by = np.zeros(len(columns)) if popularity is None else popularity[columns].astype(np.float64)
        order = np.lexsort((columns, -rank_by, -closeness))[:n]
        return [int(column) for column in columns[order]]

    def _with_word(self, word: str) -> NDArray[np.bool_] | None:
        """Films with a word that begins so, in one piece or in its parts; None when the word is but signs."""
        whole, parts = spellings(word)
        if not whole:
            return None
        hits = self._columns(self._words.beginning_with(whole))
        if len(parts) > 1:
            hits |= np.logical_and.reduce([self._columns(self._words.beginning_with(part)) for part in parts])
        if _is_year(whole):
            hits |= self.years == int(whole)
        return hits

    def _closeness(self, query: str) -> NDArray[np.int8]:
        """2 where the query is the whole title, 1 where the title begins with it, else 0; a year at its end may be left out."""
        close = np.zeros(len(self), dtype=np.int8)
        forms = {squeezed(query), squeezed(read_title(query).title)}
        words = plain(query).split()
        if len(words) > 1 and _is_year(words[-1]):
            forms.add(squeezed(" ".join(words[:-1])))
        forms.discard("")
        for form in forms:
            close[self._keys.beginning_with(form)] = 1
        for form in forms:
            close[self._keys.equal_to(form)] = 2
        return close

    def _columns(self, columns: NDArray[np.int32]) -> NDArray[np.bool_]:
        hits = np.zeros(len(self), dtype=np.bool_)
        hits[columns] = True
        return hits


def _genre_bits(films: Sequence[Movie], genres: Sequence[str]) -> NDArray[np.uint8]:
    marked = [[genre in film.genres for genre in genres] for film in films]
    return np.packbits(np.array(marked, dtype=np.bool_).reshape(len(films), len(genres)), axis=1)


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isascii() and word.isdigit()


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


class _Texts:
    """Many texts in one blob of UTF-8, the i-th from offsets[i] to offsets[i + 1]."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], name: str) -> None:
        self._blob, self._offsets = arrays[name], arrays[f"{name}_offsets"]

    @staticmethod
    def arrays_of(name: str, texts: Sequence[str]) -> dict[str, NDArray[Any]]:
        encoded = [text.encode("utf-8", "replace") for text in texts]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        return {name: np.frombuffer(b"".join(encoded), dtype=np.uint8), f"{name}_offsets": offsets}

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, i: int) -> bytes:
        if not 0 <= i < len(self):
            raise IndexError(f"no text {i} among {len(self)}")
        text: bytes = self._blob[self._offsets[i] : self._offsets[i + 1]].tobytes()
        return text

    def text(self, i: int) -> str:
        return str(self[i], "utf-8")


class _Index:
    """Texts in ascending order, and the columns each stands for: those that begin with something lie side by side."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], name: str) -> None:
        self._texts = _Texts(arrays, name)
        self._columns, self._starts = arrays[f"{name}_columns"], arrays[f"{name}_starts"]

    @staticmethod
    def arrays_of(name: str, texts_of_columns: Sequence[Iterable[str]]) -> dict[str, NDArray[Any]]:
        columns_of: dict[str, list[int]] = {}
        for column, texts in enumerate(texts_of_columns):
            for text in texts:
                columns_of.setdefault(text, []).append(column)
        ascending = sorted(columns_of)  # by code point, which is also the order of the UTF-8 bytes
        starts = np.zeros(len(ascending) + 1, dtype=np.int64)
        np.cumsum([len(columns_of[text]) for text in ascending], out=starts[1:])
        columns = np.array([column for text in ascending for column in columns_of[text]], dtype=np.int32)
        return {**_Texts.arrays_of(name, ascending), f"{name}_columns": columns, f"{name}_starts": starts}

    def beginning_with(self, text: str) -> NDArray[np.int32]:
        sought = text.encode()
        return self._between(bisect_left(self._texts, sought), bisect_left(self._texts, sought + b"\xff"))  # no UTF-8 holds 0xff

    def equal_to(self, text: str) -> NDArray[np.int32]:
        sought = text.encode()
        first = bisect_left(self._texts, sought)
        return self._between(first, first + (first < len(self._texts) and self._texts[first] == sought))

    def _between(self, first: int, end: int) -> NDArray[np.int32]:
        columns: NDArray[np.int32] = self._columns[self._starts[first] : self._starts[end]]
        return columns
