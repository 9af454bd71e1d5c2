"""The factorisation machine on worlds with a known answer, against another library, and on real ratings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import official_folds, read_data_set
from recommender.data.ratings import RatingTable
from recommender.domain import Movie, MovieId, Rating
from recommender.errors import InvalidInputError
from recommender.models import History
from recommender.models.fm import FactorisationMachine
from tests.worlds import data_set_of, rating, right_and_wrong, two_tastes

SHORT = {"n_iterations": 60, "n_burn_in": 20, "n_samples": 20}
SEEN = 0.5  # the share of films each person of `ordered_world` has rated


def films(n: int, genres: tuple[str, ...] = ()) -> Catalogue:
    """Films 1 to n without a year; film k has the genre that stands at k - 1, if any."""
    return Catalogue.of(CatalogueEntry(Movie(MovieId(k), f"Film {k}", None, genres[k - 1 : k])) for k in range(1, n + 1))


def machine(ratings: list[Rating], catalogue: Catalogue, parameters: dict[str, float]) -> FactorisationMachine:
    return FactorisationMachine.fit(RatingMatrix.of(RatingTable.of(ratings), catalogue.movie_ids), catalogue, parameters)


def stars_of(model: FactorisationMachine, row: int, *columns: int) -> list[float]:
    return model.predict_many(History.of_row(model.matrix, row), np.array(columns, dtype=np.int32)).tolist()


def ordered_world(n_users: int = 60, n_films: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Liking, stars of 1 to 5 that follow it through thresholds and noise, and what of it is seen; all of shape (n_users, n_films)."""
    rng = np.random.default_rng(1)
    persons, films = rng.standard_normal((n_users, 3)), rng.standard_normal((n_films, 3))
    liking = 0.5 * persons[:, :1] + 0.5 * films[:, 0] + persons[:, 1:] @ films[:, 1:].T
    stars = 1 + np.searchsorted([-1.5, -0.5, 0.5, 1.5], liking + rng.standard_normal(liking.shape))
    return liking, stars, rng.random(liking.shape) < SEEN


def ratings_of(stars: np.ndarray, seen: np.ndarray) -> list[Rating]:
    return [rating(int(user) + 1, int(film) + 1, float(stars[user, film])) for user, film in zip(*np.nonzero(seen), strict=True)]


# Every sixteenth unseen cell of `ordered_world`, row by row: the stars that myfm 0.4.0 expects there, the mean of four chains of
# MyFMOrderedProbit(rank=4) over one-hot person and film, 1,500 sweeps of which 1,300 are kept. From chain to chain they differ by .023.
BY_MYFM = [
    *(2.87, 2.12, 2.74, 3.08, 3.31, 3.31, 3.8, 3.21, 2.73, 2.5, 2.24, 2.3, 2.55, 3.99, 3.49, 4.23, 2.93, 4.09, 3.07, 2.27, 2.02, 2.7),
    *(2.82, 1.49, 1.82, 2.67, 3.12, 2.86, 3.32, 4.82, 3.19, 2.8, 4.59, 1.75, 2.4, 3.05, 3.28, 2.65, 3.41, 3.94, 2.14, 2.39, 2.29, 1.42),
    *(1.88, 3.25, 4.77, 4.64, 3.11, 2.72, 3.55, 4.14, 3.48, 3.96, 3.21, 2.6, 3.57, 3.6, 3.52, 3.6, 4.27, 3.83, 3.66, 4.41, 3.26, 1.19),
    *(4.43, 3.36, 1.92, 1.4, 3.42, 3.69, 4.17, 3.07, 3.11, 2.4, 2.74),
]


def test_it_predicts_what_another_library_predicts_from_the_same_ratings() -> None:
    _, stars, seen = ordered_world()
    model = machine(ratings_of(stars, seen), films(40), {"n_factors": 4, "n_iterations": 300, "n_burn_in": 60, "n_samples": 60})

    rows, columns = (places[::16] for places in np.nonzero(~seen))
    found = np.array([stars_of(model, int(row), int(column))[0] for row, column in zip(rows, columns, strict=True)])

    assert len(found) == len(BY_MYFM)
    assert np.sqrt(np.mean((found - BY_MYFM) ** 2)) < 0.12  # the stars themselves have a standard deviation of .8
    assert np.corrcoef(found, BY_MYFM)[0, 1] > 0.99


def test_liking_is_as_probable_as_it_is_said_to_be() -> None:
    liking, stars, seen = ordered_world()
    model = machine(ratings_of(stars, seen), films(40), {"n_factors": 4, "n_iterations": 150, "n_burn_in": 50, "n_samples": 30})
    said = np.array([model.score(History.of_row(model.matrix, row)) for row in range(60)])[~seen]
    liked = stars[~seen] > 3

    for low, high in ((0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1)):
        of_these = (said >= low) & (said < high)
        assert abs(liked[of_these].mean() - said[of_these].mean()) < 0.08, f"{low} to {high}: {of_these.sum()} films"
    assert np.corrcoef(said, liking[~seen])[0, 1] > 0.75


@pytest.mark.parametrize("parameters", [SHORT, {**SHORT, "most_ratings": 250}], ids=["from everybody", "from half of the people"])
def test_of_two_tastes_each_is_found_also_for_people_it_has_not_learned_from(parameters: dict[str, float]) -> None:
    data = data_set_of(two_tastes())
    model = machine(two_tastes(), data.catalogue, parameters)

    for row in range(model.matrix.n_users):
        right, wrong = (movie_id - 1 for movie_id in right_and_wrong(row + 1))
        liked, disliked = stars_of(model, row, right, wrong)
        assert liked > 4
        assert disliked < 2
        scores = model.score(History.of_row(model.matrix, row))
        assert scores[right] > 0.8
        assert scores[wrong] < 0.2


