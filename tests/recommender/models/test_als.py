"""Both factorisations by alternating least squares: against other programs, and in worlds whose right answer is known."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import official_folds, read_data_set
from recommender.errors import InvalidInputError
from recommender.evaluation.quality import star_quality
from recommender.evaluation.splits import Split
from recommender.models import History
from recommender.models.als import Als
from recommender.models.explicit_als import INITIAL_SPREAD
from recommender.models.parts import BASE, OWN, POPULARITY
from recommender.models.star_factors import BIAS_FEATURE
from tests.recommender.models.references.implicit_als import CONFIDENCE, N_FACTORS, N_FILMS, N_USERS, REGULARISATION, has_rated
from tests.worlds import matrix_of, random_ratings, rating, right_and_wrong, two_tastes

REFERENCE = Path(__file__).parent / "references" / "implicit_als.py"
PEERS = Path(__file__).parents[3] / ".bench-venv" / "bin" / "python"
Floats = NDArray[np.float64]


def small_world() -> RatingMatrix:
    """The world of the reference, every rating of 3.5 stars."""
    return matrix_of([rating(u + 1, f + 1, 3.5) for u in range(N_USERS) for f in range(N_FILMS) if has_rated(u, f)], N_FILMS)


class TestLists:
    def test_they_are_those_of_the_library_implicit(self) -> None:
        """To 1e-5. Its confidence c is a weight of 1 beside one of 1/(c-1) here: scores differ by c/(c-1)."""
        matrix = small_world()
        unobserved = 1 / (CONFIDENCE - 1)
        could = (matrix.n_ratings / N_USERS + unobserved * N_FILMS) * (matrix.n_ratings / N_FILMS + unobserved * N_USERS)
        chosen = {
            "n_factors": N_FACTORS,
            "n_iterations": 300,
            "regularisation": REGULARISATION / CONFIDENCE / np.sqrt(could),
            "frequency": 0,
            "unobserved": unobserved,
        }
        model = Als.fit(matrix, chosen)

        found = [model.score(History.of_row(matrix, row)) * CONFIDENCE / (CONFIDENCE - 1) for row in range(N_USERS)]

        np.testing.assert_allclose(found, json.loads(REFERENCE.with_suffix(".json").read_text()), atol=1e-5)

    @pytest.mark.skipif(not PEERS.exists(), reason="the library implicit is not installed; make bench installs it")
    def test_the_numbers_kept_are_what_the_library_says_today(self) -> None:
        told = subprocess.run([PEERS, REFERENCE], capture_output=True, text=True, check=True, env={"OPENBLAS_NUM_THREADS": "1"}).stdout

        np.testing.assert_allclose(json.loads(told), json.loads(REFERENCE.with_suffix(".json").read_text()), atol=2e-6)

    def test_the_film_of_their_taste_is_put_before_the_other(self) -> None:
        ratings = [one for one in two_tastes() if one.stars > 3]
        matrix = matrix_of(ratings, 30)
        model = Als.fit(matrix)
        for row, user_id in enumerate(matrix.user_ids.tolist()):
            scores = model.score(History.of_row(matrix, row))
            right, wrong = right_and_wrong(user_id)
            assert scores[right - 1] > 0.5 > scores[wrong - 1]

    def test_a_film_rated_low_says_less_than_one_rated_high(self) -> None:
        matrix = matrix_of([one for one in two_tastes() if one.stars > 3], 30)
        model = Als.fit(matrix)
        columns, loved, hated = np.array([0], dtype=np.int32), np.array([10], dtype=np.uint8), np.array([1], dtype=np.uint8)

        assert model.score(History.untimed(columns, loved))[2] > model.score(History.untimed(columns, hated))[2] > 0

    def test_nobody_can_tell_of_a_film_that_nobody_has_rated_nor_of_a_person_who_rated_nothing(self) -> None:
        matrix = matrix_of(two_tastes(), n_movies=31)
        model = Als.fit(matrix)

        assert np.flatnonzero(np.isnan(model.score(History.of_row(matrix, 0)))).tolist() == [30]
        assert np.isnan(model.score(History.of_nobody())).all()
        only_unknown = History.untimed(np.array([30], dtype=np.int32), np.array([10], dtype=np.uint8))
        assert np.isnan(model.score(only_unknown)).all()

    def test_films_that_nobody_has_rated_change_nothing(self) -> None:
        chosen = {"n_iterations": 2}
        alone, among_others = (matrix_of(two_tastes(), n_movies) for n_movies in (30, 90))

        scores = Als.fit(among_others, chosen).score(History.of_row(among_others, 0))[:30]

        np.testing.assert_allclose(scores, Als.fit(alone, chosen).score(History.of_row(alone, 0)), atol=1e-5)

    def test_a_film_taken_back_does_not_come_straight_back(self, rng: np.random.Generator) -> None:
        matrix = matrix_of(random_ratings(rng))
        model, theirs = Als.fit(matrix), History.of_row(matrix, 3)
        now = History.untimed(theirs.columns[1:], theirs.half_stars[1:], own_row=3)
        newcomer = History.untimed(now.columns, now.half_stars)

        assert np.flatnonzero(np.isnan(model.score(now))).tolist() == [theirs.columns[0]]
        assert not np.isnan(model.score(newcomer)).any()

    def test_every_part_is_an_own_rating_and_without_all_of_them_nothing_is_left(self, rng: np.random.Generator) -> None:
        matrix = matrix_of(random_ratings(rng))
        model, history = Als.fit(matrix), History.of_row(matrix, 5)

        for parts in model.explain(history, np.arange(10)):
            assert {part.kind for part in parts} == {OWN}
            assert sorted(part.column or 0 for part in parts) == history.columns.tolist()
            amounts = [abs(part.amount) for part in parts]
            assert amounts == sorted(amounts, reverse=True)


def by_least_squares(stars: Floats, regularisation: float, films: Floats, n_iterations: int, feature: float) -> Floats:
    """Another program for the explicit factorisation: users by films with NaN; the stars predicted of everybody for everything.

    Everybody's ridge is times how many ratings they have. feature: 0 for no biases.
    """
    mean = float(np.nanmean(stars)) if feature else 0.0
    film_biases = np.zeros(len(films))
    for _ in range(n_iterations):
        person_biases, people = _one_by_one(stars - mean - film_biases, films, regularisation, feature)
        film_biases, films = _one_by_one(stars.T - mean - person_biases, people, regularisation, feature)
    person_biases, people = _one_by_one(stars - mean - film_biases, films, regularisation, feature)
    return mean + person_biases[:, np.newaxis] + film_biases + people @ films.T


def _one_by_one(wanted: Floats, factors: Floats, regularisation: float, feature: float) -> tuple[Floats, Floats]:
    features = np.column_stack([np.full(len(factors), feature), factors])
    found = np.zeros((len(wanted), features.shape[1]))
    for row, given in enumerate(wanted):
        at = np.flatnonzero(~np.isnan(given))
        ridge = np.sqrt(regularisation * len(at)) * np.eye(features.shape[1])
        found[row] = np.linalg.lstsq(np.vstack([features[at], ridge]), np.concatenate([given[at], np.zeros(len(ridge))]))[0]
    return feature * found[:, 0], found[:, 1:]


class TestStars:
    NAN = float("nan")
    # Five people and five films.
    GIVEN = np.array(
        [
            [5.0, 4.0, NAN, 1.0, NAN],
            [4.5, NAN, 4.0, 1.5, 2.0],
            [NAN, 1.0, 2.0, 5.0, 4.5],
            [1.0, 1.5, NAN, 4.0, NAN],
            [3.0, NAN, 3.5, NAN, 3.0],
        ]
    )

    @pytest.mark.parametrize("biases", [0, 1])
    def test_they_are_those_of_least_squares_solved_one_by_one(self, biases: int) -> None:
        """To 1e-4 stars: the films are kept as float32."""
        given = self.GIVEN
        matrix = matrix_of(rating(u + 1, f + 1, given[u, f]) for u in range(5) for f in range(5) if not np.isnan(given[u, f]))
        chosen = {
            "star_factors": 2,
            "star_iterations": 10,
            "star_regularisation": 0.05,
            "star_frequency": 1,
            "star_biases": biases,
            "seed": 7,
        }
        model = Als.fit(matrix, {**chosen, "by_stars": 1})
        first = np.random.default_rng(7).standard_normal((5, 2)) * INITIAL_SPREAD

        expected = by_least_squares(given, 0.05, first, 10, BIAS_FEATURE * biases)

        found = np.array([model.score(History.of_row(matrix, row)) for row in range(5)])
        np.testing.assert_allclose(found, expected, atol=1e-4)
        assert np.nanmean((expected - given) ** 2) < 0.15  # they fit: it is no comparison of noughts
        films = np.arange(5, dtype=np.int32)
        predicted = np.array([model.predict_many(History.of_row(matrix, row), films) for row in range(5)])
        np.testing.assert_allclose(predicted, np.clip(expected, 0.5, 5), atol=1e-4)

    def test_little_knowledge_is_the_mean_and_what_the_one_side_says(self) -> None:
        unknown, liked, disliked, absent = np.array([0, 1, 2, -1], dtype=np.int32)
        matrix = matrix_of([rating(u, f, 4.0 if f == 2 else 2.0) for u in range(1, 40) for f in (2, 3)])
        model = Als.fit(matrix)
        stars = model.predict_many(History.of_nobody(), np.array([liked, disliked, unknown, absent]))

        assert stars[0] > 3.5 > 2.5 > stars[1]
        assert stars[2:].tolist() == [3.0, 3.0]  # neither person nor film
        generous = History.untimed(np.array([liked, disliked]), np.array([10, 8], dtype=np.uint8))
        first, second = model.predict_many(generous, np.array([unknown, absent]))
        assert first == second > 3.1  # the film says nothing, the person is kind

    def test_without_biases_unknown_people_and_films_get_the_mean(self) -> None:
        matrix = matrix_of([rating(u, f, 3.5) for u in range(1, 9) for f in (1, 2)], n_movies=3)
        model = Als.fit(matrix, {"star_biases": 0, "by_stars": 1})

        assert model.predict_many(History.of_nobody(), np.array([0, 2, -1], dtype=np.int32)).tolist() == [3.5, 3.5, 3.5]
        assert np.isnan(model.score(History.of_nobody())).all()

    def test_ranking_by_them_names_the_mean_the_film_and_the_own_ratings(self, rng: np.random.Generator) -> None:
        matrix = matrix_of(random_ratings(rng))
        model, history = Als.fit(matrix, {"by_stars": 1}), History.of_row(matrix, 5)
        [parts] = model.explain(history, np.array([7]))

        assert parts[0].kind == BASE
        assert sorted({part.kind for part in parts[1:]}) == [OWN, POPULARITY]
        assert sum(part.amount for part in parts) == pytest.approx(model.score(history)[7], abs=1e-9)
        assert model.neutral == 2.5

    @pytest.mark.data
    def test_on_the_first_official_fold_they_are_ahead_of_the_paper(self, ml_100k: Path) -> None:
        films = read_data_set(ml_100k).catalogue
        first = Split(*official_folds(ml_100k, films.movie_ids)[0])

        figures = star_quality([first], films, "als", {"n_iterations": 1})

        assert figures["rmse"].mean < 0.93  # .923; the paper's is .957
        assert figures["mae"].mean < 0.735


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("n_factors", 0, "n_factors must be a number from 1 to 1024, not 0."),
        ("n_factors", 2.5, "n_factors must be a whole number from 1 to 1024, not 2.5."),
        ("unobserved", 0.0, "unobserved must be a number from 1e-06 to 1000, not 0.0."),
        ("star_frequency", float("nan"), "star_frequency must be a number from 0 to 1, not nan."),
        ("liking", 0.5, "liking must be a number from 0 to 0.33, not 0.5."),
    ],
)
def test_parameters_that_make_no_sense_are_refused(name: str, value: float, sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Als.fit(matrix_of(two_tastes()), {name: value})
    assert str(refused.value) == sentence


def test_another_seed_is_another_model_that_says_much_the_same() -> None:
    matrix = matrix_of([one for one in two_tastes() if one.stars > 3], 30)
    history = History.of_row(matrix, 0)
    one, other = (Als.fit(matrix, {"seed": seed}).score(history) for seed in (0, 1))

    assert (one != other).any()
    np.testing.assert_allclose(one, other, atol=0.1)


@pytest.mark.data
def test_a_person_is_scored_and_told_why_while_they_wait(ml_latest_small: Path) -> None:
    data = read_data_set(ml_latest_small)
    model = Als.fit(RatingMatrix.of(data.ratings, data.catalogue.movie_ids), {"n_iterations": 1, "star_iterations": 1})
    longest = History.of_row(model.matrix, int(np.argmax(np.diff(model.matrix.row_starts))))
    seconds = []
    for _ in range(5):
        started = perf_counter()
        model.score(longest)
        model.predict_many(longest, np.arange(10, dtype=np.int32))
        seconds.append(perf_counter() - started)

    assert min(seconds) < 0.1  # 2,698 ratings, 9,742 films; 2 ms on a core of its own
