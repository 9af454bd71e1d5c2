import time
from pathlib import Path

import pytest

from recommender.errors import StorageError
from recommender.personalize.asks import PLACE, Asks, asked, by_day, forget, forget_users, last_asked
from recommender.storage.blobs import open_blobs

DAY = 86_400
NOW = 1_700_000_000.0
KEY = "campaign/films"


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def blobs(tmp_path: Path):
    return open_blobs(f"file://{tmp_path}/blobs")


def test_what_several_processes_count_is_added_up(blobs):
    for ahead in (True, False):
        asks = Asks(blobs, now=Clock(), seconds=99)
        asks.note(KEY, "ann", ahead=True)
        asks.note(KEY, "bob" if ahead else "ann", ahead=ahead)
        asks.write()
    found = asked(blobs, KEY, now=NOW, days=1)
    assert (found.asked, found.ahead, found.last) == (4, 3, NOW)
    assert found.users == {"ann": 3, "bob": 1}
    assert found.hit_rate == 0.75


def test_what_is_written_again_counts_once(blobs):
    asks = Asks(blobs, now=Clock(), seconds=99)
    for _ in range(3):
        asks.note(KEY, "", ahead=False)
        asks.write()
    assert asked(blobs, KEY, now=NOW, days=1).asked == 3


def test_a_day_on_which_nobody_asked_is_there_with_nothing(blobs):
    for ago, n in ((3, 2), (1, 1), (0, 3)):
        asks = Asks(blobs, now=lambda at=NOW - ago * DAY: at, seconds=99)
        for _ in range(n):
            asks.note(KEY, "", ahead=False)
        asks.write()

    assert [day.asked for day in by_day(blobs, KEY, now=NOW, days=4)] == [2, 0, 1, 3]


def test_days_before_are_told_apart(blobs):
    clock = Clock()
    asks = Asks(blobs, now=clock, seconds=99)
    for back in (40, 3, 0):
        clock.now = NOW - back * DAY
        asks.note(KEY, "ann", ahead=False)
        asks.write()
    assert [asked(blobs, KEY, now=NOW, days=days).asked for days in (1, 3, 4, 41)] == [1, 1, 2, 3]
    forget(blobs, KEY, before=NOW - 10 * DAY)
    assert asked(blobs, KEY, now=NOW, days=100).asked == 2


def test_a_count_is_written_by_itself_after_a_while(blobs):
    asks = Asks(blobs, now=Clock(), seconds=0.01)
    asks.note(KEY, "ann", ahead=True)
    for _ in range(500):
        if last_asked(blobs, KEY):
            break
        time.sleep(0.01)
    assert last_asked(blobs, KEY) == NOW


def test_who_was_never_asked_has_no_hit_rate_and_no_time(blobs):
    Asks(blobs, now=Clock(), seconds=99).note("campaign/other", "ann", ahead=True)
    assert asked(blobs, KEY, now=NOW, days=30).hit_rate is None
    assert last_asked(blobs, KEY) == 0
    assert asked(blobs, "campaign/fil", now=NOW, days=30).asked == 0


def test_a_store_that_is_away_costs_nothing_but_time(blobs, monkeypatch):
    asks = Asks(blobs, now=Clock(), seconds=99)

    def away(*_: object) -> None:
        raise StorageError("The bucket cannot be reached.", kind="unreachable")

    asks.note(KEY, "ann", ahead=False)
    with monkeypatch.context() as patched:
        patched.setattr(blobs, "write", away)
        asks.write()
    asks.write()
    assert asked(blobs, KEY, now=NOW, days=1).asked == 1


def test_a_torn_count_is_left_aside(blobs):
    blobs.write(f"{PLACE}/{KEY}/2023-11-14/abc", b'{"asked":')
    assert asked(blobs, KEY, now=NOW, days=30).asked == 0


def test_however_many_ask_a_process_tells_only_so_many_apart(blobs, monkeypatch):
    monkeypatch.setattr("recommender.personalize.asks.MOST_COUNTED", 10)
    asks = Asks(blobs, now=Clock(), seconds=99)
    for number in range(100):
        asks.note(KEY, f"visitor-{number}", ahead=False)
        asks.note(KEY, "ann", ahead=False)
    asks.write()
    found = asked(blobs, KEY, now=NOW, days=1)
    assert (found.asked, found.users["ann"]) == (200, 100)
    assert len(found.users) <= 10


def test_who_is_forgotten_is_named_by_no_count_written_before_or_after(blobs):
    ended, asks = Asks(blobs, now=Clock(), seconds=99), Asks(blobs, now=Clock(), seconds=99)
    for one in (ended, asks):
        one.note(KEY, "ann", ahead=True)
        one.note(KEY, "bob", ahead=True)
        one.write()

    forget_users(blobs, KEY, {"ann"})
    asks.note(KEY, "bob", ahead=True)
    asks.write()

    found = asked(blobs, KEY, now=NOW, days=1)
    assert found.asked == 5
    assert "ann" not in found.users
    assert not any(b"ann" in blobs.read(key).data for key in blobs.list(PLACE))
    asks.note(KEY, "bob", ahead=True)
    asks.write()
    assert asked(blobs, KEY, now=NOW, days=1).users["bob"] >= 2
