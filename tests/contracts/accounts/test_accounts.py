"""Names, households, sessions, tokens, codes, links and limits: the same on every place."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.domain import Household, Member, UserId
from recommender.storage.accounts import Entries
from recommender.storage.accounts.kept import IDLE_SECONDS, MOST, SEEN_SECONDS, Accounts, FullError, TakenError, folded
from recommender.storage.profiles import Profiles
from tests.contracts.accounts.people import (
    DAY,
    NOW,
    a_household,
    a_passkey,
    a_session,
    a_token,
    begin,
    come_in_often,
    try_often,
    use_code,
)
from tests.contracts.neighbours import side_by_side
from tests.contracts.places import Place

STRANGER = UserId(1_999_999)


def dict_of_most() -> dict[str, int]:
    assert isinstance(MOST, dict)
    return MOST


# Names and households


@pytest.mark.parametrize("again", ["alice", "ALICE", "Álice", " alice ", "Ａlice"])
def test_a_name_is_one_whatever_its_case_accents_and_width(accounts: Accounts, alice: UserId, again: str) -> None:
    assert accounts.owner_of_name(again) == alice
    assert not accounts.begin(a_household(STRANGER, again))
    assert accounts.household(STRANGER) is None
    assert accounts.owner_of_member(STRANGER) is None


def test_other_names_are_other_people(accounts: Accounts, alice: UserId, bob: UserId) -> None:
    assert accounts.owner_of_name("Alic") is None
    assert accounts.owner_of_name("bob") == bob


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@pytest.mark.races
def test_of_many_who_want_one_name_one_gets_it(url: str, accounts: Accounts) -> None:
    got = side_by_side(begin, *[(url, name) for name in ("Eve", "eve", "ÈVE", "EvE")])

    assert sorted(got) == [False, False, False, True]
    owner = accounts.owner_of_name("eve")
    assert owner is not None
    assert accounts.household(owner) is not None


def test_a_household_is_as_it_was_kept(accounts: Accounts, alice: UserId) -> None:
    assert accounts.household(alice) == a_household(alice, "Alice")
    assert accounts.owner_of_member(alice) == alice
    assert accounts.household(STRANGER) is None


def test_members_and_passkeys_come_and_go_and_the_name_changes(accounts: Accounts, alice: UserId) -> None:
    child = Member(UserId(1_000_777), "Zoë", "a hash of a PIN")

    accounts.change(alice, lambda it: replace(it, name="Alicia", members=(*it.members, child), passkeys=(a_passkey("cred"),)))

    household = accounts.household(alice)
    assert household is not None
    assert household.member(child.user_id) == child
    assert accounts.owner_of_member(child.user_id) == accounts.owner_of_passkey("cred") == accounts.owner_of_name("alicia") == alice
    assert accounts.owner_of_name("alice") is None

    accounts.change(alice, lambda it: replace(it, members=it.members[:1], passkeys=()))

    assert accounts.owner_of_member(child.user_id) is None
    assert accounts.owner_of_passkey("cred") is None


def test_an_edit_that_says_nothing_changes_nothing(accounts: Accounts, alice: UserId) -> None:
    assert accounts.change(alice, lambda it: None) is None
    assert accounts.change(STRANGER, lambda it: it) is None


def test_what_is_anothers_is_not_taken(accounts: Accounts, alice: UserId, bob: UserId) -> None:
    accounts.change(bob, lambda it: replace(it, passkeys=(a_passkey("cred"),)))

    for edit in (
        lambda it: replace(it, name="BOB"),
        lambda it: replace(it, members=(*it.members, Member(bob, "Bob"))),
        lambda it: replace(it, passkeys=(a_passkey("cred"),)),
    ):
        with pytest.raises(TakenError):
            accounts.change(alice, edit)

    assert accounts.household(alice) == a_household(alice, "Alice")


def test_a_household_has_room_for_eight(accounts: Accounts, alice: UserId) -> None:
    def with_one_more(it: Household) -> Household:
        return replace(it, members=(*it.members, Member(UserId(1_000_100 + len(it.members)), "Kid")))

    for _ in range(7):
        accounts.change(alice, with_one_more)
    with pytest.raises(FullError):
        accounts.change(alice, with_one_more)

    household = accounts.household(alice)
    assert household is not None
    assert len(household.members) == 8


# Sessions


def test_a_session_is_good_until_it_expires(accounts: Accounts, alice: UserId) -> None:
    session = a_session(alice, "s", seconds=DAY)
    assert accounts.new_session(session, NOW)

    assert accounts.session("s", NOW + 5) == session
    assert accounts.session("s", NOW + DAY - 1) is not None
    assert accounts.session("s", NOW + DAY) is None
    assert accounts.session("other", NOW) is None
    assert accounts.sessions(alice, NOW + DAY) == ()


def test_a_session_that_nobody_uses_ends(accounts: Accounts, alice: UserId) -> None:
    assert accounts.new_session(a_session(alice, "used"), NOW)
    assert accounts.new_session(a_session(alice, "unused"), NOW)
    seen = accounts.session("used", NOW + SEEN_SECONDS)
    assert seen is not None
    assert seen.last_seen == NOW + SEEN_SECONDS

    assert accounts.session("unused", NOW + IDLE_SECONDS) is None
    assert [session.digest for session in accounts.sessions(alice, NOW + IDLE_SECONDS)] == ["used"]
    assert accounts.session("used", NOW + IDLE_SECONDS) is not None


def test_sessions_end_one_by_one_or_all_at_once(accounts: Accounts, alice: UserId, bob: UserId) -> None:
    for digest in "abcd":
        assert accounts.new_session(a_session(alice, digest), NOW)
    assert accounts.new_session(a_session(bob, "bobs"), NOW)

    assert accounts.end_session("a")
    assert not accounts.end_session("a")
    assert accounts.end_sessions(alice, but="c") == 2
    assert [session.digest for session in accounts.sessions(alice, NOW)] == ["c"]
    assert accounts.end_sessions(alice) == 1
    assert [accounts.session(digest, NOW) for digest in "abcd"] == [None] * 4
    assert accounts.session("bobs", NOW) is not None


def test_the_oldest_of_too_many_sessions_gives_way(accounts: Accounts, alice: UserId) -> None:
    digests = [f"{i:02}" for i in range(MOST["session"] + 2)]
    for digest in digests:
        assert accounts.new_session(a_session(alice, digest), NOW)

    assert [session.digest for session in accounts.sessions(alice, NOW)] == digests[2:]
    assert accounts.session("00", NOW) is None


def test_nobody_comes_in_where_nobody_lives(accounts: Accounts, alice: UserId) -> None:
    assert not accounts.new_session(a_session(STRANGER, "s"), NOW)
    assert not accounts.new_session(a_session(alice, "s", member=STRANGER), NOW)
    assert accounts.session("s", NOW) is None


@pytest.mark.races
def test_sessions_begun_at_the_same_time_are_all_of_the_household(url: str, accounts: Accounts, alice: UserId) -> None:
    shares = [[f"{who}{i}" for i in range(5)] for who in "abc"]

    assert side_by_side(come_in_often, *[(url, alice, share) for share in shares]) == [5, 5, 5]

    assert sorted(session.digest for session in accounts.sessions(alice, NOW)) == sorted(digest for share in shares for digest in share)


def test_a_session_shows_the_member_who_was_chosen_until_they_go(accounts: Accounts, alice: UserId) -> None:
    child = Member(UserId(1_000_777), "Zoë")
    accounts.change(alice, lambda it: replace(it, members=(*it.members, child)))
    assert accounts.new_session(a_session(alice, "s"), NOW)

    assert accounts.choose_member("s", child.user_id, NOW)
    assert not accounts.choose_member("s", STRANGER, NOW)
    assert not accounts.choose_member("other", child.user_id, NOW)
    session = accounts.session("s", NOW)
    assert session is not None
    assert session.member == child.user_id

    assert accounts.new_token(a_token(alice, "t", member=child.user_id), NOW)
    assert accounts.new_token(a_token(alice, "own"), NOW)
    assert accounts.remove_member(alice, child.user_id) == {"member": 1, "token": 1}
    session = accounts.session("s", NOW)
    assert session is not None
    assert session.member == alice
    assert [token.digest for token in accounts.tokens(alice, NOW)] == ["own"]


def test_a_session_of_who_leaves_ends_where_the_owner_has_a_pin(accounts: Accounts, alice: UserId) -> None:
    child = Member(UserId(1_000_777), "Zoë")
    accounts.change(alice, lambda it: replace(it, members=(replace(it.members[0], pin_hash="a hash of a PIN"), child)))
    assert accounts.new_session(a_session(alice, "hers", member=child.user_id), NOW)
    assert accounts.new_session(a_session(alice, "own"), NOW)

    assert accounts.remove_member(alice, child.user_id) == {"member": 1, "session": 1}

    assert accounts.session("hers", NOW) is None
    assert accounts.session("own", NOW) == a_session(alice, "own")


# Tokens


def test_a_token_is_good_until_it_is_revoked_or_expires(accounts: Accounts, alice: UserId, bob: UserId) -> None:
    assert accounts.new_token(a_token(alice, "t"), NOW)
    assert accounts.new_token(a_token(alice, "short", expires_at=NOW + 10), NOW)

    used = accounts.token("t", NOW + 3)
    assert used == replace(a_token(alice, "t"), last_used=NOW + 3)
    assert accounts.tokens(alice, NOW)[0] == used
    assert accounts.token("short", NOW + 9) is not None
    assert accounts.token("short", NOW + 10) is None
    assert not accounts.revoke_token(bob, "t")
    assert accounts.revoke_token(alice, "t")
    assert not accounts.revoke_token(alice, "t")
    assert accounts.token("t", NOW) is None


def test_no_more_tokens_than_fit(accounts: Accounts, alice: UserId) -> None:
    for i in range(MOST["token"]):
        assert accounts.new_token(a_token(alice, f"{i}", expires_at=NOW + 10 if i == 0 else 0), NOW)
    with pytest.raises(FullError):
        accounts.new_token(a_token(alice, "more"), NOW)

    assert accounts.new_token(a_token(alice, "more"), NOW + 10)  # one has expired


# The Echo


def test_a_code_links_one_echo_once(accounts: Accounts, alice: UserId) -> None:
    assert accounts.new_code("123456", alice, alice, NOW + 600, NOW)

    assert accounts.use_code("654321", "kitchen", NOW) is None
    link = accounts.use_code("123456", "kitchen", NOW + 599)
    assert link is not None
    assert link.member == alice
    assert accounts.link("kitchen") == link
    assert accounts.links(alice) == (link,)
    assert accounts.use_code("123456", "bedroom", NOW) is None
    assert accounts.link("bedroom") is None
    assert accounts.unlink("kitchen")
    assert not accounts.unlink("kitchen")
    assert accounts.link("kitchen") is None


def test_a_code_expires_and_is_then_anybodys(accounts: Accounts, alice: UserId, bob: UserId) -> None:
    assert accounts.new_code("123456", alice, alice, NOW + 600, NOW)
    assert not accounts.new_code("123456", bob, bob, NOW + 1100, NOW + 599)

    assert accounts.use_code("123456", "kitchen", NOW + 600) is None
    assert accounts.new_code("123456", bob, bob, NOW + 1200, NOW + 600)
    assert accounts.forget(alice) == {"household": 1, "name": 1, "member": 1}  # and not the code that is Bob's now
    link = accounts.use_code("123456", "kitchen", NOW + 601)
    assert link is not None
    assert link.owner == bob


def test_an_echo_that_is_linked_anew_leaves_the_household_before(accounts: Accounts, alice: UserId, bob: UserId) -> None:
    for code, owner in (("111111", alice), ("222222", bob)):
        assert accounts.new_code(code, owner, owner, NOW + 600, NOW)
        assert accounts.use_code(code, "kitchen", NOW) is not None

    link = accounts.link("kitchen")
    assert link is not None
    assert (link.owner, accounts.links(alice), accounts.links(bob)) == (bob, (), (link,))
    accounts.forget(alice)
    assert accounts.link("kitchen") == link


def test_an_echo_that_has_gone_leaves_room_for_another(
    accounts: Accounts, alice: UserId, bob: UserId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(dict_of_most(), "link", 1)
    for code, owner, echo in (("111111", alice, "kitchen"), ("222222", bob, "kitchen"), ("333333", alice, "bedroom")):
        assert accounts.new_code(code, owner, owner, NOW + 600, NOW)
        assert accounts.use_code(code, echo, NOW) is not None

    assert accounts.new_code("444444", alice, alice, NOW + 600, NOW)
    with pytest.raises(FullError):
        accounts.use_code("444444", "bath", NOW)
    assert accounts.link("bath") is None


@pytest.mark.races
def test_of_many_who_say_one_code_one_is_linked(url: str, accounts: Accounts, alice: UserId) -> None:
    assert accounts.new_code("123456", alice, alice, NOW + 600, NOW)

    assert sorted(side_by_side(use_code, *[(url, "123456", f"echo {i}") for i in range(4)])) == [False, False, False, True]
    assert len(accounts.links(alice)) == 1


# Limits


def test_a_limit_lets_so_many_through_and_says_when_to_come_back(accounts: Accounts) -> None:
    start = NOW - NOW % 60
    first = [accounts.allowed("door", 2, 60, start + 10) for _ in range(3)]

    assert [one.left for one in first] == [1, 0, 0]
    assert [one.is_allowed for one in first] == [True, True, False]
    assert first[2].retry_after == 50
    assert accounts.allowed("window", 2, 60, start + 10).is_allowed
    assert not accounts.allowed("door", 2, 60, start + 59).is_allowed
    assert accounts.allowed("door", 2, 60, start + 60).is_allowed


@pytest.mark.races
def test_processes_that_race_never_get_more_than_the_limit(place: Place, url: str, accounts: Accounts) -> None:
    accounts.allowed("another", 1, 3600, NOW)  # so that the file is there
    n = place.tries(120)

    allowed = side_by_side(try_often, *[(url, "door", 37, n)] * 4)

    assert sum(allowed) == 37


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 5), st.integers(1, 20), st.lists(st.integers(0, 60), min_size=1, max_size=25))
def test_no_window_ever_holds_more_than_the_limit(place: Place, accounts: Accounts, limit: int, seconds: int, times: list[int]) -> None:
    key = secrets.token_hex(8)  # of this example alone
    if place.stand_in is not None:
        times = times[:4]
    through = [NOW + at for at in times if accounts.allowed(key, limit, seconds, NOW + at).is_allowed]

    for window in {at // seconds for at in through}:
        assert sum(at // seconds == window for at in through) <= limit
    assert len(through) >= min(limit, len(times))


# Leaving


def test_who_leaves_takes_everything_along_and_is_told_how_much(
    profiles: Profiles, accounts: Accounts, entries: Entries, alice: UserId, bob: UserId
) -> None:
    accounts.change(alice, lambda it: replace(it, members=(*it.members, Member(UserId(1_000_777), "Zoë")), passkeys=(a_passkey("c"),)))
    for digest in "ab":
        assert accounts.new_session(a_session(alice, digest), NOW)
        assert accounts.new_token(a_token(alice, digest), NOW)
        assert accounts.new_code(digest, alice, alice, NOW + 600, NOW)
    assert accounts.use_code("a", "kitchen", NOW)

    gone = accounts.forget(alice)

    assert gone == {"household": 1, "name": 1, "member": 2, "passkey": 1, "session": 2, "token": 2, "code": 1, "link": 1}
    assert {entry.owner for entry in entries.all()} == {bob}
    assert accounts.forget(alice) == {}
    assert accounts.owner_of_name("alice") is None
    assert accounts.session("a", NOW) is None
    assert not accounts.new_session(a_session(alice, "late"), NOW)
    assert accounts.begin(a_household(STRANGER, "Alice"))


def test_a_full_household_leaves_in_one_step(accounts: Accounts, entries: Entries, alice: UserId) -> None:
    members = tuple(Member(UserId(1_000_100 + i), f"Kid {i}") for i in range(MOST["member"] - 1))
    passkeys = tuple(a_passkey(f"{i}") for i in range(MOST["passkey"]))
    accounts.change(alice, lambda it: replace(it, members=(*it.members, *members), passkeys=passkeys))
    for i in range(MOST["session"]):
        assert accounts.new_session(a_session(alice, f"{i}"), NOW)
    for i in range(MOST["token"]):
        assert accounts.new_token(a_token(alice, f"{i}"), NOW)
    for i in range(MOST["link"]):
        assert accounts.new_code(f"l{i}", alice, alice, NOW + 600, NOW)
        assert accounts.use_code(f"l{i}", f"echo {i}", NOW)
    for i in range(MOST["code"]):
        assert accounts.new_code(f"c{i}", alice, alice, NOW + 600, NOW)

    assert accounts.forget(alice) == {"household": 1, **MOST}
    assert list(entries.all()) == []
