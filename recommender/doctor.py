"""What an operator asks first: is everything well, and if not, what is to be done."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recommender import publication
from recommender.errors import RecommenderError, StorageError
from recommender.publication import LOCK
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from recommender.storage.lease import holding
from recommender.storage.profiles import open_profiles

LEAST_FREE_BYTES = 200 * 1024**2
OLD_MODEL_DAYS = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. text: what was found and, where it is not well, what would be right."""

    what: str
    is_well: bool
    text: str


def examine(settings: Settings) -> list[Finding]:
    """Everything looked at, in order; nothing is changed by looking, but stores that were never opened are made."""
    looked_at: list[tuple[str, Callable[[Settings], str]]] = [
        ("profiles", _profiles),
        ("model", _model),
        ("training", _training),
        ("secret", _secret),
        ("disk", _disk),
        ("clock", _clock),
    ]
    return [_finding(what, look, settings) for what, look in looked_at]


def _finding(what: str, look: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(what, True, look(settings))
    except RecommenderError as error:
        return Finding(what, False, str(error))


def _profiles(settings: Settings) -> str:
    profiles = open_profiles(settings.profiles_url)
    try:
        counts = profiles.counts()
    finally:
        profiles.close()
    return f"{settings.profiles_url}: {counts['people']:,} people, {counts['ratings']:,} ratings, {counts['lists']:,} lists"


def _model(settings: Settings) -> str:
    in_force = publication.InForce(open_blobs(settings.blobs_url))
    published = in_force.published()
    if in_force.trouble:
        raise StorageError(f"The model before is in use: {in_force.trouble}")
    days = (time.time() - published.facts["trained_at"]) / 86400
    if days > OLD_MODEL_DAYS:
        raise StorageError(f"The model is {days:.0f} days old; run `matinee train`.")
    made_of = f"{published.model.recipe} on {published.facts['data']}"
    return f"{published.version}, generation {published.generation}, {made_of}, every checksum right"


def _training(settings: Settings) -> str:
    now = time.time()
    trainer = holding(open_blobs(settings.blobs_url), LOCK, now=now)
    return f"{trainer.holder} is training, for {now - trainer.since:.0f} seconds" if trainer else "nobody is training"


def _secret(settings: Settings) -> str:
    if settings.secret_key:
        return "given by MATINEE_SECRET_KEY"
    path = Path(settings.secret_file)
    if not path.exists():
        return f"{path} is made at the first start of the site"
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise StorageError(f"{path} can be read by others (mode {mode:o}); run `chmod 600 {path}`.")
    if not os.access(path, os.R_OK):
        raise StorageError(f"{path} may not be read by you; check who owns it, or set MATINEE_SECRET_KEY.")
    return f"{path}, readable by its owner alone"


def _disk(settings: Settings) -> str:
    free = shutil.disk_usage(".").free
    if free < LEAST_FREE_BYTES:
        raise StorageError(
            f"Only {free / 1024**2:.0f} MB are free here; ratings need room, make at least {LEAST_FREE_BYTES / 1024**2:.0f} MB."
        )
    return f"{free / 1024**3:.1f} GB free"


def _clock(settings: Settings) -> str:
    now = time.gmtime()
    if now.tm_year < 2026:
        raise StorageError(f"The clock says {time.strftime('%Y-%m-%d', now)}, which cannot be; set it.")
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", now)
