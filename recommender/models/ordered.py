"""What is watched next: the films to come, predicted from the order of those before, in one closed form.

Every step of every history is an example. Its input x has two blocks over the films: what was just rated, Σ exp(-age / recent_steps) e_i,
and what was rated lately, lasting_weight · Σ exp(-age / lasting_steps) e_i, with age counted in ratings. Its target y holds the films to
come, Σ exp(-distance / target_steps) e_j, and backward_weight times as much those before the newest, since films watched one after the
other belong together either way round. The weights W are the ridge regression of the targets on the inputs.

Source: a relative of SLIT and SLIST (M. Choi et al., "Session-aware Linear Item-Item Models for Session-based Recommendation", WWW 2021,
equations 9 to 12), which weigh input and target by age alike. Differences: two blocks with a decay each; no zero diagonal, because rated
films are left out of lists anyway; inputs and targets count 1 + liking · (stars - 3.5); and the ridge is not λ‖W‖² but λ tr(WᵀK⁻¹W)
with K = I + FFᵀ, where F holds n_factors unit vectors per film, from the singular vectors of who has rated what: films that the same people
rate are likely to have like weights (the prior of kernel ridge regression; C. Saunders et al., ICML 1998).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Parameters
from recommender.models.item_linear import MOST_LIKING, Inputs, ItemTable, counted, kept_films, own_parts, refuse_outside
from recommender.models.parts import Parts

# Chosen on validation: the newest tenth of the training side of `newest`, of ml-latest-small and of ml-100k. What of it counts most, in
# ndcg@10: two blocks instead of one .03, targets over 3 steps instead of 1 .011, a regularisation of 300 instead of 20 .01 to .03, the
# prior .007, liking .003, looking backward .003. Ages by the time between ratings, or fewer votes for long histories, brought nothing.
DEFAULTS: Parameters = {
    "recent_steps": 1.2,
    "lasting_steps": 20.0,
    "lasting_weight": 0.4,
    "target_steps": 3.0,
    "backward_weight": 0.3,
    "regularisation": 300.0,
    "n_factors": 64,
    "liking": 0.2,
    "target_liking": 0.1,
    "longest_history": 300,
    "least_raters": 8,
    "most_films": 10_000,
}
_LIMITS = {
    "recent_steps": (0.05, 1e6),
    "lasting_steps": (0.05, 1e6),
    "lasting_weight": (0.0, 1e3),
    "target_steps": (0.05, 1e6),
    "backward_weight": (0.0, 1e3),
    "regularisation": (1e-3, 1e9),
    "n_factors": (0, 10_000),
    "liking": (0.0, MOST_LIKING),
    "target_liking": (0.0, MOST_LIKING),
    "longest_history": (1, 100_000),
    "least_raters": (1, 1e9),
    "most_films": (1, 100_000),
}
SPARE_DIRECTIONS, N_ITERATIONS = 16, 6  # of the block power iteration
FORGOTTEN = 1e-6  # a weight by age under which a rating is left out: it could not be seen in a score


@dataclass(frozen=True)
class Ordered:
    """Fitted in float32. lasting_weight: 0 leaves one block. longest_history: how many of the newest ratings count, of kept films.

    most_films: what bounds time (its cube) and memory (its square).
    """

    matrix: RatingMatrix
    parameters: Parameters
    table: ItemTable

    recipe = "ordered"
    is_personal = True
    neutral = 0.0

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters | None = None) -> Ordered:
        """The model over the matrix; parameters left out take DEFAULTS."""
        chosen = {**DEFAULTS, **(parameters or {})}
        refuse_outside(chosen, _LIMITS)
        columns = kept_films(matrix, chosen)
        return cls(matrix, chosen, ItemTable(columns, _weights(matrix, columns, chosen)))

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays) -> Ordered:
        """The model from what `arrays` gave."""
        return cls(matrix, parameters, ItemTable.from_arrays(arrays))

    def arrays(self) -> Arrays:
        """The kept films and the weights between them, a block for each decay."""
        return self.table.arrays()

    def score(self, history: History) -> NDArray[np.float64]:
        """How near the film is to be among the next: around 0 for not at all, seldom over 1."""
        return self.table.score(self._inputs(history), history, self.matrix)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """What the score would lose without each own rating, and an equal share of what only all of them together make.

        A rating counts by the ratings after it, so that without one of them those before it are younger and count for more: the bare terms
        of the sum do not tell what a rating does: without the one with the largest term 5 scores of 100 would rise. The largest part is of
        the rating whose loss lowers the score most.
        Source: the egalitarian division of what is not separable, H. Moulin, Journal of Economic Theory 36(1), 1985.
        """
        inputs = self._inputs(history)
        terms = self.table.products(inputs, columns)
        before = np.cumsum(terms, axis=1) - terms
        younger = np.expm1(1 / _decays(self.parameters))[:, np.newaxis, np.newaxis]
        lost = (terms - younger * before).sum(axis=0)
        scores = self.score(history)[columns]
        together = np.nan_to_num(scores) - lost.sum(axis=0)
        return own_parts(inputs, lost + together / max(len(lost), 1), scores)

    def _inputs(self, history: History) -> Inputs:
        """The newest kept films, oldest first."""
        order = history.in_order()
        at, places = self.table.known(history.columns[order])
        newest = slice(-int(self.parameters["longest_history"]), None)
        at, places = order[at[newest]], places[newest]
        ages = np.arange(len(at))[::-1]
        by_age = _shares(self.parameters)[:, np.newaxis] * np.exp(-ages / _decays(self.parameters)[:, np.newaxis])
        by_age[by_age < FORGOTTEN] = 0
        return Inputs(history.columns[at], places, by_age * counted(history.half_stars[at], self.parameters["liking"]))


def _decays(parameters: Parameters) -> NDArray[np.float64]:
    """In how many ratings each block falls to 1 / e, shape (n_blocks,)."""
    both = np.array([parameters["recent_steps"], parameters["lasting_steps"]])
    return both if parameters["lasting_weight"] else both[:1]


def _shares(parameters: Parameters) -> NDArray[np.float64]:
    """What the newest rating counts for in each block, shape (n_blocks,)."""
    both = np.array([1.0, parameters["lasting_weight"]])
    return both if parameters["lasting_weight"] else both[:1]


@dataclass(frozen=True, slots=True)
class _Walk:
    """One person's kept films from the oldest to the newest. places: in the table. half_stars: beside them."""

    places: NDArray[np.intp]
    half_stars: NDArray[np.uint8]


