"""Films in columns: what is known of each, and what is found by which words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.movielens import read_data_set
from recommender.data.titles import read_title
from recommender.domain import Movie, MovieId
from recommender.errors import DataError

FILMS = [
    (10, "Matrix, The (1999)", ("Action", "Sci-Fi"), ("hackers", "red pill")),
    (20, "Matrix Reloaded, The (2003)", ("Action",), ()),
    (21, "Animatrix, The (2003)", ("Animation",), ()),
    (30, "Brazil (1985)", ("Sci-Fi",), ()),
    (31, "Brazil (1944)", (), ()),
    (32, "Boys from Brazil, The (1978)", (), ()),
    (40, "Amélie (Fabuleux destin d'Amélie Poulain, Le) (2001)", ("Comedy",), ()),
    (50, "Spider-Man (2002)", ("Action",), ()),
    (60, "1984 (Nineteen Eighty-Four) (1984)", (), ()),
    (61, "Amadeus (1984)", (), ()),
    (70, "Schindler's List (1993)", (), ()),
    (80, "E.T. the Extra-Terrestrial (1982)", (), ()),
    (90, "Fast & Furious (2009)", (), ()),
    (95, "...", (), ()),
]


def catalogue() -> Catalogue:
    return Catalogue.of(reversed([entry(*film) for film in FILMS]))


def entry(movie_id: int, written: str, genres: tuple[str, ...], tags: tuple[str, ...]) -> CatalogueEntry:
    title = read_title(written)
    return CatalogueEntry(Movie(MovieId(movie_id), title.title, title.year, genres), title.also_known_as, tags)


def found(query: str, n: int = 20, popularity: list[int] | None = None) -> list[int]:
    films = catalogue()
    columns = films.search(query, n, popularity=None if popularity is None else np.array(popularity))
    return [int(films.movie_ids[column]) for column in columns]


def test_columns_follow_the_ids() -> None:
    films = catalogue()

    assert len(films) == len(FILMS)
    assert films.movie_ids.tolist() == [film[0] for film in FILMS]
    assert films.column_of(20) == 1
    assert [films.column_of(unknown) for unknown in (0, -1, 11, 96, 10**12)] == [None] * 5


def test_a_film_comes_back_as_it_went_in() -> None:
    film = Movie(MovieId(7), "Les Misérables", 1998, ("Crime", "Drama"), imdb_id=119683, tmdb_id=4415)
    bare = Movie(MovieId(8), "Film")
    films = Catalogue.of([CatalogueEntry(film, ("Misérables, Les",), ("paris", "victor hugo")), CatalogueEntry(bare)])

    assert [films.movie(0), films.movie(1)] == [film, bare]
    assert films.also_known_as(0) == ("Misérables, Les",)
    assert films.tags(0) == ("paris", "victor hugo")
    assert films.also_known_as(1) == films.tags(1) == ()


@pytest.mark.parametrize("n_genres", [1, 7, 8, 9, 40])
def test_any_number_of_genres_is_kept_alphabetically(n_genres: int) -> None:
    names = tuple(f"Genre {i:02}" for i in range(n_genres))
    films = Catalogue.of([CatalogueEntry(Movie(MovieId(i + 1), "Film", genres=(name,))) for i, name in enumerate(reversed(names))])

    assert films.genres() == names
    for name in names:
        assert [films.movie(int(column)).genres for column in np.flatnonzero(films.genre_mask([name]))] == [(name,)]
    assert films.genre_mask(names).all()


def test_a_genre_mask_marks_films_with_any_of_them() -> None:
    films = catalogue()

    assert films.movie_ids[films.genre_mask(["Sci-Fi", "Comedy", "No such genre"])].tolist() == [10, 30, 40]
    assert not films.genre_mask([]).any()


@pytest.mark.parametrize(
    ("query", "movie_ids"),
    [
        ("matrix", [10, 20]),  # the whole title without its article, then what begins with it; Animatrix has no such word
        ("Matrix, The", [10, 20]),
        ("THE MATRIX", [10, 20]),
        ("the matrix (1999)", [10]),
        ("mat rel", [20]),  # beginnings of words
        ("reloaded matrix", [20]),
        ("brazil", [30, 31, 32]),
        ("brazil 1985", [30]),
        ("1944 brazil", [31]),
        ("brazil matrix", []),  # every word must be there
        ("amelie", [40]),
        ("AMÉLIE poulain", [40]),
        ("le fabuleux", [40]),
        ("spiderman", [50]),
        ("spider man", [50]),
        ("spider-man", [50]),
        ("1984", [60, 61]),  # the title before the year
        ("eighty four", [60]),
        ("schindlers list", [70]),
        ("Schindler’s", [70]),
        ("et", [80]),
        ("E.T.", [80]),
        ("extraterrestrial", [80]),
        ("fast and furious", [90]),
        ("fast & furious", [90]),
        ("", []),
        ("   ", []),
        ("!?", []),
        ("...", []),
        ("xyzzy", []),
        ("\x00\ud800", []),
        ("a" * 10_000, []),
    ],
)
def test_words_find_films_best_first(query: str, movie_ids: list[int]) -> None:
    assert found(query) == movie_ids


def test_among_equals_the_more_popular_comes_first_then_the_lower_id() -> None:
    popularity = [0] * len(FILMS)
    popularity[4] = 9  # Brazil of 1944

    assert found("brazil", popularity=popularity) == [31, 30, 32]
    popularity[5] = 99  # but a whole title beats any popularity
    assert found("brazil", popularity=popularity) == [31, 30, 32]


@pytest.mark.parametrize(("n", "n_found"), [(-1, 0), (0, 0), (1, 1), (2, 2), (99, 3)])
def test_no_more_are_found_than_asked_for(n: int, n_found: int) -> None:
    assert len(found("brazil", n)) == n_found


def test_the_arrays_can_be_kept_as_files_and_mapped(tmp_path: Path) -> None:
    films = catalogue()
    for name, array in films.arrays().items():
        np.save(tmp_path / f"{name}.npy", array, allow_pickle=False)
    mapped = Catalogue.from_arrays({file.stem: np.load(file, mmap_mode="r") for file in tmp_path.glob("*.npy")})

    assert [mapped.movie(column) for column in range(len(mapped))] == [films.movie(column) for column in range(len(films))]
    assert mapped.tags(0) == ("hackers", "red pill")
    assert mapped.search("matrix", 5) == films.search("matrix", 5)
    assert mapped.genre_mask(["Action"]).tolist() == films.genre_mask(["Action"]).tolist()


def test_a_catalogue_without_any_text_can_be_mapped(tmp_path: Path) -> None:
    for name, array in Catalogue.of([]).arrays().items():
        np.save(tmp_path / f"{name}.npy", array, allow_pickle=False)

    assert len(Catalogue.from_arrays({file.stem: np.load(file, mmap_mode="r") for file in tmp_path.glob("*.npy")})) == 0


@pytest.mark.parametrize("name", sorted(catalogue().arrays()))
def test_a_missing_array_is_refused(name: str) -> None:
    arrays = catalogue().arrays()
    del arrays[name]

    with pytest.raises(DataError, match=f"lacks its array '{name}'; run `matinee train` again"):
        Catalogue.from_arrays(arrays)


def test_arrays_of_unlike_lengths_are_refused() -> None:
    with pytest.raises(DataError, match="not of one number"):
        Catalogue.from_arrays({**catalogue().arrays(), "years": np.zeros(3, dtype=np.int16)})


def test_two_films_of_one_id_are_refused() -> None:
    with pytest.raises(DataError, match="Film 1 is there twice, as 'A' and 'B'"):
        Catalogue.of([CatalogueEntry(Movie(MovieId(1), "A")), CatalogueEntry(Movie(MovieId(1), "B"))])


def test_a_catalogue_may_be_empty() -> None:
    films = Catalogue.of([])

    assert len(films) == 0
    assert films.genres() == ()
    assert films.search("matrix", 5) == []
    assert films.genre_mask(["Action"]).shape == (0,)
    assert films.column_of(1) is None


@pytest.mark.data
def test_well_known_films_are_found_by_what_people_type(ml_latest_small: Path) -> None:
    films = read_data_set(ml_latest_small).catalogue
    popular = np.zeros(len(films))

    for query, title in [
        ("godfather", "The Godfather"),
        ("se7en", "Seven"),
        ("cité des enfants", "The City of Lost Children"),
        ("shawshank", "The Shawshank Redemption"),
        ("lord of the rings ring", "The Lord of the Rings: The Fellowship of the Ring"),
        ("wall-e", "WALL·E"),
    ]:
        assert title in [films.movie(column).title for column in films.search(query, 3, popularity=popular)], query
