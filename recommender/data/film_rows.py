"""Rows about films, their links and their tags, into catalogue entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from recommender.data.catalogue import CatalogueEntry
from recommender.data.rating_rows import HIGHEST_MOVIE_ID, MOVIE, UNKNOWN
from recommender.data.report import Tally
from recommender.data.table import BrokenRowError, Table, rows, whole_number
from recommender.data.titles import read_title
from recommender.domain import Movie, MovieId

MOST_TAGS = 10  # kept of a film
HIGHEST_LINK = 2**31 - 1

_NO_GENRES = frozenset(["", "(no genres listed)", "unknown"])

GenresOf = Callable[[Sequence[str]], tuple[str, ...]]


def read_movies(table: Table, genres_of: GenresOf, tally: Tally) -> dict[int, CatalogueEntry]:
    """The films by id. genres_of: finds the genres in the fields of a row, and may raise BrokenRowError."""
    films: dict[int, CatalogueEntry] = {}
    for number, fields in _good_rows(table, tally):
        try:
            movie_id = _movie_id(fields[table.positions["movieid"]])
            if movie_id in films:
                raise BrokenRowError("a film may stand once, and the first row stays", f"{movie_id} again")
            title = read_title(fields[table.positions["title"]])
            if not title.title:
                raise BrokenRowError("the film must have a title", "")
            movie = Movie(MovieId(movie_id), title.title, title.year, genres_of(fields))
            films[movie_id] = CatalogueEntry(movie, title.also_known_as)
        except BrokenRowError as broken:
            tally.refuse(number, broken.reason, broken.value)
    return films


def listed_genres(table: Table) -> GenresOf:
    """For a column of names with strokes between them: "Comedy|Romance". A table without the column has films without genres."""
    at = table.positions.get("genres")

    def genres_of(fields: Sequence[str]) -> tuple[str, ...]:
        if at is None:
            return ()
        names = (name.strip() for name in fields[at].split("|"))
        return tuple(dict.fromkeys(name for name in names if name.lower() not in _NO_GENRES))

    return genres_of


def flagged_genres(table: Table, names: Sequence[str]) -> GenresOf:
    """For a column per genre that holds 0 or 1, in the order of the names, the last columns of the row."""
    first = table.width - len(names)

    def genres_of(fields: Sequence[str]) -> tuple[str, ...]:
        flags = [flag.strip() for flag in fields[first:]]
        if not {"0", "1"}.issuperset(flags):
            raise BrokenRowError("a genre must be marked 0 or 1", "|".join(flags))
        return tuple(name for name, flag in zip(names, flags, strict=True) if flag == "1" and name not in _NO_GENRES)

    return genres_of


def read_links(table: Table, films: dict[int, CatalogueEntry], tally: Tally) -> None:
    """Put the numbers of the films' pages at IMDb and TMDB into the entries; an empty field is no link."""
    for number, fields in _good_rows(table, tally):
        try:
            movie_id = _known_movie_id(fields[table.positions["movieid"]], films)
            imdb_id = _link(fields, table.positions.get("imdbid"), "IMDb")
            tmdb_id = _link(fields, table.positions.get("tmdbid"), "TMDB")
            entry = films[movie_id]
            films[movie_id] = replace(entry, movie=replace(entry.movie, imdb_id=imdb_id, tmdb_id=tmdb_id))
        except BrokenRowError as broken:
            tally.refuse(number, broken.reason, broken.value)


def read_tags(table: Table, films: dict[int, CatalogueEntry], tally: Tally) -> None:
    """Put each film's MOST_TAGS most used tags into its entry; case does not matter, and equals stand alphabetically."""
    used: dict[int, Counter[str]] = {}
    for number, fields in _good_rows(table, tally):
        try:
            movie_id = _known_movie_id(fields[table.positions["movieid"]], films)
            tag = " ".join(fields[table.positions["tag"]].split())
            if not tag:
                raise BrokenRowError("the tag must not be empty", "")
            used.setdefault(movie_id, Counter())[tag] += 1
        except BrokenRowError as broken:
            tally.refuse(number, broken.reason, broken.value)
    for movie_id, counts in used.items():
        films[movie_id] = replace(films[movie_id], tags=_most_used(counts))


def _most_used(counts: Mapping[str, int]) -> tuple[str, ...]:
    together: Counter[str] = Counter()
    spelling: dict[str, str] = {}
    for tag in sorted(counts, key=lambda tag: (-counts[tag], tag)):
        together[tag.casefold()] += counts[tag]
        spelling.setdefault(tag.casefold(), tag)
    best = sorted(together, key=lambda tag: (-together[tag], tag))
    return tuple(spelling[tag] for tag in best[:MOST_TAGS])


def _good_rows(table: Table, tally: Tally) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of the rows with the right number of fields; the others are refused."""
    for block in table.blocks:
        for number, line in rows(block):
            tally.rows_read += 1
            try:
                fields = table.fields(line)
            except BrokenRowError as broken:
                tally.refuse(number, broken.reason, broken.value)
            else:
                yield number, fields


def _movie_id(text: str) -> int:
    movie_id = whole_number(text, 1, HIGHEST_MOVIE_ID)
    if movie_id is None:
        raise BrokenRowError(MOVIE, text)
    return movie_id


def _known_movie_id(text: str, films: Mapping[int, CatalogueEntry]) -> int:
    movie_id = _movie_id(text)
    if movie_id not in films:
        raise BrokenRowError(UNKNOWN, str(movie_id))
    return movie_id


def _link(fields: Sequence[str], at: int | None, site: str) -> int | None:
    text = "" if at is None else fields[at].strip().removeprefix("tt")
    if not text:
        return None
    link = whole_number(text, 1, HIGHEST_LINK)
    if link is None:
        raise BrokenRowError(f"the {site} number must be a whole number from 1 up", text)
    return link
