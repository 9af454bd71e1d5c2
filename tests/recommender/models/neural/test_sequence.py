"""The network's arithmetic worked by hand and by PyTorch, and that it learns what comes next."""

from __future__ import annotations

from math import exp, log, tanh
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
from recommender.models.parts import OWN, REMAINDER
from recommender.models.popular import Popular
from recommender.models.sequence import NAMED, Sequence, known
from recommender.models.sequence.network import Network
from recommender.models.walks import Walk
from tests.networks import a_sequence, sequence_network
from tests.worlds import matrix_of, random_ratings, rating

DAY = 86_400


def walk_over(places: list[int], half_stars: int = 7) -> Walk:
    n = len(places)
    return Walk(np.array(places, np.int32), np.full(n, half_stars, np.uint8), np.arange(n, dtype=np.int64) * 10)


def test_one_cell_of_memory_worked_by_hand() -> None:
    def number(*values: float) -> np.ndarray:
        return np.array(values, dtype=np.float32)

    network = Network(
        films=number(2.0, -1.0)[:, np.newaxis],
        base=number(0.5, 0.0),
        liking=number(0.25),
        pauses=number(0, 0.1, 0, 0, 0, 0)[:, np.newaxis],
        from_input=number(0.3, -0.2, 0.7)[:, np.newaxis],
        from_state=number(0.1, 0.4, -0.6)[:, np.newaxis],
        input_base=number(0.0, 0.1, 0.2),
        state_base=number(0.05, 0.0, -0.1),
        output=number(1.5)[:, np.newaxis],
        output_base=number(-0.2),
    )

    def logistic(x: float) -> float:
        return 1 / (1 + exp(-x))

    state = 0.0
    for said in (2.0 + 0.25 * 1, -1.0 + 0.25 * 1 + 0.1):  # five stars each; the second ten seconds after the first
        reset = logistic(0.3 * said + 0.0 + 0.1 * state + 0.05)
        update = logistic(-0.2 * said + 0.1 + 0.4 * state)
        new = tanh(0.7 * said + 0.2 + reset * (-0.6 * state - 0.1))
        state = (1 - update) * new + update * state
    asked = 1.5 * state - 0.2
    logits = 2.0 * asked + 0.5, -1.0 * asked
    usual = (exp(logits[0]) + exp(logits[1])) / 2

    scores = network.scores([walk_over([0, 1], half_stars=10)])

    assert scores[0] == pytest.approx([logits[0] - log(usual), logits[1] - log(usual)], abs=1e-6)


def test_whoever_has_rated_nothing_is_asked_of_an_empty_memory(rng: np.random.Generator) -> None:
    network = sequence_network(rng)

    logits = network.films @ network.output_base + network.base

    np.testing.assert_allclose(network.scores([walk_over([])])[0], logits - np.log(np.mean(np.exp(logits))), atol=1e-5)


def test_the_scores_are_chances_times_the_number_of_films(rng: np.random.Generator) -> None:
    assert np.exp(sequence_network(rng).scores([walk_over([3, 1, 4, 5])])).mean() == pytest.approx(1)


def test_a_part_is_what_the_score_loses_without_that_rating(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng, share=0.8), n_movies=60)
    model = a_sequence(matrix, rng)
    history = History.of_row(matrix, 3)
    assert len(history) > NAMED
    assert isinstance(model, Additive)

    (parts,) = model.explain(history, np.array([40]))

    named = {part.column: part.amount for part in parts if part.kind == OWN}
    newest = history.in_order()[-NAMED:]
    assert named.keys() == set(history.columns[newest].tolist())
    for at in newest.tolist():
        stays = np.arange(len(history)) != at
        without = History(history.columns[stays], history.half_stars[stays], history.rated_at[stays])
        assert named[int(history.columns[at])] == pytest.approx(model.score(history)[40] - model.score(without)[40], abs=1e-5)
    assert parts[-1].kind == REMAINDER
    amounts = [abs(part.amount) for part in parts[:-1]]
    assert amounts == sorted(amounts, reverse=True)


def test_a_film_that_was_taken_back_does_not_come_straight_back(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng), n_movies=60)
    whole = History.of_row(matrix, 3)
    left = History(whole.columns[1:], whole.half_stars[1:], whole.rated_at[1:], own_row=3)

    scores = a_sequence(matrix, rng).score(left)

    assert np.isnan(scores[whole.columns[0]])
    assert np.isnan(scores).sum() == 1


