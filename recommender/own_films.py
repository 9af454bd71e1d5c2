"""What a person says of films, as pages and programs show it, and their watchlist in the order that suits them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from recommender import lists
from recommender.domain import HIDDEN, SEEN, WATCHLIST, FilmForPerson, Movie, MovieId, Opinions, OwnFilm, OwnFilms, RecommendedMovie
from recommender.publication import Published

Added = Callable[[int], Movie | None]  # a film that the data lack and somebody added, by its number


def of_opinions(opinions: Opinions, published: Published, added: Added) -> OwnFilms:
    """Every film rated or marked, once."""
    stars = {rating.movie_id: (rating.stars, rating.rated_at) for rating in opinions.ratings}
    marks: dict[MovieId, dict[str, int]] = defaultdict(dict)
    for mark in opinions.marks:
        marks[mark.movie_id][mark.kind] = mark.marked_at
    films = []
    for movie_id in sorted(stars.keys() | marks.keys()):
        movie = _movie(movie_id, published, added)
        given, rated_at = stars.get(movie_id, (None, 0))
        films.append(OwnFilm(movie or _nameless(movie_id), given, rated_at, marks.get(movie_id, {}), is_known=movie is not None))
    return OwnFilms(opinions.user_id, opinions.rev, tuple(films))


def of_film(opinions: Opinions, movie: Movie, published: Published, added: Added) -> FilmForPerson:
    """One film, with what the model guesses from everything else they say; no guess for a film that it does not know yet."""
    marks = {mark.kind: mark.marked_at for mark in opinions.marks if mark.movie_id == movie.movie_id}
    given, rated_at = next(((one.stars, one.rated_at) for one in opinions.ratings if one.movie_id == movie.movie_id), (None, 0))
    said = OwnFilm(movie, given, rated_at, marks)
    column = published.matrix.column_of(movie.movie_id)
    others = tuple(rating for rating in opinions.ratings if rating.movie_id != movie.movie_id)
    history = lists.taste_from(replace(opinions, ratings=others), published).history
    if not len(history) or column is None:
        return FilmForPerson(said, None)
    columns = np.array([column], dtype=np.int32)
    predicted = published.stars.predict_many(history, columns)
    return FilmForPerson(said, round(float(predicted[0]), 1), published.likely_stars(history, columns, predicted)[0])


def watchlist(opinions: Opinions, published: Published, added: Added) -> tuple[RecommendedMovie, ...]:
    """What is on the watchlist and not yet seen, best for this person first; films that the model does not know come last."""
    gone = {rating.movie_id for rating in opinions.ratings} | {mark.movie_id for mark in opinions.marks if mark.kind in (SEEN, HIDDEN)}
    wanted = [mark.movie_id for mark in opinions.marks if mark.kind == WATCHLIST and mark.movie_id not in gone]
    columns = published.matrix.columns_of(np.array(wanted, dtype=np.int64))
    taste = lists.taste_from(opinions, published)
    barred = np.ones(published.matrix.n_movies, dtype=bool)
    barred[columns[columns >= 0]] = False
    ranked = lists.make(taste.history, published, len(wanted), exclude=barred).movies if wanted else ()
    unknown = [movie_id for movie_id, column in zip(wanted, columns.tolist(), strict=True) if column < 0]
    last = min((line.score for line in ranked), default=0.0)
    return (*ranked, *(RecommendedMovie(_movie(movie_id, published, added) or _nameless(movie_id), last) for movie_id in unknown))


def _movie(movie_id: int, published: Published, added: Added) -> Movie | None:
    column = published.matrix.column_of(movie_id)
    return added(movie_id) if column is None else published.catalogue.movie(column)


def _nameless(movie_id: MovieId) -> Movie:
    return Movie(movie_id, f"Film {movie_id}")
