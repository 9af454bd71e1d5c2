"""What is kept of people at work makes their next sums cheaper and never other ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from recommender.data.matrix import RatingMatrix
from recommender.models import History, kept_sums
from recommender.models.kept_sums import KeptSums
from recommender.models.kernels import plain
from recommender.models.kernels.fold_in import FoldIn, Given, Plain, fold_in
from recommender.models.kernels.native import VARIABLE
from tests.worlds import matrix_of, random_ratings

ALICE, BEN = 1_000_001, 1_000_002
N_MOVIES = 80


@pytest.fixture(params=["compiled where it is built", "plain"])
def fold_of(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[RatingMatrix], FoldIn]:
    if request.param == "plain":
        monkeypatch.setenv(VARIABLE, "plain")
    return fold_in


class Person:
    """Somebody who rates, changes, takes back and imports as chance wants it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng, self._stars = rng, dict[int, int]()

    def moves(self) -> History:
        match self._rng.integers(0, 8):
            case 0 | 1 | 2:
                self._stars[int(self._rng.integers(0, N_MOVIES))] = int(self._rng.integers(1, 11))
            case 3 | 4 if self._stars:
                self._stars[int(self._rng.choice(list(self._stars)))] = int(self._rng.integers(1, 11))
            case 5 | 6 if self._stars:
                del self._stars[int(self._rng.choice(list(self._stars)))]
            case 7:
                many = self._rng.integers(0, N_MOVIES, int(self._rng.integers(1, 60))).tolist()
                self._stars |= {film: int(self._rng.integers(1, 11)) for film in many}
            case _:
                pass  # marks a film, which leaves the ratings as they are
        columns = np.array(sorted(self._stars), dtype=np.int32)
        return History.untimed(columns, np.array([self._stars[column] for column in columns.tolist()], dtype=np.uint8))


def check(kept: KeptSums, matrix: RatingMatrix, person: int, history: History) -> None:
    with kept.of(person, history) as dots:
        np.testing.assert_array_equal(dots, plain.overlaps(matrix, history.columns, history.half_stars))


def walk(kept_for: Callable[[RatingMatrix], KeptSums], matrices: Iterator[RatingMatrix], rng: np.random.Generator) -> None:
    """Two people in turns, through several models."""
    people = {ALICE: Person(rng), BEN: Person(rng)}
    for matrix in matrices:
        kept = kept_for(matrix)
        for _ in range(80):
            person = int(rng.choice([ALICE, BEN]))
            check(kept, matrix, person, people[person].moves())


def matrices(rng: np.random.Generator) -> Iterator[RatingMatrix]:
    for n_users in (50, 60, 300):
        yield matrix_of(random_ratings(rng, n_users=n_users, n_movies=N_MOVIES), n_movies=N_MOVIES)


def test_whatever_two_people_do_the_sums_are_those_of_adding_up_anew(
    fold_of: Callable[[RatingMatrix], FoldIn], rng: np.random.Generator
) -> None:
    for _ in range(10):
        walk(lambda matrix: KeptSums(fold_of(matrix), matrix.n_users), matrices(rng), rng)


class _ForgetsWhatWasTakenBack(Plain):
    def bring(self, dots: np.ndarray, before: Given, now: Given) -> int:
        kept = np.isin(before.columns, now.columns)
        return super().bring(dots, Given(before.columns[kept], before.half_stars[kept]), now)


class _TakesOtherStarsForNew(Plain):
    def bring(self, dots: np.ndarray, before: Given, now: Given) -> int:
        same = np.isin(before.columns, now.columns[np.isin(now.columns, before.columns)])
        changed = Given(before.columns, np.where(same, 0, before.half_stars).astype(np.uint8))
        return super().bring(dots, changed if len(before.columns) else before, now)


@pytest.mark.parametrize("broken", [_ForgetsWhatWasTakenBack, _TakesOtherStarsForNew])
def test_a_difference_that_is_wrong_is_seen(broken: type[Plain], rng: np.random.Generator) -> None:
    with pytest.raises(AssertionError):
        walk(lambda matrix: KeptSums(broken(matrix), matrix.n_users), matrices(rng), rng)


