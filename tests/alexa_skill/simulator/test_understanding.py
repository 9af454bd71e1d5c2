"""From words to intents: exactly what the samples say, and what Alexa knows herself."""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import product
from pathlib import Path

import pytest

from alexa_skill.simulator import InteractionModel, ModelFileError
from alexa_skill.simulator.numerals import ORDINALS, SCALES, SIGNS, TENS, UNITS, in_digits, may_begin_number, number_of, ordinal_of
from alexa_skill.simulator.understanding import Awaited, invoked, understood, words_to_alexa
from alexa_skill.simulator.words import words_of
from tests.alexa_skill.simulator.small import MODEL, model

SMALL = model()


def heard(utterance: str, awaited: Awaited | None = None) -> tuple[str, dict[str, str]]:
    found = understood(SMALL, words_to_alexa(utterance), awaited)
    return found.intent, {name: value.text for name, value in found.values.items()}


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("seven", "7"),
        ("zero", "0"),
        ("twenty five", "25"),
        ("twenty-five", "25"),
        ("a hundred and two", "102"),
        ("hundred", "100"),
        ("two thousand three hundred and five", "2305"),
        ("five hundred thousand and twelve", "500012"),
        ("one oh seven", "107"),  # digit by digit
        ("minus three", "-3"),
        ("-3", "-3"),
        ("two point five", "2.5"),
        ("1,000", "1000"),
        ("99999999999999999999", "99999999999999999999"),
        ("a", None),
        ("hundred and", None),
        ("forty twelve", None),
        ("minus minus three", None),
        ("seven movies", None),
        ("", None),
    ],
)
def test_numbers_in_words_become_digits(words: str, digits: str | None) -> None:
    assert number_of(words_of(words)) == digits


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("second", "2"),
        ("2nd", "2"),
        ("twelfth", "12"),
        ("twentieth", "20"),
        ("twenty first", "21"),
        ("last", None),
        ("two", None),
        ("", None),
    ],
)
def test_ordinals_become_digits_and_the_last_is_none(words: str, digits: str | None) -> None:
    assert ordinal_of(words_of(words)) == digits


def test_a_word_that_is_said_to_begin_no_number_begins_none_whatever_follows() -> None:
    words = ("", "-", "and", "point", "oh", "a", "hundred", "angry", "7", "-7", "2.5", "٤", "½", *SIGNS, *SCALES, *UNITS, *TENS, *ORDINALS)
    beginning = {first for first, second in product(words, repeat=2) if number_of((first,)) or number_of((first, second))}

    assert {"one", "oh", "a", "hundred", "million", "minus", "-7"} <= beginning
    assert {word for word in beginning if not may_begin_number(word)} == set()
    assert not any(may_begin_number(word) for word in ("", "-", "and", "point", "angry", "second"))


def test_a_title_is_the_same_with_its_number_in_words() -> None:
    assert in_digits(words_of("Twelve Angry Men")) == in_digits(words_of("12 angry men"))


@pytest.mark.parametrize(
    ("utterance", "intent", "values"),
    [
        ("My ID is seven, and I want three movies!", "Order", {"ID": "7", "Amount": "3"}),
        ("i’m number a hundred and two", "Order", {"ID": "102"}),
        ("im number 7", "Order", {"ID": "7"}),  # without its apostrophe
        ("my id is ? and i want 3 movies", "Order", {"ID": "?", "Amount": "3"}),  # what could not be made out
        ("the second one", "Pick", {"Position": "2"}),
        ("seven", "Bare", {"Number": "7"}),
        ("tell me about twelve angry men", "About", {"Title": "twelve angry men"}),
        ("tell me about nobody knows what", "About", {"Title": "nobody knows what"}),
        ("amelie", "About", {"Title": "amelie"}),
        ("search for a film with a dog", "Search", {"Words": "a film with a dog"}),
        ("yes", "AMAZON.YesIntent", {}),
        ("Never mind.", "AMAZON.CancelIntent", {}),  # Alexa knows it
        ("leave it", "AMAZON.CancelIntent", {}),  # the model adds it
        ("start over", "AMAZON.StartOverIntent", {}),
        ("nobody knows what", "AMAZON.FallbackIntent", {}),  # free text alone swallows nothing
        ("the last one", "AMAZON.FallbackIntent", {}),
        ("repeat", "AMAZON.FallbackIntent", {}),  # known to Alexa, but not in this model
    ],
)
def test_an_utterance_finds_its_intent_and_values(utterance: str, intent: str, values: dict[str, str]) -> None:
    assert heard(utterance) == (intent, values)


