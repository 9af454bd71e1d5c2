"""A blend weighs its parts by what they find of ratings they have not seen, and by how much somebody has rated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Parameters, recipes
from recommender.models.blend import Blend
from recommender.models.parts import REMAINDER, total
from recommender.models.weighing import Weights, has_order, learned, standardised
from tests.recommender.test_promotion import tastes_in_time
from tests.worlds import data_set_of, matrix_of, rating

EVEN = Weights(np.array([20]), np.array([[0.5, 0.5], [0.5, 0.5]]))


@dataclass(frozen=True)
class Fixed:
    """A part that gives every film the same score whoever asks, and cannot be taken apart."""

    recipe: str
    matrix: RatingMatrix
    scores: NDArray[np.float64]

    parameters: Parameters = None  # type: ignore[assignment]
    neutral = 0.0
    is_personal = False

    def score(self, history: History) -> NDArray[np.float64]:
        return self.scores

    def arrays(self) -> Arrays:
        return {}


def parts(**scores: list[float]):
    return lambda name, matrix: Fixed(name, matrix, np.array(scores[name]))


def history_of(n: int) -> History:
    return History.untimed(np.arange(n, dtype=np.int32), np.full(n, 8, dtype=np.uint8))


def test_the_part_that_finds_what_was_held_out_gets_the_weight() -> None:
    """Everybody watches film 4 last; one part knows, the other says the opposite."""
    matrix = matrix_of([rating(user, film, 4.0, rated_at=film) for user in range(1, 41) for film in (1, 2, 4)], n_movies=6)

    blend = Blend.fit(matrix, {"seed": 0.0}, EVEN, ("knows", "errs"), parts(knows=[0, 0, 0, 1, 0, 0], errs=[0, 0, 1, 0, 0, 0]))

    row = blend.weights.of(3)
    weight = dict(zip([part.recipe for part in blend.parts], row, strict=True))
    assert weight["knows"] > weight.get("errs", 0.0)


def test_without_times_what_is_held_out_lies_anywhere() -> None:
    """Everybody has rated the same, film 4 last of all by its number; without times nothing tells that it is the next."""
    last = {"knows": [0, 0, 0, 1, 0, 0], "errs": [0, 0, 1, 0, 0, 0]}
    found = {}
    for times in ("told", "unknown"):
        at = {1: 1, 2: 2, 4: 4} if times == "told" else dict.fromkeys((1, 2, 4), 0)
        matrix = matrix_of([rating(user, film, 4.0, rated_at=at[film]) for user in range(1, 41) for film in (1, 2, 4)], n_movies=6)
        known: list[RatingMatrix] = []

        def fit(held: RatingMatrix, known: list[RatingMatrix] = known) -> list[Fixed]:
            known.append(held)
            return [Fixed(name, held, np.array(scores)) for name, scores in last.items()]

        weights = learned(matrix, fit, EVEN, rng=np.random.default_rng(0))
        found[times] = known[0].raters.tolist(), weights.table[0].tolist()

    assert found["told"][0] == [40, 40, 0, 0, 0, 0]
    assert found["told"][1][0] > found["told"][1][1]
    assert all(20 < n < 35 for n in np.array(found["unknown"][0])[[0, 1, 3]])


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([(1, 5), (1, 5), (2, 7)], False),
        ([(1, 5), (1, 6), (2, 7)], True),
        ([(1, 0), (2, 0), (2, 0)], False),
        ([(1, 3), (2, 4), (2, 5)], True),
        ([], False),
    ],
)
def test_order_is_there_where_somebody_has_ratings_of_two_times(times: list[tuple[int, int]], expected: bool) -> None:
    matrix = matrix_of([rating(user, film + 1, 4.0, rated_at=at) for film, (user, at) in enumerate(times)], n_movies=4)
    assert has_order(matrix) is expected


def test_where_nothing_can_be_learned_the_prior_stays() -> None:
    for matrix in (matrix_of([], n_movies=3), matrix_of([rating(1, 1, 4.0)], n_movies=3)):
        blend = Blend.fit(matrix, {"seed": 0.0}, EVEN, ("one", "other"), parts(one=[0, 1, 2], other=[2, 1, 0]))
        np.testing.assert_array_equal(blend.weights.table, EVEN.table)


def test_weights_are_those_of_the_length_of_the_history() -> None:
    weights = Weights(np.array([4, 20]), np.array([[1.0], [2.0], [3.0]]))
    assert [weights.of(n).tolist() for n in (0, 4, 5, 20, 21, 1000)] == [[1.0], [1.0], [2.0], [2.0], [3.0], [3.0]]


def test_scores_are_put_on_one_scale_and_added() -> None:
    matrix = matrix_of([rating(1, 1, 4.0)], n_movies=3)
    both = (Fixed("one", matrix, np.array([1.0, 2.0, 3.0])), Fixed("other", matrix, np.array([100.0, 300.0, 200.0])))
    blend = Blend(matrix, {}, both, Weights(np.array([0]), np.array([[1.0, 0.5], [1.0, 0.5]])))

    deviation = np.sqrt(2 / 3)
    np.testing.assert_allclose(blend.score(history_of(1)), [(-1 - 0.5) / deviation, 0.5 / deviation, 1 / deviation])


def test_a_film_that_one_part_cannot_tell_counts_as_neutral_there_and_one_that_none_can_is_unknown() -> None:
    matrix = matrix_of([rating(1, 1, 4.0)], n_movies=3)
    both = (Fixed("one", matrix, np.array([np.nan, np.nan, 1.0])), Fixed("other", matrix, np.array([np.nan, 1.0, 0.0])))
    blend = Blend(matrix, {}, both, Weights(np.array([0]), np.array([[1.0, 1.0], [1.0, 1.0]])))

    scores = blend.score(history_of(1))

    assert np.isnan(scores[0])
    assert scores[1] == pytest.approx(scores[2])


def test_scores_that_do_not_differ_say_nothing() -> None:
    assert standardised(np.full(4, 7.0), 0.0).scores.tolist() == [0.0] * 4
    assert standardised(np.zeros(0), 0.0).scores.tolist() == []


def test_a_part_that_cannot_be_taken_apart_is_a_remainder() -> None:
    matrix = matrix_of([rating(1, 1, 4.0)], n_movies=3)
    blend = Blend(matrix, {}, (Fixed("one", matrix, np.array([1.0, 2.0, 6.0])),), Weights(np.array([0]), np.array([[1.0], [1.0]])))

    scores, explained = blend.score(history_of(1)), blend.explain(history_of(1), np.arange(3))

    assert [total(one) for one in explained] == pytest.approx(scores.tolist())
    assert all(REMAINDER in {part.kind for part in one} for one in explained)


def test_parts_at_hand_are_not_made_again() -> None:
    data = data_set_of(tastes_in_time(), n_movies=60)
    matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)
    made = []

    def fit_part(name: str, over: RatingMatrix):
        made.append((name, over is matrix))
        return recipes.fit(name, over, data.catalogue)

    recipes.fit("blend", matrix, data.catalogue, fit_part=fit_part)

    assert [name for name, is_whole in made if not is_whole] == list(recipes.PARTS)
    assert set(recipes.PARTS) >= {name for name, is_whole in made if is_whole}


@dataclass(frozen=True)
class Insider(Fixed):
    """A part that knows what comes next for whoever has rated film 5, and nothing of others."""

    def score(self, history: History) -> NDArray[np.float64]:
        return self.scores if 4 in history.columns else np.zeros(len(self.scores))


@pytest.mark.parametrize(("n_insiders", "moves"), [(1, False), (20, True)])
def test_a_weight_leaves_the_prior_only_for_what_is_clear_of_chance(n_insiders: int, moves: bool) -> None:
    ratings = [rating(user, film, 4.0, rated_at=film) for user in range(1, 41) for film in (1, 2)]
    ratings += [rating(user, 5, 4.0, rated_at=3) for user in range(1, n_insiders + 1)]
    ratings += [rating(user, 4 if user <= n_insiders else 3, 4.0, rated_at=9) for user in range(1, 41)]
    prior = Weights(np.array([20]), np.array([[0.5, 0.0], [0.5, 0.0]]))

    def fit(held: RatingMatrix) -> list[Fixed]:
        return [Fixed("most", held, np.array([0, 0, 1.0, 0, 0, 0])), Insider("insider", held, np.array([0, 0, 0, 1.0, 0, 0]))]

    weights = learned(matrix_of(ratings, n_movies=6), fit, prior, rng=np.random.default_rng(0))

    assert bool((weights.table != prior.table).any()) is moves


@pytest.mark.parametrize(("rated_at", "prior"), [((1, 2), recipes.PRIOR), ((0, 0), recipes.WITHOUT_ORDER)])
def test_the_prior_is_the_one_for_ratings_with_or_without_an_order(
    monkeypatch: pytest.MonkeyPatch, rated_at: tuple[int, int], prior: Weights
) -> None:
    data = data_set_of([rating(1, film, 4.0, rated_at=at) for film, at in enumerate(rated_at, 1)], n_movies=2)
    begun: list[Weights] = []
    monkeypatch.setattr(Blend, "fit", classmethod(lambda cls, matrix, parameters, weights, *_: begun.append(weights)))

    recipes.fit("blend", RatingMatrix.of(data.ratings, data.catalogue.movie_ids), data.catalogue)

    assert begun == [prior]
