"""Films opened and searches made: noted once, bounded, and gone when they are to go."""

from __future__ import annotations

import pytest

from recommender.domain import OPENED, SEARCHED, Event, UserId
from recommender.errors import StorageError
from recommender.events import MOST_KEPT, SAME_SECONDS, Events
from recommender.storage.blobs import Blobs

ADA, BOB = UserId(1_000_001), UserId(1_000_002)
NOW = 1_795_264_245


class Clock:
    now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def events(blobs: Blobs, clock: Clock) -> Events:
    return Events(blobs, now=clock)


def test_what_is_noted_is_told_newest_first_and_to_each_their_own(events: Events, clock: Clock) -> None:
    events.note(ADA, OPENED, movie_id=7)
    clock.now += 1
    events.note(ADA, SEARCHED, text="brazil \udcff")
    events.note(BOB, OPENED, movie_id=8)

    assert [event.kind for event in events.of(ADA)] == [SEARCHED, OPENED]
    assert events.of(BOB) == (Event(OPENED, NOW + 1, 8),)  # type: ignore[arg-type]


def test_the_same_again_is_noted_once_until_it_is_long_ago(events: Events, clock: Clock) -> None:
    for seconds in (0, 1, SAME_SECONDS):
        clock.now = NOW + seconds
        events.note(ADA, OPENED, movie_id=7)

    assert [event.at for event in events.of(ADA)] == [NOW + SAME_SECONDS, NOW]


def test_the_oldest_give_way(events: Events) -> None:
    for movie_id in range(MOST_KEPT + 3):
        events.note(ADA, OPENED, movie_id=movie_id)

    noted = events.of(ADA)
    assert len(noted) == MOST_KEPT
    assert noted[-1].movie_id == 3


def test_all_of_it_can_be_forgotten(events: Events) -> None:
    events.note(ADA, OPENED, movie_id=7)
    events.note(BOB, OPENED, movie_id=7)

    assert events.forget(ADA) == 1
    assert events.of(ADA) == ()
    assert events.of(BOB)
    assert events.forget(ADA) == 0


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"format": 9, "events": []}', b'{"format": 1, "events": [{"kind": 1}]}', b"\xff"])
def test_what_is_damaged_begins_anew(events: Events, blobs: Blobs, damage: bytes) -> None:
    blobs.write(f"events/{ADA}", damage)

    assert events.of(ADA) == ()
    events.note(ADA, OPENED, movie_id=7)
    assert len(events.of(ADA)) == 1


def test_nobody_waits_for_a_store_that_is_away(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(blobs), "read", lambda *_: (_ for _ in ()).throw(StorageError("away")))

    Events(blobs).note(ADA, OPENED, movie_id=7)
