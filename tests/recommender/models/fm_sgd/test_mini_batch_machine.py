"""The papers' machine: its step against the formula of any factorisation machine, a person against another optimiser, and real ratings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize

from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import official_folds, read_data_set
from recommender.errors import InvalidInputError
from recommender.evaluation.likings import likings
from recommender.evaluation.splits import Split
from recommender.models import History
from recommender.models.fm.features import one_hot
from recommender.models.fm.responses import movie_ids_of, recommended, responses_of
from recommender.models.fm_sgd import DEFAULTS, MiniBatchMachine, labels_of
from recommender.models.fm_sgd.films import Films, Ridge, surprises
from recommender.models.fm_sgd.learning import CONSTANT, NORMAL, UNIFORM, OfEach, Start, _first, _Machine, course_of
from recommender.models.fm_sgd.losses import SQUARED, chance_of
from recommender.models.parts import BASE, OWN, POPULARITY, total
from tests.worlds import matrix_of, random_ratings, rating, right_and_wrong, two_tastes

BY_THE_PAPERS = {"epochs": 403, "mini_batch_size": 359, "num_factors": 64}


def loss(base: float, table: NDArray[np.float64], cells: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """The logistic loss of Rendle's machine over any features: the pairs by half of (XV)² - X²V²."""
    weights, factors = table[:, 0], table[:, 1:]
    logits = base + cells @ weights + 0.5 * ((cells @ factors) ** 2 - cells**2 @ factors**2).sum(axis=1)
    return float(np.sum(np.logaddexp(0, logits) - labels * logits))


def begun(matrix: RatingMatrix, **others: float) -> tuple[_Machine, NDArray[np.int64]]:
    """A machine before its first step, with weights that are far from 0, and the places of its ratings."""
    parameters = {**DEFAULTS, "num_factors": 3, "linear_init_sigma": 0.5, "factors_init_sigma": 0.5, "bias_init_sigma": 0.5, **others}
    places = one_hot(matrix).indices.reshape(-1, 2)
    return _first(matrix.n_users + matrix.n_movies, places, course_of(parameters), np.random.default_rng(5)), places


def test_a_step_goes_down_the_slope_of_the_loss_over_the_one_hot_matrix(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, 6, 8))
    ridges = {"linear_regularisation": 0.7, "factors_regularisation": 0.3}
    machine, places = begun(matrix, **ridges)
    batch = np.arange(0, matrix.n_ratings, 2)
    cells, labels = one_hot(matrix).toarray(), labels_of(matrix.half_stars)
    table, base = machine.table.astype(np.float64), machine.base
    shares = cells[batch].sum(axis=0) / np.maximum(cells.sum(axis=0), 1)  # of the ratings of each feature, those in the batch

    def cost(at: NDArray[np.float64]) -> float:
        of_table = at[1:].reshape(table.shape)
        price = np.append(ridges["linear_regularisation"], np.full(3, ridges["factors_regularisation"]))
        return loss(float(at[0]), of_table, cells[batch], labels[batch]) + float(shares @ (of_table**2 @ price)) / 2

    slope = optimize.approx_fprime(np.append(base, table), cost, 1e-6)
    machine.learn_from(places[batch], labels[batch].astype(np.float32))

    np.testing.assert_allclose(machine.seen, slope[1:].reshape(table.shape) ** 2, rtol=2e-3, atol=1e-4)
    assert machine.base_seen == pytest.approx(slope[0] ** 2, rel=1e-4)
    moved = np.append(machine.base, machine.table) - np.append(base, table)
    steep = np.abs(slope) > 1e-3
    np.testing.assert_allclose(moved[steep], -DEFAULTS["learning_rate"] * np.sign(slope[steep]), rtol=1e-4)  # AdaGrad's first step


def test_the_steeper_it_has_been_the_shorter_is_the_next_step(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, 6, 8))
    machine, places = begun(matrix)
    labels = labels_of(matrix.half_stars).astype(np.float32)
    machine.learn_from(places, labels)
    fresh = replace(machine, table=machine.table.copy(), seen=np.zeros_like(machine.seen), base_seen=0.0)
    before, first = machine.table.copy(), machine.seen.copy()
    machine.learn_from(places, labels)
    fresh.learn_from(places, labels)

    np.testing.assert_allclose(machine.seen, first + fresh.seen, rtol=1e-5)
    shorter = (machine.table - before) / (fresh.table - before)
    steep = fresh.seen > 1e-3
    np.testing.assert_allclose(shorter[steep], np.sqrt(fresh.seen / machine.seen)[steep], rtol=1e-2)


def test_a_step_leaves_alone_who_and_what_is_not_in_its_batch() -> None:
    machine, places = begun(matrix_of([rating(1, 1, 5), rating(1, 2, 1), rating(2, 3, 4)]))
    before = machine.table.copy()

    machine.learn_from(places[:1], np.ones(1, np.float32))

    assert np.flatnonzero((machine.table != before).any(axis=1)).tolist() == [0, 2]  # the first person, the first film


