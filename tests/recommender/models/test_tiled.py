"""Everybody at once by the kernel in C, against one person at a time: the same neighbours and lists, to the last bit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender import batch
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import read_data_set
from recommender.data.ratings import RatingTable
from recommender.models import History
from recommender.models.kernels import tiled
from recommender.models.kernels.native import PLAIN, VARIABLE, kernel
from recommender.models.popular import Popular
from recommender.models.user_cosine import UserCosine
from tests.worlds import matrix_of, random_ratings, rating, two_tastes

INSTRUCTIONS = ("generic", "avx2", "avx512", "vnni")
Person = tuple[np.ndarray, np.ndarray]

pytestmark = pytest.mark.skipif(
    kernel("neighbours") is None and os.environ.get(VARIABLE) != PLAIN, reason="the kernel of neighbours is not built here"
)


@pytest.fixture
def each_instruction_set(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Iterator[str]]:
    """Goes through the sets of instructions that this processor has, each of them in use while it is looked at."""

    def sets() -> Iterator[str]:
        monkeypatch.delenv(VARIABLE, raising=False)
        most = kernel("neighbours").instructions()  # type: ignore[union-attr]
        for name in INSTRUCTIONS[: most + 1]:
            monkeypatch.setenv(VARIABLE, name)
            yield name

    return sets


def people_of(people: Sequence[Person], n_movies: int) -> RatingMatrix:
    """The matrix of people given as columns and half stars each, of which some may be empty."""
    columns, half_stars = zip(*people, strict=True)
    table = RatingTable(
        np.repeat(np.arange(1, len(people) + 1, dtype=np.int32), [len(each) for each in columns]),
        np.concatenate(columns).astype(np.int32) + 1,
        np.concatenate(half_stars).astype(np.uint8),
        np.zeros(sum(map(len, columns)), dtype=np.int64),
    )
    some = RatingMatrix.of(table, np.arange(1, n_movies + 1, dtype=np.int32))
    starts = np.concatenate([[0], np.cumsum([len(each) for each in columns])])
    rows = (some.user_ids[some.rows] - 1).astype(some.rows.dtype)
    return replace(some, user_ids=np.arange(1, len(people) + 1, dtype=np.int32), row_starts=starts, rows=rows)


def in_one_direction(rng: np.random.Generator) -> list[Person]:
    """Many who gave the same films one to five times as much: cosines that are equal, and floats that are not."""
    films = [rng.choice(60, size=12, replace=False) for _ in range(5)]
    given = [rng.integers(1, 3, size=12) for _ in range(5)]
    return [(films[at], given[at] * times) for at, times in zip(rng.integers(0, 5, 400), rng.integers(1, 6, 400), strict=True)]


def some_with_nothing(rng: np.random.Generator) -> list[Person]:
    """Every third has rated nothing, one has rated everything."""
    people = [(np.flatnonzero(rng.random(50) < 0.2 * (at % 3)), np.zeros(0)) for at in range(300)]
    people[7] = (np.arange(50), np.zeros(0))
    return [(columns, rng.integers(1, 11, size=len(columns))) for columns, _ in people]


WORLDS: dict[str, Callable[[np.random.Generator], RatingMatrix]] = {
    "random": lambda rng: matrix_of(random_ratings(rng, n_users=400, n_movies=90)),
    "sparse": lambda rng: matrix_of(random_ratings(rng, n_users=300, n_movies=300, share=0.01)),
    "full": lambda rng: matrix_of(random_ratings(rng, n_users=140, n_movies=20, share=1.0)),
    "two tastes, all ties": lambda rng: matrix_of(two_tastes(n_users=300)),
    "everybody the same": lambda rng: people_of([(np.array([1, 4]), np.array([7, 8]))] * 300, 6),
    "one direction": lambda rng: people_of(in_one_direction(rng), 60),
    "some with nothing": lambda rng: people_of(some_with_nothing(rng), 50),
    "no packet to fill up": lambda rng: people_of([(np.arange(4), np.full(4, 10))] * 3 + [(np.arange(17), np.full(17, 10))] * 3, 20),
    "nobody alike": lambda rng: people_of([(np.array([at]), np.array([5])) for at in range(150)], 150),
    "one film": lambda rng: matrix_of(rating(user, 1, user % 10 / 2 + 0.5) for user in range(1, 140)),
    "one person": lambda rng: matrix_of([rating(1, 1, 4.0)]),
    "long histories": lambda rng: people_of([(np.arange(2000 + at), np.full(2000 + at, 10)) for at in range(5)], 2010),
    "more films than two bytes count": lambda rng: people_of(
        [(np.arange(at, 66_000), rng.integers(1, 11, size=66_000 - at)) for at in (0, 1, 65_900)], 66_000
    ),
}


@pytest.fixture(params=WORLDS, ids=str)
def matrix(request: pytest.FixtureRequest, rng: np.random.Generator) -> RatingMatrix:
    return WORLDS[request.param](rng)


Near = dict[int, tuple[np.ndarray, np.ndarray]]


def plain_neighbours(matrix: RatingMatrix, k: int, every: int = 1) -> Near:
    """The rows and similarities of every so many people's nearest, one person at a time."""
    model = UserCosine.fit(matrix, {"n_neighbours": k})
    found = {row: model.neighbours(History.of_row(matrix, row)) for row in range(0, matrix.n_users, every)}
    return {row: (near.rows, near.similarities) for row, near in found.items()}


