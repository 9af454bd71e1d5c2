"""What every place for accounts owes: entries that change together, and counters that never pass their most."""

from __future__ import annotations

from recommender.storage.accounts import MOST_CHANGES, Change, Entries, Entry


def put(key: str, was: int | None, body: str = "{}", *, expires_at: int = 0) -> Change:
    return Change(key, was, body, 1_000_001, expires_at)


def test_what_was_put_is_there_with_a_rev_that_counts(entries: Entries) -> None:
    assert entries.get("name#a") is None
    assert entries.change(put("name#a", 0, "{}", expires_at=7))
    assert entries.get("name#a") == Entry("name#a", 1, 1_000_001, 7, "{}")
    assert entries.change(put("name#a", 1, '{"é": 1}'))
    assert entries.get("name#a") == Entry("name#a", 2, 1_000_001, 0, '{"é": 1}')


def test_an_entry_that_is_not_as_it_was_read_stops_all_changes_of_the_step(entries: Entries) -> None:
    assert entries.change(put("name#a", 0), put("name#b", 0))

    assert not entries.change(put("name#c", 0), put("name#a", 0))
    assert not entries.change(put("name#c", 0), put("name#a", 2))
    assert not entries.change(put("name#c", 0), Change("name#a", 2))
    assert not entries.change(put("name#c", 1))
    assert not entries.change(Change("name#b", 1), Change("name#c", 1))

    assert [(entry.key, entry.rev) for entry in entries.all()] == [("name#a", 1), ("name#b", 1)]


def test_entries_come_and_go_in_one_step(entries: Entries) -> None:
    assert entries.change(*(put(f"name#{i:03}", 0) for i in range(MOST_CHANGES)))

    assert entries.change(put("name#new", 0), Change("name#000", 1), Change("name#001", None), Change("name#nobody", None))

    assert [entry.key for entry in entries.all()] == [*(f"name#{i:03}" for i in range(2, MOST_CHANGES)), "name#new"]


def test_a_counter_goes_up_to_its_most(entries: Entries) -> None:
    assert [entries.count("door", most=3, expires_at=100) for _ in range(5)] == [1, 2, 3, None, None]
    assert entries.count("window", most=3, expires_at=100) == 1
    assert entries.count("wall", most=0, expires_at=100) is None
    assert list(entries.all()) == []


def test_what_has_expired_is_swept_in_small_steps(entries: Entries) -> None:
    assert entries.change(*(put(f"code#{i}", 0, expires_at=100 + i) for i in range(10)), put("name#a", 0))
    for key in "abc":
        assert entries.count(key, most=9, expires_at=105) == 1

    assert entries.sweep(99, most=5) == 0
    swept = [entries.sweep(105, most=4) for _ in range(4)]

    assert sum(swept) == 6 + 3
    assert max(swept) <= 4
    assert [entry.key for entry in entries.all()] == ["code#6", "code#7", "code#8", "code#9", "name#a"]
    assert entries.count("a", most=9, expires_at=200) == 1
