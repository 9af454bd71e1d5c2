"""Moving house: everything comes along, nothing of the source is changed, and whatever is not the same is seen."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recommender.domain import MovieId, Rating
from recommender.errors import StorageError
from recommender.history import TRAININGS
from recommender.moving import migration
from recommender.moving.migration import House
from recommender.publication import LOCK, POINTER
from recommender.settings import Settings
from recommender.storage.blobs import Blobs, open_blobs
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.lease import Lease
from recommender.storage.profiles import Profiles, open_profiles
from recommender.storage.profiles.sqlite import SqliteProfiles
from recommender.versions import VERSIONS
from tests.recommender.moving.life import ALICE, Forgetful, Matinee, below, everything, refused, silent

REPOSITORY = Path(__file__).parents[3]


def both(settings: Settings) -> tuple[str, ...]:
    return "--to", settings.profiles_url, "--to", settings.blobs_url


def test_everything_comes_along_and_the_source_stays_as_it_was(matinee: Matinee, house: Settings, elsewhere: Settings) -> None:
    before = everything(house)

    result = matinee(house, "migrate", *both(elsewhere), "--yes")

    assert result.exit_code == 0, result.output
    assert everything(elsewhere) == before
    assert everything(house) == before
    assert result.stdout.endswith(f"MATINEE_PROFILES_URL={elsewhere.profiles_url}\nMATINEE_BLOBS_URL={elsewhere.blobs_url}\n")


def test_the_table_and_the_manifest_hold_the_figures_of_both_sides(matinee: Matinee, house: Settings, elsewhere: Settings) -> None:
    result = matinee(house, "migrate", *both(elsewhere), "--yes", "--manifest", "moved.json")

    rows = re.findall(r"^(\S+) +([\d,]+)  ([0-9a-f]{16}) +([\d,]+)  ([0-9a-f]{16})  same$", result.stdout, re.MULTILINE)
    assert [name for name, *_ in rows[:8]] == ["accounts", "added_films", "entries", "film_marks", "marks", "ratings", "records", POINTER]
    assert len(rows) == 8 + 2 + 1 + 2  # two models, one snapshot, the history of trainings, the versions known
    assert all((count, digest) == (other_count, other_digest) for _, count, digest, other_count, other_digest in rows)
    said = json.loads(Path("moved.json").read_text())
    assert said["source"]["holds"] == said["target"]["holds"]
    assert said["source"]["holds"]["profiles"]["ratings"]["count"] == 4 + 3
    assert said["source"]["profiles"] == house.profiles_url
    assert said["trouble"] == ""


def test_the_lists_there_are_the_lists_here(matinee: Matinee, house: Settings, elsewhere: Settings) -> None:
    matinee(house, "migrate", *both(elsewhere), "--yes")

    here, there = (matinee(settings, "recommend", ALICE, "--json").stdout for settings in (house, elsewhere))

    assert here == there
    assert len(json.loads(there)["movies"]) == 10


@pytest.mark.parametrize("store", ["profiles", "blobs"])
def test_one_store_may_move_alone(matinee: Matinee, house: Settings, elsewhere: Settings, store: str) -> None:
    url = elsewhere.profiles_url if store == "profiles" else elsewhere.blobs_url

    result = matinee(house, "migrate", "--to", url, "--yes")

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == f"MATINEE_{store.upper()}_URL={url}"
    here, there = everything(house), everything(elsewhere)
    assert there[-1] == ({} if store == "profiles" else here[-1])
    assert (there[:-1] == here[:-1]) == (store == "profiles")


def test_a_dry_run_says_what_there_is_and_writes_nothing(matinee: Matinee, house: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    before = below(tmp_path)

    result = matinee(house, "migrate", *both(elsewhere), "--dry-run")

    assert result.exit_code == 0, result.output
    assert f"profiles  {house.profiles_url} -> {elsewhere.profiles_url}" in result.stdout
    assert "2 people, 7 ratings, 2 marks, 2 added films, 23 lists; the target is empty" in result.stdout
    assert re.search(r"\d+ files, 0\.\d MB; the target is empty", result.stdout)
    assert below(tmp_path) == before


def test_nothing_is_copied_before_somebody_has_said_yes(matinee: Matinee, house: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    result = matinee(house, "migrate", *both(elsewhere), typed="n\n")

    assert result.exit_code == 1
    assert "Copy all this? [y/N]" in result.stderr
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("urls", "why"),
    [
        (["postgres://x"], "--to must begin with sqlite:, dynamodb:, file:, s3:, not 'postgres://x'."),
        (["sqlite:a", "sqlite:b"], "--to names two places for the profiles, 'sqlite:a' and 'sqlite:b'; name one."),
        (["file:a", "file:b"], "--to names two places for the blobs, 'file:a' and 'file:b'; name one."),
        (["dynamodb:x"], "MATINEE_PROFILES_URL must look like"),
        (["file:/dev/null/x"], "/dev/null/x cannot be made: /dev/null may not be written, or is no folder; name another place."),
    ],
)
def test_a_place_that_cannot_be_is_refused(matinee: Matinee, house: Settings, urls: list[str], why: str) -> None:
    arguments = [part for url in urls for part in ("--to", url)]

    assert refused(matinee(house, "migrate", *arguments, "--yes")).startswith(why)


def test_where_everything_is_already_is_no_new_place(matinee: Matinee, house: Settings, var: Path) -> None:
    detour = f"sqlite:{var}/blobs/../matinee.sqlite3"

    assert refused(matinee(house, "migrate", "--to", detour, "--yes")).endswith("is where the profiles are already; name another place.")


def test_where_nothing_is_nothing_can_be_moved_from(matinee: Matinee, elsewhere: Settings, house: Settings) -> None:
    result = matinee(elsewhere, "migrate", *both(house), "--yes")

    assert refused(result) == f"There is nothing at {elsewhere.profiles_url}; name the store in MATINEE_PROFILES_URL."


def test_other_peoples_profiles_are_left_alone(matinee: Matinee, house: Settings, elsewhere: Settings) -> None:
    strangers = open_profiles(elsewhere.profiles_url)
    strangers.new_person("digest", shared=False, now=0)
    strangers.close()
    before = everything(elsewhere)

    planned = matinee(house, "migrate", *both(elsewhere), "--dry-run")
    moved = matinee(house, "migrate", *both(elsewhere), "--yes")

    others = "holds 1 people, 0 ratings, 0 lists, which are others; only an empty place can be moved into. Name a new one."
    assert refused(planned).endswith(others)
    assert refused(moved).endswith("already holds people; only an empty store can take over another's contents. Name a new one.")
    assert everything(elsewhere) == before


@pytest.mark.parametrize(("key", "why"), [(POINTER, "is another than in"), ("models/v0/matrix.npy", "which .* does not")])
def test_other_blobs_are_left_alone(matinee: Matinee, house: Settings, elsewhere: Settings, key: str, why: str) -> None:
    open_blobs(elsewhere.blobs_url).write(key, b"another house's")

    result = matinee(house, "migrate", *both(elsewhere), "--yes")

    assert re.search(rf"{why}.*; only an empty place can be moved into", refused(result))
    assert below(Path(elsewhere.blobs_url.removeprefix("file://")))[key] == b"another house's"
    assert not Path(elsewhere.profiles_url.removeprefix("sqlite://")).exists() or everything(elsewhere)[1] == []


def test_a_move_that_was_cut_off_goes_on_where_it_was(matinee: Matinee, house: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    matinee(house, "migrate", *both(elsewhere), "--yes")
    there = open_blobs(elsewhere.blobs_url)
    there.remove(POINTER)
    there.remove(there.list("models/")[0].rpartition("/")[0])
    kept = {path: path.stat().st_ino for path in (tmp_path / "elsewhere").rglob("*.npy")}

    result = matinee(house, "migrate", *both(elsewhere), "--yes")

    assert result.exit_code == 0, result.output
    assert everything(elsewhere) == everything(house)
    assert {path: path.stat().st_ino for path in kept} == kept  # not written again


DIES_AT_A_STEP = """
import os, sys
from recommender.cli import main

