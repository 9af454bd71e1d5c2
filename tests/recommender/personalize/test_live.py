"""What is put one by one: each event once, in the order of time, seen at once by whoever else looks."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from recommender.errors import StorageError
from recommender.personalize import live
from recommender.personalize.live import Live, LiveEvent
from recommender.storage.blobs.folder import FolderBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path)


def event(event_id: str, item_id: str = "c1", at: float = 1.0, kind: str = "click") -> LiveEvent:
    return LiveEvent(event_id, "s", kind, item_id, 4.5, at, "r", ("c1", "c2"), {"DEVICE": "phone"}, "home page")


def test_an_event_comes_back_as_it_was_put_and_to_another_process(blobs: FolderBlobs) -> None:
    Live(blobs).put_events("films", "ann", [event("1")])
    assert Live(blobs).of_user("films", "ann") == (event("1"),)
    assert Live(blobs).of_user("films", "bob") == Live(blobs).of_user("other", "ann") == ()


def test_events_stand_in_the_order_of_time_and_those_of_one_second_as_they_came(blobs: FolderBlobs) -> None:
    puts = Live(blobs)
    puts.put_events("films", "ann", [event("late", "c1", 9.0), event("first", "c2", 5.0)])
    puts.put_events("films", "ann", [event("second", "c3", 5.0)])
    assert [one.event_id for one in puts.of_user("films", "ann")] == ["first", "second", "late"]


def test_an_event_put_twice_is_one_by_its_id_or_by_its_facts(blobs: FolderBlobs) -> None:
    puts = Live(blobs)
    puts.put_events("films", "ann", [event("1"), event("1", "c2")])
    puts.put_events("films", "ann", [event("2"), event("3", "c3")])
    assert [(one.event_id, one.item_id) for one in puts.of_user("films", "ann")] == [("1", "c1"), ("3", "c3")]


def test_only_the_newest_are_kept(blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_EVENTS", 3)
    Live(blobs).put_events("films", "ann", [event(str(at), at=float(at)) for at in (5, 1, 4, 2, 3)])
    assert [one.sent_at for one in Live(blobs).of_user("films", "ann")] == [3, 4, 5]


def test_what_a_session_did_is_the_users_once_they_sign_in(blobs: FolderBlobs) -> None:
    puts = Live(blobs)
    puts.put_anonymous("films", "session", [event("1")])
    assert puts.of_user("films", "ann") == ()
    puts.put_events("films", "ann", [event("2", "c2", 2.0)])
    puts.join("films", "session", "ann")
    assert [one.event_id for one in puts.of_user("films", "ann")] == ["1", "2"]
    assert puts.of_session("films", "session") == ()
    assert len(blobs.list("")) == 1  # nothing is left of the session
    puts.join("films", "session", "bob")
    assert puts.of_user("films", "bob") == ()


def test_a_join_that_was_cut_off_is_done_once_more_without_doubling_anything(blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    puts = Live(blobs)
    puts.put_anonymous("films", "session", [event("1")])
    with monkeypatch.context() as patched:

        def cut_off(key: str, *, expected: str) -> bool:
            raise StorageError("cut off")

        patched.setattr(blobs, "compare_and_remove", cut_off)
        with pytest.raises(StorageError):
            puts.join("films", "session", "ann")
    puts.join("films", "session", "ann")
    assert [one.event_id for one in puts.of_user("films", "ann")] == ["1"]


def test_what_a_session_does_while_it_is_joined_is_not_lost(blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    puts = Live(blobs)
    puts.put_anonymous("films", "session", [event("1")])
    of_user = puts.put_events

    def meanwhile(group: str, user_id: str, events: Sequence[LiveEvent]) -> None:
        of_user(group, user_id, events)
        if len(events) == 1:
            Live(blobs).put_anonymous("films", "session", [event("2", "c2", 2.0)])

    monkeypatch.setattr(puts, "put_events", meanwhile)
    puts.join("films", "session", "ann")
    assert [one.event_id for one in puts.of_user("films", "ann")] == ["1", "2"]
    assert puts.of_session("films", "session") == ()


def test_everybody_is_named_with_their_events_but_no_session(blobs: FolderBlobs) -> None:
    puts = Live(blobs)
    puts.put_events("films", "ann", [event("1")])
    puts.put_events("films", "Zoë/../x", [event("2")])
    puts.put_events("other", "bob", [event("3")])
    puts.put_anonymous("films", "session", [event("4")])
    assert {user: [one.event_id for one in events] for user, events in puts.everybody("films")} == {"ann": ["1"], "Zoë/../x": ["2"]}
    puts.forget_user("films", "ann")
    assert [user for user, _ in puts.everybody("films")] == ["Zoë/../x"]


def test_many_at_once_lose_nothing(blobs: FolderBlobs) -> None:
    def put(worker: int) -> None:
        for n in range(8):
            Live(blobs).put_events("films", "ann", [event(f"{worker}-{n}", at=worker * 10.0 + n)])

    threads = [threading.Thread(target=put, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Live(blobs).of_user("films", "ann")) == 32


def test_a_row_put_again_is_replaced_and_others_stay(blobs: FolderBlobs) -> None:
    puts = Live(blobs)
    puts.put_items("dataset/films/ITEMS", {"c1": {"GENRES": "Comedy"}, "c2": {"GENRES": "Drama"}})
    puts.put_items("dataset/films/ITEMS", {"c1": {"GENRES": "Drama"}})
    puts.put_users("dataset/films/USERS", {"ann": {"AGE": 30}})
    assert puts.items("dataset/films/ITEMS") == {"c1": {"GENRES": "Drama"}, "c2": {"GENRES": "Drama"}}
    assert puts.users("dataset/films/USERS") == {"ann": {"AGE": 30}}
    assert (puts.row("dataset/films/USERS", "ann"), puts.row("dataset/films/USERS", "bob")) == ({"AGE": 30}, None)
    puts.forget_row("dataset/films/ITEMS", "c1")
    assert puts.items("dataset/films/ITEMS") == {"c2": {"GENRES": "Drama"}}


def test_a_group_is_forgotten_whole(blobs: FolderBlobs) -> None:
    puts = Live(blobs)
    puts.put_events("films", "ann", [event("1")])
    puts.put_users("dataset/films/USERS", {"ann": {"AGE": 30}})
    puts.forget_group("films")
    assert puts.of_user("films", "ann") == ()
    assert puts.users("dataset/films/USERS") == {}


def test_a_document_that_nobody_can_read_is_said_to_be_one(blobs: FolderBlobs) -> None:
    Live(blobs).put_events("films", "ann", [event("1")])
    (key,) = blobs.list("personalize/live/films/events/")
    blobs.write(key, b'{"format":2}')
    with pytest.raises(StorageError, match="has format 2, this version reads 1"):
        Live(blobs).of_user("films", "ann")
