"""A published model is whole, checked and followed; what is torn is refused in words and the one before keeps serving."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO
from urllib.parse import urlparse

import numpy as np
import pytest

from recommender import publication, training
from recommender.data.matrix import SUMS
from recommender.doctor import model as doctor_of_models
from recommender.doctor.finding import NOTE, OK
from recommender.errors import ModelError, NoModelError, StorageError, TrainingBusyError
from recommender.models import History, files
from recommender.publication import InForce
from recommender.settings import Settings
from recommender.storage.blobs import Blob, Blobs
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.lease import Lease
from recommender.storage.profiles import Profiles
from tests.worlds import data_set_of, two_tastes

Train = Callable[..., training.Trained]


class Clock:
    """A clock that goes when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def in_force(blobs: Blobs, clock: Clock) -> InForce:
    return InForce(blobs, clock=clock)


def folder_of(blobs: Blobs, version: str) -> Path:
    return Path(urlparse(blobs.url).path) / "models" / version


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def put_a_pickle(path: Path) -> None:
    np.save(path, np.array([{"not": "numbers"}], dtype=object), allow_pickle=True)


DAMAGE = {
    "truncated": (lambda folder: truncate(folder / "matrix-columns.npy"), "bytes instead of"),
    "one bit flipped": (lambda folder: flip_a_bit(folder / "matrix-half_stars.npy"), "is not the one that was trained"),
    "an array gone": (lambda folder: (folder / "matrix-rows.npy").unlink(), "cannot be read"),
    "a pickle": (lambda folder: put_a_pickle(folder / "matrix-rows.npy"), "bytes instead of"),
    "the manifest gone": (lambda folder: (folder / files.MANIFEST).unlink(), "cannot be read"),
    "the manifest changed": (lambda folder: flip_a_bit(folder / files.MANIFEST), "is not the one that was published"),
}


@pytest.mark.parametrize(("damage", "said"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_model_is_refused_in_words(blobs: Blobs, train: Train, damage: Callable[[Path], None], said: str) -> None:
    pointer = train(data_set_of(two_tastes())).pointer
    damage(folder_of(blobs, pointer.version))

    with pytest.raises(ModelError, match=said):
        publication.load(blobs, pointer)


@pytest.mark.parametrize(("damage", "said"), DAMAGE.values(), ids=DAMAGE)
def test_the_model_in_use_keeps_serving_when_the_next_one_is_damaged(
    blobs: Blobs, train: Train, in_force: InForce, clock: Clock, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None], said: str
) -> None:
    train(data_set_of(two_tastes()))
    first = in_force.published()
    damage(folder_of(blobs, train(data_set_of(two_tastes())).pointer.version))
    clock.seconds = 2.0

    with caplog.at_level(logging.ERROR):
        assert in_force.published() is first

    assert said in (in_force.trouble or "")
    assert said in caplog.text


def test_a_worker_that_starts_on_a_damaged_model_takes_the_one_before(blobs: Blobs, train: Train, in_force: InForce) -> None:
    first = train(data_set_of(two_tastes())).pointer
    truncate(folder_of(blobs, train(data_set_of(two_tastes())).pointer.version) / "matrix-columns.npy")

    assert in_force.published().version == first.version
    assert in_force.trouble is not None


def test_a_whole_model_after_a_damaged_one_is_taken(blobs: Blobs, train: Train, in_force: InForce, clock: Clock) -> None:
    train(data_set_of(two_tastes()))
    truncate(folder_of(blobs, train(data_set_of(two_tastes())).pointer.version) / "matrix-columns.npy")
    in_force.published()
    third = train(data_set_of(two_tastes())).pointer
    clock.seconds = 2.0

    assert in_force.published().version == third.version
    assert in_force.trouble is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "cannot be understood"),
        (b"{", "cannot be understood"),
        (b"[]", "cannot be understood"),
        (b'{"format": 99}', "has format 99, this version reads 1"),
        (b'{"format": 1}', "cannot be understood"),
        (b"[" * 100_000, "cannot be understood"),
        (b'{"format": 1, "generation": 1e400, "version": "v", "manifest_sha256": "", "previous": null}', "cannot be understood"),
        (
            b'{"format": 1, "generation": 1, "version": "../v", "manifest_sha256": "", "previous": null}',
            "not one that this version can use",
        ),
    ],
)
def test_a_pointer_that_makes_no_sense_is_refused_and_training_heals_it(
    blobs: Blobs, train: Train, in_force: InForce, text: bytes, said: str
) -> None:
    blobs.write(publication.POINTER, text)
    with pytest.raises(ModelError, match=said):
        in_force.published()

    healed = train(data_set_of(two_tastes())).pointer

    assert in_force.published(at_least=healed.generation).version == healed.version
    assert in_force.trouble is None


