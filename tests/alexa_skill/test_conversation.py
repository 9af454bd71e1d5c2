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
from alexa_skill.films import Caller, Linked
from alexa_skill.model.slot_types.stars import STARS
from alexa_skill.speech import speech_for
from recommender.domain import WATCHLIST, RecommendedMovie
from tests.alexa_skill.films_world import ANNA, BEN, CATALOGUE, LISTS, FilmsWorld

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


def say(intent: str, state: State | None = None, *, world: FilmsWorld | None = None, **slots: Any) -> Reply:
    """The reply to an intent. A slot is its text, or a Slot."""
    heard = {name: value if isinstance(value, Slot) else Slot(value) for name, value in slots.items()}
    return reply(state or State(), Turn(INTENT, intent, heard), world or FilmsWorld(), SPEECH)


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


def linked(to: Linked = ANNA) -> Noting:
    """A world in which the Echo speaks for somebody."""
    return Noting(links={"account": to}, caller=Caller("account"))


@pytest.mark.parametrize("intent", [intents.MY_LIST, intents.REQUEST, intents.SURPRISE, intents.ONE_BY_ONE])
def test_a_linked_profile_is_whose_list_is_meant_though_a_number_was_spoken(intent: str) -> None:
    world = linked()

    say(intent, State(user=THEIRS), world=world)

    assert {*world.lists, *(kind["user_id"] for kind in world.kinds)} == {ANNA.user_id}


def test_a_number_that_is_said_with_the_question_is_meant_though_somebody_is_linked() -> None:
    world = linked()

    said = say(intents.SUBMIT, world=world, ID=str(THEIRS), Amount="3")

    assert world.lists == [THEIRS]
    assert [film.movie_id for film in said.state.films] == [*LISTS[THEIRS]]


def test_the_number_of_whom_the_echo_speaks_for_is_neither_said_nor_remembered() -> None:
    said = say(intents.SUBMIT, world=linked(), Amount="3")

    assert said.state.user == 0
    assert str(ANNA.user_id) not in f"{said.speech} {said.card}"


def test_a_list_of_somebody_who_is_linked_elsewhere_is_none_here() -> None:
    for world in (Noting(), linked(BEN)):
        assert "can't find your record" in say(intents.SUBMIT, world=world, ID=str(ANNA.user_id), Amount="3").speech


def test_the_voice_that_is_recognised_comes_before_the_account() -> None:
    world = Noting(links={"account": ANNA, "voice": BEN})

    for caller, who in ((Caller("account", "voice"), BEN), (Caller("account", "another"), ANNA), (Caller("account"), ANNA)):
        world.caller = caller
        say(intents.MY_LIST, world=world)
        assert world.lists[-1] == who.user_id


def test_a_code_is_for_the_voice_that_is_recognised_and_leaves_the_account_as_it_was() -> None:
    world = Noting(links={"account": ANNA}, caller=Caller("account", "voice"))

    say(intents.LINK, world=world, Code="012345")

    assert world.links == {"account": ANNA, "voice": BEN}


@pytest.mark.parametrize("heard", ["123456", "12 34 56", "123 456", "1 2 3 4 5 6", "123,456"])
def test_the_digits_of_a_code_count_however_they_are_written(heard: str) -> None:
    assert say(intents.LINK, world=linked(BEN), Code=heard).speech.startswith(SPEECH.linked(ANNA.name))


def test_a_name_is_said_as_far_as_it_can_be() -> None:
    assert SPEECH.linked("<b>Zoë & Max</b>") == "Linked. From now on I speak for b Zoë and Max b."
    assert SPEECH.linked("♥♥") == "Linked. From now on I speak for you."


# What is said of a film


@pytest.mark.parametrize("stars", [each / 2 for each in range(1, 11)])
def test_every_half_star_can_be_given_and_is_said(stars: float) -> None:
    world = linked()
    value = next(value for value in STARS if float(value.id) == stars)

    said = say(intents.RATE, world=world, Stars=Slot("as heard", value.id, value.name), Title="heat")

    assert world.stars == {(ANNA.user_id, 6): stars}
    assert said.speech.startswith(f"{value.name.capitalize()} star")


def test_stars_are_asked_for_without_a_word_of_those_that_are_expected() -> None:
    """Who hears a number first says it again."""
    world = linked()
    state = say(intents.MY_LIST, world=world).state
    assert state.films[0].stars

    for intent in (intents.ABOUT, intents.SEEN, intents.RATE):
        assert "4.5" not in say(intent, state, world=world, Position="1").speech


def test_what_was_said_of_a_film_is_taken_back_to_what_it_was_before() -> None:
    world = linked()
    world.stars[ANNA.user_id, 6], world.marks[ANNA.user_id, 6] = 2.5, frozenset({WATCHLIST})

    for intent, slots in ((intents.RATE, {"Stars": "5"}), (intents.HIDE, {}), (intents.SAVE, {}), (intents.UNSAVE, {})):
        state = say(intent, world=world, Title="heat", **slots).state
        say(intents.UNDO, state, world=world)
        assert world.stars[ANNA.user_id, 6] == 2.5
        assert world.marks[ANNA.user_id, 6] == {WATCHLIST}


def test_after_a_change_the_list_is_the_new_one_without_another_question() -> None:
    world = linked()
    state = say(intents.MY_LIST, world=world).state
    world.lists.clear()

    changed = say(intents.HIDE, state, world=world, Position="1")
    read = say(intents.YES, changed.state, world=world)

    assert [film.movie_id for film in read.state.films] == [film.movie.movie_id for film in FilmsWorld.list_of(world, ANNA.user_id) or ()]
    assert state.films[0] not in read.state.films
    assert world.lists == []


@pytest.mark.parametrize("intent", [intents.RATE, intents.SEEN, intents.SAVE, intents.UNSAVE, intents.WATCHLIST, intents.UNDO])
def test_nobody_says_anything_of_a_film_who_is_not_linked(intent: str) -> None:
    world = Noting()

    said = say(intent, State(focus=Heard.of(CATALOGUE[6][0])), world=world, Stars="4")

    assert "link my profile" in said.speech
    assert (world.stars, world.marks) == ({}, {})


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
