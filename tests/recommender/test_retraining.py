"""When a server trains by itself, and what it says of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recommender import retraining
from recommender.domain import Activity
from recommender.retraining import FAILED_SECONDS, FILE, SAID_FOR_SECONDS, Outlook, Schedule
from recommender.worker_folder import VARIABLE

HOUR = 3600.0
NOTHING = Activity(0, 0)


def trained(schedule: Schedule, before: Activity | None, *, at: float, took: float = 1.0, well: bool = True) -> float:
    """A training; when it ended."""
    schedule.begin(now=at)
    schedule.end(before, now=at + took, well=well)
    return at + took


@pytest.fixture
def schedule() -> Schedule:
    """After 50 changes or two hours; a first training ended at second 1."""
    schedule = Schedule(after=50, hours=2)
    trained(schedule, NOTHING, at=0)
    return schedule


def test_the_first_training_is_due_at_once() -> None:
    assert Schedule(after=50, hours=2).is_due(None, now=-1e9)


def test_a_training_is_due_after_enough_changes_and_not_before(schedule: Schedule) -> None:
    assert not schedule.is_due(Activity(49, 49), now=HOUR)
    assert schedule.is_due(Activity(50, 0), now=HOUR)
    assert schedule.is_due(Activity(1, 50), now=HOUR)


def test_what_came_before_a_training_began_counts_for_it_and_what_came_during_it_for_the_next(schedule: Schedule) -> None:
    end = trained(schedule, Activity(60, 60), at=HOUR)

    assert not schedule.is_due(Activity(109, 109), now=end + 60)
    assert schedule.is_due(Activity(110, 110), now=end + 60)


def test_after_some_hours_a_training_is_due_whatever_was_counted(schedule: Schedule) -> None:
    for activity in (None, NOTHING):
        assert not schedule.is_due(activity, now=2 * HOUR - 1)
        assert schedule.is_due(activity, now=2 * HOUR)


def test_where_nobody_counts_the_hours_alone_decide() -> None:
    schedule = Schedule(after=1, hours=1)
    trained(schedule, None, at=0)

    assert not schedule.is_due(None, now=HOUR - 1)
    assert schedule.is_due(None, now=HOUR)


def test_trainings_take_at_most_a_quarter_of_the_time() -> None:
    schedule = Schedule(after=50, hours=1)
    end = trained(schedule, NOTHING, at=0, took=HOUR)

    assert not schedule.is_due(Activity(1000, 1000), now=end + 3 * HOUR - 1)
    assert schedule.is_due(Activity(1000, 1000), now=end + 3 * HOUR)


def test_a_training_that_failed_is_tried_again_later_and_nothing_counts_as_learned(schedule: Schedule) -> None:
    end = trained(schedule, Activity(70, 70), at=HOUR, well=False)

    assert schedule.n_new(Activity(71, 71)) == 71
    assert not schedule.is_due(Activity(71, 71), now=end + FAILED_SECONDS - 1)
    assert schedule.is_due(None, now=end + FAILED_SECONDS)


def test_a_store_that_went_back_in_time_has_changed(schedule: Schedule) -> None:
    trained(schedule, Activity(500, 400), at=0)

    assert schedule.is_due(Activity(100, 90), now=HOUR)


class TestOutlook:
    SAID = Outlook(said_at=1000.0, n_new=3, after=50, latest_at=8000.0)

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv(VARIABLE, str(tmp_path))
        return tmp_path

    def test_what_was_said_last_is_known_for_a_minute(self) -> None:
        retraining.say(replace(self.SAID, n_new=2))
        retraining.say(self.SAID)

        assert retraining.outlook(now=1000.0 + SAID_FOR_SECONDS) == self.SAID
        assert retraining.outlook(now=1001.0 + SAID_FOR_SECONDS) is None

    @pytest.mark.parametrize("spoilt", [b"", b"[]", b"\xff", b'{"n_new": 3}', b'{"said_at": "x"}'])
    def test_what_cannot_be_understood_is_not_known(self, spoilt: bytes, folder: Path) -> None:
        assert retraining.outlook(now=1000.0) is None
        (folder / FILE).write_bytes(spoilt)

        assert retraining.outlook(now=1000.0) is None

    def test_without_a_server_nobody_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(VARIABLE)

        retraining.say(self.SAID)

        assert retraining.outlook(now=1000.0) is None

    def test_a_place_that_is_gone_stops_nobody(self, folder: Path) -> None:
        folder.rmdir()

        retraining.say(self.SAID)

        assert retraining.outlook(now=1000.0) is None
