"""One person's sums by every way there is through the kernel in C, against plain numpy: the same to the last bit; and broken arrays."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from recommender.data.matrix import MOST_SHORT, RatingMatrix
from recommender.data.movielens import read_data_set
from recommender.models import History
from recommender.models.kernels import fold_in, plain
from recommender.models.kernels.fold_in import Compiled, Given, Overlap, Plain
from recommender.models.kernels.native import VARIABLE, kernel
from recommender.models.user_cosine import NEUTRAL_HALF_STARS
from recommender.ranking import top_k
from tests.worlds import in_blocks, matrix_of, random_ratings, rating, two_tastes, unsplit

WAYS = ("generic", "avx2", "avx512", "vnni")

NOBODY_THERE = "Every row must be one of the people there are; there is one outside."
SPLITS = "The splits of a film's raters must ascend within them, as many for every film; they do not."

WORLDS: dict[str, Callable[[np.random.Generator], Any]] = {
    "random": lambda rng: random_ratings(rng, n_users=150, n_movies=90),
    "sparse": lambda rng: random_ratings(rng, n_users=200, n_movies=300, share=0.01),
    "everything in common": lambda rng: random_ratings(rng, n_users=60, n_movies=20, share=1.0),
    "two tastes, all ties": lambda rng: two_tastes(n_users=120),
    "everybody twelve times": lambda rng: [
        rating(12 * (r.user_id - 1) + twin, r.movie_id, r.stars) for r in random_ratings(rng, n_users=30) for twin in range(1, 13)
    ],
    "nobody in common": lambda rng: [rating(u, u, 4.0) for u in range(1, 80)],
    "everybody gives 3": lambda rng: [rating(u, m, 3.0) for u in range(1, 90) for m in range(1, 30) if (u * m) % 3],
    "one film": lambda rng: [rating(u, 1, u % 10 / 2 + 0.5) for u in range(1, 70)],
    "one person": lambda rng: [rating(1, 1, 4.0)],
    "many people": lambda rng: random_ratings(rng, n_users=4_000, n_movies=40, share=0.2),
}


@pytest.fixture(params=[*WORLDS, "ml-latest-small", "ml-100k"])
def matrix(request: pytest.FixtureRequest, rng: np.random.Generator) -> RatingMatrix:
    if request.param in WORLDS:
        return matrix_of(WORLDS[request.param](rng))
    return of_real_ratings(request.getfixturevalue(request.param.replace("-", "_")))


@cache
def of_real_ratings(folder: Path) -> RatingMatrix:
    """Read once for all ways through the kernel."""
    data = read_data_set(folder)
    return RatingMatrix.of(data.ratings, data.catalogue.movie_ids)


@pytest.fixture
def module() -> ModuleType:
    found = kernel("fold_in")
    if found is None:
        pytest.skip("the kernel is not built here")
    return found


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> str:
    """The kernel kept to what such a processor can do; where this one cannot, it does what it can."""
    monkeypatch.setenv(VARIABLE, request.param)
    return str(request.param)


@pytest.fixture(params=[(np.uint16, np.uint16), (np.int32, np.int32), (np.uint16, np.int32)], ids=["short", "wide", "mixed"])
def narrow_or_wide(request: pytest.FixtureRequest, matrix: RatingMatrix) -> RatingMatrix:
    """The matrix with columns and rows in the types that it may have."""
    columns, rows = request.param
    return replace(matrix, columns=matrix.columns.astype(columns), rows=matrix.rows.astype(rows))


def people(matrix: RatingMatrix, n: int = 7) -> list[History]:
    """Rows from all over the matrix, as themselves and as strangers."""
    rows = np.unique(np.linspace(0, matrix.n_users - 1, n).astype(int)).tolist()
    known = [History.of_row(matrix, row) for row in rows]
    return [*known, *(replace(history, own_row=None) for history in known[::3])]


def overlap(fold: Plain | Compiled, matrix: RatingMatrix, history: History) -> Overlap:
    dots = np.zeros(matrix.n_users, dtype=np.int32)
    fold.bring(dots, Given.nothing(), Given(history.columns, history.half_stars))
    return Overlap(dots, int(np.sum(history.half_stars.astype(np.int64) ** 2)), history.own_row)


def test_every_sum_is_the_plain_one(narrow_or_wide: RatingMatrix, module: ModuleType, way: str, rng: np.random.Generator) -> None:
    matrix = narrow_or_wide
    compiled, twin = Compiled(matrix, module), Plain(matrix)
    means = rng.random(matrix.n_users) * 9 + 1
    films = np.unique(np.concatenate([np.argsort(-matrix.raters, kind="stable")[:6], rng.integers(0, matrix.n_movies, 6)]))
    columns = rng.permutation(films).astype(np.int32)
    for history in people(matrix):
        ours, theirs = overlap(compiled, matrix, history), overlap(twin, matrix, history)
        np.testing.assert_array_equal(ours.dots, theirs.dots)
        np.testing.assert_array_equal(ours.dots, plain.overlaps(matrix, history.columns, history.half_stars))
        for k in (1, 3, 40, matrix.n_users + 7):
            ours.found = None
            near, expected = compiled.nearest(ours, k), twin.nearest(theirs, k)
            np.testing.assert_array_equal(near, expected)
            np.testing.assert_array_equal(compiled.nearest(ours, k), expected)
            for one, other in zip(compiled.raters(ours, columns, k, means), twin.raters(theirs, columns, k, means), strict=True):
                np.testing.assert_array_equal(one, other)
            for damping in (0.0, 50.0):
                scores = compiled.scores(*near, NEUTRAL_HALF_STARS, damping)
                np.testing.assert_array_equal(scores, twin.scores(*expected, NEUTRAL_HALF_STARS, damping))
                for films in (history.columns, columns, columns[:1]):
                    np.testing.assert_array_equal(compiled.ratings(near[0], films), twin.ratings(near[0], films))
                given, amounts = Given(history.columns, history.half_stars), rng.normal(size=(3, len(near[0])))
                dealt = compiled.dealt(near[0], given, amounts)
                np.testing.assert_array_equal(dealt, twin.dealt(near[0], given, amounts))
                np.testing.assert_allclose(dealt.sum(axis=1), amounts.sum(axis=1), atol=1e-9)
                exclude = rng.random(matrix.n_movies) < 0.1
                for above in (2.5, -np.inf):
                    expected_best = top_k(scores, k, exclude=exclude | ~(scores > above))
                    np.testing.assert_array_equal(fold_in.best(scores, k, exclude=exclude, above=above), expected_best)
                    found = compiled.best(*near, NEUTRAL_HALF_STARS, damping, exclude=exclude, above=above, n=k)
                    assert found is not None
                    np.testing.assert_array_equal(found[0], expected_best)
                    np.testing.assert_array_equal(found[1], scores[expected_best])


@pytest.fixture(params=["split", "wide", "split, of four bytes"])
def many(request: pytest.FixtureRequest, rng: np.random.Generator) -> tuple[RatingMatrix, RatingMatrix]:
    """People in three blocks, in one of the types that rows may have, and with rows that are counted from 0."""
    made = in_blocks(rng)
    wide = unsplit(made)
    types = {"split": made, "wide": wide, "split, of four bytes": replace(made, rows=made.rows.astype(np.int32))}
    return types[request.param], wide


def test_people_of_every_block_are_added_up(
    many: tuple[RatingMatrix, RatingMatrix], module: ModuleType, way: str, rng: np.random.Generator
) -> None:
    matrix, wide = many
    compiled, twin, split_twin = Compiled(matrix, module), Plain(wide), Plain(matrix)
    means = rng.random(matrix.n_users) * 9 + 1
    columns = rng.permutation(matrix.n_movies).astype(np.int32)
    rows = [0, MOST_SHORT - 1, MOST_SHORT, 2 * MOST_SHORT + 500, matrix.n_users - 1]
    for history in (*(History.of_row(wide, row) for row in rows), replace(History.of_row(wide, MOST_SHORT), own_row=None)):
        ours, theirs = overlap(compiled, matrix, history), overlap(twin, wide, history)
        np.testing.assert_array_equal(ours.dots, theirs.dots)
        np.testing.assert_array_equal(overlap(split_twin, matrix, history).dots, theirs.dots)
        for k in (3, 40):
            ours.found = None
            expected = twin.raters(theirs, columns, k, means)
            for found in (compiled.raters(ours, columns, k, means), split_twin.raters(theirs, columns, k, means)):
                for one, other in zip(found, expected, strict=True):
                    np.testing.assert_array_equal(one, other)
        fewer = Given(history.columns[::2].copy(), history.half_stars[::2].copy())
        compiled.bring(ours.dots, Given(history.columns, history.half_stars), fewer)
        np.testing.assert_array_equal(ours.dots, plain.overlaps(wide, fewer.columns, fewer.half_stars))


def test_raters_are_found_without_having_asked_for_the_nearest(module: ModuleType, way: str, rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=3_000, n_movies=20))
    compiled, twin, columns = Compiled(matrix, module), Plain(matrix), np.arange(20, dtype=np.int32)
    means = rng.random(matrix.n_users)
    history = History.of_row(matrix, 17)

    ours, theirs = overlap(compiled, matrix, history), overlap(twin, matrix, history)

    for one, other in zip(compiled.raters(ours, columns, 40, means), twin.raters(theirs, columns, 40, means), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(compiled.nearest(ours, 2_999), twin.nearest(theirs, 2_999))


@pytest.mark.parametrize("fold_of", [Plain, lambda matrix: Compiled(matrix, kernel("fold_in"))], ids=["plain", "compiled"])
def test_from_any_history_to_any_other_the_sums_are_those_of_adding_up_anew(
    module: ModuleType, fold_of: Callable[[RatingMatrix], Plain | Compiled], rng: np.random.Generator
) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=200, n_movies=80))
    fold, before, dots = fold_of(matrix), Given.nothing(), np.zeros(200, dtype=np.int32)
    for turn in range(120):
        columns = np.flatnonzero(rng.random(80) < rng.choice([0, 0.03, 0.5, 1])).astype(np.int32)
        half_stars = rng.integers(1, 11, len(columns)).astype(np.uint8)
        if turn % 3:  # of most steps little is new
            kept = rng.random(len(before.columns)) < 0.9
            columns, half_stars = before.columns[kept].astype(np.int32), before.half_stars[kept].copy()
            half_stars[: turn % 4] = 10
        now = Given(columns, half_stars)

        n_added = fold.bring(dots, before, now)

        np.testing.assert_array_equal(dots, plain.overlaps(matrix, columns, half_stars))
        assert n_added <= int(matrix.raters[columns].sum()) + matrix.n_users or isinstance(fold, Plain)
        before = now


def test_one_film_more_costs_its_raters_and_no_more(module: ModuleType, rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=300, n_movies=60))
    columns, half_stars = np.arange(0, 60, 2, dtype=np.int32), np.full(30, 7, np.uint8)
    for fold in (Plain(matrix), Compiled(matrix, module)):
        dots = np.zeros(300, dtype=np.int32)
        fold.bring(dots, Given.nothing(), Given(columns[:-1], half_stars[:-1]))

        assert fold.bring(dots, Given(columns[:-1], half_stars[:-1]), Given(columns, half_stars)) == matrix.raters[columns[-1]]


def test_threads_do_not_disturb_each_other(module: ModuleType, rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=2_000, n_movies=50))
    fold = Compiled(matrix, module)
    expected = {row: Plain(matrix).nearest(overlap(Plain(matrix), matrix, History.of_row(matrix, row)), 60) for row in range(8)}
    wrong: list[int] = []

    def look(row: int) -> None:
        for _ in range(60):
            if not np.array_equal(fold.nearest(overlap(fold, matrix, History.of_row(matrix, row)), 60), expected[row]):
                wrong.append(row)

    threads = [threading.Thread(target=look, args=(row,)) for row in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.fixture(params=["a helper that is free", "one that is busy"])
def two_cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another core, whose thread has nothing to do or something else, and takes part in whatever there is."""
    monkeypatch.setattr(fold_in, "WORTH_SHARING", 0)
    monkeypatch.setattr(fold_in, "cores", lambda: 2)
    done = threading.Event()
    busy = fold_in.HELPER.submit(done.wait, 60) if request.param == "one that is busy" else None
    yield
    done.set()
    if busy:
        busy.result()


