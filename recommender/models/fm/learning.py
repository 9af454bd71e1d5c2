"""From ratings and films to what the machine has learned: whom it learns from, by which features, and the kept draws put together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.models import Parameters
from recommender.models.fm import features
from recommender.models.fm.person import Draws
from recommender.models.fm.posterior import Observed, State, drawn


def learn(matrix: RatingMatrix, films: Catalogue, levels: NDArray[np.uint8], parameters: Parameters) -> Draws:
    """The kept draws. Where all ratings are the same, or there are none, nothing can be learned and every film is like every other."""
    n_factors = int(parameters["n_factors"])
    if len(levels) < 2:
        return _nothing(matrix.n_movies, 1 + n_factors)
    rng = np.random.default_rng(int(parameters["seed"]))
    rows, columns, half_stars = _learned_from(matrix, int(parameters["most_ratings"]), rng)
    persons, person_at = np.unique(rows, return_inverse=True)
    rated, film_at = np.unique(columns, return_inverse=True)
    observed = Observed(person_at, film_at, np.searchsorted(levels, half_stars), len(persons), len(rated), len(levels))
    who_what = sparse.csr_array((np.ones(len(rows)), (person_at, film_at)), shape=(len(persons), len(rated)))
    known = features.content(films)
    most = int(parameters["n_directions"])
    states = drawn(
        observed,
        [features.directions(features.rooted(who_what), most, rng)],
        [
            features.directions(features.rooted(sparse.csr_array(who_what.T)), most, rng),
            features.directions(sparse.csr_array(known[rated]), most, rng),
        ],
        n_factors=n_factors,
        kept=_kept(parameters),
        rng=rng,
    )
    return _together(states, rated, known)


def _learned_from(
    matrix: RatingMatrix, most: int, rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.integer], NDArray[np.uint8]]:
    """Row, column and half stars of all ratings, or of those of as many persons, at random, as have at most `most`; at least one person."""
    n_each = np.diff(matrix.row_starts)
    rows = np.repeat(np.arange(matrix.n_users), n_each)
    if matrix.n_ratings <= most:
        return rows, matrix.columns, matrix.half_stars
    order = rng.permutation(matrix.n_users)
    chosen = np.zeros(matrix.n_users, dtype=bool)
    chosen[order[: max(1, int(np.searchsorted(np.cumsum(n_each[order]), most, side="right")))]] = True
    taken = chosen[rows]
    return rows[taken], matrix.columns[taken], matrix.half_stars[taken]


def _kept(parameters: Parameters) -> list[int]:
    """The sweeps whose states are kept, the last one among them."""
    first, last = int(parameters["n_burn_in"]) + 1, int(parameters["n_iterations"])
    spread = np.linspace(min(first, last), last, int(parameters["n_samples"]))
    return sorted({round(sweep) for sweep in spread.tolist()})


def _together(states: list[State], rated: NDArray[np.integer], known: sparse.csr_array) -> Draws:
    """A film that nobody has rated is what its content leads one to expect; the last of all, -1, is one of which nothing is known."""
    n_movies, size = known.shape[0], len(states[0].person_mean)
    films = np.empty((n_movies + 1, len(states), size), dtype=np.float32)
    person_weights = np.zeros((n_movies, len(states), size), dtype=np.float32)
    for at, state in enumerate(states):
        films[:-1, at] = state.film_mean + known @ state.film_weights[1]
        films[-1, at] = state.film_mean
        films[rated, at] = state.films
        person_weights[rated, at] = state.person_weights[0]
    return Draws(
        films,
        person_weights,
        np.stack([state.person_mean for state in states]),
        np.stack([state.person_precision for state in states]),
        np.stack([state.thresholds for state in states]),
        np.stack([state.scale_spread for state in states]),
    )


def _nothing(n_movies: int, size: int) -> Draws:
    return Draws(
        np.zeros((n_movies + 1, 1, size), dtype=np.float32),
        np.zeros((n_movies, 1, size), dtype=np.float32),
        np.zeros((1, size)),
        np.eye(size)[np.newaxis],
        np.zeros((1, 0)),
        np.ones((1, 2)),
    )
