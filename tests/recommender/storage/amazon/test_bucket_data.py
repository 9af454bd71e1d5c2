"""Data sets in a bucket: put there, copied once, copied anew when they have changed, and never half."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import uuid
import zipfile
from collections.abc import Collection
from pathlib import Path

import boto3
import pytest

from recommender.data.movielens import FILES, read_data_set
from recommender.errors import SettingError, StorageError
from recommender.storage import bucket_data
from recommender.storage.bucket_data import at_hand, copied, tag_of, upload
from tests.faults.flaky_amazon import FlakyAmazon

RATINGS = "userId,movieId,rating,timestamp\n7,1,4.5,0\n7,2,3.0,0\n8,1,2.0,0\n"
MOVIES = "movieId,title,genres\n1,Heat (1995),Crime\n2,Alien (1979),Horror\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A data set of three ratings, with a file beside it that is none of it."""
    folder = tmp_path / "own films"
    folder.mkdir()
    (folder / "ratings.csv").write_text(RATINGS)
    (folder / "movies.csv").write_text(MOVIES)
    (folder / "README.txt").write_text("not of the data set")
    return folder


@pytest.fixture
def url(bucket: str) -> str:
    """A prefix that no other test takes."""
    return f"s3://{bucket}/{uuid.uuid4().hex}/own films"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """For the copies of this machine."""
    return tmp_path / "data"


def put(path: Path, url: str) -> list[bucket_data.Uploaded]:
    return upload(path, url, FILES, progress=lambda done, total: None)


def copy(url: str, folder: Path, wanted: Collection[str] = FILES) -> Path:
    heard = [(0, 0)]
    path = copied(url, folder, wanted, progress=lambda done, total: heard.append((done, total)))
    assert all(done <= total for done, total in heard)
    return path


def s3_key(url: str) -> dict[str, str]:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return {"Bucket": bucket, "Key": key}


def left_over(folder: Path) -> list[str]:
    """What lies in the folder of the copies, but for the lock."""
    return sorted(str(path.relative_to(folder)) for path in folder.glob("*/*") if path.name != "~lock")


class TestPuttingThemThere:
    def test_the_files_of_the_data_set_are_there_with_rows_and_sum(self, own: Path, url: str) -> None:
        there = put(own, url)

        assert [(one.url, one.n_bytes, one.n_rows) for one in there] == [
            (f"{url}/movies.csv", len(MOVIES), 3),
            (f"{url}/ratings.csv", len(RATINGS), 4),
        ]
        for one, text in zip(there, (MOVIES, RATINGS), strict=True):
            found = boto3.client("s3").get_object(**s3_key(one.url))
            assert found["Body"].read().decode() == text
            assert found["Metadata"] == {"sha256": hashlib.sha256(text.encode()).hexdigest(), "rows": str(one.n_rows)}
            assert one.sha256 == found["Metadata"]["sha256"]

    def test_a_folder_without_a_data_set_is_refused(self, tmp_path: Path, url: str) -> None:
        with pytest.raises(StorageError, match=r"holds no file of a data set, such as ratings\.csv; give a MovieLens folder or zip\."):
            put(tmp_path, url)

    def test_a_folder_is_not_put_under_the_name_of_a_zip(self, own: Path, url: str) -> None:
        with pytest.raises(StorageError, match=r"names a zip, and .* is none"):
            put(own, f"{url}.zip")


class TestCopyingThem:
    def test_the_copy_is_the_data_set_under_its_own_name(self, own: Path, url: str, here: Path) -> None:
        put(own, url)

        data = read_data_set(copy(url, here))

        assert (data.name, len(data.ratings), len(data.catalogue)) == ("own films", 3, 2)

    def test_only_what_belongs_to_a_data_set_is_copied(self, own: Path, url: str, here: Path) -> None:
        put(own, url)
        s3 = boto3.client("s3")
        for more in ("genome-scores.csv", "deeper/ratings.csv", ""):  # the last is what the console makes for a folder
            s3.put_object(**s3_key(f"{url}/{more}"), Body=b"x" * 100)

        assert sorted(path.name for path in copy(url, here).iterdir()) == ["movies.csv", "ratings.csv"]

    def test_a_zip_is_copied_whole(self, own: Path, url: str, here: Path, tmp_path: Path) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(own / "ratings.csv", "ml-tiny/ratings.csv")
            archive.write(own / "movies.csv", "ml-tiny/movies.csv")
        (tmp_path / "any.zip").write_bytes(packed.getvalue())
        put(tmp_path / "any.zip", f"{url}.zip")

        path = copy(f"{url}.zip", here)

        assert (path.name, path.read_bytes()) == ("own films.zip", packed.getvalue())
        assert read_data_set(path).name == "ml-tiny"

    def test_it_is_copied_once(self, own: Path, url: str, here: Path, amazon: FlakyAmazon) -> None:
        put(own, url)
        first = copy(url, here)
        amazon.calls()

        assert copy(url, here) == first == at_hand(url, here)
        assert sum(amazon.calls().values()) == 1  # the listing

    def test_when_a_file_has_changed_all_is_copied_anew_and_the_old_copy_goes(self, own: Path, url: str, here: Path) -> None:
        put(own, url)
        first, before = copy(url, here), tag_of(url, FILES)
        (own / "ratings.csv").write_text(RATINGS + "8,2,5.0,0\n")
        put(own, url)

        second = copy(url, here)

        assert tag_of(url, FILES) != before
        assert len(read_data_set(second).ratings) == 4
        assert second != first
        assert not first.exists()
        assert len(left_over(here)) == 1

    def test_the_same_bytes_put_again_are_not_copied_again(self, own: Path, url: str, here: Path) -> None:
        put(own, url)
        first = copy(url, here)
        put(own, url)

        assert copy(url, here) == first

    def test_what_a_killed_copy_has_left_goes(self, own: Path, url: str, here: Path) -> None:
        put(own, url)
        path = copy(url, here)
        half = path.parent.with_name("0123456789abcdef~")
        half.mkdir()
        (own / "ratings.csv").write_text(RATINGS + "8,2,5.0,0\n")
        put(own, url)

        copy(url, here)

        assert not half.exists()


