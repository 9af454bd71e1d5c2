"""What the doctor finds well, and what not, with what to do about it."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from recommender import publication, training
from recommender.doctor import BAD, NOTE, OK, Finding, account, clock, disk, examine, model, versions
from recommender.doctor import blobs as blobs_and_cache
from recommender.doctor import secrets as secrets_of_the_site
from recommender.doctor.finding import Said
from recommender.errors import StorageError
from recommender.models.kernels import native
from recommender.moving import backups
from recommender.moving.manifest import LAST_BACKUP
from recommender.settings import Settings
from recommender.storage.amazon.identity import who_we_are
from recommender.storage.blobs import Blobs
from recommender.storage.lease import Lease
from recommender.storage.profiles import Profiles
from tests.worlds import data_set_of, rating, two_tastes

Train = Callable[..., training.Trained]


def finding(what: str, settings: Settings) -> Finding:
    """The finding of that name, which there is once."""
    (found,) = [f for f in examine(settings) if f.what == what]
    return found


def finding_of(look: Callable[[Settings], Said], settings: Settings) -> Finding:
    """What one look found, without the others."""
    return Finding("it", *look(settings))


def truncate_model(blobs: Blobs, var: Path) -> None:
    pointer, _ = publication.read_pointer(blobs)
    assert pointer is not None
    path = var / "blobs" / "models" / pointer.version / "matrix-columns.npy"
    path.write_bytes(path.read_bytes()[:-3])


def test_on_a_trained_site_all_is_well(var_settings: Settings, train: Train) -> None:
    train(data_set_of(two_tastes()))

    assert [f for f in examine(var_settings) if f.state != OK and f.what != "kernels"] == []  # for those it takes a compiler


def test_one_bad_thing_does_not_hide_the_others(var_settings: Settings) -> None:
    wrong = replace(var_settings, profiles_url="sqlite:/dev/null/x.sqlite3", blobs_url="s4://x")

    found = {f.what for f in examine(wrong) if f.state == BAD}

    assert found == {"profiles", "blobs", "model", "training", "backup", "writing"}


class TestProfiles:
    def test_they_are_counted(self, var_settings: Settings, train: Train, profiles: Profiles) -> None:
        train(data_set_of(two_tastes()))
        user_id = profiles.new_person("digest", shared=False, now=0)
        profiles.rate(rating(user_id, 1, 5.0))

        assert finding("profiles", var_settings).text == f"embedded, {var_settings.profiles_url}: 1 person, 1 rating, 0 marks, 20 lists"

    def test_a_file_that_is_no_store_is_told(self, var_settings: Settings, var: Path) -> None:
        (var / "matinee.sqlite3").write_bytes(b"no database" * 1000)

        found = finding("profiles", var_settings)

        assert not found.is_well
        assert str(var / "matinee.sqlite3") in found.text


class TestModel:
    def test_it_is_named_with_what_it_is_made_of(self, var_settings: Settings, train: Train) -> None:
        version = train(data_set_of(two_tastes())).pointer.version

        text = f"{version}, generation 1, user-cosine on a small world, every checksum right"
        assert finding("model", var_settings) == Finding("model", OK, text)

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
            data_set_of(two_tastes()), blobs, profiles, recipe="popular", now=lambda: time.time() - (model.OLD_MODEL_DAYS + 1) * 86400
        )

        text = "The model is 31 days old; run `matinee train` if people have rated since."
        assert finding("model", var_settings) == Finding("model", NOTE, text)


class TestTraining:
    def test_mostly_nobody_is_at_it(self, var_settings: Settings, train: Train) -> None:
        train(data_set_of(two_tastes()))

        found = finding("training", var_settings)
        assert found.state == OK
        assert re.fullmatch(r"nobody is training; the last one was \d+ seconds ago", found.text)

    def test_before_the_first_there_is_no_last_one(self, var_settings: Settings) -> None:
        assert finding("training", var_settings) == Finding("training", OK, "nobody is training")

    def test_whoever_is_at_it_is_named(self, var_settings: Settings, blobs: Blobs) -> None:
        with Lease(blobs, training.LOCK, now=time.time, holder="ann"):
            assert finding("training", var_settings) == Finding("training", OK, "ann has held the training lock for 0 seconds")

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
        assert finding("secret", var_settings) == Finding("secret", OK, f"{path}, readable by its owner alone")

        path.chmod(0o640)
        open_to_others = f"{path} can be read by others (mode 640); run `chmod 600 {path}`."
        assert finding("secret", var_settings) == Finding("secret", BAD, open_to_others)

    def test_somebody_elses_is_no_use(self, var_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        path = Path(var_settings.secret_file)
        path.write_text("x" * 64)
        path.chmod(0o600)
        monkeypatch.setattr("os.access", lambda place, _: place != path)  # root may read everything

        not_ours = f"{path} may not be read by you; check who owns it, or set MATINEE_SECRET_KEY."
        assert finding("secret", var_settings) == Finding("secret", BAD, not_ours)

    def test_one_given_is_not_shown(self, var_settings: Settings) -> None:
        found = finding("secret", replace(var_settings, secret_key="a secret of the operator"))

        assert found == Finding("secret", OK, "given by MATINEE_SECRET_KEY")

    @pytest.mark.parametrize("key", ["changeme-changeme-changeme", "secretsecretsecret123", "aaaaaaaaaaaaaaaaaaaaaaaa", "1234567890123456"])
    def test_one_that_can_be_guessed_is_told(self, var_settings: Settings, key: str) -> None:
        found = finding("secret", replace(var_settings, secret_key=key))

        assert found.state == BAD
        assert found.text.startswith("MATINEE_SECRET_KEY can be guessed")
        assert key not in found.text

    def test_one_that_is_too_short_is_told(self, var_settings: Settings) -> None:
        text = "MATINEE_SECRET_KEY has 5 characters; at least 16 are needed."
        assert finding("secret", replace(var_settings, secret_key="x7#kQ")) == Finding("secret", BAD, text)

    @pytest.mark.parametrize("_", range(50))
    def test_one_made_by_chance_is_taken(self, var_settings: Settings, _: int) -> None:
        assert finding_of(secrets_of_the_site.look, replace(var_settings, secret_key=secrets.token_urlsafe(16))).state == OK


class TestFiles:
    @pytest.mark.parametrize("name", ["matinee.sqlite3", "operator", ".env"])
    def test_what_others_can_read_is_told(
        self, var_settings: Settings, var: Path, name: str, profiles: Profiles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(var)
        settings = replace(var_settings, operator_file=str(var / "operator"))
        path = Path(".env") if name == ".env" else var / name
        path.touch()
        path.chmod(0o600)
        assert finding("files", settings).state == OK

        path.chmod(0o644)
        told = f"{path} can be read by others (mode 644); run `chmod 600 {path}`."
        assert finding("files", settings) == Finding("files", BAD, told)

    def test_what_is_somebody_elses_is_told(self, var_settings: Settings, profiles: Profiles, monkeypatch: pytest.MonkeyPatch) -> None:
        path = var_settings.profiles_url.removeprefix("sqlite://")
        owner = Path(path).stat().st_uid
        monkeypatch.setattr("os.getuid", lambda: owner + 1)

        found = finding("files", var_settings)

        assert found.state == NOTE
        assert f"{path} belongs to user {owner}, and you are {owner + 1}." in found.text


class TestBackup:
    def test_none_is_fine_while_there_is_nobody_to_lose(self, var_settings: Settings, profiles: Profiles) -> None:
        assert finding("backup", var_settings) == Finding("backup", OK, "none, and nobody to lose")

    def test_none_is_a_note_once_people_have_come(self, var_settings: Settings, profiles: Profiles) -> None:
        profiles.new_person("digest", shared=False, now=0)

        text = "There has never been one, and people have numbers here; run `matinee backup`."
        assert finding("backup", var_settings) == Finding("backup", NOTE, text)

    @pytest.mark.parametrize(("days", "state"), [(1, OK), (7, OK), (9, NOTE)])
    def test_the_last_one_is_told_with_its_age(
        self, var_settings: Settings, profiles: Profiles, blobs: Blobs, tmp_path: Path, days: int, state: str
    ) -> None:
        made = backups.take(profiles, blobs, tmp_path / "backups", progress=lambda *_: None, now=lambda: time.time() - days * 86400).backup

        found = finding("backup", var_settings)

        assert found.state == state
        assert f" ago, in {made.folder}: 0 people, 0 ratings, 0.1 MB" in found.text
        assert found.text.endswith("run `matinee backup`.") == (state == NOTE)

    def test_one_that_is_not_on_this_machine_any_more_is_told(
        self, var_settings: Settings, blobs: Blobs, profiles: Profiles, tmp_path: Path
    ) -> None:
        backups.take(profiles, blobs, tmp_path / "backups", progress=lambda *_: None)
        (tmp_path / "backups").rename(tmp_path / "elsewhere")

        assert finding("backup", var_settings).text.endswith("; not on this machine")

    def test_a_note_that_cannot_be_read_is_told(self, var_settings: Settings, blobs: Blobs) -> None:
        blobs.write(LAST_BACKUP, b"{}")

        text = f"last-backup.json in {var_settings.blobs_url} cannot be understood; run `matinee backup`."
        assert finding("backup", var_settings) == Finding("backup", BAD, text)


class TestCache:
    def test_it_is_off_where_models_are_files(self, var_settings: Settings) -> None:
        assert finding("cache", var_settings) == Finding("cache", OK, "off: models are mapped where they lie")

    def test_copies_of_a_bucket_are_weighed(self, var_settings: Settings, tmp_path: Path) -> None:
        (tmp_path / "cache" / "models").mkdir(parents=True)
        (tmp_path / "cache" / "models" / "matrix.npy").write_bytes(bytes(1_500_000))
        settings = replace(var_settings, blobs_url="s3://bucket", cache_folder=str(tmp_path / "cache"))

        assert finding_of(blobs_and_cache.look_at_cache, settings).text == f"{tmp_path / 'cache'}: 1 files, 1.5 MB"


class TestWriting:
    def test_nothing_is_left_behind(self, var_settings: Settings, var: Path, profiles: Profiles) -> None:
        before = sorted(var.rglob("*"))

        assert finding("writing", var_settings) == Finding("writing", OK, "secret, profiles, blobs")
        assert sorted(var.rglob("*")) == before

    def test_a_place_that_cannot_be_written_is_told(self, var_settings: Settings) -> None:
        told = "Nothing can be written in /proc/1: no such file or directory; check who owns it, and whether the disk is full."
        assert finding("writing", replace(var_settings, blobs_url="file:///proc/1/blobs")) == Finding("writing", BAD, told)

    def test_what_lies_on_aws_is_not_tried(self, var_settings: Settings, tmp_path: Path) -> None:
        settings = replace(var_settings, blobs_url="s3://bucket", cache_folder=str(tmp_path))

        assert finding_of(disk.look_at_writing, settings).text == "secret, profiles, cache; what blobs on AWS allow is not tried"


class TestVersions:
    def test_every_pinned_package_is_looked_at(self, var_settings: Settings) -> None:
        pins = [line for line in versions.PINS.read_text().splitlines() if "==" in line]

        assert finding("versions", var_settings).text.endswith(f", {len(pins)} packages as pinned")

    def test_another_version_is_a_note(self, var_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "requirements.txt").write_text("# what runs\nclick==1.0    # the command line\n")
        monkeypatch.setattr(versions, "PINS", tmp_path / "requirements.txt")

        found = finding("versions", var_settings)

        assert found.state == NOTE
        assert re.fullmatch(r"click is [\d.]+, and Matinee was tried with 1\.0; run `make env`\.", found.text)

    def test_one_that_is_not_there_is_told(self, var_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "requirements.txt").write_text("no-such-package-here==1.0\n")
        monkeypatch.setattr(versions, "PINS", tmp_path / "requirements.txt")

        assert finding("versions", var_settings) == Finding(
            "versions", BAD, "The package no-such-package-here is not installed; run `make env`."
        )

    def test_without_a_clone_the_installed_description_says_what_was_pinned(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(versions, "PINS", tmp_path / "requirements.txt")

        assert len(versions._pins()) > 20

    def test_a_library_that_corrupts_is_told(self, var_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("apsw.sqlite_lib_version", lambda: "3.40.1")

        assert finding("versions", var_settings).text.startswith("SQLite 3.40.1 can corrupt its files;")


class TestKernels:
    @pytest.mark.kernels
    def test_what_they_make_use_of_is_told(self, var_settings: Settings) -> None:
        assert finding("kernels", var_settings) == Finding(
            "kernels", OK, f"The kernels in C are built, and make use of {native.instructions()}."
        )

    def test_where_they_are_not_built_it_is_a_note(self, var_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in native.NAMES:
            monkeypatch.setitem(sys.modules, f"{native.__name__}._{name}", None)

        found = finding("kernels", var_settings)

        assert (found.state, found.text) == (NOTE, native.says())

    @pytest.mark.kernels
    def test_a_processor_that_has_less_than_was_asked_for_is_told(self, var_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(native.VARIABLE, "generic")  # as on such a processor

        found = finding("kernels", replace(var_settings, kernels="vnni"))

        assert found == Finding("kernels", NOTE, "MATINEE_KERNELS is vnni, and this processor has generic at most: that is made use of.")


class TestAccount:
    def test_without_aws_it_is_off(self, var_settings: Settings) -> None:
        assert finding("account", var_settings) == Finding("account", OK, "off: nothing lies on AWS")

    def test_a_stand_in_is_not_asked(self, var_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")

        found = finding_of(account.look, replace(var_settings, blobs_url="s3://bucket"))

        assert found.text == "not asked: AWS_ENDPOINT_URL names another place than AWS"

    @pytest.mark.parametrize(
        ("arn", "key", "words"),
        [
            ("arn:aws:iam::123456789012:root", "ASIA1", ["root keys"]),
            ("arn:aws:iam::123456789012:user/ann", "AKIA567890123456XYZW", ["AKIA…XYZW has no end"]),
            ("arn:aws:iam::123456789012:root", "AKIA1", ["root keys", "has no end"]),
            ("arn:aws:sts::123456789012:assumed-role/matinee/i-1", "ASIA1", []),
        ],
    )
    def test_root_keys_and_keys_without_an_end_are_noted(self, arn: str, key: str, words: list[str]) -> None:
        notes = account.warnings(arn, key)

        assert len(notes) == len(words)
        assert all(word in note for word, note in zip(words, notes, strict=True))

    def test_whose_keys_they_are_is_asked_of_aws(self, moto_url: str, amazon_environment: Callable[[str], None]) -> None:
        amazon_environment(moto_url)

        identity = who_we_are()

        assert identity.arn.startswith("arn:aws:sts::")
        assert identity.key == "test"

    def test_without_any_keys_it_says_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

        with pytest.raises(StorageError, match="There are no keys for AWS; give the machine a role"):
            who_we_are()


class TestDisk:
    @pytest.mark.parametrize(("free", "is_well"), [(disk.LEAST_FREE_BYTES, True), (disk.LEAST_FREE_BYTES - 1, False)])
    def test_ratings_need_room(self, var_settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, is_well: bool) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(free * 9, free * 8, free))  # type: ignore[attr-defined]

        found = finding("disk", var_settings)

        assert found.is_well == is_well
        assert ("0.2 GB free for secret, profiles, blobs" if is_well else "make at least 200 MB.") in found.text


class TestClock:
    def test_a_time_that_cannot_be_is_told(self, var_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clock.time, "gmtime", lambda: time.struct_time((1970, 1, 1, 0, 0, 0, 3, 1, 0)))

        assert finding("clock", var_settings) == Finding("clock", BAD, "The clock says 1970-01-01, which cannot be; set it.")

    def test_a_file_from_the_future_is_told(self, var_settings: Settings, var: Path) -> None:
        path = var / "secret"
        path.touch()
        path.chmod(0o600)
        later = time.time() + 3600
        os.utime(path, (later, later))

        assert re.fullmatch(rf"The clock says .*, but {path} was written at .*; set it\.", finding("clock", var_settings).text)

    @pytest.mark.parametrize(("seconds", "word"), [(0, "within 1 s of s3"), (-3600, "ahead of"), (3600, "behind")])
    def test_it_is_held_against_that_of_aws(
        self, var_settings: Settings, amazon_environment: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, seconds: int, word: str
    ) -> None:
        class Clock(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.send_response_only(403)
                self.send_header("Date", self.date_time_string(int(time.time() + seconds)))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        server = HTTPServer(("127.0.0.1", 0), Clock)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        amazon_environment(f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr("recommender.doctor.LOOKS", {"clock": clock.look})
        try:
            found = finding("clock", replace(var_settings, blobs_url="s3://bucket"))
        finally:
            server.shutdown()
            server.server_close()

        assert found.state == (BAD if seconds else OK)
        assert word in found.text

    def test_an_aws_that_does_not_answer_is_told(self, var_settings: Settings, amazon_environment: Callable[[str], None]) -> None:
        amazon_environment("http://127.0.0.1:1")

        with pytest.raises(StorageError, match=r"^s3 does not tell the time \(.*\); see whether it can be reached\.$"):
            clock.look(replace(var_settings, blobs_url="s3://bucket"))