def test_a_stranger_with_the_same_ratings_is_told_the_same_as_a_person_of_the_data() -> None:
    model = machine(two_tastes(), data_set_of(two_tastes()).catalogue, SHORT)
    known = History.of_row(model.matrix, 3)

    np.testing.assert_array_equal(model.score(History.untimed(known.columns, known.half_stars)), model.score(known))


def test_one_more_rating_moves_what_is_said_of_films_like_it() -> None:
    model = machine(two_tastes(), data_set_of(two_tastes()).catalogue, SHORT)
    nobody, fan = History.of_nobody(), History.untimed(np.array([0], dtype=np.int32), np.array([10], dtype=np.uint8))
    alike, others = slice(2, None, 2), slice(1, None, 2)

    assert np.all(model.score(fan)[alike] > model.score(nobody)[alike])
    assert np.all(model.score(fan)[others] < model.score(nobody)[others])


def test_a_film_that_nobody_has_rated_is_judged_by_its_genre() -> None:
    genres = ("Horror", "Romance") * 15
    ratings = [one for one in two_tastes() if one.movie_id <= 28]  # 29 is a horror film, 30 a romance, and nobody has seen them
    model = machine(ratings, films(30, genres), SHORT)

    for row in range(model.matrix.n_users):
        horror, romance = stars_of(model, row, 28, 29)
        assert (horror > romance) == (row < 10)
        assert abs(horror - romance) > 1


def test_of_a_film_that_nobody_knows_anything_about_the_middle_is_expected() -> None:
    model = machine(two_tastes(), data_set_of(two_tastes()).catalogue, SHORT)

    (unknown,) = stars_of(model, 0, -1)
    assert 2 < unknown < 4
    history = History.of_row(model.matrix, 0)
    surely, *_ = model.chances(history, np.array([0, -1]))
    np.testing.assert_array_equal(model.chances(history, np.arange(model.matrix.n_movies)), model.score(history))
    assert 0.1 < model.chances(history, np.array([-1]))[0] < surely


def test_whoever_gives_every_film_one_of_two_neighbouring_stars_is_expected_to_go_on_so() -> None:
    rng = np.random.default_rng(2)
    ratings = []
    for user_id in range(1, 61):
        narrow = user_id % 2
        for film in np.flatnonzero(rng.random(40) < 0.6).tolist():
            good = rng.random() < (0.9 if film % 2 else 0.1)
            ratings.append(rating(user_id, film + 1, (4.0 if good else 3.0) if narrow else (5.0 if good else 1.0)))
    model = machine(ratings, films(40), SHORT)

    range_of_stars = [np.ptp(model.predict_many(History.of_row(model.matrix, row), np.arange(40, dtype=np.int32))) for row in range(60)]
    assert np.mean(range_of_stars[1::2]) > 2 * np.mean(range_of_stars[::2])  # user ids are one higher than rows


def test_where_all_ratings_are_the_same_it_cannot_tell_films_apart() -> None:
    model = machine([rating(user, film, 4.0) for user in range(1, 9) for film in range(1, 9)], films(8), SHORT)

    assert np.isnan(model.score(History.of_row(model.matrix, 0))).all()
    assert stars_of(model, 0, 0, -1) == [4.0, 4.0]
    assert model.chances(History.of_nobody(), np.array([0, -1])).tolist() == [1.0, 1.0]


def test_where_everything_is_liked_what_beats_the_mean_counts_as_liked() -> None:
    stars = (4.0, 4.5, 5.0, 5.0)
    model = machine([rating(user, film, stars[(film + user) % 4]) for user in range(1, 9) for film in range(1, 9)], films(8), SHORT)

    assert model.levels[model.liked_step] == 10


@pytest.mark.parametrize(
    ("name", "value"), [("n_factors", 0), ("n_factors", 2.5), ("n_iterations", 0), ("n_samples", -1), ("seed", float("inf"))]
)
def test_a_parameter_that_makes_no_sense_is_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidInputError, match=rf"{name} must be a whole number from \d up, not {value}"):
        machine(two_tastes(), films(30), {name: value})


@pytest.mark.slow
@pytest.mark.data
def test_on_real_ratings_it_is_far_ahead_of_the_neighbours(ml_100k: Path) -> None:
    """In short form: 60 sweeps instead of 200, of the first fold. docs/evaluation.md has all five at full length."""
    data = read_data_set(ml_100k)
    train, held_out = official_folds(ml_100k, data.catalogue.movie_ids)[0]
    model = FactorisationMachine.fit(RatingMatrix.of(train, data.catalogue.movie_ids), data.catalogue, SHORT)
    columns = model.matrix.columns_of(held_out.movie_ids)
    errors = []
    for user_id in np.unique(held_out.user_ids).tolist():
        row = model.matrix.row_of(user_id)
        theirs = held_out.user_ids == user_id
        assert row is not None
        errors.append(model.predict_many(History.of_row(model.matrix, row), columns[theirs]) - held_out.half_stars[theirs] / 2)
    error = np.concatenate(errors)

    assert np.sqrt(np.mean(error**2)) < 0.895  # the neighbours: .966
    assert np.mean(np.abs(error)) < 0.705
