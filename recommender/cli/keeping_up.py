"""`matinee train --keep-up`: the process beside a server that trains whenever it is time, in a process of its own and behind everybody."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from recommender import retraining
from recommender.cli.inputs import opened_profiles
from recommender.domain import Activity
from recommender.errors import StorageError
from recommender.retraining import LOOK_SECONDS, Outlook, Schedule
from recommender.settings import Settings

NICE = 10  # of 19: whoever serves people comes first
PATIENCE_SECONDS = 10  # for a trainer that is asked to stop


def keep_up(settings: Settings, trainer: Sequence[str]) -> None:
    """Train whenever it is time, until standard input ends, as it does with the server that holds its other end.

    trainer: the command that trains if there is something to learn; the lock sees to it that one trains at a time. It is a process of
    its own, so that the memory of a training is free afterwards.
    """
    os.nice(NICE)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    schedule = Schedule(after=settings.retrain_after, hours=settings.retrain_hours)
    with suppress(KeyboardInterrupt):
        while True:
            activity = _activity(settings)
            if schedule.is_due(activity, now=time.monotonic()):
                _say(schedule, activity, is_training=True)
                if not _trained(schedule, activity, trainer):
                    return
            _say(schedule, activity)
            if _input_ends_within(LOOK_SECONDS):
                return


def _trained(schedule: Schedule, activity: Activity | None, trainer: Sequence[str]) -> bool:
    """False when the input has ended meanwhile, and the trainer with it."""
    schedule.begin(now=time.monotonic())
    with _running(trainer) as process:
        while process.poll() is None:
            if _input_ends_within(0.2):
                return False
    schedule.end(activity, now=time.monotonic(), well=process.returncode == 0)
    return True


@contextmanager
def _running(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The process; it does not outlive the block."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  our own program
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _activity(settings: Settings) -> Activity | None:
    """What people have done; None where that is not known cheaply, or not now."""
    try:
        with opened_profiles(settings) as profiles:
            return profiles.activity()
    except StorageError:
        return None  # whoever serves and trains says so


def _say(schedule: Schedule, activity: Activity | None, *, is_training: bool = False) -> None:
    now = time.time()
    latest_at = now + schedule.seconds_left(now=time.monotonic())
    retraining.say(Outlook(now, schedule.n_new(activity), schedule.after, latest_at, is_training))


def _input_ends_within(seconds: float) -> bool:
    """Whether nobody holds the other end any more. What is typed in a terminal says nothing but its end."""
    readable, _, _ = select.select([sys.stdin.fileno()], [], [], seconds)
    return bool(readable) and not os.read(sys.stdin.fileno(), 4096)
