"""A list as text: the one form in which every store keeps it."""

from __future__ import annotations

from functools import lru_cache
from math import isfinite
from typing import Any

from recommender.domain import Movie, Reason, RecommendedMovie
from recommender.errors import StorageError

FORMAT = 1


def to_json(movies: tuple[RecommendedMovie, ...]) -> str:
    """The list, compact, with the number of the format. Numbers come back exactly as they are.

    Every field is always written, so that one which is missing tells of a damaged record. ValueError for a number that is none.
    """
    import orjson  # a fifth of the standard library's time; the Echo, which comes by here only to import, is without it

    for line in movies:
        if not (isfinite(line.score) and isfinite(line.predicted_stars or 0.0)):
            raise ValueError(f"the score of film {line.movie.movie_id} must be a finite number, not {line.score}, {line.predicted_stars}")
    return orjson.dumps({"v": FORMAT, "movies": [_fields(line) for line in movies]}).decode()


@lru_cache(maxsize=256)  # some 3 MB; a list asked for again is the same text, and nothing in it can be changed
def from_json(text: str) -> tuple[RecommendedMovie, ...]:
    """The list that to_json wrote; StorageError for whatever is cut off, lacks a field, or is of a format not known here."""
    import orjson

    try:
        record = orjson.loads(text)
        if record["v"] != FORMAT:
            raise StorageError(f"The kept list has format {record['v']!r}; this version of Matinee reads format {FORMAT}.")
        return tuple([_line(fields) for fields in record["movies"]])
    except (ValueError, TypeError, KeyError) as error:
        shown = text if len(text) <= 60 else text[:57] + "..."
        raise StorageError(f"The kept list is damaged: it reads {shown!r}.") from error


def _fields(line: RecommendedMovie) -> dict[str, Any]:
    movie = line.movie
    return {
        "id": movie.movie_id,
        "title": movie.title,
        "year": movie.year,
        "genres": movie.genres,
        "imdb": movie.imdb_id,
        "tmdb": movie.tmdb_id,
        "score": line.score,
        "match": line.match,
        "stars": line.predicted_stars,
        "likely": line.likely_stars,
        "reasons": [(reason.kind, reason.text) for reason in line.reasons],
    }


def _line(fields: dict[str, Any]) -> RecommendedMovie:
    return RecommendedMovie(
        Movie(fields["id"], fields["title"], fields["year"], tuple(fields["genres"]), fields["imdb"], fields["tmdb"]),
        fields["score"],
        fields["match"],
        fields["stars"],
        tuple([Reason(*reason) for reason in fields["reasons"]]),
        likely_stars=_likely(fields.get("likely")),  # absent in lists kept by earlier versions
    )


def _likely(said: list[float] | None) -> tuple[float, float] | None:
    return (said[0], said[1]) if said else None
