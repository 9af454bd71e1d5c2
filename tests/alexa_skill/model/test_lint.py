"""The lint can fail: a mistake planted for each of its rules is found by that rule, and without one nothing is."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from alexa_skill import intents
from alexa_skill.model.interaction import interaction_model
from alexa_skill.model.lint import model_findings, package_findings
from alexa_skill.model.package import Package
from alexa_skill.model.slot_types import Value
from alexa_skill.speech import LOCALES

Json = dict[str, Any]
HEAT = Value("6", "Heat")


@pytest.fixture(scope="module")
def model() -> Json:
    return interaction_model("en-US", [HEAT])


def language(model: Json) -> Json:
    return dict(model["interactionModel"]["languageModel"])


def intent(model: Json, name: str) -> Any:
    return next(intent for intent in language(model)["intents"] if intent["name"] == name)


def slot(model: Json, name: str, slot_name: str) -> Any:
    return next(slot for slot in intent(model, name)["slots"] if slot["name"] == slot_name)


def type_of(model: Json, name: str) -> Any:
    return next(of for of in language(model)["types"] if of["name"] == name)


def add(*samples: str, to: str) -> Callable[[Json], None]:
    return lambda model: intent(model, to)["samples"].extend(samples)


def add_to_slot(sample: str, name: str) -> Callable[[Json], None]:
    return lambda model: slot(model, intents.SUBMIT, name)["samples"].append(sample)


def drop(name: str) -> Callable[[Json], None]:
    return lambda model: language(model)["intents"].remove(intent(model, name))


def without(sample: str, name: str) -> Callable[[Json], None]:
    return lambda model: intent(model, name)["samples"].remove(sample)


def called(name: str) -> Callable[[Json], None]:
    return lambda model: model["interactionModel"]["languageModel"].update(invocationName=name)


def value(name: str, id: str, text: str, *synonyms: str) -> Callable[[Json], None]:  # noqa: A002 -- as the model calls it
    said = {"id": id, "name": {"value": text, "synonyms": list(synonyms)}}
    return lambda model: type_of(model, name)["values"].append(said)


def many(n: int, n_synonyms: int = 0) -> Callable[[Json], None]:
    def plant(model: Json) -> None:
        for each in range(n):
            value("MOVIE_TITLE", f"x{each}", f"x{each}", *(f"x{each} {other}" for other in range(n_synonyms)))(model)

    return plant


def dialog(model: Json) -> Any:
    return model["interactionModel"]["dialog"]["intents"][0]


def retype(model: Json) -> None:
    slot(model, intents.BY_MOOD, intents.MOOD)["type"] = "FEELING"


def undeclare(model: Json) -> None:
    given = intent(model, intents.BY_GENRE)
    given["slots"] = [slot for slot in given["slots"] if slot["name"] != intents.DECADE]


def never_say(model: Json) -> None:
    given = intent(model, intents.BY_GENRE)
    given["samples"] = [sample for sample in given["samples"] if "{Decade}" not in sample]


def few(name: str, n: int) -> Callable[[Json], None]:
    return lambda model: intent(model, name).update(samples=intent(model, name)["samples"][:n])


@pytest.mark.parametrize(
    ("rule", "plant"),
    [
        ("undefined slot", add("tell me about {Film}", to=intents.ABOUT)),
        ("undefined slot", undeclare),
        ("undefined slot", add_to_slot("{ID} of {Film}", intents.ID)),
        ("unused slot", never_say),
        ("unused slot", add_to_slot("seven", intents.ID)),
        ("undefined type", retype),
        ("unused type", lambda model: language(model)["types"].append({"name": "ACTOR", "values": [{"id": "1", "name": {"value": "x"}}]})),
        ("empty type", lambda model: type_of(model, "MOVIE_TITLE").update(values=[])),
        ("prompts", lambda model: model["interactionModel"]["prompts"].pop()),
        ("prompts", lambda model: model["interactionModel"]["prompts"].append({"id": "Nobody's", "variations": []})),
        ("prompts", lambda model: model["interactionModel"]["prompts"].append(model["interactionModel"]["prompts"][0])),
        ("dialog", lambda model: dialog(model).update(name="getIt")),
        ("dialog", lambda model: dialog(model).update(delegationStrategy="ALWAYS")),
        ("dialog", lambda model: dialog(model)["slots"][0].update(type="AMAZON.Ordinal")),
        ("dialog", lambda model: dialog(model)["slots"][0].update(elicitationRequired=False)),
        ("duplicate", add("surprise me", to=intents.SURPRISE)),
        ("conflict", add("surprise me", to=intents.POPULAR)),
        ("conflict", add("{Amount}", to=intents.SUBMIT)),  # a number alone, under another name
        ("conflict", add("yes please", to=intents.SURPRISE)),  # which Amazon knows to be a yes
        ("conflict", add_to_slot("number {ID}", intents.ID)),
        ("conflict", add_to_slot("the amount is {ID}", intents.ID)),
        ("characters", add("give me 3 movies", to=intents.REQUEST)),
        ("characters", add("movies, please", to=intents.REQUEST)),
        ("characters", add("Movies now", to=intents.REQUEST)),
        ("characters", add("movies now.", to=intents.REQUEST)),
        ("characters", add("movies  now", to=intents.REQUEST)),
        ("characters", add("very " * 50 + "many movies", to=intents.REQUEST)),
        ("characters", add_to_slot("{ID}!", intents.ID)),
        ("characters", value("MOVIE_TITLE", "7", "Love & Human Remains")),
        ("characters", value("MOVIE_TITLE", "7", "Sabrina", "Sabrina (1995)")),
        ("characters", value("MOVIE_TITLE", "7", "x" * 141)),
        ("numbers", add("id {ID} {Amount} movies", to=intents.SUBMIT)),
        ("numbers", add("{ID} and {Amount}", to=intents.SUBMIT)),
        ("invocation", called("matinee")),
        ("invocation", called("Matinee Movies")),
        ("invocation", called("matinee 2")),
        ("invocation", called("open matinee")),
        ("invocation", called("alexa movies")),
        ("invocation", called("the movies")),
        ("invocation", called("m" * 51)),
        ("uncovered", without("surprise me", intents.SURPRISE)),
        ("uncovered", without("why this one", intents.WHY)),
        ("intents", drop(intents.STOP)),
        ("intents", drop(intents.HOME)),
        ("intents", drop(intents.FALLBACK)),
        ("intents", lambda model: language(model)["intents"].append({"name": "Rate", "samples": ["five stars"]})),
        ("slots", lambda model: intent(model, intents.SURPRISE).update(slots=[{"name": "Title", "type": "MOVIE_TITLE"}])),
        ("few samples", few(intents.MY_LIST, 19)),
        ("few samples", few(intents.REQUEST, 39)),
        ("values", value("MOVIE_TITLE", "6", "Fargo")),
        ("values", value("MOVIE_TITLE", "7", "Fargo", "heat")),
        ("values", value("MOVIE_TITLE", "7", "Fargo", "fargo")),
        ("values", value("MOOD", "laughing", "comedy")),
        ("limits", many(10_001)),
        ("limits", many(6_000, 8)),
        ("limits", many(1, 101)),
    ],
)
def test_a_mistake_in_a_model_is_found(model: Json, rule: str, plant: Callable[[Json], object]) -> None:
    planted = deepcopy(model)
    plant(planted)

    assert rule in {finding.rule for finding in model_findings(planted, "en-US")}


def test_the_model_without_a_mistake_has_no_finding(model: Json) -> None:
    assert model_findings(model, "en-US") == []


@pytest.mark.parametrize("name", ["movie", "matinee movies", "my film friend", "bob's films", "the film list"])
def test_names_that_will_do(model: Json, name: str) -> None:
    planted = deepcopy(model)
    called(name)(planted)

    assert model_findings(planted, "en-US") == []


def shown(manifest: Json) -> Any:
    return manifest["manifest"]["publishingInformation"]["locales"]["en-US"]


def published(manifest: Json) -> Any:
    return manifest["manifest"]["publishingInformation"]


def private(manifest: Json) -> Any:
    return manifest["manifest"]["privacyAndCompliance"]


def endpoint(**changes: str) -> Callable[[Json], None]:
    return lambda manifest: manifest["manifest"]["apis"]["custom"].update(endpoint=changes)


def phrases(*said: str) -> Callable[[Json], None]:
    return lambda manifest: shown(manifest).update(examplePhrases=list(said))


@pytest.mark.parametrize(
    ("rule", "plant"),
    [
        ("category", lambda manifest: published(manifest).update(category="MOVIES")),
        ("testing", lambda manifest: published(manifest).update(testingInstructions="")),
        ("locales", lambda manifest: published(manifest)["locales"].pop("en-IN")),
        ("limits", lambda manifest: shown(manifest).update(summary="x" * 161)),
        ("limits", lambda manifest: shown(manifest).update(keywords=["x"] * 31)),
        ("phrases", phrases()),
        ("phrases", phrases("Alexa, open movie", "surprise me", "my list", "something funny")),
        ("phrases", phrases("open movie", "surprise me")),
        ("phrases", phrases("Alexa, open the films", "surprise me")),
        ("phrases", phrases("Alexa, open movie", "what is on tonight")),
        ("phrases", phrases("Alexa, ask movie for a pizza")),
        ("privacy", lambda manifest: private(manifest).update(isChildDirected=True)),
        ("privacy", lambda manifest: private(manifest).update(isExportCompliant=False)),
        ("privacy", lambda manifest: private(manifest).update(usesPersonalInfo=True)),
        ("endpoint", endpoint(uri="https://films.example.com/alexa")),
        ("endpoint", endpoint(uri="http://films.example.com/alexa", sslCertificateType="Trusted")),
        ("endpoint", endpoint(uri="arn:aws:lambda:REGION:ACCOUNT:function:matinee-skill")),
    ],
)
def test_a_mistake_in_the_manifest_is_found(made: Package, model: Json, rule: str, plant: Callable[[Json], object]) -> None:
    planted = deepcopy(made.manifest)
    plant(planted)

    assert rule in {finding.rule for finding in package_findings(planted, dict.fromkeys(LOCALES, model))}


@pytest.mark.parametrize(
    "plant",
    [
        phrases("Alexa, ask movie for something funny", "Alexa, ask movie to surprise me", "tell me about the first one"),
        endpoint(uri="https://films.example.com/alexa", sslCertificateType="Trusted"),
        lambda manifest: private(manifest).update(usesPersonalInfo=True, locales={"en-US": {"privacyPolicyUrl": "https://example.com"}}),
    ],
)
def test_what_is_allowed_is_not_found(made: Package, model: Json, plant: Callable[[Json], object]) -> None:
    planted = deepcopy(made.manifest)
    plant(planted)

    assert package_findings(planted, dict.fromkeys(LOCALES, model)) == []
