"""Titles as data sets write them, as people say them."""

from __future__ import annotations

import pytest

from recommender.data.titles import Title, plain, read_title, squeezed, without_article


@pytest.mark.parametrize(
    ("written", "title", "year", "also_known_as"),
    [
        ("Toy Story (1995)", "Toy Story", 1995, ()),
        ("Matrix, The (1999)", "The Matrix", 1999, ("Matrix, The",)),
        ("Bug's Life, A (1998)", "A Bug's Life", 1998, ("Bug's Life, A",)),
        ("Avventura, L' (1960)", "L'Avventura", 1960, ("Avventura, L'",)),
        ("Dolce Vita, La (1960)", "La Dolce Vita", 1960, ("Dolce Vita, La",)),
        ("Boot, Das (Boat, The) (1981)", "Das Boot", 1981, ("Boot, Das", "The Boat")),
        ("Vitelloni, I (1953)", "I Vitelloni", 1953, ("Vitelloni, I",)),
        ("Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)", "The Good, the Bad and the Ugly", 1966,
         ("Good, the Bad and the Ugly, The", "Il Buono, il brutto, il cattivo")),
        ("Seven (a.k.a. Se7en) (1995)", "Seven", 1995, ("Se7en",)),
        ("City of Lost Children, The (Cité des enfants perdus, La) (1995)", "The City of Lost Children", 1995,
         ("City of Lost Children, The", "La Cité des enfants perdus")),
        ("Léon: The Professional (a.k.a. The Professional) (Léon) (1994)", "Léon: The Professional", 1994, ("The Professional", "Léon")),
        ("Birdman: Or (The Unexpected Virtue of Ignorance) (2014)", "Birdman: Or (The Unexpected Virtue of Ignorance)", 2014, ()),
        ("(500) Days of Summer (2009)", "(500) Days of Summer", 2009, ()),
        ("Babylon 5", "Babylon 5", None, ()),
        ("unknown", "unknown", None, ()),
        ("2001: A Space Odyssey (1968)", "2001: A Space Odyssey", 1968, ()),
        ("1984 (1984)", "1984", 1984, ()),
        ("(1999)", "(1999)", None, ()),
        ("Death Note: Desu nôto (2006-2007)", "Death Note: Desu nôto", 2006, ()),
        ("Fawlty Towers (1975–1979)", "Fawlty Towers", 1975, ()),
        ("Big Bang Theory, The (2007-)", "The Big Bang Theory", 2007, ("Big Bang Theory, The",)),
        ("Land Before Time III, The (1995) (V)", "The Land Before Time III", 1995, ("Land Before Time III, The",)),
        ("  Space   Jam (1996)  ", "Space Jam", 1996, ()),
        ("Eat, Drink (1994)", "Eat, Drink", 1994, ()),
        ("", "", None, ()),
        ("The", "The", None, ()),
    ],
)  # fmt: skip
def test_a_title_is_said_as_people_say_it(written: str, title: str, year: int | None, also_known_as: tuple[str, ...]) -> None:
    assert read_title(written) == Title(title, year, also_known_as)


@pytest.mark.parametrize(
    ("title", "bare"),
    [("The Matrix", "Matrix"), ("L'Avventura", "Avventura"), ("La Dolce Vita", "Dolce Vita"), ("The", "The"), ("Theo", "Theo")],
)
def test_a_title_is_known_without_its_article(title: str, bare: str) -> None:
    assert without_article(title) == bare


def test_case_accents_and_signs_do_not_matter_to_a_search() -> None:
    assert plain("AMÉLIE & Øyvind") == "amelie  and  oyvind"
    assert squeezed("Spider-Man") == squeezed("spider man") == squeezed("SPIDERMAN") == "spiderman"
