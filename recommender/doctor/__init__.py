"""What an operator asks first: is everything well, and if not, what is to be done."""

from __future__ import annotations

from collections.abc import Callable

from recommender.doctor import account, backup, blobs, clock, disk, kernels, model, profiles, secrets, training, versions
from recommender.doctor.disk import LEAST_FREE_BYTES
from recommender.doctor.finding import BAD, NOTE, OK, Finding, Said
from recommender.doctor.model import OLD_MODEL_DAYS
from recommender.errors import RecommenderError
from recommender.settings import Settings

__all__ = ["BAD", "LEAST_FREE_BYTES", "NOTE", "OK", "OLD_MODEL_DAYS", "Finding", "examine"]

Look = Callable[[Settings], Said]
LOOKS: dict[str, Look] = {
    "profiles": profiles.look,
    "blobs": blobs.look,
    "cache": blobs.look_at_cache,
    "model": model.look,
    "training": training.look,
    "backup": backup.look,
    "secret": secrets.look,
    "files": secrets.look_at_files,
    "writing": disk.look_at_writing,
    "disk": disk.look,
    "clock": clock.look,
    "versions": versions.look,
    "kernels": kernels.look,
    "account": account.look,
}


def examine(settings: Settings) -> list[Finding]:
    """Everything looked at, in order; nothing is changed by looking, but stores that were never opened are made."""
    return [_finding(what, look, settings) for what, look in LOOKS.items()]


def _finding(what: str, look: Look, settings: Settings) -> Finding:
    try:
        return Finding(what, *look(settings))
    except RecommenderError as error:
        return Finding(what, BAD, str(error))
