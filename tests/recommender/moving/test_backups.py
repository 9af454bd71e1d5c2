"""Backups: whole or not there, made while people rate, and refused when a byte of them is not what it was."""

from __future__ import annotations

import calendar
import json
import re
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from recommender import history
from recommender.domain import MovieId, Rating
from recommender.errors import StorageError
from recommender.moving import backups
from recommender.moving.manifest import LAST_BACKUP
from recommender.settings import Settings
from recommender.storage.blobs import Blobs, open_blobs
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.profiles import Profiles, open_profiles
from tests.faults import full_disk
from tests.recommender.moving.life import ALICE, Forgetful, Matinee, below, everything, refused, silent

REPOSITORY = Path(__file__).parents[3]
OLDEST = 1_795_540_000.0  # seconds since 1970, UTC


@pytest.fixture
def backup(matinee: Matinee, house: Settings, tmp_path: Path) -> Path:
    """A backup of the house."""
    result = matinee(house, "backup", tmp_path / "backups")
    assert result.exit_code == 0, result.output
    return Path(result.stdout.strip())


def test_what_was_backed_up_is_restored_elsewhere_to_the_last_byte(
    matinee: Matinee, house: Settings, elsewhere: Settings, backup: Path
) -> None:
    result = matinee(elsewhere, "restore", backup, "--yes")

    assert result.exit_code == 0, result.output
    assert everything(elsewhere) == everything(house)
    assert matinee(elsewhere, "recommend", ALICE, "--json").stdout == matinee(house, "recommend", ALICE, "--json").stdout


def test_it_says_where_the_backup_is_and_what_is_in_it(matinee: Matinee, house: Settings, tmp_path: Path) -> None:
    result = matinee(house, "backup", tmp_path / "backups")

    assert re.fullmatch(rf"{tmp_path}/backups/\d{{8}}T\d{{6}}Z\n", result.stdout)
    assert re.search(
        r"^Backed up 2 people, 7 ratings, 2 marks, 2 added films, 23 lists; \d+ files, [\d.]+ MB\.$", result.stderr, re.MULTILINE
    )


def test_a_file_that_somebody_has_sent_and_not_saved_is_in_no_backup_and_a_saved_import_is(
    matinee: Matinee, house: Settings, tmp_path: Path
) -> None:
    blobs = open_blobs(house.blobs_url)
    for key in ("import-drafts/1000001/one/file", "imports/1000001/one/receipt"):
        blobs.write(key, b"said")

    made = Path(matinee(house, "backup", tmp_path / "backups").stdout.strip())

    assert (made / "blobs" / "imports/1000001/one/receipt").read_bytes() == b"said"
    assert not (made / "blobs" / "import-drafts").exists()


def test_without_a_folder_it_goes_below_var(matinee: Matinee, house: Settings) -> None:
    assert matinee(house, "backup").stdout.startswith("var/backups/2")


def test_nobody_but_its_owner_may_read_a_backup(backup: Path) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode): path.is_dir() for path in (backup.parent, backup, *backup.rglob("*"))}

    assert modes == {0o700: True, 0o600: False}


def test_a_backup_is_a_house_that_can_be_lived_in(matinee: Matinee, house: Settings, backup: Path) -> None:
    lived_in = replace(house, profiles_url=f"sqlite://{backup / 'matinee.sqlite3'}", blobs_url=f"file://{backup / 'blobs'}")

    assert everything(lived_in) == everything(house)


def test_the_store_remembers_its_last_backup(backup: Path, house: Settings) -> None:
    there = open_blobs(house.blobs_url).read(LAST_BACKUP)

    assert there is not None
    said = json.loads(there.data)
    n_bytes = sum(path.stat().st_size for path in backup.rglob("*") if path.is_file() and path.name != "manifest.json")
    n_bytes += sum(path.stat().st_size for path in (backup / "blobs").rglob("manifest.json"))
    taken_at = calendar.timegm(time.strptime(backup.name, "%Y%m%dT%H%M%SZ"))
    assert said == {"taken_at": taken_at, "place": str(backup), "people": 2, "ratings": 7, "bytes": n_bytes}


def test_the_operators_page_can_read_what_the_store_remembers(backup: Path, house: Settings) -> None:
    found = history.last_backup(open_blobs(house.blobs_url))

    assert found is not None
    assert found.place == str(backup)
    assert time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(found.taken_at)) == backup.name


def test_the_newest_stay_and_what_is_not_ours_too(profiles: Profiles, house: Settings, blobs: Blobs, tmp_path: Path) -> None:
    shelf = tmp_path / "backups"
    (shelf / "20000101T000000Z").mkdir(parents=True)  # not ours: there is no manifest in it
    taken = [
        backups.take(profiles, blobs, shelf, keep=2, progress=silent, now=lambda moment=OLDEST + day * 86400: moment) for day in range(4)
    ]

    names = [one.backup.folder.name for one in taken]
    assert [one.removed for one in taken] == [(), (), (names[0],), (names[1],)]
    assert sorted(path.name for path in shelf.iterdir() if "~" not in path.name) == ["20000101T000000Z", *names[2:]]


