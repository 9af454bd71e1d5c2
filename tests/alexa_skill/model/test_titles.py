"""Titles as slot values: in the signs that Amazon takes, in every form in which people say them, each meaning one film."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_skill.model.slot_types.titles import Titled, read_titles, said, titles
from recommender.errors import DataError


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("The Matrix", "The Matrix"),
        ("Love & Human Remains", "Love and Human Remains"),
        ("(500) Days of Summer", "500 Days of Summer"),
        ("Se7en", "Seven"),
        ("3:10 to Yuma", "3 10 to Yuma"),
        ("Dr. Strangelove", "Dr. Strangelove"),
        ("Ocean’s Eleven", "Ocean's Eleven"),
        ("Amélie", "Amélie"),
        ("What's Up, Doc?", "What's Up Doc"),
        ("Spider-Man", "Spider-Man"),
        ("8 1/2", "8 and a half"),
        ("'burbs, The", "The 'burbs"),
        ("'night, Mother", "night Mother"),
        ("Goodbye, Lenin", "Goodbye Lenin"),
        ("???", ""),
        ("Сталкер", ""),  # no English Echo can hear it
        ("x" * 141, ""),
    ],
)
def test_a_title_is_written_in_signs_that_amazon_takes(title: str, expected: str) -> None:
    assert said(title) == expected


@pytest.mark.parametrize(
    ("all_titles", "synonyms"),
    [
        (("The Matrix",), ("Matrix",)),
        (("The Matrix", "Matrix, The"), ("Matrix",)),
        (("The City of Lost Children", "Cité, La"), ("City of Lost Children", "La Cité", "La Cite")),
        (("The 'Burbs",), ("Burbs",)),
        (("Amélie",), ("Amelie",)),
        (("12 Angry Men",), ("twelve Angry Men",)),
        (("1917",), ("nineteen seventeen",)),
        (("2001: A Space Odyssey",), ("two thousand one A Space Odyssey",)),
        (("X2",), ("X two",)),
        (("Winchester '73",), ("Winchester seventy three",)),
        (("Rocky II",), ("Rocky two",)),
        (("Spider-Man",), ("Spider Man",)),
        (("Mad Max 2", "The Road Warrior"), ("Mad Max two", "The Road Warrior", "Road Warrior")),
        (("Heat", "heat"), ()),
    ],
)
def test_other_ways_of_saying_a_title_are_its_synonyms(all_titles: tuple[str, ...], synonyms: tuple[str, ...]) -> None:
    [value] = titles([Titled(1, all_titles)])

    assert value.synonyms == synonyms


def test_of_two_films_of_one_title_the_better_known_has_it() -> None:
    made = titles([Titled(5, ("Dune",)), Titled(3, ("Dune",)), Titled(2, ("Heat",))])

    assert [(value.id, value.name) for value in made] == [("5", "Dune"), ("2", "Heat")]


def test_a_title_is_never_another_films_synonym() -> None:
    made = titles([Titled(1, ("The Thing", "Alien")), Titled(2, ("Alien",)), Titled(3, ("Thing",))])

    assert [(value.name, value.synonyms) for value in made] == [("The Thing", ()), ("Alien", ()), ("Thing", ())]


@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=3), max_size=8))
def test_whatever_films_are_called_no_two_share_a_name_and_all_signs_are_allowed(films: list[list[str]]) -> None:
    made = titles([Titled(number, tuple(each)) for number, each in enumerate(films, 1)])

    names = [text.casefold() for value in made for text in (value.name, *value.synonyms)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[\w\s.'-]+", text) and "_" not in text and text == text.strip() for text in names)


def test_a_file_of_something_else_is_refused_in_words(tmp_path: Path) -> None:
    other = tmp_path / "movies.csv"
    other.write_text("movieId,title\n1,Heat\n")
    broken = tmp_path / "broken.csv"
    broken.write_text("movie_id,title,year,n_ratings,also_known_as\none,Heat,1995,3,\n")

    with pytest.raises(DataError, match=r"must have the columns movie_id,title,.*`matinee titles` writes them"):
        read_titles(other)
    with pytest.raises(DataError, match="holds no titles"):
        read_titles(broken)
    with pytest.raises(DataError, match="holds no titles"):
        read_titles(tmp_path / "none.csv")
