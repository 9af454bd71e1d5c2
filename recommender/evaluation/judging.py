"""What a fitted model is worth to each person of a split: values per person, from which all figures are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import nan

import numpy as np
from numpy.typing import NDArray

from recommender.batch import Ranked, rank, rank_rows
from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.errors import DataError, InvalidInputError
from recommender.evaluation import metrics
from recommender.evaluation.figures import Figure, mean_of
from recommender.evaluation.leaks import refuse_seen
from recommender.evaluation.splits import Split
from recommender.models import History, Model, PredictsStars, TellsLiking
from recommender.models.popular import Popular

LONGEST = 100  # the longest list that is looked at
SHOWN = 25  # films of it that count as shown, for coverage
MAIN = "ndcg@10"  # what recipes are compared by
Progress = Callable[[int, int], None]

OF_HITS: Mapping[str, Callable[[Sequence[int], set[int]], float]] = {
    **{f"ndcg@{k}": partial(metrics.ndcg, k=k) for k in (5, 10, 25, 100)},
    **{f"precision@{k}": partial(metrics.precision, k=k) for k in (5, 10, 25)},
    "mrr@25": partial(metrics.reciprocal_rank, k=25),
    "map@25": partial(metrics.average_precision, k=25),
    "hit@10": partial(metrics.hit, k=10),
    **{f"recall@{k}": partial(metrics.recall, k=k) for k in (10, 25, 50)},
    **{f"capped-recall@{k}": partial(metrics.capped_recall, k=k) for k in (20, 50)},
    **{f"aws-ndcg@{k}": partial(metrics.ndcg_of_hits, k=k) for k in (5, 10, 25)},
}
OTHERS = ("auc", "novelty@10", "diversity@10", "popularity@10", "rewards@25")
LIST_MEASURES = (*OF_HITS, *OTHERS)
STAR_MEASURES = ("rmse", "mae")
LOWER_IS_BETTER = frozenset(STAR_MEASURES)
NEITHER_IS_BETTER = frozenset({"novelty@10", "diversity@10", "popularity@10"})


@dataclass(frozen=True, slots=True)
class PerPerson:
    """Values of everybody who was judged, one entry each; the same person may stand here several times, once for each split they are in.

    user_ids, n_history (how many ratings the model was told of), is_stranger (whether it had not learned from them): shape (n,).
    values: by measure, shape (n,), NaN where the measure says nothing of the person. shown: shape (n, SHOWN), the columns of the list,
    best first, -1 where it ends; shape (n, 0) where no list was made.
    """

    user_ids: NDArray[np.int32]
    n_history: NDArray[np.int64]
    is_stranger: NDArray[np.bool_]
    values: Mapping[str, NDArray[np.float64]]
    shown: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.user_ids)

    def where(self, keep: NDArray[np.bool_]) -> PerPerson:
        """Those marked True."""
        values = {measure: column[keep] for measure, column in self.values.items()}
        return PerPerson(self.user_ids[keep], self.n_history[keep], self.is_stranger[keep], values, self.shown[keep])

    def figure(self, measure: str) -> Figure:
        """The mean over people, with its standard error; InvalidInputError for a measure that is not here."""
        return mean_of(self._of(measure), self.user_ids)

    def _of(self, measure: str) -> NDArray[np.float64]:
        if measure not in self.values:
            raise InvalidInputError("measure", measure, f"one of {', '.join(self.values)}")
        return self.values[measure]


def joined(parts: Iterable[PerPerson]) -> PerPerson:
    """Those of several splits, one after the other; all have the same measures."""
    found = list(parts)
    return PerPerson(
        np.concatenate([part.user_ids for part in found]),
        np.concatenate([part.n_history for part in found]),
        np.concatenate([part.is_stranger for part in found]),
        {measure: np.concatenate([part.values[measure] for part in found]) for measure in found[0].values},
        np.concatenate([part.shown for part in found]),
    )


def paired(one: PerPerson, other: PerPerson, measure: str = MAIN) -> Figure:
    """By how much `one` is better than `other`: the mean over the same people of the difference, with the standard error of that.

    For errors (LOWER_IS_BETTER) other - one, else one - other. DataError when they are not of the same people in the same order.
    """
    if not np.array_equal(one.user_ids, other.user_ids):
        raise DataError("Only figures of the same people can be compared; judge both models on the same split.")
    difference = one._of(measure) - other._of(measure)
    return mean_of(-difference if measure in LOWER_IS_BETTER else difference, one.user_ids)


def judge(
    model: Model,
    split: Split,
    films: Catalogue,
    progress: Progress = lambda done, total: None,
    *,
    measures: Sequence[str] = LIST_MEASURES,
) -> PerPerson:
    """The measures of everybody who has something held out, by a model fitted on the split's learning side.

    Candidates are all films that the person has not rated in what the model knows of them; nothing is sampled. By ascending user id,
    people of the learning side first, strangers after. measures: of LIST_MEASURES; fewer are sooner done, above all without `auc`.
    DataError when the model has learned from what it is asked for.
    """
    refuse_seen(model.matrix, split.held_out, split.told)
    judging = _Judging(model, films, measures)
    relevant = _by_user(split.held_out.user_ids, model.matrix.columns_of(split.held_out.movie_ids))
    known = np.flatnonzero(np.isin(model.matrix.user_ids, np.array(list(relevant), dtype=np.int32)))
    told = [] if split.told is None else [one for one in _histories(split.told, model.matrix) if one[0] in relevant]
    total = len(known) + len(told)
    user_ids, n_history, rows, shown = [], [], [], []

    def take(user_id: int, history: History, ranked: Ranked) -> None:
        user_ids.append(user_id)
        n_history.append(len(history))
        rows.append(judging.values(history, ranked, relevant[user_id]))
        shown.append(_padded(ranked.columns))
        progress(len(user_ids), total)

    everything = "auc" in measures
    for ranked in rank_rows(model, known, LONGEST, everything=everything):
        take(int(model.matrix.user_ids[ranked.row]), History.of_row(model.matrix, ranked.row), ranked)
    for user_id, history in told:
        take(user_id, history, rank(model, history, LONGEST, popular=judging.popular, everything=everything))
    return PerPerson(
        np.array(user_ids, dtype=np.int32),
        np.array(n_history, dtype=np.int64),
        np.arange(total) >= len(known),
        dict(zip(measures, np.array(rows, dtype=np.float64).reshape(-1, len(measures)).T, strict=True)),
        np.array(shown, dtype=np.int32).reshape(-1, SHOWN),
    )


class _Judging:
    """What one list is measured by: what the model's matrix knows of films."""

    def __init__(self, model: Model, films: Catalogue, measures: Sequence[str]) -> None:
        matrix = model.matrix
        self.popular = Popular.fit(matrix)
        self._neutral = model.neutral
        self._sorted = b"", np.zeros(0)
        self._share = np.maximum(matrix.raters, 1) / max(matrix.n_users, 1)
        self._rated = matrix.raters / max(matrix.n_users, 1)
        self._genres = np.array([films.genre_mask([genre]) for genre in films.genres()], dtype=np.bool_).reshape(-1, len(films)).T
        self._rewards = np.nan_to_num(self.popular.mean_stars)
        known: dict[str, Callable[[Sequence[int], set[int], History, Ranked], float]] = {
            **{name: partial(_of_hits, of) for name, of in OF_HITS.items()},
            "auc": lambda _, relevant, history, ranked: self._auc(relevant, history, ranked),
            "novelty@10": lambda best, *_: metrics.novelty(best, self._share, 10),
            "diversity@10": lambda best, *_: metrics.diversity(best, self._genres, 10),
            "popularity@10": lambda best, *_: metrics.popularity(best, self._rated, 10),
            "rewards@25": lambda best, relevant, *_: metrics.average_rewards(best, relevant, self._rewards, 25),
        }
        for measure in measures:
            if measure not in known:
                raise InvalidInputError("measure", measure, f"one of {', '.join(LIST_MEASURES)}")
        self._measures = [known[measure] for measure in measures]

    def values(self, history: History, ranked: Ranked, relevant: set[int]) -> list[float]:
        """Of one person, in the order of the measures."""
        best = ranked.columns.tolist()
        return [measure(best, relevant, history, ranked) for measure in self._measures]

    def _auc(self, relevant: set[int], history: History, ranked: Ranked) -> float:
        if ranked.everything is None:
            return nan
        good = np.array([column for column in relevant.difference(history.columns.tolist()) if column >= 0], dtype=np.int64)
        found, known = (self._told(ranked.everything[columns]) for columns in (good, history.columns))
        return metrics.auc_of(found, self._ascending(ranked.everything), without=np.sort(np.concatenate([found, known])))

    def _ascending(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """All of one person's scores in order; those of the next, where they are the same, are not sorted again."""
        if (written := scores.tobytes()) != self._sorted[0]:
            self._sorted = written, np.sort(self._told(scores))
        return self._sorted[1]

    def _told(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(np.isnan(scores), self._neutral, scores)


def _of_hits(of: Callable[[Sequence[int], set[int]], float], best: Sequence[int], relevant: set[int], *_: object) -> float:
    return of(best, relevant)


def judge_stars(model: Model, split: Split, progress: Progress = lambda done, total: None) -> PerPerson:
    """STAR_MEASURES of everybody who has something held out: each person's own RMSE and MAE, by a model fitted on the learning side.

    Here people without a history are judged as well, since stars can be predicted for anybody. InvalidInputError for a model that makes
    lists alone; DataError when it has learned from what it is asked for.
    """
    refuse_seen(model.matrix, split.held_out, split.told)
    told = {} if split.told is None else dict(_histories(split.told, model.matrix))
    errors = predicted(model, split.held_out.user_ids, split.held_out.movie_ids, told, progress) - split.held_out.half_stars / 2
    user_ids, of_user = np.unique(split.held_out.user_ids, return_inverse=True)
    n = np.bincount(of_user, minlength=len(user_ids))
    rows = np.searchsorted(model.matrix.user_ids, user_ids)
    learned = np.isin(user_ids, model.matrix.user_ids)
    lengths = np.append(np.diff(model.matrix.row_starts), 0)
    n_told = np.array([len(told.get(user_id, ())) for user_id in user_ids.tolist()], dtype=np.int64)
    values = {
        "rmse": np.sqrt(np.bincount(of_user, weights=errors**2) / n) if len(n) else np.zeros(0),
        "mae": np.bincount(of_user, weights=np.abs(errors)) / n if len(n) else np.zeros(0),
    }
    return PerPerson(user_ids, np.where(learned, lengths[rows], n_told), ~learned, values, np.zeros((len(user_ids), 0), dtype=np.int32))


def predicted(
    model: Model,
    user_ids: NDArray[np.integer],
    movie_ids: NDArray[np.integer],
    told: Mapping[int, History],
    progress: Progress = lambda done, total: None,
) -> NDArray[np.float64]:
    """The stars predicted for every pair of user and movie, in the order given; a stranger or an unknown film has no history or raters.

    told: histories of people whom the model has not learned from. InvalidInputError for a model that makes lists alone.
    """
    if not isinstance(model, PredictsStars):
        raise InvalidInputError("recipe", model.recipe, "one that predicts stars; this one makes lists alone")
    return _of_pairs(model.predict_many, model.matrix, user_ids, movie_ids, told, progress)


def chances(
    model: TellsLiking,
    matrix: RatingMatrix,
    user_ids: NDArray[np.integer],
    movie_ids: NDArray[np.integer],
    progress: Progress = lambda done, total: None,
) -> NDArray[np.float64]:
    """The probability that each user likes the movie beside them, in the order given. matrix: the model's own."""
    return _of_pairs(model.chances, matrix, user_ids, movie_ids, {}, progress)


def _of_pairs(
    asked: Callable[[History, NDArray[np.int32]], NDArray[np.float64]],
    matrix: RatingMatrix,
    user_ids: NDArray[np.integer],
    movie_ids: NDArray[np.integer],
    told: Mapping[int, History],
    progress: Progress,
) -> NDArray[np.float64]:
    columns = matrix.columns_of(movie_ids)
    found = np.empty(len(columns))
    done = 0
    for user_id, pairs in _grouped(user_ids):
        row = matrix.row_of(user_id)
        history = told.get(user_id, History.of_nobody()) if row is None else History.of_row(matrix, row)
        found[pairs] = asked(history, columns[pairs])
        done += len(pairs)
        progress(done, len(columns))
    return found


def _histories(ratings: RatingTable, matrix: RatingMatrix) -> Iterator[tuple[int, History]]:
    """Each user and their history as a stranger's, by ascending id; films that the matrix does not hold are left out."""
    columns = matrix.columns_of(ratings.movie_ids)
    for user_id, entries in _grouped(ratings.user_ids):
        entries = entries[columns[entries] >= 0]
        entries = entries[np.argsort(columns[entries], kind="stable")]
        yield user_id, History(columns[entries], ratings.half_stars[entries], ratings.rated_at[entries])


def _grouped(user_ids: NDArray[np.integer]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Each user and the places of their entries, by ascending id."""
    order = np.argsort(user_ids, kind="stable")
    for entries in np.split(order, np.flatnonzero(np.diff(user_ids[order])) + 1) if len(order) else []:
        yield int(user_ids[entries[0]]), entries


def _by_user(user_ids: NDArray[np.int32], columns: NDArray[np.int32]) -> dict[int, set[int]]:
    return {user_id: set(columns[entries].tolist()) for user_id, entries in _grouped(user_ids)}


def _padded(columns: NDArray[np.intp]) -> NDArray[np.int32]:
    shown = np.full(SHOWN, -1, dtype=np.int32)
    shown[: len(columns[:SHOWN])] = columns[:SHOWN]
    return shown
