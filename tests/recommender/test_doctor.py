"""What the doctor finds well, and what not, with what to do about it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from recommender import doctor, publication, training
from recommender.doctor import Finding, examine
from recommender.settings import Settings
from recommender.storage.blobs import Blobs
from recommender.storage.lease import Lease
from recommender.storage.profiles import Profiles
from tests.worlds import data_set_of, rating, two_tastes

Train = Callable[..., training.Trained]


def finding(what: str, settings: Settings) -> Finding:
    """The finding of that name, which there is once."""
    (found,) = [f for f in examine(settings) if f.what == what]
    return found


def truncate_model(blobs: Blobs, var: Path) -> None:
    pointer, _ = publication.read_pointer(blobs)
    assert pointer is not None
    path = var / "blobs" / "models" / pointer.version / "matrix-columns.npy"
    path.write_bytes(path.read_bytes()[:-3])


def test_on_a_trained_site_all_is_well(var_settings: Settings, train: Train) -> None:
    train(data_set_of(two_tastes()))

    assert [f.what for f in examine(var_settings) if not f.is_well] == []


def test_one_bad_thing_does_not_hide_the_others(var_settings: Settings) -> None:
    wrong = replace(var_settings, profiles_url="sqlite:/dev/null/x.sqlite3", blobs_url="s4://x")

    found = {f.what: f.is_well for f in examine(wrong)}

    assert found == {"profiles": False, "model": False, "training": False, "secret": True, "disk": True, "clock": True}


class TestProfiles:
    def test_they_are_counted(self, var_settings: Settings, train: Train, profiles: Profiles) -> None:
        train(data_set_of(two_tastes()))
        user_id = profiles.new_person("digest", shared=False, now=0)
        profiles.rate(rating(user_id, 1, 5.0))

        assert finding("profiles", var_settings).text == f"{var_settings.profiles_url}: 1 people, 1 ratings, 20 lists"

    def test_a_file_that_is_no_store_is_told(self, var_settings: Settings, var: Path) -> None:
        (var / "matinee.sqlite3").write_bytes(b"no database" * 1000)

        found = finding("profiles", var_settings)

        assert not found.is_well
        assert str(var / "matinee.sqlite3") in found.text


class TestModel:
    def test_it_is_named_with_what_it_is_made_of(self, var_settings: Settings, train: Train) -> None:
        version = train(data_set_of(two_tastes())).pointer.version

        text = f"{version}, generation 1, user-cosine on a small world, every checksum right"
        assert finding("model", var_settings) == Finding("model", True, text)

    def test_none_is_told_with_what_to_do(self, var_settings: Settings) -> None:
        assert finding("model", var_settings).text == f"No trained model in {var_settings.blobs_url}; run `matinee train`."

    def test_a_torn_one_is_told_although_the_one_before_serves(self, var_settings: Settings, var: Path, blobs: Blobs, train: Train) -> None:
        train(data_set_of(two_tastes()))
        train(data_set_of(two_tastes()))
        truncate_model(blobs, var)

        found = finding("model", var_settings)

        assert not found.is_well
        assert found.text.startswith("The model before is in use: ")
        assert "matrix-columns.npy" in found.text

    def test_a_torn_one_with_none_before_is_told(self, var_settings: Settings, var: Path, blobs: Blobs, train: Train) -> None:
        train(data_set_of(two_tastes()))
        truncate_model(blobs, var)

        assert not finding("model", var_settings).is_well

    def test_an_old_one_is_told_with_its_age(self, var_settings: Settings, blobs: Blobs, profiles: Profiles) -> None:
        training.train(
            data_set_of(two_tastes()), blobs, profiles, recipe="popular", now=lambda: time.time() - (doctor.OLD_MODEL_DAYS + 1) * 86400
        )

        assert finding("model", var_settings) == Finding("model", False, "The model is 31 days old; run `matinee train`.")


class TestTraining:
    def test_mostly_nobody_is_at_it(self, var_settings: Settings, train: Train) -> None:
        train(data_set_of(two_tastes()))

        assert finding("training", var_settings) == Finding("training", True, "nobody is training")

    def test_whoever_is_at_it_is_named(self, var_settings: Settings, blobs: Blobs) -> None:
        with Lease(blobs, training.LOCK, now=time.time, holder="ann"):
            assert finding("training", var_settings) == Finding("training", True, "ann is training, for 0 seconds")

    def test_a_lock_that_cannot_be_read_is_told(self, var_settings: Settings, blobs: Blobs) -> None:
        blobs.write(training.LOCK, b"???")

        found = finding("training", var_settings)

        assert not found.is_well
        assert found.text.endswith("remove it if nobody is training.")


class TestSecret:
    def test_it_need_not_be_there_yet(self, var_settings: Settings) -> None:
        assert finding("secret", var_settings).is_well

    def test_the_owner_alone_may_read_it(self, var_settings: Settings) -> None:
        path = Path(var_settings.secret_file)
        path.write_text("x" * 64)
        path.chmod(0o600)
        assert finding("secret", var_settings) == Finding("secret", True, f"{path}, readable by its owner alone")

        path.chmod(0o640)
        open_to_others = f"{path} can be read by others (mode 640); run `chmod 600 {path}`."
        assert finding("secret", var_settings) == Finding("secret", False, open_to_others)

    def test_somebody_elses_is_no_use(self, var_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        path = Path(var_settings.secret_file)
        path.write_text("x" * 64)
        path.chmod(0o600)
        monkeypatch.setattr("os.access", lambda place, _: place != path)  # root may read everything

        not_ours = f"{path} may not be read by you; check who owns it, or set MATINEE_SECRET_KEY."
        assert finding("secret", var_settings) == Finding("secret", False, not_ours)

    def test_one_given_is_not_shown(self, var_settings: Settings) -> None:
        found = finding("secret", replace(var_settings, secret_key="a secret of the operator"))

        assert found == Finding("secret", True, "given by MATINEE_SECRET_KEY")


class TestDisk:
    @pytest.mark.parametrize(("free", "is_well"), [(doctor.LEAST_FREE_BYTES, True), (doctor.LEAST_FREE_BYTES - 1, False)])
    def test_ratings_need_room(self, var_settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, is_well: bool) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(free * 9, free * 8, free))  # type: ignore[attr-defined]

        found = finding("disk", var_settings)

        assert found.is_well == is_well
        assert ("0.2 GB free" if is_well else "make at least 200 MB.") in found.text


class TestClock:
    def test_a_time_that_cannot_be_is_told(self, var_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctor.time, "gmtime", lambda: time.struct_time((1970, 1, 1, 0, 0, 0, 3, 1, 0)))

        assert finding("clock", var_settings) == Finding("clock", False, "The clock says 1970-01-01, which cannot be; set it.")