def _walks(matrix: RatingMatrix, columns: NDArray[np.int32], longest: int) -> list[_Walk]:
    """Of everybody with two films or more, shortest first, so that those of one length follow each other."""
    table = ItemTable(columns, np.zeros((0, 0, 0), dtype=np.float32))
    found = []
    for row in range(matrix.n_users):
        history = History.of_row(matrix, row)
        order = history.in_order()
        at, places = table.known(history.columns[order])
        if len(at) > 1:
            found.append(_Walk(places[-longest:], history.half_stars[order[at[-longest:]]]))
    return sorted(found, key=lambda walk: len(walk.places))


def _weights(matrix: RatingMatrix, columns: NDArray[np.int32], parameters: Parameters) -> NDArray[np.float32]:
    # scipy is heavy, and only whoever trains needs it.
    from scipy.linalg import cho_factor, cho_solve

    n_films, n_blocks = len(columns), len(_decays(parameters))
    if not n_films:
        return np.zeros((n_blocks, 0, 0), dtype=np.float32)
    gram, targets = _examples(_walks(matrix, columns, int(parameters["longest_history"])), n_films, parameters)
    ridge = np.float32(parameters["regularisation"]) * _stiffness(matrix, columns, int(parameters["n_factors"]))
    for block in range(n_blocks):
        span = slice(block * n_films, (block + 1) * n_films)
        gram[span, span] += ridge
    # Both are handed over transposed, in the order of Fortran, so that LAPACK works in place: at 10,000 films they are 2.4 GB.
    factor = cho_factor(gram.T, overwrite_a=True, check_finite=False)
    weights = cho_solve(factor, targets.T, overwrite_b=True, check_finite=False)
    return np.ascontiguousarray(weights).reshape(n_blocks, n_films, n_films)


