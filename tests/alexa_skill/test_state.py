"""What is remembered travels with the Echo and back, and is believed only as far as it can be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_skill.conversation.state import FORMAT, QUESTIONS, Heard, State, from_attributes, to_attributes
from recommender.domain import Movie, MovieId, Reason, RecommendedMovie

FILM = Heard(6, "Heat", 1995, ("Action", "Crime"), "Eleven of the 40 people most like you gave it 5 stars.", 4.5)
TALKING = State(
    7, 0, "more", (FILM, FILM), "list", 0, 1, FILM, "The first one is Heat, from 1995. Shall I go on?", 1, 2, ("getID", "both", ())
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
numbers = st.integers(0, 2**53)
films = st.builds(
    Heard,
    movie_id=numbers,
    title=texts,
    year=st.none() | st.integers(0, 3000),
    genres=st.lists(texts, max_size=10).map(tuple),
    reason=texts,
    stars=st.none() | st.floats(0.5, 5),
)
questions = texts.map(lambda text: f"{text[:299]}?") | st.just("")
slots = st.tuples(texts, texts, texts, texts)


@st.composite
def states(draw: st.DrawFn) -> State:
    heard = tuple(draw(st.lists(films, max_size=10)))
    start, end = sorted((draw(st.integers(0, len(heard))), draw(st.integers(0, len(heard)))))
    question = st.sampled_from(QUESTIONS)
    again = draw(st.none() | st.tuples(texts, question, st.lists(slots, max_size=3).map(tuple)))
    rest = (draw(st.none() | films), draw(questions), draw(st.integers(0, 99)), draw(st.integers(0, 5)), again)
    return State(draw(numbers), draw(numbers), draw(question), heard, draw(texts), start, end, *rest)


@given(states())
def test_the_state_comes_back_as_it_went(state: State) -> None:
    assert from_attributes(json.loads(json.dumps(to_attributes(state)))) == state


def test_nothing_remembered_is_next_to_nothing_to_carry() -> None:
    assert to_attributes(State()) == {"v": FORMAT}


def test_ten_long_films_fit_into_an_answer_with_room_for_the_speech() -> None:
    long = Heard.of(
        RecommendedMovie(
            Movie(MovieId(1), "x" * 1000, 1999, tuple(f"Genre number {n}" for n in range(30))), 0.5, reasons=(Reason("people", "y" * 1000),)
        )
    )

    assert len(json.dumps(to_attributes(State(films=(long,) * 10, focus=long)))) < 12_000


@pytest.mark.parametrize(
    "spoilt",
    [
        None,
        [],
        "x",
        {},
        {"v": FORMAT + 1},
        to_attributes(TALKING) | {"asked": "the way to San Jose"},
        to_attributes(TALKING) | {"user": -1},
        to_attributes(TALKING) | {"user": True},
        to_attributes(TALKING) | {"user": "7"},
        to_attributes(TALKING) | {"end": 3},
        to_attributes(TALKING) | {"start": 2},
        to_attributes(TALKING) | {"films": [[6]]},
        to_attributes(TALKING) | {"films": 6},
        to_attributes(TALKING) | {"focus": [6, None, 1995, [], "", None]},
        to_attributes(TALKING) | {"focus": [6, "Heat", 1995, [], "", "many"]},
        to_attributes(TALKING) | {"said": "x" * 100_000 + "?"},
        to_attributes(TALKING) | {"said": "Heat."},
        to_attributes(TALKING) | {"said": "\ud800?"},
        to_attributes(TALKING) | {"again": ["getID"]},
        to_attributes(TALKING) | {"again": ["getID", "both", [["ID"]]]},
    ],
)
def test_what_is_no_state_begins_a_new_conversation(spoilt: object) -> None:
    assert from_attributes(spoilt) == State()


def test_the_same_state_unspoilt_is_taken() -> None:
    assert from_attributes(to_attributes(TALKING)) == TALKING


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_anything_at_all_can_be_read(anything: Any) -> None:
    assert isinstance(from_attributes(anything), State)
    assert isinstance(from_attributes({"v": FORMAT, "films": anything, "again": anything, "focus": anything}), State)