def test_two_backups_of_the_same_second_get_names_of_their_own(profiles: Profiles, house: Settings, blobs: Blobs, tmp_path: Path) -> None:
    names = {backups.take(profiles, blobs, tmp_path, progress=silent).backup.folder for _ in range(2)}

    assert len(names) == 2


def test_an_address_with_a_password_is_written_without_it() -> None:
    assert backups._without_secrets("s3://key:secret@bucket/x") == "s3://bucket/x"


def test_a_folder_among_the_blobs_is_refused(matinee: Matinee, house: Settings, var: Path) -> None:
    told = refused(matinee(house, "backup", var / "blobs" / "backups"))

    assert told == f"{var}/blobs/backups lies in {house.blobs_url}, and each backup would hold those before it; name a folder outside."


def test_a_backup_is_read_back_before_it_gets_its_name(
    profiles: Profiles, house: Settings, blobs: Blobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy that leaves out a rating is the planted fault."""
    monkeypatch.setattr(backups, "SqliteProfiles", Forgetful)

    with pytest.raises(StorageError, match="was not read as it was written 3 times in a row"):
        backups.take(profiles, blobs, tmp_path / "backups", progress=silent)

    assert list((tmp_path / "backups").glob("2*")) == []


# Restoring


@pytest.mark.parametrize("where", ["sqlite", "model", "pointer"])
@pytest.mark.parametrize("how", ["another byte", "cut off", "gone"])
def test_a_damaged_backup_is_refused_by_the_name_of_the_file(
    matinee: Matinee, elsewhere: Settings, backup: Path, where: str, how: str, tmp_path: Path
) -> None:
    pattern = {"sqlite": "matinee.sqlite3", "model": "blobs/models/*/matrix-columns.npy", "pointer": "blobs/current.json"}[where]
    path = sorted(backup.glob(pattern))[0]
    whole = path.read_bytes()
    match how:
        case "another byte":
            path.write_bytes(whole[:50] + bytes([whole[50] ^ 1]) + whole[51:])
        case "cut off":
            path.write_bytes(whole[:-1])
        case _:
            path.unlink()

    why = {"another byte": "its checksum is not the one written down", "cut off": f"it has {len(whole) - 1:,} bytes instead of"}
    for dry_run in ([], ["--dry-run"]):
        told = refused(matinee(elsewhere, "restore", backup, "--yes", *dry_run))
        assert told.startswith(f"{path} is damaged: {why.get(how, 'it is not there')}")
        assert told.endswith("This backup cannot be restored; take another one.")
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_does_not_belong_there_is_named(matinee: Matinee, elsewhere: Settings, backup: Path) -> None:
    (backup / "blobs" / "models" / "v0").mkdir()
    stranger = backup / "blobs" / "models" / "v0" / "matrix.npy"
    stranger.write_bytes(b"?")

    assert refused(matinee(elsewhere, "restore", backup)).startswith(f"{stranger} is damaged: the manifest does not know it.")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "taken_at": 1, "profiles_url": 1, "blobs_url": 1, "kinds": 7}']
)
def test_a_damaged_manifest_is_refused(matinee: Matinee, elsewhere: Settings, backup: Path, text: str) -> None:
    (backup / "manifest.json").write_text(text)

    assert refused(matinee(elsewhere, "restore", backup)).startswith(f"{backup / 'manifest.json'} is damaged: it cannot be understood.")


def test_a_manifest_of_a_later_version_is_refused(matinee: Matinee, elsewhere: Settings, backup: Path) -> None:
    (backup / "manifest.json").write_text('{"format": 2}')

    assert refused(matinee(elsewhere, "restore", backup)).endswith("has format 2; this version of Matinee reads format 1.")


def test_a_folder_of_backups_is_no_backup(matinee: Matinee, elsewhere: Settings, backup: Path) -> None:
    told = refused(matinee(elsewhere, "restore", backup.parent))

    assert told == f"{backup.parent} is no backup: there is no manifest.json in it; name one, such as {backup}."


def test_a_dry_run_checks_the_backup_and_writes_nothing(matinee: Matinee, elsewhere: Settings, backup: Path, tmp_path: Path) -> None:
    before = below(tmp_path)

    result = matinee(elsewhere, "restore", backup, "--dry-run")

    assert result.exit_code == 0, result.output
    assert "is whole: 2 people, 7 ratings, 2 marks, 2 added films, 23 lists;" in result.stderr
    assert below(tmp_path) == before


def test_a_backup_is_not_changed_by_restoring_it(matinee: Matinee, elsewhere: Settings, backup: Path) -> None:
    before = below(backup)
    matinee(elsewhere, "restore", backup, "--yes")

    assert below(backup) == before
    assert sorted(path.name for path in backup.iterdir()) == ["blobs", "manifest.json", "matinee.sqlite3"]


def test_stores_that_hold_something_else_are_left_alone(matinee: Matinee, house: Settings, profiles: Profiles, backup: Path) -> None:
    profiles.rate(Rating(ALICE, MovieId(9), 3.0, 0))
    before = everything(house)

    told = refused(matinee(house, "restore", backup, "--yes"))

    assert told.endswith("already holds people; only an empty store can take over another's contents. Name a new one.")
    assert everything(house) == before


# While others are at work


def test_what_was_acknowledged_before_a_backup_began_is_in_it(
    matinee: Matinee, house: Settings, elsewhere: Settings, profiles: Profiles, blobs: Blobs, tmp_path: Path
) -> None:
    """Somebody rates film after film meanwhile: every rating raises rev by one, so a torn copy would tell."""
    bob = profiles.new_person("digest", shared=False, now=0)
    acknowledged, done = [0], threading.Event()

    def rate_on() -> None:
        while not done.is_set():
            acknowledged.append(profiles.rate(Rating(bob, MovieId(len(acknowledged)), 3.0, 0)))

    rater = threading.Thread(target=rate_on)
    rater.start()
    while len(acknowledged) < 20:
        time.sleep(0.001)
    before = acknowledged[-1]
    made = backups.take(profiles, blobs, tmp_path / "backups", progress=silent).backup
    done.set()
    rater.join()
    assert acknowledged[-1] > before  # else nobody has written meanwhile

    assert matinee(elsewhere, "restore", made.folder, "--yes").exit_code == 0
    restored = open_profiles(elsewhere.profiles_url)
    opinions = restored.opinions(bob)
    restored.close()
    assert len(opinions.ratings) == opinions.rev >= before


class TidiedUp(FolderBlobs):
    """A place where a trainer takes files away just when they are about to be read."""

    def __init__(self, path: Path, times: int) -> None:
        super().__init__(path)
        self.times = times

    def local_copy(self, prefix: str) -> Path | None:
        """Nothing, for as often as was said."""
        if self.times:
            self.times -= 1
            return None
        return super().local_copy(prefix)


def test_a_training_that_tidies_up_meanwhile_is_no_harm(profiles: Profiles, house: Settings, var: Path, tmp_path: Path) -> None:
    made = backups.take(profiles, TidiedUp(var / "blobs", 2), tmp_path / "backups", progress=silent).backup

    backups.check(made.folder, silent)
    assert any(name.startswith("blobs/models/") for name in made.files)


def test_a_place_that_never_comes_to_rest_is_told(profiles: Profiles, house: Settings, var: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"models/.* has gone from .* while it was being copied"):
        backups.take(profiles, TidiedUp(var / "blobs", 3), tmp_path / "backups", progress=silent)

    assert [path.name for path in (tmp_path / "backups").iterdir()] == ["~under-way"]
    assert list((tmp_path / "backups" / "~under-way").iterdir()) == []


# When something breaks


DIES_AT_EVERY_STEP = """
import os, sys
from pathlib import Path
from recommender.moving import backups
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import open_profiles

def dies_after(left, shelf):
    def look(event, arguments):
        nonlocal left
        if event in ("open", "os.rename", "os.mkdir", "os.chmod") and any(str(each).startswith(shelf) for each in arguments):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), 9)
    return look