@pytest.mark.usefixtures("two_cores")
def test_two_threads_add_up_what_one_does(many: tuple[RatingMatrix, RatingMatrix], module: ModuleType) -> None:
    matrix, wide = many
    for row in (0, MOST_SHORT, matrix.n_users - 1):
        history = History.of_row(wide, row)
        now, dots = Given(history.columns, history.half_stars), np.zeros(matrix.n_users, dtype=np.int32)
        assert Compiled(matrix, module).bring(dots, Given.nothing(), now) == matrix.raters[history.columns].sum()
        np.testing.assert_array_equal(dots, plain.overlaps(wide, history.columns, history.half_stars))


@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("block", [0, 2])
def test_a_broken_file_is_told_of_whichever_thread_meets_it(module: ModuleType, rng: np.random.Generator, block: int) -> None:
    matrix = in_blocks(rng)
    splits = matrix.row_splits.copy()
    splits[:, block and -1] = 2**31 - 1
    history, dots = History.of_row(unsplit(matrix), 0), np.zeros(matrix.n_users, dtype=np.int32)
    broken = Compiled(replace(matrix, row_splits=splits), module)

    with pytest.raises(ValueError, match=f"^{re.escape(SPLITS)}$"):
        broken.bring(dots, Given.nothing(), Given(history.columns, history.half_stars))