def test_a_person_of_whom_nothing_is_known_is_the_mean_of_those_learned_from() -> None:
    matrix = matrix_of([rating(1, 1, 5), rating(1, 2, 1), rating(2, 2, 4)], n_movies=3)
    machine, _ = begun(matrix)
    films = machine.films(matrix)

    persons, of_films = machine.table[:2].astype(np.float64), machine.table[2:].astype(np.float64)
    of_each = machine.base + persons[:, :1] + of_films[:, 0] + persons[:, 1:] @ of_films[:, 1:].T
    np.testing.assert_allclose(films.logits()[:2], of_each.mean(axis=0)[:2], rtol=1e-6)
    assert not films.weights[2]
    assert not films.factors[2].any()


def test_a_persons_weights_are_the_best_there_are(rng: np.random.Generator) -> None:
    films = Films(np.array([0.3]), rng.normal(size=9), rng.normal(size=(9, 3)).astype(np.float32))
    columns, labels, ridge = np.arange(7), (rng.random(7) < 0.5).astype(np.float64), Ridge(0.5, 2.0)
    design = np.column_stack([np.ones(7), films.factors[columns]])

    def cost(weights: NDArray[np.float64]) -> float:
        logits = films.logits()[columns] + design @ weights
        priced = 0.5 * weights[0] ** 2 + 2.0 * weights[1:] @ weights[1:]
        return float(np.sum(np.logaddexp(0, logits) - labels * logits) + priced / 2)

    best = optimize.minimize(cost, np.zeros(4), tol=1e-12).x
    surprise = surprises(films, columns, labels, ridge)

    np.testing.assert_allclose(np.append(surprise.sum() / 0.5, surprise @ films.factors[columns] / 2.0), best, atol=1e-5)
    np.testing.assert_allclose(surprise, labels - chance_of(films.logits()[columns] + design @ best), atol=1e-5)


@pytest.mark.parametrize("far", [1e-3, 1.0, 30.0])
def test_a_persons_weights_are_found_from_wherever_the_films_are(far: float, rng: np.random.Generator) -> None:
    films = Films(np.array([-far]), far * rng.normal(size=200), (far * rng.normal(size=(200, 8))).astype(np.float32))
    columns, labels = np.arange(200), (rng.random(200) < 0.9).astype(np.float64)

    surprise = surprises(films, columns, labels, Ridge(1e-3, 1e-3))
    logits = films.logits() + surprise.sum() / 1e-3 + films.factors.astype(np.float64) @ (surprise @ films.factors / 1e-3)

    np.testing.assert_allclose(labels - chance_of(logits), surprise, atol=1e-4)


def test_the_papers_values_tell_who_likes_what() -> None:
    model = MiniBatchMachine.fit(matrix_of(two_tastes()), BY_THE_PAPERS)
    for row in (0, 15):
        right, wrong = right_and_wrong(row + 1)
        history = History.of_row(model.matrix, row)
        responses = responses_of(model, history)

        assert responses.columns.tolist() == sorted([right - 1, wrong - 1])
        assert movie_ids_of(responses, recommended(responses), model.matrix).tolist() == [right]
        stranger = History.untimed(history.columns, history.half_stars)
        np.testing.assert_array_equal(model.score(stranger), model.score(history))


def test_a_probability_is_that_of_the_score_and_of_an_unknown_film_that_of_any() -> None:
    model = MiniBatchMachine.fit(matrix_of(two_tastes(), n_movies=31), {"epochs": 5})
    history = History.of_row(model.matrix, 0)
    scores, chances = model.score(history), model.chances(history, np.arange(-1, 31))

    np.testing.assert_allclose(chances[1:-1], 1 / (1 + np.exp(-scores[:-1])), rtol=1e-9)
    assert np.isnan(scores[30])
    assert model.chances(History.of_nobody(), np.array([-1, 30])).tolist() == pytest.approx([chance_of(model.films.base)[0]] * 2)
    assert 0 <= chances[0] <= 1


def test_the_person_counts_for_a_film_without_raters_too() -> None:
    """Somebody who likes nothing will hardly like what nobody has rated, known to the matrix or not."""
    model = MiniBatchMachine.fit(matrix_of(two_tastes(), n_movies=31), {"epochs": 5})
    sour = History.untimed(np.arange(30, dtype=np.int32), np.full(30, 1, np.uint8))

    known, unknown = model.chances(sour, np.array([30, -1]))

    assert known == unknown < 0.2


def test_a_liked_film_speaks_for_its_like_and_a_score_is_told_as_a_sum() -> None:
    model = MiniBatchMachine.fit(matrix_of(two_tastes()), {"epochs": 100, "factors_regularisation": 1})
    history = History.untimed(np.array([0], np.int32), np.array([10], np.uint8))  # five stars for an odd film
    odd, even = model.explain(history, np.array([2, 3]))

    assert {part.kind for part in odd} == {BASE, OWN, POPULARITY}
    (own_of_odd,), (own_of_even,) = ([part for part in parts if part.kind == OWN] for parts in (odd, even))
    assert own_of_odd.column == 0
    assert own_of_odd.amount > 0.2
    assert own_of_odd.amount > own_of_even.amount + 0.2
    assert total(odd) == pytest.approx(model.score(history)[2])


