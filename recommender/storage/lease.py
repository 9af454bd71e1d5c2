"""One trainer at a time: a lock in the blob store that a dead holder loses by itself."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from recommender.errors import StorageError, TrainingBusyError
from recommender.storage.blobs import Blobs


@dataclass(frozen=True, slots=True)
class Holding:
    """What the blob says. since, until: seconds since 1970, UTC; from `until` on the lock is free. ticket: unlike any other holder's.

    machine, pid: where the holder runs, as `_this_machine` says it; empty and 0 when nobody wrote it down.
    """

    holder: str
    since: float
    until: float
    ticket: str
    machine: str = ""
    pid: int = 0

    def is_free(self, now: float) -> bool:
        """Whether anybody may take the lock: the lease has run out, or its holder ran on this machine and is certainly dead."""
        return self.until <= now or (self.machine == _this_machine() and _is_dead(self.pid))


class Lease:
    """The lock under one key, for one holder. `with Lease(...)` holds it, renews it in the background, and gives it back.

    Every change is a compare_and_set, so of several who try at once one succeeds. A holder that dies, or sleeps for longer than
    `seconds`, has lost the lock; it finds out by `renew`, which is to be called before anything that must happen once only. On the
    machine of a dead holder nobody needs to wait for its lease to run out.
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
            if there is not None and not (holding := _holding(self._key, there.data)).is_free(now):
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
                self._blobs.compare_and_set(self._key, self._said(until=0), expected=self._tag)
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
        text = self._said(until)
        self._blobs.compare_and_set(self._key, text, expected=expected)
        there = self._blobs.read(self._key)
        if there is not None and there.data == text:
            self._tag = there.tag
            return
        self._tag = None
        other = _holding(self._key, there.data) if there else Holding("Somebody else", self._now(), until, "")
        raise TrainingBusyError(other.holder, max(0.0, self._now() - other.since))

    def _said(self, until: float) -> bytes:
        return json.dumps(asdict(Holding(self._holder, self._since, until, self._ticket, _this_machine(), os.getpid()))).encode()


def holding(blobs: Blobs, key: str, *, now: float) -> Holding | None:
    """Who holds the lock under the key; None when it is free. StorageError when what is there cannot be understood."""
    there = blobs.read(key)
    found = _holding(key, there.data) if there else None
    return None if found is None or found.is_free(now) else found


def _this_machine() -> str:
    """Unlike that of any other machine on which the same pid may be another process: a host, a container, the host before a restart."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):  # on Linux alone; elsewhere the pids of a host are one space
        parts += [Path("/proc/sys/kernel/random/boot_id").read_text().strip(), str(Path("/proc/self/ns/pid").readlink())]
    return " ".join(parts)


def _is_dead(pid: int) -> bool:
    """Whether there is certainly no such process on this machine. A number that was given to another process counts as alive."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's, and there
    return False


def _holding(key: str, data: bytes) -> Holding:
    try:
        return Holding(**json.loads(data))
    except (ValueError, TypeError) as error:
        raise StorageError(f"The lock {key} cannot be understood: it reads {data[:60]!r}; remove it if nobody is training.") from error
