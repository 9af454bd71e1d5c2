"""Snapshots: everything a training works from, frozen in the blob store before it starts."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recommender import added_films, publication
from recommender.data.catalogue import Catalogue
from recommender.data.movielens import DataSet
from recommender.data.ratings import RatingTable
from recommender.errors import DataError, ModelError
from recommender.models import files
from recommender.publication import Published
from recommender.storage.blobs import Blobs
from recommender.storage.profiles import Profiles

PLACE = "snapshots"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was frozen. facts: data, credit, own_ratings (a digest of own people's ratings), taken_at (seconds since 1970, UTC)."""

    name: str
    ratings: RatingTable
    catalogue: Catalogue
    facts: Mapping[str, Any]


def take(data: DataSet, blobs: Blobs, profiles: Profiles, *, now: float) -> Snapshot:
    """Freeze the data set, the films that people added and every own person's ratings, and read the result back: what is trained from is
    what was written.

    Own ratings of films that neither has stay in the profiles, not in the snapshot. DataError when there is nothing to
    train from, or when own people's ratings would come to mean other films.
    """
    own = RatingTable.of(profiles.all_ratings())
    _check_films_mean_the_same(own, data, blobs)
    catalogue = data.catalogue.and_also(added_films.entries(profiles.added_films()))
    kept = own.where(np.isin(own.movie_ids, catalogue.movie_ids))
    ratings = data.ratings.and_also(kept) if len(kept) else data.ratings
    if not len(ratings):
        raise DataError(f"{data.name} has no ratings to train from; name another data set with --data.")
    arrays = {f"ratings-{name}": getattr(ratings, name) for name in RatingTable.__dataclass_fields__}
    arrays |= {f"catalogue-{name}": array for name, array in catalogue.arrays().items()}
    facts = {"data": data.name, "credit": data.credit, "own_ratings": _digest(own), "taken_at": now}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "snapshot"
        folder.mkdir()
        digest = files.save(folder, arrays, facts)
        name = version_name(now, digest)
        blobs.publish(f"{PLACE}/{name}", folder)
    return _read(name, digest, blobs)


def read(name: str, blobs: Blobs) -> Snapshot:
    """The snapshot of that name, every checksum right; ModelError when it is gone or not what it was."""
    folder = blobs.local_copy(f"{PLACE}/{name}")
    digest = files.manifest_digest(folder) if folder else ""
    if not digest.startswith(name.rpartition("-")[2]):
        raise ModelError(f"The snapshot {name} is not the one that was taken; train again.")
    return _read(name, digest, blobs)


def remove_all_but(kept: str, blobs: Blobs) -> None:
    """Take away every snapshot but one."""
    for name in {key.split("/")[1] for key in blobs.list(f"{PLACE}/")} - {kept}:
        blobs.remove(f"{PLACE}/{name}")


def own_ratings_digest(profiles: Profiles) -> str:
    """A digest of own people's ratings as they are now, to be held against a snapshot's."""
    return _digest(RatingTable.of(profiles.all_ratings()))


def version_name(now: float, digest: str) -> str:
    """A name that sorts by time and is never used twice: 20261121T180405Z-1f0c9a2b."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(now))}-{digest[:8]}"


def _read(name: str, digest: str, blobs: Blobs) -> Snapshot:
    folder = blobs.local_copy(f"{PLACE}/{name}")
    if folder is None:
        raise ModelError(f"The snapshot {name} is gone from {blobs.url}; train again.")
    saved = files.load(folder, sha256=digest)
    ratings = RatingTable(**{field: saved.arrays[f"ratings-{field}"] for field in RatingTable.__dataclass_fields__})
    catalogue = {key.removeprefix("catalogue-"): array for key, array in saved.arrays.items() if key.startswith("catalogue-")}
    return Snapshot(name, ratings, Catalogue.from_arrays(catalogue), saved.facts)


def _check_films_mean_the_same(own: RatingTable, data: DataSet, blobs: Blobs) -> None:
    """A rating names a film by its number, and two data sets may number films differently: then nobody's ratings may cross over."""
    before = _in_use(blobs) if len(own) else None
    if before is None or before.facts["data"] == data.name:
        return
    for movie_id in np.unique(own.movie_ids).tolist():
        old, new = before.catalogue.column_of(movie_id), data.catalogue.column_of(movie_id)
        if old is not None and new is not None and before.catalogue.movie(old).title != data.catalogue.movie(new).title:
            was, would_be = before.catalogue.movie(old).title, data.catalogue.movie(new).title
            raise DataError(
                f"People here have rated films by the numbers of {before.facts['data']}, and {data.name} numbers them differently: "
                f"{movie_id} is {was!r} now and would be {would_be!r}. "
                "Give the other data their own MATINEE_PROFILES_URL and MATINEE_BLOBS_URL."
            )


def _in_use(blobs: Blobs) -> Published | None:
    """The model in force, else the one before; None when neither can be read, since training is what heals that."""
    try:
        pointer, _ = publication.read_pointer(blobs)
    except ModelError:
        return None
    for one in (pointer, pointer.previous) if pointer else ():
        with contextlib.suppress(ModelError):
            return publication.load(blobs, one) if one else None
    return None


def _digest(ratings: RatingTable) -> str:
    digest = hashlib.sha256()
    for name in RatingTable.__dataclass_fields__:
        digest.update(np.ascontiguousarray(getattr(ratings, name)).tobytes())
    return digest.hexdigest()
