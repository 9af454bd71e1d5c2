"""The recipe by Spark's ALS as it is served: from factors taken home, without Spark, against what Spark itself made of the same world.

tests/recommender/on_spark/test_spark_als.py fits it, where Spark can run.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import History, explicit_als, recipes
from recommender.models.parts import BASE, OWN, total
from recommender.models.spark_als import DEFAULTS, NEUTRAL_STARS, SparkAls
from recommender.models.spark_factors import Preferences
from recommender.models.star_factors import Shrinkage
from recommender.ranking import top_k
from tests.recommender.models.references.spark_als import EXPLICIT, IMPLICIT, N_FILMS, triples
from tests.worlds import data_set_of, matrix_of, rating

REFERENCE = Path(__file__).parent / "references" / "spark_als.json"
TOLERANCE = 2e-5  # of factors that Spark keeps in 32 bits, and the file to 7 places


def small_world() -> RatingMatrix:
    """The world of the reference, with a film that nobody has rated."""
    return matrix_of([rating(user, film, stars) for user, film, stars in triples()], N_FILMS)


def by_spark(name: str) -> dict[str, np.ndarray[Any, Any]]:
    return {part: np.array(rows) for part, rows in json.loads(REFERENCE.read_text())[name].items()}


def taken_home(**other: float) -> SparkAls:
    """The films of the reference as the recipe would have learned them; the last one is nobody's."""
    explicit, implicit = (np.vstack([by_spark(name)["films"], np.zeros(3)]).astype(np.float32) for name in ("explicit", "implicit"))
    asked = {"n_factors": 3, "regularisation": EXPLICIT["regParam"], "alpha": IMPLICIT["alpha"], "implicit": 0, "damping": 0}
    parameters = {**DEFAULTS, **asked, **other}
    of_arrays = Preferences.of(implicit, IMPLICIT["regParam"], IMPLICIT["alpha"])
    arrays = {"star_films": explicit, "films": implicit, "gram": of_arrays.gram}
    return SparkAls.restore(small_world(), parameters, arrays)


def histories(matrix: RatingMatrix) -> list[History]:
    return [History.of_row(matrix, row) for row in range(matrix.n_users)]


def test_a_person_who_is_folded_in_has_the_factors_that_spark_has_for_them() -> None:
    model = taken_home()

    found = [model.stars.person(history)[1:] for history in histories(model.matrix)]

    np.testing.assert_allclose(found, by_spark("explicit")["people"], rtol=TOLERANCE, atol=TOLERANCE)


def test_so_they_have_by_implicit_factors() -> None:
    model = taken_home(implicit=1, regularisation=IMPLICIT["regParam"])
    assert model.preferences is not None

    found = [model.preferences.person(history) for history in histories(model.matrix)]

    np.testing.assert_allclose(found, by_spark("implicit")["people"], rtol=TOLERANCE, atol=TOLERANCE)


