"""Import jobs: files become rows, whole or not at all, and a job that fails says why."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import boto3
import pytest

from recommender.data.events import events_of, preset, write_events
from recommender.personalize.jobs.sweep import folders, named
from recommender.personalize.resources import ACTIVE, FAILED
from tests import stand_ins
from tests.recommender.personalize.jobs.world import FIELDS, World
from tests.worlds import data_set_of, two_tastes

HEAD = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"
WATCH = ("1", "586", 964982703.0, "watch")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_files_of_a_folder_become_the_rows_of_a_data_set(world: World) -> None:
    world.write("in/a.csv", HEAD, "1,586,964982703,watch", "1,586,964982703,watch")
    url = world.write("in/b.csv", "EVENT_TYPE,USER_ID,note,ITEM_ID,TIMESTAMP", "click,2,x,50,964982704")
    job = world.imported(url.removesuffix("/b.csv"))
    assert (job.status, job.failure_reason) == (ACTIVE, "")
    assert world.cells() == [WATCH, WATCH, ("2", "50", 964982704.0, "click")]
    assert job.inner["n_rows"] == 3
    assert job.inner["n_bytes"] == sum(path.stat().st_size for path in (world.folder / "in").iterdir())
    assert job.inner["ignored_columns"] == ["note"]


def test_a_full_import_replaces_and_an_incremental_one_appends(world: World) -> None:
    first, second = (world.write(f"{n}.csv", HEAD, f"{n},586,964982703,watch") for n in (1, 2))
    world.imported(first)
    world.imported(second, mode="INCREMENTAL")
    assert [user for user, *_ in world.cells()] == ["1", "2"]
    world.imported(second)
    assert [user for user, *_ in world.cells()] == ["2"]
    assert len(named(world.registry.read())) == 1
    assert len(folders(world.registry)) == 3  # the two that nothing names are swept in time


@pytest.mark.parametrize("mode", ["FULL", "INCREMENTAL"])
def test_of_a_damaged_file_nothing_is_imported(world: World, mode: str) -> None:
    good = world.write("good.csv", HEAD, "1,586,964982703,watch")
    world.imported(good)
    before = world.registry.read().get(world.dataset()).inner
    world.write("in/a.csv", HEAD, "7,586,964982703,watch")
    bad = world.write("in/b.csv", HEAD, "8,586,964982703,watch", "9,586,yesterday,watch")
    job = world.imported(bad.removesuffix("/b.csv"), mode=mode)
    assert job.status == FAILED
    assert job.failure_reason == f"{bad}, row 2: TIMESTAMP must be a whole number, not 'yesterday'. Nothing was imported."
    assert world.registry.read().get(world.dataset()).inner == before
    assert world.cells() == [WATCH]
    assert folders(world.registry) == named(world.registry.read())


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([], "is empty; it must begin with a head"),
        ([HEAD], "The files hold no row behind their heads."),
        (
            ["USER_ID,ITEM_ID,EVENT_TYPE", "1,2,watch"],
            "lacks the column TIMESTAMP of the schema; its head is USER_ID, ITEM_ID, EVENT_TYPE.",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_told(world: World, lines: list[str], says: str) -> None:
    job = world.imported(world.write("x.csv", *lines))
    assert job.status == FAILED
    assert says in job.failure_reason


def test_a_place_that_is_not_allowed_or_not_there_is_told(world: World) -> None:
    assert "lies below none of the folders" in world.imported("file:///etc/passwd").failure_reason
    assert "There is no file" in world.imported(f"file://{world.folder}/none.csv").failure_reason


def test_a_bucket_that_is_not_there_and_one_that_is(world: World, moto_url: str) -> None:
    os.environ.update(stand_ins.environment_for(moto_url))
    assert (
        world.imported("s3://import-not/x.csv").failure_reason == "There is no bucket import-not; name one that is there, or make it first."
    )
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="import-jobs")
    s3.put_object(Bucket="import-jobs", Key="in/x.csv", Body=f"{HEAD}\n1,586,964982703,watch\n".encode())
    assert world.imported("s3://import-jobs/in").status == ACTIVE
    assert world.cells() == [WATCH]


def test_a_data_set_that_was_deleted_meanwhile_gets_nothing(world: World) -> None:
    key = world.ask_import(world.write("x.csv", HEAD, "1,586,964982703,watch"))
    world.registry.change(lambda found: found.remove(world.dataset()))
    assert "There is no resource" in world.done(key).failure_reason


def test_impressions_are_kept_as_they_are_written(tmp_path: Path) -> None:
    world = World(tmp_path, {"INTERACTIONS": [*FIELDS["INTERACTIONS"], {"name": "IMPRESSION", "type": ["string", "null"]}]})
    world.imported(world.write("x.csv", f"{HEAD},IMPRESSION", "1,73,964982703,click,73|70|17", "1,73,964982703,click,"))
    assert world.cells(names=["IMPRESSION"]) == [("73|70|17",), (None,)]


@pytest.mark.parametrize("quoting", ["minimal", "nonnumeric", "all"])
@pytest.mark.parametrize("name", ["fullstack", "constant", "lakehead"])
def test_the_files_of_the_documents_are_imported(world: World, name: str, quoting: str) -> None:
    rules = preset(name)
    path = world.folder / "interactions.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        write_events(events_of(data_set_of(two_tastes()).ratings, rules), rules, file, quoting=quoting)
    job = world.imported(f"file://{path}")
    assert (job.status, job.failure_reason) == (ACTIVE, "")
    written = list(csv.DictReader(path.read_text().splitlines()))
    assert world.cells(names=["USER_ID", "ITEM_ID", "EVENT_TYPE", "TIMESTAMP"]) == [
        (row["USER_ID"], row["ITEM_ID"], row["EVENT_TYPE"], float(row["TIMESTAMP"])) for row in written
    ]
    assert len(written) > 100
