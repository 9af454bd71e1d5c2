"""Neighbours film by film, against figures worked by hand and against the textbook's sum in numpy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.domain import Rating
from recommender.errors import InvalidInputError
from recommender.models import History
from recommender.models.kernels import native
from recommender.models.kernels.per_film import PerFilm, Votes
from recommender.models.parts import BASE, NEIGHBOUR, total
from recommender.models.user_knn import UserKnn
from tests.recommender.models.references.user_knn import LEAST_NEIGHBOURS, N_FILMS, N_USERS, NEIGHBOURS, stars
from tests.worlds import matrix_of, random_ratings, rating, right_and_wrong, two_tastes

REFERENCE = Path(__file__).parent / "references" / "user_knn.json"

ANA, BEN, CARA, DAN, EVE = range(5)  # rows; their user ids are one higher
DISLIKED, LIKED, THIRD, FOURTH, FIFTH, UNRATED = range(6)  # columns; their movie ids are one higher

# Everybody's mean is 3 stars. In half stars from it Ana is (-2, 2), Ben (-2, 2, 4, -4), Cara (-1, 1, -1, 1) and Dan (2, -2, 0); Eve
# shares no film with Ana.
BY_HAND = matrix_of(
    [
        *(rating(1, film, stars) for film, stars in ((1, 2.0), (2, 4.0))),
        *(rating(2, film, stars) for film, stars in ((1, 2.0), (2, 4.0), (3, 5.0), (4, 1.0))),
        *(rating(3, film, stars) for film, stars in ((1, 2.5), (2, 3.5), (3, 2.5), (4, 3.5))),
        *(rating(4, film, stars) for film, stars in ((1, 4.0), (2, 2.0), (3, 3.0))),
        *(rating(5, film, stars) for film, stars in ((4, 1.0), (5, 5.0))),
    ],
    n_movies=6,
)
WITH_BEN = 8 / np.sqrt(8 * 40)
WITH_CARA = 4 / np.sqrt(8 * 4)


@pytest.fixture(params=["plain", "compiled"], autouse=True)
def _by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything here holds with the kernel in C and without."""
    if request.param == "plain":
        monkeypatch.setenv(native.VARIABLE, native.PLAIN)
    elif native.kernel("per_film") is None:
        pytest.skip("the kernel is not built here")


def fitted(matrix: RatingMatrix = BY_HAND, **parameters: float) -> UserKnn:
    return UserKnn.fit(matrix, {"least_neighbours": 1, **parameters})


def exactly(value: float) -> object:
    """Equal but for the rounding of similarities to multiples of 2^-36."""
    return pytest.approx(value, abs=1e-10)


def test_stars_are_the_own_mean_and_the_weighted_deviations_of_like_people() -> None:
    scores = fitted().score(History.of_row(BY_HAND, ANA))

    assert scores[THIRD] == exactly(3 + (WITH_BEN * 2 - WITH_CARA * 0.5) / (WITH_BEN + WITH_CARA))
    assert scores[FOURTH] == exactly(3 + (WITH_BEN * -2 + WITH_CARA * 0.5) / (WITH_BEN + WITH_CARA))
    assert np.isnan(scores[[FIFTH, UNRATED]]).all()


def test_each_film_has_neighbours_of_its_own() -> None:
    """Ben has rated the fifth film too, Cara has not: of one neighbour each, the third is told of by Cara and the fifth by Ben."""
    matrix = matrix_of([*_ratings(BY_HAND), rating(2, 5, 3.0)], n_movies=6)
    scores = fitted(matrix, n_neighbours=1).score(History.of_row(matrix, ANA))

    assert scores[THIRD] == exactly(2.5)
    assert scores[FIFTH] == exactly(3.0)


def test_fewer_neighbours_than_the_least_tell_nothing_but_their_stars_are_predicted() -> None:
    history, films = History.of_row(BY_HAND, ANA), np.arange(6, dtype=np.int32)
    one, three = fitted(), fitted(least_neighbours=3)

    assert np.isnan(three.score(history)).all()
    np.testing.assert_array_equal(three.predict_many(history, films), one.predict_many(history, films))


def test_people_less_alike_than_the_least_are_left_out() -> None:
    scores = fitted(least_similarity=0.6).score(History.of_row(BY_HAND, ANA))

    assert WITH_BEN < 0.6 < WITH_CARA
    assert scores[THIRD] == exactly(2.5)


