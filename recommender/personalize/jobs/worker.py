"""Looks for work and has it done, each piece by a process of its own; one worker for each store.

Neither a worker nor a process that is killed loses or breaks anything: the work is still in the document, and is begun again with a new
ticket. Folders that nobody came to name are swept.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recommender.errors import StorageError
from recommender.personalize.cleaning import days_of, take_away
from recommender.personalize.jobs import tickets
from recommender.personalize.jobs.child import DONE, LOST
from recommender.personalize.jobs.states import is_being_stopped
from recommender.personalize.jobs.sweep import Sweeper
from recommender.personalize.resources import KEY, Registry, Resources, Work
from recommender.personalize.schedule import Schedule
from recommender.settings import Settings
from recommender.storage.lease import Lease

log = logging.getLogger(__name__)

LOCK = "personalize/worker.lock"
LEASE_SECONDS = 30.0
MOST_AT_ONCE = 2  # processes
# Where others work too, threads that multiply a matrix together wait for each other: on a busy machine that takes several times as long.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
LOOK_SECONDS = 0.2
SWEEP_SECONDS = 30.0
CLEAN_SECONDS = 3600.0  # between two looks at what nobody needs any more
SCHEDULE_SECONDS = 30.0  # between two looks at what is trained by itself
PAUSE_SECONDS = 1.0  # before work that was cut off is begun again; it doubles


@dataclass
class Running:
    """A piece of work and the process that does it."""

    ticket: str
    process: subprocess.Popen[bytes]
    room: Path
    attempts: int
    began: float = field(default_factory=time.monotonic)


class Worker:
    """program: the command that does one piece of work, before its key, ticket and room are added."""

    def __init__(
        self,
        registry: Registry,
        settings: Settings,
        program: Sequence[str],
        *,
        most_at_once: int = MOST_AT_ONCE,
        grace: float | None = None,
    ) -> None:
        self._registry, self._program, self._most = registry, program, most_at_once
        self._rooms = rooms(settings, registry)
        self._running: dict[str, Running] = {}
        self._sweeper = Sweeper(registry) if grace is None else Sweeper(registry, grace=grace)
        self._swept_at: str | None = None  # the document's tag when it was swept by it last
        self._swept = self._scheduled = self._cleaned = float("-inf")
        self._idle_days = days_of(settings.personalize_idle_days)
        self._schedule = Schedule(registry)
        self._known: tuple[str | None, Resources] = (None, Resources())
        self._not_before: dict[str, float] = {}
        blobs = registry.blobs
        # Where a look costs money, it is rarer.
        self._look_seconds = blobs.seconds_between_looks if blobs.is_far else LOOK_SECONDS
        self._lease_seconds = LEASE_SECONDS * 10 if blobs.is_far else LEASE_SECONDS
        self._lease = Lease(blobs, LOCK, now=registry.now, seconds=self._lease_seconds)

    def run(self, *, until_idle: bool = False, is_over: Callable[[float], bool] | None = None) -> None:
        """Work until it is over, or with until_idle until there is nothing left to do. TrainingBusyError when another worker is there.

        is_over: waits so many seconds, and says whether to end; None for never. What is being done then is given back, to be begun again.
        """
        is_over = is_over or _never
        with self._lease:
            self._forget_rooms()
            try:
                while True:
                    is_idle = self._look()
                    if (is_idle and until_idle) or is_over(self._look_seconds if is_idle else LOOK_SECONDS):
                        return
            finally:
                self._end_all()

    def _look(self) -> bool:
        """Look once at everything; whether nothing is left to do."""
        self._reap()
        found = self._found()
        for key, running in list(self._running.items()):
            work, resource = found.work.get(key), found.by_key.get(key)
            if resource is not None and is_being_stopped(resource):
                self._kill(key)
                tickets.stop(self._registry, key)
            elif work is None or work.ticket != running.ticket:
                self._kill(key)  # ended, deleted, or somebody else's
                log.info("personalize job ended key=%s seconds=%.1f", key, time.monotonic() - running.began)
        if time.monotonic() - self._scheduled >= SCHEDULE_SECONDS:
            self._scheduled = time.monotonic()
            for key in self._schedule.look(found):
                log.info("personalize job is due key=%s", key)
            self._clean()
            found = self._found()
        self._begin(found)
        self._sweep()
        return not self._running and not self._found().work

    def _found(self) -> Resources:
        """The document as it is now, read anew when it has changed."""
        blob = self._registry.blobs.read(KEY)
        tag = blob.tag if blob else None
        if tag is None or tag != self._known[0]:
            self._known = (tag, self._registry.read())
        return self._known[1]

    def _begin(self, found: Resources) -> None:
        busy = {_target(found, key) for key in self._running}
        for waiting in sorted(found.work.values(), key=lambda work: work.since):
            key = waiting.key
            is_early = self._not_before.get(key, 0) > time.monotonic()
            if len(self._running) >= self._most or key in self._running or is_early or _target(found, key) in busy:
                continue
            self._lease.renew()  # a worker that slept too long has lost its place: nothing is begun by two
            work = tickets.take(self._registry, key)
            if work is None:
                continue
            busy.add(_target(found, key))
            self._running[key] = self._started(work)
            log.info("personalize job begun key=%s what=%s attempt=%d", key, work.what, work.attempts)

    def _started(self, work: Work) -> Running:
        room = self._rooms / work.ticket
        room.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = [*self._program, work.key, "--ticket", work.ticket, "--room", str(room)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env={**ONE_THREAD, **os.environ})  # noqa: S603  our own program
        return Running(work.ticket, process, room, work.attempts)

    def _reap(self) -> None:
        """Whoever has ended without ending its work was cut off."""
        for key, running in list(self._running.items()):
            code = running.process.poll()
            if code is None:
                continue
            self._forget(key)
            seconds = time.monotonic() - running.began
            if code in (DONE, LOST):
                log.info("personalize job ended key=%s seconds=%.1f", key, seconds)
                self._not_before.pop(key, None)
                continue
            because = f"its process was ended by signal {-code}" if code < 0 else f"its process ended with exit code {code}"
            log.warning("personalize job cut off key=%s seconds=%.1f code=%d", key, seconds, code)
            tickets.give_back(self._registry, key, running.ticket, because)
            self._not_before[key] = time.monotonic() + PAUSE_SECONDS * 2 ** (running.attempts - 1)

    def _kill(self, key: str) -> None:
        running = self._running[key]
        running.process.kill()
        running.process.wait()
        self._forget(key)

    def _forget(self, key: str) -> None:
        running = self._running.pop(key)
        if running.process.stdin is not None:
            running.process.stdin.close()
        shutil.rmtree(running.room, ignore_errors=True)

    def _end_all(self) -> None:
        """What is being done is begun again by the next worker; this try does not count."""
        for key, running in list(self._running.items()):
            self._kill(key)
            with contextlib.suppress(StorageError):  # the next worker takes it all the same
                tickets.give_back(self._registry, key, running.ticket, "the worker was stopped", counts=False)

    def _clean(self) -> None:
        if self._idle_days is not None and time.monotonic() - self._cleaned >= CLEAN_SECONDS:
            self._cleaned = time.monotonic()
            for one in take_away(self._registry, self._idle_days):
                log.info("personalize resource taken away key=%s idle_days=%.0f", one.key, one.days)

    def _sweep(self) -> None:
        """Where something has changed since, or something waits for its grace to end: a listing of a bucket costs money too."""
        has_cause = self._sweeper.is_waiting or self._known[0] != self._swept_at
        if has_cause and time.monotonic() - self._swept >= SWEEP_SECONDS:
            self._swept, self._swept_at = time.monotonic(), self._known[0]
            for key in self._sweeper.sweep():
                log.info("personalize folder swept key=%s", key)

    def _forget_rooms(self) -> None:
        """What killed processes left on this machine; nobody else works for this store while we hold the lock."""
        shutil.rmtree(self._rooms, ignore_errors=True)


def rooms(settings: Settings, registry: Registry) -> Path:
    """Where the processes that work for a store have their folders on this machine."""
    store = hashlib.sha256(registry.blobs.url.encode()).hexdigest()[:12]
    return Path(settings.cache_folder).absolute() / "personalize" / store


def _never(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def _target(found: Resources, key: str) -> str:
    """What at most one process changes at a time: a data set; else the resource itself."""
    resource = found.by_key.get(key)
    return str(resource.body.get("datasetArn", key)) if resource else key