left, *arguments = sys.argv[1:]
left, there = int(left), arguments.pop()

def look(event, arguments):
    global left
    if event in ("open", "os.rename", "os.mkdir") and any(str(each).startswith(there) for each in arguments):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)

sys.addaudithook(look)
main(arguments)
"""


@pytest.mark.parametrize("step", [3, 12, 24, 36, 60])
def test_a_move_that_was_killed_can_be_repeated(matinee: Matinee, house: Settings, elsewhere: Settings, tmp_path: Path, step: int) -> None:
    """It dies when so many files have been opened, made or renamed over there."""
    environment = {
        **os.environ,
        "MATINEE_PROFILES_URL": house.profiles_url,
        "MATINEE_BLOBS_URL": house.blobs_url,
        "PYTHONPATH": str(REPOSITORY),
    }
    story = [sys.executable, "-c", DIES_AT_A_STEP, str(step), "migrate", *both(elsewhere), "--yes", str(tmp_path / "elsewhere")]
    assert subprocess.run(story, env=environment, capture_output=True).returncode == -signal.SIGKILL
    if open_blobs(elsewhere.blobs_url).read(POINTER):  # then it died over the reading back
        assert everything(elsewhere) == everything(house)

    result = matinee(house, "migrate", *both(elsewhere), "--yes")

    assert result.exit_code == 0, result.output
    assert everything(elsewhere) == everything(house)


def test_what_is_there_already_is_not_moved_again(matinee: Matinee, house: Settings, elsewhere: Settings) -> None:
    matinee(house, "migrate", *both(elsewhere), "--yes")

    result = matinee(house, "migrate", *both(elsewhere), "--yes")

    assert result.exit_code == 0, result.output
    assert "the target holds the same already" in result.stdout


def test_nobody_moves_while_somebody_trains(matinee: Matinee, house: Settings, elsewhere: Settings, blobs: Blobs) -> None:
    with Lease(blobs, LOCK, now=time.time, holder="ann"):
        why = refused(matinee(house, "migrate", *both(elsewhere), "--yes"))

    assert why == "ann has held the training lock for 0 seconds; wait for it or stop it, then try again."
    assert not Path(elsewhere.blobs_url.removeprefix("file://")).exists()


def test_nobody_trains_while_somebody_moves(house: Settings, matinee: Matinee, blobs: Blobs) -> None:
    with migration.held(blobs, "`matinee migrate`"):
        assert "`matinee migrate` has held the training lock" in refused(matinee(house, "train"))


class Careless(FolderBlobs):
    """The planted fault: puts another byte than it was given."""

    def create(self, key: str, data: bytes) -> bool:
        """Whether the key was free."""
        return super().create(key, data + b"\n")


class HalfMovedIn(SqliteProfiles):
    """A store that knows that a move into it was cut off."""

    def check(self) -> None:
        """Never well."""
        raise StorageError("A move into this store was cut off.")


class Noting(FolderBlobs):
    """Remembers in which order things came."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.came: list[str] = []

    def create(self, key: str, data: bytes) -> bool:
        """Whether the key was free."""
        self.came.append(key)
        return super().create(key, data)

    def publish(self, prefix: str, folder: Path) -> None:
        """As ever."""
        self.came.append(prefix)
        super().publish(prefix, folder)


