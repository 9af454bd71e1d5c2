"""The model in force: whether it is whole, file by file, and how old; and whether one could go back to the model before."""

from __future__ import annotations

import time

from recommender import publication
from recommender.doctor.finding import NOTE, OK, Said
from recommender.doctor.places import blobs_of
from recommender.errors import ModelError, StorageError
from recommender.settings import Settings

OLD_MODEL_DAYS = 30


def look(settings: Settings) -> Said:
    """The version that is served, every byte read; StorageError while another is, since the one in force was refused."""
    blobs = blobs_of(settings)
    in_force = publication.InForce(blobs)
    published = in_force.published()
    if in_force.trouble:
        raise StorageError(f"The model before is in use: {in_force.trouble}")
    pointer, _ = publication.read_pointer(blobs)
    if pointer is not None:
        publication.load(blobs, pointer, remembers=False)
        if pointer.previous is not None:
            try:
                publication.load(blobs, pointer.previous, remembers=False)
            except ModelError as error:
                return NOTE, f"The model before cannot be gone back to: {error}"
    days = (time.time() - published.facts["trained_at"]) / 86400
    if days > OLD_MODEL_DAYS:
        return NOTE, f"The model is {days:.0f} days old; run `matinee train` if people have rated since."
    made_of = f"{published.model.recipe} on {published.facts['data']}"
    return OK, f"{published.version}, generation {published.generation}, {made_of}, every checksum right"
