"""The weights of a blend: learned from ratings that its parts have not seen, for each length of history by itself.

Held out are each person's newest tenth, and the newest people altogether, whose first ratings then play the histories of people who have
just come. Where the times do not tell which ratings came first, chance does: what is held out is then anywhere in a history. Each part
makes scores for each of these histories; the weights are those whose sum finds most of what was held out (NDCG@10), sought one weight
after the other. A weight leaves the prior only for a gain of more than LEAST_GAIN standard errors over the same people, so that little
data change little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.models import History, Model

HELD_OUT_SHARE = 0.1  # of each person's ratings, the newest, rounded up
NEW_PEOPLE_SHARE = 0.1
MOST_QUESTIONS = 1_500  # histories of each length; of more people some are drawn
SHORT = (3, 10)  # ratings of somebody who has just come
FEWEST_RATINGS = 20  # of a person who is held out altogether
LEAST_HALF_STARS = 4  # under 2 stars is nothing that one would want to have found
CANDIDATES = 300  # films, the best of each part: the first ten of a weighted sum are among them but for rare cases
K = 10
GRID = (0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0)
MOST_ROUNDS = 3
LEAST_GAIN = 2.0


@dataclass(frozen=True, slots=True)
class Weights:
    """table: shape (n + 1, parts), row i for histories of up to lengths[i] ratings, the last for longer. lengths: ascending, shape (n,)."""

    lengths: NDArray[np.int64]
    table: NDArray[np.float64]

    def of(self, n_ratings: int) -> NDArray[np.float64]:
        """The parts' weights for a history of that many ratings."""
        return np.asarray(self.table[np.searchsorted(self.lengths, n_ratings)])


@dataclass(frozen=True, slots=True)
class Standardised:
    """Scores with mean 0 and deviation 1 over all films; all 0 where they do not differ. mean, deviation: of before."""

    scores: NDArray[np.float64]
    mean: float
    deviation: float


def standardised(scores: NDArray[np.float64], neutral: float) -> Standardised:
    """The scores on the common scale; NaN counts as neutral."""
    known = np.where(np.isnan(scores), neutral, scores)
    mean, deviation = float(known.mean()) if len(known) else 0.0, float(known.std()) if len(known) else 0.0
    if deviation < 1e-12:
        return Standardised(np.zeros(len(known)), mean, 0.0)
    return Standardised((known - mean) / deviation, mean, deviation)


@dataclass(frozen=True, slots=True)
class _Question:
    """One history's candidates. scores: shape (parts, candidates). is_relevant: which are to be found. ideal: the best possible DCG."""

    scores: NDArray[np.float32]
    is_relevant: NDArray[np.bool_]
    ideal: float


def learned(matrix: RatingMatrix, fit: Callable[[RatingMatrix], Sequence[Model]], prior: Weights, *, rng: np.random.Generator) -> Weights:
    """The weights of the parts that `fit` makes of what is not held out; the prior's where there is nothing to learn from."""
    table = matrix.ratings()
    order = table if has_order(matrix) else replace(table, rated_at=rng.permutation(len(table)))
    late = _newest(order)
    new = np.isin(table.user_ids, _newest_people(order))
    rest = table.where(~late & ~new)
    if not len(rest) or not late.any():
        return prior
    held = RatingMatrix.of(rest, matrix.movie_ids)
    parts = fit(held)
    asked: list[list[_Question]] = [[] for _ in prior.table]
    for history, relevant in [*_known_people(held, table.where(late & ~new), rng), *_new_people(matrix, order.where(new))]:
        asked[int(np.searchsorted(prior.lengths, len(history)))].append(_question(parts, history, relevant))
    return Weights(prior.lengths, np.array([_best(start, questions) for start, questions in zip(prior.table, asked, strict=True)]))


def has_order(matrix: RatingMatrix) -> bool:
    """Whether the times tell for anybody which of their ratings came first."""
    rated_at = np.asarray(matrix.rated_at)
    same_person = np.ones(max(len(rated_at) - 1, 0), dtype=bool)
    ends = matrix.row_starts[1:-1]
    same_person[ends[(ends > 0) & (ends < len(rated_at))] - 1] = False
    return bool(np.any((np.diff(rated_at) != 0) & same_person))


def _newest(table: RatingTable) -> NDArray[np.bool_]:
    order = np.lexsort((table.movie_ids, table.rated_at, table.user_ids))
    _, counts = np.unique(table.user_ids, return_counts=True)
    from_end = np.repeat(np.cumsum(counts), counts) - np.arange(len(order))
    late = np.zeros(len(order), dtype=bool)
    late[order] = from_end <= np.repeat(np.ceil(counts * HELD_OUT_SHARE), counts)
    return late


