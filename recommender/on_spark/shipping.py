"""A fitted model on its way to other machines: packed into one file by the driver, unpacked once by each executor and mapped."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from recommender import publication
from recommender.data.catalogue import Catalogue
from recommender.models import Model
from recommender.publication import Pointer
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.copies import make_once

VERSION = "model"


@dataclass(frozen=True, slots=True)
class Shipment:
    """What an executor needs to find the model. file: the name under which Spark brings it. manifest_sha256: of the model inside."""

    file: str
    manifest_sha256: str


@contextmanager
def packed(model: Model, films: Catalogue) -> Iterator[tuple[Path, Shipment]]:
    """The model in a file that goes with the context, and what it is found by."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder) / "room"
        room.mkdir()
        digest = publication.write_version(room, model, films, {})
        path = Path(folder) / f"matinee-{digest[:16]}.tar"
        with tarfile.open(path, "w") as archive:  # not compressed: arrays hardly get smaller, and this way it takes no time
            archive.add(room, arcname=f"models/{VERSION}")
        yield path, Shipment(path.name, digest)


@lru_cache(maxsize=1)
def unpacked(shipment: Shipment) -> Model:
    """The model, on an executor: unpacked by the first of its processes, mapped by all of them; kept for the next span."""
    from pyspark import SparkFiles

    archive = Path(SparkFiles.get(shipment.file))
    folder = archive.with_name(f"{archive.stem}.unpacked") / "blobs"
    make_once(folder, lambda room: _extract(archive, room))
    return publication.load(FolderBlobs(folder), Pointer(0, VERSION, shipment.manifest_sha256)).model


def _extract(archive: Path, room: Path) -> None:
    with tarfile.open(archive) as packed_model:
        packed_model.extractall(room, filter="data")
