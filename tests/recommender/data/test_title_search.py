"""How forgiving the search is: what is found although it is typed otherwise, and the share of a thousand queries that find their film."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.typed import share_found, typed
from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.movielens import DataSet, read_data_set
from recommender.data.sample import sample_data_set
from recommender.data.titles import read_title
from recommender.domain import Movie, MovieId

SHARES = [(0, 0.995), (1, 0.95), (2, 0.85)]  # slips, and the share of queries whose film is among the first three
QUERIES = 1000

WRITTEN = """
Matrix, The (1999)
Matrix Reloaded, The (2003)
Brazil (1985)
Rocky (1976)
Rocky II (1979)
Rocky III (1982)
Seven (a.k.a. Se7en) (1995)
Godfather, The (1972)
Star Wars (1977)
Fast & Furious (2009)
Shawshank Redemption, The (1994)
Lord of the Rings: The Return of the King, The (2003)
WALL·E (2008)
Amélie (Fabuleux destin d'Amélie Poulain, Le) (2001)
M (1931)
Mulan (1998)
Heat (1995)
Сталкер (1979)
"""


def catalogue() -> Catalogue:
    titles = [read_title(line) for line in WRITTEN.strip().splitlines()]
    return Catalogue.of(
        CatalogueEntry(Movie(MovieId(at), title.title, title.year), title.also_known_as) for at, title in enumerate(titles, start=1)
    )


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("matrix the", "The Matrix"),
        ("the brazil", "Brazil"),
        ("m", "M"),
        ("mu", "Mulan"),
        ("brazil 1985", "Brazil"),
        ("brazil 19", "Brazil"),
        ("brazil 1986", "Brazil"),  # a year off
        ("brzail", "Brazil"),
        ("brzil", "Brazil"),
        ("braazil", "Brazil"),
        ("brasil", "Brazil"),
        ("hear", "Heat"),
        ("shawshnak", "The Shawshank Redemption"),
        ("shwsahnk redemtion", "The Shawshank Redemption"),
        ("shawhsa", "The Shawshank Redemption"),  # a slip, and still typing
        ("rocky 2", "Rocky II"),
        ("rocky two", "Rocky II"),
        ("Rocky 3", "Rocky III"),
        ("se7en", "Seven"),
        ("7", "Seven"),
        ("god father", "The Godfather"),
        ("starwars", "Star Wars"),
        ("sta rwars", "Star Wars"),
        ("fast and furious", "Fast & Furious"),
        ("fast furious", "Fast & Furious"),
        ("fast & furiuos", "Fast & Furious"),
        ("lord fo teh rings", "The Lord of the Rings: The Return of the King"),
        ("wall-e", "WALL·E"),
        ("amelei poulain", "Amélie"),
        ("сталкре", "Сталкер"),
    ],
)
def test_what_is_meant_comes_first(query: str, title: str) -> None:
    films = catalogue()
    assert films.movie(films.search(query, 8)[0]).title == title


@pytest.mark.parametrize("query", ["brazil matrix", "xyzzy", "hx", "1999 1931", "rocky 1931", "qqqqqqqqqqqq wwwwwwww"])
def test_what_is_far_from_every_title_finds_nothing(query: str) -> None:
    assert catalogue().search(query, 8) == []


def test_what_is_right_comes_before_what_is_right_by_a_slip() -> None:
    films = Catalogue.of(CatalogueEntry(Movie(MovieId(at), title)) for at, title in enumerate(["Heat", "Hear", "Hearts"], start=1))
    assert films.search("hear", 8, popularity=np.array([9, 1, 1])) == [1, 2]
    assert films.search("heatr", 8, popularity=np.array([9, 1, 1]))[0] == 0


def test_the_better_known_comes_first_among_equals_and_the_order_is_always_the_same() -> None:
    films = Catalogue.of(CatalogueEntry(Movie(MovieId(at), f"Film {at % 7} of the House")) for at in range(1, 5000))
    popularity = np.arange(len(films)) % 10

    first = films.search("hosue", 20, popularity=popularity)

    assert popularity[first].tolist() == [9] * 20
    assert first == sorted(first) == films.search("hosue", 20, popularity=popularity)


@pytest.mark.parametrize(("slips", "share"), SHARES)
def test_a_thousand_queries_find_their_films_in_the_sample(slips: int, share: float) -> None:
    _check(sample_data_set(), slips, share)


@pytest.mark.data
@pytest.mark.parametrize(("slips", "share"), SHARES)
def test_a_thousand_queries_find_their_films_in_movielens(ml_latest_small: Path, slips: int, share: float) -> None:
    _check(read_data_set(ml_latest_small), slips, share)


def _check(data: DataSet, slips: int, share: float) -> None:
    films = data.catalogue
    popularity = np.bincount(np.searchsorted(films.movie_ids, data.ratings.movie_ids), minlength=len(films))
    found, missed = share_found(films, popularity, typed(films, QUERIES, np.random.default_rng(580), slips=slips))
    assert found >= share, [(each.query, each.movie.title) for each in missed]
