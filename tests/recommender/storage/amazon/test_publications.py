"""Folders in a bucket on a bad day: published half-way, damaged, copied by two at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from recommender.errors import StorageError
from recommender.storage.amazon.clients import PATIENT
from recommender.storage.blobs import s3
from recommender.storage.blobs.s3 import S3Blobs
from tests.contracts.neighbours import side_by_side
from tests.faults.flaky_amazon import FlakyAmazon

CONTENTS = {"manifest.json": b"{}", "arrays/similar.npy": bytes(range(256)) * 40}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a trainer has made."""
    folder = tmp_path / "made"
    for name, data in CONTENTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def copied(url: str, cache: str) -> str:
    """Where the copy of a process of its own is."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    return str(S3Blobs(bucket, prefix, cache_folder=cache).local_copy("models/v1"))


def publisher(blobs: S3Blobs, folder: Path) -> subprocess.Popen[bytes]:
    bucket, _, prefix = blobs.url.removeprefix("s3://").partition("/")
    program = (
        "import sys; from pathlib import Path; from recommender.storage.blobs.s3 import PATIENT, S3Blobs; "
        "S3Blobs(sys.argv[1], sys.argv[2], cache_folder=sys.argv[4], patience=PATIENT).publish('models/v1', Path(sys.argv[3]))"
    )
    return subprocess.Popen([sys.executable, "-c", program, bucket, prefix, str(folder), str(folder.parent / "its-cache")])


def objects(blobs: S3Blobs) -> list[str]:
    bucket, _, prefix = blobs.url.removeprefix("s3://").partition("/")
    found = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [one["Key"].removeprefix(f"{prefix}/") for one in found.get("Contents", [])]


def test_a_publisher_killed_half_way_leaves_nothing_to_see_and_is_swept_after_a_day(
    amazon: FlakyAmazon, blobs: S3Blobs, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon.turn("late", "s3", only="PUT")  # each file is there before its publisher knows
    killed = publisher(blobs, folder)
    while len(objects(blobs)) < len(CONTENTS):
        assert killed.poll() is None
        time.sleep(0.05)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    amazon.turn("well")
    left_over = objects(blobs)

    assert left_over
    assert blobs.list("") == []
    assert blobs.read("models/v1/manifest.json") is None
    assert blobs.local_copy("models/v1") is None

    blobs.publish("models/v2", folder)
    assert set(left_over) < set(objects(blobs))  # somebody may still be at work on them
    monkeypatch.setattr(s3, "OLD_SECONDS", 0)
    blobs.publish("models/v3", folder)

    assert not set(left_over) & set(objects(blobs))
    assert blobs.list("models/") == sorted(f"models/{version}/{name}" for version in ("v2", "v3") for name in CONTENTS)


def test_what_was_killed_half_way_can_be_published_again(amazon: FlakyAmazon, blobs: S3Blobs, folder: Path) -> None:
    amazon.turn("denied", "s3", only="PUT")
    with pytest.raises(StorageError, match="access is denied") as told:
        blobs.publish("models/v1", folder)
    assert told.value.kind == "denied"
    amazon.turn("well")

    blobs.publish("models/v1", folder)

    assert blobs.list("models/") == sorted(f"models/v1/{name}" for name in CONTENTS)


def test_a_marker_whose_reply_was_lost_is_known_to_be_ours(amazon: FlakyAmazon, blobs: S3Blobs, folder: Path) -> None:
    (folder / "manifest.json").unlink()
    amazon.turn("reply lost", "s3", only="PUT", times=3)  # of the only file, twice, and of the marker

    blobs.publish("models/v1", folder)

    assert blobs.list("models/") == ["models/v1/arrays/similar.npy"]


def test_a_damaged_object_is_read_again_and_then_refused(
    amazon: FlakyAmazon, bucket: str, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "PATIENT", replace(PATIENT, pause_seconds=0.001))
    blobs = S3Blobs(bucket, "damaged", cache_folder=tmp_path / "cache")
    blobs.publish("models/v1", folder)
    (key,) = [key for key in objects(blobs) if key.endswith("similar.npy")]
    boto3.client("s3").put_object(Bucket=bucket, Key=f"damaged/{key}", Body=CONTENTS["arrays/similar.npy"][::-1])
    amazon.calls()

    with pytest.raises(StorageError, match=r"models/v1/arrays/similar\.npy is not what was published") as told:
        blobs.local_copy("models/v1")

    assert told.value.kind == "garbled"
    assert amazon.calls()["GET"] == 1 + 1 + PATIENT.tries  # the marker, the whole file, the damaged one
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and not path.name.endswith("~lock")]


@pytest.mark.parametrize("weather", ["cut", "shortened", "flipped", "reset"])
def test_a_file_that_was_damaged_on_its_way_is_copied_whole(weather: str, amazon: FlakyAmazon, blobs: S3Blobs, folder: Path) -> None:
    blobs.publish("models/v1", folder)
    amazon.turn(weather, "s3", only="similar.npy", times=2)

    copy = blobs.local_copy("models/v1")

    assert copy is not None
    assert {name: (copy / name).read_bytes() for name in CONTENTS} == CONTENTS


def test_the_copy_made_before_serves_while_the_bucket_is_out_of_reach(amazon: FlakyAmazon, blobs: S3Blobs, folder: Path) -> None:
    blobs.publish("models/v1", folder)
    copy = blobs.local_copy("models/v1")
    amazon.turn("refused", "s3")

    assert blobs.local_copy("models/v1") == copy
    with pytest.raises(StorageError):
        blobs.local_copy("models/v2")


def test_of_two_processes_one_copies_and_the_other_waits(amazon: FlakyAmazon, blobs: S3Blobs, folder: Path, tmp_path: Path) -> None:
    blobs.publish("models/v1", folder)
    amazon.calls()

    copies = side_by_side(copied, *[(blobs.url, str(tmp_path / "cache"))] * 2)

    assert copies[0] == copies[1]
    listings = 1  # by the one that copied, which then takes away what is not published any more
    assert amazon.calls()["GET"] == 2 + len(CONTENTS) + listings


def test_a_blob_that_is_not_what_was_written_is_refused(bucket: str, blobs: S3Blobs) -> None:
    """Of the right length, and sound to S3 itself: only the sum that we wrote beside it tells."""
    blobs.write("note.json", b"{}")
    [key] = [one["Key"] for one in boto3.client("s3").list_objects_v2(Bucket=bucket)["Contents"] if one["Key"].endswith("/note.json")]
    written = boto3.client("s3").head_object(Bucket=bucket, Key=key)
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=b"[]", Metadata=written["Metadata"])

    with pytest.raises(StorageError, match="its answer was cut off or makes no sense") as refused:
        blobs.read("note.json")
    assert refused.value.kind == "garbled"
