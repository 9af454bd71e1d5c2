"""People in groups of like taste, on the documents' example and on a world of two tastes."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.errors import InvalidInputError
from recommender.models import History
from recommender.models.taste_groups import TasteGroups
from recommender.models.user_cosine import UserCosine
from tests.worlds import matrix_of, random_ratings, rating, two_tastes

# The document gives the cosines and the groups; this is a table that has them.
MARCOS, JOHN, JONAS, PETER = range(4)
STARS = {MARCOS: (4, 1, 1), JOHN: (1, 5, 5), JONAS: (3, 1, 1), PETER: (2, 3, 3)}
SAMPLE = matrix_of(rating(person + 1, film + 1, stars) for person, row in STARS.items() for film, stars in enumerate(row))


@pytest.mark.parametrize(("one", "other", "cosine"), [(MARCOS, JONAS, 0.9949), (JOHN, PETER, 0.9553)])
def test_the_nearest_pairs_of_the_document_have_its_cosines(one: int, other: int, cosine: float) -> None:
    model = UserCosine.fit(SAMPLE, {"n_neighbours": 1})

    for person, nearest in ((one, other), (other, one)):
        near = model.neighbours(History.of_row(SAMPLE, person))
        assert near.rows.tolist() == [nearest]
        assert near.similarities.round(4).tolist() == [cosine]


@pytest.mark.parametrize("seed", range(5))
def test_the_groups_of_the_document(seed: int) -> None:
    groups = TasteGroups.of(SAMPLE, 2, rng=np.random.default_rng(seed))

    assert groups.group_of[MARCOS] == groups.group_of[JONAS] != groups.group_of[JOHN] == groups.group_of[PETER]


def test_two_tastes_are_two_groups_and_a_newcomer_is_told_theirs(rng: np.random.Generator) -> None:
    matrix = matrix_of(two_tastes())
    groups = TasteGroups.of(matrix, 2, rng=rng)
    loves_odd = History.untimed(np.array([0, 1, 2], dtype=np.int32), np.array([10, 2, 10], dtype=np.uint8))

    assert len(set(groups.group_of[:10].tolist())) == 1
    assert len(set(groups.group_of[10:].tolist())) == 1
    assert groups.group_of[0] != groups.group_of[10]
    assert np.argmax(groups.likeness(loves_odd)) == groups.group_of[0]


def test_the_films_that_are_typical_of_a_group_are_those_it_loves(rng: np.random.Generator) -> None:
    groups = TasteGroups.of(matrix_of(two_tastes()), 2, rng=rng)

    typical = groups.typical_films(int(groups.group_of[0]), 10) + 1  # movie ids

    assert set((typical % 2).tolist()) == {1}  # the first viewers love odd films


def test_the_larger_group_comes_first(rng: np.random.Generator) -> None:
    ratings = [r for r in two_tastes() if r.user_id <= 13]  # ten of one taste, three of the other

    groups = TasteGroups.of(matrix_of(ratings), 2, rng=rng)

    assert np.bincount(groups.group_of).tolist() == [10, 3]


def test_no_group_is_empty_even_where_all_are_alike(rng: np.random.Generator) -> None:
    ratings = [rating(user, film, 4.0) for user in range(6) for film in (1, 2)]

    groups = TasteGroups.of(matrix_of(ratings), 3, rng=rng)

    assert np.bincount(groups.group_of, minlength=3).min() >= 1


def test_every_person_is_in_the_group_whose_centre_is_nearest_and_the_same_seed_gives_the_same(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng))
    groups, again = (TasteGroups.of(matrix, 4, rng=np.random.default_rng(3)) for _ in range(2))

    np.testing.assert_array_equal(groups.group_of, again.group_of)
    for row in range(matrix.n_users):
        assert np.argmax(groups.likeness(History.of_row(matrix, row))) == groups.group_of[row]


def test_whoever_has_rated_nothing_is_like_no_group(rng: np.random.Generator) -> None:
    assert TasteGroups.of(SAMPLE, 2, rng=rng).likeness(History.of_nobody()).tolist() == [0, 0]


@pytest.mark.parametrize("n", [0, 5])
def test_more_groups_than_people_are_refused(n: int) -> None:
    with pytest.raises(InvalidInputError) as refused:
        TasteGroups.of(SAMPLE, n, rng=np.random.default_rng(0))
    assert str(refused.value) == f"n_groups must be a whole number from 1 to the 4 people there are, not {n}."


def test_groups_that_were_saved_say_the_same(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng))
    groups = TasteGroups.of(matrix, 4, rng=rng)
    again = TasteGroups.restore(groups.arrays())

    assert len(again) == 4
    assert again.sizes.tolist() == np.bincount(groups.group_of).tolist()
    for row in range(matrix.n_users):
        history = History.of_row(matrix, row)
        np.testing.assert_allclose(again.likeness(history), groups.likeness(history), atol=1e-6)
    for group in range(4):
        assert again.typical_films(group, 3).tolist() == groups.typical_films(group, 3).tolist()


def test_what_is_left_out_makes_room_for_the_next_films(rng: np.random.Generator) -> None:
    groups = TasteGroups.of(matrix_of(two_tastes()), 2, rng=rng)

    best = groups.typical_films(0, 6)

    assert groups.typical_films(0, 4, exclude=best[:2]).tolist() == best[2:].tolist()


def test_a_film_that_others_watch_more_is_not_typical(rng: np.random.Generator) -> None:
    groups = TasteGroups.of(matrix_of(two_tastes()), 2, rng=rng)

    typical = groups.typical_films(0, 30)

    assert len(typical) == 15
    assert len(set((typical % 2).tolist())) == 1


def test_groups_that_are_alike_have_no_films_of_their_own(rng: np.random.Generator) -> None:
    groups = TasteGroups.of(matrix_of([rating(user, film, 4.0) for user in range(6) for film in (1, 2)]), 2, rng=rng)

    assert groups.typical_films(0, 5).tolist() == []
