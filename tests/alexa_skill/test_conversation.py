"""What no dialogue shows: numbers at their limits, a linked profile, and what the films are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from alexa_skill import intents
from alexa_skill.conversation import reply
from alexa_skill.conversation import state as asked
from alexa_skill.conversation.opening import MOST_STRANGERS
from alexa_skill.conversation.reply import Reply
from alexa_skill.conversation.state import Heard, State
from alexa_skill.conversation.turn import INTENT, Slot, Turn
from alexa_skill.speech import speech_for
from recommender.domain import RecommendedMovie
from tests.alexa_skill.films_world import CATALOGUE, LISTS, FilmsWorld

SPEECH = speech_for("en-US")
AT_MOST = SPEECH.at_most_ten
OURS, THEIRS = 7, 8  # two people with lists


@dataclass
class Noting(FilmsWorld):
    """A world that remembers what it was asked."""

    lists: list[int] = field(default_factory=list)
    kinds: list[dict[str, Any]] = field(default_factory=list)

    def list_of(self, user_id: int) -> tuple[RecommendedMovie, ...] | None:
        self.lists.append(user_id)
        return super().list_of(user_id)

    def chosen(self, user_id: int | None, **kind: Any) -> tuple[RecommendedMovie, ...]:
        self.kinds.append({"user_id": user_id, **kind})
        return super().chosen(user_id, **kind)


def say(intent: str, state: State | None = None, *, world: FilmsWorld | None = None, linked: int | None = None, **slots: Any) -> Reply:
    """The reply to an intent. A slot is its text, or a Slot."""
    heard = {name: value if isinstance(value, Slot) else Slot(value) for name, value in slots.items()}
    return reply(state or State(), Turn(INTENT, intent, heard, linked_user=linked), world or FilmsWorld(), SPEECH)


# Numbers


@pytest.mark.parametrize(("amount", "n", "is_too_many"), [("1", 1, False), ("9", 9, False), ("10", 10, False), ("11", 10, True)])
def test_ten_films_may_be_asked_for_and_eleven_may_not(amount: str, n: int, is_too_many: bool) -> None:
    said = say(intents.SUBMIT, ID=str(OURS), Amount=amount)

    assert said.state.end == n
    assert (AT_MOST in said.speech) == is_too_many
    assert "I have only" not in said.speech


def test_whoever_finds_a_list_may_miss_as_often_as_before() -> None:
    state = State(strangers=MOST_STRANGERS - 1)

    found = say(intents.SUBMIT, state, ID=str(OURS), Amount="3")
    assert found.state.strangers == 0
    assert say(intents.SUBMIT, state, ID="99", Amount="3").state.strangers == MOST_STRANGERS


def test_who_guesses_on_is_told_nothing_not_even_of_a_number_that_has_a_list() -> None:
    world = Noting()

    told = say(intents.SUBMIT, State(strangers=MOST_STRANGERS), world=world, ID=str(OURS), Amount="3")

    assert SPEECH.too_many_strangers() in told.speech
    assert world.lists == []


# A profile that is linked


def test_a_linked_profile_comes_before_a_spoken_number_and_is_not_remembered_as_one() -> None:
    world = Noting()

    said = say(intents.SUBMIT, State(user=THEIRS), world=world, linked=OURS, ID=str(THEIRS), Amount="3")

    assert world.lists == [OURS]
    assert said.state.user == 0
    assert [film.movie_id for film in said.state.films] == [*LISTS[OURS]]


@pytest.mark.parametrize("intent", [intents.MY_LIST, intents.SURPRISE])
def test_a_linked_profile_is_whose_list_is_meant(intent: str) -> None:
    world = Noting()

    say(intent, State(user=THEIRS), world=world, linked=OURS)

    assert {*world.lists, *(kind["user_id"] for kind in world.kinds)} == {OURS}


# What the films are asked for


def test_a_decade_has_ten_years() -> None:
    world = Noting()

    for intent in (intents.BY_DECADE, intents.BY_GENRE):
        say(intent, world=world, Decade=Slot("the nineties", "1990", "the nineties"), Genre=Slot("comedies", "Comedy", "comedy"))

    assert [kind["years"] for kind in world.kinds] == [(1990, 1999)] * 2


def test_a_number_of_another_data_set_does_not_name_another_film() -> None:
    """The skill's model may know Toy Story by the number that Heat has here."""
    said = say(intents.ABOUT, Title=Slot("toy story", "6", "Toy Story"))

    assert said.state.focus == Heard.of(CATALOGUE[1][0])


def test_what_could_not_be_done_is_forgotten_once_something_else_was() -> None:
    """Else the next trouble would end the session though it is the first."""
    state = State(asked=asked.AGAIN, again=(intents.POPULAR, asked.WHAT_TO_DO, ()))

    done = say(intents.SUBMIT, state, ID=str(OURS), Amount="3")
    assert done.state.again is None
    assert not say(intents.POPULAR, done.state, world=FilmsWorld("out of reach")).ends
    assert say(intents.POPULAR, state, world=FilmsWorld("out of reach")).ends