def test_the_pointer_comes_last_so_that_half_a_house_has_no_model_in_force(house: Settings, blobs: Blobs, tmp_path: Path) -> None:
    blobs.write("z-note.json", b"{}")
    source, target = House(None, blobs), House(None, Noting(tmp_path / "blobs"))

    migration.move(migration.plan(source, target, silent), source, target, silent)

    assert isinstance(target.blobs, Noting)
    assert len(target.blobs.came) == 2 + 1 + 4
    assert target.blobs.came[-1] == POINTER


def test_a_rating_that_did_not_come_along_is_seen(house: Settings, blobs: Blobs, profiles: Profiles, tmp_path: Path) -> None:
    source, target = House(profiles, blobs), House(Forgetful(tmp_path / "people.sqlite3"), FolderBlobs(tmp_path / "blobs"))

    trouble = migration.move(migration.plan(source, target, silent), source, target, silent).trouble()

    assert trouble == "The copy is not what was copied (1 ratings fewer). Do not use it: empty the target, and begin again."
    assert target.profiles
    target.profiles.close()


def test_a_byte_that_changed_on_the_way_is_seen(house: Settings, blobs: Blobs, tmp_path: Path) -> None:
    source, target = House(None, blobs), House(None, Careless(tmp_path / "blobs"))

    trouble = migration.move(migration.plan(source, target, silent), source, target, silent).trouble()

    assert (
        trouble
        == f"The copy is not what was copied ({POINTER}, {VERSIONS}, {TRAININGS}). Do not use it: empty the target, and begin again."
    )


