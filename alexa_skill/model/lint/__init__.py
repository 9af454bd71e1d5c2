"""What neither Amazon's classes nor a glance see in a package: whether it means what it should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alexa_skill.model.lint import dialogue, invocation, samples, store, values
from alexa_skill.model.lint.finding import Finding

Json = dict[str, Any]


def model_findings(model: Json, locale: str) -> list[Finding]:
    """What is wrong with the interaction model of one English; empty where nothing is."""
    return [
        *invocation.findings(model),
        *samples.findings(model),
        *samples.uncovered(model, locale),
        *values.findings(model),
        *dialogue.findings(model),
    ]


def package_findings(manifest: Json, models: Mapping[str, Json]) -> list[Finding]:
    """What is wrong with the whole package. models: by locale."""
    where: dict[Finding, list[str]] = {}  # what is wrong in several Englishes is told once
    for locale, model in models.items():
        for each in model_findings(model, locale):
            where.setdefault(each, []).append(locale)
    of_models = [Finding(each.rule, f"{', '.join(locales)}: {each.text}") for each, locales in where.items()]
    return [*of_models, *store.findings(manifest, models)]
