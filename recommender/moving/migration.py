"""Everything from one house into another, which is compared with the first before anybody is told that it is there."""

from __future__ import annotations

import errno
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from recommender.errors import StorageError
from recommender.moving.manifest import EMPTY, KINDS, Counted, Manifest, Progress, blobs_parts, contents_of, parts_of, profiles_parts
from recommender.publication import LOCK, POINTER
from recommender.storage.blobs import Blobs
from recommender.storage.lease import Lease
from recommender.storage.profiles import Profiles


@dataclass(frozen=True, slots=True)
class House:
    """The stores that are moved, or moved into. None for one that stays where it is, or that nobody has made yet."""

    profiles: Profiles | None
    blobs: Blobs | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is where before anything is copied."""

    source: Manifest
    target: Manifest

    def profiles_are_empty(self) -> bool:
        """Whether nobody and nothing is in the target's profiles."""
        return all(self.target.profiles[kind].count == 0 for kind in KINDS)

    def profiles_are_there(self) -> bool:
        """Whether the target holds the same people, ratings and lists already, as after a move that was cut off."""
        return self.target.profiles == self.source.profiles

    def folders_to_copy(self) -> dict[str, tuple[str, ...]]:
        """The published folders and single blobs that the target lacks; the pointer, which puts a model in force, last."""
        there = self.target.folders()
        missing = {name: keys for name, keys in self.source.folders().items() if name not in there}
        return dict(sorted(missing.items(), key=lambda item: item[0] == POINTER))

    def conflict(self, source_url: str, target_url: str) -> str:
        """Why these blobs cannot be put beside those that the target holds, in a sentence; empty where they can."""
        for key, part in self.target.blobs.items():
            if key not in self.source.blobs:
                return f"{target_url} holds {key}, which {source_url} does not; only an empty place can be moved into. Name a new one."
            if self.source.blobs[key] != part:
                return f"{key} in {target_url} is another than in {source_url}; only an empty place can be moved into. Name a new one."
        return ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was found when all was copied. before, after: the source's manifest; there: the target's, read back."""

    before: Manifest
    there: Manifest
    after: Manifest

    def trouble(self) -> str:
        """Why the target must not be used, in a sentence; empty where it may."""
        if changed := _differences(self.before, self.after):
            return f"The source changed while it was being copied ({changed}). Stop the site first, empty the target, and begin again."
        if wrong := _differences(self.before, self.there):
            return f"The copy is not what was copied ({wrong}). Do not use it: empty the target, and begin again."
        return ""


def look(house: House, progress: Progress) -> Manifest:
    """Everything in the house, read."""
    return Manifest(
        profiles_parts(house.profiles, progress) if house.profiles else {}, blobs_parts(house.blobs, progress) if house.blobs else {}
    )


def plan(source: House, target: House, progress: Progress) -> Plan:
    """Read both; nothing is written. Profiles that nobody has made yet count as empty ones.

    StorageError where the source cannot be read, or is itself what a move that was cut off has left.
    """
    if source.profiles:
        source.profiles.check()
    there = look(target, progress)
    if source.profiles and not target.profiles:
        there = Manifest(parts_of(EMPTY), there.blobs)
    return Plan(look(source, progress), there)


def move(planned: Plan, source: House, target: House, progress: Progress) -> Moved:
    """Copy what the target lacks, then read both again. Nothing of the source is changed.

    StorageError, with nothing written, when the target holds anything else than a part of the same. What was cut off can be begun again.
    """
    if source.blobs and target.blobs and (conflict := planned.conflict(source.blobs.url, target.blobs.url)):
        raise StorageError(conflict)
    if source.profiles and target.profiles and not (planned.profiles_are_there() and _is_whole(target.profiles)):
        with source.profiles.contents() as contents:
            totals = {name: part.count for name, part in planned.source.profiles.items()}
            target.profiles.adopt(Counted(contents, progress, totals).contents)
    if source.blobs and target.blobs:
        folders = planned.folders_to_copy()
        for done, (name, keys) in enumerate(folders.items(), start=1):
            _copy(name, keys, source.blobs, target.blobs)
            progress("copying", done, len(folders))
    return Moved(planned.source, look(target, progress), look(source, progress))


def held(blobs: Blobs, by: str) -> Lease:
    """The training lock, so that nobody trains meanwhile. by: the command that holds it, for whoever finds it taken."""
    return Lease(blobs, LOCK, now=time.time, holder=by)


def _is_whole(profiles: Profiles) -> bool:
    """Whether the store says of itself that no move into it was cut off."""
    try:
        profiles.check()
    except StorageError:
        return False
    return True


def _copy(name: str, keys: tuple[str, ...], source: Blobs, target: Blobs) -> None:
    found = contents_of(source, keys, lambda stage, done, total: None)
    if keys == (name,):
        for _, data in found:
            if not target.create(name, data) and (there := target.read(name)) and there.data != data:
                raise StorageError(f"Somebody else has put {name} into {target.url} meanwhile; begin again with an empty place.")
        return
    with tempfile.TemporaryDirectory() as temporary:
        room = Path(temporary) / "folder"
        for key, data in found:
            write_file(room / key.removeprefix(f"{name}/"), data)
        target.publish(name, room)


def write_file(path: Path, data: bytes) -> None:
    """With the folders above it; StorageError in words where the disk says no."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        remedy = "; free some space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise StorageError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}{remedy}.") from error


def _differences(one: Manifest, other: Manifest) -> str:
    """What differs, in a few words; empty where nothing does."""
    words = []
    for kind in one.profiles:
        more = other.profiles[kind].count - one.profiles[kind].count
        if more:
            words.append(f"{abs(more):,} {kind} {'more' if more > 0 else 'fewer'}")
        elif other.profiles[kind] != one.profiles[kind]:
            words.append(f"other {kind}")
    keys = sorted(key for key in {*one.blobs, *other.blobs} if one.blobs.get(key) != other.blobs.get(key))
    return ", ".join(words + keys[:3] + ([f"and {len(keys) - 3} more files"] if len(keys) > 3 else []))