class TestWhatGoesWrong:
    def test_nothing_there_is_said(self, url: str, here: Path) -> None:
        with pytest.raises(StorageError) as refused:
            copy(url, here)

        assert str(refused.value) == (
            f"There is no data set at {url} (found: nothing); put ratings.csv and movies.csv there, or name a zip. "
            "`matinee upload-data` does the first."
        )

    def test_other_files_are_named(self, url: str, here: Path) -> None:
        boto3.client("s3").put_object(**s3_key(f"{url}/holiday.jpg"), Body=b"x")

        with pytest.raises(StorageError, match=r"\(found: holiday\.jpg\)"):
            copy(url, here)

    def test_a_bucket_that_is_not_there_is_said(self, here: Path, amazon: FlakyAmazon) -> None:
        with pytest.raises(
            StorageError, match="The bucket no-such-films cannot be used: it is not there; `matinee create-stores` makes it"
        ):
            copy("s3://no-such-films/data", here)

    @pytest.mark.parametrize("wrong", ["s3://", "s3://UPPER/data", "s3://films/../data", "s3://films//data"])
    def test_an_address_that_is_none_is_refused(self, wrong: str, here: Path) -> None:
        with pytest.raises(SettingError, match=r"Data in a bucket must look like s3://bucket/folder"):
            copy(wrong, here)

    def test_access_that_is_denied_is_said(self, own: Path, url: str, here: Path, amazon: FlakyAmazon) -> None:
        put(own, url)
        amazon.turn("denied")

        with pytest.raises(StorageError, match="access is denied; check the keys and the role's rights"):
            copy(url, here)

    def test_a_file_that_is_not_what_was_put_is_refused_and_leaves_nothing(
        self, own: Path, url: str, here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("recommender.storage.amazon.calls.time.sleep", lambda seconds: None)
        put(own, url)
        key = s3_key(f"{url}/ratings.csv")
        boto3.client("s3").put_object(**key, Body=RATINGS.replace("4.5", "1.0").encode(), Metadata={"sha256": "0" * 64})

        with pytest.raises(StorageError, match=r"its answer was cut off or makes no sense .*is not what was put there"):
            copy(url, here)
        assert left_over(here) == []

    @pytest.mark.parametrize("weather", ["cut", "shortened", "flipped", "reset", "failing"])
    def test_a_body_that_is_not_whole_is_asked_for_again(
        self, weather: str, own: Path, url: str, here: Path, amazon: FlakyAmazon, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(own, url)
        monkeypatch.setattr("recommender.storage.amazon.calls.time.sleep", lambda seconds: None)
        amazon.turn(weather, "s3", only="ratings.csv HTTP", times=1)
        amazon.calls()

        assert (copy(url, here) / "ratings.csv").read_text() == RATINGS
        assert amazon.calls()["GET"] == 4  # a listing, the films, the ratings twice

    def test_a_full_disk_is_said_and_leaves_nothing(self, own: Path, url: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        put(own, url)

        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)

        with pytest.raises(
            StorageError, match=r"movies\.csv cannot be written: no space left on device; make room or choose another place\."
        ):
            copy(url, here)
        assert left_over(here) == []

    def test_a_file_that_changes_meanwhile_is_not_mixed_with_the_others(
        self, own: Path, url: str, here: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(own, url)
        before = bucket_data._Prefix(url).state(FILES)
        (own / "ratings.csv").write_text(RATINGS + "8,2,5.0,0\n")
        put(own, url)
        monkeypatch.setattr(bucket_data._Prefix, "state", lambda prefix, wanted: before)

        with pytest.raises(StorageError, match=r"ratings\.csv at .* was changed while it was copied; try again\."):
            copy(url, here)
        assert left_over(here) == []

    def test_a_copy_that_was_never_made_is_not_at_hand(self, url: str, here: Path) -> None:
        with pytest.raises(StorageError, match="has not been copied"):
            at_hand(url, here)