def test_a_model_of_an_unknown_format_is_refused(blobs: Blobs, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    files.save(folder, {"a": np.arange(3)}, {})
    manifest = json.loads((folder / files.MANIFEST).read_text())
    (folder / files.MANIFEST).write_text(json.dumps({**manifest, "format": 7}))

    with pytest.raises(ModelError, match="has format 7, this version reads 1; train again"):
        files.load(folder, sha256=files._digest(folder / files.MANIFEST))


def test_a_model_by_a_recipe_that_this_version_lacks_is_refused_and_the_one_before_serves(
    blobs: Blobs, train: Train, in_force: InForce, clock: Clock, tmp_path: Path
) -> None:
    first = train(data_set_of(two_tastes())).pointer
    in_force.published()
    saved = files.load(folder_of(blobs, first.version), sha256=first.manifest_sha256)
    folder = tmp_path / "model"
    folder.mkdir()
    digest = files.save(folder, saved.arrays, {**saved.facts, "recipe": "of-tomorrow"})
    publication.put_in_force(blobs, "20991231T000000Z-0", folder, digest)
    clock.seconds = 2.0

    assert in_force.published(at_least=2).version == first.version
    assert "not one that this version can use: recipe must be" in (in_force.trouble or "")


def test_the_pointer_is_looked_at_once_a_second(blobs: Blobs, train: Train, in_force: InForce, clock: Clock) -> None:
    train(data_set_of(two_tastes()))
    in_force.published()
    train(data_set_of(two_tastes()))

    clock.seconds = 0.9
    assert in_force.published().generation == 1
    clock.seconds = 1.0
    assert in_force.published().generation == 2


def test_somebody_who_saw_a_newer_generation_need_not_wait(train: Train, in_force: InForce) -> None:
    train(data_set_of(two_tastes()))
    in_force.published()
    train(data_set_of(two_tastes()))

    assert in_force.published(at_least=2).generation == 2


def test_going_back_is_a_new_generation_of_the_old_version(blobs: Blobs, profiles: Profiles, train: Train) -> None:
    first = train(data_set_of(two_tastes())).pointer
    second = train(data_set_of(two_tastes())).pointer

    back = training.roll_back(blobs, profiles)
    forth = training.roll_back(blobs, profiles)

    assert (back.version, back.generation) == (first.version, 3)
    assert (forth.version, forth.generation) == (second.version, 4)


def test_there_is_nothing_before_the_first_model(blobs: Blobs, profiles: Profiles, train: Train) -> None:
    with pytest.raises(NoModelError):
        training.roll_back(blobs, profiles)
    train(data_set_of(two_tastes()))
    with pytest.raises(ModelError, match="There is no model before"):
        training.roll_back(blobs, profiles)


def test_only_the_model_in_force_and_the_one_before_are_kept(blobs: Blobs, train: Train) -> None:
    versions = [train(data_set_of(two_tastes())).pointer.version for _ in range(4)]

    assert {key.split("/")[1] for key in blobs.list("models/")} == set(versions[2:])
    assert len({key.split("/")[1] for key in blobs.list("snapshots/")}) == 1


def test_two_cannot_train_at_once(blobs: Blobs, train: Train) -> None:
    with (
        Lease(blobs, training.LOCK, now=lambda: 4e9, holder="somebody"),
        pytest.raises(TrainingBusyError, match="somebody has held the training lock"),
    ):
        train(data_set_of(two_tastes()))


def test_training_is_needed_when_there_is_something_new(blobs: Blobs, profiles: Profiles, train: Train) -> None:
    assert training.is_needed("", blobs, profiles)
    pointer = train(data_set_of(two_tastes())).pointer
    assert not training.is_needed("", blobs, profiles)
    assert not training.is_needed("a small world", blobs, profiles)
    assert training.is_needed("another world", blobs, profiles)

    from tests.worlds import rating

    user_id = profiles.new_person("digest", shared=False, now=0)
    profiles.rate(rating(user_id, 1, 5.0))
    assert training.is_needed("", blobs, profiles)

    train(data_set_of(two_tastes()))
    assert not training.is_needed("", blobs, profiles)
    truncate(folder_of(blobs, publication.read_pointer(blobs)[0].version) / "matrix-columns.npy")  # type: ignore[union-attr]
    assert training.is_needed("", blobs, profiles)
    assert pointer.generation == 1


# What was found right is not read again


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read for their checksums; each counts as settled as soon as it is written."""
    names: list[str] = []

    def digest(file: BinaryIO, kind: str) -> Any:
        names.append(Path(file.name).name)
        return hashlib.file_digest(file, kind)

    monkeypatch.setattr(files, "hashlib", SimpleNamespace(sha256=hashlib.sha256, file_digest=digest))
    monkeypatch.setattr(files, "SETTLED", -1_000_000_000)
    return names


def test_a_version_is_read_for_its_checksums_once(blobs: Blobs, train: Train, read: list[str]) -> None:
    pointer = train(data_set_of(two_tastes())).pointer
    read.clear()

    publication.load(blobs, pointer)
    assert not read, "it was read when it was published"

    (folder_of(blobs, pointer.version) / files.FOUND_RIGHT).unlink()
    publication.load(blobs, pointer)
    assert len(read) == len(set(read)) > 30
    publication.load(blobs, pointer, remembers=False)
    assert len(read) == 2 * len(set(read))


def keep_the_times(change: Callable[[Path], None]) -> Callable[[Path], None]:
    def changed(path: Path) -> None:
        before = path.stat()
        change(path)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    return changed


def put_another_in_its_place(path: Path) -> None:
    other = path.with_suffix(".other")
    other.write_bytes(path.read_bytes())
    flip_a_bit(other)
    other.replace(path)


AFTER = {
    "a bit flipped": flip_a_bit,
    "a bit flipped and the times put back": keep_the_times(flip_a_bit),
    "another file in its place": put_another_in_its_place,
    "another file in its place, as old": keep_the_times(put_another_in_its_place),
    "truncated": truncate,
    "gone": Path.unlink,
}


@pytest.mark.parametrize("damage", AFTER.values(), ids=AFTER)
def test_what_is_damaged_after_it_was_found_right_is_refused(
    blobs: Blobs, train: Train, read: list[str], damage: Callable[[Path], None]
) -> None:
    pointer = train(data_set_of(two_tastes())).pointer
    path = folder_of(blobs, pointer.version) / "matrix-rated_at.npy"
    size = path.stat().st_size
    damage(path)

    for _ in range(2):
        with pytest.raises(ModelError, match="matrix-rated_at"):
            publication.load(blobs, pointer)

    assert not path.exists() or path.stat().st_size != size or set(read[-2:]) == {path.name}, "and nothing else was read"


def test_what_was_touched_and_is_right_is_read_once_more(blobs: Blobs, train: Train, read: list[str]) -> None:
    pointer = train(data_set_of(two_tastes())).pointer
    read.clear()
    (folder_of(blobs, pointer.version) / "matrix-rated_at.npy").touch()

    for _ in range(3):
        publication.load(blobs, pointer)

    assert read == ["matrix-rated_at.npy"]


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'{"manifest_sha256": 7}', b'{"files": {}}', b"[" * 100_000, b"\xff"])
def test_a_memory_that_makes_no_sense_is_none(blobs: Blobs, train: Train, read: list[str], text: bytes) -> None:
    pointer = train(data_set_of(two_tastes())).pointer
    (folder_of(blobs, pointer.version) / files.FOUND_RIGHT).write_bytes(text)
    read.clear()

    publication.load(blobs, pointer)
    assert len(read) > 30


def test_the_memory_of_another_manifest_counts_for_nothing(blobs: Blobs, train: Train, read: list[str]) -> None:
    pointer = train(data_set_of(two_tastes())).pointer
    memory = folder_of(blobs, pointer.version) / files.FOUND_RIGHT
    memory.write_text(json.dumps(json.loads(memory.read_text()) | {"manifest_sha256": "0" * 64}))
    read.clear()

    publication.load(blobs, pointer)
    assert len(read) > 30


def test_a_file_that_has_just_been_written_is_read_again(
    blobs: Blobs, train: Train, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could change once more within one tick of the clock of the disk, and look the same."""
    monkeypatch.setattr(files, "SETTLED", 3600_000_000_000)
    pointer = train(data_set_of(two_tastes())).pointer
    read.clear()

    for _ in range(2):
        publication.load(blobs, pointer)
    assert len(read) == 2 * len(set(read)) > 60


def test_what_is_remembered_is_no_part_of_a_version(blobs: Blobs, train: Train, read: list[str]) -> None:
    version = train(data_set_of(two_tastes())).pointer.version

    assert (folder_of(blobs, version) / files.FOUND_RIGHT).exists()
    assert not [key for key in blobs.list("") if "~" in key]
    assert not [path for path in folder_of(blobs, version).iterdir() if path.name.startswith(f"{files.FOUND_RIGHT}.")], "a draft"


def test_the_doctor_reads_everything(
    blobs: Blobs, train: Train, var_settings: Settings, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer = train(data_set_of(two_tastes())).pointer
    read.clear()

    assert doctor_of_models.look(var_settings)[0] == OK
    assert len(set(read)) > 30

    memory = json.loads((folder_of(blobs, pointer.version) / files.FOUND_RIGHT).read_text())
    path = folder_of(blobs, pointer.version) / "matrix-rated_at.npy"
    flip_a_bit(path)  # as a disk may, without a word
    found = path.stat()
    memory["files"]["matrix-rated_at"] = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
    (folder_of(blobs, pointer.version) / files.FOUND_RIGHT).write_text(json.dumps(memory))
    publication.load(blobs, pointer)
    with pytest.raises(ModelError, match="rated_at"):
        doctor_of_models.look(var_settings)


def test_the_doctor_says_that_there_is_no_way_back(blobs: Blobs, train: Train, var_settings: Settings) -> None:
    first = train(data_set_of(two_tastes())).pointer
    train(data_set_of(two_tastes()))
    flip_a_bit(folder_of(blobs, first.version) / "matrix-rows.npy")

    level, said = doctor_of_models.look(var_settings)

    assert level == NOTE
    assert said.startswith("The model before cannot be gone back to: The model file")


# A swap that nobody waits for


def test_nobody_waits_for_a_large_model_but_who_has_none(
    blobs: Blobs, train: Train, in_force: InForce, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "MOST_BYTES_WAITED_FOR", 1000)
    train(data_set_of(two_tastes()))
    first = in_force.published()
    assert first.generation == 1
    train(data_set_of(two_tastes()))
    clock.seconds = 2.0
    may_go_on, load = threading.Event(), publication.load

    def slow(*arguments: Any) -> publication.Published:
        may_go_on.wait(5)
        return load(*arguments)

    monkeypatch.setattr(publication, "load", slow)

    assert in_force.published() is first
    assert in_force.published(at_least=2) is first, "answered with what was there"
    may_go_on.set()
    assert a_moment_later(lambda: in_force.published().generation == 2)
    assert not in_force._looking.locked()


def test_a_large_model_that_is_damaged_is_refused_beside(
    blobs: Blobs, train: Train, in_force: InForce, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "MOST_BYTES_WAITED_FOR", 1000)
    train(data_set_of(two_tastes()))
    first = in_force.published()
    truncate(folder_of(blobs, train(data_set_of(two_tastes())).pointer.version) / "matrix-columns.npy")
    clock.seconds = 2.0

    assert in_force.published() is first
    assert a_moment_later(lambda: in_force.trouble is not None)
    assert "bytes instead of" in (in_force.trouble or "")
    assert in_force.published() is first


def test_a_model_is_warm_before_anybody_asks_it(train: Train, in_force: InForce) -> None:
    train(data_set_of(two_tastes()))

    published = in_force.published()

    assert {"popular", "genres", "stars", "elicitation"} <= published.__dict__.keys()
    assert {"standing", "mean_stars", "weighted_rating", "least_votes"} <= published.popular.__dict__.keys()
    assert {*SUMS, "latest"} <= published.matrix.__dict__.keys()
    assert published.asking is published.elicitation


def test_a_version_without_what_follows_from_it_is_served_all_the_same(
    blobs: Blobs, train: Train, in_force: InForce, clock: Clock, tmp_path: Path
) -> None:
    first = train(data_set_of(two_tastes())).pointer
    today = publication.load(blobs, first)
    saved = files.load(folder_of(blobs, first.version), sha256=first.manifest_sha256)
    left_out = {f"matrix-{name}" for name in (*SUMS, "latest", "row_splits")} | {
        name for name in saved.arrays if name.startswith("asking-")
    }
    assert len(left_out) == 13
    older = {name: array for name, array in saved.arrays.items() if name not in left_out}
    older |= {f"matrix-{name}": saved.arrays[f"matrix-{name}"].astype(np.int32) for name in ("columns", "rows")}
    older["matrix-rated_at"] = saved.arrays["matrix-rated_at"].astype(np.int64)
    folder = tmp_path / "model"
    folder.mkdir()
    publication.put_in_force(blobs, "20250101T000000Z-0", folder, files.save(folder, older, saved.facts))

    published = in_force.published()

    assert published.generation == 2
    for row in range(published.matrix.n_users):
        one, other = History.of_row(published.matrix, row), History.of_row(today.matrix, row)
        np.testing.assert_array_equal(published.model.score(one), today.model.score(other))
        nobody = np.zeros(0, np.int32)
        asked = [each.elicitation.next_to_ask(one, 5, out=np.zeros(30, bool), unseen=nobody) for each in (published, today)]
        assert asked[0] == asked[1]


# Blobs that are far away


class Far(FolderBlobs):
    """A folder that is as far away as a bucket: reading takes its time, and fails while `away`."""

    is_far = True
    seconds_between_looks = 10.0
    away = False
    n_reads = 0

    def read(self, key: str) -> Blob | None:
        self.n_reads += 1
        if self.away:
            raise StorageError("The bucket films cannot be used: it cannot be reached.", kind="unreachable")
        time.sleep(0.05)
        return super().read(key)


def a_moment_later(holds: Callable[[], bool]) -> bool:
    """Whether it came to hold within five seconds."""
    end = time.monotonic() + 5
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)
    return holds()


@pytest.fixture
def far(var: Path) -> Far:
    return Far(var / "blobs")


def test_no_visitor_waits_for_a_look_at_blobs_that_are_far_away(far: Far, train: Train, clock: Clock, tmp_path: Path) -> None:
    in_force = InForce(far, clock=clock)
    train(data_set_of(two_tastes()))
    assert in_force.published().generation == 1
    train(data_set_of(two_tastes()))

    clock.seconds = 9.9
    assert in_force.published().generation == 1
    clock.seconds = 10.0
    assert in_force.published().generation == 1, "answered with what was there"
    assert a_moment_later(lambda: in_force.published().generation == 2)


def test_one_look_at_a_time_is_enough_however_many_ask(far: Far, train: Train, clock: Clock) -> None:
    in_force = InForce(far, clock=clock)
    train(data_set_of(two_tastes()))
    in_force.published()
    before = far.n_reads
    clock.seconds = 10.0

    for _ in range(100):
        in_force.published()
    assert a_moment_later(lambda: not in_force._looking.locked())

    assert far.n_reads == before + 1


def test_a_start_while_the_blobs_are_away_takes_the_last_good_model(far: Far, train: Train, clock: Clock, tmp_path: Path) -> None:
    memory = tmp_path / "cache" / "pointer.json"
    train(data_set_of(two_tastes()))
    InForce(far, memory=memory, clock=clock).published()
    far.away = True

    restarted = InForce(far, memory=memory, clock=clock)
    assert restarted.published().generation == 1
    assert "cannot be reached" in (restarted.trouble or "")

    far.away = False
    clock.seconds = 10.0
    restarted.published()
    assert a_moment_later(lambda: restarted.trouble is None), "the trouble is forgotten when it is over"


def test_a_start_on_a_pointer_that_makes_no_sense_takes_the_last_good_model(far: Far, train: Train, clock: Clock, tmp_path: Path) -> None:
    memory = tmp_path / "cache" / "pointer.json"
    train(data_set_of(two_tastes()))
    InForce(far, memory=memory, clock=clock).published()
    far.write(publication.POINTER, b"<html>It works!</html>")

    restarted = InForce(far, memory=memory, clock=clock)

    assert restarted.published().generation == 1
    assert "cannot be understood" in (restarted.trouble or "")


@pytest.mark.parametrize(
    "remembered", [None, b"", b"{", b'{"format": 1, "generation": 3, "version": "gone", "manifest_sha256": "0", "previous": null}']
)
def test_a_first_start_while_the_blobs_are_away_says_so(
    far: Far, train: Train, clock: Clock, tmp_path: Path, remembered: bytes | None
) -> None:
    memory = tmp_path / "pointer.json"
    if remembered is not None:
        memory.write_bytes(remembered)
    train(data_set_of(two_tastes()))
    far.away = True

    with pytest.raises((StorageError, ModelError)):
        InForce(far, memory=memory, clock=clock).published()