def test_known_values_come_before_more_words_and_those_before_the_order() -> None:
    # "about a {Title}" has more words of its own, "tell me about {Title}" too, but only one of them knows its value.
    assert heard("a funny film") == ("Order", {"Kind": "funny film"})
    assert heard("about a heat") == ("About", {"Title": "heat"})
    assert heard("comedy") == ("Order", {"Kind": "comedy"})


def test_values_are_resolved_by_name_and_synonym() -> None:
    def entries(utterance: str) -> list[tuple[str, str]]:
        (value,) = understood(SMALL, words_to_alexa(utterance)).values.values()
        return [(entry.id, entry.name) for entry in value.entries or ()]

    assert entries("a funny film") == [("Comedy", "comedy")]
    assert entries("tell me about le fabuleux destin d’amelie poulain") == [("", "Amélie")]
    assert entries("tell me about something else") == []


def test_while_a_slot_is_waited_for_a_bare_answer_is_its_value() -> None:
    amount = Awaited("Order", "Amount")

    assert heard("three", amount) == ("Order", {"Amount": "3"})
    assert heard("three of them", amount) == ("Order", {"Amount": "3"})
    assert heard("stop", amount) == ("AMAZON.StopIntent", {})
    assert heard("tell me about heat", amount) == ("About", {"Title": "heat"})
    assert heard("three of them") == ("AMAZON.FallbackIntent", {})


def test_any_words_answer_a_waited_for_slot_of_the_models_own_where_they_mean_nothing_else() -> None:
    kind = Awaited("Order", "Kind")

    assert heard("something with boats", kind) == ("Order", {"Kind": "something with boats"})
    assert heard("seven", kind) == ("Bare", {"Number": "7"})
    assert heard("help", kind) == ("AMAZON.HelpIntent", {})


@pytest.mark.parametrize(
    ("utterance", "intent"),
    [
        ("alexa, open film club", ""),
        ("open Film Club", ""),
        ("film club", ""),
        ("ask film club for a comedy", "Order"),
        ("tell film club that i'm number seven", "Order"),
        ("ask film club to tell me about heat", "About"),
        ("heat from film club", "About"),
        ("ask film club for nobody knows what", "AMAZON.FallbackIntent"),
        ("ask film club", ""),
    ],
)
def test_the_skill_is_called_by_its_name(utterance: str, intent: str) -> None:
    found = invoked(SMALL, words_to_alexa(utterance), inside=False)

    assert found
    assert found.intent == intent


@pytest.mark.parametrize("utterance", ["a comedy", "open the door", "film clubs"])
def test_what_does_not_name_the_skill_does_not_call_it(utterance: str) -> None:
    assert invoked(SMALL, words_to_alexa(utterance), inside=False) is None


def test_inside_the_skill_its_name_alone_calls_nothing() -> None:
    assert invoked(SMALL, ("film", "club"), inside=True) is None
    assert invoked(SMALL, ("heat", "from", "film", "club"), inside=True) is None
    assert invoked(SMALL, ("open", "film", "club"), inside=True)


def test_a_file_that_holds_no_model_is_refused_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    with pytest.raises(ModelFileError, match="No such file"):
        InteractionModel.load(file)

    undefined, nameless = deepcopy(MODEL), deepcopy(MODEL)
    undefined["interactionModel"]["languageModel"]["intents"][0]["samples"].append("i want {Nothing}")
    nameless["interactionModel"]["languageModel"]["intents"][0]["slots"][2]["type"] = "KINDS"
    for text in ("", "{}", "[]", json.dumps(undefined), json.dumps(nameless)):
        file.write_text(text)
        with pytest.raises(ModelFileError, match="form of the ASK"):
            InteractionModel.load(file)
