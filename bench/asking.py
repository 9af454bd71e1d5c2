"""What a newcomer is asked first: how good the list is after some answers, and after some questions, by the order of the questions."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure, MismatchError, say
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import read_data_set
from recommender.data.ratings import RatingTable
from recommender.elicitation import Elicitation
from recommender.evaluation.metrics import ndcg
from recommender.models import History
from recommender.models.popular import Popular
from recommender.models.user_cosine import UserCosine
from recommender.ranking import full_top_k

FOLDS = 5
LOVED = 8  # half stars
K = 10
MOST_QUESTIONS = 40
AT_ANSWERS, AT_QUESTIONS = (1, 3, 5, 10), (5, 10, 20)

Answers = dict[int, int]  # half stars by column
Order = Callable[[Answers, list[int], NDArray[np.bool_]], int]  # the column asked next: answers, not seen, True for what is closed


@dataclass(frozen=True)
class World:
    """What is known of everybody but those who are asked."""

    matrix: RatingMatrix
    model: UserCosine
    popular: NDArray[np.float64]
    elicitation: Elicitation

    def ndcg(self, answers: Answers, pool: NDArray[np.intp], loved: set[int]) -> float:
        """Of the list of ten from the answers, without any film of the pool that questions come from."""
        barred = np.zeros(self.matrix.n_movies, dtype=bool)
        barred[pool] = True
        scores = self.model.score(_history(answers)) if answers else self.popular
        neutral = self.model.neutral if answers else Popular.neutral
        return ndcg(full_top_k(scores, K, exclude=barred, neutral=neutral, otherwise=self.popular).tolist(), loved, K)


def measure(data: Path) -> list[Figure]:
    """The table on standard output; for each order the mean over all people who love anything that can be found."""
    say(f"asking: {data.name}, people in {FOLDS} folds, a random half of each one's films may be asked about, NDCG@{K} of the other half")
    data_set = read_data_set(data)
    movie_ids = data_set.catalogue.movie_ids
    people = np.random.default_rng(1).permutation(np.unique(data_set.ratings.user_ids))
    found: dict[str, dict[str, list[float]]] = {}
    for fold in range(FOLDS):
        asked = np.isin(data_set.ratings.user_ids, people[fold::FOLDS])
        matrix = RatingMatrix.of(data_set.ratings.where(~asked), movie_ids)
        world = World(matrix, UserCosine.fit(matrix), Popular.fit(matrix).score(History.of_nobody()), Elicitation.fit(matrix))
        for person in people[fold::FOLDS].tolist():
            theirs = data_set.ratings.where(data_set.ratings.user_ids == person)
            for name, order in _orders(world, person).items():
                for at, value in _interview(world, order, theirs, person, movie_ids).items():
                    found.setdefault(name, {}).setdefault(at, []).append(value)
    _tell(found)
    return [_time(data_set.ratings, movie_ids)]


def _orders(world: World, person: int) -> dict[str, Order]:
    raters = world.matrix.raters
    spread = raters * _entropy(world.matrix)
    rng = np.random.default_rng(person)

    def ours(answers: Answers, unseen: list[int], closed: NDArray[np.bool_]) -> int:
        return world.elicitation.next_to_ask(_history(answers), 1, out=closed, unseen=np.array(unseen, dtype=np.int32))[0]

    return {
        "random": lambda answers, unseen, closed: int(rng.choice(np.flatnonzero(~closed & (raters > 0)))),
        "best known first": lambda answers, unseen, closed: int(np.argmax(np.where(closed, -1, raters))),
        "known × entropy": lambda answers, unseen, closed: int(np.argmax(np.where(closed, -1, spread))),
        "matinee": ours,
    }


def _interview(world: World, order: Order, theirs: RatingTable, person: int, movie_ids: NDArray[np.int32]) -> dict[str, float]:
    """One person, asked until they have answered often enough or have been asked too often."""
    columns = np.searchsorted(movie_ids, theirs.movie_ids)
    may_be_asked = np.random.default_rng(10_007 + person).random(len(columns)) < 0.5
    stars = dict(zip(columns[may_be_asked].tolist(), theirs.half_stars[may_be_asked].tolist(), strict=True))
    loved = set(columns[~may_be_asked][theirs.half_stars[~may_be_asked] >= LOVED].tolist())
    if not loved:
        return {}
    pool = np.array(sorted(stars), dtype=np.intp)
    closed = np.zeros(world.matrix.n_movies, dtype=bool)
    closed[columns[~may_be_asked]] = True
    answers: Answers = {}
    unseen: list[int] = []
    found = {"0 answers": world.ndcg({}, pool, loved)}
    for question in range(1, MOST_QUESTIONS + 1):
        film = order(answers, unseen, closed)
        if closed[film]:
            raise MismatchError(f"Film in column {film} was asked about twice.")
        closed[film] = True
        if film in stars:
            answers[film] = stars[film]
            if len(answers) in AT_ANSWERS:
                found[f"{len(answers)} answers"] = world.ndcg(answers, pool, loved)
                found[f"questions to {len(answers)}"] = question
        else:
            unseen.append(film)
        if question in AT_QUESTIONS:
            found[f"{question} questions"] = world.ndcg(answers, pool, loved)
        if len(answers) >= max(AT_ANSWERS) and question >= max(AT_QUESTIONS):
            break
    for n in AT_ANSWERS:  # whoever has not answered so often has had the patience of MOST_QUESTIONS
        found.setdefault(f"{n} answers", world.ndcg(answers, pool, loved))
        found.setdefault(f"questions to {n}", MOST_QUESTIONS)
    return found


def _history(answers: Answers) -> History:
    columns = sorted(answers)
    return History.untimed(np.array(columns, dtype=np.int32), np.array([answers[column] for column in columns], dtype=np.uint8))


def _entropy(matrix: RatingMatrix) -> NDArray[np.float64]:
    """Of each film's stars, in bits."""
    cells = matrix.columns.astype(np.int64) * 11 + matrix.half_stars
    counts = np.bincount(cells, minlength=matrix.n_movies * 11).reshape(-1, 11)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.asarray(-np.sum(shares * np.log2(np.where(shares > 0, shares, 1.0)), axis=1))


