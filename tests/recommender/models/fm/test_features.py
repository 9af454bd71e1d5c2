"""What is known of persons and films, as rows of numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import read_data_set
from recommender.domain import Movie, MovieId
from recommender.models.fm import features
from tests.worlds import matrix_of, random_ratings, rating


def film(movie_id: int, year: int | None = None, genres: tuple[str, ...] = (), tags: tuple[str, ...] = ()) -> CatalogueEntry:
    return CatalogueEntry(Movie(MovieId(movie_id), f"Film {movie_id}", year, genres), (), tags)


def test_a_rating_is_a_one_for_who_and_a_one_for_what() -> None:
    encoded = features.one_hot(matrix_of([rating(7, 1, 4.0), rating(7, 3, 2.0), rating(9, 3, 5.0)]))

    assert encoded.toarray().tolist() == [[1, 0, 1, 0, 0], [1, 0, 0, 0, 1], [0, 1, 0, 0, 1]]


@pytest.mark.data
def test_of_ml_100k_every_row_has_two_of_2625_places_taken(ml_100k: Path) -> None:
    data = read_data_set(ml_100k)
    encoded = features.one_hot(RatingMatrix.of(data.ratings, data.catalogue.movie_ids))

    assert encoded.shape == (100_000, 943 + 1682)
    assert set(np.diff(encoded.indptr)) == {2}
    assert set(encoded.data) == {1.0}


def test_genres_and_tags_weigh_less_the_more_of_them_a_film_has() -> None:
    entries = [
        film(1, genres=("Drama",), tags=("slow",)),
        film(2, genres=("Comedy", "Drama"), tags=("slow", "rare")),
        film(3, tags=("slow",)),
    ]
    found = features.content(Catalogue.of(entries)).toarray()

    half = 0.5**0.5
    assert found == pytest.approx(np.array([[0, 1, 1], [half, half, 1], [0, 0, 1]]))  # Comedy, Drama, and "slow": "rare" is of one film


def test_the_bins_of_years_hold_equally_many_films_and_one_without_a_year_is_in_none() -> None:
    entries = [film(k, year=1900 + k) for k in range(1, 97)] + [film(97)]
    found = features.content(Catalogue.of(entries)).toarray()

    assert found.sum(axis=0) == pytest.approx([8] * 12, abs=1)
    assert found.sum(axis=1).tolist() == [1] * 96 + [0]


def test_films_of_which_nothing_is_known_have_no_content() -> None:
    assert features.content(Catalogue.of([film(1), film(2)])).shape == (2, 0)


@pytest.mark.parametrize("shape", [(30, 50), (50, 30)], ids=["wide", "tall"])
def test_all_directions_together_are_the_features(shape: tuple[int, int], rng: np.random.Generator) -> None:
    given = sparse.csr_array(rng.random(shape) * (rng.random(shape) < 0.2))
    found = features.directions(given, 100, rng)

    np.testing.assert_allclose(found.left * found.size @ found.right.T, given.toarray(), atol=1e-5)
    np.testing.assert_allclose(found.right.T @ found.right, np.eye(len(found)), atol=1e-9)
    assert np.all(np.diff(found.size) <= 0)


def test_of_many_rows_and_columns_the_largest_directions_are_found_by_projection(rng: np.random.Generator) -> None:
    n = features._EXACT + 1
    groups, places = rng.integers(0, 30, n), rng.random((30, n)) < 0.01
    given = sparse.csr_array(places[groups].astype(np.float64))  # every row is one of thirty
    found = features.directions(given, 40, rng)

    exact = np.linalg.svd(np.sqrt(np.bincount(groups, minlength=30))[:, np.newaxis] * places, compute_uv=False)
    np.testing.assert_allclose(found.size[:30], exact, rtol=1e-6)
    np.testing.assert_allclose((found.left * found.size @ found.right.T)[:50], given.toarray()[:50], atol=1e-5)


def test_a_feature_matrix_without_columns_has_no_direction(rng: np.random.Generator) -> None:
    assert len(features.directions(sparse.csr_array((5, 0)), 10, rng)) == 0


def test_a_person_is_an_even_mixture_of_what_they_have_rated(rng: np.random.Generator) -> None:
    matrix = matrix_of(random_ratings(rng))
    seen = sparse.csr_array((np.ones(matrix.n_ratings), matrix.columns, matrix.row_starts), shape=(matrix.n_users, matrix.n_movies))

    np.testing.assert_allclose(np.sum(features.rooted(seen).toarray() ** 2, axis=1), 1)
