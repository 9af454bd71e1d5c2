"""The network's arithmetic worked by hand and by PyTorch, and that it learns who likes what."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log
from pathlib import Path

import numpy as np
import pytest

from recommender.data.matrix import RatingMatrix
from recommender.domain import Rating
from recommender.errors import InvalidInputError
from recommender.evaluation.figures import is_better
from recommender.evaluation.judging import judge, paired
from recommender.evaluation.splits import newest
from recommender.models import Additive, History
from recommender.models.classifier import DEFAULTS, Classifier
from recommender.models.classifier.network import Network
from recommender.models.classifier.person import N_MEANS, N_NUMBERS, mean_weights, numbers
from recommender.models.parts import OWN, REMAINDER
from recommender.models.popular import Popular
from recommender.models.walks import Walk
from tests.networks import a_classifier
from tests.worlds import data_set_of, matrix_of, random_ratings, rating, right_and_wrong, two_tastes


def test_a_person_is_what_their_ratings_say() -> None:
    walk = Walk(np.array([2, 0], np.int32), np.array([10, 5], np.uint8), np.array([1, 2]))

    assert mean_weights(walk).tolist() == [[0.5, 0.5], [1.5 / 2, -1.0 / 2], [0.5, 0.5]]
    # Three stars and three quarters on average; one film known to 1, one to 3.
    assert numbers(walk, np.array([1, 9, 3], np.float32)) == pytest.approx([log(3) / 3 - 1, 0.25, 1.25, 2, 1, 2])


def test_the_latest_ten_are_a_mean_of_their_own() -> None:
    walk = Walk(np.arange(40, dtype=np.int32), np.full(40, 7, np.uint8), np.arange(40))

    assert mean_weights(walk)[2].tolist() == pytest.approx([0.0] * 30 + [0.1] * 10)


def test_a_network_of_single_numbers_worked_by_hand() -> None:
    def table(*rows: float) -> np.ndarray:
        return np.array(rows, dtype=np.float32)[:, np.newaxis]

    person = np.zeros((1, N_MEANS + 2 + N_NUMBERS), dtype=np.float32)
    person[0, 0], person[0, 3] = 2.0, 1.0  # of the mean of films, and the share of the only kind
    network = Network(
        films=table(1.0, -1.0, 0.5),
        kinds=table(1.0, 0.0, 0.0),
        raters=np.zeros(3, np.float32),
        beside=table(0.1, -3.0, 0.2),
        base=np.array([0.0, 0.1, -0.2], np.float32),
        person=person,
        person_base=np.array([0.25], np.float32),
        tower=table(0.5),
        tower_base=np.array([0.1], np.float32),
        into=table(0.4),
        into_base=np.array([-0.1], np.float32),
        out=np.array([2.0], np.float32),
    )
    # Films 0 and 2 are rated: their mean is .75, and half of them are of the kind.
    told = 2 * 0.75 + 0.5 + 0.25
    vector, into = 0.5 * told + 0.1, 0.4 * told - 0.1
    logits = [1.0 * vector + 2 * (0.1 + into) + 0.0, -1.0 * vector + 2 * 0 + 0.1, 0.5 * vector + 2 * (0.2 + into) - 0.2]

    walk = Walk(np.array([0, 2], np.int32), np.array([7, 7], np.uint8), np.array([1, 2]))

    assert network.chances([walk])[0] == pytest.approx([1 / (1 + exp(-logit)) for logit in logits], abs=1e-6)
    assert network.chances([walk], np.array([2]))[0] == pytest.approx([1 / (1 + exp(-logits[2]))], abs=1e-6)


def test_a_part_is_what_the_chance_loses_without_that_rating(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng), n_movies=60)
    model = a_classifier(matrix, rng)
    history = History.of_row(matrix, 3)
    without = History(history.columns[1:], history.half_stars[1:], history.rated_at[1:])
    assert isinstance(model, Additive)

    (parts,) = model.explain(history, np.array([40]))

    named = {part.column: part.amount for part in parts if part.kind == OWN}
    assert named[int(history.columns[0])] == pytest.approx(model.score(history)[40] - model.score(without)[40], abs=1e-6)
    assert parts[-1].kind == REMAINDER
    assert len(named) == len(history)


def test_a_film_that_was_taken_back_does_not_come_straight_back(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng), n_movies=60)
    whole = History.of_row(matrix, 3)
    left = History(whole.columns[1:], whole.half_stars[1:], whole.rated_at[1:], own_row=3)

    scores = a_classifier(matrix, rng).score(left)

    assert np.isnan(scores).nonzero()[0].tolist() == [whole.columns[0]]


def test_a_parameter_that_cannot_be_is_refused() -> None:
    data = data_set_of([rating(1, 1, 4)])

    with pytest.raises(InvalidInputError, match=r"^liked_stars must be a number from 0.5 to 5, not 6\.$"):
        Classifier.fit(RatingMatrix.of(data.ratings, data.catalogue.movie_ids), data.catalogue, {"liked_stars": 6})


def in_no_order(ratings: list[Rating]) -> list[Rating]:
    """The same, each person in an order of their own, so that what comes next is not told by the number of the film."""
    return [replace(one, rated_at=(one.movie_id * 7 + one.user_id * 5) % 31) for one in ratings]


@pytest.mark.neural
class TestLearning:
    def test_the_arithmetic_is_that_of_pytorch(self, rng: np.random.Generator) -> None:
        import torch

        from recommender.models.classifier.learning import _Learning

        data = data_set_of(random_ratings(rng), n_movies=70)
        matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)
        learning = _Learning(torch, matrix, data.catalogue, DEFAULTS)
        walks = [Walk.of(History.of_row(matrix, row)) for row in range(4)]

        with torch.no_grad():
            films = learning._films()
            person = torch.relu(learning._person(learning._told(walks, films)))
            theirs = torch.sigmoid(learning.logits(person, films, torch.arange(70)))

        np.testing.assert_allclose(learning.network().chances(walks), theirs.numpy(), atol=1e-5)

    def test_people_are_told_yes_of_what_they_like_and_no_of_what_they_do_not(self) -> None:
        data = data_set_of(in_no_order(two_tastes(n_users=40)))
        matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)
        model = Classifier.fit(matrix, data.catalogue, {"n_epochs": 40, "disliked_share": 0.5})

        for user_id in range(1, 41):
            right, wrong = right_and_wrong(user_id, n_users=40)
            chances = model.score(History.of_row(matrix, user_id - 1))
            assert chances[right - 1] > 0.5 > chances[wrong - 1]

    def test_a_newcomer_of_three_ratings_is_told_apart(self) -> None:
        data = data_set_of(in_no_order(two_tastes(n_users=40)))
        matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)
        model = Classifier.fit(matrix, data.catalogue, {"n_epochs": 40, "disliked_share": 0.5})
        columns, times = np.array([0, 1, 2], np.int32), np.arange(3)

        odd, even = (model.score(History(columns, np.array(half_stars, np.uint8), times)) for half_stars in ([10, 2, 10], [2, 10, 2]))

        assert (odd[10::2] > even[10::2]).all()
        assert (odd[11::2] < even[11::2]).all()

    def test_of_films_not_rated_those_of_the_liked_kind_are_likelier(self) -> None:
        """Films of the genre Drama are liked by everybody; two of each genre nobody has rated."""
        ratings = [
            rating(user, film, 5.0 if film % 3 == 1 else 1.0, rated_at=(film * 7 + user) % 31)
            for user in range(1, 31)
            for film in range(1, 31)
            if (film + user) % 4
        ]
        data = data_set_of(ratings, n_movies=36)
        matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)

        chances = Classifier.fit(matrix, data.catalogue, {"n_epochs": 20, "disliked_share": 0.5}).score(History.of_row(matrix, 0))

        drama, others = chances[[30, 33]], chances[[31, 32, 34, 35]]
        assert drama.min() > others.max()

    def test_a_film_that_is_drawn_often_is_no_less_liked_for_that(self, rng: np.random.Generator) -> None:
        """Everybody watches by how well known films are, and nothing else: then those are the likeliest."""
        known = 1 / np.arange(1, 61)
        people = [rng.choice(60, 12, replace=False, p=known / known.sum()) + 1 for _ in range(120)]
        data = data_set_of([rating(user + 1, int(film), 4.0, at) for user, films in enumerate(people) for at, film in enumerate(films)])
        matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)

        model = Classifier.fit(matrix, data.catalogue, {"n_epochs": 15, "n_drawn": 20})

        chances = np.array([model.score(History.of_row(matrix, row)) for row in range(120)])
        chances[np.repeat(np.arange(120), 12), matrix.columns] = np.nan
        often, seldom = np.nanmean(chances[:, 2:12]), np.nanmean(chances[:, 40:])
        assert often / (1 - often) > 6 * seldom / (1 - seldom)  # they are watched eight times as often

    @pytest.mark.slow
    @pytest.mark.data
    def test_it_tells_what_people_watch_from_what_they_do_not_better_than_popularity(self, ml_latest_small: Path) -> None:
        from recommender.data.movielens import read_data_set

        data = read_data_set(ml_latest_small)
        split = newest(data.ratings)
        matrix = RatingMatrix.of(split.train, data.catalogue.movie_ids)
        ours = judge(Classifier.fit(matrix, data.catalogue, {"n_epochs": 2, "n_visits": 2}), split, data.catalogue, measures=("auc",))

        assert is_better(paired(ours, judge(Popular.fit(matrix), split, data.catalogue, measures=("auc",)), "auc"))