def assert_they_are(expected: Near, everybody: tiled.Everybody, how: object) -> None:
    for row, (rows, similarities) in expected.items():
        found = everybody.nearest(row)
        np.testing.assert_array_equal(found[0], rows, err_msg=f"row {row}, {how}")
        np.testing.assert_array_equal(found[1], similarities, err_msg=f"row {row}, {how}")


@pytest.mark.parametrize("k", [1, 3, 40, 500])
def test_neighbours_are_the_plain_ones(matrix: RatingMatrix, k: int, each_instruction_set: Callable[[], Iterator[str]]) -> None:
    expected = plain_neighbours(matrix, k, every=1 if matrix.n_users < 20 else 7)

    for instructions in each_instruction_set():
        everybody = tiled.Everybody(matrix, k, threads=2)
        everybody.meet()
        assert_they_are(expected, everybody, instructions)


@pytest.mark.parametrize("damping", [0.0, 50.0])
def test_lists_are_those_made_one_by_one(matrix: RatingMatrix, damping: float, each_instruction_set: Callable[[], Iterator[str]]) -> None:
    model, popular = UserCosine.fit(matrix, {"damping": damping, "n_neighbours": 30}), Popular.fit(matrix)
    some = range(0, matrix.n_users, 3)
    expected = [batch.rank(model, History.of_row(matrix, row), 10, popular=popular) for row in some]

    for instructions in each_instruction_set():
        made = list(batch.rank_everybody(model, 10))
        assert [each.row for each in made] == list(range(matrix.n_users))
        for row, one in zip(some, expected, strict=True):
            np.testing.assert_array_equal(made[row].columns, one.columns, err_msg=f"row {row}, {instructions}")
            np.testing.assert_array_equal(made[row].scores, one.scores, err_msg=f"row {row}, {instructions}")


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("blocks", [1, 3, 40])
def test_threads_and_blocks_change_nothing(threads: int, blocks: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiled, "BLOCKS", blocks)
    monkeypatch.setattr(tiled, "BLOCKS_A_THREAD", 1)
    matrix, shares = people_of(in_one_direction(rng) * 4, 60), []
    everybody = tiled.Everybody(matrix, 25, threads=threads)

    everybody.meet(shares.append)

    assert_they_are(plain_neighbours(matrix, 25, every=41), everybody, "threads")
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_similarities_that_only_rounding_makes_equal_go_to_the_lower_row(each_instruction_set: Callable[[], Iterator[str]]) -> None:
    """Of a millionth each, they differ by less than what they are rounded to, and by more than a float tells apart."""
    person = (np.append(np.arange(15_000, 25_000), 30_000), np.append(np.full(10_000, 10), 1))

    def somebody(others: int) -> Person:
        """Likes one film of the person's, 10,000 others, and a few that only lessen the similarity."""
        columns = np.concatenate([np.arange(10_000), np.arange(10_000, 10_000 + others), [30_000]])
        return columns, np.concatenate([np.full(10_000, 10), np.ones(others + 1)])

    # Of equal rank after rounding up: 68718.80 and 68718.73 times 2^-36. The less similar ones come later, and have the lower rows.
    matrix = people_of([*[somebody(20)] * 4, *[somebody(18)] * 130, person], 30_001)
    model, row = UserCosine.fit(matrix, {"n_neighbours": 3}), matrix.n_users - 1
    assert model.neighbours(History.of_row(matrix, row)).rows.tolist() == [0, 1, 2]

    for instructions in each_instruction_set():
        everybody = tiled.Everybody(matrix, 3)
        everybody.meet()
        assert everybody.nearest(row)[0].tolist() == [0, 1, 2], instructions


