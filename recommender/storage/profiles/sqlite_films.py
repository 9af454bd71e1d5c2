"""Films that people added, in the SQLite file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import apsw

from recommender.domain import AddedFilm, Movie, MovieId, UserId
from recommender.storage.profiles.film_names import name_of

NOBODY = 0  # who added a film and has left
FIELDS = "movie_id, title, year, genres, imdb_id, tmdb_id, link, added_by, added_at"
ONE = f"SELECT {FIELDS} FROM added_films WHERE movie_id = ?"  # noqa: S608  a constant
ALL = f"SELECT {FIELDS} FROM added_films ORDER BY movie_id"  # noqa: S608  a constant


def add(connection: apsw.Connection, movie: Movie, link: str, *, by: UserId, now: int) -> AddedFilm:
    """The film under a number never given before; the one of that name if it is there."""
    name = name_of(movie)
    query = f"SELECT {FIELDS} FROM added_films WHERE name = ?"  # noqa: S608  a constant
    if found := connection.execute(query, (name,)).fetchone():
        return film_of(*found)
    put = f"INSERT INTO added_films (name, {FIELDS}) VALUES (?, NULL, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING {FIELDS}"  # noqa: S608  a constant
    fields = (movie.title, movie.year, json.dumps(movie.genres), movie.imdb_id, movie.tmdb_id, link, by, now)
    return film_of(*next(connection.execute(put, (name, *fields))))


def disown(connection: apsw.Connection, user_id: UserId) -> None:
    """The films that this person added are nobody's."""
    connection.execute("UPDATE added_films SET added_by = ? WHERE added_by = ?", (NOBODY, user_id))


def take_over(connection: apsw.Connection, films: Iterable[AddedFilm], last_movie_id: int) -> None:
    """Put all of them into the empty table; no number up to the last one is given again."""
    put = f"INSERT INTO added_films (name, {FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608  a constant
    connection.executemany(put, map(_row, films))
    connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'added_films'", (last_movie_id,))
    connection.execute("UPDATE added_films SET added_by = ? WHERE added_by NOT IN (SELECT user_id FROM people)", (NOBODY,))


def film_of(
    movie_id: int,
    title: str,
    year: int | None,
    genres: str,
    imdb_id: int | None,
    tmdb_id: int | None,
    link: str,
    added_by: int,
    added_at: int,
) -> AddedFilm:
    """The film of a row of FIELDS."""
    movie = Movie(MovieId(movie_id), title, year, tuple(json.loads(genres)), imdb_id, tmdb_id)
    return AddedFilm(movie, link, UserId(added_by), added_at)


def _row(film: AddedFilm) -> tuple[Any, ...]:
    movie = film.movie
    said = (movie.movie_id, movie.title, movie.year, json.dumps(movie.genres), movie.imdb_id, movie.tmdb_id)
    return (name_of(movie), *said, film.link, film.added_by, film.added_at)
