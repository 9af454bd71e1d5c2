"""The place of models and snapshots, and this machine's copies of what lies far away."""

from __future__ import annotations

from pathlib import Path

from recommender.doctor.finding import OK, Said
from recommender.doctor.places import blobs_of, kind, path_of
from recommender.settings import Settings


def look(settings: Settings) -> Said:
    """What is there, counted."""
    n = len(blobs_of(settings).list(""))
    return OK, f"{kind(settings.blobs_url)}, {settings.blobs_url}: {n:,} files"


def look_at_cache(settings: Settings) -> Said:
    """How much the copies take."""
    if path_of(settings.blobs_url):
        return OK, "off: models are mapped where they lie"
    files = [path for path in Path(settings.cache_folder).rglob("*") if path.is_file()]
    return OK, f"{settings.cache_folder}: {len(files):,} files, {sum(path.stat().st_size for path in files) / 1e6:,.1f} MB"
