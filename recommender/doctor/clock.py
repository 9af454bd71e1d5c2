"""The clock, which leases, tokens of AWS and the order of ratings hang on."""

from __future__ import annotations

import time
from pathlib import Path

from recommender.doctor.finding import OK, Said
from recommender.doctor.places import folders, path_of, services
from recommender.errors import StorageError
from recommender.settings import Settings

MOST_SECONDS = 60  # as long as a lease; AWS itself refuses at five minutes
FIRST_YEAR = 2026


def look(settings: Settings) -> Said:
    """Against the newest of our files, and against AWS where it is in use."""
    now = time.gmtime()
    said = time.strftime("%Y-%m-%d %H:%M:%S UTC", now)
    if now.tm_year < FIRST_YEAR:
        raise StorageError(f"The clock says {time.strftime('%Y-%m-%d', now)}, which cannot be; set it.")
    newest = max(_files(settings), key=lambda path: path.stat().st_mtime, default=None)
    if newest and newest.stat().st_mtime > time.time() + MOST_SECONDS:
        written = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(newest.stat().st_mtime))
        raise StorageError(f"The clock says {said}, but {newest} was written at {written}; set it.")
    return OK, "; ".join([said, *(_beside(service) for service in services(settings))])


def _files(settings: Settings) -> list[Path]:
    profiles = path_of(settings.profiles_url)
    found = [path for folder in folders(settings).values() if folder.is_dir() for path in folder.iterdir() if path.is_file()]
    return [path for path in [*found, *([profiles] if profiles else [])] if path.exists()]


def _beside(service: str) -> str:
    from recommender.storage.amazon.clock import seconds_ahead

    ahead = seconds_ahead(service)
    if abs(ahead) > MOST_SECONDS:
        raise StorageError(f"The clock is {abs(ahead):.0f} seconds {'ahead of' if ahead > 0 else 'behind'} that of {service}; set it.")
    return f"within {max(1, round(abs(ahead)))} s of {service}"
