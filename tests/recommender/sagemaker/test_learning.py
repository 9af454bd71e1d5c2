"""From records to a machine that says what the recipe says."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from recommender.data.matrix import RatingMatrix
from recommender.evaluation.likings import likings
from recommender.models import History
from recommender.models.fm.responses import Responses, movie_ids_of, recommended, responses_of
from recommender.models.fm_sgd import MiniBatchMachine
from recommender.sagemaker.bodies import JSON, answer, rows_of
from recommender.sagemaker.channels import Samples, first_film
from recommender.sagemaker.hyperparameters import checked
from recommender.sagemaker.learning import Lesson, films_learned, measured, with_people, without_people
from recommender.sagemaker.machine import Machine, Row
from recommender.sagemaker.one_hot import Ids
from tests.recommender.sagemaker.job_folder import N_MOVIES, N_USERS, split_world

SPLIT = split_world()
GIVEN = {"feature_dim": "50", "num_factors": "8", "predictor_type": "binary_classifier", "epochs": "30", "mini_batch_size": "50"}
IN_OUR_WORDS = {"num_factors": 8, "epochs": 30, "mini_batch_size": 50}


def samples_of(ratings, rng=None, *, stars: bool = False) -> Samples:
    order = np.arange(len(ratings)) if rng is None else rng.permutation(len(ratings))
    labels = ratings.half_stars / 2 if stars else (ratings.half_stars > 6).astype(float)
    return Samples((ratings.user_ids - 1).astype(np.int64)[order], (ratings.movie_ids - 1 + N_USERS).astype(np.int64)[order], labels[order])


def learned(samples: Samples, **others: str) -> Machine:
    lesson = Lesson(samples, first_film(samples), checked({**GIVEN, **others}))
    return with_people(lesson, films_learned(lesson, lambda epochs: True))


def test_every_chance_is_the_recipes_own_whatever_the_order_of_the_records(rng: np.random.Generator) -> None:
    recipe = MiniBatchMachine.fit(RatingMatrix.of(SPLIT.train, np.arange(1, N_MOVIES + 1, dtype=np.int32)), IN_OUR_WORDS)
    machine = learned(samples_of(SPLIT.train, rng))

    for user in range(N_USERS):
        rows = [Row((user, N_USERS + film), (1.0, 1.0)) for film in range(N_MOVIES)]
        expected = recipe.chances(History.of_row(recipe.matrix, user), np.arange(N_MOVIES))
        np.testing.assert_allclose(machine.scores(rows), expected, atol=1e-6)
    figures = measured(machine, samples_of(SPLIT.held_out))
    assert figures["binary_classification_accuracy"] == likings(SPLIT, recipe).accuracy > 0.65


def test_the_papers_three_steps_on_the_endpoints_answers_are_those_on_the_recipe() -> None:
    """UserFmDf, GetRecIndex and GetRecMovieID: all responses of a person, those labelled 1 by score, and the films they are."""
    recipe = MiniBatchMachine.fit(RatingMatrix.of(SPLIT.train, np.arange(1, N_MOVIES + 1, dtype=np.int32)), IN_OUR_WORDS)
    ids = Ids(np.arange(1, N_USERS + 1, dtype=np.int32), np.arange(1, N_MOVIES + 1, dtype=np.int32))
    machine = replace(learned(samples_of(SPLIT.train)), ids=ids)
    n_films = 0
    for user_id in range(1, N_USERS + 1):
        expected = responses_of(recipe, History.of_row(recipe.matrix, user_id - 1))
        asked = {"pairs": [{"user_id": user_id, "movie_id": int(column) + 1} for column in expected.columns]}
        scores = machine.scores(rows_of(json.dumps(asked).encode(), JSON, machine)).tolist()
        told = json.loads(answer(scores, JSON, machine))["predictions"]

        labels = np.array([each["predicted_label"] for each in told], dtype=np.int8)
        found = Responses(expected.columns, np.array([each["score"] for each in told]), labels)

        films = movie_ids_of(found, recommended(found), recipe.matrix).tolist()
        assert films == movie_ids_of(expected, recommended(expected), recipe.matrix).tolist()
        n_films += len(films)
    assert n_films > N_USERS


def test_a_person_without_records_is_anybody(rng: np.random.Generator) -> None:
    samples = samples_of(SPLIT.train.where(SPLIT.train.user_ids != 4))
    lesson = Lesson(samples, N_USERS, checked(GIVEN))
    films = films_learned(lesson, lambda epochs: True)
    machine, nobody = with_people(lesson, films), without_people(lesson, films)

    assert machine.weights[3] == 0
    assert not machine.factors[3].any()
    rows = [Row((3, N_USERS + film), (1.0, 1.0)) for film in range(N_MOVIES)]
    np.testing.assert_array_equal(machine.scores(rows), nobody.scores(rows))


def test_a_regressor_tells_stars() -> None:
    train, held_out = samples_of(SPLIT.train, stars=True), samples_of(SPLIT.held_out, stars=True)
    machine = learned(train, predictor_type="regressor", linear_wd="0.003", factors_wd="0.003")

    always_the_mean = float(np.sqrt(np.mean((held_out.labels - train.labels.mean()) ** 2)))
    assert always_the_mean == pytest.approx(2.0, abs=0.01)  # ones and fives
    assert measured(machine, held_out)["rmse"] < 1.2


def test_the_figures_by_hand() -> None:
    # Logits of log 3, 0 and -log 3: chances of 3/4, 1/2 and 1/4, the first two of which are labelled 1.
    machine = Machine(np.zeros(1), np.array([0.0, np.log(3), 0.0, -np.log(3)]), np.zeros((4, 1), np.float32), is_classifier=True)
    samples = Samples(np.zeros(3, np.int64), np.array([1, 2, 3]), np.array([1.0, 0.0, 0.0]))

    figures = measured(machine, samples)

    assert figures["binary_classification_accuracy"] == pytest.approx(2 / 3)
    assert figures["binary_classification_cross_entropy"] == pytest.approx(-(np.log(3 / 4) + np.log(1 / 2) + np.log(3 / 4)) / 3)
    assert figures["binary_f_beta"] == pytest.approx(2 * 1 / (2 + 1))
    assert measured(Machine(np.ones(1), np.zeros(4), machine.factors, is_classifier=False), samples)["rmse"] == pytest.approx(
        (2 / 3) ** 0.5
    )


def test_it_ends_where_it_is_told_to() -> None:
    samples = samples_of(SPLIT.train)
    asked: list[int] = []

    def goes_on(epochs: int) -> bool:
        asked.append(epochs)
        return epochs < 2

    stopped = films_learned(Lesson(samples, N_USERS, checked(GIVEN)), goes_on)
    two = films_learned(Lesson(samples, N_USERS, checked({**GIVEN, "epochs": "2"})), lambda epochs: True)

    np.testing.assert_array_equal(stopped.factors, two.factors)
    n_batches = -(-len(samples) // 50)
    assert asked == [0] * n_batches + [1] * n_batches + [2]


def test_a_pair_that_stands_twice_counts_twice() -> None:
    table = samples_of(split_world().train)
    twice = Samples(*(np.concatenate([part, part[:5]]) for part in (table.who, table.what, table.labels)))

    assert len(twice) == len(table) + 5
    assert np.isfinite(learned(twice).factors).all()
