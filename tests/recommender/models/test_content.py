"""Films like those one has rated: the documents' tables, films that nobody has rated, both measures of likeness."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.batch import rank
from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.domain import Movie, MovieId
from recommender.errors import InvalidInputError
from recommender.models import History
from recommender.models.content import Content
from recommender.models.parts import OWN, total
from recommender.models.traits import Traits
from tests.worlds import rating

DIE_HARD, RAMBO_III, GHOSTBUSTERS = range(3)
FILMS = Catalogue.of(
    [
        CatalogueEntry(Movie(MovieId(1), "Die Hard", 1988, ("Action", "Crime", "Thriller")), tags=("explosive", "police")),
        CatalogueEntry(Movie(MovieId(2), "Rambo III", 1988, ("Action", "Adventure", "Thriller")), tags=("explosive",)),
        CatalogueEntry(Movie(MovieId(3), "Ghostbusters", 1984, ("Action", "Comedy", "Sci-Fi")), tags=("ghosts",)),
        CatalogueEntry(Movie(MovieId(4), "Amélie", 2001, ("Comedy", "Romance")), tags=("paris", "police")),
        CatalogueEntry(Movie(MovieId(5), "Casablanca", 1942, ("Drama", "Romance"))),
        CatalogueEntry(Movie(MovieId(6), "Speed", 1994, ("Action", "Romance", "Thriller")), tags=("explosive", "police")),
        CatalogueEntry(Movie(MovieId(7), "Nothing is known of it", None, ())),
    ]
)
BOTH = pytest.mark.parametrize("euclid", [0.0, 1.0])


def model(parameters: dict[str, float], *ratings: tuple[int, int, float]) -> Content:
    table = RatingTable.of(rating(user, movie, stars) for user, movie, stars in ratings)
    return Content.fit(RatingMatrix.of(table, FILMS.movie_ids), FILMS, parameters)


def fan_of(*columns: int, half_stars: int = 10) -> History:
    return History.untimed(np.array(columns, dtype=np.int32), np.full(len(columns), half_stars, dtype=np.uint8))


@pytest.mark.parametrize(("science_fiction", "to_ghostbusters"), [(1, 4.1231), (2, 4.2426)])
def test_the_distances_of_the_documents_table(science_fiction: int, to_ghostbusters: float) -> None:
    # Genre and MPA rating as codes and the year as it stands: the document gives action and science fiction the same code, and
    # with it 4.1231; told apart, it is the other number. The order is the same.
    table = np.array([[1, 1988, 3], [1, 1988, 3], [science_fiction, 1984, 2]], dtype=np.float64)

    distances = np.sqrt(Traits.of_table(table).squared_distances(table[DIE_HARD]))

    assert distances.round(4).tolist() == [0, 0, to_ghostbusters]


@BOTH
def test_rambo_is_nearer_to_die_hard_than_ghostbusters_is(euclid: float) -> None:
    scores = model({"euclid": euclid, "known": 0.0}).score(fan_of(DIE_HARD))

    assert scores[RAMBO_III] > scores[GHOSTBUSTERS]


@BOTH
def test_films_that_nobody_has_rated_are_listed_for_somebody_without_neighbours(euclid: float) -> None:
    ranked = rank(model({"euclid": euclid}, (1, DIE_HARD + 1, 5.0)), fan_of(DIE_HARD), 2)  # the only rating is their own

    assert {FILMS.movie(column).title for column in ranked.columns} == {"Rambo III", "Speed"}


@BOTH
def test_of_films_equally_alike_the_better_known_comes_first(euclid: float) -> None:
    twins = Catalogue.of(CatalogueEntry(Movie(MovieId(k), f"Film {k}", 1990, ("War",))) for k in (1, 2, 3))
    matrix = RatingMatrix.of(RatingTable.of([rating(1, 3, 1.0), rating(2, 3, 1.0), rating(1, 1, 5.0)]), twins.movie_ids)
    history = fan_of(0)

    known, unknown = (Content.fit(matrix, twins, {"euclid": euclid, "known": weight}).score(history) for weight in (0.2, 0.0))

    assert known[2] > known[1]
    assert unknown[2] == pytest.approx(unknown[1])


def test_cosine_is_the_cosine_of_the_profile_and_the_film() -> None:
    traits = Traits.of_films(FILMS, years=1.5, tags=0.5, knots=True).unit()
    profile = traits.mixed(np.array([DIE_HARD, GHOSTBUSTERS]), np.array([1.0, 0.5]))
    history = History.untimed(np.array([DIE_HARD, GHOSTBUSTERS], dtype=np.int32), np.array([10, 7], dtype=np.uint8))

    scores = model({"known": 0.0}).score(history)

    np.testing.assert_allclose(scores[:6], traits.products(profile)[:6] / np.linalg.norm(profile))


def test_what_one_dislikes_takes_films_like_it_down() -> None:
    likes = fan_of(DIE_HARD)
    and_dislikes = History.untimed(np.array([DIE_HARD, 3], dtype=np.int32), np.array([10, 1], dtype=np.uint8))
    cosine = model({"known": 0.0})

    assert cosine.score(and_dislikes)[4] < cosine.score(likes)[4]  # Casablanca, a romance as Amélie is


def test_the_squared_distance_is_that_from_the_mean_of_the_films_liked() -> None:
    euclid = model({"euclid": 1.0, "known": 0.0})
    history = fan_of(DIE_HARD, GHOSTBUSTERS, half_stars=8)
    middle = (euclid.traits.mixed(np.array([DIE_HARD]), np.ones(1)) + euclid.traits.mixed(np.array([GHOSTBUSTERS]), np.ones(1))) / 2

    np.testing.assert_allclose(euclid.score(history)[:6], -euclid.traits.squared_distances(middle)[:6])


@BOTH
def test_own_ratings_add_up_and_the_film_most_alike_speaks_loudest(euclid: float) -> None:
    fitted = model({"euclid": euclid}, (1, RAMBO_III + 1, 4.0))
    history = fan_of(DIE_HARD, 4)

    (parts,) = fitted.explain(history, np.array([RAMBO_III]))

    assert total(parts) == pytest.approx(fitted.score(history)[RAMBO_III], abs=1e-9)
    assert next(part.column for part in parts if part.kind == OWN) == DIE_HARD


@BOTH
def test_a_film_of_which_nothing_is_known_is_not_scored_and_neither_is_anything_for_whoever_likes_nothing(euclid: float) -> None:
    assert np.isnan(model({"euclid": euclid}).score(fan_of(DIE_HARD))[6])
    assert np.isnan(model({"euclid": euclid}).score(fan_of(DIE_HARD, half_stars=4))).all()
    assert np.isnan(model({"euclid": euclid}).score(History.of_nobody())).all()


def test_a_tag_of_few_films_says_nothing_and_one_of_three_does() -> None:
    without, with_tags = (Traits.of_films(FILMS, years=1.0, tags=weight, knots=True) for weight in (0.0, 1.0))

    assert with_tags.n - without.n == 2  # "explosive" and "police"; "ghosts" and "paris" are of one film each


def test_the_first_tag_of_a_film_weighs_most_and_all_together_as_much_as_asked_for() -> None:
    traits = Traits.of_films(FILMS, years=0.0, tags=0.7, knots=True)
    speed = traits.mixed(np.array([5]), np.ones(1))[-2:]

    assert speed[0] == pytest.approx(2 * speed[1])
    assert np.linalg.norm(speed) == pytest.approx(0.7)


def test_years_nearer_to_each_other_are_more_alike() -> None:
    traits = Traits.of_films(FILMS, years=1.0, tags=0.0, knots=True)
    years = np.array([traits.mixed(np.array([column]), np.ones(1))[-26:] for column in range(6)])

    assert years[DIE_HARD] @ years[RAMBO_III] > years[DIE_HARD] @ years[GHOSTBUSTERS] > years[DIE_HARD] @ years[3] == 0
    np.testing.assert_allclose(years.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("euclid", 0.5, "0 for the cosine or 1 for Euclid's distance"),
        ("years", -1.0, "a number from 0 up"),
        ("known", -0.1, "a number from 0 up"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(name: str, value: float, right: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        model({name: value})
    assert str(refused.value) == f"{name} must be {right}, not {value}."
