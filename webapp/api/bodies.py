"""The product's words as JSON: one representation of a film, a line and a list for every route."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response

from recommender.domain import Explanation, Explored, Movie, MovieDetails, RecommendationList, RecommendedMovie, SimilarMovie

Json = dict[str, Any]
JSON = ("Content-Type", "application/json")


def json_response(body: Json, cache: str, *more: tuple[str, str]) -> Response:
    """A finished response. cache: its Cache-Control; more: further headers."""
    return finished(orjson.dumps(body), cache, *more)


def finished(body: bytes, cache: str, *more: tuple[str, str]) -> Response:
    """json_response of a body that is JSON already."""
    return Response(body, headers=[JSON, ("Cache-Control", cache), *more])


def moment(seconds: float) -> str:
    """Seconds since 1970 as programs read them, UTC, to the second."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def film(movie: Movie) -> Json:
    """Schema Film."""
    return {
        "movie_id": movie.movie_id,
        "title": movie.title,
        "year": movie.year,
        "genres": movie.genres,
        "imdb_id": movie.imdb_id,
        "tmdb_id": movie.tmdb_id,
    }


def film_details(details: MovieDetails) -> Json:
    """Schema FilmDetails."""
    return film(details.movie) | {
        "also_known_as": details.also_known_as,
        "tags": details.tags,
        "n_ratings": details.n_ratings,
        "mean_stars": details.mean_stars,
        "histogram": details.histogram,
    }


def similar_film(similar: SimilarMovie) -> Json:
    """Schema SimilarFilm."""
    return film(similar.movie) | {"likeness": similar.likeness, "n_both": similar.n_both}


def recommendation_list(made: RecommendationList) -> Json:
    """Schema List."""
    return {
        "user_id": made.user_id,
        "rev": made.rev,
        "model": made.model,
        "generation": made.generation,
        "built_at": moment(made.built_at),
        "basis": made.basis,
        "notice": made.notice or None,
        "explore": made.explore,
        "items": lines(made.movies),
    }


def explanation(made: Explanation) -> Json:
    """Schema Explanation."""
    return film(made.movie) | {
        "user_id": made.user_id,
        "rev": made.rev,
        "model": made.model,
        "generation": made.generation,
        "recipe": made.recipe,
        "score": made.score,
        "parts": [
            {"kind": part.kind, "amount": part.amount, "text": part.text, "movie_id": part.movie.movie_id if part.movie else None}
            for part in made.parts
        ],
    }


def lines(movies: Iterable[RecommendedMovie]) -> list[Json]:
    """Schema RecommendedFilm, each with its place."""
    return [_line(rank, recommended) for rank, recommended in enumerate(movies, 1)]


def _explored(explored: Explored | None) -> Json | None:
    """Schema Explored."""
    return {"kind": explored.kind, "text": explored.text, "amount": explored.amount} if explored else None


def _line(rank: int, recommended: RecommendedMovie) -> Json:
    movie = recommended.movie
    return {
        "rank": rank,
        "movie_id": movie.movie_id,
        "title": movie.title,
        "year": movie.year,
        "genres": movie.genres,
        "imdb_id": movie.imdb_id,
        "tmdb_id": movie.tmdb_id,
        "score": recommended.score,
        "match": recommended.match,
        "predicted_stars": recommended.predicted_stars,
        "likely_stars": recommended.likely_stars,
        "reasons": [{"kind": reason.kind, "text": reason.text} for reason in recommended.reasons],
        "explored": _explored(recommended.explored),
    }