def test_what_goes_wrong_in_the_other_thread_is_not_lost(
    module: ModuleType, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WithoutMemory(Compiled):
        def _brought(self, dots: np.ndarray, before: Given, now: Given, first: int, end: int) -> int:
            if threading.current_thread() is not threading.main_thread():
                raise MemoryError
            return super()._brought(dots, before, now, first, end)

    monkeypatch.setattr(fold_in, "WORTH_SHARING", 0)
    monkeypatch.setattr(fold_in, "cores", lambda: 2)
    matrix = in_blocks(rng)
    history, fold = History.of_row(unsplit(matrix), 0), WithoutMemory(matrix, module)
    given = Given(history.columns, history.half_stars)

    def until_the_other_thread_takes_part() -> None:
        for _ in range(1000):
            fold.bring(np.zeros(matrix.n_users, dtype=np.int32), Given.nothing(), given)

    with pytest.raises(MemoryError):
        until_the_other_thread_takes_part()


def test_the_variable_leaves_the_kernel_out(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = matrix_of(two_tastes())
    assert isinstance(fold_in.fold_in(matrix), Compiled)

    monkeypatch.setenv(VARIABLE, "plain")

    assert isinstance(fold_in.fold_in(matrix), Plain)
    assert fold_in.best(np.ones(3), 1, exclude=np.zeros(3, dtype=bool), above=0) is None


def test_the_kernel_keeps_to_the_instructions_it_is_given(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    most = module.instructions()
    for at, name in enumerate(WAYS):
        monkeypatch.setenv(VARIABLE, name)
        assert module.instructions() == (at if at <= most else most)
    assert VARIABLE in os.environ


class TestBrokenArrays:
    """What does not fit is refused in a sentence, and nothing is written beside an array."""

    @pytest.fixture
    def matrix(self) -> RatingMatrix:
        return matrix_of(two_tastes(n_users=40))

    def bring(self, module: ModuleType, matrix: RatingMatrix, **other: Any) -> Any:
        arrays: dict[str, Any] = {
            "dots": np.zeros(matrix.n_users, dtype=np.int32),
            "column_starts": matrix.column_starts,
            "rows": matrix.rows.astype(np.int32),
            "column_half_stars": matrix.column_half_stars,
            "row_splits": matrix.row_splits,
            "before": np.zeros(0, dtype=np.int32),
            "stars_before": np.zeros(0, dtype=np.uint8),
            "columns": np.array([2, 5], dtype=np.int32),
            "stars": np.array([8, 6], dtype=np.uint8),
        }
        given = arrays | other
        blocks = given.pop("blocks", (0, given["row_splits"].size // matrix.n_movies + 1))
        return module.bring(*given.values(), *blocks)

    @pytest.mark.parametrize(
        ("other", "sentence"),
        [
            ({"dots": np.zeros(40)}, "sums must be a contiguous writable array of i4, not of format d with 8 bytes an item."),
            ({"dots": np.zeros(80, np.int32)[::2]}, "sums must be a contiguous writable array of i4, not <class 'numpy.ndarray'>."),
            ({"dots": [0] * 40}, "sums must be a contiguous writable array of i4, not <class 'list'>."),
            ({"dots": np.zeros(7, np.int32)}, "Every row must be one of the people there are; there is one outside."),
            ({"columns": np.array([5, 2], np.int32)}, "The columns of a history must ascend, each once; they do not."),
            ({"columns": np.array([5, 5], np.int32)}, "The columns of a history must ascend, each once; they do not."),
            ({"columns": np.array([-1, 5], np.int32)}, "Every column must be one of the films there are; there is one outside."),
            ({"columns": np.array([2, 30], np.int32)}, "Every column must be one of the films there are; there is one outside."),
            ({"columns": np.array([2], np.int32)}, "A history must have as many half stars as columns."),
            ({"column_half_stars": np.zeros(3, np.uint8)}, "The starts must ascend and end within the ratings; they do not."),
            ({"column_starts": np.zeros(31, np.int64) + 2**40}, "The starts must ascend and end within the ratings; they do not."),
            ({"column_starts": np.arange(31)[::-1].astype(np.int64)}, "The starts must ascend and end within the ratings; they do not."),
            (
                {"row_splits": np.zeros((30, 2), np.int64)},
                "row_splits must be a contiguous array of i4, not of format l with 8 bytes an item.",
            ),
            ({"row_splits": np.zeros(31, np.int32)}, SPLITS),
            ({"row_splits": np.full((30, 1), -1, np.int32)}, SPLITS),
            ({"row_splits": np.full((30, 1), 2**31 - 1, np.int32)}, SPLITS),
            ({"row_splits": np.tile(np.array([3, 2], np.int32), (30, 1))}, SPLITS),
            ({"row_splits": np.zeros((30, 1), np.int32)}, "Every row must be one of the people there are; there is one outside."),
            ({"blocks": (0, 2)}, "The blocks of people must be some of 1, not those from 0 to 2."),
            ({"blocks": (1, 0)}, "The blocks of people must be some of 1, not those from 1 to 0."),
            ({"blocks": (-1, 1)}, "The blocks of people must be some of 1, not those from -1 to 1."),
        ],
    )
    def test_of_a_history(self, module: ModuleType, matrix: RatingMatrix, other: dict[str, Any], sentence: str) -> None:
        assert self.bring(module, matrix) > 0
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            self.bring(module, matrix, **other)

    def test_sums_that_are_only_to_be_read_are_not_written(self, module: ModuleType, matrix: RatingMatrix) -> None:
        dots = np.zeros(40, dtype=np.int32)
        dots.flags.writeable = False

        with pytest.raises(ValueError, match=r"^sums must be a contiguous writable array of i4"):
            self.bring(module, matrix, dots=dots)
        assert not dots.any()

    @pytest.mark.parametrize("row", [40, 2**31 - 1, -1])
    def test_a_row_outside(self, module: ModuleType, matrix: RatingMatrix, row: int) -> None:
        rows = matrix.rows.astype(np.int32)
        rows[matrix.column_starts[2] + 3] = row
        broken = Compiled(replace(matrix, rows=rows), module)
        dots, given = np.zeros(40, dtype=np.int32), Given(np.array([2], np.int32), np.array([8], np.uint8))

        with pytest.raises(ValueError, match=r"^Every row must be one of the people there are"):
            broken.bring(dots, Given.nothing(), given)
        healthy = overlap(Compiled(matrix, module), matrix, History.of_row(matrix, 1))
        with pytest.raises(ValueError, match=r"^Every row must be one of the people there are"):
            broken.raters(replace(healthy), np.array([2], np.int32), 39, np.zeros(40))

    @pytest.mark.parametrize("splits", [[0], [0, 0], [5, 5], [3, 2], [-1, 3], [2, 2**31 - 1], [-(2**31), 2**31 - 1]])
    def test_splits_outside(self, module: ModuleType, matrix: RatingMatrix, splits: list[int]) -> None:
        """Nothing is read or written beside the sums of 40 people, wherever a film's blocks of people begin."""
        broken = Compiled(replace(matrix, row_splits=np.tile(np.array(splits, dtype=np.int32), (30, 1))), module)
        healthy = overlap(Compiled(matrix, module), matrix, History.of_row(matrix, 1))
        sentence = re.escape(NOBODY_THERE if splits[-1] in (0, 5) else SPLITS)

        with pytest.raises(ValueError, match=f"^{sentence}$"):
            broken.bring(np.zeros(40, dtype=np.int32), Given.nothing(), Given(np.array([2], np.int32), np.array([8], np.uint8)))
        with pytest.raises(ValueError, match=f"^{sentence}$"):
            broken.raters(replace(healthy), np.array([2], np.int32), 39, np.zeros(40))

    @pytest.mark.parametrize("row", [MOST_SHORT + 40, MOST_SHORT - 1])
    def test_a_row_outside_the_last_block(self, module: ModuleType, row: int) -> None:
        """Of 65,576 people the last block has 40: a row in two bytes may name more."""
        made = matrix_of(rating(user, 1, 4.0) for user in range(1, MOST_SHORT + 41))
        rows = made.rows.copy()
        rows[-1] = row % MOST_SHORT
        dots, given = np.zeros(made.n_users, dtype=np.int32), Given(np.array([0], np.int32), np.array([8], np.uint8))
        healthy = overlap(Compiled(made, module), made, History.of_row(made, 1))
        broken = Compiled(replace(made, rows=rows), module)

        with pytest.raises(ValueError, match=r"^Every row must be one of the people there are"):
            broken.bring(dots, Given.nothing(), given)
        with pytest.raises(ValueError, match=r"^Every row must be one of the people there are"):
            broken.raters(replace(healthy), np.array([0], np.int32), 3_000, np.zeros(made.n_users))

    @pytest.mark.parametrize("column", [30, 2**31 - 1, -1])
    def test_a_column_outside(self, module: ModuleType, matrix: RatingMatrix, column: int) -> None:
        columns = matrix.columns.astype(np.int32)
        columns[matrix.row_starts[3] + 2] = column
        broken = Compiled(replace(matrix, columns=columns), module)

        with pytest.raises(ValueError, match=r"^Every column must be one of the films there are"):
            broken.scores(np.array([3]), np.array([0.5]), 5, 1.0)
        with pytest.raises(ValueError, match=r"^Every column must be one of the films there are"):
            broken.ratings(np.array([3]), np.arange(30))
        with pytest.raises(ValueError, match=r"^Every column must be one of the films there are"):
            broken.dealt(np.array([3]), Given(np.array([2]), np.array([8], np.uint8)), np.ones((1, 1)))
        # For few films a row is not read through, and nothing beside it is looked at.
        np.testing.assert_array_equal(
            broken.ratings(np.array([2, 3]), np.array([29]))[0], Plain(matrix).ratings(np.array([2]), np.array([29]))[0]
        )

    @pytest.mark.parametrize("film", [30, -1])
    def test_a_film_that_is_none(self, module: ModuleType, matrix: RatingMatrix, film: int) -> None:
        films, fold = np.array([2, film]), Compiled(matrix, module)
        for ask in (
            lambda: fold.ratings(np.array([3]), films),
            lambda: fold.ratings(np.array([3]), np.repeat(films, 20)),
            lambda: fold.dealt(np.array([3]), Given(films, np.array([8, 6], np.uint8)), np.ones((1, 1))),
        ):
            with pytest.raises(ValueError, match=r"^Every column must be one of the films there are"):
                ask()

    @pytest.mark.parametrize("row", [40, -1])
    def test_a_neighbour_who_is_nobody(self, module: ModuleType, matrix: RatingMatrix, row: int) -> None:
        with pytest.raises(ValueError, match=r"^Every row must be one of the people there are"):
            Compiled(matrix, module).scores(np.array([row]), np.array([0.5]), 5, 1.0)
        with pytest.raises(ValueError, match=r"^Every row must be one of the people there are"):
            Compiled(matrix, module).ratings(np.array([row]), np.array([2]))
        with pytest.raises(ValueError, match=r"^Every row must be one of the people there are"):
            Compiled(matrix, module).ratings(np.array([row]), np.arange(30))
        with pytest.raises(ValueError, match=r"^Every row must be one of the people there are"):
            Compiled(matrix, module).dealt(np.array([row]), Given(np.array([2]), np.array([8], np.uint8)), np.ones((1, 1)))

    def test_starts_that_lead_outside(self, module: ModuleType, matrix: RatingMatrix) -> None:
        broken = (matrix.row_starts + 2**40, matrix.columns, matrix.half_stars, np.array([3]))
        for films in (np.array([2]), np.arange(30)):
            with pytest.raises(ValueError, match=r"^The starts must ascend and end within the ratings"):
                module.ratings(*broken, films, np.zeros(len(films), np.uint8), 30)
        with pytest.raises(ValueError, match=r"^The starts must ascend and end within the ratings"):
            module.dealt(*broken, np.array([2]), np.array([8], np.uint8), np.ones(1), np.zeros(1), 30)

    def test_arrays_of_unlike_lengths(self, module: ModuleType) -> None:
        sums, halves = np.zeros(4, np.int32), np.zeros(4, np.uint16)
        with pytest.raises(ValueError, match=r"^sums, squared and inverse must be of the same people\.$"):
            module.nearest(sums, np.zeros(3, np.int64), halves, np.zeros(2, np.int64), np.zeros(2), 4, -1)
        with pytest.raises(ValueError, match=r"^scores and exclude must be of the same films, not of 3 and 4\.$"):
            module.best(np.zeros(3), np.zeros(4, bool), np.zeros(1, np.int64), 0.0)
        with pytest.raises(ValueError, match=r"^amounts must be of everybody, and dealt have room for as many of every film\.$"):
            module.dealt(*two_people(), np.zeros(2, np.int64), np.zeros(3, np.int32), np.zeros(3, np.uint8), np.zeros(7), np.zeros(9), 9)
        with pytest.raises(ValueError, match=r"^A history must have as many half stars as columns\.$"):
            module.dealt(*two_people(), np.zeros(2, np.int64), np.zeros(3, np.int32), np.zeros(2, np.uint8), np.zeros(6), np.zeros(9), 9)
        with pytest.raises(TypeError, match=r"^best takes 4 values, not 1\.$"):
            module.best(1)


def two_people() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row starts, columns and half stars, of one film each."""
    return np.array([0, 1, 2]), np.zeros(2, np.int32), np.full(2, 8, np.uint8)