def _newest_people(table: RatingTable) -> NDArray[np.int32]:
    """Those who rated their first film last, a tenth of all, among people with FEWEST_RATINGS."""
    user_ids, counts = np.unique(table.user_ids, return_counts=True)
    first = np.full(len(user_ids), np.iinfo(np.int64).max)
    np.minimum.at(first, np.searchsorted(user_ids, table.user_ids), table.rated_at)
    many = np.flatnonzero(counts >= FEWEST_RATINGS)
    n = min(int(len(many) * NEW_PEOPLE_SHARE), MOST_QUESTIONS)
    return np.asarray(user_ids[many[np.argsort(-first[many], kind="stable")[:n]]])


def _known_people(held: RatingMatrix, late: RatingTable, rng: np.random.Generator) -> list[tuple[History, NDArray[np.int32]]]:
    rows = np.searchsorted(held.user_ids, late.user_ids)
    there = (rows < held.n_users) & (held.user_ids[np.minimum(rows, held.n_users - 1)] == late.user_ids)
    wanted = there & (late.half_stars >= LEAST_HALF_STARS)
    rows, columns = rows[wanted], held.columns_of(late.movie_ids[wanted])
    chosen = np.unique(rows)
    if len(chosen) > MOST_QUESTIONS:
        chosen = np.sort(rng.choice(chosen, MOST_QUESTIONS, replace=False))
    order = np.argsort(rows, kind="stable")
    starts = np.searchsorted(rows[order], chosen)
    ends = np.searchsorted(rows[order], chosen, side="right")
    return [(History.of_row(held, int(row)), columns[order[start:end]]) for row, start, end in zip(chosen, starts, ends, strict=True)]


def _new_people(matrix: RatingMatrix, theirs: RatingTable) -> list[tuple[History, NDArray[np.int32]]]:
    """Of each of them the first few ratings by the times of `theirs`, as a history, and what they liked of the rest."""
    found = []
    for user_id in np.unique(theirs.user_ids).tolist():
        whole = History.of_row(matrix, int(np.searchsorted(matrix.user_ids, user_id)))
        order = np.lexsort((whole.columns, theirs.rated_at[theirs.user_ids == user_id]))
        for n in SHORT:
            early, later = np.sort(order[:n]), order[n:]
            relevant = whole.columns[later[whole.half_stars[later] >= LEAST_HALF_STARS]]
            if len(relevant):
                found.append((History(whole.columns[early], whole.half_stars[early], whole.rated_at[early]), relevant))
    return found


def _question(parts: Sequence[Model], history: History, relevant: NDArray[np.int32]) -> _Question:
    scores = np.array([standardised(part.score(history), part.neutral).scores for part in parts], dtype=np.float32)
    scores[:, history.columns] = -np.inf
    n = min(CANDIDATES, scores.shape[1])
    best = np.unique(np.argpartition(-scores, n - 1, axis=1)[:, :n])
    best = best[np.isfinite(scores[0, best])]
    places = min(K, len(relevant))
    return _Question(scores[:, best], np.isin(best, relevant), float((1 / np.log2(np.arange(places) + 2)).sum()))


def _best(start: NDArray[np.float64], questions: Sequence[_Question]) -> NDArray[np.float64]:
    weights = start.copy()
    if not questions:
        return weights
    found = _ndcg(weights, questions)
    for _ in range(MOST_ROUNDS):
        before = weights.copy()
        for at in range(len(weights)):
            for value in GRID:
                tried = weights.copy()
                tried[at] = value
                if value == weights[at] or not tried.any():
                    continue
                gained = _ndcg(tried, questions) - found
                if gained.mean() > LEAST_GAIN * gained.std() / len(questions) ** 0.5:
                    weights, found = tried, found + gained
        if np.array_equal(before, weights):
            break
    return weights


def _ndcg(weights: NDArray[np.float64], questions: Sequence[_Question]) -> NDArray[np.float64]:
    """Of each question's first K by the weights; ties by lower column."""
    values = np.empty(len(questions))
    for at, question in enumerate(questions):
        sums = weights.astype(np.float32) @ question.scores
        n = min(K, len(sums))
        top = np.argpartition(-sums, n - 1)[:n] if n else np.zeros(0, dtype=np.intp)
        top = top[np.lexsort((top, -sums[top]))]
        values[at] = (question.is_relevant[top] / np.log2(np.arange(len(top)) + 2)).sum() / question.ideal
    return values