def test_threads_at_work_for_the_same_people_get_each_their_own(
    fold_of: Callable[[RatingMatrix], FoldIn], rng: np.random.Generator
) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=500, n_movies=N_MOVIES), n_movies=N_MOVIES)
    kept = KeptSums(fold_of(matrix), matrix.n_users, most_bytes=3 * 500 * 4)
    wrong: list[str] = []

    def work(seed: int) -> None:
        chance = np.random.default_rng(seed)
        people = [Person(chance) for _ in range(3)]
        for turn in range(150):
            try:
                check(kept, matrix, ALICE + turn % 3, people[turn % 3].moves())
            except AssertionError as error:
                wrong.append(str(error))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert kept.n_bytes <= 3 * 500 * 4


def test_the_second_of_two_requests_at_once_does_not_touch_the_sums_of_the_first(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_movies=N_MOVIES), n_movies=N_MOVIES)
    kept, first, then = KeptSums(fold_in(matrix), matrix.n_users), History.of_row(matrix, 1), History.of_row(matrix, 2)
    check(kept, matrix, ALICE, first)

    with kept.of(ALICE, first) as dots:
        before = dots.copy()
        check(kept, matrix, ALICE, then)
        np.testing.assert_array_equal(dots, before)

    check(kept, matrix, ALICE, then)
    assert len(kept) == 1


def test_whoever_was_at_work_longest_ago_is_forgotten_first(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=100, n_movies=N_MOVIES), n_movies=N_MOVIES)
    brought: list[int] = []

    class Watched(Plain):
        def bring(self, dots: np.ndarray, before: Given, now: Given) -> int:
            brought.append(len(before.columns))
            return super().bring(dots, before, now)

    history = History.untimed(np.array([1, 5], np.int32), np.array([8, 3], np.uint8))
    kept = KeptSums(Watched(matrix), 100, most_bytes=3 * (100 * 4 + 2 * 4 + 2))
    for person in (1, 2, 3, 1, 4):  # 2 makes room for 4
        check(kept, matrix, person, history)
        assert kept.n_bytes <= 3 * (100 * 4 + 2 * 4 + 2)
    brought.clear()

    for person in (1, 3, 4, 2):
        check(kept, matrix, person, history)

    assert brought == [2, 2, 2, 0]
    assert len(kept) == 3


def test_what_is_more_than_may_be_kept_is_not(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_movies=N_MOVIES), n_movies=N_MOVIES)
    kept = KeptSums(fold_in(matrix), matrix.n_users, most_bytes=10)

    check(kept, matrix, ALICE, History.of_row(matrix, 0))

    assert (len(kept), kept.n_bytes) == (0, 0)


def test_after_an_error_nothing_is_kept(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_movies=N_MOVIES), n_movies=N_MOVIES)
    kept, history = KeptSums(fold_in(matrix), matrix.n_users), History.of_row(matrix, 0)
    check(kept, matrix, ALICE, history)

    with pytest.raises(RuntimeError, match="in between"), kept.of(ALICE, history):
        raise RuntimeError("in between")

    assert (len(kept), kept.n_bytes) == (0, 0)
    check(kept, matrix, ALICE, history)


def test_a_caller_may_do_with_their_history_what_they_like_afterwards(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_movies=N_MOVIES), n_movies=N_MOVIES)
    kept = KeptSums(fold_in(matrix), matrix.n_users)
    history = History.untimed(np.array([1, 5], np.int32), np.array([8, 3], np.uint8))
    check(kept, matrix, ALICE, history)

    history.half_stars[:] = 10

    check(kept, matrix, ALICE, history)


def test_four_workers_have_room_for_six_people_each_beside_25_million_ratings() -> None:
    assert kept_sums.MOST_BYTES // (162_541 * 4) == 6
