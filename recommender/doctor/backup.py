"""When everything was last backed up."""

from __future__ import annotations

import json
import time
from pathlib import Path

from recommender.doctor.finding import NOTE, OK, Said, ago
from recommender.doctor.places import blobs_of
from recommender.errors import StorageError
from recommender.moving.manifest import LAST_BACKUP
from recommender.settings import Settings
from recommender.storage.profiles import is_made, open_profiles

OLD_DAYS = 8  # a weekly timer that was late for once is no matter


def look(settings: Settings) -> Said:
    """The age of the last one, and whether it is still where it was put."""
    there = blobs_of(settings).read(LAST_BACKUP)
    if there is None:
        people = _has_people(settings)
        return (
            (NOTE, "There has never been one, and people have numbers here; run `matinee backup`.")
            if people
            else (OK, "none, and nobody to lose")
        )
    try:
        said = json.loads(there.data)
        age = time.time() - float(said["taken_at"])
        what = f"{said['people']:,} people, {said['ratings']:,} ratings, {said['bytes'] / 1e6:,.1f} MB"
        place = str(said["place"])
    except (ValueError, TypeError, KeyError) as error:
        raise StorageError(f"{LAST_BACKUP} in {settings.blobs_url} cannot be understood; run `matinee backup`.") from error
    text = f"{ago(age)} ago, in {place}: {what}"
    if age > OLD_DAYS * 86400:
        return NOTE, f"The last one was {text}; run `matinee backup`."
    # Whoever reads this on another machine, or has moved the folder elsewhere, knows more than we do.
    return OK, text if Path(place).exists() else f"{text}; not on this machine"


def _has_people(settings: Settings) -> bool:
    if not is_made(settings.profiles_url):
        return False
    profiles = open_profiles(settings.profiles_url)
    try:
        return next(iter(profiles.people()), None) is not None
    finally:
        profiles.close()
