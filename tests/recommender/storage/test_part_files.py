"""A result in many files is seen whole or not at all, in a folder and in a bucket."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import uuid
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from recommender.errors import SettingError, StorageError
from recommender.storage.part_files import MANIFEST, PartFiles, open_part_files


class Place:
    """Where a result lies, as others see it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def files(self) -> dict[str, bytes]:
        """By name, relative to the place."""
        if not self.url.startswith("s3://"):
            return {p.relative_to(self.url).as_posix(): p.read_bytes() for p in Path(self.url).rglob("*") if p.is_file()}
        bucket, prefix = self._key("")
        objects = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        return {o["Key"].removeprefix(prefix): boto3.client("s3").get_object(Bucket=bucket, Key=o["Key"])["Body"].read() for o in objects}

    def write(self, name: str, data: bytes) -> None:
        """As somebody else would."""
        if self.url.startswith("s3://"):
            bucket, key = self._key(name)
            boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=data)
        else:
            Path(self.url).mkdir(exist_ok=True)
            (Path(self.url) / name).write_bytes(data)

    def result(self) -> list[bytes] | None:
        """What the manifest names, in order, every sum right; None where there is no manifest."""
        files = self.files()
        if MANIFEST not in files:
            return None
        told = json.loads(files[MANIFEST])["files"]
        for one in told:
            data = files[one["name"]]
            assert (len(data), hashlib.sha256(data).hexdigest()) == (one["n_bytes"], one["sha256"])
        return [files[one["name"]] for one in told]

    def open(self) -> PartFiles:
        """For a new result."""
        return open_part_files(self.url, run=uuid.uuid4().hex[:8])

    def _key(self, name: str) -> tuple[str, str]:
        bucket, _, prefix = self.url.removeprefix("s3://").partition("/")
        return bucket, f"{prefix.rstrip('/')}/{name}"


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return Place(f"{tmp_path / 'lists'}/")
    url = request.getfixturevalue("moto_url")
    amazon_environment: Callable[[str], None] = request.getfixturevalue("amazon_environment")
    amazon_environment(url)
    bucket = f"films-{uuid.uuid4().hex}"
    boto3.client("s3").create_bucket(Bucket=bucket)
    return Place(f"s3://{bucket}/deep/lists/")


def put_all(files: PartFiles, *texts: bytes) -> None:
    files.begin()
    files.finish([files.put(f"part-{number}.csv", text, n_rows=1) for number, text in enumerate(texts)], {"recipe": "ease"})


def test_nothing_is_seen_before_the_end_and_then_all_of_it_with_sums_and_facts(place: Place) -> None:
    files = place.open()
    files.begin()
    parts = [files.put(f"part-{number}.csv", text, n_rows=2) for number, text in enumerate([b"a\nb\n", b"c\nd\n"])]
    assert place.result() is None

    files.finish(parts, {"recipe": "ease"})

    assert place.result() == [b"a\nb\n", b"c\nd\n"]
    told = json.loads(place.files()[MANIFEST])
    assert (told["format"], told["recipe"], [one["n_rows"] for one in told["files"]]) == (1, "ease", [2, 2])


def test_a_new_result_takes_the_place_of_the_old_one_and_leaves_nothing_of_it(place: Place) -> None:
    put_all(place.open(), b"old 1", b"old 2", b"old 3")
    later = place.open()
    later.begin()
    parts = [later.put("part-0.csv", b"new", n_rows=1)]
    assert place.result() == [b"old 1", b"old 2", b"old 3"]

    later.finish(parts, {})

    assert place.result() == [b"new"]
    assert len(place.files()) == 2


def test_a_result_that_is_abandoned_leaves_the_one_before(place: Place) -> None:
    put_all(place.open(), b"old")
    before = place.files()
    later = place.open()
    later.begin()
    later.put("part-0.csv", b"new", n_rows=1)

    later.abandon()

    assert place.files() == before


def test_a_file_put_twice_is_one_file(place: Place) -> None:
    files = place.open()
    files.begin()
    files.put("part-0.csv", b"by one who died", n_rows=1)
    again = files.put("part-0.csv", b"by another", n_rows=1)
    files.finish([again], {})

    assert place.result() == [b"by another"]
    assert len(place.files()) == 2


def test_other_processes_can_put_files_too(place: Place) -> None:
    files = place.open()
    files.begin()
    there: PartFiles = pickle.loads(pickle.dumps(files))
    files.finish([there.put("part-0.csv", b"from afar", n_rows=1)], {})

    assert place.result() == [b"from afar"]


def test_what_is_no_result_of_ours_is_left_alone(place: Place) -> None:
    place.write("manifest.json", b"somebody else's")

    with pytest.raises(StorageError, match=r"manifest\.json.* no "):
        place.open().begin()

    assert place.files() == {"manifest.json": b"somebody else's"}


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "lists"))
    put_all(place.open(), b"old")
    place.write("mine.txt", b"mine")

    with pytest.raises(StorageError, match=r"holds mine\.txt, which is no part of lists; name another folder or remove it\."):
        place.open().begin()

    assert place.result() == [b"old"]


def test_objects_of_others_below_the_prefix_stay(moto_url: str, amazon_environment: Callable[[str], None]) -> None:
    amazon_environment(moto_url)
    bucket = f"films-{uuid.uuid4().hex}"
    boto3.client("s3").create_bucket(Bucket=bucket)
    place = Place(f"s3://{bucket}/lists/")
    place.write("mine.txt", b"mine")

    put_all(place.open(), b"old")
    put_all(place.open(), b"new")

    assert place.result() == [b"new"]
    assert place.files()["mine.txt"] == b"mine"


def test_what_was_begun_by_who_was_killed_is_swept_a_day_later(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "lists"))
    place.open().begin()
    (killed,) = tmp_path.iterdir()
    os.utime(killed, (0, 0))

    put_all(place.open(), b"new")

    assert [path.name for path in tmp_path.iterdir()] == ["lists"]


@pytest.mark.parametrize("url", ["s3://", "s3://films", "s3://films/", "s3://Films/lists/", "s3://films/a//b/", "s3://films/../b/"])
def test_an_address_that_is_none_is_told_what_one_looks_like(url: str) -> None:
    with pytest.raises(SettingError, match=r"must look like s3://bucket/folder/lists\.csv or s3://bucket/folder/, not "):
        open_part_files(url, run="r")