def test_stars_are_predicted_within_their_scale() -> None:
    """Ana's mean goes up to 4.5 with two fives: Ben's two stars above his own take the third film past five."""
    history = History.untimed(np.array([0, 1], np.int32), np.array([8, 10], np.uint8))

    model = fitted(matrix_of([rating(2, 1, 2.0), rating(2, 2, 4.0), rating(2, 3, 5.0), rating(2, 4, 1.0)]))
    assert model.score(history)[THIRD] == exactly(6.5)
    assert model.predict_many(history, np.array([THIRD, FOURTH], np.int32)).tolist() == [5.0, exactly(2.5)]
    assert model.predict_many(history, np.array([LIKED, -1], np.int32)).tolist()[1] == 4.5


def test_somebody_new_is_told_everybodys_mean() -> None:
    assert fitted().predict_many(History.of_nobody(), np.array([0, -1], np.int32)).tolist() == [3.0, 3.0]
    assert np.isnan(fitted().score(History.of_nobody())).all()


def test_whoever_gives_the_same_to_all_has_no_neighbours() -> None:
    history = History.untimed(np.array([0, 1], np.int32), np.array([7, 7], np.uint8))

    assert np.isnan(fitted().score(history)).all()
    assert fitted().predict_many(history, np.array([THIRD], np.int32)).tolist() == [3.5]


def test_the_own_row_is_no_neighbour_so_that_a_film_taken_back_does_not_return() -> None:
    whole = History.of_row(BY_HAND, BEN)
    taken_back = replace(whole, columns=whole.columns[:3], half_stars=whole.half_stars[:3])

    own, stranger = (fitted().score(replace(taken_back, own_row=row)) for row in (BEN, None))

    assert own[FOURTH] != stranger[FOURTH]
    assert NEIGHBOUR in {part.kind for part in fitted().explain(taken_back, np.array([FOURTH]))[0]}
    assert BEN not in {part.row for part in fitted().explain(taken_back, np.array([FOURTH]))[0]}


def test_the_reasons_are_the_mean_and_the_neighbours() -> None:
    history = History.of_row(BY_HAND, ANA)
    third, fifth = fitted().explain(history, np.array([THIRD, FIFTH]))

    assert [(part.kind, part.row) for part in third] == [(BASE, None), (NEIGHBOUR, BEN), (NEIGHBOUR, CARA)]
    assert third[0].amount == 3.0
    assert third[1].amount == exactly(WITH_BEN * 2 / (WITH_BEN + WITH_CARA))
    assert fifth == ()


def test_scores_stars_and_reasons_of_one_history_are_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int | None] = []
    find = PerFilm.votes

    def counted(people: PerFilm, columns: NDArray[np.integer], half_stars: NDArray[np.uint8], own_row: int | None, **how: float) -> Votes:
        asked.append(own_row)
        return find(people, columns, half_stars, own_row, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(PerFilm, "votes", counted)
    model, films = fitted(), np.array([THIRD], np.int32)
    ana = History.of_row(BY_HAND, ANA)
    more = replace(ana, half_stars=ana.half_stars + np.array([1, 0], np.uint8))
    for history in (ana, replace(ana, own_row=None), more, History.of_row(BY_HAND, BEN), ana):
        scores, stars, reasons = model.score(history), model.predict_many(history, films), model.explain(history, films)
        anew = fitted()

        np.testing.assert_array_equal(scores, anew.score(history))
        assert (stars.tolist(), reasons) == (anew.predict_many(history, films).tolist(), fitted().explain(history, films))

    assert asked == [row for row in (ANA, None, ANA, BEN, ANA) for _ in ("model", "anew", "for the last reasons")]


@pytest.mark.parametrize(("n_neighbours", "least"), [(1, 1), (3, 1), (5, 5), (50, 5)])
def test_the_parts_add_up(n_neighbours: int, least: int, rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng))
    model = fitted(matrix, n_neighbours=n_neighbours, least_neighbours=least)
    for row in range(0, 40, 5):
        history = History.of_row(matrix, row)
        for score, parts in zip(model.score(history), model.explain(history, np.arange(matrix.n_movies)), strict=True):
            assert (not parts) == bool(np.isnan(score))
            if parts:
                assert total(parts) == pytest.approx(score, abs=1e-9)


