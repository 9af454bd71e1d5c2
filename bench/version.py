"""A published version of a made-up shape, by `user-cosine`, without a training's measurements: what a server maps."""

from __future__ import annotations

import time
from pathlib import Path

from bench import synthetic
from recommender import publication
from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.domain import Movie, MovieId
from recommender.models.user_cosine import UserCosine
from recommender.publication import Published
from recommender.storage.blobs.folder import FolderBlobs


def publish(shape: str, folder: Path, version: str = "first") -> FolderBlobs:
    """The blobs in folder/blobs with the version in force. folder: of the same file system, for drafts."""
    matrix = RatingMatrix.of(synthetic.ratings(shape), synthetic.movie_ids(shape))
    facts = {
        "data": f"synthetic-{shape}",
        "credit": "",
        "own_ratings": "",
        "is_builtin": False,
        "lowest_user_id": int(matrix.user_ids[0]),
        "highest_user_id": int(matrix.user_ids[-1]),
        "trained_at": time.time(),
        "sample_viewers": [],
        "source": "",
        "source_tag": "",
        "asked": UserCosine.recipe,
    }
    blobs = FolderBlobs(folder / "blobs")
    made = Published(0, version, UserCosine.fit(matrix), _films(shape), facts)
    publication.put_in_force(blobs := FolderBlobs(folder / "blobs"), version, *draft(made, folder))
    return blobs


def draft(made: Published, folder: Path) -> tuple[Path, str]:
    """The same model in files of its own, to be put in force, and the manifest's checksum."""
    room = folder / "draft"
    room.mkdir()
    return room, publication.write_version(room, made.model, made.catalogue, made.facts)


def _films(shape: str) -> Catalogue:
    genres = synthetic.GENRES
    return Catalogue.of(
        CatalogueEntry(Movie(MovieId(k), f"Film {k}", 1920 + k % 105, (genres[k % 8], genres[(k + 1 + k // 8 % 7) % 8])))
        for k in synthetic.movie_ids(shape).tolist()
    )
