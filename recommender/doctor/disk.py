"""The disks that things really lie on: room, and leave to write."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from recommender.doctor.finding import OK, Said
from recommender.doctor.places import folders, nearest, path_of
from recommender.errors import StorageError
from recommender.settings import Settings

LEAST_FREE_BYTES = 200 * 1024**2


def look(settings: Settings) -> Said:
    """The room on each file system, told once."""
    told: dict[int, tuple[str, int]] = {}
    for name, folder in folders(settings).items():
        there = nearest(folder)
        names, free = told.get(there.stat().st_dev, ("", shutil.disk_usage(there).free))
        told[there.stat().st_dev] = (f"{names}, {name}" if names else name, free)
        if free < LEAST_FREE_BYTES:
            raise StorageError(
                f"Only {free / 1024**2:.0f} MB are free in {there}; ratings need room, make at least {LEAST_FREE_BYTES / 1024**2:.0f} MB."
            )
    return OK, "; ".join(f"{free / 1024**3:.1f} GB free for {names}" for names, free in told.values())


def look_at_writing(settings: Settings) -> Said:
    """A small file is put into every folder that must be written to, and taken away again."""
    places = folders(settings)
    for folder in places.values():
        _try(folder)
    profiles = path_of(settings.profiles_url)
    if profiles and profiles.exists() and not os.access(profiles, os.W_OK):
        raise StorageError(f"{profiles} may not be written; check who owns it.")
    away = [name for name, url in (("profiles", settings.profiles_url), ("blobs", settings.blobs_url)) if not path_of(url)]
    return OK, ", ".join(places) + (f"; what {' and '.join(away)} on AWS allow is not tried" if away else "")


def _try(folder: Path) -> None:
    there = nearest(folder)
    probe = there / f"~doctor-{secrets.token_hex(4)}"  # with a tilde, so that nothing takes it for its own
    try:
        probe.write_bytes(b"well")
        probe.unlink()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StorageError(f"Nothing can be written in {there}: {reason}; check who owns it, and whether the disk is full.") from error
