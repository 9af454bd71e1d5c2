"""The manifest: what Amazon's store shows of the skill, and by which it is checked before it is published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from alexa_skill.model.lint.finding import Finding
from alexa_skill.model.understanding import Understanding, plain

CATEGORY = "MOVIE_INFO_AND_REVIEWS"
MOST_PHRASES = 3
LONGEST = {"name": 50, "summary": 160, "description": 4000}  # characters
MOST_KEYWORDS = 30
_OPENED = re.compile(r"alexa (?:open|start|launch) (?P<name>.+)")
_ASKED = re.compile(r"alexa ask (?P<name>.+?) (?:for|to) (?P<phrase>.+)")
_FUNCTION = re.compile(r"arn:aws:lambda:[a-z]{2}-[a-z]+-\d:\d{12}:function:[\w-]+(:[\w$-]+)?")


def findings(manifest: dict[str, Any], models: Mapping[str, dict[str, Any]]) -> Iterator[Finding]:
    """models: by locale."""
    inner = manifest["manifest"]
    published = inner["publishingInformation"]
    if published["category"] != CATEGORY:
        yield Finding("category", f"{published['category']} should be {CATEGORY}.")
    if not published.get("testingInstructions"):
        yield Finding("testing", "testingInstructions must say how the skill is tried.")
    if published["locales"].keys() != models.keys():
        yield Finding("locales", f"the manifest has {', '.join(published['locales'])}, the models {', '.join(models)}.")
    for locale, shown in published["locales"].items():
        for name, longest in LONGEST.items():
            if not 0 < len(shown[name]) <= longest:
                yield Finding("limits", f"{locale}: {name} has {len(shown[name])} characters, not 1 to {longest}.")
        if len(shown["keywords"]) > MOST_KEYWORDS:
            yield Finding("limits", f"{locale}: there are {len(shown['keywords'])} keywords, and Amazon takes {MOST_KEYWORDS}.")
        if locale in models:
            yield from _phrases(locale, shown["examplePhrases"], models[locale])
    yield from _privacy(inner["privacyAndCompliance"])
    if "endpoint" in (custom := inner["apis"]["custom"]):
        yield from _endpoint(custom["endpoint"])


def _phrases(locale: str, phrases: list[str], model: dict[str, Any]) -> Iterator[Finding]:
    name = model["interactionModel"]["languageModel"]["invocationName"]
    understanding = Understanding(model)
    if not 0 < len(phrases) <= MOST_PHRASES:
        yield Finding("phrases", f"{locale}: there are {len(phrases)} example phrases, not 1 to {MOST_PHRASES}.")
    for place, phrase in enumerate(phrases):
        words = plain(phrase)
        opened = _OPENED.fullmatch(words)
        asked = _ASKED.fullmatch(words)
        if place == 0 and (not words.startswith("alexa ") or name not in words):
            yield Finding("phrases", f"{locale}: {phrase!r} comes first and must begin with Alexa and open {name!r}.")
        if opened and opened["name"] == name:
            continue
        meant = asked["phrase"] if asked and asked["name"] == name else words
        if len(understanding.intents_of(meant)) != 1:
            yield Finding("phrases", f"{locale}: {phrase!r} is not one thing that the model understands.")


def _privacy(privacy: dict[str, Any]) -> Iterator[Finding]:
    for name in ("allowsPurchases", "isChildDirected", "containsAds"):
        if privacy.get(name) is not False:
            yield Finding("privacy", f"{name} must be false.")
    if privacy.get("isExportCompliant") is not True:
        yield Finding("privacy", "isExportCompliant must be true.")
    if privacy.get("usesPersonalInfo") and not all(of.get("privacyPolicyUrl") for of in privacy.get("locales", {}).values() or [{}]):
        yield Finding("privacy", "a skill that uses personal information needs a privacyPolicyUrl in every locale.")


def _endpoint(endpoint: dict[str, Any]) -> Iterator[Finding]:
    address = endpoint["uri"]
    if address.startswith("https://"):
        if endpoint.get("sslCertificateType") != "Trusted":
            yield Finding("endpoint", f"{address} needs the sslCertificateType Trusted.")
    elif not _FUNCTION.fullmatch(address):
        yield Finding("endpoint", f"{address!r} is neither the ARN of a function on Lambda nor an https address.")
