"""Lists of everybody are the same however the work is dealt out, and those of films name the right people."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

import numpy as np
import pytest

from recommender.batch import rank
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import DataSet
from recommender.errors import InvalidInputError
from recommender.listings import films
from recommender.listings.films import ORDERS, STANDING, STARS, Audience
from recommender.listings.job import Here, Job, write
from recommender.listings.schema import FILMS, FLAT, FORMS, NESTED, PEOPLE, ROWS, SUBJECTS, Schema
from recommender.models import History, Model, PredictsStars, recipes
from recommender.models.everybodys_stars import stars_by_blocks
from tests.every_recipe import FITTED
from tests.worlds import data_set_of, random_ratings, right_and_wrong, two_tastes

# Of recipes that learn step by step: what they learn is no matter here.
SHORT = {"n_iterations": 10.0, "n_burn_in": 2.0, "n_samples": 4.0}


def fitted(data: DataSet, recipe: str = "user-cosine", **parameters: float) -> Model:
    return recipes.fit(recipe, RatingMatrix.of(data.ratings, data.catalogue.movie_ids), data.catalogue, parameters)


@pytest.fixture(params=["two tastes", "random"])
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> DataSet:
    return data_set_of(two_tastes() if request.param == "two tastes" else random_ratings(rng), n_movies=70)


@pytest.fixture(params=FITTED)
def model(request: pytest.FixtureRequest, data: DataSet) -> Model:
    return fitted(data, request.param, **SHORT)


def written(model: Model, subject: str, form: str = ROWS, *, n: int = 5, n_parts: int = 1, order: str | None = None) -> str:
    return "".join(write(Job.of(model, Schema(subject, form, n, model.recipe), order), model, Here(model), n_parts))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_text_is_the_same_in_however_many_parts_it_is_made(model: Model, subject: str, form: str) -> None:
    if form == FLAT and not isinstance(model, PredictsStars):
        pytest.skip(f"{model.recipe} predicts no stars")
    whole = written(model, subject, form)

    assert all(written(model, subject, form, n_parts=n_parts) == whole for n_parts in (2, 7, 1000))


def test_everybody_has_the_list_that_serving_would_make(model: Model) -> None:
    rows = [line.split(",") for line in written(model, PEOPLE).splitlines()[1:]]

    for row, (user_id, lines) in enumerate(groupby(rows, key=lambda cells: int(cells[0]))):
        ranked = rank(model, History.of_row(model.matrix, row), 5)
        scores = np.where(np.isnan(ranked.scores), model.neutral, ranked.scores)
        assert user_id == model.matrix.user_ids[row]
        assert [(int(movie), float(score)) for _, movie, _, score in lines] == list(
            zip(model.matrix.movie_ids[ranked.columns].tolist(), scores.tolist(), strict=True)
        )
    assert row == model.matrix.n_users - 1


@pytest.mark.parametrize("order", ORDERS)
def test_every_film_has_the_people_who_would_be_found_one_by_one(model: Model, order: str) -> None:
    if order == STARS and not isinstance(model, PredictsStars):
        pytest.skip(f"{model.recipe} predicts no stars")
    matrix = model.matrix
    values = np.array([_value_one_by_one(model, History.of_row(matrix, row), order) for row in range(matrix.n_users)])
    rows = [line.split(",") for line in written(model, FILMS, order=order).splitlines()[1:]]
    found = {
        int(movie): [(int(user), float(value)) for user, _, _, value in lines] for movie, lines in groupby(rows, key=lambda row: row[1])
    }

    for column, movie_id in enumerate(matrix.movie_ids.tolist()):
        strangers = np.setdiff1d(np.arange(matrix.n_users), matrix.column(column)[0])
        ours = found.get(movie_id, [])
        assert len(ours) == min(5, len(strangers))
        # The best there are by value; among equals, to rounding, any order of the people could be right.
        best = np.sort(values[strangers, column])[::-1][: len(ours)]
        np.testing.assert_allclose([value for _, value in ours], best, atol=1e-9)
        np.testing.assert_allclose([values[matrix.row_of(user), column] for user, _ in ours], best, atol=1e-9)


def _value_one_by_one(model: Model, history: History, order: str) -> np.ndarray:
    if order == STARS:
        assert isinstance(model, PredictsStars)
        return model.predict_many(history, np.arange(model.matrix.n_movies, dtype=np.int32))
    scores = np.nan_to_num(model.score(history), nan=model.neutral)
    unseen = np.delete(scores, history.columns)
    return (scores - unseen.mean()) / unseen.std() if unseen.std() else np.zeros(len(scores))


@pytest.mark.parametrize("order", ORDERS)
def test_a_film_is_for_those_whose_taste_it_is(order: str) -> None:
    model = fitted(data_set_of(two_tastes()), n_neighbours=5)
    rows = [line.split(",") for line in written(model, FILMS, n=1, order=order).splitlines()[1:]]

    # Of the two who have not rated a film, it is right for one.
    best = {int(movie): int(user) for user, movie, _, _ in rows}
    asked = [movie for movie in best if any(movie in right_and_wrong(user) for user in range(1, 21))]
    assert asked
    assert all(
        right_and_wrong(best[movie])[0] == movie for movie in asked if any(right_and_wrong(user)[0] == movie for user in range(1, 21))
    )


def test_of_equals_the_lower_number_comes_first_whoever_was_taken_in_before() -> None:
    one, other, whole = Audience(1, 2), Audience(1, 2), Audience(1, 2)
    one.take_in(np.array([5, 6]), np.array([[1.0], [1.0]]))
    other.take_in(np.array([1, 9, 2]), np.array([[1.0], [2.0], [-np.inf]]))
    whole.take_in(np.array([1, 2, 5, 6, 9]), np.array([[1.0], [-np.inf], [1.0], [1.0], [2.0]]))

    one.join(other)
    one.take_in(np.array([3]), np.array([[1.0]]))

    assert one.rows.tolist() == whole.rows.tolist() == [[9, 1]]
    assert one.values.tolist() == whole.values.tolist() == [[2.0, 1.0]]


def test_of_equals_the_lower_number_comes_first_when_it_comes_last_too() -> None:
    audience = Audience(1, 2)
    for row in (6, 5, 3):
        audience.take_in(np.array([row]), np.array([[1.0]]))

    assert audience.rows.tolist() == [[3, 5]]


def test_a_film_that_everybody_has_rated_has_nobody_left() -> None:
    audience = Audience(1, 2)
    audience.take_in(np.array([0, 1]), np.full((2, 1), -np.inf))

    assert audience.rows.tolist() == [[-1, -1]]


@pytest.mark.parametrize("n_raters", [1, 2, 5, 40])
def test_the_stars_of_many_at_once_are_those_of_one_by_one(rng: np.random.Generator, n_raters: int) -> None:
    # Few films rated alike by many, so that similarities tie at the last place.
    data = data_set_of(random_ratings(rng, n_movies=6, share=0.8))
    model = fitted(data, n_raters=n_raters)
    assert isinstance(model, PredictsStars)
    everybody, columns = np.arange(model.matrix.n_users), np.arange(model.matrix.n_movies, dtype=np.int32)
    found = np.concatenate([stars for _, stars in stars_by_blocks(model, everybody)])

    for row in everybody:
        np.testing.assert_allclose(found[row], model.predict_many(History.of_row(model.matrix, row), columns), atol=1e-12)
        alone = next(stars_by_blocks(model, np.array([row])))[1]
        np.testing.assert_array_equal(alone[0], found[row])


@pytest.mark.parametrize("subject", SUBJECTS)
def test_flat_rows_are_the_nested_lists_flattened(model: Model, subject: str) -> None:
    if not isinstance(model, PredictsStars):
        pytest.skip(f"{model.recipe} predicts no stars")
    nested: list[dict[str, Any]] = [json.loads(line) for line in written(model, subject, NESTED).splitlines()]
    flat = [
        (one.get("userId") or entry["userId"], one.get("movieId") or entry["movieId"], entry["predicted_rating"])
        for one in nested
        for entry in one["recommendations"]
    ]

    head, *rows = written(model, subject, FLAT).splitlines()
    assert head == "userId,movieId,predicted_rating"
    assert [tuple(map(float, row.split(","))) for row in rows] == flat
    some = flat[:: max(1, len(flat) // 20)]
    for user_id, movie_id, stars in some:
        history, column = History.of_row(model.matrix, model.matrix.row_of(user_id) or 0), model.matrix.column_of(movie_id)
        assert stars == round(float(model.predict_many(history, np.array([column], dtype=np.int32))[0]), 4)


def test_people_of_films_ordered_by_standing_have_their_stars_too(data: DataSet) -> None:
    model = fitted(data)
    nested = [json.loads(line) for line in written(model, FILMS, NESTED, order=STANDING).splitlines()]
    entry = nested[3]["recommendations"][0]

    assert isinstance(model, PredictsStars)
    history = History.of_row(model.matrix, model.matrix.row_of(entry["userId"]) or 0)
    assert entry["predicted_rating"] == round(float(model.predict_many(history, np.array([3], dtype=np.int32))[0]), 4)


class _ListsAlone:
    """A recipe that predicts no stars."""

    recipe = "lists alone"

    def __init__(self, model: Model) -> None:
        self.matrix, self.parameters, self.neutral, self.is_personal = model.matrix, model.parameters, 0.0, True
        self.score, self.arrays = model.score, model.arrays


@pytest.mark.parametrize(
    ("subject", "form", "order", "for_what"),
    [(PEOPLE, FLAT, None, "--form flat"), (FILMS, FLAT, STANDING, "--form flat"), (FILMS, ROWS, STARS, "--by stars")],
)
def test_stars_are_not_asked_of_a_recipe_that_predicts_none(subject: str, form: str, order: str | None, for_what: str) -> None:
    model: Model = _ListsAlone(fitted(data_set_of(two_tastes())))
    with pytest.raises(InvalidInputError, match=f"one that predicts stars for {for_what}, not 'lists alone'"):
        Job.of(model, Schema(subject, form, 5, model.recipe), order)


def test_without_stars_people_of_films_are_ordered_by_standing_and_nested_lists_have_scores_alone() -> None:
    model: Model = _ListsAlone(fitted(data_set_of(two_tastes())))

    assert Job.of(model, Schema(FILMS, ROWS, 5, model.recipe)).order == films.STANDING
    entry = json.loads(written(model, PEOPLE, NESTED).splitlines()[0])["recommendations"][0]
    assert entry.keys() == {"movieId", "score"}
