"""One trainer at a time: a lock in the blob store that a dead holder loses by itself."""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Self

from recommender.errors import StorageError, TrainingBusyError
from recommender.storage.blobs import Blobs


@dataclass(frozen=True, slots=True)
class Holding:
    """What the blob says. since, until: seconds since 1970, UTC; from `until` on the lock is free. ticket: unlike any other holder's."""

    holder: str
    since: float
    until: float
    ticket: str


class Lease:
    """The lock under one key, for one holder. `with Lease(...)` holds it, renews it in the background, and gives it back.

    Every change is a compare_and_set, so of several who try at once one succeeds. A holder that dies, or sleeps for longer than
    `seconds`, has lost the lock; it finds out by `renew`, which is to be called before anything that must happen once only.
    """

    def __init__(self, blobs: Blobs, key: str, *, now: Callable[[], float], seconds: float = 60, holder: str = "") -> None:
        """now: the clock, in seconds since 1970, UTC; those of all who share the lock must agree to within a part of `seconds`.

        holder: shown to whoever finds the lock taken; the machine and process by default.
        """
        self._blobs, self._key, self._now, self._seconds = blobs, key, now, seconds
        self._holder = holder or f"process {os.getpid()} on {socket.gethostname()}"
        self._ticket = secrets.token_hex(8)
        self._tag: str | None = None  # of the blob as we wrote it; None while we do not hold the lock
        self._since = 0.0
        self._changing = threading.Lock()
        self._enough = threading.Event()
        self._renewals: threading.Thread | None = None

    def acquire(self) -> None:
        """Take the lock; TrainingBusyError while somebody else's lease runs."""
        with self._changing:
            there = self._blobs.read(self._key)
            now = self._now()
            if there is not None and (holding := _holding(self._key, there.data)).until > now:
                raise TrainingBusyError(holding.holder, now - holding.since)
            self._since = now
            self._put(now + self._seconds, expected=there.tag if there else None)

    def renew(self) -> None:
        """Hold the lock for another `seconds`; TrainingBusyError if it has been lost to somebody else."""
        with self._changing:
            if self._tag is None:
                raise StorageError(f"The lock {self._key} is not held; acquire it first.")
            self._put(self._now() + self._seconds, expected=self._tag)

    def release(self) -> None:
        """Give the lock back; nothing happens if it is not ours any more."""
        with self._changing:
            if self._tag is not None:
                free = _text(Holding(self._holder, self._since, until=0, ticket=self._ticket))
                self._blobs.compare_and_set(self._key, free, expected=self._tag)
                self._tag = None

    def __enter__(self) -> Self:
        self.acquire()
        self._enough.clear()
        self._renewals = threading.Thread(target=self._keep_renewing, name=f"renews {self._key}", daemon=True)
        self._renewals.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._enough.set()
        if self._renewals is not None:
            self._renewals.join()
        self.release()

    def _keep_renewing(self) -> None:
        while not self._enough.wait(self._seconds / 3):
            try:
                self.renew()
            except TrainingBusyError:
                return  # lost: the holder's own renew says so
            except StorageError:
                continue  # two more tries fit into the lease

    def _put(self, until: float, *, expected: str | None) -> None:
        """Write our lease over what was read, then look whose it is: that counts even if the answer to the write got lost."""
        text = _text(Holding(self._holder, self._since, until, self._ticket))
        self._blobs.compare_and_set(self._key, text, expected=expected)
        there = self._blobs.read(self._key)
        if there is not None and there.data == text:
            self._tag = there.tag
            return
        self._tag = None
        other = _holding(self._key, there.data) if there else Holding("Somebody else", self._now(), until, "")
        raise TrainingBusyError(other.holder, max(0.0, self._now() - other.since))


def _text(holding: Holding) -> bytes:
    return json.dumps(asdict(holding)).encode()


def _holding(key: str, data: bytes) -> Holding:
    try:
        return Holding(**json.loads(data))
    except (ValueError, TypeError) as error:
        raise StorageError(f"The lock {key} cannot be understood: it reads {data[:60]!r}; remove it if nobody is training.") from error