profiles_url, blobs_url, shelves = sys.argv[1:]
for step in range(0, 10_000, 23):
    shelf = f"{shelves}/{step}"
    child = os.fork()
    if child == 0:
        sys.addaudithook(dies_after(step, shelf))
        backups.take(open_profiles(profiles_url), open_blobs(blobs_url), Path(shelf), progress=lambda *_: None)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


def test_a_backup_killed_at_any_step_leaves_nothing_that_looks_whole(house: Settings, tmp_path: Path) -> None:
    """It dies when the first, the 24th, the 47th … file is opened, made or renamed, until it gets through."""
    shelves = tmp_path / "shelves"
    story = [sys.executable, "-c", DIES_AT_EVERY_STEP, house.profiles_url, house.blobs_url, str(shelves)]
    ran = subprocess.run(story, cwd=REPOSITORY, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr

    whole = [folder for shelf in shelves.iterdir() for folder in shelf.glob("2*")]
    for folder in whole:
        backups.check(folder, silent)
    assert len(list(shelves.iterdir())) > 10
    assert len(whole) >= 1


def test_a_full_disk_makes_no_backup_and_says_so() -> None:
    if reason := full_disk.why_not():
        pytest.skip(reason)

    assert "no backup looks whole" in full_disk.prove("backup")
