"""Lists that were shown are found by their ids, from every worker; what came of them is counted once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recommender.personalize.answers import shown as module
from recommender.personalize.answers.shown import Shown


def test_a_list_is_found_by_another_worker_once_it_is_written(tmp_path: Path) -> None:
    here, there = Shown(tmp_path, now=lambda: 9.0), Shown(tmp_path)
    ids = [here.note("campaign/a", [f"i{n}", "é"], ["é"]) for n in range(50)]
    here.write()
    for n, named in enumerate(ids):
        found = there.find(named)
        assert found is not None
        assert (found.items, found.explored, found.campaign, found.at) == ((f"i{n}", "é"), ("é",), "campaign/a", 9.0)
    assert len(set(ids)) == 50


@pytest.mark.parametrize(
    "named", ["", "RID-x", "RID-00000000-00000000-000000000000", "../../etc/passwd", "RID-00000000-ffffffff-000000000000"]
)
def test_an_id_of_nothing_finds_nothing(named: str, tmp_path: Path) -> None:
    shown = Shown(tmp_path)
    token = shown.note("campaign/a", ["x"], [])[4:12]
    assert shown.find(named) is None
    assert shown.find(f"RID-{token}-00000001-000000000000") is None
    assert shown.find(f"RID-{token}-00000000-000000000000") is None


def test_clicks_are_a_share_of_what_was_shown_however_often_events_name_them(tmp_path: Path) -> None:
    shown = Shown(tmp_path)
    first, second, other = (shown.note(f"campaign/{name}", ["a", "b", "c", "d"], ["d"]) for name in ("x", "x", "y"))
    for item in ("a", "a", "z", None):
        shown.follow(first, item)
    shown.follow(second, "d")
    shown.follow(other, "b")
    shown.write()
    found = Shown(tmp_path).followed("campaign/x")
    assert (found.lists, found.items, found.clicked, found.click_through) == (2, 8, 2, 0.25)
    assert (dict(found.explored_shown), dict(found.explored_clicked)) == ({"d": 2}, {"d": 1})
    assert shown.followed("campaign/nobody").click_through is None


def test_what_a_client_says_was_in_sight_counts_instead_of_the_list(tmp_path: Path) -> None:
    shown = Shown(tmp_path)
    named = shown.note("campaign/x", ["a", "b", "c", "d"], ["d"])
    shown.follow(named, "a", ("a", "b"))
    found = shown.followed("campaign/x")
    assert (found.items, found.clicked, dict(found.explored_shown)) == (2, 1, {})


def test_the_oldest_segments_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEGMENT_BYTES", 200)
    monkeypatch.setattr(module, "MOST_SEGMENTS", 3)
    shown = Shown(tmp_path)
    ids = []
    for _ in range(30):
        ids.append(shown.note("campaign/x", ["a", "b", "c"], []))
        shown.write()
    assert len(list(tmp_path.glob("*.shown"))) <= 4
    assert shown.find(ids[-1]) is not None
    assert shown.find(ids[0]) is None


def test_a_folder_that_cannot_be_written_keeps_nobody_from_a_list(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shown = Shown(tmp_path / "file" / "below")
    named = shown.note("campaign/x", ["a"], [])
    shown.write()
    assert shown.find(named) is None


def test_the_newest_events_alone_are_gone_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FOLLOWED", 3)
    older, newer = Shown(tmp_path), Shown(tmp_path)
    for shown, names, at in ((older, "abc", 100.0), (newer, "xyz", 200.0)):
        for item in names:
            shown.follow(shown.note("campaign/films", [item], [item]), item)
        shown.write()
        for path in tmp_path.glob(f"{shown._events.place()[0]}*"):
            os.utime(path, (at, at))
    assert set(Shown(tmp_path).followed("campaign/films").explored_shown) == set("xyz")
    monkeypatch.setattr(module, "MOST_FOLLOWED", 5)
    assert set(Shown(tmp_path).followed("campaign/films").explored_shown) == set("xyzbc")