@pytest.mark.parametrize("name", ["ml-latest-small", "ml-100k"])
def test_real_neighbours_are_the_plain_ones(
    name: str, request: pytest.FixtureRequest, each_instruction_set: Callable[[], Iterator[str]]
) -> None:
    folder: Path = request.getfixturevalue(name.replace("-", "_"))
    data = read_data_set(folder)
    matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)
    expected = plain_neighbours(matrix, 40, every=5)

    for instructions in each_instruction_set():
        everybody = tiled.Everybody(matrix, 40)
        everybody.meet()
        assert_they_are(expected, everybody, instructions)


@pytest.mark.parametrize("item", [np.uint16, np.int32])
def test_columns_may_be_narrow(item: type, rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=50))
    everybody = tiled.Everybody(replace(matrix, columns=matrix.columns.astype(item)), 5)

    everybody.meet()

    assert_they_are(plain_neighbours(matrix, 5), everybody, item)


@pytest.mark.parametrize(
    ("name", "wrong", "sentence"),
    [
        ("columns", np.array([0, 1, 2], np.int32), "columns must be those of films."),
        ("columns", np.array([0, -1, 1], np.int32), "columns must be those of films."),
        ("columns", np.array([0, 1], np.int32), "columns must be 3 items of 4 bytes, not 8 bytes in items of 4."),
        ("half_stars", np.array([1, 11, 1], np.uint8), "half_stars must be from 1 to 10."),
        ("half_stars", np.array([1, 0, 1], np.uint8), "half_stars must be from 1 to 10."),
        ("row_starts", np.array([0, 4, 3], np.int64), "row_starts must not fall."),
        ("row_starts", np.array([0, 2, 4], np.int64), "row_starts must go from 0 to the number of ratings."),
    ],
)
def test_a_file_that_was_changed_is_refused(name: str, wrong: np.ndarray, sentence: str) -> None:
    given = {
        "row_starts": np.array([0, 2, 3]),
        "columns": np.array([0, 1, 1], np.int32),
        "half_stars": np.array([1, 2, 3], np.uint8),
        "order": np.array([1, 0], np.int32),
        "ranks": np.array([2, 1], np.int32),
        "packet_starts": np.zeros(3, np.int64),
    }
    found = kernel("neighbours")
    assert found is not None
    found.pack(3, *given.values(), None)

    with pytest.raises(ValueError, match="must") as raised:
        found.pack(3, *{**given, name: wrong}.values(), None)

    assert str(raised.value) == sentence


def test_packets_are_written_only_where_they_were_counted() -> None:
    found = kernel("neighbours")
    assert found is not None
    columns, half_stars, order = np.array([0, 1, 1], np.int32), np.array([1, 2, 3], np.uint8), np.array([1, 0], np.int32)
    for starts in ([0, 2, 3], [1, 2, 3], [0, 4, 3]):  # one kind of stars is found of row 1, two are of row 0
        ranks, packets = np.array([2, 1], np.int32), np.zeros((3, 1 + tiled.FILMS), np.uint16)
        with pytest.raises(ValueError, match="packet_starts must be those found without a place for packets"):
            found.pack(3, np.array([0, 2, 3]), columns, half_stars, order, ranks, np.array(starts), packets)