def _examples(walks: list[_Walk], n_films: int, parameters: Parameters) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Σ xxᵀ over all examples, shape (n_blocks·n_films,) twice, and Σ yxᵀ, shape (n_films, n_blocks·n_films)."""
    n_blocks = len(_decays(parameters))
    gram = np.zeros((n_blocks * n_films, n_blocks * n_films), dtype=np.float32)
    targets = np.zeros((n_films, n_blocks * n_films), dtype=np.float32)
    for walk, (inputs_by_inputs, targets_by_inputs) in _with_sums(walks, parameters):
        counts = np.tile(counted(walk.half_stars[:-1], parameters["liking"]), n_blocks).astype(np.float32)
        wanted = counted(walk.half_stars, parameters["target_liking"]).astype(np.float32)
        from_place = np.concatenate([walk.places[:-1] + block * n_films for block in range(n_blocks)])
        _add(gram, from_place, from_place, inputs_by_inputs * np.outer(counts, counts))
        _add(targets, walk.places, from_place, targets_by_inputs * np.outer(wanted, counts))
    return gram, targets


def _add(table: NDArray[np.float32], rows: NDArray[np.intp], columns: NDArray[np.intp], values: NDArray[np.float32]) -> None:
    """Add the values where the rows, each named once, cross the columns; in half the time that np.ix_ takes for it."""
    cells = rows[:, np.newaxis] * table.shape[1] + columns
    table.reshape(-1)[cells.reshape(-1)] += values.reshape(-1)


_Sums = tuple[NDArray[np.float32], NDArray[np.float32]]


def _with_sums(walks: list[_Walk], parameters: Parameters) -> Iterator[tuple[_Walk, _Sums]]:
    """Each walk with the sums over its examples of age weights times age weights, which depend on its length alone."""
    length, sums = 0, (np.zeros((0, 0), dtype=np.float32), np.zeros((0, 0), dtype=np.float32))
    for walk in walks:
        if len(walk.places) != length:
            length = len(walk.places)
            # Example s, from 0: its inputs are the films 0 to s, its targets the films s + 1 and on, and less so those before s.
            examples, films = np.ogrid[: length - 1, :length]
            ages = (examples - films[:, :-1]).astype(np.float64)
            inputs = np.hstack(
                [
                    share * np.where(ages >= 0, np.exp(-np.maximum(ages, 0) / decay), 0)
                    for share, decay in zip(_shares(parameters), _decays(parameters), strict=True)
                ]
            )
            ahead = films - examples
            near = np.exp(-(np.abs(ahead) - (ahead > 0)) / parameters["target_steps"])
            wanted = near * np.select([ahead > 0, ahead < 0], [1.0, parameters["backward_weight"]])
            sums = (inputs.T @ inputs).astype(np.float32), (wanted.T @ inputs).astype(np.float32)
        yield walk, sums


def _stiffness(matrix: RatingMatrix, columns: NDArray[np.int32], n_factors: int) -> NDArray[np.float32]:
    """K⁻¹ = (I + FFᵀ)⁻¹ = I - F(I + FᵀF)⁻¹Fᵀ, shape (n_films, n_films)."""
    factors = film_factors(matrix, columns, n_factors)
    inner = np.linalg.inv(np.eye(factors.shape[1]) + factors.T @ factors)
    stiffness = (-factors @ inner).astype(np.float32) @ factors.T.astype(np.float32)
    stiffness[np.diag_indices_from(stiffness)] += 1
    return stiffness


def film_factors(matrix: RatingMatrix, columns: NDArray[np.int32], n_factors: int) -> NDArray[np.float64]:
    """F: each film's n_factors strongest directions in who has rated what, as a unit vector; fewer where there are fewer.

    Who rated much and what was rated much count n^-½ each. The directions come from a block power iteration (N. Halko et al., SIAM Review
    53(2), 2011, algorithm 4.4) that starts from cosines where the paper has chance, so that the same ratings give the same bits.
    """
    from recommender.models.kernels import sparse

    rated = sparse.by_user(matrix, np.ones(matrix.n_ratings))[:, columns]
    n_directions = min(n_factors, *rated.shape)
    per_user, per_film = np.asarray(rated.sum(axis=1)).ravel(), np.asarray(rated.sum(axis=0)).ravel()
    balanced = sparse.scaled(rated, np.maximum(per_user, 1.0) ** -0.5, np.asarray(per_film**-0.5))
    by_film = balanced.T.tocsr()
    n_started = min(n_directions + SPARE_DIRECTIONS, *rated.shape)
    directions = np.cos(np.outer(np.arange(len(columns)) + 0.5, np.arange(n_started)) * np.pi / len(columns))
    for _ in range(N_ITERATIONS):
        directions = np.linalg.qr(by_film @ (balanced @ directions))[0]
    _, strengths, turned = np.linalg.svd(balanced @ directions, full_matrices=False)
    factors = directions @ (turned.T * strengths)[:, :n_directions]
    lengths = np.linalg.norm(factors, axis=1, keepdims=True)
    return np.asarray(factors / np.where(lengths > 0, lengths, 1))
