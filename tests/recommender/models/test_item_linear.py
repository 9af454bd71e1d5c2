"""What the linear models have in common: reasons that can be put to the test, films taken back, and films that are kept."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import read_data_set
from recommender.models import Additive, History, Model, recipes
from recommender.models.item_linear import ROWS_AT_ONCE
from recommender.models.kernels import sparse
from recommender.models.parts import total
from recommender.ranking import top_k
from tests.worlds import data_set_of, random_ratings, rating

LINEAR = ("item-cosine", "ease", "ordered")


@pytest.fixture(params=LINEAR)
def recipe(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def without(history: History, column: int | None) -> History:
    kept = history.columns != column
    return History(history.columns[kept], history.half_stars[kept], history.rated_at[kept], own_row=history.own_row)


def lowered(model: Model, row: int, n: int) -> list[bool]:
    """For each of a viewer's n best films, whether its score falls when the rating named first is taken away."""
    assert isinstance(model, Additive)
    history = History.of_row(model.matrix, row)
    scores = model.score(history)
    seen = np.zeros(model.matrix.n_movies, dtype=bool)
    seen[history.columns] = True
    best = top_k(scores, n, exclude=seen)
    found = []
    for film, parts in zip(best.tolist(), model.explain(history, best), strict=True):
        after = model.score(without(history, parts[0].column))[film]
        found.append(bool(np.isnan(after) or after < scores[film]))
    return found


def test_a_film_falls_without_the_rating_that_is_named_first(recipe: str, rng: np.random.Generator) -> None:
    data = data_set_of(random_ratings(rng))
    model = recipes.fit(recipe, RatingMatrix.of(data.ratings, data.catalogue.movie_ids), data.catalogue)

    assert all(fell for row in range(model.matrix.n_users) for fell in lowered(model, row, n=10))


@pytest.mark.data
def test_it_does_among_real_ratings_and_a_person_is_scored_while_they_wait(recipe: str, ml_latest_small: Path) -> None:
    data = read_data_set(ml_latest_small)
    model = recipes.fit(recipe, RatingMatrix.of(data.ratings, data.catalogue.movie_ids), data.catalogue, {"least_raters": 50})

    # 10,000 of them, with the films that are kept by default, fell without exception.
    fell = [one for row in range(0, model.matrix.n_users, 25) for one in lowered(model, row, n=5)]
    assert np.mean(fell) >= 0.99

    longest = History.of_row(model.matrix, int(np.argmax(np.diff(model.matrix.row_starts))))
    seconds = []
    for _ in range(5):
        started = perf_counter()
        model.score(longest)
        seconds.append(perf_counter() - started)
    assert min(seconds) < 0.1  # 2,698 ratings


def test_a_film_taken_back_is_not_scored_from_what_its_owner_taught(recipe: str, rng: np.random.Generator) -> None:
    data = data_set_of(random_ratings(rng))
    model = recipes.fit(recipe, RatingMatrix.of(data.ratings, data.catalogue.movie_ids), data.catalogue)
    theirs = History.of_row(model.matrix, 3)
    taken_back = int(theirs.columns[2])

    now = without(theirs, taken_back)
    newcomer = History(now.columns, now.half_stars, now.rated_at)

    scores, as_newcomer = model.score(now), model.score(newcomer)
    assert np.isnan(scores[taken_back])
    assert model.explain(now, np.array([taken_back])) == [()]  # type: ignore[attr-defined]  # all of them are additive
    as_newcomer[taken_back] = np.nan
    np.testing.assert_array_equal(scores, as_newcomer)


def test_films_with_few_raters_are_left_out_and_of_many_films_the_most_rated_are_kept(recipe: str) -> None:
    """Film k is rated by k people, k = 1 to 8."""
    ratings = [rating(user, film, 4.0, rated_at=user * 100 + film) for film in range(1, 9) for user in range(1, film + 1)]
    data = data_set_of(ratings)
    matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)

    def scored(**parameters: float) -> list[int]:
        scores = recipes.fit(recipe, matrix, data.catalogue, parameters).score(
            History.untimed(np.array([7], np.int32), np.array([8], np.uint8))
        )
        return [int(matrix.movie_ids[column]) for column in np.flatnonzero(~np.isnan(scores)) if column != 7]

    assert scored(least_raters=3) == [3, 4, 5, 6, 7]
    assert scored(least_raters=1, most_films=3) == [6, 7]


def test_long_histories_count_to_the_last_film(recipe: str, rng: np.random.Generator) -> None:
    """Rows of the table are added some at a time; here they are more than twice as many."""
    data = data_set_of(random_ratings(rng, n_users=20, n_movies=2 * ROWS_AT_ONCE + 50, share=0.95))
    model = recipes.fit(recipe, RatingMatrix.of(data.ratings, data.catalogue.movie_ids), data.catalogue)
    history = History.of_row(model.matrix, 0)
    films = np.flatnonzero(~np.isnan(model.score(history)))

    parts = model.explain(history, films)  # type: ignore[attr-defined]  # all of them are additive

    np.testing.assert_allclose([total(of_film) for of_film in parts], model.score(history)[films], atol=1e-9)


def test_the_product_of_columns_is_the_same_some_at_a_time(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparse, "COLUMNS_AT_ONCE", 7)
    left, right = (csr_matrix(rng.integers(0, 3, (12, 20)).astype(np.float64)) for _ in range(2))

    np.testing.assert_array_equal(sparse.of_columns(left, right), left.toarray().T @ right.toarray())


def test_whoever_has_rated_no_film_that_is_kept_cannot_be_told_anything(recipe: str, rng: np.random.Generator) -> None:
    data = data_set_of(random_ratings(rng), n_movies=61)
    model = recipes.fit(recipe, RatingMatrix.of(data.ratings, data.catalogue.movie_ids), data.catalogue)

    scores = model.score(History.untimed(np.array([60], np.int32), np.array([10], np.uint8)))

    assert np.isnan(scores).all()