def test_a_walk_leads_over_known_films_alone() -> None:
    walk = walk_over([9, 2, 5, 7])

    assert known(walk, np.array([2, 7, 9], np.int32)).columns.tolist() == [2, 0, 1]
    assert len(known(walk, np.zeros(0, np.int32))) == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("recency_mask", 2, "recency_mask must be a number from 0 to 1, not 2."),
        ("recency_mask", 0.5, "recency_mask must be a whole number from 0 to 1, not 0.5."),
        ("hidden_dimension", 0, "hidden_dimension must be a number from 1 to 1024, not 0."),
        ("bptt", 2.5, "bptt must be a whole number from 1 to 10000, not 2.5."),
    ],
)
def test_a_parameter_that_cannot_be_is_refused(name: str, value: float, said: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Sequence.fit(matrix_of([rating(1, 1, 4)]), {name: value})

    assert str(refused.value) == said


RING = 12


def along_a_ring(n_users: int = 60, n_films: int = 7) -> list[Rating]:
    """Everybody watches some films of a ring one after the other, from wherever they begin."""
    return [rating(user, (user + step) % RING + 1, 4.0, rated_at=1000 * user + step) for user in range(n_users) for step in range(n_films)]


def of_films(matrix: RatingMatrix, movie_ids: list[int]) -> History:
    columns = matrix.columns_of(np.array(movie_ids))
    order = np.argsort(columns)
    return History(columns[order], np.full(len(columns), 8, np.uint8), np.arange(len(columns), dtype=np.int64)[order])


@pytest.mark.neural
class TestLearning:
    def test_the_arithmetic_is_that_of_pytorch(self, rng: np.random.Generator) -> None:
        import torch

        network = sequence_network(rng)
        gru = torch.nn.GRU(4, 5, batch_first=True)
        for theirs, ours in zip(
            gru.parameters(), (network.from_input, network.from_state, network.input_base, network.state_base), strict=True
        ):
            theirs.data = torch.from_numpy(ours)
        walks = [walk_over([3, 1, 4, 1]), walk_over([5, 0, 2, 6])]
        said = network.films[np.stack([walk.columns for walk in walks])] + network.pauses[[0, 2, 2, 2]]

        with torch.no_grad():
            _, last = gru(torch.from_numpy(said - (network.pauses[2] - network.pauses[1]) * np.array([0, 1, 1, 1])[:, np.newaxis]).float())

        np.testing.assert_allclose(network.memory(walks), last[0].numpy(), atol=1e-5)

    def test_it_learns_what_comes_next(self) -> None:
        matrix = matrix_of(along_a_ring(), n_movies=RING)
        model = Sequence.fit(matrix, {"n_epochs": 60, "target_steps": 0.5})

        for first in range(1, RING - 4):
            watched = [first, first + 1, first + 2]
            scores = model.score(of_films(matrix, watched))
            scores[[one - 1 for one in watched]] = -np.inf
            assert int(scores.argmax()) + 1 == first + 3

    def test_behind_the_last_film_nothing_is_wanted(self) -> None:
        """Everybody begins with a film of their own, then watches 7, and 8 last."""
        matrix = matrix_of(
            [rating(user, film, 4.0, rated_at=at) for user in range(1, 61) for at, film in enumerate((user % 6 + 1, 7, 8))], n_movies=8
        )

        scores = Sequence.fit(matrix, {"n_epochs": 60, "dropout": 0.0}).score(of_films(matrix, [1, 7]))

        assert np.exp(scores[7]) / 8 > 0.8

    def test_an_error_goes_back_over_as_many_steps_as_bptt(self) -> None:
        """The first film alone decides the last: who does not carry errors back so far cannot learn to remember it."""
        people = [[1 + user % 2, 3, 4, 5, 6, 7 + user % 2] for user in range(80)]
        ratings = [rating(user + 1, film, 4.0, rated_at=step) for user, films in enumerate(people) for step, film in enumerate(films)]
        matrix = matrix_of(ratings)

        def lead(bptt: int) -> float:
            model = Sequence.fit(matrix, {"bptt": bptt, "n_epochs": 60, "target_steps": 0.3, "dropout": 0.0})
            gains = [model.score(of_films(matrix, [first, 3, 4, 5, 6])) for first in (1, 2)]
            return float(min(gains[0][6] - gains[0][7], gains[1][7] - gains[1][6]))

        assert lead(bptt=8) > 2
        assert lead(bptt=1) < 1

    def test_with_the_mask_what_is_watched_lately_counts_more(self) -> None:
        """After film 1 people went on to 2 for years, and lately to 3."""
        long_ago = [rating(user, film, 4.0, rated_at=DAY + step) for user in range(1, 41) for step, film in enumerate((1, 2))]
        lately = [rating(user, film, 4.0, rated_at=9000 * DAY + step) for user in range(41, 71) for step, film in enumerate((1, 3))]
        matrix = matrix_of([*long_ago, *lately])

        def ahead(recency_mask: int) -> float:
            scores = Sequence.fit(matrix, {"recency_mask": recency_mask, "n_epochs": 60}).score(of_films(matrix, [1]))
            return float(scores[2] - scores[1])

        assert ahead(recency_mask=1) > 0 > ahead(recency_mask=0)

    def test_films_of_few_raters_cannot_be_scored(self) -> None:
        matrix = matrix_of([*along_a_ring(), rating(1, RING + 1, 5.0)])

        assert np.isnan(Sequence.fit(matrix, {"n_epochs": 1}).score(History.of_nobody())).nonzero()[0].tolist() == [RING]

    def test_of_very_many_ratings_it_learns_from_some_people(self) -> None:
        matrix = matrix_of(along_a_ring(), n_movies=RING)
        few = Sequence.fit(matrix, {"n_epochs": 1, "most_ratings": 70})

        assert not np.array_equal(few.network.films, Sequence.fit(matrix, {"n_epochs": 1}).network.films)

    @pytest.mark.data
    def test_its_lists_are_better_than_the_popular_ones(self, ml_100k: Path) -> None:
        from recommender.data.movielens import read_data_set

        data = read_data_set(ml_100k)
        split = newest(data.ratings)
        matrix = RatingMatrix.of(split.train, data.catalogue.movie_ids)
        ours = judge(Sequence.fit(matrix, {"n_epochs": 2, "hidden_dimension": 32}), split, data.catalogue, measures=("ndcg@10",))

        assert is_better(paired(ours, judge(Popular.fit(matrix), split, data.catalogue, measures=("ndcg@10",))))
