"""Neighbours are found by what was watched last, and speak for what they watched near it."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.errors import InvalidInputError
from recommender.models import History
from recommender.models.parts import NEIGHBOUR, total
from recommender.models.session_knn import SessionKnn
from tests.worlds import matrix_of, rating

# Ana watched 1, 2, 3, 4, 5 in this order, Ben 3, 1, 6.
WALKS = {1: (1, 2, 3, 4, 5), 2: (3, 1, 6)}
MATRIX = matrix_of(
    [rating(user, film, 4.0, rated_at=100 + at) for user, films in WALKS.items() for at, film in enumerate(films)], n_movies=7
)
PLAIN = {"n_neighbours": 10, "recent_steps": 1.0, "near_steps": 2.0, "backward_weight": 0.5, "popularity_damping": 0.0}


def watched(*films: int, own_row: int | None = None) -> History:
    """Those films in that order."""
    columns = np.array(films, dtype=np.int32) - 1
    order = np.argsort(columns)
    return History(columns[order], np.full(len(films), 8, dtype=np.uint8), np.arange(len(films), dtype=np.int64)[order] + 50, own_row)


def test_a_score_is_worked_out_by_hand() -> None:
    scores = SessionKnn.fit(MATRIX, PLAIN).score(watched(3))

    e = np.exp
    np.testing.assert_allclose(scores, [0.5 * e(-0.5) + 1, 0.5, 1 * np.nan, 1, e(-0.5), e(-0.5), np.nan])


def test_what_was_watched_last_says_more() -> None:
    """Both know films 1 and 2 of Ana, whose film 3 comes after 2 at once."""
    model = SessionKnn.fit(MATRIX, PLAIN)
    share = {}
    for films in ((1, 2), (2, 1)):
        scores = model.score(watched(*films))
        share[films] = scores[2] / np.nansum(scores)

    assert share[1, 2] > share[2, 1]


def test_a_film_that_few_have_rated_finds_nearer_neighbours() -> None:
    everybody = [rating(user, 1, 4.0, rated_at=1) for user in range(1, 11)]
    matrix = matrix_of(
        [*everybody, rating(1, 3, 4.0, rated_at=2), rating(11, 2, 4.0, rated_at=1), rating(11, 4, 4.0, rated_at=2)], n_movies=4
    )
    same_age = {**PLAIN, "recent_steps": 1000.0}

    plain = SessionKnn.fit(matrix, same_age).score(watched(1, 2))
    damped = SessionKnn.fit(matrix, {**same_age, "popularity_damping": 1.0}).score(watched(1, 2))

    assert plain[3] == pytest.approx(plain[2], rel=0.01)
    assert damped[3] > 5 * damped[2]


def test_only_the_nearest_speak_and_never_oneself() -> None:
    by_ana_alone = SessionKnn.fit(MATRIX, {**PLAIN, "n_neighbours": 1}).score(watched(2, 3))
    assert np.isnan(by_ana_alone[5]), "Ben has rated film 6, but Ana shares more"

    ana_herself = SessionKnn.fit(MATRIX, PLAIN).score(watched(*WALKS[1], own_row=0))
    assert np.isnan(ana_herself[[1, 3, 4]]).all(), "nobody but Ana has rated those"


def test_without_a_shared_film_nothing_is_known() -> None:
    model = SessionKnn.fit(MATRIX, PLAIN)
    for history in (watched(7), watched()):
        assert np.isnan(model.score(history)).all()
    empty = SessionKnn.fit(matrix_of([], n_movies=3), PLAIN)
    assert np.isnan(empty.score(watched(1))).all()


def test_each_neighbour_adds_its_part() -> None:
    model = SessionKnn.fit(MATRIX, PLAIN)
    history = watched(1, 3)

    scores = model.score(history)
    parts = model.explain(history, np.arange(7))

    assert [total(one) for one in parts] == pytest.approx(np.nan_to_num(scores).tolist())
    assert {(part.kind, part.row) for part in parts[5]} == {(NEIGHBOUR, 1)}


@pytest.mark.parametrize(
    ("name", "value"), [("n_neighbours", 0), ("near_steps", 0), ("backward_weight", -1), ("popularity_damping", float("nan"))]
)
def test_a_parameter_out_of_its_limits_is_told(name: str, value: float) -> None:
    with pytest.raises(InvalidInputError, match=name):
        SessionKnn.fit(MATRIX, {name: value})
