"""A solution version on disk: what was saved is what answers."""

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import numpy as np
import pytest

from recommender.errors import ModelError
from recommender.models import files
from recommender.personalize import trained
from recommender.personalize.columns import Columns, Ids, TextColumn, in_order_of_ids
from recommender.storage.blobs import open_blobs
from tests.recommender.personalize.worlds import two_tastes


def test_ids_are_found_by_their_texts() -> None:
    texts = in_order_of_ids(["10", "9", "b", "a", "9", "é"])
    assert texts == ["9", "10", "a", "b", "é"]
    ids = Ids.of(texts)
    assert [ids.position(text) for text in texts] == [0, 1, 2, 3, 4]
    assert ids.texts([4, 0]) == ["é", "9"]
    assert ids.position("") is None
    assert ids.position("zz") is None


def test_columns_come_back_as_they_were() -> None:
    columns = Columns({"GENRES": TextColumn.of(["Drama", None, "Drama"]), "YEAR": np.array([1999.0, np.nan, 2001.0])}, 3)
    again = Columns.from_arrays(columns.arrays("x-"), "x-", columns.names, 3)
    assert [[again.value(name, row) for row in range(3)] for name in again.names] == [["Drama", None, "Drama"], [1999.0, None, 2001.0]]


def test_a_version_answers_as_before_it_was_saved(tmp_path: Path) -> None:
    before = two_tastes()
    folder = tmp_path / "made"
    folder.mkdir()
    digest = trained.save(folder, before)
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    blobs.publish("personalize/models/s/1", folder)
    after = trained.load(blobs, "personalize/models/s/1", digest)
    user = after.users.position("ann")
    assert user is not None
    assert np.array_equal(before.model.score(before.history(user)), after.model.score(after.history(user)), equal_nan=True)
    assert after.items.text(0) == before.items.text(0)
    assert after.item_fields.names == before.item_fields.names
    assert np.array_equal(before.ready, after.ready)


def test_a_torn_version_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    digest = trained.save(folder, two_tastes())
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    blobs.publish("personalize/models/s/1", folder)
    ready = blobs.local_copy("personalize/models/s/1") / "ready.npy"  # type: ignore[operator]
    ready.write_bytes(ready.read_bytes()[:-4])
    with pytest.raises(ModelError, match="ready"):
        trained.load(blobs, "personalize/models/s/1", digest)


def test_a_version_is_read_for_its_checksums_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    digest = trained.save(folder, two_tastes())
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    blobs.publish("personalize/models/s/1", folder)
    there = blobs.local_copy("personalize/models/s/1")
    assert there is not None
    read: list[str] = []

    def file_digest(file: BinaryIO, kind: str) -> Any:
        read.append(Path(file.name).name)
        return hashlib.file_digest(file, kind)

    monkeypatch.setattr(files, "hashlib", SimpleNamespace(sha256=hashlib.sha256, file_digest=file_digest))
    monkeypatch.setattr(files, "SETTLED", -1_000_000_000)  # so that a file counts as settled as soon as it is written

    trained.load(blobs, "personalize/models/s/1", digest)
    assert sorted(read) == sorted(path.name for path in there.glob("*.npy"))
    read.clear()
    trained.load(blobs, "personalize/models/s/1", digest)
    assert not read

    ready = there / "ready.npy"
    text = bytearray(ready.read_bytes())
    text[-1] ^= 1
    ready.write_bytes(text)
    with pytest.raises(ModelError, match="ready"):
        trained.load(blobs, "personalize/models/s/1", digest)
    assert read == ["ready.npy"], "what was touched is read, and nothing else"