@pytest.mark.parametrize(("n_neighbours", "least"), [(1, 1), (4, 2), (20, 1), (50, 5)])
def test_stars_are_those_of_the_textbook(n_neighbours: int, least: int, rng: np.random.Generator) -> None:
    """The sum as LensKit's `UserKNNScorer` has it, film by film, with means that are not rounded; hardly two similarities are the same."""
    matrix = matrix_of(random_ratings(rng, n_users=80, n_movies=120))
    dense = _dense(matrix)
    for row in range(0, 80, 9):
        expected = _textbook(dense, row, n_neighbours, least)

        found = fitted(matrix, n_neighbours=n_neighbours, least_neighbours=least).score(History.of_row(matrix, row))
        np.testing.assert_allclose(found, expected, atol=1e-7)
        assert np.isfinite(found).any()


def test_stars_are_those_of_lenskit() -> None:
    """What LensKit itself has told of a small world, in four places after the point."""
    expected = np.array(json.loads(REFERENCE.read_text()), dtype=np.float64)
    people = range(1, N_USERS + 1)
    given = [rating(user, film, stars(user, film) or 0) for user in people for film in range(1, N_FILMS + 1) if stars(user, film)]
    matrix = matrix_of(given, n_movies=N_FILMS)

    model = fitted(matrix, n_neighbours=NEIGHBOURS, least_neighbours=LEAST_NEIGHBOURS)
    found = [model.score(History.of_row(matrix, row)) for row in range(N_USERS)]
    np.testing.assert_allclose(found, expected, atol=6e-5)
    assert np.isnan(expected).any()


def test_everybody_finds_what_their_kind_loves() -> None:
    matrix = matrix_of(two_tastes())
    for row in range(20):
        scores = fitted(matrix).score(History.of_row(matrix, row))
        right, wrong = right_and_wrong(row + 1)

        assert scores[right - 1] > scores[wrong - 1]


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"n_neighbours": 0}, "n_neighbours must be a number from 1 to 8192, not 0."),
        ({"n_neighbours": 9000}, "n_neighbours must be a number from 1 to 8192, not 9000."),
        ({"least_neighbours": 0}, "least_neighbours must be a number from 1 to 8192, not 0."),
        ({"n_neighbours": 10, "least_neighbours": 11}, "least_neighbours must be at most n_neighbours, 10, not 11."),
        ({"least_similarity": -0.1}, "least_similarity must be a number from 0 to 1, not -0.1."),
        ({"least_similarity": float("nan")}, "least_similarity must be a number from 0 to 1, not nan."),
    ],
)
def test_parameters_out_of_their_limits_are_refused(parameters: dict[str, float], says: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        fitted(**parameters)

    assert str(error.value) == says


def test_who_asks_for_few_neighbours_gets_lists_from_so_few() -> None:
    assert UserKnn.fit(fitted().matrix, {"n_neighbours": 10}).parameters["least_neighbours"] == 10


def _ratings(matrix: RatingMatrix) -> Iterator[Rating]:
    for row in range(matrix.n_users):
        for column, half_stars in zip(*(each.tolist() for each in matrix.row(row)), strict=True):
            yield rating(row + 1, column + 1, half_stars / 2)


def _dense(matrix: RatingMatrix) -> NDArray[np.float64]:
    """Stars, NaN where there is no rating."""
    stars = np.full((matrix.n_users, matrix.n_movies), np.nan)
    for row in range(matrix.n_users):
        columns, half_stars = matrix.row(row)
        stars[row, columns] = half_stars / 2
    return stars


def _textbook(stars: NDArray[np.float64], row: int, n_neighbours: int, least: int) -> NDArray[np.float64]:
    means = np.nanmean(stars, axis=1)
    deviations = stars - means[:, np.newaxis]
    vectors = np.nan_to_num(deviations)
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, np.newaxis]
    similarities = unit @ unit[row]
    similarities[row] = 0
    found = np.full(stars.shape[1], np.nan)
    for film in range(stars.shape[1]):
        raters = [other for other in np.flatnonzero(~np.isnan(stars[:, film])) if similarities[other] >= 1e-6]
        near = sorted(raters, key=lambda other: -similarities[other])[:n_neighbours]
        if len(near) >= least:
            weights = similarities[near]
            found[film] = means[row] + weights @ deviations[near, film] / weights.sum()
    return found
