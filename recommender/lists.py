"""Make and keep one list: from what a person has rated to the record that every surface reads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender import reasons
from recommender.domain import LIST_LENGTH, PERSONAL, POPULAR, ListRecord, Opinions, RecommendedMovie, UserId, is_own_person
from recommender.errors import UnknownUserError
from recommender.models import History
from recommender.models.contributions import Contributions
from recommender.models.user_cosine import UserCosine
from recommender.publication import Published
from recommender.ranking import full_top_k, top_k
from recommender.storage.profiles import Profiles


@dataclass(frozen=True, slots=True)
class Made:
    """A list as made, not kept. basis: PERSONAL or POPULAR."""

    movies: tuple[RecommendedMovie, ...]
    basis: str


def opinions_of(user_id: UserId, published: Published, profiles: Profiles) -> tuple[int, History]:
    """The revision and the history a list is made from: an own person's from the profiles, a sample viewer's from the data set.

    Films the catalogue does not hold are left aside. UnknownUserError for a viewer the data set does not have.
    """
    if not is_own_person(user_id):
        row = published.matrix.row_of(user_id)
        if row is None:
            raise UnknownUserError(user_id)
        record = profiles.list_of(user_id)
        return record.rev if record else 0, History.of_row(published.matrix, row)
    opinions = profiles.opinions(user_id)
    return opinions.rev, history_of(opinions, published)


def history_of(opinions: Opinions, published: Published) -> History:
    """An own person's ratings as the model takes them."""
    columns = published.matrix.columns_of(np.array([r.movie_id for r in opinions.ratings], dtype=np.int64))
    half_stars = np.array([round(r.stars * 2) for r in opinions.ratings], dtype=np.uint8)
    known = columns >= 0
    return History(columns[known], half_stars[known], own_row=published.matrix.row_of(opinions.user_id))


def build(user_id: UserId, published: Published, profiles: Profiles, *, now: Callable[[], float] = time.time) -> tuple[ListRecord, bool]:
    """Make a person's list and keep it, and whether it was kept; it is not if somebody has rated, or published, meanwhile.

    The revision is read before anything that makes the list, and the list is kept only if the revision is still that one.
    """
    record = made_for(user_id, published, profiles, now=now)
    return record, profiles.keep_list(record)


def made_for(user_id: UserId, published: Published, profiles: Profiles, *, now: Callable[[], float] = time.time) -> ListRecord:
    """A person's record from what they have rated by now, not kept."""
    rev, history = opinions_of(user_id, published, profiles)
    return record_of(user_id, rev, history, published, now=now())


def record_of(user_id: UserId, rev: int, history: History, published: Published, *, now: float) -> ListRecord:
    """The record of a history, not kept."""
    made = make(history, published, LIST_LENGTH)
    return ListRecord(user_id, rev, made.movies, published.generation, published.version, now, made.basis)


def make(history: History, published: Published, n: int, *, exclude: NDArray[np.bool_] | None = None) -> Made:
    """The n best films of a history, best first; films rated and films marked True in `exclude` (shape (n_movies,)) are never in it."""
    out = np.zeros(published.matrix.n_movies, dtype=bool) if exclude is None else exclude.copy()
    out[history.columns] = True
    if len(history) and isinstance(published.model, UserCosine):
        return Made(_personal(history, published.model, published, n, out), PERSONAL)
    return Made(_popular(history, published, n, out), POPULAR)


def _personal(history: History, model: UserCosine, published: Published, n: int, out: NDArray[np.bool_]) -> tuple[RecommendedMovie, ...]:
    similarities = model.similarities(history)
    near = model.nearest(similarities)
    scores = model.score_by(near)
    columns = full_top_k(scores, n, exclude=out, neutral=model.neutral, otherwise=published.popular.score(history))
    predicted = model.predict_many(history, columns.astype(np.int32), similarities=similarities)
    contributions = Contributions(model, history, near, columns)
    reach = model.best_possible(near) - model.neutral
    movies = []
    for at, (column, stars) in enumerate(zip(columns.tolist(), predicted.tolist(), strict=True)):
        score = float(scores[column])
        known = not np.isnan(score)
        movies.append(
            RecommendedMovie(
                movie=published.catalogue.movie(column),
                score=round(score if known else model.neutral, 6),
                match=round(100 * max(score - model.neutral, 0.0) / reach) if known and reach > 0 else 0,
                predicted_stars=round(stars, 1),
                reasons=reasons.personal(
                    column, contributions.votes[at], contributions.by_film[at], history, published.catalogue, published.popular
                )
                if known
                else reasons.in_general(column, published.popular, history.own_row),
            )
        )
    return tuple(movies)


def _popular(history: History, published: Published, n: int, out: NDArray[np.bool_]) -> tuple[RecommendedMovie, ...]:
    popular = published.popular
    scores = popular.score(history)
    columns = full_top_k(scores, n, exclude=out, neutral=popular.neutral, otherwise=scores)
    return tuple(
        RecommendedMovie(
            movie=published.catalogue.movie(column),
            score=popular.neutral if np.isnan(scores[column]) else round(float(scores[column]), 6),
            reasons=reasons.in_general(column, popular, history.own_row),
        )
        for column in columns.tolist()
    )


def well_liked(published: Published, n: int, *, exclude: NDArray[np.bool_] | None = None) -> tuple[RecommendedMovie, ...]:
    """The n best-liked films, the same for everyone, without those marked True in `exclude`.

    Best first among those that have enough votes; where these do not fill the list, the best of the others follow.
    """
    popular = published.popular
    out = np.zeros(published.matrix.n_movies, dtype=bool) if exclude is None else exclude
    columns = top_k(popular.score(History.of_nobody()), n, exclude=out)
    return tuple(
        RecommendedMovie(
            published.catalogue.movie(column),
            round(float(popular.weighted_rating[column]), 6),
            reasons=reasons.in_general(column, popular),
        )
        for column in columns.tolist()
    )
