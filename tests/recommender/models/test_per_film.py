"""The kernel of votes film by film against its twin in numpy: the same sums, to the last bit, by every way through it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import read_data_set
from recommender.errors import DataError
from recommender.models import History
from recommender.models.kernels import MOST_NEIGHBOURS, native, per_film
from recommender.models.kernels.per_film import PerFilm, Votes
from tests.worlds import in_blocks, matrix_of, random_ratings, rating, two_tastes, unsplit

INSTRUCTIONS = ("generic", "avx2", "avx512", "vnni")
LEAST = 1e-6
WORLDS = {
    "random": lambda rng: random_ratings(rng, n_users=150, n_movies=90),
    "sparse": lambda rng: random_ratings(rng, n_users=200, n_movies=300, share=0.01),
    "full": lambda rng: random_ratings(rng, n_users=60, n_movies=20, share=1.0),
    "two tastes, all ties": lambda rng: two_tastes(n_users=120),
    "everybody gives 3": lambda rng: [rating(u, m, 3.0) for u in range(1, 90) for m in range(1, 30) if (u * m) % 3],
    "one person": lambda rng: [rating(1, 1, 4.0)],
    "nobody": lambda rng: [],
}


@pytest.fixture(scope="module", params=WORLDS, ids=str)
def matrix(request: pytest.FixtureRequest) -> RatingMatrix:
    return matrix_of(WORLDS[request.param](np.random.default_rng(request.config.getoption("--rng-seed"))), n_movies=310)


@pytest.fixture(params=INSTRUCTIONS)
def instructions(request: pytest.FixtureRequest) -> str:
    """For whoever asks `compiled`; left out where there is no kernel, or a processor that lacks them."""
    kernel = native.kernel("per_film")
    if kernel is None:
        pytest.skip("the kernel is not built here")
    if INSTRUCTIONS.index(request.param) > kernel.instructions():
        pytest.skip(f"this processor has no {request.param}")
    return str(request.param)


@pytest.fixture(params=["whole rows", "apart", "both"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether people's whole rows are looked at for every film, for none since all are set apart, or for those with 12 raters and more."""
    monkeypatch.setattr(PerFilm, "_many_from", lambda self, k: {"whole rows": 1, "apart": 10**9, "both": 12}[request.param])
    return str(request.param)


