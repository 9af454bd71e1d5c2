"""Signing up and in, households, tokens and codes, on a store in a file; and what somebody gets who guesses."""

from __future__ import annotations

import itertools
import multiprocessing
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from recommender import passwords
from recommender.domain import EXPORT, READ, WRITE, Member, MovieId, Passkey, Rating, UserId
from recommender.errors import (
    FullHouseError,
    InvalidInputError,
    LastWayInError,
    NameTakenError,
    NotAllowedError,
    OwnerOnlyError,
    ScopeError,
    SecretInputError,
    StorageError,
    TooManyTriesError,
    UnknownUserError,
    WrongCodeError,
    WrongPasskeyError,
    WrongPinError,
    WrongSignInError,
)
from recommender.sign_in import CHALLENGE_SECONDS, CODE_SECONDS, SESSION_SECONDS, SignedIn, SignIn, forget
from recommender.sign_in.part import digest
from recommender.storage.profiles.sqlite import SqliteProfiles

NOW = 1_780_012_800  # the beginning of a day, UTC
HOME, ELSEWHERE = "192.0.2.7", "203.0.113.9"
PASSWORD, OTHER = "brazil heat alien", "jaws ran vertigo"
DAY = 24 * 3600


class Clock:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time, where a test needs thousands."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1, 32, 16))


@pytest.fixture
def profiles(tmp_path: Path) -> Iterator[SqliteProfiles]:
    profiles = SqliteProfiles(tmp_path / "matinee.sqlite3")
    yield profiles
    profiles.close()


@pytest.fixture
def door(profiles: SqliteProfiles, clock: Clock) -> SignIn:
    return SignIn(profiles, "the secret of the site", now=clock)


@pytest.fixture
def alice(door: SignIn) -> SignedIn:
    return door.sign_up("Alice", PASSWORD, address=HOME)


def a_passkey(credential_id: str, *, sign_count: int = 0) -> Passkey:
    return Passkey(credential_id, "public", sign_count, "Phone", NOW)


# Coming and going


def test_who_signs_up_is_in_and_comes_in_again(door: SignIn, profiles: SqliteProfiles, alice: SignedIn) -> None:
    assert door.session(alice.token) == alice.session
    assert profiles.has_person(alice.household.owner)
    assert alice.token not in repr(alice)

    again = door.sign_in("ÀLICE", PASSWORD, address=ELSEWHERE)

    assert again.household == alice.household
    assert again.token != alice.token
    assert [session.digest for session in door.sessions(again.session)] == [alice.session.digest, again.session.digest]


def test_nothing_that_opens_lies_in_the_store_and_no_address(
    door: SignIn, profiles: SqliteProfiles, alice: SignedIn, tmp_path: Path
) -> None:
    door.set_pin(alice.session, alice.session.member, "4711")
    _, token = door.new_token(alice.session, "Kodi", (READ,))
    code = door.new_code(alice.session)
    profiles.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (PASSWORD, alice.token, token, HOME):
        assert secret.encode() not in kept
    assert f'"{code}"'.encode() not in kept
    assert b"#" + code.encode() not in kept


@pytest.mark.parametrize(("name", "password"), [("Alice", OTHER), ("Nobody", PASSWORD), ("Alice", ""), ("", ""), ("Alice", "x" * 100_000)])
def test_wrong_is_wrong_whichever_of_the_two(door: SignIn, alice: SignedIn, name: str, password: str) -> None:
    with pytest.raises(WrongSignInError, match=r"^This name and this password do not belong together\.$"):
        door.sign_in(name, password, address=HOME)


def test_a_name_that_nobody_has_takes_as_long_as_a_wrong_password(door: SignIn, alice: SignedIn) -> None:
    def seconds(name: str, address: str) -> float:
        begun = time.perf_counter()
        with pytest.raises(WrongSignInError):
            door.sign_in(name, OTHER, address=address)
        return time.perf_counter() - begun

    taken = [(seconds("Alice", f"a{i}"), seconds(f"Nobody {i}", f"b{i}")) for i in range(15)]
    known, unknown = (statistics.median(times) for times in zip(*taken, strict=True))

    assert known == pytest.approx(unknown, rel=0.5)


