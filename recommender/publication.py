"""The published model: which version is in force, and how it changes hands.

`current.json` points at one immutable version and moves by compare-and-set. Every move, a roll-back too, raises the
generation, so that a late builder on older arrays can never overwrite a newer list.
"""

from __future__ import annotations

import json
import logging
import mmap
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.elicitation import Elicitation
from recommender.errors import DataError, InvalidInputError, ModelError, NoModelError, StorageError
from recommender.models import Additive, History, Model, PredictsStars, files, recipes
from recommender.models.intervals import StarIntervals
from recommender.models.kept_sums import KeptSums
from recommender.models.popular import Popular
from recommender.models.taste_groups import TasteGroups
from recommender.models.user_cosine import UserCosine
from recommender.storage.blobs import Blobs

log = logging.getLogger(__name__)

POINTER = "current.json"
LOCK = "training-lock.json"  # held by whoever moves the pointer
FORMAT = 1
MOST_BYTES_WAITED_FOR = 16 << 20  # of a new version that is read while somebody waits: some ten milliseconds


@dataclass(frozen=True, slots=True)
class Pointer:
    """What `current.json` says. manifest_sha256: of the version's manifest, so that a torn version cannot be taken for whole.

    previous: the pointer before, without its own previous; None for the first publication.
    """

    generation: int
    version: str
    manifest_sha256: str
    previous: Pointer | None = None


