"""The package as ASK CLI deploys it: the manifest, a model for each English, the icons, and the file that says where they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

from alexa_skill.model.interaction import DEVELOPMENT_NAME, interaction_model
from alexa_skill.model.lint import package_findings
from alexa_skill.model.lint.finding import Finding
from alexa_skill.model.manifest import ICONS, manifest
from alexa_skill.model.slot_types.titles import Titled, titles
from alexa_skill.speech import LOCALES

FOLDER = "skill-package"
IMAGES = Path(__file__).parents[1] / FOLDER / "assets" / "images"
RESOURCES = {
    "askcliResourcesVersion": "2020-03-31",
    "profiles": {"default": {"skillMetadata": {"src": f"./{FOLDER}"}}},
}


@dataclass(frozen=True, slots=True)
class Package:
    """manifest: skill.json. models: by locale."""

    manifest: dict[str, Any]
    models: Mapping[str, dict[str, Any]]

    def findings(self) -> list[Finding]:
        return package_findings(self.manifest, self.models)

    def files(self) -> dict[str, str]:
        """What is written, by its place below the folder that `ask deploy` is run in; icons aside. Laid out as ASK CLI itself would."""
        documents = {
            "ask-resources.json": RESOURCES,
            f"{FOLDER}/skill.json": self.manifest,
            **{f"{FOLDER}/interactionModels/custom/{locale}.json": model for locale, model in self.models.items()},
        }
        return {name: f"{json.dumps(document, ensure_ascii=False, indent=2)}\n" for name, document in documents.items()}

    def write(self, folder: Path) -> None:
        """All of it, over what is there."""
        for name, text in self.files().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        images = folder / FOLDER / "assets" / "images"
        images.mkdir(parents=True, exist_ok=True)
        if images.resolve() != IMAGES:
            for icon in ICONS.values():
                copyfile(IMAGES / icon, images / icon)


def package(films: Sequence[Titled], invocation_name: str = DEVELOPMENT_NAME, endpoint: str = "", privacy_policy: str = "") -> Package:
    """endpoint, privacy_policy: as the manifest takes them."""
    values = titles(films)
    models = {locale: interaction_model(locale, values, invocation_name) for locale in LOCALES}
    return Package(manifest(invocation_name, endpoint, privacy_policy), models)