STATE = ("n_ranks", "k", "order", "starts", "packets", "squared", "keys", "counts", "floors", "limits")


@pytest.mark.parametrize(
    ("name", "wrong", "sentence"),
    [
        ("k", lambda k: 0, "k must be a whole number from 1 to 8192, not 0."),
        ("k", lambda k: 8193, "k must be a whole number from 1 to 8192, not 8193."),
        ("k", lambda k: 2 * k, "keys must have room for more than k = 6 of each of 50 people, not for 6."),
        ("n_ranks", lambda n: 2**25, "There must be fewer than 134217728 people and 1 to 33554431 ranks, not 50 and 33554432."),
        ("order", lambda order: order + 1, "order must hold rows, and packet_starts must not fall."),
        ("order", lambda order: order - 1, "order must hold rows, and packet_starts must not fall."),
        ("starts", lambda starts: np.append(starts[-2::-1], starts[-1]), "order must hold rows, and packet_starts must not fall."),
        ("counts", lambda counts: counts * 0 + 6, "counts must be from 0 to 5, not 6."),
        ("counts", lambda counts: counts * 0 - 1, "counts must be from 0 to 5, not -1."),
    ],
)
def test_a_state_that_nothing_fits_into_is_refused_by_every_call(
    name: str, wrong: Callable[[Any], Any], sentence: str, rng: np.random.Generator
) -> None:
    matrix, found = matrix_of(random_ratings(rng, n_users=50)), kernel("neighbours")
    everybody = tiled.Everybody(matrix, 3)
    everybody.meet()
    at, state = STATE.index(name), list(everybody._state)
    state[at] = wrong(state[at])
    rows, columns, scores = np.arange(2, dtype=np.int32), np.zeros((2, 4), np.int32), np.zeros((2, 4))
    lists = (everybody._places, everybody._columns, rows, 4, 5, 1.0, rows.copy(), columns, scores)
    assert found is not None

    for call in (
        lambda: found.meet(*state, 0, 50, 0, 50),
        lambda: found.finish(*state, 0, 50),
        lambda: found.lists(*state, *lists),
    ):
        with pytest.raises(ValueError, match="must") as raised:
            call()
        assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("at", "wrong", "sentence"),
    [
        (0, np.full(50, 50, np.int32), "places must be from 0 to 49, not 50."),
        (2, np.array([0, 50], np.int32), "rows must be from 0 to 49, not 50."),
        (3, 0, "n must be from 1 up, centre from 0 to 10, and damping 0 or more, not 0, 5 and 1.0."),
        (4, 11, "n must be from 1 up, centre from 0 to 10, and damping 0 or more, not 4, 11 and 1.0."),
        (5, float("nan"), "n must be from 1 up, centre from 0 to 10, and damping 0 or more, not 4, 5 and nan."),
    ],
)
def test_lists_that_cannot_be_made_are_refused(at: int, wrong: Any, sentence: str, rng: np.random.Generator) -> None:
    everybody, found = tiled.Everybody(matrix_of(random_ratings(rng, n_users=50)), 3), kernel("neighbours")
    everybody.meet()
    rows = np.arange(2, dtype=np.int32)
    given: list[Any] = [everybody._places, everybody._columns, rows, 4, 5, 1.0, rows.copy(), np.zeros((2, 4), np.int32), np.zeros((2, 4))]
    given[at] = wrong
    assert found is not None

    with pytest.raises(ValueError, match="must") as raised:
        found.lists(*everybody._state, *given)

    assert str(raised.value) == sentence


def test_a_few_rows_are_looked_up_by_themselves(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=60))
    model = UserCosine.fit(matrix)
    everything = {each.row: each for each in batch.rank_everybody(model, 5)}
    monkeypatch.setattr(tiled, "Everybody", None)

    for row, ranked in zip((50, 3), batch.rank_rows(model, np.array([3, 50]), 5), strict=True):
        np.testing.assert_array_equal(ranked.columns, everything[53 - row].columns)