@dataclass(frozen=True)
class Published:
    """A version read back and checked: everything a list is made from, memory-mapped."""

    generation: int
    version: str
    model: Model
    catalogue: Catalogue
    facts: Mapping[str, Any]
    intervals: StarIntervals | None = None
    groups: TasteGroups | None = None
    asking: Elicitation | None = None

    @property
    def matrix(self) -> RatingMatrix:
        return self.model.matrix

    @cached_property
    def popular(self) -> Popular:
        """What serves whoever has no ratings."""
        return self.model if isinstance(self.model, Popular) else Popular.fit(self.matrix, signal=self.catalogue.signal)

    @cached_property
    def stars(self) -> PredictsStars:
        """What predicts stars: the model itself where it can and is somebody's own, else the neighbours, over the same ratings."""
        own = isinstance(self.model, PredictsStars) and self.model.is_personal
        return self.model if own else UserCosine.fit(self.matrix)  # type: ignore[return-value]  # asked on the line above

    @cached_property
    def kept_sums(self) -> KeptSums | None:
        """What the lists of people at work were made from, for as long as this version is in use; None for other models than neighbours."""
        return KeptSums(self.model.fold, self.matrix.n_users) if isinstance(self.model, UserCosine) else None

    @cached_property
    def genres(self) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
        """The genres, and which films are of each, as `Catalogue.genre_table` has them."""
        return self.catalogue.genre_table()

    def likely_stars(
        self, history: History, columns: NDArray[np.integer], predicted: NDArray[np.float64]
    ) -> list[tuple[float, float] | None]:
        """For films of which stars were predicted, from and to: four of five ratings lie between them. None where that is not known."""
        if self.intervals is None:
            return [None] * len(columns)
        raters = np.where(columns >= 0, self.matrix.raters[columns], 0)
        if history.own_row is not None:  # a vote of one's own that was taken back, and is still in the matrix, is none
            raters = raters - np.isin(columns, self.matrix.row(history.own_row)[0])
        low, high = self.intervals.interval(len(history), raters, predicted)
        return [(round(one, 1), round(other, 1)) for one, other in zip(low.tolist(), high.tolist(), strict=True)]

    @cached_property
    def elicitation(self) -> Elicitation:
        """What knows which film to ask somebody about."""
        return Elicitation.fit(self.matrix) if self.asking is None else self.asking

    def warm(self) -> None:
        """Work out, and bring into memory, what the first who asks would else wait for."""
        for array in (self.matrix.columns, self.matrix.half_stars, self.matrix.rows, self.matrix.column_half_stars):
            array[:: mmap.PAGESIZE // array.itemsize].max(initial=0)  # a look at every page
        for ready in (self.popular.score(History.of_nobody()), self.popular.weighted_rating, self.genres, self.elicitation):
            del ready
        self.catalogue.warm()
        if self.matrix.n_users:
            history, films = History.of_row(self.matrix, 0), np.arange(min(self.matrix.n_movies, 10), dtype=np.int32)
            self.model.score(history)
            self.stars.predict_many(history, films)
            if isinstance(self.model, Additive):
                self.model.explain(history, films)


def read_pointer(blobs: Blobs) -> tuple[Pointer | None, str | None]:
    """The pointer in force and its tag for compare-and-set; None and None before the first publication."""
    blob = blobs.read(POINTER)
    return (None, None) if blob is None else (_decoded(blob.data, f"{POINTER} in {blobs.url}"), blob.tag)


def load(blobs: Blobs, pointer: Pointer, *, remembers: bool = True) -> Published:
    """The version the pointer names; ModelError in words when it is absent, torn, foreign or of an unknown format.

    remembers: as `files.load` takes it.
    """
    try:
        folder = blobs.local_copy(_prefix(pointer.version))
        if folder is None:
            raise ModelError(f"The model {pointer.version} is not in {blobs.url}; run `matinee train`.")
        saved = files.load(folder, sha256=pointer.manifest_sha256, remembers=remembers)
        facts = saved.facts
        matrix = RatingMatrix.from_arrays(_unprefixed(saved.arrays, "matrix-"))
        catalogue = Catalogue.from_arrays(_unprefixed(saved.arrays, "catalogue-"))
        about_stars = _unprefixed(saved.arrays, "intervals-")
        about_groups = _unprefixed(saved.arrays, "groups-")
        about_asking = _unprefixed(saved.arrays, "asking-")
        model = recipes.restore(facts["recipe"], matrix, catalogue, facts["parameters"], _unprefixed(saved.arrays, "model-"))
    except KeyError as error:
        raise ModelError(f"The model {pointer.version} lacks {error}; train again.") from error
    except (DataError, InvalidInputError) as error:
        raise ModelError(f"The model {pointer.version} is not one that this version can use: {error} Train again.") from error
    intervals = StarIntervals.restore(about_stars) if about_stars else None
    groups = TasteGroups.restore(about_groups) if about_groups else None
    asking = Elicitation(**about_asking) if about_asking else None
    return Published(pointer.generation, pointer.version, model, catalogue, facts, intervals, groups, asking)


def write_version(
    folder: Path,
    model: Model,
    catalogue: Catalogue,
    facts: Mapping[str, Any],
    intervals: StarIntervals | None = None,
    groups: TasteGroups | None = None,
) -> str:
    """Write a version's files into the empty folder; the SHA-256 of its manifest."""
    arrays = {f"matrix-{name}": array for name, array in model.matrix.arrays().items()}
    arrays |= {f"catalogue-{name}": array for name, array in catalogue.arrays().items()}
    arrays |= {f"model-{name}": array for name, array in model.arrays().items()}
    arrays |= {f"intervals-{name}": array for name, array in intervals.arrays().items()} if intervals else {}
    arrays |= {f"groups-{name}": array for name, array in groups.arrays().items()} if groups else {}
    arrays |= {f"asking-{name}": array for name, array in Elicitation.fit(model.matrix).arrays().items()}
    return files.save(folder, arrays, {**facts, "recipe": model.recipe, "parameters": dict(model.parameters)})


def put_in_force(
    blobs: Blobs,
    version: str,
    folder: Path,
    manifest_sha256: str,
    *,
    above: int = 0,
    before: Callable[[int], None] = lambda generation: None,
) -> Pointer:
    """Publish the folder as the version and move the pointer to it; the new pointer.

    above: the highest generation that any list has seen, since a pointer that was lost or replaced must not begin again below it.
    before: called with the coming generation once the files are there, before the pointer moves.
    """
    blobs.publish(_prefix(version), folder)
    if not blobs.is_far and (there := blobs.local_copy(_prefix(version))):
        files.load(there, sha256=manifest_sha256, remembers=True)  # read once more where it lies, so that nobody who serves need do so
    return _move(blobs, lambda old: Pointer(max(above, old.generation if old else 0) + 1, version, manifest_sha256, old), before)


def roll_back(blobs: Blobs) -> Pointer:
    """Put the version before in force again, as a new generation; ModelError when there is none or its files are gone."""
    pointer, _ = read_pointer(blobs)
    if pointer is None:
        raise NoModelError(blobs.url)
    if pointer.previous is None:
        raise ModelError(f"There is no model before {pointer.version} to go back to.")
    load(blobs, pointer.previous)

    def back(old: Pointer | None) -> Pointer:
        if old is None or old.previous is None:
            raise ModelError("There is no model to go back to.")
        return replace(old.previous, generation=old.generation + 1, previous=old)

    return _move(blobs, back, lambda generation: None)


def remove_unused(blobs: Blobs) -> None:
    """Take away every version but the one in force and the one before."""
    pointer, _ = read_pointer(blobs)
    if pointer is None:
        return
    kept = {pointer.version} | ({pointer.previous.version} if pointer.previous else set())
    for version in {key.split("/")[1] for key in blobs.list("models/")} - kept:
        blobs.remove(_prefix(version))


class InForce:
    """The published model of this process, followed as it changes: looks at the pointer now and then, maps, checks, swaps.

    One thread looks while the others go on with what they have. Where the blobs are far away, or what is new is large, that thread is
    nobody's request: it reads, warms, then swaps. A version that cannot be used is refused in the log and the one before keeps serving.
    """

    def __init__(self, blobs: Blobs, *, memory: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """memory: a file that remembers the last good pointer, for a start while the place of the blobs is out of reach; None for none."""
        self._blobs, self._memory, self._clock = blobs, memory, clock
        self._looking = threading.Lock()
        self._looked_at = float("-inf")
        self._published: Published | None = None
        self._refused: Pointer | None = None
        self.trouble: str | None = None  # why the pointer's version is not the one in use, for people

    def published(self, *, at_least: int = 0) -> Published:
        """The model in use. at_least: a generation somebody has already seen, looked for at once if ours is older."""
        ours = self._published
        due = ours is None or ours.generation < at_least or self._clock() - self._looked_at >= self._blobs.seconds_between_looks
        if due and self._looking.acquire(blocking=ours is None):
            self._follow(is_first=ours is None)
        if self._published is None:
            raise NoModelError(self._blobs.url)
        return self._published

    def _follow(self, *, is_first: bool) -> None:
        """Look and take what is new, then let others look. Nobody waits for what takes long but who has nothing to go on with."""
        if self._blobs.is_far and not is_first:
            self._beside(self._look_and_take)
            return
        takes_long: Callable[[], None] | None = None
        try:
            if new := self._look():
                if not is_first and _is_large(self._blobs, new):
                    takes_long = partial(self._take, new)
                else:
                    self._take(new)
        finally:
            if takes_long is None:
                self._looking.release()
        if takes_long is not None:
            self._beside(takes_long)

    def _beside(self, work: Callable[[], None]) -> None:
        """In a thread of its own, which lets others look at its end."""

        def do() -> None:
            try:
                work()
            finally:
                self._looking.release()

        threading.Thread(target=do, name="follows the published model", daemon=True).start()

    def _look_and_take(self) -> None:
        if new := self._look():
            self._take(new)

    def _look(self) -> Pointer | None:
        """The pointer, where it names what we neither have nor have refused."""
        self._looked_at = self._clock()
        try:
            pointer, _ = read_pointer(self._blobs)
        except (ModelError, StorageError) as error:
            self._refused = None
            self._refuse(error)
            return None
        if pointer is None or pointer == self._refused:
            return None
        if self._published and pointer.generation == self._published.generation:
            self.trouble = None
            return None
        return pointer

    def _take(self, pointer: Pointer) -> None:
        try:
            published = load(self._blobs, pointer)
        except (ModelError, StorageError) as error:
            # What is torn stays torn; a store that could not be reached may be back at the next look.
            self._refused = pointer if isinstance(error, ModelError) else None
            self._refuse(error)
            return
        published.warm()
        self._published, self._refused, self.trouble = published, None, None
        log.info("model in use generation=%d model=%s", pointer.generation, pointer.version)
        self._remember(pointer)

    def _refuse(self, error: ModelError | StorageError) -> None:
        if self.trouble != str(error):
            log.error("model refused: %s", error)
        self.trouble = str(error)
        if self._published is not None:
            return
        pointer = (_last_good(self._blobs) if isinstance(error, ModelError) else None) or self._remembered()
        if pointer is None:
            raise error
        self._published = load(self._blobs, pointer)
        log.warning("the model before is in use generation=%d model=%s", pointer.generation, pointer.version)

    def _remember(self, pointer: Pointer) -> None:
        if self._memory is None:
            return
        draft = self._memory.with_name(f"{self._memory.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(_encoded(pointer))
            draft.replace(self._memory)
        except OSError as error:
            log.warning("the pointer is not remembered file=%s reason=%s", self._memory, error.strerror)

    def _remembered(self) -> Pointer | None:
        if self._memory is None:
            return None
        try:
            return _decoded(self._memory.read_bytes(), str(self._memory))
        except (OSError, ModelError):
            return None


def _last_good(blobs: Blobs) -> Pointer | None:
    try:
        pointer, _ = read_pointer(blobs)
    except (ModelError, StorageError):
        return None
    return pointer.previous if pointer else None


def _is_large(blobs: Blobs, pointer: Pointer) -> bool:
    """Whether nobody should wait for the version; a folder that has gone is small."""
    try:
        folder = blobs.local_copy(_prefix(pointer.version))
        return folder is not None and sum(path.stat().st_size for path in folder.iterdir()) > MOST_BYTES_WAITED_FOR
    except (OSError, InvalidInputError):
        return False


def _move(blobs: Blobs, to: Callable[[Pointer | None], Pointer], before: Callable[[int], None]) -> Pointer:
    while True:
        try:
            old, tag = read_pointer(blobs)
        except ModelError:
            blob = blobs.read(POINTER)  # not to be understood: the new pointer takes its place
            old, tag = None, blob.tag if blob else None
        pointer = to(old)
        before(pointer.generation)
        if blobs.compare_and_set(POINTER, _encoded(pointer), expected=tag):
            log.info("published generation=%d model=%s", pointer.generation, pointer.version)
            return pointer


def _decoded(data: bytes, place: str) -> Pointer:
    try:
        said = json.loads(data)
        if said["format"] != FORMAT:
            raise ModelError(f"{place} has format {said['format']!r}, this version reads {FORMAT}; train again.")
        previous = Pointer(**said["previous"]) if said["previous"] else None
        return Pointer(int(said["generation"]), str(said["version"]), str(said["manifest_sha256"]), previous)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ModelError(f"{place} cannot be understood; run `matinee train` to write it anew.") from error


def _encoded(pointer: Pointer) -> bytes:
    said = asdict(pointer)
    if said["previous"]:
        said["previous"]["previous"] = None
    return json.dumps({"format": FORMAT, **said}, indent=1).encode()


def _prefix(version: str) -> str:
    return f"models/{version}"


def _unprefixed(arrays: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
