"""Export jobs: what was imported, what was put, and both, as Amazon writes them."""

from __future__ import annotations

import os
from pathlib import Path

import boto3
import pytest

from recommender.personalize import arns
from recommender.personalize.live import Live, LiveEvent
from recommender.personalize.resources import ACTIVE, FAILED, Resource
from tests import stand_ins
from tests.recommender.personalize.jobs.world import FIELDS, World

HEAD = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two rows alike and another one imported; an event that was put, one without an item, and one that is imported too."""
    made = World(tmp_path, {"INTERACTIONS": [*FIELDS["INTERACTIONS"], {"name": "EVENT_VALUE", "type": ["null", "float"]}]})
    made.imported(made.write("x.csv", f"{HEAD},EVENT_VALUE", "1,586,10,watch,4.5", "1,586,10,watch,4.5", '2,"a,b",20,click,'))
    live = Live(made.registry.blobs)
    live.put_events("films", "3", [event("e1", "586", 30.7, 1.0), event("e2", None, 31.0), event("e3", "50", 32.0)])
    live.put_events("films", "2", [LiveEvent("e4", "s", "click", "a,b", None, 20.0)])
    made.imported(made.write("items.csv", "GENRES,ITEM_ID", "Drama,1", "War|Drama,2", "Comedy,1", ",3"), "ITEMS")
    live.put_items(f"{arns.DATASET}/films/ITEMS", {"2": {"genres": "Thriller"}, "9": {"genres": None}})
    return made


def event(event_id: str, item: str | None, at: float, value: float | None = None) -> LiveEvent:
    return LiveEvent(event_id, "session", "watch", item, value, at)


def exported(world: World, mode: str, kind: str = "INTERACTIONS", path: str = "") -> Resource:
    where = {"s3DataDestination": {"path": path or f"file://{world.folder}/out"}}
    return world.done(world.ask(arns.EXPORT, datasetArn=world.dataset(kind), ingestionMode=mode, jobOutput=where))


def lines(job: Resource) -> list[str]:
    assert (job.status, job.failure_reason) == (ACTIVE, "")
    return Path(job.inner["file"].removeprefix("file://")).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("mode", "rows"),
    [
        ("BULK", ["1,586,10,watch,4.5", '2,"a,b",20,click,']),
        ("PUT", ['2,"a,b",20,click,', "3,586,30,watch,1", "3,50,32,watch,"]),
        ("ALL", ["1,586,10,watch,4.5", '2,"a,b",20,click,', "3,586,30,watch,1", "3,50,32,watch,"]),
    ],
)
def test_interactions_are_written_once_each_by_how_they_came(world: World, mode: str, rows: list[str]) -> None:
    head, *found = lines(exported(world, mode))
    assert head == f"{HEAD},EVENT_VALUE"
    assert sorted(found) == sorted(rows)


@pytest.mark.parametrize(
    ("mode", "rows"),
    [
        ("BULK", ["1,Drama", "2,War|Drama", "1,Comedy", "3,"]),
        ("PUT", ["2,Thriller", "9,"]),
        ("ALL", ["1,Comedy", "3,", "2,Thriller", "9,"]),
    ],
)
def test_of_an_item_the_newest_row_is_written_where_all_are_asked_for(world: World, mode: str, rows: list[str]) -> None:
    head, *found = lines(exported(world, mode, "ITEMS"))
    assert head == "ITEM_ID,GENRES"
    assert (found if mode == "BULK" else sorted(found)) == (rows if mode == "BULK" else sorted(rows))


def test_a_data_set_without_rows_is_a_head(world: World) -> None:
    for mode in ("BULK", "PUT", "ALL"):
        assert lines(exported(world, mode, "USERS")) == ["USER_ID,AGE"]


def test_what_is_exported_can_be_imported(world: World) -> None:
    before = sorted(map(str, set(world.cells())))
    world.imported(exported(world, "BULK").inner["file"])
    assert sorted(map(str, world.cells())) == before


def test_a_bucket_gets_the_file_and_a_place_that_is_not_allowed_does_not(world: World, moto_url: str) -> None:
    os.environ.update(stand_ins.environment_for(moto_url))
    boto3.client("s3").create_bucket(Bucket="export-jobs")
    job = exported(world, "BULK", path="s3://export-jobs/out/")
    assert job.inner["file"].startswith("s3://export-jobs/out/job")
    body = boto3.client("s3").get_object(Bucket="export-jobs", Key=job.inner["file"].removeprefix("s3://export-jobs/"))["Body"].read()
    assert body.decode() == f'{HEAD},EVENT_VALUE\n1,586,10,watch,4.5\n2,"a,b",20,click,\n'
    refused = exported(world, "BULK", path="file:///tmp")
    assert (refused.status, "lies below none" in refused.failure_reason) == (FAILED, True)
