"""The rating matrix: the same ratings whatever order they came in and whatever types they are kept in."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.data import matrix as matrices
from recommender.data.matrix import LATEST, MOST_SHORT, SUMS, RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.models import History
from recommender.models.similar import similar_movies
from recommender.models.user_cosine import UserCosine
from tests.worlds import in_blocks, matrix_of, random_ratings, rating, unsplit


@pytest.fixture(params=["in one piece", "in pieces of seven"])
def pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "in one piece":
        monkeypatch.setattr(matrices, "AT_ONCE", 7)


def table_of(rng: np.random.Generator, n_movies: int = 60) -> RatingTable:
    return RatingTable.of(random_ratings(rng, n_movies=n_movies))


def ids_to(n: int) -> NDArray[np.int32]:
    return np.arange(1, n + 1, dtype=np.int32)


@pytest.mark.usefixtures("pieces")
@pytest.mark.parametrize("widest", [0, 1 << 24], ids=["ids searched for", "ids in a table"])
def test_every_rating_stands_in_its_row_and_its_column(rng: np.random.Generator, widest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrices, "WIDEST_TABLE", widest)
    table = table_of(rng)
    mixed = table.where(rng.permutation(len(table)))  # type: ignore[arg-type]  # places instead of marks

    for given in (table, mixed):
        made = RatingMatrix.of(given, ids_to(70))

        said = {
            (int(user), int(movie)): (int(half), int(at))
            for user, movie, half, at in zip(given.user_ids, given.movie_ids, given.half_stars, given.rated_at, strict=True)
        }
        by_row, by_column = {}, {}
        for row, user in enumerate(made.user_ids.tolist()):
            columns, half_stars = made.row(row)
            assert (np.diff(columns) > 0).all()
            for column, half, at in zip(columns.tolist(), half_stars.tolist(), made.times(row).tolist(), strict=True):
                by_row[user, int(made.movie_ids[column])] = (half, at)
        for column, movie in enumerate(made.movie_ids.tolist()):
            rows, half_stars = made.column(column)
            assert (np.diff(rows) > 0).all()
            for row, half in zip(rows.tolist(), half_stars.tolist(), strict=True):
                by_column[int(made.user_ids[row]), movie] = half
        assert by_row == said
        assert by_column == {pair: half for pair, (half, _) in said.items()}
        assert made.n_users == 40
        assert made.n_movies == 70


@pytest.mark.usefixtures("pieces")
def test_what_follows_from_the_ratings_is_right(rng: np.random.Generator) -> None:
    table = table_of(rng)
    made = RatingMatrix.of(table, ids_to(70))

    for row, user in enumerate(made.user_ids.tolist()):
        theirs = table.half_stars[table.user_ids == user].astype(np.int64)
        assert (made.row_sums[row], made.squared_rows[row], made.row_means[row]) == (theirs.sum(), (theirs**2).sum(), theirs.mean())
    for column, movie in enumerate(made.movie_ids.tolist()):
        of_film = table.movie_ids == movie
        theirs, times = table.half_stars[of_film].astype(np.int64), table.rated_at[of_film]
        assert (made.column_sums[column], made.squared_columns[column]) == (theirs.sum(), (theirs**2).sum())
        assert made.first_rated[column] == min(times[times > 0], default=0)
    assert made.latest == table.rated_at.max()


def test_ratings_come_out_as_they_went_in(rng: np.random.Generator) -> None:
    table = table_of(rng)

    again = RatingMatrix.of(table, ids_to(70)).ratings()

    for name in ("user_ids", "movie_ids", "half_stars", "rated_at"):
        np.testing.assert_array_equal(getattr(again, name), getattr(table, name))
        assert getattr(again, name).dtype == getattr(table, name).dtype


def test_a_matrix_of_nobody_has_films_all_the_same() -> None:
    made = matrix_of([], n_movies=3)

    assert (made.n_users, made.n_movies, made.n_ratings, made.latest) == (0, 3, 0, 0)
    assert made.column_sums.tolist() == made.first_rated.tolist() == [0, 0, 0]
    assert made.row_sums.tolist() == made.row_means.tolist() == []


@pytest.mark.parametrize(("n", "kind", "splits"), [(MOST_SHORT, np.uint16, []), (MOST_SHORT + 1, np.int32, [MOST_SHORT])])
def test_places_are_as_narrow_as_they_may_be(n: int, kind: type, splits: list[int]) -> None:
    of_films = matrix_of([rating(1, 1, 5.0), rating(1, n, 0.5)])
    assert of_films.columns.dtype == kind
    assert of_films.columns.tolist() == [0, n - 1]

    of_people = matrix_of(rating(user, 1, 5.0) for user in range(1, n + 1))
    assert of_people.rows.dtype == np.uint16
    assert of_people.row_splits.tolist() == [splits]
    assert of_people.column(0)[0].tolist() == of_people.wide_rows().tolist() == list(range(n))


@pytest.mark.usefixtures("pieces")
def test_rows_of_many_blocks_of_people_are_told_whole(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrices, "MOST_SHORT", 8)
    table = table_of(rng)
    monkeypatch.setattr(matrices, "_is_split", lambda *_: True)

    made = RatingMatrix.of(table, ids_to(70))

    assert made.row_splits.shape == (70, 4)
    assert made.rows.dtype == np.uint16
    for column, movie in enumerate(made.movie_ids.tolist()):
        raters = np.searchsorted(made.user_ids, np.sort(table.user_ids[table.movie_ids == movie]))
        assert made.row_splits[column].tolist() == [int(np.sum(raters < first)) for first in (8, 16, 24, 32)]


def test_people_of_every_block_are_told_apart(rng: np.random.Generator) -> None:
    made = in_blocks(rng)
    everybody = made.ratings()

    assert made.row_splits.shape == (made.n_movies, 2)
    assert made.rows.dtype == np.uint16
    by_film = np.lexsort((everybody.user_ids, everybody.movie_ids))
    expected = np.searchsorted(made.user_ids, everybody.user_ids[by_film])
    np.testing.assert_array_equal(made.wide_rows(), expected)
    np.testing.assert_array_equal(made.column_half_stars, everybody.half_stars[by_film])
    whole = [made.column(column)[0] for column in range(made.n_movies)]
    np.testing.assert_array_equal(np.concatenate(whole), expected)
    for some in ([], [4], [3, 4, 0], list(range(made.n_movies))):
        np.testing.assert_array_equal(made.rows_of(np.array(some, dtype=np.int32)), np.concatenate([whole[at] for at in some] or [[]]))
    assert {made.wide_rows().dtype, made.rows_of(np.array([3])).dtype, whole[3].dtype} == {np.dtype(np.int32)}
    assert whole[3].tolist() == [0, 65_535, 65_536, 131_071, 131_072, 132_999]
    assert (whole[2].min() >= 2 * MOST_SHORT, whole[4].tolist()) == (True, [])


def test_wide_rows_of_before_are_read_as_they_are(rng: np.random.Generator) -> None:
    made = in_blocks(rng)
    kept = {name: array for name, array in unsplit(made).arrays().items() if name != "row_splits"}

    older = RatingMatrix.from_arrays(kept)

    assert older.rows is kept["rows"]
    np.testing.assert_array_equal(older.wide_rows(), made.wide_rows())
    for column in range(made.n_movies):
        for one, other in zip(older.column(column), made.column(column), strict=True):
            np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(older.rows_of(np.array([3, 1, 8])), made.rows_of(np.array([3, 1, 8])))
    model, same = UserCosine.fit(made), UserCosine.fit(older)
    history = History.of_row(made, MOST_SHORT)
    np.testing.assert_array_equal(model.score(history), same.score(history))


def test_split_rows_are_kept_under_a_name_of_their_own(rng: np.random.Generator) -> None:
    """Whoever looks for rows alone, as programs of before splits did, finds none instead of wrong ones."""
    made = in_blocks(rng)
    kept = made.arrays()

    assert "rows" not in kept
    again = RatingMatrix.from_arrays(kept)
    for name, array in kept.items():
        np.testing.assert_array_equal(again.arrays()[name], array)
    np.testing.assert_array_equal(again.wide_rows(), made.wide_rows())


def test_rows_are_split_where_that_saves_memory() -> None:
    """A few raters a film do not pay for a place that each block begins at, and for passing through all blocks."""
    assert matrices._is_split(3, n_movies=60_000, n_ratings=25_000_000)
    assert matrices._is_split(153, n_movies=60_000, n_ratings=1_540_000_000)
    assert not matrices._is_split(1, n_movies=60_000, n_ratings=25_000_000)
    assert not matrices._is_split(4, n_movies=80_000, n_ratings=800_000)


def test_the_last_of_short_places_is_reckoned_with_as_any_other() -> None:
    """65,535 + 1 is 0 in two bytes."""
    last = MOST_SHORT
    many = [rating(user, 1, 5.0) for user in range(1, last - 1)]
    made = matrix_of([*many, rating(last - 1, 2, 5.0), rating(last - 1, last, 4.0), rating(last, 2, 4.0), rating(last, last, 5.0)])

    assert [(column, n_both) for column, _, n_both in similar_movies(made, 1, 5)] == [(last - 1, 2)]
    history = History.of_row(made, made.n_users - 1)
    assert history.columns.dtype == np.int32
    assert (history.columns + 1).tolist() == [2, last]
    assert (made.column(last - 1)[0] + 1).tolist() == [last - 1, last]
    assert UserCosine.fit(made).neighbours(history).rows.tolist() == [made.n_users - 2]


def test_times_out_of_four_bytes_are_the_nearest_in_them() -> None:
    made = matrix_of([rating(1, 1, 5.0, -1), rating(1, 2, 5.0, LATEST), rating(1, 3, 5.0, LATEST + 1), rating(1, 4, 5.0, 253_402_300_799)])

    assert made.rated_at.dtype == np.uint32
    assert made.times(0).tolist() == [0, LATEST, LATEST, LATEST]
    assert (History.of_row(made, 0).rated_at + 1).max() == LATEST + 1
    assert made.first_rated.tolist() == [0, LATEST, LATEST, LATEST]


def test_a_matrix_of_older_types_is_the_same(rng: np.random.Generator) -> None:
    made = matrix_of(random_ratings(rng), n_movies=70)
    kept = {name: array for name, array in made.arrays().items() if name not in (*SUMS, "latest")}
    kept |= {"columns": made.columns.astype(np.int32), "rows": made.rows.astype(np.int32), "rated_at": made.rated_at.astype(np.int64)}

    older = RatingMatrix.from_arrays(kept)

    for name, array in made.arrays().items():
        np.testing.assert_array_equal(older.arrays()[name], array)
    model, same = UserCosine.fit(made), UserCosine.fit(older)
    for row in range(made.n_users):
        np.testing.assert_array_equal(model.score(History.of_row(made, row)), same.score(History.of_row(older, row)))


def test_what_was_kept_is_not_worked_out_again(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    made = matrix_of(random_ratings(rng), n_movies=70)
    kept = made.arrays()

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("worked out again")

    monkeypatch.setattr(matrices, "_sums", fail)
    again = RatingMatrix.from_arrays({**kept, "half_stars": np.zeros(0, np.uint8), "rated_at": np.zeros(0, np.uint32)})

    for name in SUMS:
        assert getattr(again, name) is kept[name]
    assert again.latest == made.latest


def test_nothing_is_ever_dense_where_people_and_films_are_many(rng: np.random.Generator) -> None:
    """200,000 people by 80,000 films are 16 GB at a byte a cell; the matrix, a list and films like one stay within a hundredth."""
    n_users, n_movies, each = 200_000, 80_000, 4
    user_ids = np.repeat(np.arange(1, n_users + 1, dtype=np.int32), each)
    movie_ids = (rng.integers(1, n_movies // each, len(user_ids)) + np.tile(np.arange(each), n_users) * (n_movies // each)).astype(np.int32)
    table = RatingTable(user_ids, movie_ids, rng.integers(1, 11, len(user_ids)).astype(np.uint8), np.ones(len(user_ids), dtype=np.int64))

    tracemalloc.start()
    try:
        made = RatingMatrix.of(table, ids_to(n_movies))
        made.arrays()
        model = UserCosine.fit(made)
        for row in range(0, n_users, n_users // 5):
            model.score(History.of_row(made, row))
        similar_movies(made, 0, 10)
        highest = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (made.columns.dtype, made.rows.dtype) == (np.int32, np.int32)
    kept = sum(array.nbytes for array in made.arrays().values())
    assert kept < 30e6
    assert highest < 160e6
