"""What is taken for a password, and how it is kept."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters

from recommender import passwords
from recommender.errors import CrowdedError, SecretInputError

GOOD = "brazil heat alien"


def test_a_hash_fits_its_password_alone_and_says_how_it_was_made() -> None:
    kept = passwords.hashed(GOOD)

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert GOOD not in kept
    assert kept != passwords.hashed(GOOD)
    assert passwords.fits(GOOD, kept)
    assert not passwords.fits(GOOD + " ", kept)
    assert not passwords.is_outdated(kept)


@pytest.mark.parametrize("kept", ["", "no hash", passwords.NOBODYS_HASH])
def test_nothing_fits_where_nothing_is_kept(kept: str) -> None:
    assert not passwords.fits(GOOD, kept)
    assert not passwords.fits("", kept)


def test_what_stands_in_for_nobodys_hash_takes_as_long_as_anybodys() -> None:
    assert extract_parameters(passwords.NOBODYS_HASH) == extract_parameters(passwords.hashed(GOOD))


def test_the_same_letters_by_another_keyboard_are_the_same_password() -> None:
    assert passwords.fits("cafe\u0301 creme", passwords.hashed("caf\u00e9 creme"))


def test_half_a_letter_is_no_error() -> None:
    assert not passwords.fits("half a letter \ud800", passwords.hashed(GOOD))


def test_an_older_hash_is_outdated() -> None:
    assert passwords.is_outdated(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD))


@pytest.mark.parametrize("password", [GOOD, "x" * 6 + "yz", "ab" * 100, "p\u00e4ssw\u00f6rter", "        x"])
def test_what_is_long_enough_will_do(password: str) -> None:
    passwords.check_password(password, name="Alice")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "The password must be of 8 to 200 characters."),
        ("1234567", "The password must be of 8 to 200 characters."),
        ("x" * 201, "The password must be of 8 to 200 characters."),
        (
            "Password1",
            "The password must be none of those that are guessed first; three or four words that only you would put together do well.",
        ),
        ("alice in l", "The password must be another than the name."),
    ],
)
def test_a_password_that_will_not_do_is_refused_without_being_repeated(password: str, sentence: str) -> None:
    with pytest.raises(SecretInputError) as refused:
        passwords.check_password(password, name="Alice in L")

    assert str(refused.value) == sentence
    assert refused.value.value == ""


def test_the_commonest_are_those_that_would_be_long_enough() -> None:
    assert len(passwords.COMMONEST) > 250
    assert all(len(password) >= passwords.SHORTEST and password == password.casefold() for password in passwords.COMMONEST)


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "", "١٢٣٤", "-123"])
def test_a_pin_is_four_to_eight_digits(pin: str) -> None:
    with pytest.raises(SecretInputError, match=r"^The PIN must be of 4 to 8 digits\.$"):
        passwords.check_pin(pin)
    passwords.check_pin("0000")


def test_a_crowd_of_guesses_leaves_threads_to_everybody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = passwords.hashed(GOOD)
    goes_on, one_is_in = threading.Event(), threading.Event()

    class Slow(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  as argon2 names it
            one_is_in.set()
            assert goes_on.wait(10)
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_HASHER", Slow())
    with ThreadPoolExecutor(passwords.MOST_AT_ONCE) as threads:
        waiting = [threads.submit(passwords.fits, GOOD, kept) for _ in range(passwords.MOST_AT_ONCE)]
        assert one_is_in.wait(10)
        while passwords._ROOM._value:  # type: ignore[attr-defined]  # until the other waits
            time.sleep(0.001)

        for look in (lambda: passwords.fits(GOOD, kept), lambda: passwords.hashed(GOOD)):
            with pytest.raises(CrowdedError, match=r"^Many people are signing in at this moment; try again in 3 seconds\.$"):
                look()
        goes_on.set()
        assert [one.result(10) for one in waiting] == [True] * passwords.MOST_AT_ONCE

    assert passwords.fits(GOOD, kept)
