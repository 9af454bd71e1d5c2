"""Titles are said as people say them, and never break what carries them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_skill.titles import NAMELESS, spoken, spoken_title
from recommender.data.sample.films import sample_films
from recommender.domain import Movie, MovieId


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("The Shawshank Redemption", "The Shawshank Redemption"),
        ("Se7en", "Seven"),
        ("(500) Days of Summer", "500 Days of Summer"),
        ("Love & Human Remains", "Love and Human Remains"),
        ("Face/Off", "Face Off"),
        ("...And Justice for All", "And Justice for All"),
        ("M*A*S*H", "Mash"),
        ("8½", "Eight and a Half"),
        ("Amélie", "Amélie"),
        ("Who's Afraid of Virginia Woolf?", "Who's Afraid of Virginia Woolf?"),
        ("3:10 to Yuma", "3:10 to Yuma"),
        ("千と千尋の神隠し", "千と千尋の神隠し"),
        ("<b>Heat</b>", "b Heat b"),
        ("???", NAMELESS),
        ("", NAMELESS),
    ],
)
def test_a_title_is_said_in_words(title: str, said: str) -> None:
    assert spoken_title(title) == said


def test_the_year_follows_the_title() -> None:
    assert spoken(Movie(MovieId(318), "The Shawshank Redemption", 1994)) == "The Shawshank Redemption, from 1994"
    assert spoken(Movie(MovieId(1), "Heat")) == "Heat"


@given(st.text())
def test_whatever_a_film_is_called_there_is_something_to_say_that_is_plain_text(title: str) -> None:
    said = spoken_title(title)

    assert said
    assert not set(said) & set("<>&")
    assert said == " ".join(said.split())
    assert ElementTree.fromstring(f"<speak>{said}</speak>").text == said


def test_every_title_of_the_sample_is_said_differently_or_of_another_year() -> None:
    said = [spoken(film.entry.movie) for film in sample_films()]

    assert len(set(said)) == len(said)
