"""Every number in a reason is true: counted again, by the plainest means, for everybody in worlds without sense."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender import lists, reasons
from recommender.data.matrix import RatingMatrix
from recommender.domain import Reason
from recommender.models import History, recipes
from recommender.publication import Published
from tests.worlds import data_set_of, random_ratings, rating

NUMBERS = {word: number for number, word in enumerate(reasons._WORDS)}
LOVED = re.compile(r"(\S+) of the (\d+) people most like you gave it 5 stars\.")
LIKED = re.compile(r"(\S+) of the (\d+) people most like you gave it 4 stars or more\.")
RATED = re.compile(r"(\S+) of the (\d+) people most like you gave it ([\d.]+) stars?(?: on average)?\.")
ALL = re.compile(r"([\d,]+) people gave it ([\d.]+) stars on average\.")


@pytest.fixture
def world(rng: np.random.Generator) -> Published:
    data = data_set_of(random_ratings(rng, n_users=60))
    matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)
    return Published(1, "v1", recipes.fit("user-cosine", matrix, data.catalogue, {"n_neighbours": 25}), data.catalogue, {})


def table_of(matrix: RatingMatrix) -> NDArray[np.int64]:
    """Half stars, users by films, 0 for none."""
    table = np.zeros((matrix.n_users, matrix.n_movies), dtype=np.int64)
    table[np.repeat(np.arange(matrix.n_users), np.diff(matrix.row_starts)), matrix.columns] = matrix.half_stars
    return table


def number(text: str) -> int:
    return NUMBERS[text.lower()] if text.lower() in NUMBERS else int(text.replace(",", ""))


def people_counted(reason: Reason, votes: NDArray[np.int64], n_near: int) -> bool:
    """Whether the sentence about the nearest people agrees with their votes, 0 for none."""
    given = votes[votes > 0]
    if found := LOVED.fullmatch(reason.text):
        return (number(found[1]), int(found[2])) == (int(np.sum(given == 10)), n_near)
    if found := LIKED.fullmatch(reason.text):
        return (number(found[1]), int(found[2])) == (int(np.sum(given >= 8)), n_near)
    found = RATED.fullmatch(reason.text)
    return bool(found) and number(found[1]) == len(given) and abs(float(found[3]) - given.mean() / 2) <= 0.25


def everyone_counted(reason: Reason, votes: NDArray[np.int64]) -> bool:
    """Whether the sentence about everybody agrees with all others' votes, 0 for none."""
    given, found = votes[votes > 0], ALL.fullmatch(reason.text)
    return bool(found) and number(found[1]) == len(given) and found[2] == f"{given.mean() / 2:.1f}"


def test_every_number_is_that_of_the_ratings(world: Published) -> None:
    matrix, table, seen = world.matrix, table_of(world.matrix), set()
    lengths = np.sqrt((table**2).sum(axis=1))
    for row in range(matrix.n_users):
        similar = np.round((table @ table[row]) / (lengths * lengths[row]) * 2**36)
        similar[row] = 0
        near = np.argsort(-similar, kind="stable")[:25]
        near = near[similar[near] > 0]
        for line in lists.make(History.of_row(matrix, row), world, 10).movies:
            column = line.movie.movie_id - 1
            assert people_counted(line.reasons[0], table[near, column], len(near)), (row, line)
            assert everyone_counted(line.reasons[-1], np.delete(table[:, column], row)), (row, line)
            seen.add(re.sub(r"[\d.]+|^\S+", "", line.reasons[0].text))
    assert len(seen) >= 2  # the worlds hold more than one kind of sentence


def test_ones_own_rating_taken_back_is_not_counted_among_everyones(world: Published) -> None:
    matrix, table = world.matrix, table_of(world.matrix)
    columns, half_stars = matrix.row(0)
    without_first = History.untimed(columns[1:], half_stars[1:], own_row=0)

    (line,) = (line for line in lists.make(without_first, world, 100).movies if line.movie.movie_id == columns[0] + 1)

    assert everyone_counted(line.reasons[-1], table[1:, columns[0]])


@pytest.mark.parametrize("n_left", [1, 0], ids=["a film that nobody near has rated", "a person without ratings"])
def test_ones_own_rating_taken_back_leaves_a_film_that_nobody_else_rated(n_left: int) -> None:
    data = data_set_of([rating(1, 1, 5.0), rating(1, 2, 4.0), rating(2, 2, 4.0)])
    matrix = RatingMatrix.of(data.ratings, data.catalogue.movie_ids)
    world = Published(1, "v1", recipes.fit("user-cosine", matrix, data.catalogue, {}), data.catalogue, {})
    columns, half_stars = matrix.row(0)
    left = History.untimed(columns[1 : 1 + n_left], half_stars[1 : 1 + n_left], own_row=0)

    (line,) = (line for line in lists.make(left, world, 10).movies if line.movie.movie_id == 1)

    assert [reason.text for reason in line.reasons] == ["Nobody else has rated it yet."]
