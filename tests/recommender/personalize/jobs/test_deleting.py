"""Deletion jobs: nothing of the people that a file names is left in any data set of the group."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from recommender.personalize import arns, rows, trained
from recommender.personalize.asks import Asks, asked
from recommender.personalize.jobs import child, deleting, tickets
from recommender.personalize.jobs.context import Context
from recommender.personalize.jobs.sweep import Sweeper, folders, named
from recommender.personalize.live import Live, LiveEvent
from recommender.personalize.resources import ACTIVE, Resource
from tests.recommender.personalize.jobs.world import GROUP, World
from tests.recommender.personalize.worlds import two_tastes

HEAD = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Ann and Bob in the first part, Bob alone in the second, Cid alone in the third."""
    made = World(tmp_path)
    for number, people in enumerate(("ann,bob,ann", "bob", "cid")):
        found = [f"{name},film{number},10,watch" for name in people.split(",")]
        made.imported(made.write(f"{number}.csv", HEAD, *found), mode="INCREMENTAL")
    made.imported(made.write("users.csv", "USER_ID,AGE", "ann,20", "bob,30", "cid,"), "USERS")
    live = Live(made.registry.blobs)
    for name in ("ann", "bob"):
        live.put_events("films", name, [LiveEvent(f"e-{name}", "s", "watch", "film9", None, 20.0)])
        live.put_users(f"{arns.DATASET}/films/USERS", {name: {"age": 99}})
    return made


def deleted(world: World, *names: str) -> Resource:
    url = world.write("gone/list.csv", "USER_ID", *names)
    return world.done(world.ask(arns.DELETION, datasetGroupArn=GROUP, dataSource={"dataLocation": url}))


def test_everything_of_them_goes_and_everything_of_others_stays(world: World) -> None:
    third = rows.parts_of(world.registry.read().get(world.dataset()))[2]
    job = deleted(world, "bob", "nobody")
    assert (job.status, job.failure_reason, job.body["numDeleted"]) == ("COMPLETED", "", 2 + 1 + 1 + 1)  # rows, user, event, put user
    assert [cells[:2] for cells in world.cells()] == [("ann", "film0"), ("ann", "film0"), ("cid", "film2")]
    assert world.cells("USERS") == [("ann", 20.0), ("cid", None)]
    live = Live(world.registry.blobs)
    assert [name for name, _ in live.everybody("films")] == ["ann"]
    assert set(live.users(f"{arns.DATASET}/films/USERS")) == {"ann"}
    found = world.registry.read()
    assert rows.parts_of(found.get(world.dataset()))[1] == third
    Sweeper(world.registry, grace=0).sweep()
    assert folders(world.registry) == named(found)
    copies = [world.registry.blobs.local_copy(key) for key in folders(world.registry)]
    left = b"".join(path.read_bytes() for copy in copies if copy is not None for path in copy.iterdir())
    assert b"bob" not in left
    assert b"ann" in left


def test_that_they_asked_a_campaign_is_forgotten_and_that_others_did_is_not(world: World) -> None:
    blobs, campaign = world.registry.blobs, Resource(arns.arn_of(arns.CAMPAIGN, "films"), ACTIVE, 1.0, 1.0, {"name": "films"})
    world.registry.change(lambda found: found.add(campaign))
    asks = Asks(blobs, seconds=99)
    for name in ("ann", "bob"):
        asks.note(campaign.key, name, ahead=True)
    asks.write()
    deleted(world, "bob")
    found = asked(blobs, campaign.key, now=time.time(), days=2)
    assert (found.asked, found.users) == (2, {"ann": 1})


def test_the_other_two_can_go_as_well(world: World) -> None:
    deleted(world, "bob")
    deleted(world, "ann", "cid")
    assert world.cells() == []
    assert world.cells("USERS") == []


def test_a_list_that_is_none_deletes_nobody(world: World) -> None:
    before = world.cells()
    url = world.write("gone/list.csv", "NAME", "bob")
    job = world.done(world.ask(arns.DELETION, datasetGroupArn=GROUP, dataSource={"dataLocation": url}))
    assert job.status == "FAILED"
    assert "lacks the column USER_ID" in job.failure_reason
    assert world.cells() == before
    assert len(list(Live(world.registry.blobs).everybody("films"))) == 2


def test_an_import_that_comes_in_between_is_gone_through_as_well(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    url = world.write("late.csv", HEAD, "bob,film7,30,watch", "dan,film7,30,watch")
    forget, came = deleting._forget, []

    def forget_once_somebody_came(context: Context, *rest: object) -> int:
        if not came:
            came.append(world.imported(url, mode="INCREMENTAL"))
        return forget(context, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(deleting, "_forget", forget_once_somebody_came)
    assert deleted(world, "bob").status == "COMPLETED"
    assert [cells[0] for cells in world.cells()] == ["ann", "ann", "cid", "dan"]


def test_a_job_that_is_begun_twice_deletes_once(world: World) -> None:
    key = world.ask(arns.DELETION, datasetGroupArn=GROUP, dataSource={"dataLocation": world.write("gone/list.csv", "USER_ID", "bob")})
    first, second = tickets.take(world.registry, key), tickets.take(world.registry, key)
    assert first is not None
    assert second is not None
    for work in (first, second):
        child.do(world.registry, world.settings, key, work.ticket, world.folder.parent / "rooms" / work.ticket)
    assert world.registry.read().by_key[key].status == "COMPLETED"
    assert [cells[0] for cells in world.cells()] == ["ann", "ann", "cid"]


def test_a_model_is_not_asked_by_their_names_any_more_and_is_as_it_was_for_others(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    digest = trained.save(folder, two_tastes())
    world.registry.blobs.publish("personalize/models/taste/v1", folder)
    model = {"key": "personalize/models/taste/v1", "sha256": digest}
    body = {"datasetGroupArn": GROUP, "solutionArn": arns.arn_of(arns.SOLUTION, "taste")}
    version = Resource(arns.arn_of(arns.VERSION, "taste", "v1"), ACTIVE, 1.0, 1.0, body, {"model": model})
    world.registry.change(lambda found: found.add(version))
    before = trained.load(world.registry.blobs, model["key"], digest)

    deleted(world, "bob")

    named_now = world.registry.read().by_key[version.key].inner["model"]
    assert named_now["key"] != model["key"]
    after = trained.load(world.registry.blobs, named_now["key"], named_now["sha256"])
    assert after.users.position("bob") is None
    assert np.flatnonzero(after.is_forgotten).tolist() == [before.users.position("bob")]
    for name in ("ann", "cid", "new"):
        assert after.users.position(name) == before.users.position(name)
        mine = before.users.position(name)
        assert np.array_equal(before.model.score(before.history(mine)), after.model.score(after.history(mine)), equal_nan=True)
    copy = world.registry.blobs.local_copy(named_now["key"])
    assert copy is not None
    assert b"bob" not in b"".join(path.read_bytes() for path in copy.iterdir())
    deleted(world, "bob")
    assert world.registry.read().by_key[version.key].inner["model"] == named_now
