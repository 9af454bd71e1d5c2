"""The package that is checked in: what the builder makes, understood by Amazon's own classes, and without a finding."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from ask_sdk_core.exceptions import SerializationException
from ask_sdk_core.serialize import DefaultSerializer
from ask_smapi_model.v1.skill.interaction_model.interaction_model_data import InteractionModelData
from ask_smapi_model.v1.skill.manifest.skill_manifest_envelope import SkillManifestEnvelope

from alexa_skill.intents import SLOTS
from alexa_skill.model.manifest import ICONS
from alexa_skill.model.package import FOLDER, Package, package
from alexa_skill.speech import LOCALES

CHECKED_IN = Path(__file__).parents[3] / "alexa_skill"
MODELS = [f"interactionModels/custom/{locale}.json" for locale in LOCALES]


def test_what_is_checked_in_is_what_the_builder_makes(made: Package) -> None:
    for name, text in made.files().items():
        assert (CHECKED_IN / name).read_text(encoding="utf-8") == text, f"{name} is not as built; run `make skill-package`"


def test_nothing_else_is_checked_in(made: Package) -> None:
    there = {path.relative_to(CHECKED_IN).as_posix() for path in (CHECKED_IN / FOLDER).rglob("*") if path.is_file()}

    assert there == {name for name in made.files() if name.startswith(FOLDER)} | {
        f"{FOLDER}/assets/images/{icon}" for icon in ICONS.values()
    }


def test_the_package_has_no_findings(made: Package) -> None:
    assert made.findings() == []


@pytest.mark.parametrize("name", ["skill.json", *MODELS])
def test_amazons_classes_give_back_what_they_read(name: str) -> None:
    text = (CHECKED_IN / FOLDER / name).read_text(encoding="utf-8")
    serializer = DefaultSerializer()

    read = serializer.deserialize(text, SkillManifestEnvelope if name == "skill.json" else InteractionModelData)

    assert serializer.serialize(read) == json.loads(text)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("skill.json", '"distributionMode"', '"distribution"'),
        ("skill.json", '"interfaces"', '"interface"'),
        ("skill.json", '"isChildDirected"', '"childDirected"'),
        (MODELS[0], '"invocationName"', '"invocation"'),
        (MODELS[0], '"synonyms"', '"synonym"'),
        (MODELS[0], '"elicitationRequired"', '"elicitation_required"'),
        (MODELS[0], '"delegationStrategy": "SKILL_RESPONSE"', '"delegationStrategy": "SKILL"'),
        (MODELS[0], '"type": "PlainText"', '"type": "Text"'),
    ],
)
def test_a_wrong_name_would_not_come_back(made: Package, name: str, right: str, wrong: str) -> None:
    text = made.files()[f"{FOLDER}/{name}"]
    if "ssl" in right:
        text = text.replace('"uri"', f'{right}, "uri"')
    assert right in text
    planted = text.replace(right, wrong)
    serializer = DefaultSerializer()

    try:
        given_back = serializer.serialize(
            serializer.deserialize(planted, SkillManifestEnvelope if name == "skill.json" else InteractionModelData)
        )
    except SerializationException:
        given_back = None  # refused at once, which is as good

    assert given_back != json.loads(planted)


def test_every_locale_has_the_same_intents_and_slots(made: Package) -> None:
    assert tuple(made.models) == LOCALES
    for model in made.models.values():
        given = {
            intent["name"]: tuple(slot["name"] for slot in intent.get("slots", ()))
            for intent in model["interactionModel"]["languageModel"]["intents"]
        }
        assert given == SLOTS


@pytest.mark.parametrize(("icon", "size"), [("icon-108.png", 108), ("icon-512.png", 512)])
def test_icons_are_png_of_the_size_that_the_store_asks_for(icon: str, size: int) -> None:
    head = (CHECKED_IN / FOLDER / "assets" / "images" / icon).read_bytes()[:24]

    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:]) == (size, size)


def test_where_the_package_lies_is_said_where_ask_cli_looks_for_it(made: Package) -> None:
    said = json.loads(made.files()["ask-resources.json"])["profiles"]["default"]["skillMetadata"]["src"]

    assert (CHECKED_IN / said / "skill.json").is_file()


def test_a_skill_that_is_published_names_what_is_kept_of_people_in_every_english() -> None:
    policy = "https://films.example.com/about/"

    made = package([], privacy_policy=policy)

    assert made.manifest["manifest"]["privacyAndCompliance"]["usesPersonalInfo"] is True
    assert [found for found in made.findings() if found.rule == "privacy"] == []
    assert made.manifest["manifest"]["privacyAndCompliance"]["locales"] == {locale: {"privacyPolicyUrl": policy} for locale in LOCALES}
