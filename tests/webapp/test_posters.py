"""Posters: well-formed, small, legible and always the same, whatever the film is called."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.domain import Movie, MovieId
from webapp.posters import HEIGHT, LARGEST, WIDTH, poster, version
from webapp.posters.genres import BY_GENRE, WITHOUT_GENRE, telling
from webapp.posters.lettering import MOST_LINES, lettered, width_of
from webapp.posters.palettes import AGES, UNDATED, Palette

SVG = "{http://www.w3.org/2000/svg}"
HEAT = Movie(MovieId(6), "Heat", 1995, ("Action", "Crime", "Thriller"))
ODD_TITLES = [
    "",
    " ",
    "M",
    "…",
    "<script>alert(1)</script>",
    "]]>&amp;<!--",
    "\"'`",
    "\x00\x01\x1f\ufffe\uffff",
    "\ud800 a lone half",
    "A" * 500,
    "&" * 500,
    "a " * 300,
    "ואלס עם באשיר",
    "千と千尋の神隠し",
    "\u202eright to left\u202d",
    "👩‍👩‍👧‍👦" * 60,
    "e\u0301" * 100,
    "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb",
]


def words_of(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter(f"{SVG}text"))


@pytest.mark.parametrize("title", ODD_TITLES)
@pytest.mark.parametrize("genres", [(), ("Drama",), ("<b>&", "Horror"), ("&" * 90,)])
@pytest.mark.parametrize("year", [None, 1995, 0, -5, 99999])
def test_an_odd_film_still_has_a_sound_poster(title: str, genres: tuple[str, ...], year: int | None) -> None:
    svg = poster(Movie(MovieId(7), title, year, genres))

    assert ElementTree.fromstring(svg).tag == f"{SVG}svg"
    assert len(svg.encode()) < LARGEST


def test_five_thousand_hostile_titles_stay_well_formed_and_small() -> None:
    rng = Random(0)
    alphabets = ["<>&\"'/!-[]", "abc def ", "\x00\x08\x1b\ufffe\ud800", "אבג דהו", "千と 尋", "👩\u200d🚀 ", "M W@", "é ß ﬃ\u0301"]
    for number in range(5000):
        letters = "".join(rng.sample(alphabets, rng.randint(1, 3)))
        title = "".join(rng.choices(letters, k=rng.randint(0, 220)))
        genres = tuple(rng.sample([*BY_GENRE, "Unheard of", "<&>"], rng.randint(0, 4)))
        svg = poster.__wrapped__(Movie(MovieId(number), title, rng.choice([None, rng.randint(1870, 2100)]), genres))

        tags = {tag.tag.removeprefix(SVG) for tag in ElementTree.fromstring(svg).iter()}
        assert tags <= {"svg", "g", "path", "circle", "ellipse", "text"}
        assert len(svg.encode()) < LARGEST, title


@given(st.text(max_size=200), st.lists(st.text(max_size=30), max_size=3).map(tuple))
@settings(deadline=None, max_examples=200)
def test_any_title_stays_well_formed_and_small(title: str, genres: tuple[str, ...]) -> None:
    svg = poster.__wrapped__(Movie(MovieId(1), title, 1999, genres))

    ElementTree.fromstring(svg)
    assert len(svg.encode()) < LARGEST


def test_a_film_always_gets_the_same_poster_and_another_film_another() -> None:
    assert poster(HEAT) == poster.__wrapped__(HEAT)
    assert poster(HEAT) != poster(replace(HEAT, movie_id=MovieId(7)))
    assert version(HEAT) == version(HEAT)
    assert version(HEAT) != version(replace(HEAT, title="Heat II"))


def test_the_title_is_real_text() -> None:
    assert "HEAT" in [text.text for text in words_of(poster(HEAT))]


@pytest.mark.parametrize("number", range(60))
def test_no_word_leaves_the_poster(number: int) -> None:
    for title in ("Heat", "The Lord of the Rings: The Fellowship of the Ring", "Donaudampfschifffahrtsgesellschaft"):
        for text in words_of(poster(Movie(MovieId(number), title, 1950 + number, ("Drama",)))):
            if length := text.get("textLength"):
                assert float(text.get("x", 0)) + float(length) <= WIDTH - 10
            assert 8 < float(text.get("y", 0)) < HEIGHT - 8


def test_all_pictures_and_palettes_can_be_drawn_and_stay_small() -> None:
    pictures = {picture for pictures in (*BY_GENRE.values(), WITHOUT_GENRE) for picture in pictures}
    assert len(pictures) >= 10
    for genre in [*BY_GENRE, "none of these"]:
        for number in range(40):
            film = Movie(
                MovieId(number), "Wagons & <Wheels> of a Title that Takes Four Full Lines of the Poster", 1900 + number * 3, (genre,)
            )
            assert len(poster.__wrapped__(film).encode()) < LARGEST


@pytest.mark.parametrize("palette", [*UNDATED, *(palette for palettes in AGES.values() for palette in palettes)], ids=str)
def test_a_title_can_be_read_on_its_ground(palette: Palette) -> None:
    lighter, darker = sorted((luminance(palette.ink), luminance(palette.ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("genres", "says_most"),
    [(("Drama", "Horror"), "Horror"), (("Comedy", "Western"), "Western"), (("Made up",), "Made up"), ((), "")],
)
def test_the_most_telling_genre_chooses_the_picture(genres: tuple[str, ...], says_most: str) -> None:
    assert telling(genres) == says_most


@given(st.text(max_size=80), st.booleans())
@settings(deadline=None, max_examples=300)
def test_lines_fit_their_box(title: str, justified: bool) -> None:
    lines = lettered(title, 166, 68, 58, justified=justified)

    assert len(lines) <= MOST_LINES
    assert all(line.length <= 166.01 for line in lines)
    assert all(line.length == pytest.approx(line.size * width_of(line.text)) for line in lines)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