def test_a_name_is_given_once(door: SignIn, profiles: SqliteProfiles, alice: SignedIn) -> None:
    with pytest.raises(NameTakenError, match=r"^Somebody signs in as alicé already; choose another name\.$"):
        door.sign_up("alicé", OTHER, address=HOME)
    assert profiles.counts()["people"] == 1


@pytest.mark.parametrize("name", ["", "a", " a ", "x" * 41, "a\0b", "a\u202eb", "\u0301\u0301"])
def test_a_name_can_be_seen(door: SignIn, name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^name must be 2 to 40 letters, digits and signs, not "):
        door.sign_up(name, PASSWORD, address=HOME)


def test_a_death_in_the_middle_of_signing_up_leaves_the_name_free(
    door: SignIn, profiles: SqliteProfiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(profiles.entries, "change", lambda *changes: (_ for _ in ()).throw(StorageError("gone")))
        with pytest.raises(StorageError):
            door.sign_up("Alice", PASSWORD, address=HOME)

    assert door.sign_up("Alice", PASSWORD, address=HOME).household.name == "Alice"


def sign_up_for_ever(path: Path, told: Path) -> None:
    """Robot 0, Robot 1 and so on, each told of once it is in."""
    door = SignIn(SqliteProfiles(path), "the secret of the site")
    with told.open("a") as file:
        for i in itertools.count():
            door.sign_up(f"Robot {i}", address=str(i), passkey=a_passkey(f"passkey {i}"))
            print(i, file=file, flush=True)


@pytest.mark.races
@pytest.mark.parametrize("milliseconds", [0, 7, 23])
def test_a_killed_process_leaves_whole_sign_ups_and_free_names(
    door: SignIn, profiles: SqliteProfiles, tmp_path: Path, milliseconds: int
) -> None:
    told = tmp_path / "told"
    told.touch()
    worker = multiprocessing.get_context("spawn").Process(target=sign_up_for_ever, args=(tmp_path / "matinee.sqlite3", told))
    worker.start()
    while len(told.read_text().splitlines()) < 5:
        time.sleep(0.001)
    time.sleep(milliseconds / 1000)
    worker.kill()
    worker.join()

    n_told = len(told.read_text().splitlines())
    for i in range(n_told):
        assert door.sign_in_with_passkey(f"passkey {i}", 0).household.name == f"Robot {i}"
    for i in (n_told, n_told + 1):  # the one under way is in, or its name is free
        try:
            door.sign_up(f"Robot {i}", address=HOME, passkey=a_passkey(f"passkey {i}"))
        except NameTakenError:
            assert i == n_told
        assert door.sign_in_with_passkey(f"passkey {i}", 0).household.name == f"Robot {i}"


def test_who_is_beaten_to_a_name_leaves_no_number_behind(
    door: SignIn, profiles: SqliteProfiles, alice: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door._accounts, "owner_of_name", lambda name: None)  # as it was a moment before
    with pytest.raises(NameTakenError):
        door.sign_up("Alice", OTHER, address=HOME)

    assert profiles.counts()["people"] == 1


def test_a_number_that_somebody_has_gets_a_sign_in_and_its_bearer_token_stays_good(door: SignIn, profiles: SqliteProfiles) -> None:
    number = profiles.new_person(digest("bearer"), shared=False, now=NOW)
    with pytest.raises(NotAllowedError):
        door.sign_up("Bob", PASSWORD, address=HOME, person=(number, "another"))

    assert door.sign_up("Bob", PASSWORD, address=HOME, person=(number, "bearer")).household.owner == number
    assert profiles.token_fits(number, digest("bearer"))
    with pytest.raises(InvalidInputError, match="one that nobody signs in to yet"):
        door.sign_up("Bobby", PASSWORD, address=HOME, person=(number, "bearer"))


def test_who_signs_out_is_out(door: SignIn, alice: SignedIn) -> None:
    other = door.sign_in("Alice", PASSWORD, address=HOME)
    third = door.sign_in("Alice", PASSWORD, address=HOME)

    assert door.sign_out(alice.token)
    assert not door.sign_out(alice.token)
    assert door.session(alice.token) is None
    assert door.end_session(other.session, third.session.digest)
    assert door.session(third.token) is None
    assert door.end_other_sessions(other.session) == 0
    assert door.session(other.token) is not None


def test_a_session_ends_by_itself(door: SignIn, clock: Clock, alice: SignedIn) -> None:
    for _ in range(3):
        clock.now += 9 * DAY
        assert door.session(alice.token) is not None
    clock.now = NOW + SESSION_SECONDS
    assert door.session(alice.token) is None
    assert door.sweep() >= 1


# Ways in


def test_a_new_password_signs_every_other_browser_out(door: SignIn, alice: SignedIn) -> None:
    other = door.sign_in("Alice", PASSWORD, address=HOME)
    with pytest.raises(WrongSignInError):
        door.change_password(alice.session, OTHER, OTHER, address=HOME)
    with pytest.raises(SecretInputError):
        door.change_password(alice.session, PASSWORD, "short", address=HOME)

    door.change_password(alice.session, PASSWORD, OTHER, address=HOME)

    assert door.session(alice.token) is not None
    assert door.session(other.token) is None
    with pytest.raises(WrongSignInError):
        door.sign_in("Alice", PASSWORD, address=HOME)
    assert door.sign_in("Alice", OTHER, address=HOME)


def test_a_password_hashed_with_older_parameters_is_hashed_anew_at_the_next_sign_in(door: SignIn, alice: SignedIn) -> None:
    old = PasswordHasher(1, 64, 1).hash(PASSWORD)
    door._accounts.change(alice.household.owner, lambda it: replace(it, password_hash=old))

    with pytest.raises(WrongSignInError):
        door.sign_in("Alice", OTHER, address=HOME)
    assert door.household(alice.session).password_hash == old
    door.sign_in("Alice", PASSWORD, address=HOME)

    assert not passwords.is_outdated(door.household(alice.session).password_hash)
    assert door.sign_in("Alice", PASSWORD, address=HOME)


def test_a_challenge_is_used_once_for_its_purpose_and_for_an_hour(profiles: SqliteProfiles, door: SignIn, clock: Clock) -> None:
    challenge, later = door.new_challenge("sign in"), door.new_challenge("sign in")
    other_worker, other_site = (SignIn(profiles, secret, now=clock) for secret in ("the secret of the site", "another secret"))
    altered = bytes([challenge[0] ^ 1]) + challenge[1:]
    for at, wrong, purpose in [
        (door, challenge, "sign up"),
        (other_site, challenge, "sign in"),
        (door, altered, "sign in"),
        (door, b"", "sign in"),
    ]:
        with pytest.raises(WrongPasskeyError):
            at.use_challenge(wrong, purpose)

    other_worker.use_challenge(challenge, "sign in")

    for seconds in (0, 1, CHALLENGE_SECONDS // 2, CHALLENGE_SECONDS - 1, CHALLENGE_SECONDS):
        clock.now = NOW + seconds
        door.sweep()
        with pytest.raises(WrongPasskeyError):
            door.use_challenge(challenge, "sign in")
    clock.now = NOW + CHALLENGE_SECONDS - 1
    door.use_challenge(later, "sign in")


def test_a_passkey_opens_and_one_that_counts_cannot_be_a_copy(door: SignIn, alice: SignedIn) -> None:
    door.add_passkey(alice.session, a_passkey("counts", sign_count=4))
    door.add_passkey(alice.session, a_passkey("does not"))

    assert door.passkey("counts") == a_passkey("counts", sign_count=4)
    assert door.sign_in_with_passkey("counts", 5).household.owner == alice.household.owner
    for stale in (5, 4, 0):
        with pytest.raises(WrongPasskeyError):
            door.sign_in_with_passkey("counts", stale)
    assert door.sign_in_with_passkey("does not", 0)
    assert door.remove_passkey(alice.session, "counts")
    assert not door.remove_passkey(alice.session, "counts")
    with pytest.raises(WrongSignInError):
        door.sign_in_with_passkey("counts", 9)


def test_the_last_way_in_stays(door: SignIn) -> None:
    eve = door.sign_up("Eve", address=HOME, passkey=a_passkey("only"))
    with pytest.raises(WrongSignInError):
        door.sign_in("Eve", "", address=HOME)

    with pytest.raises(LastWayInError):
        door.remove_passkey(eve.session, "only")

    door.change_password(eve.session, "", PASSWORD, address=HOME)
    assert door.remove_passkey(eve.session, "only")
    assert door.sign_in("Eve", PASSWORD, address=HOME)


def test_a_token_is_good_for_its_scopes_until_it_is_revoked_or_ends(door: SignIn, clock: Clock, alice: SignedIn) -> None:
    made, text = door.new_token(alice.session, "Kodi", (EXPORT, READ), days=1)

    assert made.scopes == (READ, EXPORT)
    assert text.startswith("matinee_")
    found = door.token(text, READ)
    assert found is not None
    assert found.member == alice.session.member
    with pytest.raises(ScopeError, match=r"^This needs a token with the scope write; yours has read, export\.$"):
        door.token(text, WRITE)
    assert door.token("matinee_nonsense", READ) is None
    clock.now += DAY
    assert door.token(text, READ) is None

    made, text = door.new_token(alice.session, "Kodi", (READ,))
    assert door.revoke_token(alice.session, made.digest)
    assert door.token(text, READ) is None
    for scopes in ((), ("everything",)):
        with pytest.raises(InvalidInputError, match=r"^scopes must be some of read, write, export, feed, not "):
            door.new_token(alice.session, "Kodi", scopes)


def test_more_tokens_than_fit_are_refused(door: SignIn, alice: SignedIn) -> None:
    for i in range(20):
        door.new_token(alice.session, f"Token {i}", (READ,))
    with pytest.raises(FullHouseError, match=r"^There are 20 tokens already, and no more fit; take one away first\.$"):
        door.new_token(alice.session, "One more", (READ,))


# The household


def test_a_member_has_a_number_of_their_own_and_leaves_with_what_is_theirs(door: SignIn, profiles: SqliteProfiles, alice: SignedIn) -> None:
    zoe = door.add_member(alice.session, "Zoë")
    profiles.rate(Rating(zoe.user_id, MovieId(6), 4.0, NOW))
    door.rename_member(alice.session, zoe.user_id, "Zoé")
    as_zoe = door.choose_member(alice.session, zoe.user_id, address=HOME)
    door.new_token(as_zoe, "Her tablet", (READ,))

    session = door.session(alice.token)
    assert session is not None
    assert session.member == zoe.user_id
    for not_hers in (
        lambda: door.add_member(as_zoe, "Another"),
        lambda: door.check_may_remove(as_zoe, alice.household.owner),
        lambda: door.set_pin(as_zoe, alice.household.owner, "1234"),
        lambda: door.change_password(as_zoe, PASSWORD, OTHER, address=HOME),
    ):
        with pytest.raises(OwnerOnlyError, match=r"^Only Alice, who signed up, can do this; switch to Alice first\.$"):
            not_hers()

    assert door.check_may_remove(alice.session, zoe.user_id) == Member(zoe.user_id, "Zoé")
    assert forget(profiles, zoe.user_id) == {"person": 1, "member": 1, "token": 1}
    assert not profiles.has_person(zoe.user_id)
    session = door.session(alice.token)
    assert session is not None
    assert session.member == alice.household.owner
    with pytest.raises(UnknownUserError):
        door.choose_member(alice.session, zoe.user_id, address=HOME)


def test_the_ninth_of_a_household_finds_no_room_and_leaves_no_number(door: SignIn, profiles: SqliteProfiles, alice: SignedIn) -> None:
    for i in range(7):
        door.add_member(alice.session, f"Kid {i}")

    with pytest.raises(FullHouseError, match=r"^There are 8 members already"):
        door.add_member(alice.session, "One more")

    assert profiles.counts()["people"] == 8


def test_a_pin_keeps_the_children_out(door: SignIn, alice: SignedIn) -> None:
    zoe = door.add_member(alice.session, "Zoë")
    door.set_pin(alice.session, alice.household.owner, "4711")
    as_zoe = door.choose_member(alice.session, zoe.user_id, address=HOME)

    with pytest.raises(WrongPinError, match=r"^That is not the PIN of Alice\.$"):
        door.choose_member(as_zoe, alice.household.owner, "4712", address=HOME)
    assert door.choose_member(as_zoe, alice.household.owner, "4711", address=HOME).member == alice.household.owner
    door.set_pin(alice.session, alice.household.owner, "")
    assert door.choose_member(as_zoe, alice.household.owner, address=HOME)


def test_the_member_of_another_household_cannot_be_chosen(door: SignIn, alice: SignedIn) -> None:
    bob = door.sign_up("Bob", OTHER, address=HOME)

    with pytest.raises(UnknownUserError):
        door.choose_member(alice.session, bob.household.owner, address=HOME)
    with pytest.raises(UnknownUserError):
        door.rename_member(alice.session, bob.household.owner, "Mine")
    with pytest.raises(UnknownUserError):
        door.check_may_remove(alice.session, bob.household.owner)
    with pytest.raises(UnknownUserError):
        door.check_may_remove(alice.session, alice.household.owner)


# The Echo


def test_an_echo_speaks_for_whose_code_it_says(door: SignIn, clock: Clock, alice: SignedIn) -> None:
    code = door.new_code(alice.session)
    assert len(code) == 6

    assert door.use_code(code, "amzn1.ask.account.A").member == alice.session.member
    linked = door.linked("amzn1.ask.account.A")
    assert linked is not None
    assert door.links(alice.session) == (linked,)
    with pytest.raises(WrongCodeError, match=r"it works once, within 10 minutes\. Ask for a new one\.$"):
        door.use_code(code, "amzn1.ask.account.B")
    late = door.new_code(alice.session)
    clock.now += CODE_SECONDS
    with pytest.raises(WrongCodeError):
        door.use_code(late, "amzn1.ask.account.B")
    assert door.remove_link(alice.session, linked.digest)
    assert door.linked("amzn1.ask.account.A") is None
    assert not door.unlink("amzn1.ask.account.A")


# Guessing


def hours_of(clock: Clock, n: int, attempts: int) -> Iterator[int]:
    """`attempts` spread over n hours."""
    for i in range(attempts):
        clock.now = NOW + i * n * 3600 / attempts
        yield i


@pytest.mark.usefixtures("quick")
def test_who_guesses_passwords_from_one_place_gets_forty_an_hour(door: SignIn, clock: Clock, alice: SignedIn) -> None:
    looked_at = 0
    for i in hours_of(clock, 2, 1000):
        try:
            door.sign_in("Alice", f"guess number {i}", address=ELSEWHERE)
        except WrongSignInError:
            looked_at += 1
        except TooManyTriesError as refused:
            assert 0 < refused.retry_after <= 3600  # noqa: PT017

    assert looked_at == 2 * 4 * 10
    clock.now = NOW + 3600 * 1.9
    assert door.sign_in("Alice", PASSWORD, address=HOME)  # who is at home is not kept out


@pytest.mark.usefixtures("quick")
def test_who_guesses_from_everywhere_gets_a_hundred_an_hour_for_a_name(door: SignIn, clock: Clock, alice: SignedIn) -> None:
    looked_at = 0
    for i in hours_of(clock, 2, 1000):
        try:
            door.sign_in("Alice" if i % 2 else "alicé", f"guess number {i}", address=f"203.0.113.{i}")
        except WrongSignInError:
            looked_at += 1
        except TooManyTriesError:
            pass

    assert looked_at == 200


@pytest.mark.usefixtures("quick")
def test_who_tries_many_names_from_one_place_is_stopped_and_learns_nothing(door: SignIn, alice: SignedIn) -> None:
    def answers(name: str, address: str) -> list[str]:
        found = []
        for _ in range(12):
            with pytest.raises((WrongSignInError, TooManyTriesError)) as refused:
                door.sign_in(name, OTHER, address=address)
            found.append(str(refused.value))
        return found

    assert answers("Alice", "a") == answers("Nobody", "b")

    outcomes = []
    for i in range(40):
        with pytest.raises((WrongSignInError, TooManyTriesError)) as refused:
            door.sign_in(f"Somebody {i}", OTHER, address="c")
        outcomes.append(refused.type)
    assert outcomes == [WrongSignInError] * 30 + [TooManyTriesError] * 10


def test_a_refused_try_is_not_hashed(door: SignIn, alice: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(10):
        with pytest.raises(WrongSignInError):
            door.sign_in("Alice", OTHER, address=HOME)
    monkeypatch.setattr(passwords, "fits", lambda *_: pytest.fail("hashed"))

    with pytest.raises(TooManyTriesError, match=r"^That was too often in a short time; try again in 15 minutes\.$"):
        door.sign_in("Alice", PASSWORD, address=HOME)


@pytest.mark.usefixtures("quick")
def test_who_guesses_a_pin_gets_twenty_a_day(door: SignIn, clock: Clock, alice: SignedIn) -> None:
    door.set_pin(alice.session, alice.household.owner, "4711")
    looked_at = 0
    for i in hours_of(clock, 48, 1000):
        try:
            door.choose_member(alice.session, alice.household.owner, f"{i:04}", address=f"203.0.113.{i}")
        except WrongPinError:
            looked_at += 1
        except TooManyTriesError:
            pass

    assert looked_at == 40


def test_who_guesses_codes_gets_five_in_ten_minutes_and_all_together_three_hundred(door: SignIn, alice: SignedIn) -> None:
    looked_at = 0
    for echo in range(80):
        of_this = 0
        for i in range(8):
            try:
                door.use_code(f"{echo:03}{i:03}"[:5] + "x", f"echo {echo}")
            except WrongCodeError:
                of_this += 1
            except TooManyTriesError:
                pass
        assert of_this <= 5
        looked_at += of_this

    assert looked_at == 300


def test_nobody_signs_up_by_the_hundred(door: SignIn) -> None:
    n_in = 0
    for i in range(15):
        try:
            door.sign_up(f"Robot {i}", PASSWORD, address=ELSEWHERE)
            n_in += 1
        except TooManyTriesError:
            pass

    assert n_in == 10


# Leaving


def test_who_leaves_takes_the_household_along_and_gets_a_receipt(door: SignIn, profiles: SqliteProfiles, alice: SignedIn) -> None:
    zoe = door.add_member(alice.session, "Zoë")
    profiles.rate(Rating(zoe.user_id, MovieId(6), 4.0, NOW))
    door.add_passkey(alice.session, a_passkey("cred"))
    door.new_token(alice.session, "Kodi", (READ,))
    door.use_code(door.new_code(alice.session), "echo")

    gone = forget(profiles, alice.household.owner)

    assert gone == {"person": 2, "household": 1, "name": 1, "member": 2, "passkey": 1, "session": 1, "token": 1, "link": 1}
    assert profiles.counts() == {"people": 0, "ratings": 0, "marks": 0, "lists": 0}
    assert list(profiles.entries.all()) == []
    assert door.session(alice.token) is None
    assert door.linked("echo") is None
    with pytest.raises(WrongSignInError):
        door.sign_in("Alice", PASSWORD, address=HOME)
    assert door.sign_up("Alice", OTHER, address=HOME).household.owner != alice.household.owner


def test_a_death_on_the_way_out_leaves_what_can_be_said_again(
    door: SignIn, profiles: SqliteProfiles, alice: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.add_member(alice.session, "Zoë")
    with monkeypatch.context() as dying:
        dying.setattr(profiles.entries, "change", lambda *changes: (_ for _ in ()).throw(StorageError("gone")))
        with pytest.raises(StorageError):
            forget(profiles, alice.household.owner)

    assert forget(profiles, alice.household.owner)["household"] == 1
    assert list(profiles.entries.all()) == []


def test_a_person_without_a_sign_in_is_forgotten_too(profiles: SqliteProfiles) -> None:
    number = profiles.new_person("digest", shared=False, now=NOW)

    assert forget(profiles, number) == {"person": 1}
    assert forget(profiles, number) == {"person": 0}
    assert forget(profiles, UserId(7)) == {"person": 0}
