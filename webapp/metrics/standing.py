"""What lists are made from just now, what was trained and backed up before, and how much room is left."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from recommender.domain import InUse
from recommender.errors import RecommenderError
from recommender.history import Backup, Comparison, Refusal, Training
from recommender.serving import Recommender
from recommender.settings import Settings

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Standing:
    """Each is an error where it could not be told: a store that is away must not hide the rest.

    trouble: why the published model is not the one in use; None while it is.
    """

    in_use: InUse | RecommenderError
    trouble: str | None
    trainings: tuple[Training, ...] | RecommenderError
    backup: Backup | RecommenderError | None
    refusal: Refusal | RecommenderError | None = None
    comparison: Comparison | RecommenderError | None = None

    @property
    def is_published(self) -> bool:
        """Whether lists come from the model that was published last."""
        return isinstance(self.in_use, InUse) and self.trouble is None


def standing(recommender: Recommender) -> Standing:
    """How things stand for the process that asks."""
    in_use = _told(recommender.in_use)  # first, since it looks for a newer model
    return Standing(
        in_use,
        recommender.trouble(),
        _told(recommender.trainings),
        _told(recommender.last_backup),
        _told(recommender.last_refusal),
        _told(recommender.comparison),
    )


def free_bytes(settings: Settings) -> dict[str, int]:
    """Room on the disks of what is kept on this machine, by what it is kept for; "here" where everything is kept elsewhere."""
    places = {"ratings": _local(settings.profiles_url, "sqlite"), "models": _local(settings.blobs_url, "file")}
    kept_here = {name: place for name, place in places.items() if place} or {"here": Path()}
    return {name: shutil.disk_usage(_existing(place)).free for name, place in kept_here.items()}


def _told(ask: Callable[[], Told]) -> Told | RecommenderError:
    try:
        return ask()
    except RecommenderError as error:
        return error


def _local(url: str, scheme: str) -> Path | None:
    kind, _, rest = url.partition(":")
    return Path(rest.removeprefix("//") if rest.startswith("///") else rest) if kind == scheme else None


def _existing(place: Path) -> Path:
    """The place, or the nearest folder above it that is there."""
    return next(folder for folder in (place, *place.absolute().parents) if folder.exists())
