"""Who comes in at /personalize: signers, or programs of this machine alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from recommender.errors import SettingError
from recommender.personalize.once import PLACE, Once
from recommender.settings import Settings
from recommender.storage.blobs.folder import FolderBlobs
from webapp.personalize.door import Door, install
from webapp.personalize.signature import NotSignedError, Signed

SETTINGS = Settings(personalize_unsigned=True)


def test_without_keys_only_programs_of_this_machine_come_in(tmp_path: Path) -> None:
    door = Door(None, Once(FolderBlobs(tmp_path)))
    for host in ("127.0.0.1:8000", "localhost", "[::1]:8000", "127.0.0.1"):
        assert door.let_in({"HTTP_HOST": host}, b"", "control") is None
    for environ in (
        {"HTTP_HOST": "127.0.0.1:8000", "HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_HOST": "127.0.0.1:8000", "HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_HOST": "evil.example:8000"},
        {"HTTP_HOST": "127.0.0.1:8000", "HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_HOST": "127.0.0.1:8000", "HTTP_FORWARDED": "for=203.0.113.9"},
        {"HTTP_HOST": "127.0.0.1:8000", "HTTP_VIA": "1.1 proxy"},
        {"HTTP_HOST": "127.0.0.1.evil.example"},
        {},
    ):
        with pytest.raises(NotSignedError, match="Without access keys only programs on this machine"):
            door.let_in(environ, b"", "control")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            replace(SETTINGS, host="0.0.0.0"),
            "MATINEE_PERSONALIZE_UNSIGNED must be false where MATINEE_HOST is 0.0.0.0: anybody could come in.",
        ),
        (replace(SETTINGS, behind_proxy=True), "MATINEE_PERSONALIZE_UNSIGNED must be false where MATINEE_BEHIND_PROXY is true"),
    ],
)
def test_the_door_never_stands_open_to_another_machine(settings: Settings, sentence: str) -> None:
    with pytest.raises(SettingError) as refused:
        install(Flask(__name__), settings, "a secret key for tests")
    assert sentence in str(refused.value)
    install(Flask(__name__), SETTINGS, "a secret key for tests")


def test_what_changes_something_is_done_once_for_each_signature(tmp_path: Path) -> None:
    blobs, signed, done, clock = FolderBlobs(tmp_path), Signed("MTNE", "a" * 64, 1900.0), [], [1000.0]
    door, of_another_worker = Door(None, Once(blobs, now=lambda: clock[0])), Door(None, Once(blobs, now=lambda: clock[0]))
    with door.once(signed):
        done.append(1)
    clock[0] = 1002.0
    with pytest.raises(NotSignedError, match="sign it anew") as refused, of_another_worker.once(signed):
        done.append(2)
    assert (done, refused.value.code) == ([1], "InvalidSignatureException")
    with door.once(Signed("MTNE", "b" * 64, 1900.0)):
        done.append(3)


def test_two_calls_of_one_second_that_look_alike_are_both_done(tmp_path: Path) -> None:
    clock, signed, done = [1000.0], Signed("MTNE", "a" * 64, 1900.0), []
    door = Door(None, Once(FolderBlobs(tmp_path), now=lambda: clock[0]))
    for at in (1000.0, 1000.4, 1001.9):
        clock[0] = at
        with door.once(signed):
            done.append(at)
    clock[0] = 1001.95
    with pytest.raises(KeyError), door.once(signed):
        raise KeyError("there is one already")
    clock[0] = 1003.0
    with pytest.raises(NotSignedError), door.once(signed):
        done.append(1003.0)
    assert done == [1000.0, 1000.4, 1001.9]


def test_what_came_to_nothing_may_be_sent_again_as_it_is(tmp_path: Path) -> None:
    clock, signed, done = [1000.0], Signed("MTNE", "a" * 64, 1900.0), []
    door = Door(None, Once(FolderBlobs(tmp_path), now=lambda: clock[0]))
    with pytest.raises(KeyError), door.once(signed):
        raise KeyError("the store is away")
    clock[0] = 1060.0  # long after the moment in which any call may look like another
    with door.once(signed):
        done.append(1)
    assert done == [1]


def test_marks_go_once_the_signature_is_too_old(tmp_path: Path) -> None:
    blobs, clock = FolderBlobs(tmp_path), [1000.0]
    once = Once(blobs, now=lambda: clock[0])
    assert once.claim("a" * 64, 1900.0)
    clock[0] = 1899.0
    assert once.claim("b" * 64, 2800.0)
    assert len(blobs.list(PLACE)) == 2
    clock[0] = 1960.0
    assert not once.claim("b" * 64, 2800.0)
    assert [key[-4:] for key in blobs.list(PLACE)] == ["bbbb"]
