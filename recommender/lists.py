"""Make and keep one list: from what a person has rated to the record that every surface reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender import reasons
from recommender.arranging import Arrangement, arrange
from recommender.domain import (
    ASIDE,
    HIDDEN,
    LIST_LENGTH,
    NO_WISHES,
    PERSONAL,
    POPULAR,
    SEEN,
    ListRecord,
    Opinions,
    Rating,
    RecommendedMovie,
    UserId,
    Wishes,
    is_own_person,
)
from recommender.errors import UnknownUserError
from recommender.models import Additive, History
from recommender.models.contributions import Contributions
from recommender.models.kernels.fold_in import Overlap
from recommender.models.user_cosine import Neighbourhood, UserCosine
from recommender.publication import Published
from recommender.ranking import top_k
from recommender.storage.profiles import Profiles


@dataclass(frozen=True, slots=True)
class Made:
    """A list as made, not kept. basis: PERSONAL or POPULAR. explore: the weight that was explored by."""

    movies: tuple[RecommendedMovie, ...]
    basis: str
    explore: float = 0.0


@dataclass(frozen=True, slots=True)
class Taste:
    """What a list is made from. rev: the revision it belongs to. history: the ratings that count.

    out: columns of the films that are never shown, ascending: rated, seen or hidden.
    """

    rev: int
    history: History
    out: NDArray[np.int32]

    @classmethod
    def of_history(cls, history: History, rev: int = 0) -> Taste:
        """Of somebody who says nothing of films but by stars."""
        return cls(rev, history, history.columns)

    def excluded(self, published: Published, barred: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """True for films that are never shown and those in `barred`, shape (n_movies,)."""
        excluded = np.zeros(published.matrix.n_movies, dtype=bool) if barred is None else barred.copy()
        excluded[self.out] = True
        return excluded


def taste_of(user_id: UserId, published: Published, profiles: Profiles) -> Taste:
    """What a person's list is made from: an own person's from the profiles, a sample viewer's from the data set.

    UnknownUserError for a viewer the data set does not have.
    """
    if not is_own_person(user_id):
        row = published.matrix.row_of(user_id)
        if row is None:
            raise UnknownUserError(user_id)
        record = profiles.list_of(user_id)
        return Taste.of_history(History.of_row(published.matrix, row), record.rev if record else 0)
    return taste_from(profiles.opinions(user_id), published)


def taste_from(opinions: Opinions, published: Published) -> Taste:
    """An own person's ratings and marks as models and ranking take them; films the catalogue does not hold are left aside."""
    aside = {mark.movie_id for mark in opinions.marks if mark.kind == ASIDE}
    own_row = published.matrix.row_of(opinions.user_id)
    history = _history([rating for rating in opinions.ratings if rating.movie_id not in aside], published, own_row)
    if not opinions.marks:
        return Taste.of_history(history, opinions.rev)
    never = {mark.movie_id for mark in opinions.marks if mark.kind in (SEEN, HIDDEN)} | {rating.movie_id for rating in opinions.ratings}
    columns = published.matrix.columns_of(np.array(sorted(never), dtype=np.int64))
    return Taste(opinions.rev, history, columns[columns >= 0])


def _history(ratings: Sequence[Rating], published: Published, own_row: int | None) -> History:
    columns = published.matrix.columns_of(np.array([rating.movie_id for rating in ratings], dtype=np.int64))
    half_stars = np.array([round(rating.stars * 2) for rating in ratings], dtype=np.uint8)
    rated_at = np.array([rating.rated_at for rating in ratings], dtype=np.int64)
    known = columns >= 0
    return History(columns[known], half_stars[known], rated_at[known], own_row=own_row)


def build(user_id: UserId, published: Published, profiles: Profiles, *, now: Callable[[], float] = time.time) -> tuple[ListRecord, bool]:
    """Make a person's list and keep it, and whether it was kept; it is not if somebody has rated, or published, meanwhile.

    The revision is read before anything that makes the list, and the list is kept only if the revision is still that one.
    """
    record = made_for(user_id, published, profiles, now=now)
    return record, profiles.keep_list(record)


def made_for(
    user_id: UserId, published: Published, profiles: Profiles, *, now: Callable[[], float] = time.time, at_work: bool = False
) -> ListRecord:
    """A person's record from what they have rated by now, not kept. at_work: as `make` takes it."""
    return record_of(user_id, taste_of(user_id, published, profiles), published, now=now(), at_work=at_work)


def record_of(user_id: UserId, taste: Taste, published: Published, *, now: float, at_work: bool = False) -> ListRecord:
    """The record of a taste, not kept. at_work: as `make` takes it."""
    made = make(taste.history, published, LIST_LENGTH, exclude=taste.excluded(published), at_work=user_id if at_work else None)
    return ListRecord(user_id, taste.rev, made.movies, published.generation, published.version, now, made.basis)


