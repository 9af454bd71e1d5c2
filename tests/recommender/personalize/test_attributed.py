"""Metric attributions count what was put, by what led to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from recommender.cli import main
from recommender.personalize import rows
from recommender.personalize.attributed import Counted, counted, table
from recommender.personalize.columns import Columns, TextColumn
from recommender.personalize.live import Live, LiveEvent
from tests.recommender.personalize.operations.amazon import ROLE, World


def event(event_id: str, kind: str, item: str, **more: object) -> LiveEvent:
    return LiveEvent(event_id, "s", kind, item, sent_at=float(event_id), **{"value": None} | more)  # type: ignore[arg-type]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Three metrics; c1 came in by an import and lasts 90 minutes, c2 was put and lasts 100, of c3 nothing is known."""
    world = World(tmp_path)
    made = tmp_path / "made"
    made.mkdir()
    years = Columns({"ITEM_ID": TextColumn.of(["c1", "c2"]), "YEAR": np.array([90.0, 7.0]), "MAKER": TextColumn.of([None, None])}, 2)
    digest = rows.save(made, years)
    world.desk.registry.blobs.publish("personalize/data/items-1", made)
    part = {"key": "personalize/data/items-1", "sha256": digest, "n_rows": 2, "job": "j"}
    world.set(world.datasets["ITEMS"], parts=[part])
    metrics = [
        {"metricName": name, "eventType": kind, "expression": expression}
        for name, kind, expression in (
            ("watches", "watch", "SAMPLECOUNT()"),
            ("minutes", "watch", "SUM(Items.YEAR)"),
            ("clicks", "click", "SAMPLECOUNT()"),
        )
    ]
    world("CreateMetricAttribution", name="site", datasetGroupArn=world.group, metrics=metrics, metricsOutputConfig={"roleArn": ROLE})
    live = Live(world.desk.registry.blobs)
    live.put_items("dataset/films/ITEMS", {"c2": {"YEAR": 100, "MAKER": None}})
    live.put_events("films", "ann", [event("1", "watch", "c1", metric="home page"), event("2", "watch", "c2", recommendation_id="r")])
    live.put_events("films", "bob", [event("3", "watch", "c3"), event("4", "watch", "c2", metric="home page"), event("5", "Watch", "c2")])
    return world


def test_events_are_counted_by_what_led_to_them(world: World) -> None:
    lines = [(line.metric, line.source, line.n_events, line.amount) for line in counted(world.desk.registry)]

    assert lines == [
        ("watches", "elsewhere", 1, 1.0),
        ("watches", "home page", 2, 2.0),
        ("watches", "recommended", 1, 1.0),
        ("minutes", "home page", 2, 90.0 + 100.0),  # what was put last counts
        ("minutes", "recommended", 1, 100.0),  # and c3, of which nothing is known, does not
    ]


def test_a_sum_over_interactions_takes_what_came_with_the_event(tmp_path: Path) -> None:
    world = World(tmp_path)
    Live(world.desk.registry.blobs).put_events("films", "ann", [event("1", "rate", "c1", value=4.5), event("2", "rate", "c2")])

    def with_stars(found: object) -> None:
        metric = {"metricName": "stars", "eventType": "rate", "expression": "SUM(Interactions.EVENT_VALUE)"}
        found.get(arn).inner["metrics"] = [metric]  # type: ignore[attr-defined]

    arn = world("CreateMetricAttribution", name="a", datasetGroupArn=world.group, metrics=[], metricsOutputConfig={"roleArn": ROLE})[
        "metricAttributionArn"
    ]
    world.desk.registry.change(with_stars)
    assert counted(world.desk.registry) == [Counted("a", "stars", "rate", "SUM(Interactions.EVENT_VALUE)", "elsewhere", 1, 4.5)]


def test_the_command_prints_it(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_BLOBS_URL", f"file://{tmp_path}/blobs")
    printed = CliRunner().invoke(main, ["personalize", "attributed"]).output

    assert printed.rstrip("\n") == table(counted(world.desk.registry))
    assert "home page" in printed
    assert '"amount": 190.0' in CliRunner().invoke(main, ["personalize", "attributed", "--json"]).output


def test_nothing_is_said_in_words() -> None:
    assert table([]).startswith("Nothing was counted yet")
