"""The time that one answer may take, kept even against what cannot be told to stop: a name server that hangs, bytes that trickle."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from alexa_skill.films import OutOfReachError

log = logging.getLogger(__name__)

T = TypeVar("T")


class Deadline:
    """Begins when it is made. seconds: from then."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds; 0 when it is over."""
        return max(0.0, self._end - time.monotonic())

    def part(self, share: float) -> Deadline:
        """One that is over earlier. share: of the time that is left."""
        return Deadline(self.left * share)

    def within(self, call: Callable[[], T]) -> T:
        """What the call gives or raises; OutOfReachError when time is over, whatever becomes of the call."""
        asked = _Asked(call)
        if self.left:
            # A daemon, so that one which never comes back holds up nobody.
            thread = threading.Thread(target=asked.run, daemon=True)
            thread.start()
            thread.join(self.left)
        return asked.outcome()


class _Asked(Generic[T]):
    """A call in a thread of its own, and what came of it."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._given: list[T] = []
        self._raised: BaseException | None = None

    def run(self) -> None:
        try:
            self._given.append(self._call())
        except BaseException as error:  # noqa: BLE001  raised again by whoever waits
            self._raised = error

    def outcome(self) -> T:
        if self._raised is not None:
            raise self._raised
        if not self._given:
            log.warning("out of reach reason=%s", "time is over")
            raise OutOfReachError("Nothing came within the time that an answer may take.")
        return self._given[0]
