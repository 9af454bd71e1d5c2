"""Who is training, and when somebody last did."""

from __future__ import annotations

import calendar
import time

from recommender import publication
from recommender.doctor.finding import OK, Said, ago
from recommender.doctor.places import blobs_of
from recommender.errors import ModelError
from recommender.settings import Settings
from recommender.storage.lease import holding


def look(settings: Settings) -> Said:
    """Whoever holds the lock; StorageError where it cannot be understood."""
    blobs, now = blobs_of(settings), time.time()
    trainer = holding(blobs, publication.LOCK, now=now)
    if trainer:
        return OK, f"{trainer.holder} has held the training lock for {now - trainer.since:.0f} seconds"
    try:
        pointer, _ = publication.read_pointer(blobs)
        trained_at = calendar.timegm(time.strptime(pointer.version.partition("-")[0], "%Y%m%dT%H%M%SZ")) if pointer else None
    except (ModelError, ValueError):  # the finding about the model says so
        trained_at = None
    return OK, "nobody is training" if trained_at is None else f"nobody is training; the last one was {ago(now - trained_at)} ago"
