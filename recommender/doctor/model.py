"""The model in force: whether it is whole, and how old."""

from __future__ import annotations

import time

from recommender import publication
from recommender.doctor.finding import NOTE, OK, Said
from recommender.doctor.places import blobs_of
from recommender.errors import StorageError
from recommender.settings import Settings

OLD_MODEL_DAYS = 30


def look(settings: Settings) -> Said:
    """The version that is served; StorageError while another is, since the one in force was refused."""
    in_force = publication.InForce(blobs_of(settings))
    published = in_force.published()
    if in_force.trouble:
        raise StorageError(f"The model before is in use: {in_force.trouble}")
    days = (time.time() - published.facts["trained_at"]) / 86400
    if days > OLD_MODEL_DAYS:
        return NOTE, f"The model is {days:.0f} days old; run `matinee train` if people have rated since."
    made_of = f"{published.model.recipe} on {published.facts['data']}"
    return OK, f"{published.version}, generation {published.generation}, {made_of}, every checksum right"
