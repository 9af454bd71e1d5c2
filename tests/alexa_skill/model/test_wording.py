"""The notation of samples, numbers in words, and the examples that the skill speaks."""

from __future__ import annotations

import pytest

from alexa_skill.model.numbers import in_words, spelt_out
from alexa_skill.model.package import Package
from alexa_skill.model.spoken_examples import examples
from alexa_skill.model.understanding import Understanding
from alexa_skill.model.ways import in_english_of, ways
from alexa_skill.speech import LOCALES, speech_for


@pytest.mark.parametrize(
    ("pattern", "sentences"),
    [
        ("surprise me", ("surprise me",)),
        ("(find|show) me", ("find me", "show me")),
        ("[some] movies", ("some movies", "movies")),
        ("[some|more] movies", ("some movies", "more movies", "movies")),
        ("(find [me]|get) {Title}", ("find me {Title}", "find {Title}", "get {Title}")),
    ],
)
def test_a_pattern_is_every_sentence_it_stands_for(pattern: str, sentences: tuple[str, ...]) -> None:
    assert sorted(ways(pattern)) == sorted(sentences)


def test_movies_are_films_as_well() -> None:
    assert in_english_of("en-GB", ("a movie", "movies", "moviegoers")) == ["a movie", "a film", "movies", "films", "moviegoers"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (28, "twenty eight"),
        (90, "ninety"),
        (101, "one hundred one"),
        (1000, "one thousand"),
        (1408, "fourteen oh eight"),
        (1900, "nineteen hundred"),
        (1984, "nineteen eighty four"),
        (2001, "two thousand one"),
        (2049, "twenty forty nine"),
        (9999, "nine thousand nine hundred ninety nine"),
    ],
)
def test_numbers_are_said_as_people_say_them(number: int, words: str) -> None:
    assert in_words(number) == words


def test_numbers_in_a_title_are_spelt_out() -> None:
    assert spelt_out("Star Trek II The Wrath of Khan") == "Star Trek two The Wrath of Khan"
    assert spelt_out("I Robot") == "I Robot"  # no number stands first
    assert spelt_out("THX 11389") == "THX 11389"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_phrase_that_the_skill_proposes_is_understood(made: Package, locale: str) -> None:
    understanding = Understanding(made.models[locale])

    for phrase in examples(speech_for(locale)):
        assert len(understanding.intents_of(phrase)) == 1, phrase


@pytest.mark.parametrize(
    "phrase",
    [
        "my ID is 7 and I want 3 movies",
        "my ID is 7",
        "tell me about the first one",
        "tell me about the second one",
        "why this one",
        "more like the first one",
        "the first one",
        "a comedy",
        "a comedy from the nineties",
        "movies from the nineties",
        "movies like this",
        "something funny",
        "something scary",
        "surprise me",
        "popular movies",
        "request movies",
        "go back to my list",
        *("yes", "no", "stop", "help", "next", "previous", "repeat", "start over"),
    ],
)
def test_the_examples_are_read_from_the_sentences(phrase: str) -> None:
    assert phrase in examples(speech_for("en-US"))


def test_films_are_proposed_where_people_say_films() -> None:
    assert {"films from the nineties", "popular films"} <= set(examples(speech_for("en-GB")))
