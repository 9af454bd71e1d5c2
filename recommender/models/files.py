"""A model on disk: npy arrays and one JSON manifest with their checksums, memory-mapped when read; never pickle."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ModelError

FORMAT = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Saved:
    """What was read back. arrays: read-only and memory-mapped. facts: whatever was saved beside them."""

    arrays: Mapping[str, NDArray[Any]]
    facts: Mapping[str, Any]


def save(folder: Path, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> str:
    """Write every array and the manifest into the empty folder; the manifest's SHA-256, in hex.

    facts: JSON values only.
    """
    entries = {}
    for name, array in sorted(arrays.items()):
        path = folder / f"{name}.npy"
        np.save(path, np.ascontiguousarray(array), allow_pickle=False)
        entries[name] = {"bytes": path.stat().st_size, "sha256": _digest(path)}
    manifest = json.dumps({"format": FORMAT, "arrays": entries, "facts": facts}, indent=1, sort_keys=True).encode()
    (folder / MANIFEST).write_bytes(manifest)
    return hashlib.sha256(manifest).hexdigest()


def load(folder: Path, *, sha256: str) -> Saved:
    """The arrays, each checked against the manifest, and the manifest against its own checksum.

    ModelError: a file that is missing, truncated, changed or no array, or a format this version does not know.
    """
    manifest = _manifest(folder, sha256)
    arrays = {}
    for name, entry in manifest["arrays"].items():
        path = folder / f"{name}.npy"
        try:
            size = path.stat().st_size
            if size != entry["bytes"]:
                raise ModelError(f"The model file {path} has {size} bytes instead of {entry['bytes']}; train again or roll back.")
            if _digest(path) != entry["sha256"]:
                raise ModelError(f"The model file {path} is not the one that was trained; train again or roll back.")
            mapped = np.load(path, mmap_mode="r" if size > 128 else None, allow_pickle=False)
            arrays[name] = np.asarray(mapped)  # a plain view: numpy's memmap class makes every small slice several times dearer
        except OSError as error:
            raise ModelError(f"The model file {path} cannot be read ({error.strerror}); train again or roll back.") from error
        except ValueError as error:
            raise ModelError(f"The model file {path} is no plain array of numbers; train again or roll back.") from error
    return Saved(arrays, manifest["facts"])


def manifest_digest(folder: Path) -> str:
    """The SHA-256 of the manifest in the folder, in hex; ModelError when there is none."""
    try:
        return _digest(folder / MANIFEST)
    except OSError as error:
        raise ModelError(f"The model's {folder / MANIFEST} cannot be read ({error.strerror}); train again or roll back.") from error


def _manifest(folder: Path, sha256: str) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The model's {path} cannot be read ({error.strerror}); train again or roll back.") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ModelError(f"The model's {path} is not the one that was published; train again or roll back.")
    manifest: dict[str, Any] = json.loads(data)
    if manifest.get("format") != FORMAT:
        raise ModelError(f"The model in {folder} has format {manifest.get('format')!r}, this version reads {FORMAT}; train again.")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
