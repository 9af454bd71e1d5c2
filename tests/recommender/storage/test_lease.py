"""The training lock: one holder at a time, and a dead one loses it."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from recommender.errors import StorageError, TrainingBusyError
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.lease import Lease

KEY = "training.lock"


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path)


@pytest.fixture
def ada(blobs: FolderBlobs, clock: Clock) -> Lease:
    return Lease(blobs, KEY, now=clock, seconds=60, holder="Ada")


@pytest.fixture
def bob(blobs: FolderBlobs, clock: Clock) -> Lease:
    return Lease(blobs, KEY, now=clock, seconds=60, holder="Bob")


def test_who_comes_second_is_told_who_holds_the_lock_and_since_when(ada: Lease, bob: Lease, clock: Clock) -> None:
    ada.acquire()
    clock.now += 45

    with pytest.raises(TrainingBusyError, match=r"^Ada has held the training lock for 45 seconds; wait for it or stop it"):
        bob.acquire()


def test_a_lock_given_back_can_be_taken(ada: Lease, bob: Lease) -> None:
    ada.acquire()
    ada.release()
    bob.acquire()

    with pytest.raises(TrainingBusyError, match="Bob"):
        ada.acquire()


def test_a_dead_holders_lock_is_free_when_its_lease_has_run_out(ada: Lease, bob: Lease, clock: Clock) -> None:
    ada.acquire()
    clock.now += 59.9
    with pytest.raises(TrainingBusyError):
        bob.acquire()
    clock.now += 0.1
    bob.acquire()


def test_who_renews_keeps_the_lock(ada: Lease, bob: Lease, clock: Clock) -> None:
    ada.acquire()
    for _ in range(3):
        clock.now += 50
        ada.renew()

    with pytest.raises(TrainingBusyError, match="Ada has held the training lock for 150 seconds"):
        bob.acquire()


def test_who_slept_too_long_is_told_so_and_disturbs_nobody(ada: Lease, bob: Lease, blobs: FolderBlobs, clock: Clock) -> None:
    ada.acquire()
    clock.now += 61
    bob.acquire()
    its_text = blobs.read(KEY)

    with pytest.raises(TrainingBusyError, match="Bob"):
        ada.renew()
    ada.release()

    assert blobs.read(KEY) == its_text


def test_a_lease_that_ran_out_can_be_renewed_if_nobody_came(ada: Lease, clock: Clock) -> None:
    ada.acquire()
    clock.now += 1000
    ada.renew()


def test_a_lock_not_held_cannot_be_renewed_and_giving_it_back_does_nothing(ada: Lease, bob: Lease) -> None:
    bob.acquire()
    with pytest.raises(StorageError, match=r"not held; acquire it first\."):
        ada.renew()
    ada.release()
    bob.renew()


def test_of_two_of_the_same_name_one_holds_the_lock(blobs: FolderBlobs, clock: Clock) -> None:
    twins = [Lease(blobs, KEY, now=clock, holder="Ada") for _ in range(8)]
    ready, held, refused = threading.Barrier(8), [], []

    def try_it(twin: Lease) -> None:
        ready.wait()
        try:
            twin.acquire()
            held.append(twin)
        except TrainingBusyError:
            refused.append(twin)

    threads = [threading.Thread(target=try_it, args=(twin,)) for twin in twins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(held), len(refused)) == (1, 7)
    held[0].renew()


def test_the_lock_is_ours_even_if_the_answer_to_taking_it_got_lost(tmp_path: Path, clock: Clock) -> None:
    class Forgetful(FolderBlobs):
        def compare_and_set(self, key: str, data: bytes, *, expected: str | None) -> bool:
            super().compare_and_set(key, data, expected=expected)
            return False

    lease = Lease(Forgetful(tmp_path), KEY, now=clock)
    lease.acquire()
    lease.renew()


def test_within_the_with_the_lock_is_renewed_and_after_it_given_back(blobs: FolderBlobs) -> None:
    with Lease(blobs, KEY, now=time.time, seconds=1.5, holder="Ada") as lease:
        time.sleep(2)  # longer than the lease
        with pytest.raises(TrainingBusyError, match="Ada"):
            Lease(blobs, KEY, now=time.time, holder="Bob").acquire()
        lease.renew()

    Lease(blobs, KEY, now=time.time, holder="Bob").acquire()


def test_the_lock_is_given_back_when_the_training_fails(blobs: FolderBlobs, clock: Clock) -> None:
    with pytest.raises(ZeroDivisionError), Lease(blobs, KEY, now=clock):
        raise ZeroDivisionError

    Lease(blobs, KEY, now=clock).acquire()


@pytest.mark.parametrize("text", [b"", b"{", b"[]", json.dumps({"holder": "Ada"}).encode()])
def test_a_lock_that_cannot_be_understood_is_not_broken(ada: Lease, blobs: FolderBlobs, text: bytes) -> None:
    blobs.write(KEY, text)

    with pytest.raises(StorageError, match=r"The lock training\.lock cannot be understood"):
        ada.acquire()