def test_a_source_that_changed_meanwhile_is_seen(house: Settings, blobs: Blobs, profiles: Profiles, tmp_path: Path) -> None:
    source, target = House(profiles, blobs), House(SqliteProfiles(tmp_path / "people.sqlite3"), FolderBlobs(tmp_path / "blobs"))
    planned = migration.plan(source, target, silent)
    profiles.rate(Rating(ALICE, MovieId(9), 2.0, 0))

    trouble = migration.move(planned, source, target, silent).trouble()

    changed = "1 ratings more, other records"
    assert trouble == f"The source changed while it was being copied ({changed}). Stop the site first, empty the target, and begin again."
    assert target.profiles
    target.profiles.close()


def test_trouble_ends_the_command_with_exit_code_1_and_is_in_the_manifest(
    matinee: Matinee, house: Settings, elsewhere: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.storage.blobs.folder.FolderBlobs", Careless)

    result = matinee(house, "migrate", *both(elsewhere), "--yes", "--manifest", "moved.json")

    assert refused(result).startswith("The copy is not what was copied (current.json, known-versions.json, training-history.json).")
    assert re.search(r"^current\.json .*DIFFERS$", result.stdout, re.MULTILINE)
    assert json.loads(Path("moved.json").read_text())["trouble"].startswith("The copy is not what was copied")
    assert "MATINEE_BLOBS_URL=" not in result.stdout


def test_a_store_that_a_move_was_cut_off_into_is_not_moved_out_of(tmp_path: Path) -> None:
    source = HalfMovedIn(tmp_path / "half.sqlite3")

    with pytest.raises(StorageError, match="was cut off"):
        migration.plan(House(source, None), House(None, None), silent)
    source.close()


def test_a_store_that_a_move_was_cut_off_into_is_moved_into_again(house: Settings, profiles: Profiles, tmp_path: Path) -> None:
    """Even if it looks the same already: only the store knows what it lacks."""
    source = House(profiles, None)
    for kind in (SqliteProfiles, HalfMovedIn):
        target = House(kind(tmp_path / "half.sqlite3"), None)
        planned = migration.plan(source, target, silent)
        assert planned.profiles_are_there() == (kind is HalfMovedIn)
        if kind is SqliteProfiles:
            migration.move(planned, source, target, silent)
        else:
            with pytest.raises(StorageError, match="already holds people"):  # what SQLite says to a second move
                migration.move(planned, source, target, silent)
        assert target.profiles
        target.profiles.close()
