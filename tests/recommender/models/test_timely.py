"""What is watched next: each term pulls the way it says, in worlds where nothing else differs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.domain import Movie, MovieId, Rating
from recommender.errors import InvalidInputError
from recommender.models import History
from recommender.models.kinds import Kinds
from recommender.models.parts import CONTENT, NEIGHBOUR, POPULARITY
from recommender.models.timely import Timely
from recommender.models.votes import DAY
from tests.worlds import rating

N_MOVIES = 120
TODAY = 20_000 * DAY  # in the year 2024
MANY = History.untimed(np.arange(20, 120, dtype=np.int32), np.full(100, 7, dtype=np.uint8))
FEW = History.untimed(np.array([20], dtype=np.int32), np.array([7], dtype=np.uint8))


def world(ratings: Iterable[Rating], films: dict[int, tuple[int, str]]) -> tuple[RatingMatrix, Catalogue]:
    """Films by their year and genre; those not named are dramas of 1990. User 900 rates film 20 a day, so that the pace is even."""
    table = RatingTable.of([*ratings, *(rating(900 + day, 20, 2.0, TODAY - day * DAY) for day in range(2000))])
    entries = []
    for k in range(1, N_MOVIES + 1):
        year, genre = films.get(k, (1990, "Drama"))
        entries.append(CatalogueEntry(Movie(MovieId(k), f"Film {k}", year, (genre,) if genre else ())))
    catalogue = Catalogue.of(entries)
    return RatingMatrix.of(table, catalogue.movie_ids), catalogue


def voted(film: int, *days_ago: int, stars: float = 4.0) -> list[Rating]:
    return [rating(10_000 * film + days * 10 + at, film, stars, TODAY - days * DAY) for at, days in enumerate(days_ago)]


def test_of_two_films_with_as_many_votes_the_new_one_comes_first_for_whoever_has_seen_much() -> None:
    matrix, films = world([*voted(1, 10, 20, 30), *voted(2, 10, 20, 30), *voted(1, 1900)], {2: (2024, "Drama")})
    model = Timely.fit(matrix, films, {"years": 0.0})

    new_over_old = [model.score(history)[1] - model.score(history)[0] for history in (MANY, FEW)]

    assert new_over_old[0] > 1 > new_over_old[1]


def test_an_old_film_first_rated_yesterday_is_not_new() -> None:
    matrix, films = world([*voted(1, 1), *voted(2, 1)], {1: (1950, "Drama"), 2: (2024, "Drama")})
    new = Timely.fit(matrix, films).new

    assert new[0] == pytest.approx(0, abs=1e-9)
    assert new[1] > 2


def test_a_film_whose_year_is_not_over_or_unknown_is_as_old_as_its_first_rating() -> None:
    matrix, films = world([*voted(1, 1), *voted(2, 1), *voted(3, 1)], {1: (2024, "Drama"), 2: (2030, "Drama"), 3: (0, "Drama")})
    new = Timely.fit(matrix, films).new

    assert new[0] == new[1] == new[2] > 2


def test_better_liked_films_come_first_for_a_newcomer() -> None:
    # The same votes: three of 4 stars, and two of 5 whose film is rated 2 stars, no vote, by a crowd.
    matrix, films = world(
        [*voted(1, 5, 5, 5), *voted(2, 5, 5, stars=5.0), *(rating(u, 2, 2.0, TODAY - 5 * DAY) for u in range(300, 310))], {}
    )
    model = Timely.fit(matrix, films)

    assert model.votes[0] == pytest.approx(model.votes[1])
    assert model.score(FEW)[0] > model.score(FEW)[1]


def test_what_people_alike_watch_comes_before_what_others_watch() -> None:
    alike = [rating(u, 21, 4.0, TODAY) for u in (1, 2)] + [rating(u, 1, 5.0, TODAY) for u in (1, 2)]
    others = [rating(u, 22, 4.0, TODAY) for u in (3, 4)] + [rating(u, 2, 5.0, TODAY) for u in (3, 4)]
    matrix, films = world([*alike, *others], {})
    history = History.untimed(np.array([20], dtype=np.int32), np.array([8], dtype=np.uint8))  # film 21

    scores = Timely.fit(matrix, films).score(history)

    assert scores[0] > scores[1] + 0.5


def test_films_of_the_genres_and_years_one_watches_come_first() -> None:
    films_by_kind = {1: (1950, "Horror"), 2: (1951, "Drama"), 3: (1990, "Horror"), 4: (1990, "Drama")}
    films_by_kind |= dict.fromkeys(range(30, 60), (1950, "Horror"))
    matrix, films = world([r for film in (1, 2, 3, 4) for r in voted(film, 3, 400)], films_by_kind)
    fan = History.untimed(np.arange(29, 59, dtype=np.int32), np.full(30, 9, dtype=np.uint8))

    scores = Timely.fit(matrix, films).score(fan)

    assert scores[0] > scores[1] > scores[3]
    assert scores[0] > scores[2] > scores[3]


def test_genres_of_films_one_dislikes_are_not_ones_own() -> None:
    votes = np.ones(N_MOVIES)
    kinds = Kinds.of(world([], {1: (1990, "Horror"), 2: (1990, "Horror")})[1], votes)
    loves, hates = (kinds.by_genres(History.untimed(np.array([0], dtype=np.int32), np.array([h], dtype=np.uint8))) for h in (10, 3))

    assert loves[1] > 0 == hates[1]


def test_a_film_without_year_or_genre_is_neither_near_nor_far() -> None:
    _, films = world([], {1: (0, ""), 2: (1950, "Horror")})
    kinds = Kinds.of(films, np.ones(N_MOVIES))
    history = History.untimed(np.array([1], dtype=np.int32), np.array([10], dtype=np.uint8))

    assert kinds.by_genres(history)[0] == kinds.by_years(history)[0] == 0


def test_whoever_has_rated_nothing_has_no_kinds_of_their_own() -> None:
    _, films = world([], {1: (1950, "Horror")})
    kinds = Kinds.of(films, np.ones(N_MOVIES))

    np.testing.assert_allclose(kinds.by_genres(History.of_nobody()), 0, atol=1e-12)
    np.testing.assert_allclose(kinds.by_years(History.of_nobody()), 0, atol=1e-12)


def test_a_score_tells_people_popularity_and_content_apart() -> None:
    matrix, films = world([rating(1, 21, 4.0, TODAY), rating(1, 1, 5.0, TODAY), *voted(1, 10)], {})
    history = History.untimed(np.array([20], dtype=np.int32), np.array([8], dtype=np.uint8))
    model = Timely.fit(matrix, films)

    (parts,) = model.explain(history, np.array([0]))

    assert sorted(part.kind for part in parts[1:]) == sorted([POPULARITY, CONTENT, CONTENT, NEIGHBOUR])
    assert sum(part.amount for part in parts) == pytest.approx(model.score(history)[0], abs=1e-9)


@pytest.mark.parametrize("name", ["settled", "newness", "quality", "neighbours", "genres", "years"])
def test_a_weight_under_nothing_is_refused(name: str) -> None:
    matrix, films = world([], {})
    with pytest.raises(InvalidInputError, match=f"{name} must be a number from 0 up, not -1"):
        Timely.fit(matrix, films, {name: -1.0})
