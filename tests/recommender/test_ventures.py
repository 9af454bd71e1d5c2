"""What was new to somebody when they rated it, and how it turned out, in worlds where that can be read off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from recommender import training
from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.movielens import DataSet
from recommender.data.ratings import RatingTable
from recommender.data.report import Report
from recommender.domain import Asker, Movie, MovieId
from recommender.errors import NotAllowedError
from recommender.models import History
from recommender.publication import InForce, Published
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import Blobs
from recommender.storage.profiles import Profiles
from recommender.ventures import FEWEST_BEFORE, MOST_NAMED, Ventures, ventures
from tests.worlds import rating

Train = Callable[..., training.Trained]
DRAMAS = range(1, 31)  # each rated by thirty viewers
WESTERNS = range(31, 41)  # the same
RARE_DRAMAS = range(41, 51)  # rated by three
VIEWERS = range(1, 31)


@pytest.fixture
def published(blobs: Blobs, train: Train) -> Published:
    genres = {**dict.fromkeys(DRAMAS, "Drama"), **dict.fromkeys(WESTERNS, "Western"), **dict.fromkeys(RARE_DRAMAS, "Drama")}
    films = [CatalogueEntry(Movie(MovieId(film), f"Film {film}", 1960, (genre,))) for film, genre in genres.items()]
    known = [rating(user, film, 3, film) for user in VIEWERS for film in (*DRAMAS, *WESTERNS)]
    rare = [rating(user, film, 3, film) for user in (1, 2, 3) for film in RARE_DRAMAS]
    train(DataSet("a wild world", "Made up for a test.", RatingTable.of([*known, *rare]), Catalogue.of(films), Report(files=())))
    return InForce(blobs).published()


def of(rated: Sequence[tuple[int, float]], published: Published, own_row: int | None = None) -> Ventures | None:
    """Ventures of films rated in this order, a day apart."""
    order = np.argsort([film for film, _ in rated])
    columns = np.array([film - 1 for film, _ in rated], dtype=np.int32)[order]
    half_stars = np.array([round(stars * 2) for _, stars in rated], dtype=np.uint8)[order]
    return ventures(History(columns, half_stars, (np.arange(len(rated)) + 1)[order] * 86_400, own_row), published)


def dramas(n: int, stars: float = 3.0) -> list[tuple[int, float]]:
    return [(film, stars) for film in DRAMAS[:n]]


def test_the_first_film_of_a_genre_was_something_new_and_is_held_against_the_rest(published: Published) -> None:
    found = of([*dramas(12), (31, 4.5)], published)

    assert found
    assert (found.n, found.mean_stars, found.n_usual, found.usual_stars) == (1, 4.5, 12, 3.0)
    assert (found.n_better, found.gain, found.n_worse, found.regret) == (1, 1.5, 0, 0)
    (one,) = found.better
    assert (one.movie.movie_id, one.kind, one.genre, one.n, one.more) == (31, "genre", "Western", 0, 1.5)


def test_gain_and_regret_are_told_apart_the_furthest_first(published: Published) -> None:
    found = of([*dramas(20), (41, 3.5), (42, 5), (31, 1), (43, 2.5), (44, 3)], published)

    assert found
    assert found.n == 5
    assert [one.movie.movie_id for one in found.better] == [42, 41]
    assert [one.movie.movie_id for one in found.worse] == [31, 43]
    assert (found.n_better, found.gain, found.n_worse, found.regret) == (2, 2.5, 2, 2.5)  # film 44 is neither
    assert {one.kind for one in found.worse} == {"genre", "film"}


def test_a_film_that_few_have_rated_was_new_also_in_a_genre_that_is_not(published: Published) -> None:
    found = of([*dramas(12), (41, 4)], published)

    assert found
    assert (found.better[0].kind, found.better[0].genre, found.better[0].n) == ("film", "", 3)


def test_ones_own_rating_in_the_data_is_none_of_the_others(published: Published) -> None:
    found = of([*dramas(12), (41, 4)], published, own_row=0)

    assert found
    assert found.better[0].n == 2


def test_a_genre_is_new_for_as_long_as_exploring_holds_it_for_new(published: Published) -> None:
    """Fewer than five, and less than one in twenty: of thirty films that is one."""
    rated = [*dramas(28), *((film, 4.0) for film in WESTERNS[:4])]

    found = of(rated, published)

    assert found
    assert [(one.movie.movie_id, one.n) for one in found.better] == [(31, 0), (32, 1)]


def test_to_begin_with_everything_is_new_and_nothing_counts(published: Published) -> None:
    assert of([(31, 5), *dramas(FEWEST_BEFORE - 1)], published) is None
    assert of([*dramas(FEWEST_BEFORE - 1), (31, 5)], published) is None
    assert of([*dramas(FEWEST_BEFORE), (31, 5)], published)


def test_it_is_the_order_of_time_that_decides(published: Published) -> None:
    found = of([(31, 5), *dramas(12), (32, 4)], published)

    assert found is None  # one of thirteen is no longer hardly any


def test_without_times_nothing_is_known_to_have_been_new(published: Published) -> None:
    columns = np.arange(40, dtype=np.int32)

    assert ventures(History.untimed(columns, np.full(40, 6, dtype=np.uint8)), published) is None


def test_whoever_has_rated_nothing_has_tried_nothing(published: Published) -> None:
    assert ventures(History.of_nobody(), published) is None


def test_only_the_furthest_are_named(published: Published) -> None:
    found = of([*dramas(30), *((film, 5.0) for film in RARE_DRAMAS)], published)

    assert found
    assert (found.n_better, len(found.better)) == (len(RARE_DRAMAS), MOST_NAMED)
    assert [one.movie.movie_id for one in found.better] == list(RARE_DRAMAS[:MOST_NAMED])


def test_they_are_for_their_owner_alone(var_settings: Settings, blobs: Blobs, profiles: Profiles, published: Published) -> None:
    recommender = Recommender(var_settings, blobs, profiles)
    user_id, token = recommender.new_person()
    for at, (film, stars) in enumerate([*dramas(12), (31, 4.5)], start=1):
        profiles.rate(replace(rating(user_id, film, stars), rated_at=at))

    found = recommender.ventures(user_id, asker=Asker(token))

    assert found
    assert found.n == 1
    with pytest.raises(NotAllowedError):
        recommender.ventures(user_id)
    assert recommender.ventures(1) == ventures(History.of_row(published.matrix, 0), published)
