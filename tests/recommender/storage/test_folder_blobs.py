"""The folder of the blobs: what it looks like on the disk and what it says when the disk refuses; the contract is in tests/contracts."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from recommender.errors import SettingError, StorageError
from recommender.storage.blobs import open_blobs
from recommender.storage.blobs.folder import OLD_SECONDS, UNDER_WAY, FolderBlobs

OTHER_FILE_SYSTEM = Path("/dev/shm")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(root: Path) -> FolderBlobs:
    return FolderBlobs(root)


def under_way(root: Path) -> list[Path]:
    return list((root / UNDER_WAY).iterdir())


def test_opening_a_place_makes_nothing(blobs: FolderBlobs, root: Path) -> None:
    blobs.read("a")
    blobs.list("")
    blobs.remove("a")
    blobs.local_copy("a")

    assert not root.exists()


def test_a_url_names_a_path_from_here_or_an_absolute_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    here, there = open_blobs("file:var/blobs"), open_blobs(f"file://{tmp_path}/var/blobs")
    monkeypatch.chdir("/")
    here.write("a", b"one")

    assert (here.url, there.url) == ("file:var/blobs", f"file://{tmp_path}/var/blobs")
    assert there.list("") == ["a"]


@pytest.mark.parametrize("url", ["", "file", "file:", "s4://bucket", "var/blobs"])
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="MATINEE_BLOBS_URL must look like"):
        open_blobs(url)


def test_a_blob_is_a_file_under_its_key_and_nothing_is_left_of_the_writing(blobs: FolderBlobs, root: Path) -> None:
    blobs.write("models/current.json", b"one")
    blobs.create("models/current.json", b"two")
    blobs.compare_and_set("models/current.json", b"three", expected="no such tag")

    assert (root / "models" / "current.json").read_bytes() == b"one"
    assert under_way(root) == []


def test_what_a_dead_process_left_behind_is_no_blob_and_goes_after_a_day(blobs: FolderBlobs, root: Path) -> None:
    old, young = root / UNDER_WAY / "old", root / UNDER_WAY / "young"
    for left_over in (old, young, root / UNDER_WAY / "old-folder"):
        left_over.mkdir(parents=True)
        (left_over / "half").write_bytes(b"half a model")
    for left_over in (old, root / UNDER_WAY / "old-folder"):
        os.utime(left_over, (0, time.time() - OLD_SECONDS - 1))

    assert blobs.list("") == []
    blobs.write("a", b"one")

    assert under_way(root) == [young]
    assert blobs.list("") == ["a"]


@pytest.mark.parametrize("call", ["fsync", "rename"])
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space left on device; free some space"),
        (errno.EACCES, "permission denied; check who owns it"),
        (errno.EROFS, "read-only file system; choose a place that can be written"),
        (errno.EIO, "input/output error"),
    ],
)
def test_a_disk_that_refuses_leaves_what_was_there(
    blobs: FolderBlobs, root: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, words: str
) -> None:
    blobs.write("a", b"one")

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as disk:
        disk.setattr(os, call, refuse) if call == "fsync" else disk.setattr(Path, call, refuse)
        with pytest.raises(StorageError, match=rf"{root / 'a'} cannot be written: {words}\.$"):
            blobs.write("a", b"two")

    there = blobs.read("a")
    assert there is not None
    assert there.data == b"one"
    assert under_way(root) == []
    blobs.write("a", b"three")


def test_a_blob_is_synced_before_it_gets_its_name_and_its_folder_after(
    blobs: FolderBlobs, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda descriptor: done.append(_name(descriptor)) or sync(descriptor))
    monkeypatch.setattr(Path, "rename", lambda path, to: done.append(f"-> {to.name}") or rename(path, to))

    blobs.write("models/v1", b"one")

    before, after = done[: done.index("-> v1")], done[done.index("-> v1") + 1 :]
    assert any(name not in ("blobs", UNDER_WAY, "models", root.parent.name) for name in before), "the file itself"
    assert after == ["models"]


def test_a_published_folder_is_synced_before_it_gets_its_name(blobs: FolderBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "made"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "array").write_bytes(b"1")
    (folder / "manifest").write_bytes(b"2")
    done: list[str] = []
    sync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda descriptor: done.append(_name(descriptor)) or sync(descriptor))
    monkeypatch.setattr(Path, "rename", lambda path, to: done.append(f"-> {to.name}") or rename(path, to))

    blobs.publish("models/v1", folder)

    assert {"array", "manifest", "deep", "made"} <= set(done[: done.index("-> v1")])
    assert done[done.index("-> v1") + 1 :] == ["models"]


def _name(descriptor: int) -> str:
    return Path(f"/proc/self/fd/{descriptor}").readlink().name


def test_a_folder_on_another_file_system_is_copied(blobs: FolderBlobs, root: Path, tmp_path: Path) -> None:
    if not OTHER_FILE_SYSTEM.is_dir() or OTHER_FILE_SYSTEM.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("/dev/shm is not another file system here")
    folder = OTHER_FILE_SYSTEM / f"matinee-test-{os.getpid()}"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "array").write_bytes(b"1")
    try:
        blobs.publish("models/v1", folder)
    finally:
        (folder / "deep" / "array").unlink(missing_ok=True)
        (folder / "deep").rmdir()
        folder.rmdir()

    assert blobs.list("") == ["models/v1/deep/array"]
    assert under_way(root) == []


def test_a_place_that_is_a_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    blobs = FolderBlobs(tmp_path / "file" / "blobs")

    with pytest.raises(StorageError, match=r"cannot be written: (not a directory|file exists)\.$"):
        blobs.write("a", b"one")
    assert blobs.read("a") is None