def _tell(found: dict[str, dict[str, list[float]]]) -> None:
    names = (
        [f"{n} answers" for n in (0, *AT_ANSWERS)] + [f"{n} questions" for n in AT_QUESTIONS] + [f"questions to {n}" for n in AT_ANSWERS]
    )
    say(f"  {'':<18}" + "".join(f"{name:>16}" for name in names))
    for order, values in found.items():
        cells = [(np.mean(values[name]), name.startswith("questions to")) for name in names]
        say(f"  {order:<18}" + "".join(f"{value:16.1f}" if counts else f"{value:16.4f}" for value, counts in cells))
    matinee = np.array(found["matinee"]["3 answers"])
    for other in ("best known first", "known × entropy", "random"):
        better = matinee - np.array(found[other]["3 answers"])
        say(f"  after 3 answers {better.mean():+.4f} ±{better.std(ddof=1) / np.sqrt(len(better)):.4f} over {other}, {len(better)} people")


def _time(ratings: RatingTable, movie_ids: NDArray[np.int32]) -> Figure:
    elicitation = Elicitation.fit(matrix := RatingMatrix.of(ratings, movie_ids))
    closed, none = np.zeros(matrix.n_movies, dtype=bool), np.zeros(0, dtype=np.int32)
    seconds = []
    for row in range(min(matrix.n_users, 500)):
        start = time.perf_counter()
        elicitation.next_to_ask(History.of_row(matrix, row), 1, out=closed, unseen=none)
        seconds.append(time.perf_counter() - start)
    return Figure("next film to ask, p95", float(np.quantile(seconds, 0.95)) * 1000, 50, "ms", "limit")
