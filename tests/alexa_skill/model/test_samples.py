"""What people say: enough of it, in every English, and each sentence meaning one thing."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from alexa_skill import intents
from alexa_skill.model.interaction import interaction_model
from alexa_skill.model.lint import model_findings
from alexa_skill.model.package import Package
from alexa_skill.model.samples import MAIN, SAMPLES
from alexa_skill.model.slot_types import Value
from alexa_skill.model.understanding import SLOT, Understanding
from alexa_skill.speech import LOCALES

FILLED = 3  # times that each sample is filled with values by chance
SPOKEN = {
    "AMAZON.NUMBER": ["7", "three", "a hundred and five", "twenty five", "1000001"],
    "AMAZON.Ordinal": ["first", "third", "10th"],
    "AMAZON.FOUR_DIGIT_NUMBER": ["1995", "nineteen ninety five", "two thousand five"],
}
# Films that are called like a number, which means what was asked.
NUMBERS = {"Seven", "1917", "nineteen seventeen"}
# And like something else that is said, which means that: these are found by "tell me about" them.
OTHERS = {"Nope"}


def language(made: Package, locale: str) -> dict[str, Any]:
    return dict(made.models[locale]["interactionModel"]["languageModel"])


def values(model: dict[str, Any]) -> dict[str, list[str]]:
    of_types = {of["name"]: [text for v in of["values"] for text in (v["name"]["value"], *v["name"]["synonyms"])] for of in model["types"]}
    return {**of_types, **SPOKEN}


@pytest.mark.parametrize("name", [name for name in intents.SLOTS if not name.startswith("AMAZON.")])
def test_every_intent_has_twenty_ways_to_say_it_and_the_main_ones_forty(name: str) -> None:
    # Counted before movies are called films as well, which doubles many.
    assert len(SAMPLES[name]) >= (40 if name in MAIN else 20)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sample_means_its_intent_and_no_other_whatever_stands_in_its_slots(made: Package, locale: str) -> None:
    model = language(made, locale)
    understanding, rng = Understanding(made.models[locale]), Random(1895)
    told_apart = {name: [value for value in texts if value not in NUMBERS | OTHERS] for name, texts in values(model).items()}
    for intent in model["intents"]:
        types = {slot["name"]: slot["type"] for slot in intent.get("slots", ())}
        for sample in intent["samples"]:
            for _ in range(FILLED if types else 1):
                phrase = SLOT.sub(lambda found, types=types: rng.choice(told_apart[types[found[1]]]), sample)
                assert understanding.intents_of(phrase) == {intent["name"]}, f"{sample!r} as {phrase!r}"


def test_which_titles_alone_mean_something_else_as_well_is_known(made: Package) -> None:
    understanding = Understanding(made.models["en-US"])
    found = {title: understanding.intents_of(title) for title in values(language(made, "en-US"))["MOVIE_TITLE"]}

    assert {title for title, meant in found.items() if meant == {intents.PICK, intents.NUMBER_ALONE}} == NUMBERS
    assert {title for title, meant in found.items() if intents.PICK not in meant} == OTHERS
    assert all(understanding.intents_of(f"tell me about {title}") == {intents.ABOUT} for title in found)


@pytest.mark.parametrize("locale", LOCALES)
def test_films_and_movies_are_both_understood_everywhere(made: Package, locale: str) -> None:
    understanding = Understanding(made.models[locale])

    for word in ("movies", "films"):
        assert understanding.intents_of(f"request {word}") == {intents.REQUEST}
        assert understanding.intents_of(f"popular {word}") == {intents.POPULAR}
        assert understanding.intents_of(f"my id is 7 and i want 3 {word}") == {intents.SUBMIT}


def test_favourites_are_spelt_as_people_there_spell_them(made: Package) -> None:
    for locale in LOCALES:
        said = {sample for intent in language(made, locale)["intents"] for sample in intent["samples"]}
        assert ("everybody's favorites" in said) == (locale == "en-US")
        assert ("everybody's favourites" in said) == (locale != "en-US")


@pytest.mark.parametrize(
    ("phrase", "intent"),
    [
        ("request movies", intents.REQUEST),
        ("recommend me some movies", intents.REQUEST),
        ("i want movies", intents.REQUEST),
        ("My ID is 7 and I want 3 movies", intents.SUBMIT),
        ("eight", intents.NUMBER_ALONE),
        ("number seven", intents.PICK),
        ("the second one", intents.PICK),
        ("the matrix", intents.PICK),
        ("tell me about the matrix", intents.ABOUT),
        ("tell me more about it", intents.ABOUT),
        ("why number two", intents.WHY),
        ("why", intents.WHY),
        ("more like it", intents.LIKE),
        ("movies like the matrix", intents.LIKE),
        ("a science fiction movie from the eighties", intents.BY_GENRE),
        ("nineties comedies", intents.BY_GENRE),
        ("something from the 1990s", intents.BY_DECADE),
        ("something for the whole family", intents.BY_MOOD),
        ("what's popular", intents.POPULAR),
        ("pick one for me", intents.SURPRISE),
        ("go back to my list", intents.MY_LIST),
        ("link my profile", intents.LINK),
        ("link my account", intents.LINK),
        ("my code is one two three four five six", intents.LINK),
        ("unlink", intents.UNLINK),
        ("forget me", intents.UNLINK),
        ("i have seen it, four stars", intents.RATE),
        ("four and a half stars for the matrix", intents.RATE),
        ("i've seen the matrix", intents.SEEN),
        ("i have seen it", intents.SEEN),
        ("not interested", intents.HIDE),
        ("undo that", intents.UNDO),
        ("add it to my list", intents.SAVE),
        ("what's on my list", intents.WATCHLIST),
        ("take it off my list", intents.UNSAVE),
        ("the one from 1995", intents.SAY_YEAR),
        ("one at a time", intents.ONE_BY_ONE),
        ("save it", intents.SAVE),
        ("go back", intents.PREVIOUS),
        ("go on", intents.NEXT),
        ("show me more", intents.MORE),
        ("back to the beginning", intents.START_OVER),
        ("what did you say", intents.REPEAT),
        ("that's all", intents.STOP),
        ("what can i say", intents.HELP),
        ("why not", intents.YES),
        ("none of them", intents.NO),
    ],
)
def test_what_people_would_say(made: Package, phrase: str, intent: str) -> None:
    assert Understanding(made.models["en-GB"]).intents_of(phrase) == {intent}


@pytest.mark.parametrize("phrase", ["", "what is the weather like", "order a pizza", "play some jazz", "my id is and i want movies"])
def test_what_is_not_for_the_skill_means_nothing(made: Package, phrase: str) -> None:
    assert Understanding(made.models["en-US"]).intents_of(phrase) == set()


def test_a_film_called_like_an_answer_does_not_take_the_answers_place() -> None:
    model = interaction_model("en-US", [Value("1", "Next"), Value("2", "Help")])

    understanding = Understanding(model)

    assert understanding.intents_of("next") == {intents.NEXT}
    assert understanding.intents_of("tell me about next") == {intents.ABOUT}
    assert model_findings(model, "en-US") == []