def make(
    history: History,
    published: Published,
    n: int,
    *,
    exclude: NDArray[np.bool_] | None = None,
    wishes: Wishes = NO_WISHES,
    seed: tuple[int, ...] = (),
    at_work: UserId | None = None,
) -> Made:
    """The n best films of a history, best first; films rated and films marked True in `exclude` (shape (n_movies,)) are never in it.

    wishes, seed: as `arranging.arrange` takes them. at_work: the person, where they are likely to rate again soon: what their list was
    made from is kept, so that the next is made faster. It is the same list.
    """
    out = np.zeros(published.matrix.n_movies, dtype=bool) if exclude is None else exclude.copy()
    out[history.columns] = True

    def arranged(scores: NDArray[np.float64], neutral: float) -> Arrangement:
        return arrange(scores, history, published, n, exclude=out, neutral=neutral, wishes=wishes, seed=seed)

    if not len(history) or not published.model.is_personal:
        return _popular(history, published, arranged)
    if isinstance(published.model, UserCosine):
        model = published.model

        def arranged_by(near: Neighbourhood) -> Arrangement:
            found = model.best_by(near, n, out) if wishes.are_none else None
            return arranged(model.score_by(near), model.neutral) if found is None else Arrangement.of_best(*found)

        return _by_neighbours(history, model, published, arranged_by, at_work)
    return _by_scores(history, published, arranged)


def make_wished(
    user_id: UserId,
    taste: Taste,
    published: Published,
    n: int,
    wishes: Wishes,
    *,
    barred: NDArray[np.bool_] | None = None,
    at_work: bool = False,
) -> Made:
    """`make` from a taste; what is left to chance in it follows from who the person is and what they have said by now."""
    excluded = taste.excluded(published, barred)
    by = user_id if at_work else None
    return make(taste.history, published, n, exclude=excluded, wishes=wishes, seed=(user_id, taste.rev), at_work=by)


Arranging = Callable[[NDArray[np.float64], float], Arrangement]
ArrangingBy = Callable[[Neighbourhood], Arrangement]


def _by_neighbours(history: History, model: UserCosine, published: Published, arranged: ArrangingBy, at_work: UserId | None) -> Made:
    kept = published.kept_sums
    if at_work is None or kept is None:
        return _by_overlap(history, model, published, arranged, model.overlap(history))
    with kept.of(at_work, history) as dots:
        return _by_overlap(history, model, published, arranged, model.overlap(history, dots))


def _by_overlap(history: History, model: UserCosine, published: Published, arranged: ArrangingBy, overlap: Overlap) -> Made:
    near = model.nearest(overlap)
    arrangement = arranged(near)
    columns = arrangement.columns
    predicted = model.predict_many(history, columns.astype(np.int32), overlap=overlap)
    contributions = Contributions(model, history, near, columns)
    likely = published.likely_stars(history, columns, predicted)
    reach = model.best_possible(near) - model.neutral
    movies = []
    for at, (column, stars) in enumerate(zip(columns.tolist(), predicted.tolist(), strict=True)):
        score, known = arrangement.own[at], bool(contributions.votes[at].any())
        movies.append(
            RecommendedMovie(
                movie=published.catalogue.movie(column),
                score=round(arrangement.score(at), 6),
                match=round(100 * max(score - model.neutral, 0.0) / reach) if known and reach > 0 else 0,
                predicted_stars=round(stars, 1),
                reasons=reasons.personal(
                    column, contributions.votes[at], contributions.by_film[at], history, published.catalogue, published.popular
                )
                if known
                else reasons.in_general(column, published.popular, history.own_row),
                explored=arrangement.explored[at],
                likely_stars=likely[at],
            )
        )
    return Made(tuple(movies), PERSONAL, arrangement.weight)


def _by_scores(history: History, published: Published, arranged: Arranging) -> Made:
    """By any model: the match is a share of the best score that any film has for this person, whether they have seen it or not."""
    model = published.model
    scores = model.score(history)
    arrangement = arranged(scores, model.neutral)
    columns = arrangement.columns
    predicted = published.stars.predict_many(history, columns.astype(np.int32))
    likely = published.likely_stars(history, columns, predicted)
    explained = model.explain(history, columns) if isinstance(model, Additive) else [()] * len(columns)
    reach = float(np.nanmax(scores, initial=model.neutral)) - model.neutral
    movies = []
    for at, (column, stars, parts) in enumerate(zip(columns.tolist(), predicted.tolist(), explained, strict=True)):
        score = float(scores[column])
        known = not np.isnan(score)
        movies.append(
            RecommendedMovie(
                movie=published.catalogue.movie(column),
                score=round(arrangement.score(at), 6),
                match=round(100 * max(score - model.neutral, 0.0) / reach) if known and reach > 0 else 0,
                predicted_stars=round(stars, 1),
                reasons=reasons.from_parts(column, parts, history, published.catalogue, published.popular),
                explored=arrangement.explored[at],
                likely_stars=likely[at],
            )
        )
    return Made(tuple(movies), PERSONAL, arrangement.weight)


def _popular(history: History, published: Published, arranged: Arranging) -> Made:
    popular = published.popular
    arrangement = arranged(popular.score(history), popular.neutral)
    movies = tuple(
        RecommendedMovie(
            movie=published.catalogue.movie(column),
            score=round(arrangement.score(at), 6),
            reasons=reasons.in_general(column, popular, history.own_row),
            explored=arrangement.explored[at],
        )
        for at, column in enumerate(arrangement.columns.tolist())
    )
    return Made(movies, POPULAR, arrangement.weight)


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
            round(float(popular.standing[column]), 6),
            reasons=reasons.in_general(column, popular),
        )
        for column in columns.tolist()
    )