def test_a_round_of_our_own_als_from_sparks_people_is_sparks_next() -> None:
    matrix, before, after = small_world(), by_spark("explicit"), by_spark("explicit, a round later")
    shrinkage, rated = Shrinkage(EXPLICIT["regParam"], frequency=1.0), matrix.raters > 0

    films = half_a_round(matrix.column_starts, matrix.rows, matrix.column_half_stars, before["people"], shrinkage)
    people = half_a_round(matrix.row_starts, matrix.columns, matrix.half_stars, films, shrinkage)

    np.testing.assert_allclose(films[rated], after["films"], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(people, after["people"], rtol=1e-3, atol=1e-3)
    assert np.abs(before["films"] - after["films"]).max() > 0.01  # a round changes something


def half_a_round(starts: Any, columns: Any, half_stars: Any, others: Any, shrinkage: Shrinkage) -> Any:
    """One side of the recipe als by stars without biases, given the other."""
    ridge, factors = shrinkage.ridge(np.diff(starts), 1.0), others.astype(np.float32)
    return explicit_als.step(starts, columns, half_stars / 2, np.zeros(len(others)), factors, ridge, 0.0)[1]


@pytest.mark.parametrize("name", ["explicit", "implicit"])
def test_undamped_scores_are_the_predictions_of_spark_and_so_is_their_order(name: str) -> None:
    asked = {"implicit": 1, "regularisation": IMPLICIT["regParam"]} if name == "implicit" else {}
    model, told = taken_home(**asked), by_spark(name)

    scores = np.array([model.score(history) for history in histories(model.matrix)])

    np.testing.assert_allclose(scores[:, :-1].ravel(), told["predictions"][:, 2], rtol=2e-5, atol=5e-5)
    nothing = np.zeros(N_FILMS, dtype=np.bool_)
    best = [top_k(row, 3, exclude=nothing) + 1 for row in scores]
    np.testing.assert_array_equal(best, told["best"])


def test_stars_are_those_of_spark_within_what_can_be_given_and_the_mean_where_spark_cannot_tell() -> None:
    model, told = taken_home(), by_spark("explicit")
    films = np.arange(-1, N_FILMS, dtype=np.int32)

    found = np.array([model.predict_many(history, films) for history in histories(model.matrix)])

    np.testing.assert_allclose(found[:, 1:-1].ravel(), np.clip(told["predictions"][:, 2], 0.5, 5), rtol=2e-5, atol=5e-5)
    mean = np.mean([stars for _, _, stars in triples()])
    assert (found[:, [0, -1]] == mean).all()
    assert (model.predict_many(History.of_nobody(), films) == mean).all()


def test_by_implicit_factors_the_list_is_another_and_the_stars_are_the_same() -> None:
    films = np.arange(N_FILMS, dtype=np.int32)
    for history in histories(small_world()):
        explicit, implicit = taken_home(), taken_home(implicit=1)

        np.testing.assert_array_equal(explicit.predict_many(history, films), implicit.predict_many(history, films))
        assert not np.array_equal(np.argsort(explicit.score(history)), np.argsort(implicit.score(history)))


def test_neutral_votes_bring_a_film_of_few_towards_the_middle() -> None:
    history = History.of_row(small_world(), 0)

    plain, damped = taken_home().score(history)[:-1], taken_home(damping=10).score(history)[:-1]

    raters = small_world().raters[:-1]
    np.testing.assert_allclose(damped - NEUTRAL_STARS, (plain - NEUTRAL_STARS) * raters / (raters + 10))


@pytest.mark.parametrize("asked", [{"damping": 10.0}, {"implicit": 1.0}])
def test_the_parts_of_a_score_add_up_to_it(asked: dict[str, float]) -> None:
    model = taken_home(**asked)
    for history in histories(model.matrix):
        scores = model.score(history)
        for column, parts in enumerate(model.explain(history, np.arange(N_FILMS))):
            if column == N_FILMS - 1:
                assert parts == ()
                continue
            assert total(parts) == pytest.approx(scores[column], abs=1e-6)
            assert [part.kind for part in parts if part.kind != OWN] == ([BASE] if "damping" in asked else [])
            assert {part.column for part in parts if part.kind == OWN} == set(history.columns.tolist())


def test_nobody_can_tell_of_an_empty_history_or_of_a_film_that_was_taken_back() -> None:
    for model in (taken_home(), taken_home(implicit=1)):
        assert np.isnan(model.score(History.of_nobody())).all()
        history = History.of_row(model.matrix, 0)
        without = replace(history, columns=history.columns[1:], half_stars=history.half_stars[1:], times=history.times[1:])
        assert np.isnan(model.score(without)[history.columns[0]])
        assert not np.isnan(model.score(history)[history.columns[0]])


@pytest.mark.parametrize("asked", [{}, {"implicit": 1.0}])
def test_what_was_saved_is_restored_where_there_is_no_spark(asked: dict[str, float]) -> None:
    model, data = taken_home(**asked), data_set_of([], N_FILMS)

    restored = recipes.restore("spark-als", model.matrix, data.catalogue, model.parameters, model.arrays())

    for history in histories(model.matrix):
        np.testing.assert_array_equal(restored.score(history), model.score(history))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("n_factors", 2.5, "n_factors must be a whole number from 1 to 1024, not 2.5."),
        ("n_iterations", 1000, "n_iterations must be "),
        ("regularisation", 0, "regularisation must be "),
        ("implicit", 2, "implicit must be "),
        ("alpha", -1, "alpha must be "),
    ],
)
def test_a_parameter_out_of_its_limits_is_told_before_spark_is_started(name: str, value: float, expected: str) -> None:
    with pytest.raises(InvalidInputError, match=expected):
        SparkAls.fit(small_world(), {name: value})


def test_data_without_any_rating_start_no_spark() -> None:
    model = SparkAls.fit(matrix_of([], N_FILMS))

    assert np.isnan(model.score(History.of_nobody())).all()
    assert (model.predict_many(History.of_nobody(), np.array([0, -1], dtype=np.int32)) == NEUTRAL_STARS).all()