def test_what_was_taken_back_is_not_scored_until_the_next_training() -> None:
    model = MiniBatchMachine.fit(matrix_of(two_tastes()), {"epochs": 2})
    history = History.of_row(model.matrix, 0)
    left = History(history.columns[1:], history.half_stars[1:], history.rated_at[1:], own_row=0)

    assert np.flatnonzero(np.isnan(model.score(left))).tolist() == [history.columns[0]]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("num_factors", 0, "num_factors must be .*1 to 1024, not 0"),
        ("epochs", 2.5, "epochs must be a whole number from 0 to 10000, not 2.5"),
        ("mini_batch_size", 0, "mini_batch_size must be .*, not 0"),
        ("factors_regularisation", 0.0, "factors_regularisation must be .*, not 0"),
        ("learning_rate", float("nan"), "learning_rate must be .*, not nan"),
    ],
)
def test_a_parameter_out_of_its_limits_is_refused(name: str, value: float, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        MiniBatchMachine.fit(matrix_of(two_tastes()), {name: value})


@pytest.mark.data
def test_on_ml_100k_it_tells_liked_from_not_liked_far_better_than_always_the_same(ml_100k: Path) -> None:
    data = read_data_set(ml_100k)
    u1 = Split(*official_folds(ml_100k, data.catalogue.movie_ids)[0])
    model = MiniBatchMachine.fit(RatingMatrix.of(u1.train, data.catalogue.movie_ids), {"epochs": 10})

    found = likings(u1, model)

    assert model.films.factors.shape == (1682, 64)
    assert found.majority < 0.6
    assert found.accuracy > 0.70
    assert found.auc > 0.77


def test_stars_are_learned_and_folded_in_by_least_squares(rng: np.random.Generator) -> None:
    films = Films(np.array([0.3]), rng.normal(size=9), rng.normal(size=(9, 3)).astype(np.float32))
    columns, stars = np.arange(7), rng.integers(1, 6, 7).astype(np.float64)
    design = np.column_stack([np.ones(7), films.factors[columns].astype(np.float64)])
    best = np.linalg.solve(design.T @ design + np.diag([0.5, 2, 2, 2]), design.T @ (stars - films.logits()[columns]))

    surprise = surprises(films, columns, stars, Ridge(0.5, 2.0), SQUARED)

    np.testing.assert_allclose(surprise, stars - films.logits()[columns] - design @ best, atol=1e-9)
    np.testing.assert_allclose(np.append(surprise.sum() / 0.5, surprise @ films.factors[columns] / 2.0), best, atol=1e-6)


def test_a_course_may_have_rates_a_price_for_the_base_and_slopes_that_are_clipped() -> None:
    matrix = matrix_of([rating(1, 1, 5), rating(1, 2, 1), rating(2, 2, 4)])
    places = one_hot(matrix).indices.reshape(-1, 2)
    told = {"linear_init_sigma": 0.5, "factors_init_sigma": 0.5, "bias_init_sigma": 0.5, "num_factors": 3}
    course = replace(course_of({**DEFAULTS, **told}), rates=OfEach(0.3, 0.2, 0.1), ridges=OfEach(6.0, 0, 0), rescale=0.5, clip=0.1)
    machine = _first(4, places, course, np.random.default_rng(5))
    table, base = machine.table.copy(), machine.base
    labels = np.array([1, 0], np.float32)
    cells = one_hot(matrix).toarray()[:2]
    weights, factors = table[:, 0].astype(np.float64), table[:, 1:].astype(np.float64)
    logits = base + cells @ weights + 0.5 * ((cells @ factors) ** 2 - cells**2 @ factors**2).sum(axis=1)
    of_base = np.clip(0.5 * (chance_of(logits) - labels).sum(), -0.1, 0.1) + 6.0 / 3 * base * 2  # a third of it for each of two ratings

    machine.learn_from(places[:2], labels)

    assert machine.base_seen == pytest.approx(of_base**2, rel=1e-5)
    assert machine.base == pytest.approx(base - 0.3 * np.sign(of_base), rel=1e-5)  # AdaGrad's first step
    assert np.sqrt(machine.seen.max()) == pytest.approx(0.1)
    moved = np.abs(machine.table - table)
    assert moved[[0, 2], 0].tolist() == pytest.approx([0.2, 0.2], rel=1e-3)  # who and what were wrong by one rating
    assert moved[:, 1:].max() == pytest.approx(0.1, rel=1e-3)


@pytest.mark.parametrize(
    ("start", "least", "most"),
    [(Start(NORMAL, 0.1, around=3), 2.5, 3.5), (Start(UNIFORM, 0.1, around=3), 2.9, 3.1), (Start(CONSTANT, 0.7), 0.7, 0.7)],
)
def test_weights_begin_as_they_are_told_to(start: Start, least: float, most: float, rng: np.random.Generator) -> None:
    drawn = start.drawn(rng, (1000,))

    assert least <= drawn.min() <= drawn.max() <= most
    assert drawn.mean() == pytest.approx((least + most) / 2, abs=0.02)
    assert (drawn.std() > 0.05) == (start.method != CONSTANT)