def by(ways: str, people: PerFilm, history: History, k: int, least: float = LEAST) -> Votes:
    """The votes by these instructions, or by "plain" numpy."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(native.VARIABLE, ways)
        return votes_of(people, history, k, least)


def assert_same(one: Votes, other: Votes) -> None:
    np.testing.assert_array_equal(one.voters, other.voters)
    np.testing.assert_array_equal(one.sums, other.sums)
    np.testing.assert_array_equal(one.weights, other.weights)
    np.testing.assert_array_equal(one.similarities, other.similarities)


def votes_of(people: PerFilm, history: History, k: int, least: float = LEAST) -> Votes:
    return people.votes(history.columns, history.half_stars, history.own_row, k=k, least=least)


def test_votes_are_the_plain_ones(matrix: RatingMatrix, instructions: str, way: str) -> None:
    people = PerFilm(matrix)
    own = [History.of_row(matrix, row) for row in range(0, matrix.n_users, 19)]
    for history in [*own, *(replace(one, own_row=None) for one in own[:2]), History.of_nobody()]:
        for k, least in ((1, LEAST), (3, LEAST), (3, 0.3), (50, LEAST)):
            plain, compiled = (by(ways, people, history, k, least) for ways in ("plain", instructions))
            assert_same(compiled, plain)


@pytest.mark.parametrize(("k", "least"), [(MOST_NEIGHBOURS, 0.0), (MOST_NEIGHBOURS, 1.0), (2, 0.0), (2, 1.0)])
def test_so_they_are_at_the_ends_of_the_parameters(k: int, least: float, instructions: str, rng: np.random.Generator) -> None:
    matrix = matrix_of([*random_ratings(rng, n_users=60), *(replace(one, user_id=61) for one in random_ratings(rng, n_users=1))])
    people = PerFilm(matrix)
    history = History.of_row(matrix, 60)
    alike = replace(history, own_row=None)  # whose likeness to row 60 is 1
    for one in (history, alike):
        plain, compiled = (by(ways, people, one, k, least) for ways in ("plain", instructions))

        assert_same(compiled, plain)
        assert compiled.voters.any() == (least < 1 or one is alike)


@pytest.mark.parametrize("wide", [("rows",), ("columns",), ("rows", "columns"), ()])
def test_rows_and_columns_may_be_two_or_four_bytes_each(
    wide: tuple[str, ...], rng: np.random.Generator, instructions: str, way: str
) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=100))
    sized = replace(matrix, **{name: getattr(matrix, name).astype(np.int32 if name in wide else np.uint16) for name in ("rows", "columns")})

    for row in range(0, 100, 9):
        expected = by("plain", PerFilm(matrix), History.of_row(matrix, row), 5)
        for ways in ("plain", instructions):
            assert_same(by(ways, PerFilm(sized), History.of_row(sized, row), 5), expected)


def test_people_of_every_block_vote(rng: np.random.Generator, instructions: str, way: str) -> None:
    matrix = in_blocks(rng)
    people, wide = PerFilm(matrix), PerFilm(unsplit(matrix))
    for history in (*(History.of_row(matrix, row) for row in (65_535, 65_536, 131_072)), replace(History.of_row(matrix, 0), own_row=None)):
        for k in (2, 50):
            expected = by("plain", wide, history, k)
            assert_same(by(instructions, people, history, k), expected)
            assert_same(by("plain", people, history, k), expected)
            assert expected.voters.any()


@pytest.mark.parametrize("k", [2, 5])
def test_what_is_set_apart_is_a_fifth_of_all_ratings_and_all_films_of_k_raters(k: int, rng: np.random.Generator) -> None:
    matrix = matrix_of([*random_ratings(rng, n_users=100), *(rating(user, 60 + user, 3.0) for user in range(1, 40))])
    apart = PerFilm(matrix)._apart_for(k)
    raters = matrix.raters[apart.films]

    assert apart.films.tolist() == np.argsort(matrix.raters, kind="stable").tolist()[: len(apart.films)]
    assert np.all(raters < apart.many)
    assert np.delete(matrix.raters, apart.films).min() >= apart.many > k
    assert len(apart.ratings) == raters.sum()
    assert raters.sum() <= 0.2 * matrix.n_ratings or apart.many == k + 1
    for row in range(0, matrix.n_users, 13):
        columns, half_stars = matrix.row(row)
        expected = {(int(column), int(stars)) for column, stars in zip(columns, half_stars, strict=True) if column in apart.films}
        few, some = (apart.ratings[apart.starts[at] : apart.starts[at + 1]] for at in (row, matrix.n_users + row))

        assert {(int(apart.films[one >> 4]), int(one & 15)) for one in [*few, *some]} == expected
        assert np.all(raters[few >> 4] <= k)
        assert np.all(raters[some >> 4] > k)
        assert np.all(np.diff(some.astype(np.int64)) > 0)


def test_numpy_looks_at_people_a_block_at_a_time(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    people = PerFilm(matrix_of(random_ratings(rng, n_users=100)))
    history = History.of_row(people._matrix, 4)
    whole = by("plain", people, history, 7)
    for size in (1, 40, 700):
        monkeypatch.setattr(per_film, "BLOCK", size)

        assert_same(by("plain", people, history, 7), whole)


def test_whoever_has_rated_all_there_is_does_not_overflow(instructions: str, rng: np.random.Generator) -> None:
    """30,000 films, half of them with ten half stars and half with one: their deviations do not fit into half a number any more."""
    n = 30_000
    stars = [0.5, 5.0]
    ratings = [rating(user, int(film), stars[int(film + user) % 2]) for user in range(1, 30) for film in rng.integers(1, n, 300)]
    everything = [rating(30, film, stars[film % 2]) for film in range(1, n + 1)]
    matrix = matrix_of([*{(one.user_id, one.movie_id): one for one in [*ratings, *everything]}.values()])
    people = PerFilm(matrix)
    for history in (History.of_row(matrix, 29), replace(History.of_row(matrix, 29), own_row=None), History.of_row(matrix, 3)):
        plain, compiled = (by(ways, people, history, 5) for ways in ("plain", instructions))

        assert_same(compiled, plain)
        assert compiled.voters.any()


def test_similarities_are_those_of_exact_fractions(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=40))
    dense = np.full((40, matrix.n_movies), np.nan)
    for row in range(40):
        columns, half_stars = matrix.row(row)
        dense[row, columns] = half_stars
    deviations = np.nan_to_num(dense - np.nanmean(dense, axis=1, keepdims=True))
    unit = deviations / np.linalg.norm(deviations, axis=1, keepdims=True)
    expected = np.maximum(unit @ unit.T, 0)
    np.fill_diagonal(expected, 0)

    for row in range(40):
        found = PerFilm(matrix).similarities(*matrix.row(row), row)
        np.testing.assert_allclose(found, expected[row], atol=1e-10)
        assert np.all(found * 2**36 == np.rint(found * 2**36))


def test_of_equals_the_lower_rows_vote(instructions: str, way: str) -> None:
    """Twenty people are as like the first as each other; every other one gives film 3 two half stars above their mean, others below."""
    alike = [rating(user, film, stars) for user in range(1, 22) for film, stars in ((1, 1.0), (2, 5.0))]
    told = [rating(user, 3 + (user + other) % 2, 2.0 + 2 * other) for user in range(2, 22) for other in (0, 1)]
    matrix = matrix_of([*alike, *told])
    people = PerFilm(matrix)
    for ways in ("plain", instructions):
        found = by(ways, people, History.of_row(matrix, 0), 3)

        assert found.voters.tolist() == [3, 3, 3, 3]
        np.testing.assert_allclose((found.sums / found.weights)[2:], [-2 / 3, 2 / 3])  # users 2, 3 and 4: below, above, below
    assert people.nearest(people.similarities(*matrix.row(0), 0), 2, k=3)[0].tolist() == [1, 2, 3]


def test_threads_do_not_meet(rng: np.random.Generator, instructions: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.VARIABLE, instructions)
    matrix = matrix_of(random_ratings(rng, n_users=300, n_movies=200))
    people = PerFilm(matrix)
    histories = [History.of_row(matrix, row) for row in range(matrix.n_users)]
    alone = [votes_of(people, history, 5) for history in histories]
    with ThreadPoolExecutor(8) as threads:
        for one, other in zip(threads.map(lambda history: votes_of(people, history, 5), histories), alone, strict=True):
            assert_same(one, other)


def test_on_real_ratings_too(ml_latest_small: Path, instructions: str, rng: np.random.Generator) -> None:
    data = read_data_set(ml_latest_small)
    matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)
    people = PerFilm(matrix)
    for row in rng.choice(matrix.n_users, 25, replace=False).tolist():
        history = History.of_row(matrix, row)
        plain, compiled = (by(ways, people, history, 50) for ways in ("plain", instructions))
        assert_same(compiled, plain)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("row_starts", lambda all_: all_.row_starts + 1),
        ("row_starts", lambda all_: all_.row_starts[::-1].copy()),
        ("column_starts", lambda all_: np.where(np.arange(len(all_.column_starts)) == 3, 10**6, all_.column_starts)),
        ("columns", lambda all_: np.where(np.arange(all_.n_ratings) == 5, all_.n_movies, all_.columns).astype(np.int32)),
        ("columns", lambda all_: np.where(np.arange(all_.n_ratings) == 5, -1, all_.columns).astype(np.int32)),
        ("rows", lambda all_: np.where(np.arange(all_.n_ratings) == 5, all_.n_users, all_.rows).astype(np.int32)),
        ("column_half_stars", lambda all_: np.where(np.arange(all_.n_ratings) == 5, 255, all_.column_half_stars).astype(np.uint8)),
        ("half_stars", lambda all_: all_.half_stars[:-1]),
    ],
)
def test_damaged_ratings_are_refused(name: str, value: Callable[[RatingMatrix], np.ndarray], rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng))

    with pytest.raises(DataError, match="The ratings are damaged"):
        PerFilm(replace(matrix, **{name: value(matrix)}))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (lambda all_: {"row_splits": all_.row_splits[:, :1]}, "are not split in 2 places"),
        (lambda all_: {"row_splits": all_.row_splits[:-1]}, "are not split in 2 places"),
        (lambda all_: {"rows": all_.rows.astype(np.int32)}, "are not split in 2 places"),
        (lambda all_: {"row_splits": all_.row_splits[:, ::-1]}, "do not ascend within them"),
        (lambda all_: {"row_splits": all_.row_splits - 1}, "do not ascend within them"),
        (lambda all_: {"row_splits": all_.row_splits + 2**20}, "do not ascend within them"),
        (
            lambda all_: {"rows": all_.rows + (np.arange(all_.n_ratings) == all_.n_ratings - 1).astype(np.uint16)},
            "nobody among the 133,000",
        ),
        (lambda all_: {"rows": all_.rows + (np.arange(all_.n_ratings) == 905).astype(np.uint16)}, "nobody among the 133,000"),
    ],
)
def test_damaged_splits_are_refused(changes: Callable[[RatingMatrix], dict[str, np.ndarray]], says: str, rng: np.random.Generator) -> None:
    """Rating 905 is the last of those at the borders of blocks, by whoever is the last of all."""
    matrix = in_blocks(rng)
    assert matrix.wide_rows()[905] == matrix.n_users - 1
    with pytest.raises(DataError, match=f"The ratings are damaged.*{says}"):
        PerFilm(replace(matrix, **changes(matrix)))


def test_more_raters_than_people_are_refused(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, n_users=40, n_movies=60))
    starts = np.where(np.arange(61) == 0, 0, np.maximum(matrix.column_starts, 41))

    with pytest.raises(DataError, match="more of them than the 40 that can be"):
        PerFilm(replace(matrix, column_starts=starts))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"columns": np.array([60], np.int32)}, "column 60 with 8 half stars; right would be below 60"),
        ({"columns": np.array([-1], np.int32)}, "column -1"),
        ({"columns": np.array([1, 2], np.int32)}, "own columns has 8 bytes; right would be 4"),
        ({"half_stars": np.array([11], np.uint8)}, "with 11 half stars"),
        ({"row": 40}, "The own row is 40; right would be -1 or below 40"),
        ({"floor": 0.0}, "The floor of similarities is below"),
        ({"floor": float("nan")}, "The floor of similarities is below"),
        ({"k": 0}, "There are 0 neighbours"),
        ({"k": 8193}, "There are 8193 neighbours"),
        ({"sums": np.empty(119)}, "sums has 952 bytes; right would be 960"),
        ({"voters": np.empty(60, np.uint8)}, "voters has 60 bytes; right would be 120"),
        ({"similarities": np.empty(39)}, "similarities has 312 bytes; right would be 320"),
        ({"means": np.empty(39, np.int32)}, "means has 156 bytes; right would be 160"),
        ({"row_starts": np.zeros(41, np.int64)}, "The starts end at 0"),
        ({"row_splits": np.zeros((60, 1), np.int32)}, "The rows are split in 1 places; right would be 0, or none"),
        ({"row_splits": np.zeros(7, np.int32)}, "row_splits has 28 bytes; right would be 0"),
        ({"films": np.zeros(7, np.int16)}, "films has 14 bytes; right would be 12"),
        ({"films": np.zeros(61, np.int32)}, "Apart are 61 films, and their starts end at 0; right would be at most 60, and 0"),
        ({"starts": np.zeros(41, np.int32)}, "starts has 164 bytes; right would be 324"),
        ({"starts": np.full(81, -1, np.int32)}, "their starts end at -1; right would be at most 60, and 0"),
        ({"ratings": np.zeros(2, np.uint32)}, "their starts end at 0; right would be at most 60, and 2"),
    ],
)
def test_the_kernel_refuses_what_does_not_fit(changes: dict[str, object], says: str, rng: np.random.Generator) -> None:
    kernel = native.kernel("per_film")
    if kernel is None:
        pytest.skip("the kernel is not built here")
    matrix = matrix_of(random_ratings(rng))
    people = PerFilm(matrix)
    arguments: dict[str, object] = {
        "row_starts": matrix.row_starts,
        "all_columns": matrix.columns,
        "all_half_stars": matrix.half_stars,
        "column_starts": matrix.column_starts,
        "rows": matrix.rows,
        "column_half_stars": matrix.column_half_stars,
        "row_splits": matrix.row_splits,
        "counts": people._counts,
        "of_stars": people._sums,
        "squares": people._squares,
        "means": people._means,
        "films": np.array([3], np.int32),
        "starts": np.zeros(81, np.int32),
        "ratings": np.zeros(0, np.uint32),
        "columns": np.array([3], np.int32),
        "half_stars": np.array([8], np.uint8),
        "row": -1,
        "floor": 1.0,
        "k": 5,
        "many": 10,
        "sums": np.empty((60, 2)),
        "voters": np.empty(60, np.uint16),
        "similarities": np.empty(40),
    }

    with pytest.raises(ValueError, match=says):
        kernel.votes(*{**arguments, **changes}.values())
