"""What a person says of films in the SQLite file: ratings and marks, each a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import apsw

from recommender.domain import FilmMark, MovieId, Rating, UserId
from recommender.storage.profiles.changes import Checked

Row = tuple[int, ...]

PUT_RATING = """
    INSERT INTO ratings (user_id, movie_id, half_stars, rated_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET half_stars = excluded.half_stars, rated_at = excluded.rated_at WHERE half_stars <> excluded.half_stars
    """
PUT_MARK = "INSERT INTO film_marks (user_id, movie_id, kind, marked_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
ALL_RATINGS = "SELECT user_id, movie_id, half_stars, rated_at FROM ratings ORDER BY user_id, movie_id"
ALL_MARKS = "SELECT user_id, movie_id, kind, marked_at FROM film_marks ORDER BY user_id, movie_id, kind"


def make(connection: apsw.Connection, user_id: UserId, change: Checked) -> None:
    """Everything in the change; equal stars and equal marks keep their time."""
    ratings = change.ratings.values()
    connection.executemany(PUT_RATING, [(user_id, rating.movie_id, half_stars, rating.rated_at) for rating, half_stars in ratings])
    connection.executemany("DELETE FROM ratings WHERE user_id = ? AND movie_id = ?", [(user_id, movie_id) for movie_id in change.unrated])
    connection.executemany(PUT_MARK, _rows(change.marks.values()))
    connection.executemany(
        "DELETE FROM film_marks WHERE user_id = ? AND movie_id = ? AND kind = ?",
        [(user_id, movie_id, kind) for movie_id, kind in change.unmarked],
    )


def ratings_of(connection: apsw.Connection, user_id: UserId) -> tuple[Rating, ...]:
    """A person's, by film."""
    query = "SELECT movie_id, half_stars, rated_at FROM ratings WHERE user_id = ? ORDER BY movie_id"
    found = connection.execute(query, (user_id,))
    return tuple([Rating(user_id, MovieId(movie_id), half_stars / 2, rated_at) for movie_id, half_stars, rated_at in found])


def marks_of(connection: apsw.Connection, user_id: UserId) -> tuple[FilmMark, ...]:
    """A person's, by film and kind."""
    query = "SELECT movie_id, kind, marked_at FROM film_marks WHERE user_id = ? ORDER BY movie_id, kind"
    found = connection.execute(query, (user_id,))
    return tuple([FilmMark(user_id, MovieId(movie_id), kind, marked_at) for movie_id, kind, marked_at in found])


def take_away(connection: apsw.Connection, user_id: UserId) -> None:
    """All of a person's."""
    connection.execute("DELETE FROM ratings WHERE user_id = ?", (user_id,))
    connection.execute("DELETE FROM film_marks WHERE user_id = ?", (user_id,))


def take_over(connection: apsw.Connection, ratings: Iterable[Rating], marks: Iterable[FilmMark]) -> None:
    """Put all of them into the empty tables."""
    connection.executemany(
        "INSERT INTO ratings (user_id, movie_id, half_stars, rated_at) VALUES (?, ?, ?, ?)",
        ((one.user_id, one.movie_id, int(one.stars * 2), one.rated_at) for one in ratings),
    )
    connection.executemany(PUT_MARK, _rows(marks))


def _rows(marks: Iterable[FilmMark]) -> Iterator[tuple[int, int, str, int]]:
    return ((mark.user_id, mark.movie_id, mark.kind, mark.marked_at) for mark in marks)
